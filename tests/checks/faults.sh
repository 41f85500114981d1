#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Faults of the world around: full disks, closed pipes, files that cannot be
# read in the middle of a list.  One clear line, status 3, and what was read
# before and after is reported.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

apart
good=$srcdir/pcaps/udp-register/udp-register.pcap
more=$srcdir/pcaps/tcp-register/tcp-register.pcap
bad=$srcdir/pcaps/tls12-unknown-ca/tls12-unknown-ca.pcap

# fault NAME PATTERN: after a run; its status is $got, its files out and err.
fault() {
	none "$1" "$([ "$got" = 3 ] && [ "$(wc -l <err)" = 1 ] &&
		grep -q "^regscan: $2" err || echo "status $got: $(cat err)")"
}
whole() {
	none "$1: the others are reported" \
		"$(grep -q '18 packets' out && grep -q '2 registered' out || cat out)"
}

# ---- in the middle of a list ----

"$REGSCAN" "$good" missing.pcap "$more" >out 2>err
got=$?
fault 'a file that is not there' 'missing.pcap: cannot open: No such file'
whole 'a file that is not there'
if [ -r /proc/self/mem ]; then # its first page cannot be read
	"$REGSCAN" "$good" /proc/self/mem "$more" >out 2>err
	got=$?
	fault 'a file that fails to be read' \
		'/proc/self/mem: cannot read: Input/output error'
	whole 'a file that fails to be read'
else
	skip 'a file that fails to be read' 'no /proc/self/mem'
fi
{ gzip -c "$bad" | head -c -9; } >cut.gz
"$REGSCAN" "$good" cut.gz "$more" >out 2>err
got=$?
fault 'a gzip file that is cut short' \
	'cut.gz: gzip data cut short after frame [1-9]'
none 'a gzip file that is cut short: what it had is reported' \
	"$(grep -q 'tls.unknown-ca' out || cat out)"
{ gzip -c "$bad" | head -c -8; printf 'damaged!'; } >tail.gz
"$REGSCAN" "$good" tail.gz "$more" >out 2>err
got=$?
fault 'a gzip file with a damaged tail' 'tail.gz: damaged gzip data '
none 'a gzip file with a damaged tail: what it had is reported' \
	"$(grep -q 'tls.unknown-ca' out && grep -q '2 registered' out || cat out)"
"$REGSCAN" missing.pcap cut.gz "$good" >out 2>err
got=$?
none 'two of them: a line each' "$([ $got = 3 ] && [ "$(wc -l <err)" = 2 ] ||
	cat err)"

# ---- output ----

for format in text json ndjson; do
	{
		sleep 0.3 # the reader is gone
		"$REGSCAN" --format $format "$good" "$bad" 2>err
		echo $? >status
	} | true
	none "$format, a closed pipe: no message, status 3" \
		"$([ "$(cat status)" = 3 ] && [ ! -s err ] || cat status err)"
done
"$REGSCAN" "$good" >&- 2>err
got=$?
fault 'no standard output' 'cannot write the report: Bad file descriptor'
if [ -w /dev/full ]; then
	for format in text json ndjson; do
		"$REGSCAN" --format $format "$good" >/dev/full 2>err
		got=$?
		fault "$format, a full disk" 'cannot write the report: No space'
		"$REGSCAN" --format $format -o /dev/full "$good" >out 2>err
		got=$?
		fault "$format, a full disk, with -o" \
			'cannot write the report: No space'
	done
fi

# A file system of 64 kB, which is full.
mkdir small
cat >inside <<-'END'
	mount -t tmpfs -o size=64k none small || exit 77
	mkdir small/tmp small/failed small/certs
	head -c 60k /dev/zero >small/zeros 2>/dev/null
	dd if=/dev/zero of=small/rest bs=4k 2>/dev/null
	exec "$@"
END
full() {
	unshare -rm sh inside "$@" >out 2>err
	got=$?
}
full true
if [ $got = 0 ]; then
	full env TMPDIR="$tmp/small/tmp" "$REGSCAN" \
		"$srcdir"/pcaps/udp-*/*.pcap
	fault 'no room for temporary files' '[0-9]* records lost: no room for'
	none 'no room for temporary files: there is a report' \
		"$(grep -q '^Registrations' out || cat out)"
	none 'no room for temporary files: it says that it is not whole' \
		"$(grep -q '^no room for temporary files: records' out ||
			cat out)"
	full "$REGSCAN" --on-fail small/failed "$bad"
	fault 'no room for --on-fail' 'small/failed/.*.pcapng: cannot write: No space'
	none 'no room for --on-fail: the report is whole' \
		"$(grep -q 'tls.unknown-ca' out || cat out)"
	full "$REGSCAN" --certificates small/certs "$bad"
	fault 'no room for --certificates' 'small/certs: cannot write: No space'
else
	skip 'a full file system' 'none can be mounted here'
fi
done_testing
