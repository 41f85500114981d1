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
10 NOT Sep 04 22:51:09.0 (1-2) voice-end
END
printf '<x><Password_1_>SECRET16</Password_1_></x>\n' >"$tmp/cfg.xml"
(cd "$tmp" && tar czf prt.tgz cfg.xml logcat-20230904-225152.log)
for format in text json ndjson; do
	for file in prt.tgz logcat-20230904-225152.log; do
		"$REGSCAN" --format $format "$tmp/$file" >"$tmp/out" 2>&1
		none "$format, $file: no secrets" \
			"$(grep -ao 'SECRET[0-9]*' "$tmp/out")"
		grep -q 403 "$tmp/out" && why= || why="no 403 in the report"
		none "$format, $file: the log was read" "$why"
	done
done
done_testing
