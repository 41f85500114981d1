# SPDX-License-Identifier: Apache-2.0
#
# Cases of what a phone asks of DNS, each with one that looks like it; see cases.sh.
# What no client does at will is made with made_dns.py.
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
dns_cases='
dns-srv-missing dns-srv-missing-then-address
dns-no-answer dns-srv-dropped dns-truncated-then-tcp
'

# The phone is told of a domain that has nothing for SIP, and no address.
case_dns_srv_missing()
{
	make_network
	registrar udp:$sbc_ip:5060
	resolver
	capture
	linphone_phone "sip:example.com"
	sleep 25
	capture_end
}

# Nothing for SIP, but an address: RFC 3263 4.2 has the phone go there.
case_dns_srv_missing_then_address()
{
	make_network
	registrar udp:$sbc_ip:5060
	resolver --host-record=example.com,$sbc_ip
	capture
	linphone_phone "sip:example.com"
	sleep 25
	capture_end
}

# forwarder TYPE...: what home routers have, before dnsmasq on another port
forwarder()
{
	dns_port=5353 resolver \
	    --srv-host=_sip._udp.example.com,hosted01.example.net,5060 \
	    --host-record=example.com,$sbc_ip
	start sbc python3 "$lib/dnsproxy.py" 203.0.113.53 5353 "$@"
	await 5 listening 53
}

# One phone has its registrar by address; another one has a name, and gets no
# answer to anything.
case_dns_no_answer()
{
	make_network
	registrar udp:$sbc_ip:5060
	forwarder
	capture
	phone ip addr add 192.0.2.18/24 dev eth0
	printf 'SEQUENTIAL\n%s;192.0.2.18;[authentication username=%s password=%s]\n' \
	    4026 4026 secret-4026 >users.csv
	phone sipp $sbc_ip:5060 -i 192.0.2.18 -p 5060 -nostdin -t u1 -m 1 \
	    -inf users.csv -sf "$lib/register.xml" >sipp.log 2>&1 || true
	linphone_phone "sip:example.com"
	sleep 40
	capture_end
}

# SRV is dropped, and addresses are answered: the phone comes late.
case_dns_srv_dropped()
{
	make_network
	registrar udp:$sbc_ip:5060
	forwarder 1 28 12
	capture
	linphone_phone "sip:example.com"
	sleep 40
	capture_end
}

# Many targets and a resolver that sends 512 bytes: the rest goes over TCP.
case_dns_truncated_then_tcp()
{
	local i args=()

	make_network
	registrar udp:$sbc_ip:5060
	for i in 1 2 3 4 5 6 7 8 9; do
		args+=("--srv-host=_sip._udp.example.com,a-host-with-a-long-name-0$i.example.net,5060,$i"
		    "--host-record=a-host-with-a-long-name-0$i.example.net,$sbc_ip")
	done
	resolver --edns-packet-max=512 "${args[@]}"
	capture
	phone host -t SRV _sip._udp.example.com 203.0.113.53 >/dev/null || true
	sipp_phone 4025 secret-4025 u1
	sleep 1
	capture_end
}
