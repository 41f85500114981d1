# SPDX-License-Identifier: Apache-2.0
#
# Cases where a finding is due, each with one that looks like it and is none; see
# cases.sh and scenario.sh.  tests/checks/findings.txt lists the pairs.
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
finding_cases='
udp-nonce-expired udp-interval-loop
udp-other-realm udp-no-nonce-count udp-digest-uri-differs
udp-too-many-contacts udp-via-rewritten udp-via-received
udp-contact-loop udp-contact-moved
udp-two-lines udp-two-lines-one-refused
udp-scanner udp-many-users-one-address
udp-nat-binding-lost udp-nat-port-changed udp-nat-requests-ignored
udp-bearer-register
'

# --- credentials -----------------------------------------------------------

# Four seconds over a challenge that is good for two, and then no more.
case_udp_nonce_expired()
{
	make_network
	registrar udp:$sbc_ip:5060 -A NONCE_EXPIRE=2
	idle_resolver
	{
		say_register 1
		hear 401 'auth="true"'
		rest 4000
		say_register 2 "$auth"
		hear 401
	} | scenario phone
	capture
	scenario_phone
	idle 36
	capture_end
}

# odd_phone HOW: see udpphone.py
odd_phone()
{
	phone python3 "$lib/udpphone.py" 4025 secret-4025 $sbc_ip 5060 192.0.2.17 \
	    "$1" >udpphone.log 2>&1
}

case_udp_other_realm()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	odd_phone other-realm
	idle 36
	capture_end
}

case_udp_no_nonce_count()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	odd_phone no-count
	idle 36
	capture_end
}

case_udp_digest_uri_differs()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	odd_phone other-uri
	capture_end
}

# As udp-bearer-refused, and this token is good.
case_udp_bearer_register()
{
	make_network
	{
		say_register 1 'Authorization: Bearer example-token'
		hear 200
	} | scenario phone
	{
		hear_register
		answer '200 OK' '[last_Contact:];expires=600'
	} | scenario server
	scenario_server
	capture
	scenario_phone
	capture_end
}

# --- intervals and contacts ------------------------------------------------

# Told three times that ten seconds are too few, it asks for ten.
case_udp_interval_loop()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MIN_EXPIRES=60 -A WITH_423
	idle_resolver
	{
		expires=10 say_register 1
		challenged
		for i in 2 3 4; do
			expires=10 say_register $i "$auth"
			hear 423
			rest 1000
		done
	} | scenario phone
	capture
	scenario_phone
	idle 124
	capture_end
}

# The user may have two contacts, and this is the third.
case_udp_too_many_contacts()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_CONTACTS=2
	{
		contact='<sip:4025@[local_ip]:5060>' registered 1
		rest 300
		contact='<sip:4025@[local_ip]:5062>' registered 3
		rest 300
		contact='<sip:4025@[local_ip]:5064>' say_register 5
		challenged
		contact='<sip:4025@[local_ip]:5064>' say_register 6 "$auth"
		hear 503
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# moves N: a phone that registers what it takes for its address outside, and then
# replaces it N times
moves()
{
	local n cseq=1

	contact='<sip:4025@203.0.113.7:61000>' registered 1
	for n in $(seq 1 "$1"); do
		cseq=$((cseq + 2))
		rest 200
		contact="<sip:4025@203.0.113.7:$((60999 + n))>" expires=0 \
		    registered $cseq
		cseq=$((cseq + 2))
		rest 50
		contact="<sip:4025@203.0.113.7:$((61000 + n))>" registered $cseq
	done
}

case_udp_contact_loop()
{
	make_network
	registrar udp:$sbc_ip:5060
	moves 4 | scenario phone
	capture
	scenario_phone
	capture_end
}

case_udp_contact_moved()
{
	make_network
	registrar udp:$sbc_ip:5060
	moves 1 | scenario phone
	capture
	scenario_phone
	capture_end
}

# --- on the way ------------------------------------------------------------

# answered_with VIA: the 200 has that Via
answered_with()
{
	{
		hear_register
		answer '200 OK' '[last_Contact:];expires=600' |
		    sed "s/^\[last_Via:\]/$1/"
	} | scenario server
	{
		rport='' say_register 1
		hear 200
	} | scenario phone
	scenario_server
}

# As a helper in a router does that turns addresses of answers back badly.
case_udp_via_rewritten()
{
	make_network
	answered_with 'Via: SIP\/2.0\/UDP 203.0.113.7:61000;branch=z9hG4bK-alg-1'
	capture
	scenario_phone
	capture_end
}

# What plain NAT does to the Via: nothing; the registrar notes where it came from.
case_udp_via_received()
{
	make_network
	answered_with '[last_Via:];received=203.0.113.7;rport=61000'
	capture
	scenario_phone
	capture_end
}

# --- lines and sources -----------------------------------------------------

# lines LINE...: USER=PASSWORD each, of one phone, one after another
lines()
{
	local line

	echo SEQUENTIAL >users.csv
	for line; do
		printf '%s;192.0.2.17;[authentication username=%s password=%s]\n' \
		    "${line%=*}" "${line%=*}" "${line#*=}" >>users.csv
	done
	sipp_run -t u1 -m $# -r 2 -inf users.csv -sf "$lib/register.xml"
}

case_udp_two_lines()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	lines 4025=secret-4025 4026=secret-4026
	capture_end
}

case_udp_two_lines_one_refused()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	lines 4025=secret-4025 4026=not-the-password
	idle 36
	capture_end
}

case_udp_scanner()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	seq -f '%g;' 4001 4024 | sed '1i SEQUENTIAL' >users.csv
	{
		from='[field0]' to='[field0]' contact='<sip:[field0]@[local_ip]>' \
		    say_register 1 | sed 's/ExamplePhone.*/friendly-scanner/'
		hear 401
	} | scenario phone
	capture
	sipp_run -t u1 -m 24 -r 20 -inf users.csv -sf phone.xml
	idle 124
	capture_end
}

# Twenty-four phones behind one address, as carriers' NATs make it look.
case_udp_many_users_one_address()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	# shellcheck disable=SC2046
	lines $(seq 4001 4024 | sed "s,.*,&=secret-&,")
	capture_end
}

# --- NAT -------------------------------------------------------------------

# The registrar looks every two seconds whether the phone is there; seen from its
# side.
case_udp_nat_binding_lost()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_PING
	capture sbc
	odd_phone new-port
	sleep 1
	capture_end
}

case_udp_nat_port_changed()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_PING
	capture sbc
	odd_phone answers
	sleep 1
	capture_end
}

# A phone that never answers such requests comes from another port, too.
case_udp_nat_requests_ignored()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_PING
	capture sbc
	odd_phone deaf
	sleep 1
	capture_end
}
