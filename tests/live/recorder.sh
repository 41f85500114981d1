#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The flight recorder at an interface: files of what failed, and of nothing
# else, that are there while it runs.
. "$(dirname "$0")/lib.sh"
wire 0
dir=$work/failed

start 1 -i tap0 -b 2M --on-fail "$dir" -o "$work/out"
replay 0 udp-register
replay 0 tls12-certificate-expired
one() {
	[ "$(find "$dir" -name '*.pcapng' | wc -l)" = "$1" ]
}
# A handshake is over when nothing more can belong to its connection.
within 45 one 1
none 'a file, while it runs' "$(one 1 || ls -l "$dir")"
stop
none 'status, and no message' "$([ $? = 1 ] && [ ! -s "$work/err" ] ||
	cat "$work/err")"
file=$(find "$dir" -name '*-handshake-0-*.pcapng')
"$REGSCAN" --no-config --format json "$file" >"$work/json" 2>"$work/err"
none 'it is a capture of the same failure' "$([ $? = 1 ] &&
	[ ! -s "$work/err" ] && grep -q '"tls.certificate-expired"' "$work/json" ||
	cat "$work/err")"
none 'nobody else may read it' \
	"$(stat -c '%a %n' "$file" | grep -v '^600 ')"
if command -v tshark >/dev/null; then
	comments=$(tshark -r "$file" -T fields -e frame.comment 2>"$work/err")
	none 'each packet says what it is' "$(printf '%s\n' "$comments" |
		grep -vE '^tls.certificate-expired: .*; frame [0-9]+ of tap0$')"
	none 'the alert is said to be one' "$(printf '%s\n' "$comments" |
		grep -q ': alert; frame' || printf '%s\n' "$comments")"
else
	skip 'each packet says what it is' 'no tshark'
fi

# More failures than there may be files.
start 1 -i tap0 -b 64k --on-fail "$dir" --on-fail-max 2 -o "$work/out"
for case in tls12-unknown-ca tls12-self-signed tls12-name-mismatch; do
	replay 0 $case
done
sleep 0.5
stop
none 'no more than may be, and it is said' "$(one 3 &&
	[ "$(wc -l <"$work/err")" = 1 ] &&
	grep -q -- '2 files written: no more are (--on-fail-max)' "$work/err" ||
	{ cat "$work/err"; ls -l "$dir"; })"
done_testing
