#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# As a service: reports while it runs, a log that is moved away, and what
# systemd is told.
. "$(dirname "$0")/lib.sh"
wire 0
out=$work/out

messages() {
	grep -q "$1" "$work/told"
}

systemd

service 1000000 1 -i tap0 --format ndjson -o "$out"
within 5 messages READY=1
none 'systemd: ready' "$(messages READY=1 || cat "$work/told")"

# ---- SIGUSR1 ----

replay 0 udp-register
sleep 0.5
kill -USR1 $pid
within 5 reports "$out" 1
replay 0 tcp-register
sleep 0.5
kill -USR1 $pid
within 5 reports "$out" 2
says 'a report at SIGUSR1, and one more: each of its packets' '[6, 12]' \
	"[c['packets'] for c in ev('coverage')]" "$out"
says 'one begins where the other ended' True \
	"ev('coverage')[1]['first'] == ev('coverage')[0]['last'] and \
	ev('coverage')[1]['files'][0]['packets'] == 12" "$out"
says 'sums are of the interval' "[{'REGISTER': 2}, {'REGISTER': 2}]" \
	"[c['sip_requests'] for c in ev('coverage')]" "$out"

# ---- SIGHUP ----

mv "$out" "$out.1"
kill -HUP $pid
within 5 test -e "$out"
none 'SIGHUP: a new file' "$([ -e "$out" ] || ls "$work")"
before=$(cksum <"$out.1")
replay 0 udp-removal
sleep 1
within 5 messages WATCHDOG=1
stop
status=$?
none 'the end' "$([ $status = 0 ] && [ ! -s "$work/err" ] || cat "$work/err")"
none 'SIGHUP: nothing more in the old one' \
	"$([ "$before" = "$(cksum <"$out.1")" ] || cat "$out.1")"
says 'SIGHUP: the rest is in the new one' "1" "len(ev('summary'))" "$out"
says 'no attempt is told twice, and none is lost' '[4, 4]' \
	"[len(ev('registration')), sum(s['attempts'] for s in ev('summary'))]" \
	"$out.1" "$out"
within 5 messages STOPPING=1
none 'systemd: signs of life, a status, and the end' "$(for m in WATCHDOG=1 \
	'STATUS=[0-9]* packets, 0 dropped; [0-9]* registrations ended' STOPPING=1
do
	messages "$m" || { echo "no $m:"; cat "$work/told"; }
done)"

# ---- --interval, in each format ----

start 1 -i tap0 --interval 1s --format ndjson -o "$out"
replay 0 udp-register
within 5 reports "$out" 2
stop
none '--interval: more than one' "$(reports "$out" 3 || cat "$out")"
start 1 -i tap0 --interval 1s --format json -o "$out"
replay 0 udp-register
sleep 2.5
stop
got=$(python3 - "$out" 2>&1 <<-'END'
	import json, sys
	text, n, attempts = open(sys.argv[1]).read(), 0, 0
	while text.strip():
	    o, end = json.JSONDecoder().raw_decode(text.lstrip())
	    text = text.lstrip()[end:]
	    n += 1
	    attempts += len(o["registrations"])
	print(n >= 3, attempts)
	END
)
none '--interval: documents of JSON' "$([ "$got" = 'True 1' ] || echo "$got")"
start 1 -i tap0 --interval 1s -o "$out"
texts() {
	[ "$(grep -c '^tap0 ' "$out")" -ge 3 ]
}
within 10 texts
stop
none '--interval: reports as text' "$(texts || cat "$out")"
"$REGSCAN" --no-config -i tap0 --interval 0 >"$out" 2>"$work/err"
none '--interval 0' "$([ $? = 2 ] && [ "$(wc -l <"$work/err")" = 1 ] ||
	cat "$work/err")"

# ---- the journal ----

# Standard error is what JOURNAL_STREAM says, or something else.
python3 - "$REGSCAN" >"$work/journal" 2>&1 <<'END'
import os, subprocess, sys
for own in (True, False):
    r, w = os.pipe()
    s = os.fstat(w)
    env = dict(os.environ, JOURNAL_STREAM="%d:%d" % (s.st_dev, s.st_ino + (not own)))
    subprocess.run([sys.argv[1], "--no-config", "missing.pcap"], env=env,
                   stderr=w, stdout=subprocess.DEVNULL)
    os.close(w)
    print(os.read(r, 4096).decode(), end="")
END
none 'a priority for the journal, and for nobody else' "$(printf '%s\n' \
	'<3>missing.pcap: cannot open: No such file or directory' \
	'regscan: missing.pcap: cannot open: No such file or directory' |
	diff - "$work/journal")"

# ---- nobody reads any more ----

"$REGSCAN" --no-config -i tap0 --interval 1s --format ndjson \
	2>"$work/err" | head -n 1 >"$out" &
within 10 listening 1
gone() {
	! listening 1
}
within 10 gone
none 'a closed pipe ends it, without a word' "$(gone || echo 'runs on'
	cat "$work/err")"
done_testing
