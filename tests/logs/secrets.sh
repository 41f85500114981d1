#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Secrets wherever a log and its archive may have them, each marked SECRET: none
# of them is in any report.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/logcat-20230904-225152.log" <<'END'
1 NOT Sep 04 22:50:00.000001 (1-2) voice-password is SECRET1
2 NOT Sep 04 22:50:01.000001 (1-2) voice-fapp-CP-8865-3PCC SECRET2 -- Requesting resync https://user:SECRET3@cfg.example.net/SECRET4?key=SECRET5
3 INF Sep 04 22:50:01.1 dnsmasq[5]: query[A] cfg.example.net from 127.0.0.1
4 INF Sep 04 22:50:01.2 dnsmasq[5]: forwarded cfg.example.net to 203.0.113.53
5 INF Sep 04 22:50:01.3 dnsmasq[5]: reply cfg.example.net is 198.51.100.7
6 NOT Sep 04 22:50:02.000001 GET /phone.cfg?serial=SECRET6&token=SECRET7 HTTP/1.1^M
Host: cfg.example.net^M
Authorization: Basic SECRET8^M
Cookie: SECRET9^M
^M
7 NOT Sep 04 22:50:02.100001 HTTP/1.1 200 OK^M
8 NOT Sep 04 22:51:08.127871 (1-2) voice- =====> Send (TLS) [198.51.100.89]:8934 SIP MSG:: REGISTER sip:example.net SIP/2.0^M
Via: SIP/2.0/TLS 192.0.2.6:5072;branch=z9hG4bK1^M
From: <sip:2025@example.net>;tag=1^M
To: <sip:2025@example.net>^M
Call-ID: 1@192.0.2.6^M
CSeq: 1 REGISTER^M
Authorization: Digest username="2025",realm="r",nonce="SECRET10",uri="sip:example.net",response="SECRET11",cnonce="SECRET12",opaque="SECRET13"^M
Proxy-Authorization: Bearer SECRET14^M
Contact: <sip:2025@192.0.2.6:5072>;expires=60^M
Content-Length: 0^M
^M
9 NOT Sep 04 22:51:08.2 (1-2) voice- <==== Recv (TCP) [198.51.100.89]:8934 SIP MSG:: SIP/2.0 403 Forbidden^M
Via: SIP/2.0/TLS 192.0.2.6:5072;branch=z9hG4bK1^M
From: <sip:2025@example.net>;tag=1^M
To: <sip:2025@example.net>;tag=2^M
Call-ID: 1@192.0.2.6^M
CSeq: 1 REGISTER^M
Authentication-Info: nextnonce="SECRET15"^M
Content-Length: 0^M
^M
10 NOT Sep 04 22:51:09.0 (1-2) voice-fapp-CP-8865-3PCC SECRET2 -- Resync failed: Download of https://user:SECRET17@cfg.example.net/SECRET18
11 NOT Sep 04 22:51:09.1 (1-2) voice-fapp-CP-8865-3PCC -- Resync failed: unit FCHSECRET19
12 NOT Sep 04 22:51:09.2 (1-2) voice-fapp-CP-8865-3PCC -- Successful resync tftp://SECRET20@192.0.2.20/SECRET21
13 NOT Sep 04 22:51:09.3 (1-2) voice-end
END
cat >"$tmp/cfg.xml" <<'END'
<flat-profile>
<Password_1_ ua="na">SECRET16</Password_1_>
<Auth_ID_1_ ua="na">SECRET22</Auth_ID_1_>
<Admin_Password>SECRET23</Admin_Password>
<GPP_SA>SECRET24</GPP_SA>
<Profile_Rule>[--key SECRET25] https://u:SECRET26@cfg.example.net/SECRET27?k=SECRET28</Profile_Rule>
<Proxy_1_>u:SECRET29@example.net</Proxy_1_>
<Outbound_Proxy_1_>sip:u:SECRET30@proxy.example.net</Outbound_Proxy_1_>
<User_ID_1_>2025</User_ID_1_>
<User_ID_2_>u:SECRET31@x</User_ID_2_>
<Primary_NTP_Server>u:SECRET32@ntp.example.net</Primary_NTP_Server>
</flat-profile>
END
cat >"$tmp/status.xml" <<'END'
<flat-status>
<Serial_Number>SECRET33</Serial_Number>
<Product_Name>CP-8865-3PCC</Product_Name>
<Session_ID>SECRET34</Session_ID>
<Last_Caller_Number_1_>SECRET35</Last_Caller_Number_1_>
</flat-status>
END
printf '{"token": "SECRET36"}\n' >"$tmp/webex_service_status.json"
printf 'token=SECRET37\n' >"$tmp/net.cfg"
(cd "$tmp" && tar czf prt.tgz cfg.xml status.xml webex_service_status.json \
	net.cfg logcat-20230904-225152.log)
for format in text json ndjson; do
	for file in prt.tgz logcat-20230904-225152.log; do
		"$REGSCAN" --format $format "$tmp/$file" >"$tmp/out" 2>&1
		none "$format, $file: no secrets" \
			"$(grep -ao 'SECRET[0-9]*' "$tmp/out")"
		grep -q 403 "$tmp/out" && why= || why="no 403 in the report"
		none "$format, $file: the log was read" "$why"
		case $file in *.tgz) ;; *) continue ;; esac
		grep -q CP-8865-3PCC "$tmp/out" && grep -q 2025 "$tmp/out" &&
			grep -q https://cfg.example.net "$tmp/out" &&
			why= || why="no phone in the report"
		none "$format, $file: configuration and state were read" "$why"
	done
done
done_testing
