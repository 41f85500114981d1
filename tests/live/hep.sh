#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --hep-listen: what an agent sends gives the registrations of the capture that
# the agent saw.
. "$(dirname "$0")/lib.sh"
out=$work/out

# agent CASE ADDRESS: its SIP messages over UDP, in HEP version 3.
agent() {
	PYTHONPATH=$srcdir/tests/lib PYTHONDONTWRITEBYTECODE=1 python3 - \
		"$pcaps/$1/$1.pcap" "$2" <<-'END'
	import socket, struct, sys, captures
	def chunk(kind, data):
	    return struct.pack(">HHH", 0, kind, 6 + len(data)) + data
	link, packets = captures.read(sys.argv[1])
	at = sys.argv[2]
	family = socket.AF_INET6 if ":" in at else socket.AF_INET
	to = socket.socket(family, socket.SOCK_DGRAM)
	for p in packets:
	    ip = p.data[14:]
	    if p.data[12:14] != b"\x08\x00" or ip[9] != 17:
	        continue
	    udp = ip[(ip[0] & 15) * 4:]
	    body = (chunk(1, b"\x02") + chunk(2, b"\x11") +
	            chunk(3, ip[12:16]) + chunk(4, ip[16:20]) +
	            chunk(7, udp[0:2]) + chunk(8, udp[2:4]) +
	            chunk(9, struct.pack(">I", p.ns // 10**9)) +
	            chunk(10, struct.pack(">I", p.ns % 10**9 // 1000)) +
	            chunk(11, b"\x01") + chunk(12, struct.pack(">I", 7)) +
	            chunk(15, udp[8:struct.unpack(">H", udp[4:6])[0]]))
	    to.sendto(b"HEP3" + struct.pack(">H", 6 + len(body)) + body,
	              (at, 9060))
	END
}

bound() {
	grep -qi ':2364 ' /proc/net/udp /proc/net/udp6
}

for case in udp-register udp-wrong-password; do
	for at in 127.0.0.1 ::1; do
		where=$at
		[ "$at" = 127.0.0.1 ] || where="[$at]"
		"$REGSCAN" --no-config --hep-listen "udp:$where:9060" \
			--format ndjson -o "$out" 2>"$work/err" &
		pid=$!
		within 10 bound
		agent $case $at
		sleep 0.5
		stop
		status=$?
		"$REGSCAN" --no-config --format ndjson -o "$work/file" \
			"$pcaps/$case/$case.pcap"
		none "$case over $at: status" "$([ $? = $status ] &&
			[ ! -s "$work/err" ] || cat "$work/err")"
		q="[(r['aor'], r['outcome'], r.get('status'), r['client'], r['server'], len(r['transactions'])) for r in ev('registration')]"
		says "$case over $at: the same registrations" \
			"$(ask "$q" "$work/file")" "$q" "$out"
		says "$case over $at: the coverage" "('hep', True, 0)" \
			"(lambda c: (c['files'][0]['format'], c['decoded'] == c['packets'] > 0, c['drops_kernel']))(ev('coverage')[0])" \
			"$out"
	done
done

# What is no HEP is counted, and harms nobody.
"$REGSCAN" --no-config --hep-listen udp:127.0.0.1:9060 --format ndjson \
	-o "$out" -a duration:3 2>"$work/err" &
pid=$!
within 10 bound
python3 - <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for data in (b"", b"HEP3", b"HEP3\xff\xff", b"HEP1" + bytes(60), bytes(2000),
             b"HEP3\x00\x10" + bytes(10), b"x" * 60000):
    s.sendto(data, ("127.0.0.1", 9060))
END
wait $pid
none 'no HEP: status' "$([ $? = 4 ] && [ ! -s "$work/err" ] || cat "$work/err")"
says 'no HEP: all of them are counted' 7 "ev('coverage')[0]['packets']" "$out"

# The flight recorder keeps what agents sent: packets made again, which are the
# same failure to whoever reads them.
for at in 127.0.0.1 ::1; do
	where=$at
	[ "$at" = 127.0.0.1 ] || where="[$at]"
	dir=$work/failed-$at
	"$REGSCAN" --no-config --hep-listen "udp:$where:9060" --on-fail "$dir" \
		--format ndjson -o "$out" 2>"$work/err" &
	pid=$!
	within 10 bound
	agent udp-register "$at"
	agent udp-wrong-password "$at"
	sleep 0.5
	stop
	none "recorder at $at: status" "$([ $? = 1 ] && [ ! -s "$work/err" ] ||
		cat "$work/err")"
	file=$(find "$dir" -name '*-registration-0-*.pcapng')
	none "recorder at $at: one file" "$([ "$(printf '%s\n' "$file" | wc -l)" = 1 ] &&
		[ -s "$file" ] || ls -l "$dir")"
	"$REGSCAN" --no-config --format ndjson -o "$work/again" "$file" 2>"$work/err"
	q="[(r['aor'], r['outcome'], r.get('status'), r['client'], r['server'], len(r['transactions'])) for r in ev('registration') if r['outcome'] == 'auth_failed']"
	says "recorder at $at: the same failure" "$(ask "$q" "$out")" "$q" "$work/again"
	none "recorder at $at: SIP in packets made again" "$(
		command -v tshark >/dev/null || exit 0
		tshark -r "$file" -Y 'sip && ip.addr == 192.0.2.17 &&
			ip.checksum.status == 1 && udp.checksum.status == 1' \
			-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
			-T fields -e frame.comment 2>/dev/null >"$work/sip"
		[ "$(grep -c '; in a packet made again$' "$work/sip")" -ge 4 ] ||
			cat "$work/sip")"
done

# wrong NAME STATUS PATTERN ARGS...
wrong() {
	name=$1 want=$2 pattern=$3
	shift 3
	"$REGSCAN" --no-config "$@" >"$out" 2>"$work/err"
	none "$name" "$([ $? = "$want" ] && [ "$(wc -l <"$work/err")" = 1 ] &&
		grep -q "^regscan: $pattern" "$work/err" || cat "$work/err")"
}
wrong 'no address' 2 "--hep-listen: 'udp:9060': want udp:ADDRESS:PORT" \
	--hep-listen udp:9060
wrong 'no port' 2 "--hep-listen: 'udp:127.0.0.1:0'" \
	--hep-listen udp:127.0.0.1:0
wrong 'an address of another machine' 3 'udp:192.0.2.1:9060: cannot listen: ' \
	--hep-listen udp:192.0.2.1:9060
done_testing
