# SPDX-License-Identifier: Apache-2.0
#
# The same refusals by other libraries: GnuTLS as server and as client, Kamailio
# as server and as client, and TLS 1.0; as cases.sh.  Where a name says "gnutls"
# or "kamailio" alone, that is the server, and OpenSSL is the phone.
# shellcheck shell=bash disable=SC2154

# shellcheck disable=SC2034 # record reads it
tlslibs_cases='
tls12-slow-path tls12-hello-repeated keys-slow-server
tls10-server-only tls10-phone-only
tls12-srv-name-mismatch tls12-srv-names-domain tls12-srv-names-target
gnutls-no-common-cipher gnutls-no-common-group gnutls-protocol-version
gnutls-sni-rejected gnutls-hello-retry gnutls12-resumption gnutls13-resumption
tls13-no-middlebox
gnutls12-client-certificate-missing gnutls13-client-certificate-missing
gnutls12-client-certificate-refused gnutls13-client-certificate-refused
gnutls-client12-certificate-expired gnutls-client12-unknown-ca
gnutls-client12-self-signed gnutls-client12-name-mismatch
gnutls-client12-chain-incomplete gnutls-client12-unsupported-certificate
gnutls-client12-record-damaged gnutls-client-protocol-version
gnutls-client13-unknown-ca
kamailio-no-common-cipher kamailio-protocol-version
kamailio12-client-certificate-missing kamailio13-client-certificate-missing
kamailio12-client-certificate-refused kamailio13-client-certificate-refused
kamailio-client12-certificate-expired kamailio-client13-unknown-ca
kamailio-phone-tls10 kamailio-no-common-group kamailio-sni-unknown
kamailio12-client-certificate-unsupported
kamailio12-client-certificate-expired
kamailio-client12-self-signed kamailio-client12-chain-incomplete
kamailio-client12-unsupported-certificate kamailio-client12-record-damaged
kamailio-client-protocol-version
'

# --- GnuTLS ----------------------------------------------------------------

tls12='NORMAL:-VERS-ALL:+VERS-TLS1.2'
tls13='NORMAL:-VERS-ALL:+VERS-TLS1.3'

# gnutls_server PRIORITY OPTIONS of gnutls-serv, with the good certificate
gnutls_server()
{
	start sbc gnutls-serv --port 8934 --echo --priority "$1" \
	    --x509certfile ../ca/good.pem --x509keyfile ../ca/good.key \
	    "${@:2}" >gnutls-serv.log 2>&1 < <(exec sleep infinity)
	await 5 listening 8934
}

# gnutls_answers PRIORITY "SERVER OPTIONS" "OPENSSL CLIENT OPTIONS"
gnutls_answers()
{
	make_network
	# shellcheck disable=SC2086
	gnutls_server "$1" $2
	capture
	# shellcheck disable=SC2086
	tls_phone 0.5 $strict $3
	capture_end
}

# gnutls_phone PRIORITY OPTIONS of gnutls-cli
gnutls_phone()
{
	sleep 0.5 | phone timeout 5 gnutls-cli --x509cafile ../ca/ca.pem \
	    --priority "$1" --port 8934 --sni-hostname hosted01.example.net \
	    --verify-hostname hosted01.example.net "${@:2}" \
	    198.51.100.10 >gnutls.log 2>&1 || true
}

# gnutls_asks PRIORITY "OPENSSL SERVER OPTIONS" [OPTIONS of gnutls-cli]
gnutls_asks()
{
	make_network
	# shellcheck disable=SC2086
	tls_server $2
	capture
	gnutls_phone "$1" "${@:3}"
	capture_end
}

case_gnutls_no_common_cipher()
{
	gnutls_answers "$tls12:-CIPHER-ALL:+AES-256-GCM" --disable-client-cert \
	    '-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA'
}

case_gnutls_no_common_group()
{
	gnutls_answers "$tls13:-GROUP-ALL:+GROUP-SECP384R1" \
	    --disable-client-cert '-tls1_3 -groups X25519:P-256'
}

case_gnutls_protocol_version()
{
	gnutls_answers "$tls13" --disable-client-cert -tls1_2
}

# The server is hosted02, and the phone asks for hosted01.
case_gnutls_sni_rejected()
{
	gnutls_answers "$tls12" '--disable-client-cert
	    --sni-hostname hosted02.example.net --sni-hostname-fatal' -tls1_2
}

# The phone's key share is of another group than the one that the server takes.
case_gnutls_hello_retry()
{
	gnutls_answers "$tls13:-GROUP-ALL:+GROUP-SECP384R1" \
	    --disable-client-cert \
	    '-tls1_3 -groups X25519:P-384 -keylogfile keys.log'
}

# gnutls_resumes PRIORITY: both sides are GnuTLS; the phone comes twice.
gnutls_resumes()
{
	make_network
	gnutls_server "$1" --disable-client-cert
	capture
	export SSLKEYLOGFILE=$PWD/keys.log
	{
		sleep 1
		echo again
		sleep 1
	} | phone timeout 8 gnutls-cli --x509cafile ../ca/ca.pem --resume \
	    --waitresumption --priority "$1" --port 8934 \
	    --sni-hostname hosted01.example.net \
	    --verify-hostname hosted01.example.net 198.51.100.10 \
	    >gnutls.log 2>&1 || true
	capture_end
}

case_gnutls12_resumption()
{
	gnutls_resumes "$tls12"
}

case_gnutls13_resumption()
{
	gnutls_resumes "$tls13"
}

# Neither side sends a ChangeCipherSpec for boxes on the way (RFC 8446 D.4).
case_tls13_no_middlebox()
{
	handshake 0.5 "-tls1_3 -no_middlebox $good" \
	    "-tls1_3 -no_middlebox $strict -keylogfile keys.log"
}

wants='--require-client-cert --verify-client-cert --x509cafile ../ca/ca.pem'

case_gnutls12_client_certificate_missing()
{
	gnutls_answers "$tls12" "$wants" -tls1_2
}

case_gnutls13_client_certificate_missing()
{
	gnutls_answers "$tls13" "$wants" '-tls1_3 -keylogfile keys.log'
}

# The phone's certificate is of a CA that the server does not know.
case_gnutls12_client_certificate_refused()
{
	gnutls_answers "$tls12" "$wants" "-tls1_2 $stranger"
}

case_gnutls13_client_certificate_refused()
{
	gnutls_answers "$tls13" "$wants" \
	    "-tls1_3 $stranger -keylogfile keys.log"
}

case_gnutls_client12_certificate_expired()
{
	gnutls_asks "$tls12" "$expired"
}

case_gnutls_client12_unknown_ca()
{
	gnutls_asks "$tls12" "$stranger"
}

case_gnutls_client12_self_signed()
{
	gnutls_asks "$tls12" "$self"
}

# The phone asks for hosted02, and the server shows what it has.
case_gnutls_client12_name_mismatch()
{
	gnutls_asks "$tls12" "$good" --sni-hostname hosted02.example.net \
	    --verify-hostname hosted02.example.net
}

case_gnutls_client12_chain_incomplete()
{
	gnutls_asks "$tls12" "$middle"
}

# A certificate for clients only.
case_gnutls_client12_unsupported_certificate()
{
	gnutls_asks "$tls12" '-cert ../ca/misused.pem -key ../ca/misused.key'
}

spoiling_server()
{
	# shellcheck disable=SC2086
	start sbc openssl s_server -accept 198.51.100.10:8935 -quiet -tls1_2 \
	    $good >s_server.log 2>&1 < <(exec sleep infinity)
	await 5 listening 8935
	rude_server spoil
}

# A bit of the server's first flight, in its signature.
case_gnutls_client12_record_damaged()
{
	make_network
	spoiling_server
	capture
	gnutls_phone "$tls12"
	capture_end
}

# The server knows TLS 1.0 only.
case_gnutls_client_protocol_version()
{
	gnutls_asks "$tls12" "-tls1 -cipher ALL:@SECLEVEL=0 $good"
}

# GnuTLS encrypts its alert.
case_gnutls_client13_unknown_ca()
{
	export SSLKEYLOGFILE=$PWD/keys.log
	gnutls_asks "$tls13" "-tls1_3 $stranger"
}

# --- TLS 1.0 ---------------------------------------------------------------

case_tls10_server_only()
{
	handshake 0.5 "-tls1 -cipher ALL:@SECLEVEL=0 $good" "-tls1_2 $strict"
}

case_tls10_phone_only()
{
	handshake 0.5 "-no_tls1 -no_tls1_1 $good" \
	    "-tls1 -cipher ALL:@SECLEVEL=0 $strict"
}

# --- Kamailio --------------------------------------------------------------

# kamailio_answers METHOD "LINES of tls.cfg" "OPENSSL CLIENT OPTIONS"
kamailio_answers()
{
	make_network
	sed "s/METHOD/$1/; s/CERTIFICATE/good/" "$lib/tls.cfg" |
	    awk -v more="$2" '{ print } /^require/ { print more }' >tls.cfg
	registrar "tls:$sbc_ip:8934" -A WITH_TLS
	capture
	# shellcheck disable=SC2086
	tls_phone 0.5 $strict $3
	capture_end
}

demands='verify_certificate = yes
require_certificate = yes
ca_list = ../ca/ca.pem'

case_kamailio_no_common_cipher()
{
	kamailio_answers TLSv1.2 'cipher_list = ECDHE-ECDSA-AES256-GCM-SHA384' \
	    '-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA'
}

case_kamailio_protocol_version()
{
	kamailio_answers TLSv1.2 '' -tls1_3
}

case_kamailio12_client_certificate_missing()
{
	kamailio_answers TLSv1.2 "$demands" -tls1_2
}

case_kamailio13_client_certificate_missing()
{
	kamailio_answers TLSv1.2+ "$demands" '-tls1_3 -keylogfile keys.log'
}

case_kamailio12_client_certificate_refused()
{
	kamailio_answers TLSv1.2 "$demands" "-tls1_2 $stranger"
}

case_kamailio13_client_certificate_refused()
{
	kamailio_answers TLSv1.2+ "$demands" \
	    "-tls1_3 $stranger -keylogfile keys.log"
}

# A phone of TLS 1.0 at a server that takes nothing before 1.2.
case_kamailio_phone_tls10()
{
	kamailio_answers TLSv1.2+ '' '-tls1 -cipher ALL:@SECLEVEL=0'
}

# A curve that OpenSSL takes from nobody unless it is told to.
case_kamailio_no_common_group()
{
	kamailio_answers TLSv1.2 '' '-tls1_2 -groups brainpoolP256r1'
}

# A name that no domain of tls.cfg has: Kamailio takes its default one, and
# rejects no name, whatever server_name_mode says.
case_kamailio_sni_unknown()
{
	kamailio_answers TLSv1.2 "[server:any]
method = TLSv1.2
certificate = ../ca/good.pem
private_key = ../ca/good.key
server_name = hosted01.example.net
server_name_mode = 1" '-tls1_2 -servername hosted09.example.net
	    -verify_hostname hosted09.example.net'
}

# The phone's certificate has expired.
case_kamailio12_client_certificate_expired()
{
	kamailio_answers TLSv1.2 "$demands" \
	    '-tls1_2 -cert ../ca/retired.pem -key ../ca/retired.key'
}

# A certificate for servers only.
case_kamailio12_client_certificate_unsupported()
{
	kamailio_answers TLSv1.2 "$demands" "-tls1_2 $good"
}

# kamailio_asks METHOD "OPENSSL SERVER OPTIONS": a Kamailio near the phones
# passes on what they send, over TLS.
kamailio_asks()
{
	make_network
	# shellcheck disable=SC2086
	tls_server $2
	kamailio_edge "$1"
}

# kamailio_edge METHOD: ... to a server that is there.
kamailio_edge()
{
	cat >tls.cfg <<-END
	[server:default]
	method = $1
	certificate = ../ca/good.pem
	private_key = ../ca/good.key
	[client:default]
	method = $1
	verify_certificate = yes
	require_certificate = yes
	ca_list = ../ca/ca.pem
	server_name = hosted01.example.net
	END
	cat >edge.cfg <<-END
	debug=1
	log_stderror=yes
	children=1
	tcp_children=1
	auto_aliases=no
	dns=no
	rev_dns=no
	use_dns_cache=no
	enable_tls=yes
	loadmodule "sl.so"
	loadmodule "tm.so"
	loadmodule "pv.so"
	loadmodule "tls.so"
	modparam("tls", "config", "tls.cfg")
	request_route {
		t_relay_to_tls("$sbc_ip", "8934");
	}
	END
	start phone kamailio -f "$PWD/edge.cfg" -DD -E -m 16 -M 4 -w "$PWD" \
	    -Y "$PWD" -l udp:127.0.0.1:5060 -l tls:192.0.2.17:5061 \
	    >kamailio.log 2>&1
	await 10 listening 5060 phone
	sleep 0.3
	capture
	printf '%s\r\n' 'OPTIONS sip:example.com SIP/2.0' \
	    'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1' \
	    'From: <sip:4025@example.com>;tag=1' 'To: <sip:example.com>' \
	    'Call-ID: 1' 'CSeq: 1 OPTIONS' 'Max-Forwards: 70' \
	    'Content-Length: 0' '' >options
	phone bash -c 'cat options >/dev/udp/127.0.0.1/5060'
		sleep 1
	capture_end
}

case_kamailio_client12_certificate_expired()
{
	kamailio_asks TLSv1.2 "-tls1_2 $expired"
}

case_kamailio_client13_unknown_ca()
{
	kamailio_asks TLSv1.2+ "-tls1_3 $stranger"
}

case_kamailio_client12_self_signed()
{
	kamailio_asks TLSv1.2 "-tls1_2 $self"
}

case_kamailio_client12_chain_incomplete()
{
	kamailio_asks TLSv1.2 "-tls1_2 $middle"
}

# A certificate for clients only.
case_kamailio_client12_unsupported_certificate()
{
	kamailio_asks TLSv1.2 \
	    '-tls1_2 -cert ../ca/misused.pem -key ../ca/misused.key'
}

# A bit of the server's first flight, in its signature.
case_kamailio_client12_record_damaged()
{
	make_network
	spoiling_server
	kamailio_edge TLSv1.2
}

# The server knows TLS 1.0 only.
case_kamailio_client_protocol_version()
{
	kamailio_asks TLSv1.2 "-tls1 -cipher ALL:@SECLEVEL=0 $good"
}

# --- what the phone asked of DNS -------------------------------------------

# srv_phone CERTIFICATE NAME-ASKED-FOR NAME-CHECKED: the phone is led by SRV from
# example.com to hosted01.example.net (RFC 3263).
srv_phone()
{
	make_network
	tls_server -tls1_2 -cert "../ca/$1.pem" -key "../ca/$1.key"
	resolver --srv-host=_sips._tcp.example.com,hosted01.example.net,8934
	capture
	phone host -t SRV _sips._tcp.example.com. 203.0.113.53 >/dev/null
	phone host -t A hosted01.example.net. 203.0.113.53 >/dev/null
	gnutls_phone "$tls12" --sni-hostname "$2" --verify-hostname "$3"
	capture_end
}

# Neither domain nor target: the certificate is for another host.
case_tls12_srv_name_mismatch()
{
	srv_phone elsewhere hosted01.example.net hosted01.example.net
}

# The phone checks the domain (RFC 5922), and finds it; what it does not know is
# the issuer.
case_tls12_srv_names_domain()
{
	srv_phone domain hosted01.example.net example.com
}

# The phone asks for the domain, and checks the target.
case_tls12_srv_names_target()
{
	srv_phone stranger example.com hosted01.example.net
}

# --- slow, or not ----------------------------------------------------------

# Each way takes 1.3 seconds, as over two satellites: nothing is slow but light.
case_tls12_slow_path()
{
	relay_delay=1300000
	make_network
	# shellcheck disable=SC2086
	tls_server -tls1_2 $good
	phone ip neigh add 192.0.2.1 lladdr 00:00:5e:00:53:01 dev eth0
	sbc ip neigh add 192.0.2.17 lladdr 00:00:5e:00:53:17 dev eth0
	capture
	patience=15
	# shellcheck disable=SC2086
	tls_phone 8 -tls1_2 $strict
	sleep 3
	capture_end
}

# A registrar behind rude.py; with its keys.
case_keys_slow_server()
{
	make_network
	sed "s/METHOD/TLSv1.2+/; s/CERTIFICATE/good/" "$lib/tls.cfg" >tls.cfg
	registrar "tls:$sbc_ip:8935" -A WITH_TLS
	rude_server slow
	capture
	phone env PYTHONDONTWRITEBYTECODE=1 python3 "$lib/tlsphone.py" 4025 \
	    secret-4025 "$sbc_ip" 8934 --keylog keys.log >tlsphone.log 2>&1 ||
	    die "$case_name: $(tail -n 1 tlsphone.log)"
	capture_end
}

# The ClientHello is lost four times.
case_tls12_hello_repeated()
{
	relay_options='-l 4'
	patience=12
	handshake 5 "-tls1_2 $good" "-tls1_2 $strict"
}
