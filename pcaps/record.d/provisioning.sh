# SPDX-License-Identifier: Apache-2.0
#
# Cases of phones that fetch their configuration: TFTP by dnsmasq, tftp-hpa and
# curl; HTTP by lighttpd and curl; HTTPS by openssl s_server and curl.  See
# cases.sh.
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
provisioning_cases='
profile-forced
tftp-register tftp-not-found tftp-no-answer tftp-refused
http-register http-not-found http-forbidden
https-certificate-expired https-register keys-https
'
provisioning_tools='curl lighttpd tftp'

file_of_phone=SEP00005E005317.cnf.xml
yealink='Yealink SIP-T46S 66.85.0.5 00:00:5e:00:53:17'

# make_file NAME BYTES: a configuration of that length
make_file()
{
	mkdir -p served
	{
		echo '<device><proxy>hosted01.example.net</proxy></device>'
		yes '<!-- no more is known of this phone -->'
	} | head -c "$2" >"served/$1"
}

# What it calls a file in its errors is a path: one that says nothing of here.
tftp_server()
{
	mkdir -p served
	mount --bind served /srv
	start sbc dnsmasq -C /dev/null -k -h -R -p 0 -u root -x "$PWD/tftpd.pid" \
	    --enable-tftp --tftp-root=/srv \
	    --listen-address=$sbc_ip --bind-interfaces >tftpd.log 2>&1
	await 5 listening 69
}

# http_server [LINES of its configuration]
http_server()
{
	mkdir -p served
	cat >lighttpd.conf <<-END
	server.document-root = "$PWD/served"
	server.bind = "$sbc_ip"
	server.port = 80
	server.tag = "provisioning"
	server.modules = ("mod_access")
	$*
	END
	start sbc lighttpd -D -f lighttpd.conf >lighttpd.log 2>&1
	await 5 listening 80
}

# fetch URL [ARGUMENTS of curl]: by a phone
fetch()
{
	phone curl -sS -o fetched -A "$yealink" "$@" >>curl.log 2>&1 || true
}

# --- profiles --------------------------------------------------------------

# As udp-register; its args say which service was expected.
case_profile_forced()
{
	make_network
	registrar udp:$sbc_ip:5060
	capture
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

# --- TFTP ------------------------------------------------------------------

# A file that need not be there, then the one that counts, with options.
case_tftp_register()
{
	make_network
	registrar udp:$sbc_ip:5060
	make_file $file_of_phone 3300
	tftp_server
	capture
	phone tftp -m binary $sbc_ip -c get CTLSEP00005E005317.tlv \
	    >tftp.log 2>&1 || true
	fetch "tftp://$sbc_ip/$file_of_phone" --tftp-blksize 1428
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

case_tftp_not_found()
{
	make_network
	tftp_server
	idle_resolver
	capture
	for name in $file_of_phone XMLDefault.cnf.xml; do
		phone tftp -m binary $sbc_ip -c get $name </dev/null >>tftp.log 2>&1 || true
	done
	idle 20
	capture_end
}

# To an address where nobody is: tftp asks again every five seconds.
case_tftp_no_answer()
{
	make_network
	idle_resolver
	capture
	phone host -t A time.example.net. 203.0.113.53 >/dev/null || true
	phone tftp -m binary 198.51.100.66 -c get $file_of_phone >tftp.log 2>&1 ||
	    true
	idle 12
	capture_end
}

# Nobody listens on port 69: the host says so.
case_tftp_refused()
{
	make_network
	idle_resolver
	capture
	fetch "tftp://$sbc_ip/$file_of_phone" --connect-timeout 4
	idle 12
	capture_end
}

# --- HTTP ------------------------------------------------------------------

# One file that is not there, then two on one connection, and a REGISTER.
case_http_register()
{
	make_network
	registrar udp:$sbc_ip:5060
	make_file y000000000028.cfg 5000
	make_file 00005e005317.cfg 700
	http_server
	capture
	fetch "http://phone:secret@$sbc_ip/00005e005317-extra.cfg?token=secret"
	fetch "http://$sbc_ip/y000000000028.cfg" \
	    --next -sS -A "$yealink" -o fetched "http://$sbc_ip/00005e005317.cfg"
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

case_http_not_found()
{
	make_network
	http_server
	idle_resolver
	capture
	fetch "http://$sbc_ip/00005e005317.cfg"
	idle 12
	capture_end
}

case_http_forbidden()
{
	make_network
	make_file 00005e005317.cfg 700
	http_server 'url.access-deny = (".cfg")'
	idle_resolver
	capture
	fetch "http://$sbc_ip/00005e005317.cfg"
	idle 12
	capture_end
}

# --- HTTPS -----------------------------------------------------------------

# https_server CERTIFICATE
https_server()
{
	make_file activate 900
	start sbc openssl s_server -accept $sbc_ip:443 -quiet -WWW \
	    -cert "../ca/$1.pem" -key "../ca/$1.key" >s_server.log 2>&1 \
	    < <(exec sleep infinity)
	await 5 listening 443
}

# activate ARGUMENTS of curl: from the service's own host
activate()
{
	fetch --cacert ../ca/ca.pem \
	    --resolve "activate.cisco.com:443:$sbc_ip" "$@" \
	    https://activate.cisco.com/served/activate
}

case_https_certificate_expired()
{
	make_network
	https_server expired
	idle_resolver
	capture
	activate
	idle 12
	capture_end
}

# What the server says inside of TLS is not seen; the phone registers.
case_https_register()
{
	make_network
	registrar udp:$sbc_ip:5060
	https_server good
	capture
	activate -k
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 1
	capture_end
}

# The same with the secrets of the phone: what is inside is seen.
case_keys_https()
{
	make_network
	https_server good
	capture
	SSLKEYLOGFILE=$PWD/keys.log activate -k
	capture_end
}
