#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Live on a veth pair gives the same registrations and handshakes as the file
# of the same traffic.  Everything happens in network namespaces of its own;
# exit status 77 (skipped) where these or tcpreplay cannot be had.
set -u

REGSCAN=$(realpath "${REGSCAN:-./regscan}")
srcdir=$(realpath "${srcdir:-$(dirname "$0")/../..}")
here=$srcdir/tests/live

if [ "${1:-}" != inside ]; then
	for tool in unshare ip tcpreplay python3; do
		command -v $tool >/dev/null || {
			echo "1..0 # SKIP no $tool"
			exit 0
		}
	done
	unshare -rn true 2>/dev/null || {
		echo "1..0 # SKIP network namespaces are forbidden here"
		exit 0
	}
	REGSCAN=$REGSCAN srcdir=$srcdir exec unshare -rn "$0" inside
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ip link set lo up
ip link add wire0 type veth peer name wire1
for i in wire0 wire1; do
	# No router solicitations of our own in the capture.
	echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6 2>/dev/null
	ip link set $i mtu 9000 up
done

cases="udp-register tcp-register udp-ipv6-register udp-removal
tls12-certificate-expired tls13-register tls12-no-common-cipher
keys-tls13-gcm keys-tls10-cbc keys-tls12-resumed"
n=0
failed=0
for case in $cases; do
	pcap=$srcdir/pcaps/$case/$case.pcap
	n=$((n + 1))
	# A key log that is written while regscan runs
	whole=$srcdir/pcaps/$case/keys.log
	: >"$work/none"
	: >"$work/keys.log"
	case $case in keys-*) ;; *) whole=$work/none ;; esac
	"$REGSCAN" --format json --keylog "$whole" "$pcap" \
		>"$work/file.json" 2>"$work/err"
	"$REGSCAN" --format json --keylog "$work/keys.log" -i wire1 \
		-o "$work/live.json" 2>>"$work/err" &
	pid=$!
	sleep 0.5
	cat "$whole" >>"$work/keys.log"
	tcpreplay -q -i wire0 --multiplier=4 "$pcap" >"$work/replay" 2>&1 ||
		cat "$work/replay" >>"$work/err"
	sleep 0.5
	kill -INT $pid
	wait $pid
	status=$?
	if [ ! -s "$work/err" ] && [ $status -le 4 ] && [ $status -ne 3 ] &&
		python3 "$here/same.py" "$work/file.json" "$work/live.json" \
			>"$work/diff"; then
		echo "ok $n - live: $case"
	else
		echo "not ok $n - live: $case"
		sed 's/^/# /' "$work/err" "$work/diff"
		failed=1
	fi
done
echo "1..$n"
exit $failed
