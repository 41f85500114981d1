# SPDX-License-Identifier: Apache-2.0
#
# Cases about what becomes of a registration, over UDP; see cases.sh.  Where no
# phone or registrar at hand does what is wanted, SIPp plays it (scenario.sh).
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
outcome_cases='
udp-redirected udp-sha256-unanswered udp-sha256-or-md5-unanswered
udp-proxy-then-unanswered udp-bad-extension
udp-stale-loop udp-wrong-response-port udp-fragments-lost
udp-redirected-followed udp-overloaded udp-overloaded-then-registered
udp-proxy-and-registrar udp-proxy-both-legs udp-proxy-one-realm-at-a-time
udp-sha256-register udp-sha256-or-md5-register
udp-nonce-expired-then-registered udp-refresh-nonce-expired
udp-forbidden-after-credentials
udp-bad-extension-left-out udp-security-agreement
udp-remove-all udp-query udp-several-contacts udp-third-party
udp-not-bound udp-contact-rewritten udp-lapse udp-grant-followed
udp-register-captured-twice udp-fragments-register udp-bearer-refused
'

other_ip=198.51.100.11

# shown TEXT: wait until the capture has it
shown()
{
	await 20 grep -aqF "$1" "$case_name.pcap"
}

# --- redirection -----------------------------------------------------------

# Kamailio at $sbc_ip sends phones to $other_ip, where it is their registrar.
redirecting_registrar()
{
	sbc ip addr add $other_ip/32 dev lo
	registrar udp:$other_ip:5060 udp:$sbc_ip:5060 -A WITH_302
}

# This phone does not follow.
case_udp_redirected()
{
	make_network
	redirecting_registrar
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	shown 'SIP/2.0 302'
	sleep 0.5
	finish "$baresip_pid" KILL
	idle 124
	capture_end
}

case_udp_redirected_followed()
{
	make_network
	redirecting_registrar
	capture
	linphone_phone
	shown 'SIP/2.0 200'
	sleep 0.3
	capture_end
}

# --- overload --------------------------------------------------------------

# Told to come back in five seconds, it comes back after one.
case_udp_overloaded()
{
	make_network
	{
		say_register 1
		hear 503
		rest 1000
		say_register 2
		hear 503
	} | scenario phone
	{
		hear_register
		answer '503 Service Unavailable' 'Retry-After: 5'
		hear_register
		answer '503 Service Unavailable' 'Retry-After: 5 (maintenance)'
	} | scenario server
	scenario_server
	capture
	scenario_phone
	capture_end
}

case_udp_overloaded_then_registered()
{
	make_network
	{
		say_register 1
		hear 503
		rest 3100
		say_register 2
		hear 200
	} | scenario phone
	{
		hear_register
		answer '503 Service Unavailable' 'Retry-After: 3'
		hear_register
		answer '200 OK' '[last_Contact:];expires=600'
	} | scenario server
	scenario_server
	capture
	scenario_phone
	capture_end
}

# --- a proxy in front of the registrar -------------------------------------

# The proxy is Kamailio at $sbc_ip, with a realm of its own; the registrar is in
# a third namespace, "core", 2 ms behind it.
make_core()
{
	unshare -n sleep infinity &
	core_pid=$!
	../relay 2000 tap2 tap3 >relay2.out &
	await 5 grep -q ready relay2.out
	await 5 sh -c "[ \$(readlink /proc/$core_pid/ns/net) != \
	    \$(readlink /proc/self/ns/net) ]"
	plug "$sbc_pid" tap2 00:00:5e:00:53:02 eth1
	plug "$core_pid" tap3 00:00:5e:00:53:20
	sbc ip addr add 198.51.100.1/27 dev eth1
	nsenter -t "$core_pid" -n -- sh -eu -c '
		ip addr add 198.51.100.20/27 dev eth0
		ip route add default via 198.51.100.1'
	registrar_in=core registrar udp:198.51.100.20:5060
	mkdir proxy
	start sbc kamailio -f "$lib/proxy.cfg" -DD -E -m 16 -M 4 -w "$PWD/proxy" \
	    -Y "$PWD/proxy" -l "udp:$sbc_ip:5060" >proxy.log 2>&1
	await 10 listening 5060
	sleep 0.3
}

# A phone that knows MD5 only, and keeps credentials for each realm
thorough_phone()
{
	phone python3 "$lib/udpphone.py" 4025 secret-4025 $sbc_ip 5060 192.0.2.17 \
	    >udpphone.log 2>&1
}

case_udp_proxy_and_registrar()
{
	make_network
	make_core
	capture
	thorough_phone
	capture_end
}

# The same at the proxy, on both of its interfaces.
case_udp_proxy_both_legs()
{
	make_network
	make_core
	capture_if=any capture sbc
	thorough_phone
	capture_end
}

# This phone answers the proxy, and then does not answer the registrar.
case_udp_proxy_then_unanswered()
{
	make_network
	make_core
	idle_resolver
	capture
	linphone_phone
	shown 'SIP/2.0 401'
	idle 124
	capture_end
}

# This phone drops its credentials for the one when the other one asks.
case_udp_proxy_one_realm_at_a_time()
{
	make_network
	make_core
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	shown 'SIP/2.0 401'
	sleep 2
	finish "$baresip_pid" KILL
	idle 36
	capture_end
}

# --- challenges ------------------------------------------------------------

case_udp_sha256_register()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_SHA256
	capture
	linphone_phone
	shown 'SIP/2.0 200'
	sleep 0.3
	capture_end
}

# A phone that knows MD5 only, and gives up.
case_udp_sha256_unanswered()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_SHA256
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	shown 'SIP/2.0 401'
	sleep 0.5
	finish "$baresip_pid" KILL
	idle 124
	capture_end
}

# Two challenges; this phone gives up at the first, though it knows MD5.
case_udp_sha256_or_md5_unanswered()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_SHA256_OR_MD5
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	shown 'SIP/2.0 401'
	sleep 0.5
	finish "$baresip_pid" KILL
	idle 124
	capture_end
}

# This one answers the second one, for MD5.
case_udp_sha256_or_md5_register()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_SHA256_OR_MD5
	capture
	thorough_phone
	capture_end
}

# The phone takes four seconds over a challenge that is good for two.
case_udp_nonce_expired_then_registered()
{
	make_network
	registrar udp:$sbc_ip:5060 -A NONCE_EXPIRE=2
	{
		say_register 1
		hear 401 'auth="true"'
		rest 4000
		say_register 2 "$auth"
		challenged
		say_register 3 "$auth"
		hear 200
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# This phone keeps its nonce, until the registrar no longer takes it.
case_udp_refresh_nonce_expired()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=5 -A NONCE_EXPIRE=2
	capture
	linphone_phone
	shown stale=true
	sleep 0.7
	capture_end
}

# Each nonce is called stale: registrars that do not know each other's.
case_udp_stale_loop()
{
	local digest='WWW-Authenticate: Digest realm="example.com", qop="auth"'

	make_network
	{
		hear_register
		answer '401 Unauthorized' "$digest, nonce=\"a1b2c3d4e5f60700\""
		for i in 1 2 3 4 5; do
			hear_register
			answer '401 Unauthorized' \
			    "$digest, nonce=\"a1b2c3d4e5f6070$i\", stale=true"
		done
	} | scenario server
	{
		say_register 1
		challenged
		for i in 2 3 4 5; do
			say_register $i "$auth"
			challenged
		done
		say_register 6 "$auth"
		hear 401
	} | scenario phone
	scenario_server
	idle_resolver
	capture
	scenario_phone
	idle 36
	capture_end
}

# The password is that of 4026, who may not register as 4025.
case_udp_forbidden_after_credentials()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	baresip_phone 4025 secret-4026 "sip:$sbc_ip;transport=udp" \
	    'auth_user=4026;regint=3600'
	shown 'SIP/2.0 403'
	sleep 0.5
	finish "$baresip_pid" KILL
	sleep 0.3
	capture_end
}

# The phone has a token, and the registrar no longer takes it.
case_udp_bearer_refused()
{
	local bearer='WWW-Authenticate: Bearer'

	bearer="$bearer authz_server=\"https://login.example.com/\""

	make_network
	{
		say_register 1
		hear 401
		rest 8
		say_register 2 'Authorization: Bearer example-token'
		hear 401
	} | scenario phone
	{
		hear_register
		answer '401 Unauthorized' "$bearer"
		hear_register
		answer '401 Unauthorized' "$bearer, error=\"invalid_token\""
	} | scenario server
	scenario_server
	idle_resolver
	capture
	scenario_phone
	idle 36
	capture_end
}

# --- extensions ------------------------------------------------------------

case_udp_bad_extension()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_420
	{
		say_register 1 'Require: outbound'
		hear 420
	} | scenario phone
	idle_resolver
	capture
	scenario_phone
	idle 124
	capture_end
}

case_udp_bad_extension_left_out()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_420
	{
		say_register 1 'Require: outbound'
		hear 420
		rest 8
		say_register 2
		challenged
		say_register 3 "$auth"
		hear 200
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# RFC 3329: the list of the 494 comes back as Security-Verify.
case_udp_security_agreement()
{
	local digest='WWW-Authenticate: Digest realm="example.com", qop="auth"'
	local offer='Security-Client: digest' agree

	agree='Require: sec-agree
Proxy-Require: sec-agree'
	digest="$digest, nonce=\"a1b2c3d4e5f60718\""

	make_network
	{
		say_register 1 "$agree" "$offer"
		hear 494
		rest 8
		say_register 2 "$agree" "$offer" \
		    'Security-Verify: digest;d-qop=auth;q=0.5'
		challenged
		say_register 3 "$agree" "$offer" \
		    'Security-Verify: digest;d-qop=auth;q=0.5' "$auth"
		hear 200
	} | scenario phone
	{
		hear_register
		answer '494 Security Agreement Required' \
		    'Security-Server: digest;d-qop=auth;q=0.5'
		hear_register
		answer '401 Unauthorized' "$digest"
		hear_register
		answer '200 OK' '[last_Contact:];expires=600'
	} | scenario server
	scenario_server
	capture
	scenario_phone
	capture_end
}

# --- contacts --------------------------------------------------------------

# registered CSEQ: a phone that asks with challenge and answer
registered()
{
	say_register "$1"
	challenged
	say_register $(($1 + 1)) "$auth"
	hear 200
}

case_udp_remove_all()
{
	make_network
	registrar udp:$sbc_ip:5060
	{
		registered 1
		rest 500
		contact='*' expires=0 registered 3
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

case_udp_query()
{
	make_network
	registrar udp:$sbc_ip:5060
	{
		registered 1
		rest 500
		contact='' expires='' registered 3
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# Two contacts in one header, and one of them with an interval of its own.
case_udp_several_contacts()
{
	make_network
	registrar udp:$sbc_ip:5060
	{
		contact='<sip:4025@[local_ip]:[local_port]>;q=0.8,'
		contact="$contact <sip:4025@[local_ip]:5062>;expires=60"
		registered 1
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# 4001 registers a contact of 4025.
case_udp_third_party()
{
	make_network
	registrar udp:$sbc_ip:5060 -A WITH_THIRD_PARTY
	auth='[authentication username=4001 password=secret-4001]'
	{
		from=4001 registered 1
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# The registrar accepts, and lists $1.
accepting_registrar()
{
	{
		hear_register
		answer '200 OK' "Contact: $1"
	} | scenario server
	{
		say_register 1
		hear 200
	} | scenario phone
	scenario_server
}

# Somebody else
case_udp_not_bound()
{
	make_network
	accepting_registrar '<sip:4025-7f3a@192.0.2.99:5060>;expires=1800'
	capture
	scenario_phone
	capture_end
}

# The phone's user at the address of an SBC
case_udp_contact_rewritten()
{
	make_network
	accepting_registrar "<sip:4025@$sbc_ip:5060>;expires=1800"
	capture
	scenario_phone
	capture_end
}

# --- intervals -------------------------------------------------------------

# Asked for an hour and was given three seconds; comes back after six.
case_udp_lapse()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=3
	{
		registered 1
		rest 6000
		registered 3
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

case_udp_grant_followed()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=3
	{
		registered 1
		rest 2000
		registered 3
		rest 2000
		registered 5
	} | scenario phone
	capture
	scenario_phone
	capture_end
}

# --- the way of the packets ------------------------------------------------

# A REGISTER that fits into a packet until it has credentials
long_phone()
{
	local filler

	filler=$(printf 'codec-%02d/8000;' $(seq 1 72))
	{
		say_register 1 "X-Example-Profile: $filler"
		challenged
		say_register 2 "X-Example-Profile: $filler" "$auth"
		hear 200
	} | scenario phone
}

case_udp_fragments_register()
{
	make_network
	registrar udp:$sbc_ip:5060
	long_phone
	capture
	scenario_phone
	capture_end
}

# Something on the way drops fragments.
case_udp_fragments_lost()
{
	relay_options='-f' make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	long_phone
	capture
	scenario_phone
	idle 36
	capture_end
}

# The phone sends from 5060 and names in its Via a port where it does not listen.
case_udp_wrong_response_port()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	{
		via='[local_ip]:5070' rport='' say_register 1
		hear 401
	} | scenario phone
	capture
	scenario_phone
	idle 124
	capture_end
}

# udp-register as a switch shows it that mirrors both ports of the path.
case_udp_register_captured_twice()
{
	python3 "$lib/twice.py" "$here/udp-register/udp-register.pcap" \
	    "$case_name.pcap"
}
