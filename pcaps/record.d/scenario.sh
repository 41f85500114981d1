# SPDX-License-Identifier: Apache-2.0
#
# Scenarios of SIPp, put together in words: a phone or a registrar says and hears
# one message after another.  The XML is the case's own, phone.xml or server.xml.
# shellcheck shell=bash

auth='[authentication username=4025 password=secret-4025]'

# scenario NAME: what the words below print, as NAME.xml
scenario()
{
	{
		echo '<?xml version="1.0" encoding="ISO-8859-1" ?>'
		echo "<scenario name=\"$1\">"
		cat
		echo '</scenario>'
	} >"$1.xml"
}

# say_register CSEQ [HEADER...]: the phone's part.  Before it, where they are
# other than usual: from=, to= (users), contact= and expires= (empty: none),
# via=HOST:PORT, rport= (empty: none)
say_register()
{
	local cseq=$1 contact=${contact-<sip:4025@[local_ip]:[local_port]>}
	local expires=${expires-3600}

	shift
	cat <<-END
	<send retrans="500"><![CDATA[
	REGISTER sip:example.com SIP/2.0
	Via: SIP/2.0/[transport] ${via-[local_ip]:[local_port]};branch=[branch]${rport-;rport}
	Max-Forwards: 70
	From: <sip:${from-4025}@example.com>;tag=[call_number]f
	To: <sip:${to-4025}@example.com>
	Call-ID: [call_id]
	CSeq: $cseq REGISTER
	END
	[ -z "$contact" ] || echo "Contact: $contact"
	[ -z "$expires" ] || echo "Expires: $expires"
	echo "User-Agent: ExamplePhone/1.0"
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf 'Content-Length: 0\n\n]]></send>\n'
}

# hear STATUS [ATTRIBUTES]
hear()
{
	echo "<recv response=\"$1\" ${2-}/>"
}

# challenged: a 401 that the next say_register answers by "$auth"
challenged()
{
	hear 401 'auth="true"'
	rest 8
}

# rest MILLISECONDS
rest()
{
	echo "<pause milliseconds=\"$1\"/>"
}

# hear_register: the registrar's part, with answer
hear_register()
{
	echo '<recv request="REGISTER"/>'
}

# answer 'STATUS REASON' [HEADER...]
answer()
{
	local status=$1

	shift
	cat <<-END
	<send><![CDATA[
	SIP/2.0 $status
	[last_Via:]
	[last_From:]
	[last_To:];tag=[call_number]r
	[last_Call-ID:]
	[last_CSeq:]
	END
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf 'Server: ExampleRegistrar/1.0\nContent-Length: 0\n\n]]></send>\n'
}

# scenario_phone: plays phone.xml once
scenario_phone()
{
	sipp_run -t u1 -m 1 -nd -sf phone.xml
}

# scenario_server: plays server.xml, for each Call-ID
scenario_server()
{
	start sbc sipp -i "$sbc_ip" -p 5060 -sf server.xml -nostdin \
	    >server.log 2>&1
	await 5 listening 5060
}
