# SPDX-License-Identifier: Apache-2.0
#
# The cases that `record` records: one function each, run inside the case's own
# namespaces.  See `record` for the network and for the words used here.
# shellcheck shell=bash

# Those that last long come first.
cases='
udp-challenge-unanswered
lobby-one-of-fifty
udp-no-answer tls-syn-unanswered tls-silence-after-client-hello
udp-wrong-password tcp-wrong-password udp-wrong-password-sixteen-times
udp-icmp-unreachable tcp-no-answer tcp-closed-before-answer
tcp-register-to-tls-port
udp-refresh udp-refresh-without-challenge
udp-register tcp-register udp-ipv6-register udp-register-at-registrar
udp-register-linphone udp-register-srv udp-register-after-loss
udp-unknown-user udp-removal udp-interval-too-brief
tcp-connection-refused
ws-wrong-password ws-register ws-register-fragmented
tls13-refreshes-unreadable
tls12-register tls13-register tls12-register-certificate-expired
tls12-certificate-expired tls13-certificate-expired
tls12-unknown-ca tls12-self-signed tls12-name-mismatch
tls12-protocol-version tls12-no-common-cipher tls13-no-common-group
tls-reset-after-client-hello tls-closed-after-client-hello
tls-not-tls-http tls-not-tls-sip
tls12-client-certificate tls12-client-certificate-missing
tls13-client-certificate-missing tls12-client-certificate-refused
tls13-hello-retry tls12-resumption tls13-resumption tls12-renegotiation
tls13-certificate-refused-encrypted
'

sbc_ip=198.51.100.10
nobody=198.51.100.66

# register USER PASSWORD over udp or tcp, from an address, by SIPp
sipp_phone()
{
	printf 'SEQUENTIAL\n%s;192.0.2.17;[authentication username=%s password=%s]\n' \
	    "$1" "$1" "$2" >users.csv
	sipp_run -t "$3" -m 1 -inf users.csv -sf "$lib/register.xml"
}

sipp_run()
{
	phone sipp "$sbc_ip:5060" -i 192.0.2.17 -p 5060 -nostdin "$@" \
	    >sipp.log 2>&1 || true
}

# Time passes, and other traffic shows that the capture goes on: a look-up of
# another name every ten seconds.
idle()
{
	local end=$((SECONDS + $1))

	while [ $SECONDS -lt $end ]; do
		sleep 9.7
		phone host -t A time.example.net. 203.0.113.53 >/dev/null || true
	done
}

idle_resolver()
{
	resolver --host-record=time.example.net,203.0.113.123
}

# --- SIP over UDP ----------------------------------------------------------

case_udp_register()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

# The same, recorded in front of the registrar
case_udp_register_at_registrar()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture sbc
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

case_udp_ipv6_register()
{
	make_network
	registrar 'udp:[2001:db8:2::10]:5060'
	capture
	listen='[2001:db8:1::17]:5060'
	baresip_phone 4025 secret-4025 'sip:[2001:db8:2::10];transport=udp'
	sleep 1
	capture_end
}

# linphone_phone [SERVER-URI]: registers as 4025
linphone_phone()
{
	mkdir -p home/.local/share/linphone
	cat >linphonerc <<-END
	[sip]
	sip_port=5060
	sip_tcp_port=0
	sip_tls_port=-1
	use_ipv6=0
	default_proxy=0
	root_ca=$PWD/../ca/ca.pem
	verify_server_certs=1
	verify_server_cn=1
	[proxy_0]
	reg_proxy=<${1:-sip:$sbc_ip;transport=udp}>
	reg_identity=sip:4025@example.com
	reg_expires=600
	reg_sendregister=1
	[auth_info_0]
	username=4025
	passwd=secret-4025
	realm=example.com
	END
	start phone env HOME="$PWD/home" linphonec -c "$PWD/linphonerc" \
	    >linphone.log 2>&1 < <(exec sleep infinity)
}

case_udp_register_linphone()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	linphone_phone
	sleep 3
	capture_end
}

# The phone finds its registrar by SRV (RFC 3263).
case_udp_register_srv()
{
	make_network
	registrar udp:$sbc_ip:5060
	resolver --srv-host=_sip._udp.example.com,hosted01.example.net,5060
	capture
	linphone_phone "sip:example.com"
	sleep 3
	capture_end
}

# This phone uses its nonce again: a refresh is one REGISTER and its 200.
case_udp_refresh_without_challenge()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=5
	capture
	linphone_phone
	sleep 15
	capture_end
}

# Gives up after the second 401; the capture goes on.
case_udp_wrong_password()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	sipp_phone 4025 not-the-password u1
	idle 36
	capture_end
}

# This phone answers every 401 with the same wrong password, until its limit;
# then it is switched off.
case_udp_wrong_password_sixteen_times()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	baresip_phone 4025 not-the-password "sip:$sbc_ip;transport=udp"
	sleep 1.5
	finish "$baresip_pid" KILL
	idle 36
	capture_end
}

# A phone without a password: it does not come back.
case_udp_challenge_unanswered()
{
	make_network
	registrar udp:$sbc_ip:5060
	idle_resolver
	capture
	sipp_run -t u1 -m 1 -sf "$lib/no-password.xml"
	idle 124
	capture_end
}

case_udp_unknown_user()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	baresip_phone 7777 secret-7777 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

case_udp_no_answer()
{
	make_network
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$nobody;transport=udp"
	idle 36
	capture_end
}

# The server is there, but nobody listens on the port.
case_udp_icmp_unreachable()
{
	make_network
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	finish "$baresip_pid" KILL
	idle 36
	capture_end
}

case_udp_refresh()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=4
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 12
	capture_end
}

case_udp_removal()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 2
	finish "$baresip_pid" TERM
	sleep 0.5
	capture_end
}

case_udp_interval_too_brief()
{
	make_network
	registrar udp:$sbc_ip:5060 -A MIN_EXPIRES=60 -A WITH_423
	capture
	sipp_run -t u1 -m 1 -sf "$lib/too-brief.xml"
	sleep 0.5
	capture_end
}

# Fifty phones, and the twelfth that comes has a wrong password.
case_lobby_one_of_fifty()
{
	local i user password

	make_network
	registrar udp:$sbc_ip:5060 -A MAX_EXPIRES=600
	echo SEQUENTIAL >users.csv
	for i in $(seq 1 51); do
		user=$((4000 + i))
		password=secret-$user
		[ "$i" != 12 ] || password=not-the-password
		phone ip addr add 192.0.2.$((100 + i))/24 dev eth0
		echo "$user;192.0.2.$((100 + i));[authentication" \
		    "username=$user password=$password]" >>users.csv
	done
	capture
	sipp_run -t ui -max_socket 100 -ip_field 1 -m 51 -r 1 -inf users.csv \
	    -sf "$lib/register.xml"
	sleep 0.5
	capture_end
}

# The first two transmissions of the REGISTER are lost.
case_udp_register_after_loss()
{
	make_network
	registrar udp:$sbc_ip:5060
	sbc ip addr del $sbc_ip/32 dev lo
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	sbc ip addr add $sbc_ip/32 dev lo
	sleep 2
	capture_end
}

# --- SIP over TCP ----------------------------------------------------------

case_tcp_register()
{
	make_network
	registrar tcp:$sbc_ip:5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=tcp"
	sleep 1
	capture_end
}

case_tcp_wrong_password()
{
	make_network
	registrar tcp:$sbc_ip:5060
	idle_resolver
	capture
	sipp_phone 4025 not-the-password t1
	idle 36
	capture_end
}

# The server takes the REGISTER and closes the connection.
case_tcp_closed_before_answer()
{
	make_network
	idle_resolver
	rude_server close 5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=tcp"
	sleep 1.5
	finish "$baresip_pid" KILL
	idle 36
	capture_end
}

# The server takes the REGISTER and says nothing.
case_tcp_no_answer()
{
	make_network
	idle_resolver
	rude_server silent 5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=tcp"
	idle 38
	capture_end
}

case_tcp_connection_refused()
{
	make_network
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=tcp"
	sleep 1
	capture_end
}

# A phone that speaks TCP where TLS is spoken
case_tcp_register_to_tls_port()
{
	make_network
	tls_registrar TLSv1.2+
	idle_resolver
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip:8934;transport=tcp"
	sleep 1.5
	finish "$baresip_pid" KILL
	idle 36
	capture_end
}

# --- SIP over WebSocket ----------------------------------------------------

# ws_phone PASSWORD OPTIONS of wsphone.py
ws_phone()
{
	phone python3 "$lib/wsphone.py" 4025 "$1" $sbc_ip 8080 "${@:2}" \
	    >wsphone.log 2>&1 || true
}

# The registrar pings after five seconds.
case_ws_register()
{
	make_network
	registrar tcp:$sbc_ip:8080 -A WITH_WS
	capture
	ws_phone secret-4025 --stay 8
	capture_end
}

case_ws_register_fragmented()
{
	make_network
	registrar tcp:$sbc_ip:8080 -A WITH_WS
	capture
	ws_phone secret-4025 --fragments
	capture_end
}

case_ws_wrong_password()
{
	make_network
	registrar tcp:$sbc_ip:8080 -A WITH_WS
	idle_resolver
	capture
	ws_phone not-the-password
	idle 36
	capture_end
}

# --- TLS with SIP in it ----------------------------------------------------

tls_registrar()
{
	sed "s/METHOD/$1/; s/CERTIFICATE/${2:-good}/" "$lib/tls.cfg" >tls.cfg
	registrar tls:$sbc_ip:8934 -A WITH_TLS
}

tls_register()
{
	make_network
	tls_registrar "$@"
	resolver
	capture
	baresip_phone 4025 secret-4025 "sip:hosted01.example.net:8934;transport=tls"
	sleep 1.5
	capture_end
}

case_tls12_register()
{
	tls_register TLSv1.2
}

# Refreshed twice, and removed: without keys only sizes and times tell.
case_tls13_refreshes_unreadable()
{
	make_network
	tls_registrar TLSv1.2+
	resolver
	capture
	baresip_phone 4025 secret-4025 \
	    "sip:hosted01.example.net:8934;transport=tls" regint=4
	sleep 11
	finish "$baresip_pid" INT
	capture_end
}

case_tls13_register()
{
	tls_register TLSv1.2+
}

# A real phone, which refuses the certificate of the registrar.  (baresip 1.0
# would take any.)
case_tls12_register_certificate_expired()
{
	make_network
	tls_registrar TLSv1.2+ expired
	resolver
	capture
	linphone_phone "sip:hosted01.example.net:8934;transport=tls"
	sleep 3
	capture_end
}

# --- TLS handshakes --------------------------------------------------------

# handshake SECONDS "SERVER OPTIONS" "CLIENT OPTIONS"
handshake()
{
	make_network
	# shellcheck disable=SC2086
	tls_server $2
	capture
	# shellcheck disable=SC2086
	tls_phone "$1" $3
	capture_end
}

good='-cert ../ca/good.pem -key ../ca/good.key'
expired='-cert ../ca/expired.pem -key ../ca/expired.key'
stranger='-cert ../ca/stranger.pem -key ../ca/stranger.key'
self='-cert ../ca/self.pem -key ../ca/self.key'
strict='-CAfile ../ca/ca.pem -verify_return_error'
device='-cert ../ca/device.pem -key ../ca/device.key'

case_tls12_certificate_expired()
{
	handshake 0.5 "-tls1_2 $expired" "-tls1_2 $strict"
}

case_tls13_certificate_expired()
{
	handshake 0.5 "-tls1_3 $expired" "-tls1_3 $strict"
}

case_tls12_unknown_ca()
{
	handshake 0.5 "-tls1_2 $stranger" "-tls1_2 $strict"
}

case_tls12_self_signed()
{
	handshake 0.5 "-tls1_2 $self" "-tls1_2 $strict"
}

case_tls12_name_mismatch()
{
	handshake 0.5 "-tls1_2 $good" \
	    "-tls1_2 $strict -verify_hostname hosted02.example.net"
}

# The server wants 1.2 or later, the phone knows 1.1 at most.
case_tls12_protocol_version()
{
	handshake 0.5 "-no_tls1 -no_tls1_1 $good" \
	    "$strict -no_tls1_2 -no_tls1_3 -cipher DEFAULT@SECLEVEL=0"
}

case_tls12_no_common_cipher()
{
	handshake 0.5 "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384 $good" \
	    "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA $strict"
}

case_tls13_no_common_group()
{
	handshake 0.5 "-tls1_3 -groups P-384 $good" \
	    "-tls1_3 -groups X25519:P-256 $strict"
}

case_tls13_hello_retry()
{
	handshake 0.5 "-tls1_3 -groups P-384 $good" \
	    "-tls1_3 -groups X25519:P-384 $strict -keylogfile keys.log"
}

case_tls12_client_certificate()
{
	handshake 0.5 "-tls1_2 $good -Verify 1 -CAfile ../ca/ca.pem
	    -verify_return_error" "-tls1_2 $strict $device"
}

case_tls12_client_certificate_missing()
{
	handshake 0.5 "-tls1_2 $good -Verify 1 -CAfile ../ca/ca.pem" \
	    "-tls1_2 $strict"
}

case_tls13_client_certificate_missing()
{
	handshake 0.5 "-tls1_3 $good -Verify 1 -CAfile ../ca/ca.pem" \
	    "-tls1_3 $strict -keylogfile keys.log"
}

# The phone's certificate is of a CA that the server does not know.
case_tls12_client_certificate_refused()
{
	handshake 0.5 "-tls1_2 $good -Verify 1 -CAfile ../ca/ca.pem
	    -verify_return_error" "-tls1_2 $strict $stranger"
}

resumption()
{
	make_network
	# shellcheck disable=SC2086
	tls_server "$1" $good
	capture
	# shellcheck disable=SC2086
	tls_phone 0.5 "$1" $strict -sess_out session.pem -keylogfile keys.log
	sleep 0.5
	# shellcheck disable=SC2086
	tls_phone 0.5 "$1" $strict -sess_in session.pem -keylogfile keys.log
	capture_end
}

case_tls12_resumption()
{
	resumption -tls1_2
}

case_tls13_resumption()
{
	resumption -tls1_3
}

# The phone asks for a second handshake inside the first connection.
case_tls12_renegotiation()
{
	nocommands=
	say='R\n'
	handshake 0.7 "-tls1_2 $good -client_renegotiation" "-tls1_2 $strict"
}

# GnuTLS encrypts its alert, OpenSSL does not.
case_tls13_certificate_refused_encrypted()
{
	make_network
	# shellcheck disable=SC2086
	tls_server -tls1_3 $expired
	capture
	sleep 0.5 | SSLKEYLOGFILE=$PWD/keys.log phone timeout 5 gnutls-cli \
	    --x509cafile ../ca/ca.pem \
	    --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.3' --port 8934 \
	    --sni-hostname hosted01.example.net \
	    --verify-hostname hosted01.example.net \
	    198.51.100.10 >gnutls.log 2>&1 || true
	capture_end
}

# --- TLS against servers that do not do TLS --------------------------------

# rude HOW SECONDS
rude()
{
	make_network
	rude_server "$1"
	capture
	# shellcheck disable=SC2086
	tls_phone "$2" $strict
	capture_end
}

case_tls_reset_after_client_hello()
{
	rude reset 0.5
}

case_tls_closed_after_client_hello()
{
	rude close 0.5
}

case_tls_not_tls_http()
{
	rude http 0.5
}

case_tls_not_tls_sip()
{
	rude sip 0.5
}

# The phone loses patience after 36 s.
case_tls_silence_after_client_hello()
{
	patience=36
	rude silent 37
}

case_tls_syn_unanswered()
{
	make_network
	idle_resolver
	capture
	patience=36
	server=$nobody
	# shellcheck disable=SC2086
	tls_phone 37 $strict &
	idle 36
	capture_end
}
