#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What takes the 32 s of RFC 3261 17.1.2.2 to be over, all of it at a time.
. "$(dirname "$0")/lib.sh"
wire 0
wire 1
wire 2
wire 3
out=$work/out

# Silence while an interface is down is none; where it is up it is.
start 1 -i tap1 --format ndjson -o "$out.up"
up=$pid
start 2 -i tap0 --format ndjson -o "$out.down"
down=$pid
start 3 -i tap2 --format ndjson -o "$out.all"
all=$pid
start 4 -i tap3 --format ndjson -o "$out.stopped"
stopped=$pid
for i in 0 1; do
	replay $i udp-no-answer --limit=3
done
ip link set wire0 down
replay 2 udp-wrong-password
# Who is stopped finds the answers that came meanwhile, and late.
replay 3 udp-register --limit=3
sleep 0.5
kill -STOP $stopped
PYTHONPATH=$srcdir/tests/lib PYTHONDONTWRITEBYTECODE=1 python3 - \
	"$pcaps/udp-register/udp-register.pcap" "$work/rest.pcap" <<-'END'
	import sys, captures
	link, packets = captures.read(sys.argv[1])
	with open(sys.argv[2], "wb") as f:
	    f.write(captures.pcap(link, packets[3:]))
END
tcpreplay -q -i wire3 "$work/rest.pcap" >"$work/replay" 2>&1 ||
	cat "$work/replay" >&2
sleep 34 # until nothing more can belong to it
ip link set wire0 up
kill -CONT $stopped
sleep 1.5
for pid in $up $down $stopped; do
	stop
done
says 'stopped for 32 s, and the answers are found' "['registered']" \
	"[r['outcome'] for r in ev('registration')]" "$out.stopped"
for which in down:cut_off up:timed_out; do
	says "no answer, ${which#*:}" "['${which#*:}']" \
		"[r['outcome'] for r in ev('registration')]" "$out.${which%:*}"
done

# The exit status is that of all of it, not of the last interval.
kill -USR1 $all
within 5 reports "$out.all" 1
replay 2 udp-register
sleep 0.5
pid=$all
stop
status=$?
none 'the status is that of all reports' "$([ $status = 1 ] || echo $status)"
says 'that failed in the first' '[1, 0]' \
	"[s['failed'] for s in ev('summary')]" "$out.all"
done_testing
