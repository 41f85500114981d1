# SPDX-License-Identifier: Apache-2.0
#
# Cases with the secrets of their TLS connections: one function each, as in
# cases.sh.  Their args give regscan the keys.
# shellcheck shell=bash

keys_cases='
keys-tls10-cbc keys-tls12-gcm keys-tls12-cbc keys-tls12-chacha keys-tls12-ccm
keys-tls13-gcm keys-tls13-chacha keys-tls12-resumed keys-tls13-resumed
keys-wss keys-wrong-password keys-in-pcapng keys-rsa keys-of-another
keys-certificate-refused keys-client-certificate-missing keys-renegotiated
'

# keyed VERSION CIPHERS [CERTIFICATE [PASSWORD [OPTIONS of tlsphone.py]]]: the
# registrar takes any version and cipher, the phone these only.
keyed()
{
	make_network
	sed "s/METHOD/TLSv1+/; s/CERTIFICATE/${3:-good}/
	    /^require/a cipher_list = ALL:@SECLEVEL=0" "$lib/tls.cfg" >tls.cfg
	# shellcheck disable=SC2086
	registrar tls:$sbc_ip:8934 -A WITH_TLS ${more_of_registrar-}
	capture
	cat >openssl.conf <<-END
	openssl_conf = a
	[a]
	ssl_conf = b
	[b]
	system_default = c
	[c]
	MinProtocol = TLSv1
	Ciphersuites = ${suites-TLS_AES_128_GCM_SHA256}
	END
	phone env OPENSSL_CONF="$PWD/openssl.conf" PYTHONDONTWRITEBYTECODE=1 \
	    python3 "$lib/tlsphone.py" 4025 "${4:-secret-4025}" $sbc_ip 8934 \
	    --tls "$1" --ciphers "$2" --keylog keys.log "${@:5}" \
	    >tlsphone.log 2>&1 || die "$case_name: $(tail -n 1 tlsphone.log)"
	capture_end
}

case_keys_tls10_cbc()
{
	keyed 1.0 ECDHE-ECDSA-AES128-SHA
}

case_keys_tls12_gcm()
{
	keyed 1.2 ECDHE-ECDSA-AES256-GCM-SHA384
}

case_keys_tls12_cbc()
{
	keyed 1.2 ECDHE-ECDSA-AES128-SHA256
}

case_keys_tls12_chacha()
{
	keyed 1.2 ECDHE-ECDSA-CHACHA20-POLY1305
}

case_keys_tls12_ccm()
{
	keyed 1.2 ECDHE-ECDSA-AES128-CCM
}

case_keys_tls13_gcm()
{
	keyed 1.3 ALL
}

case_keys_tls13_chacha()
{
	suites=TLS_CHACHA20_POLY1305_SHA256
	keyed 1.3 ALL
}

case_keys_tls12_resumed()
{
	more_of_registrar='-A TCP_CHILDREN=1'
	keyed 1.2 ECDHE-ECDSA-AES128-GCM-SHA256 good secret-4025 --again
}

case_keys_tls13_resumed()
{
	more_of_registrar='-A TCP_CHILDREN=1'
	keyed 1.3 ALL good secret-4025 --again
}

case_keys_wss()
{
	more_of_registrar='-A WITH_WS'
	keyed 1.3 ALL good secret-4025 --websocket
}

case_keys_wrong_password()
{
	keyed 1.3 ALL good wrong
}

# As Wireshark writes it, when asked to keep the secrets with the packets
case_keys_in_pcapng()
{
	keyed 1.3 ALL
	mv "$case_name.pcap" plain.pcap
	editcap --inject-secrets tls,keys.log -F pcapng plain.pcap packets.ng
	editcap --discard-capture-comment packets.ng "$case_name.pcap" ||
	    cp packets.ng "$case_name.pcap"
	rm keys.log
}

# The server's RSA key opens what was agreed upon with RSA key exchange.
case_keys_rsa()
{
	keyed 1.2 AES128-GCM-SHA256 rsa
	rm keys.log
	cp ../ca/rsa.key server.key
}

# The secrets of the right connection, but other ones
case_keys_of_another()
{
	keyed 1.2 ECDHE-ECDSA-AES128-GCM-SHA256
	awk '{ print $1, $2, substr($3, 3) "00" }' keys.log >other
	mv other keys.log
}

# GnuTLS encrypts its alert: with keys it can be read.
case_keys_certificate_refused()
{
	case_tls13_certificate_refused_encrypted
}

case_keys_client_certificate_missing()
{
	case_tls13_client_certificate_missing
}

# A second handshake under the keys of the first
case_keys_renegotiated()
{
	nocommands=
	say='R\n'
	handshake 0.7 "-tls1_2 $good -client_renegotiation" \
	    "-tls1_2 $strict -keylogfile keys.log"
}
