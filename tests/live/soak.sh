#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make soak TIME=600: phones that register at an interface, as fast as
# tcpreplay can.  Three parts: one pass of a capture, which must give the
# registrations of the file; half of TIME at RATE packets per second, of which
# none may be dropped; the other half without a limit of the rate, where drops
# are told, and memory must not grow.
#
# Each loop has other addresses, so flows, transactions and bindings are new all
# the time.  TIME should be two minutes at
# least: in the first third of each part tables fill.
. "$(dirname "$0")/lib.sh"
seconds=${1:-600}
rate=${RATE:-10000}
limit=16 # MiB: the least, so that all tables are full soon
rest=96  # MiB: the program, nDPI, and the report of an interval
generate=$(realpath "${GENERATE:-tests/bench/generate}")
wire 0
out=$work/out
"$generate" udp-storm --size 20 --seed 1 --out "$work/storm.pcap" >"$work/made"

systemd # is told packets and drops, each second

# listen ARGS...: regscan, that tells of itself.
listen() {
	: >"$work/told"
	service 2000000 1 -i tap0 -B 32768 --memory-limit $limit "$@"
}
# seen packets|dropped: the last that was told.
seen() {
	sed -n "s/^STATUS=\([0-9]*\) packets, \([0-9]*\) dropped.*/\1 \2/p" \
		"$work/told" | tail -n 1 |
		cut -d ' ' -f "$([ "$1" = packets ] && echo 1 || echo 2)"
}
# How many attempts ended how; one per line.
ends() {
	python3 - "$1" <<-'END'
	import collections, json, sys
	n = collections.Counter()
	for line in open(sys.argv[1]):
	    o = json.loads(line)
	    if o["event_type"] == "registration":
	        r = o["registration"]
	        n[r["aor"], r["outcome"], r.get("status")] += 1
	for k in sorted(n, key=str):
	    print(*k, n[k])
	END
}

# ---- the same as the file ----

"$REGSCAN" --no-config --format ndjson -o "$work/file" "$work/storm.pcap"
listen --format ndjson -o "$out"
tcpreplay -q -i wire0 --multiplier=4 "$work/storm.pcap" >"$work/replay" 2>&1
sleep 2
drops=$(seen dropped)
stop
ends "$work/file" >"$work/a"
ends "$out" >"$work/b"
none "the registrations of the file: $(wc -l <"$work/a") kinds of ends" \
	"$([ -s "$work/a" ] && diff "$work/a" "$work/b" | head -n 20)"
none 'none dropped' "$([ "$drops" = 0 ] || echo "$drops")"

# ---- for long ----

# part NAME HOW...: half of the time; $work/rss has kB, one per second.
part() {
	name=$1
	shift
	listen --interval 10s -o /dev/null
	: >"$work/rss"
	tcpreplay -q -i wire0 --preload-pcap --unique-ip --loop=0 \
		--duration=$((seconds / 2)) "$@" "$work/storm.pcap" \
		>"$work/replay" 2>&1 &
	replay=$!
	while kill -0 $replay 2>/dev/null; do
		# Without the kernel's buffer, which is mapped.
		sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' \
			"/proc/$pid/status" >>"$work/rss"
		sleep 1
	done
	wait $replay
	[ -z "${KEEP:-}" ] || cp "$work/rss" "$KEEP"
	sleep 2
	packets=$(seen packets) drops=$(seen dropped)
	stop
	status=$?
	echo "# $name: $((packets * 2 / seconds)) packets/s, $packets" \
		"seen, $drops dropped; memory $(sort -n "$work/rss" |
			sed -n '1p;$p' | tr '\n' ' ')kB"
	none "$name: status" "$([ $status -le 1 ] || cat "$work/err")"
	none "$name: memory is flat, and in the limit" "$(python3 - \
		"$work/rss" $((limit + rest)) <<-'END'
		import sys
		v = [int(x) for x in open(sys.argv[1])]
		third = len(v) // 3 # the first one fills tables
		early = max(v[third:2 * third], default=0)
		late = max(v[2 * third:], default=0)
		if not v or late > 1.05 * early:
		    print("grew from", early, "to", late, "kB")
		if late > 1024 * int(sys.argv[2]):
		    print(late, "kB of", sys.argv[2], "MiB")
		END
	)"
}
part "$rate packets/s" --pps="$rate"
none "$rate packets/s: none dropped" "$([ "$drops" = 0 ] || echo "$drops")"
part "as fast as it goes" --topspeed
done_testing
