#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The flight recorder over files: what failed is cut out of a capture, with the
# verdict as comments, and reads as what it was cut from.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

apart

# codes FILE: of the errors and warnings found.
codes() {
	"$REGSCAN" --no-config --format ndjson "$@" 2>/dev/null |
		grep '"event_type": *"finding"' | grep -v '"severity": *"info"' |
		sed 's/.*"code": *"\([^"]*\)".*/\1/' | sort -u
}

for case in udp-wrong-password udp-unknown-user tls12-unknown-ca \
	tls13-certificate-expired tcp-connection-refused udp-icmp-unreachable \
	udp-no-answer ws-wrong-password tls12-mtu-blackhole lobby-one-of-fifty; do
	pcap=$srcdir/pcaps/$case/$case.pcap
	"$REGSCAN" --no-config --on-fail "$case" "$pcap" >plain 2>err
	status=$?
	"$REGSCAN" --no-config "$pcap" >without 2>>err
	none "$case: same report and status" "$([ $? = $status ] &&
		[ ! -s err ] && cmp plain without 2>&1 || cat err)"
	set -- "$case"/*.pcapng
	[ -e "$1" ] || {
		not_ok "$case: a file" "none"
		continue
	}
	# What is found in the part was found in the whole.
	codes "$1" >part
	codes "$pcap" >whole
	none "$case: the part has findings of the whole, and no others" \
		"$([ -s part ] || echo none; grep -vxF -f whole part)"
	"$REGSCAN" --no-config --on-fail "$case" "$pcap" >plain 2>err
	count=$#
	set -- "$case"/*.pcapng
	none "$case: none is overwritten" "$([ $# = $((count * 2)) ] || echo $#)"
done

pcap=$srcdir/pcaps/lobby-one-of-fifty/lobby-one-of-fifty.pcap
set -- lobby-one-of-fifty/*.pcapng
none 'one phone of fifty' "$("$REGSCAN" --no-config --format json "$1" |
	grep -o '"packets": [0-9]*' | awk 'NR == 1 && $2 > 60')"
if command -v tshark >/dev/null; then
	# Each packet is the frame that its comment names.
	python3 - "$pcap" "$1" >bad 2>&1 <<-'END'
	import subprocess, sys
	def read(path, *fields):
	    out = subprocess.run(
	        ["tshark", "-r", path, "-T", "fields"] +
	        [x for f in fields for x in ("-e", f)],
	        capture_output=True, text=True, check=True).stdout
	    return [l.split("\t") for l in out.splitlines()]
	whole = {l[0]: l[1:] for l in read(sys.argv[1], "frame.number",
	                                   "frame.time_epoch", "frame.len",
	                                   "ip.id", "tcp.seq_raw")}
	for comment, *rest in read(sys.argv[2], "frame.comment",
	                           "frame.time_epoch", "frame.len", "ip.id",
	                           "tcp.seq_raw"):
	    number = comment.split("; frame ")[1].split(" ")[0]
	    if whole[number] != rest:
	        print(comment, rest, whole[number])
	END
	none 'comments name the frames of the capture' "$(cat bad)"
else
	skip 'comments name the frames of the capture' 'no tshark'
fi
none 'mode 0600' "$(find . -name '*.pcapng' ! -perm 600)"

"$REGSCAN" --no-config -b 64M "$pcap" >out 2>err
none '-b without a place' "$([ $? = 2 ] && grep -q -- '--on-fail' err ||
	cat err)"
for bad in 10 10x 1k 999G min '' -- -5M; do
	"$REGSCAN" --no-config --buffer="$bad" --on-fail x "$pcap" >out 2>err
	none "-b '$bad' is neither size nor time" "$([ $? = 2 ] &&
		[ "$(wc -l <err)" = 1 ] || cat err)"
done
touch file
"$REGSCAN" --no-config --on-fail file "$pcap" >out 2>err
none 'the folder is none' "$([ $? = 3 ] && [ "$(wc -l <err)" = 1 ] &&
	grep -q '^regscan: file: cannot write: ' err || cat err)"

# A short memory has the end of it only.
"$REGSCAN" --no-config -b 64k --on-fail small "$pcap" >out 2>err
none 'a short memory' "$([ $? = 1 ] && [ ! -s err ] || cat err)"
done_testing
