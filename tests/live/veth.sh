#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Live on a veth pair gives the same registrations and handshakes as the file
# of the same traffic.
. "$(dirname "$0")/lib.sh"
wire 0

cases="udp-register tcp-register udp-ipv6-register udp-removal
tls12-certificate-expired tls13-register tls12-no-common-cipher
keys-tls13-gcm keys-tls10-cbc keys-tls12-resumed"
for case in $cases; do
	pcap=$pcaps/$case/$case.pcap
	# A key log that is written while regscan runs
	whole=$pcaps/$case/keys.log
	: >"$work/none"
	: >"$work/keys.log"
	case $case in keys-*) ;; *) whole=$work/none ;; esac
	"$REGSCAN" --no-config --format json --keylog "$whole" "$pcap" \
		>"$work/file.json"
	start 1 -i tap0 --format json --keylog "$work/keys.log" \
		-o "$work/live.json"
	cat "$whole" >>"$work/keys.log"
	replay 0 "$case"
	sleep 0.5
	stop
	status=$?
	none "live: $case" "$(python3 "$srcdir/tests/live/same.py" \
		"$work/file.json" "$work/live.json" 2>&1 && [ ! -s "$work/err" ] &&
		[ $status -le 4 ] && [ $status -ne 3 ] ||
		echo "status $status: $(cat "$work/err")")"
done
done_testing
