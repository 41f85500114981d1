#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Several interfaces are one capture; they may go down, and vanish, and come
# back; buffers that the kernel does not give are explained.
. "$(dirname "$0")/lib.sh"
wire 0
wire 1
out=$work/out

# ---- one capture of two ----

start 2 -i tap0 -i tap1 --format ndjson -o "$out"
for i in 1 2 3; do
	replay 0 udp-register
	replay 1 tcp-register
done
sleep 0.5
stop
none 'two interfaces: status' "$([ $? = 0 ] && [ ! -s "$work/err" ] ||
	cat "$work/err")"
says 'two interfaces are two files' "[('tap0', 18), ('tap1', 36)]" \
	"[(f['path'], f['packets']) for f in ev('coverage')[0]['files']]" "$out"
says 'two interfaces: packets are in the order of time' 0 \
	"ev('coverage')[0]['time_steps_back']" "$out"
says 'two interfaces: frames name theirs' '[0, 1]' \
	"sorted(set(int(r['id'].split('-')[0]) for r in ev('registration')))" \
	"$out"

# ---- any ----

start 1 -i any --format ndjson -o "$out"
replay 0 udp-register
sleep 0.5
stop
says '-i any' "['any']" "[f['path'] for f in ev('coverage')[0]['files']]" "$out"
says '-i any: registered' "{'registered'}" \
	"{r['outcome'] for r in ev('registration')}" "$out"

# ---- down and up; gone and back ----

start 2 -i tap0 -i tap1 --format ndjson -o "$out"
replay 0 udp-register
ip link set wire0 down
sleep 1.2
ip link set wire0 up
sleep 0.8
replay 0 tcp-register
ip link del wire1
sleep 1.2
wire 1
sleep 0.8
replay 1 udp-ipv6-register
sleep 0.5
stop
none 'it lives through both' "$([ $? = 0 ] && [ ! -s "$work/err" ] ||
	cat "$work/err")"
says 'outages are counted' '[1, 1]' \
	"[f.get('outages') for f in ev('coverage')[0]['files']]" "$out"
says 'and how long they were' '[True, True]' \
	"[800 < f['away_ms'] < 5000 for f in ev('coverage')[0]['files']]" "$out"
says 'what came before and after is there' "['registered', 'registered', 'registered']" \
	"[r['outcome'] for r in ev('registration')]" "$out"

# One alone, that goes through another path.
start 1 -i tap1 --format ndjson -o "$out"
ip link del wire1
sleep 1
wire 1
sleep 0.8
replay 1 udp-register
sleep 0.5
stop
none 'one interface that vanishes: status' "$([ $? = 0 ] &&
	[ ! -s "$work/err" ] || cat "$work/err")"
says 'one interface that vanishes' "1 ['registered']" \
	"str(ev('coverage')[0]['files'][0]['outages']) + ' ' + str([r['outcome'] for r in ev('registration')])" \
	"$out"

# ---- away while reports are made ----

start 1 -i tap1 --format ndjson -o "$out"
ip link set wire1 down
sleep 1.2
kill -USR1 $pid
within 5 reports "$out" 1
sleep 1
stop
says 'an outage that goes on is told by each report, with its time' \
	'[(1, True), (0, True)]' \
	"[(f['outages'], 400 < f['away_ms'] < 5000) for c in ev('coverage') for f in c['files']]" \
	"$out"
ip link set wire1 up

# ---- what cannot be had ----

"$REGSCAN" --no-config -i tap0 -i nosuch0 >"$out" 2>"$work/err"
none 'one of them is none' "$([ $? = 3 ] && [ "$(wc -l <"$work/err")" = 1 ] &&
	grep -q '^regscan: nosuch0: ' "$work/err" || cat "$work/err")"
(
	ulimit -v 1000000 # kB: no room to map it
	exec timeout 10 "$REGSCAN" --no-config -i tap0 -B 2000000 \
		-a duration:1
) >"$out" 2>"$work/err"
status=$?
if [ $status = 3 ]; then
	none 'a buffer that is too large is explained' \
		"$([ "$(wc -l <"$work/err")" = 1 ] &&
			grep -q 'tap0: cannot capture: .*-B 2000000' "$work/err" ||
			cat "$work/err")"
else
	skip 'a buffer that is too large' "it was to be had: $status"
fi
done_testing
