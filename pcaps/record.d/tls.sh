# SPDX-License-Identifier: Apache-2.0
#
# Cases of TLS handshakes that fail for less common reasons, and their near
# misses; as cases.sh.
# shellcheck shell=bash disable=SC2034,SC2154

tls_cases='
tls12-hello-lost tls12-mtu-blackhole
tls12-intercepted tls12-certificate-renewed tls12-phone-clock
tls12-chain-incomplete tls12-chain-complete tls12-chain-unordered
tls12-sni-rejected tls12-sni-warning
tls12-unsupported-certificate tls12-record-damaged
tls12-slow-server tls-accepted-and-closed
tls13-early-data tls12-sni-mismatch tcp-icmp-prohibited
tls13-early-data-refused tls12-damaged-signature
tls12-client-certificate-dismissed tls12-client-certificate-admitted
'

middle='-cert ../ca/behind.pem -key ../ca/behind.key'

# handshakes "CLIENT OPTIONS 1" "CLIENT OPTIONS 2": the second one after the
# server got another certificate
after_change()
{
	make_network
	# shellcheck disable=SC2086
	tls_server -tls1_2 $good
	capture
	# shellcheck disable=SC2086
	tls_phone 0.3 -tls1_2 $1
	finish "$tls_server_pid"
	# shellcheck disable=SC2086
	tls_server -tls1_2 $stranger
	# shellcheck disable=SC2086
	tls_phone 0.3 -tls1_2 $2
	capture_end
}

case_tls12_intercepted()
{
	after_change "$strict" "$strict"
}

# The new issuer is one that the phone knows.
case_tls12_certificate_renewed()
{
	cat ../ca/ca.pem ../ca/other.pem >both.pem
	after_change "$strict" "-CAfile both.pem -verify_return_error"
}

# The phone lives in 2037.
case_tls12_phone_clock()
{
	handshake 0.5 "-tls1_2 $good" "-tls1_2 $strict -attime 2120000000"
}

case_tls12_chain_incomplete()
{
	handshake 0.5 "-tls1_2 $middle" "-tls1_2 $strict"
}

case_tls12_chain_complete()
{
	handshake 0.5 "-tls1_2 $middle -cert_chain ../ca/middle.pem" \
	    "-tls1_2 $strict"
}

# The root before the intermediate, which OpenSSL does not mind.
case_tls12_chain_unordered()
{
	cat ../ca/ca.pem ../ca/middle.pem >turned.pem
	handshake 0.5 "-tls1_2 $middle -cert_chain turned.pem" "-tls1_2 $strict"
}

# The server is hosted02, and the phone asks for hosted01.
case_tls12_sni_rejected()
{
	handshake 0.5 "-tls1_2 $good -servername hosted02.example.net
	    -cert2 ../ca/stranger.pem -key2 ../ca/stranger.key
	    -servername_fatal" "-tls1_2 $strict"
}

case_tls12_sni_warning()
{
	handshake 0.5 "-tls1_2 $good -servername hosted02.example.net
	    -cert2 ../ca/stranger.pem -key2 ../ca/stranger.key" \
	    "-tls1_2 $strict"
}

# The phone asks for hosted02, and the server shows what it has.
case_tls12_sni_mismatch()
{
	handshake 0.5 "-tls1_2 $good" "-tls1_2 $strict
	    -servername hosted02.example.net
	    -verify_hostname hosted02.example.net"
}

# The router has a rule against it.
case_tcp_icmp_prohibited()
{
	make_network
	sbc sysctl -q net.ipv4.ip_forward=1
	sbc ip route add prohibit $nobody/32
	capture
	server=$nobody
	# shellcheck disable=SC2086
	tls_phone 3 $strict
	capture_end
}

# A certificate for clients.
case_tls12_unsupported_certificate()
{
	handshake 0.5 "-tls1_2 $device" "-tls1_2 $strict"
}

# behind HOW SECONDS: an OpenSSL server behind rude.py
behind()
{
	make_network
	# shellcheck disable=SC2086
	start sbc openssl s_server -accept 198.51.100.10:8935 -quiet -tls1_2 \
	    $good >s_server.log 2>&1 < <(exec sleep infinity)
	await 5 listening 8935
	rude_server "$1"
	capture
	# shellcheck disable=SC2086
	tls_phone "$2" -tls1_2 $strict
	capture_end
}

case_tls12_record_damaged()
{
	behind damage 0.5
}

# A bit of the server's first flight, in its signature.
case_tls12_damaged_signature()
{
	behind spoil 0.5
}

case_tls12_slow_server()
{
	patience=12
	behind slow 8
}

case_tls_accepted_and_closed()
{
	rude slam 0.5
}

# Nothing that is longer than 250 bytes arrives: no ClientHello does.
case_tls12_hello_lost()
{
	relay_options='-m 250'
	make_network
	# shellcheck disable=SC2086
	tls_server -tls1_2 $good
	idle_resolver
	capture
	patience=36
	# shellcheck disable=SC2086
	tls_phone 37 $strict &
	idle 36
	capture_end
}

# Nothing that is longer than 1200 bytes arrives: of the server's first flight
# only its end does.
case_tls12_mtu_blackhole()
{
	relay_options='-m 1200'
	make_network
	cat ../ca/middle.pem ../ca/ca.pem ../ca/other.pem >chain.pem
	# shellcheck disable=SC2086
	tls_server -tls1_2 $middle -cert_chain chain.pem
	idle_resolver
	capture
	patience=36
	# shellcheck disable=SC2086
	tls_phone 37 $strict &
	idle 36
	capture_end
}

# The second connection begins with data under the keys of the first.
case_tls13_early_data()
{
	early_data -early_data
}

# The server was started again meanwhile: it takes neither session nor data.
case_tls13_early_data_refused()
{
	early_data -early_data restart
}

early_data()
{
	make_network
	# shellcheck disable=SC2086
	tls_server -tls1_3 $1 $good
	capture
	# shellcheck disable=SC2086
	tls_phone 0.5 -tls1_3 $strict -sess_out session.pem -keylogfile keys.log
	if [ -n "${2-}" ]; then
		finish "$tls_server_pid"
		# shellcheck disable=SC2086
		tls_server -tls1_3 $1 $good
	fi
	printf '%b' "$options" >early
	# shellcheck disable=SC2086
	tls_phone 0.5 -tls1_3 $strict -sess_in session.pem -early_data early \
	    -keylogfile keys.log
	capture_end
}

# optional_certificate HOW: the server asks for a certificate, goes on without,
# and then does as dismiss.py says.
optional_certificate()
{
	make_network
	start sbc python3 "$lib/dismiss.py" "$1" ../ca/ca.pem ../ca/good.pem \
	    ../ca/good.key 198.51.100.10 8934
	await 5 listening 8934
	capture
	# shellcheck disable=SC2086
	tls_phone 0.5 -tls1_2 $strict
	capture_end
}

case_tls12_client_certificate_dismissed()
{
	optional_certificate dismiss
}

case_tls12_client_certificate_admitted()
{
	optional_certificate admit
}
