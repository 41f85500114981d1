#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a running regscan has given up, and that it works without.
. "$(dirname "$0")/lib.sh"
wire 0
out=$work/out
state() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}
mkdir "$work/certs"

start 1 -i tap0 --on-fail "$work/failed" --certificates "$work/certs" \
	--interval 1s --format ndjson -o "$out"
sleep 0.3
if [ "$(state Seccomp)" = 0 ] && [ "$(state NoNewPrivs)" = 0 ]; then
	skip 'what is given up' 'this build is instrumented'
	stop
	done_testing
fi
none 'no capabilities' "$(for set in CapEff CapPrm CapInh CapAmb; do
	state $set | grep -v '^0*$'
done)"
none 'no new privileges' "$(state NoNewPrivs | grep -vx 1)"
none 'a filter of system calls' "$(state Seccomp | grep -vx 2)"
for task in /proc/"$pid"/task/*/status; do
	grep -H '^Seccomp:' "$task"
done | awk '$2 != 2' >"$work/tasks"
none 'on each thread' "$(cat "$work/tasks")"
replay 0 tls12-certificate-expired
sleep 2.5
mv "$out" "$out.1"
kill -HUP $pid
within 5 test -e "$out"
replay 0 udp-register
sleep 0.5
stop
status=$?
none 'it works without: status' "$([ $status = 1 ] && [ ! -s "$work/err" ] ||
	cat "$work/err")"
none 'certificates' "$(find "$work/certs" -name '*.pem' | grep -q . ||
	echo none)"
none 'failures' "$(find "$work/failed" -name '*.pcapng' | grep -q . ||
	echo none)"
none 'a new log' "$([ -s "$out" ] || echo none)"
says 'drops of the interface are known' True \
	"'drops_interface' in ev('coverage')[-1]" "$out"

# Files: what it may open is what it was given.
cp "$pcaps/udp-register/udp-register.pcap" "$work/a.pcap"
mkfifo "$work/fifo"
"$REGSCAN" --no-config "$work/fifo" >"$out" 2>"$work/err" &
pid=$!
within 5 sh -c "grep -q '^Seccomp:.*2' /proc/$pid/status"
none 'files: a filter of system calls' "$(state Seccomp | grep -vx 2)"
none 'files: only the capabilities for files' \
	"$(state CapEff | grep -vE '^0*[0246]$')"
cat "$work/a.pcap" >"$work/fifo"
wait $pid
none 'files: it works without' "$([ $? = 0 ] && [ ! -s "$work/err" ] ||
	cat "$work/err")"
"$REGSCAN" --no-config --no-sandbox "$work/fifo" >"$out" 2>"$work/err" &
pid=$!
sleep 0.5
none '--no-sandbox' "$(state Seccomp | grep -vx 0)"
cat "$work/a.pcap" >"$work/fifo"
wait $pid
done_testing
