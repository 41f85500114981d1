#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Bad input and bad output: one clear line, the right exit status, and what
# was read before is reported.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

srcdir=$(cd "$srcdir" && pwd)
good=$srcdir/pcaps/udp-register/udp-register.pcap
tmp=$(mktemp -d) || exit 99
trap 'chmod -R u+rw "$tmp"; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99
: >empty.pcap
echo 'hello, world' >text.pcap
head -c 1000 "$good" >cut.pcap
cp "$good" unreadable.pcap
chmod 000 unreadable.pcap

# what NAME STATUS PATTERN ARGS...: runs regscan and looks at all three
what() {
	name=$1 want=$2 pattern=$3
	shift 3
	"$REGSCAN" "$@" >out 2>err
	got=$?
	why=
	[ $got = "$want" ] || why="exit status $got, not $want"
	[ "$(wc -l <err)" = 1 ] || why="$why; not one line: $(cat err)"
	grep -q "^regscan: .*$pattern" err || why="$why; says: $(cat err)"
	none "$name" "$why"
}

what 'empty file' 3 'empty.pcap: empty' empty.pcap
what 'no capture' 3 'text.pcap: not a capture' text.pcap
printf '<flat-profile></flat-profile>' >cfg.xml
what 'a configuration alone' 3 "cfg.xml: of a phone's problem report" cfg.xml
what 'cut short' 3 'cut.pcap: cut short after frame' cut.pcap
none 'cut short: what came before is reported' \
	"$(grep -q 'udp\|phone' out || cat out)"
what 'a name that a terminal would obey' 3 'a.x1b.x9b.x0ab: cannot' \
	"$(printf 'a\033\302\233\nb')"
what 'no files of what failed' 2 'on-fail-max: at least 1' \
	--on-fail . --on-fail-max 0 "$good"
what 'missing file' 3 'missing.pcap: cannot open: No such' missing.pcap

# What ends without an answer due is not unanswered because another capture
# begins a day later: nobody captured in between.
"$REGSCAN" "$srcdir/pcaps/udp-one-direction/udp-one-direction.pcap" \
	"$srcdir/pcaps/udp-nat-binding-lost/udp-nat-binding-lost.pcap" \
	>out 2>err
none 'the time between files is not covered' \
	"$(grep -q '2 registered, 1 timed out, 1 cut off' out || cat out err)"

# Nor is a binding that somebody may have refreshed then known to have lapsed.
"$REGSCAN" "$srcdir/pcaps/udp-register/udp-register.pcap" \
	"$srcdir/pcaps/tls12-register/tls12-register.pcap" \
	"$srcdir/pcaps/udp-nat-binding-lost/udp-nat-binding-lost.pcap" \
	>out 2>err
none 'a binding is not known to have run out where nobody captured' \
	"$(grep -q '^Bindings .*1 held, 1 unknown' out || cat out err)"

mkdir none some
echo 'hello, world' >none/README
what 'folder without captures' 3 'none: cannot open: a folder without' none
if [ -r unreadable.pcap ]; then # root reads everything
	if command -v setpriv >/dev/null && chmod 755 "$tmp" && touch out err &&
		chmod 666 out err; then
		setpriv --reuid 65534 --clear-groups "$REGSCAN" \
			unreadable.pcap >out 2>err
		# gcov cannot write its counts as that user.
		why="status $?: $(grep -v '^profiling:' err)"
		case $why in
		'status 3: regscan: unreadable.pcap: cannot open: Permission denied')
			why= ;;
		*cannot*execut* | *not*permitted* | 'status 126'* | 'status 127'*)
			why=skip ;;
		esac
		if [ "$why" = skip ]; then
			skip 'unreadable file' 'cannot become another user'
		else
			none 'unreadable file' "$why"
		fi
	else
		skip 'unreadable file' 'root reads everything'
	fi
else
	what 'unreadable file' 3 'Permission denied' unreadable.pcap
fi
what 'one bad file among good ones' 3 'missing.pcap' "$good" missing.pcap
none 'the good one is reported' "$(grep -q '1 registered' out || cat out)"
what 'no such interface' 3 'nosuch0' -i nosuch0
what 'no such output' 3 'cannot write' -o /nonexistent/report "$good"
cp "$good" both.pcap
ln both.pcap link.pcap
mkdir in
ln both.pcap in/too
for as in both.pcap link.pcap in ./both.pcap; do
	what "the output is read, too: $as" 2 'would overwrite it' \
		-o both.pcap "$good" $as
done
echo '# none yet' >keys.log
what 'the output is a key log' 2 'would overwrite it' \
	-o keys.log --keylog keys.log "$good"
"$REGSCAN" -o both.pcap - <both.pcap 2>err
none 'the output is standard input' "$([ $? = 2 ] || cat err)"
none 'what is read is as it was' "$(cmp both.pcap "$good" 2>&1)"
"$REGSCAN" -o both.pcap "$good" 2>err
none 'what is not read is overwritten' "$([ $? = 0 ] && [ ! -s err ] &&
	head -1 both.pcap | grep -q '6 packets' || cat err)"
rm -r in both.pcap link.pcap
what 'nothing to do' 2 'nothing to read'
what 'unknown option' 2 'nknown option' --bogus
what 'bad format' 2 'want text, json or ndjson' --format xml "$good"
what 'bad filter' 2 "filter 'udp port port'" -f 'udp port port' "$good"
what 'files and interface' 2 'not both' -i lo "$good"
# With a filter, what is missing shows nothing.
silent=$srcdir/pcaps/phone-silent/phone-silent.pcap
"$REGSCAN" "$silent" >out 2>err
none 'a silent phone' "$(grep -qF phone.silent, out || cat out err)"
"$REGSCAN" -f 'ip or arp' "$silent" >out 2>err
none 'a filter, and no silent phone' "$(grep -F phone.silent, out)$(cat err)"
if [ -w /dev/full ]; then
	for option in --version --help; do
		"$REGSCAN" $option >/dev/full 2>err
		none "disk full, and $option" "$([ $? = 3 ] &&
			grep -q 'No space' err || echo "says: $(cat err)")"
	done
	"$REGSCAN" "$good" >/dev/full 2>err
	none 'disk full' "$([ $? = 3 ] && grep -q 'No space' err || cat err)"
fi
"$REGSCAN" - <"$good" >out 2>err
none 'standard input' "$([ $? = 0 ] && [ ! -s err ] || cat err)"
cat "$good" | "$REGSCAN" - >out 2>err
none 'a pipe' "$([ $? = 0 ] && [ ! -s err ] || cat err)"
# well NAME PATTERN ARGS...: all is read, and the report says PATTERN
well() {
	name=$1 pattern=$2
	shift 2
	"$REGSCAN" "$@" >out 2>err
	none "$name" "$([ $? = 0 ] && [ ! -s err ] && grep -q "$pattern" out ||
		cat err out)"
}

# Compressed, as one stream or as several, one behind the other.
gzip -c "$good" >whole.gz
{ head -c 700 "$good" | gzip -c; tail -c +701 "$good" | gzip -c; } >members
{ cat members; head -c 512 /dev/zero; } >padded
well 'gzip' '1 registered' whole.gz
well 'gzip members, of another name' '1 registered' members
well 'gzip, padded with zeros' '1 registered' padded
well 'gzip on standard input' '1 registered' - <whole.gz
mkfifo fifo
cat whole.gz >fifo &
well 'gzip from a pipe' '1 registered' - <fifo
if command -v zstd >/dev/null; then
	zstd -qc "$good" >whole.zst
	{ head -c 700 "$good" | zstd -qc; tail -c +701 "$good" | zstd -qc; } >frames
	well 'zstd' '1 registered' whole.zst
	well 'zstd frames' '1 registered' frames
	cat frames >fifo &
	well 'zstd from a pipe' '1 registered' - <fifo
	head -c -9 frames >cut.zst
	what 'zstd, cut short' 3 'cut.zst: zstd data cut short after frame [1-9]' cut.zst
	none 'zstd, cut short: what came before is reported' \
		"$(grep -q '1 phone' out || cat out)"
else
	skip 'zstd' 'no zstd here'
fi
# The last bytes of a member are its checksum and size: all frames are there.
head -c -9 whole.gz >cut.gz
what 'gzip, cut short' 3 'cut.gz: gzip data cut short after frame' cut.gz
none 'gzip, cut short: what came before is reported' \
	"$(grep -q '1 phone' out || cat out)"
{ head -c -8 whole.gz; printf 12345678; } >sum.gz
what 'gzip, bad checksum' 3 'sum.gz: damaged gzip data (.*) after frame 6' sum.gz
none 'gzip, bad checksum: what came before is reported' \
	"$(grep -q '1 registered' out || cat out)"
{ cat whole.gz; echo more; } >more.gz
what 'gzip, and something else' 3 'more.gz: damaged gzip data (something' more.gz
{ printf '\037\213\010'; head -c 200 /dev/zero; } >bad.gz
what 'gzip, no good' 3 'bad.gz: cannot read: damaged gzip data' bad.gz
gzip -c whole.gz >twice.gz
what 'compressed twice' 3 'twice.gz: compressed twice' twice.gz

# A folder: what is in it counts, not what it is called.
cp "$good" some/b
gzip -c "$srcdir/pcaps/udp-refresh/udp-refresh.pcap" >some/a.txt
echo 'hello, world' >some/c.pcap
mkdir some/deeper
well 'folder' '26 packets' some
none 'folder: what else is in it is named' \
	"$(grep -qx '1 file skipped, being no captures: c.pcap' out || cat out)"
head -c 1000 "$good" >some/cut
what 'folder with a damaged file' 3 'some/cut: cut short after frame 3' some
none 'folder with a damaged file: it is named, the others are reported' \
	"$(grep -q '29 packets' out && grep -q '^cut: cut short' out || cat out)"
rm some/cut
"$REGSCAN" some/b - some/a.txt <"$srcdir/pcaps/tcp-register/tcp-register.pcap" \
	>out 2>err
none 'files and standard input' \
	"$([ $? = 0 ] && grep -q '38 packets' out || cat err out)"

# Of many files few are open: 2170, each of a packet.
if command -v python3 >/dev/null && mkdir many; then
	PYTHONPATH=$srcdir/tests/lib PYTHONDONTWRITEBYTECODE=1 python3 - \
		"$srcdir/pcaps/lobby-one-of-fifty/lobby-one-of-fifty.pcap" <<-'END'
		import sys, captures
		link, packets = captures.read(sys.argv[1])
		for hour in range(7):
		    for k, p in enumerate(packets):
		        q = p.of(p.data)
		        q.ns += hour * 3600 * 10**9
		        # names in no order of time
		        with open(f"many/{k * 7919 % 310:03}-{hour}", "wb") as f:
		            f.write(captures.pcap(link, [q]))
	END
	for limit in 64 1000; do
		(ulimit -n $limit && "$REGSCAN" many) >out.$limit 2>err
		none "2170 files, $limit of them may be open" \
			"$([ $? = 1 ] && [ ! -s err ] && grep -q '2 170 packets' out.$limit &&
				grep -q '51 phones: 50 registered, 1 FAILED' out.$limit || cat err out.$limit)"
	done
	none '2170 files, the same report' "$(cmp out.64 out.1000 2>&1)"

	# No answer is none where packets were lost while it was waited for.
	for lost in -1 10; do
		PYTHONPATH=$srcdir/tests/lib PYTHONDONTWRITEBYTECODE=1 python3 - \
			"$srcdir/pcaps/udp-no-answer/udp-no-answer.pcap" $lost <<-'END'
			import sys, captures
			link, packets = captures.read(sys.argv[1])
			with open("lost" + sys.argv[2], "wb") as f:
			    f.write(captures.pcapng(link, packets,
			                            drops=[int(sys.argv[2])]))
		END
		"$REGSCAN" lost$lost >out$lost 2>err
	done
	none 'no packet lost: no answer' \
		"$(grep -q '1 timed out' out-1 || cat out-1)"
	none 'a packet lost: undecided, and said' \
		"$(grep -q '1 cut off' out10 && grep -q '1 packet DROPPED' out10 ||
			cat out10)"
else
	skip '2170 files, lost packets' 'no python3 here'
fi

# A file that is being written: it ends with its sixth packet, with a second, or
# with an interrupt.
: >growing
"$REGSCAN" --follow -c 6 growing >out 2>err &
pid=$!
for at in $(seq 0 331 "$(wc -c <"$good")"); do
	tail -c +$((at + 1)) "$good" | head -c 331 >>growing
	sleep 0.02
done
wait $pid
none 'a file that is being written' \
	"$([ $? = 0 ] && [ ! -s err ] && grep -q '1 registered' out || cat err out)"
head -c 1000 "$good" >growing
well_follows() {
	none "$1" "$([ "$2" = 4 ] && [ ! -s err ] && grep -q '3 packets' out ||
		cat err out)"
}
"$REGSCAN" --follow -a duration:1 growing >out 2>err
well_follows '--follow for a second, to the middle of a packet' $?
# A job in the background of a script ignores SIGINT.
"$REGSCAN" --follow growing >out 2>err &
pid=$!
n=0
until grep -qs '^pos:[[:space:]]*1000$' /proc/$pid/fdinfo/* || [ $n = 200 ]; do
	sleep 0.1
	n=$((n + 1))
done
kill -TERM $pid
wait $pid
well_follows '--follow until a signal' $?
# A pipe that does not end, and from which nothing comes.
mkfifo pipe
{ cat "$good"; exec sleep 60; } >pipe &
writer=$!
"$REGSCAN" - <pipe >out 2>err &
pid=$!
sleep 0.5
kill -TERM $pid
wait $pid
none 'a signal ends the reading of a pipe' \
	"$(kill -0 $writer 2>&1 && [ ! -s err ] && grep -q 'standard input' out ||
		cat err out)"
kill $writer
wait $writer 2>/dev/null
# until_signal PROGRAM...: what it writes to a pipe that does not end is read,
# until a signal comes.
until_signal() {
	writes=$1
	shift
	{ $writes; exec sleep 60; } >pipe &
	writer=$!
	timeout -k 5 5 "$REGSCAN" "$@" <pipe >out 2>err &
	pid=$!
	sleep 0.7
	cp out soon
	kill -TERM $pid
	wait $pid
	status=$?
	kill $writer
	wait $writer 2>/dev/null
}
until_signal "head -c 10 $good" -
none 'a signal, before there is a header' \
	"$([ $status = 4 ] && [ ! -s err ] || echo $status; cat err)"
until_signal 'echo hello' -
none 'a signal, before it is known what it is' \
	"$([ $status = 4 ] && [ ! -s err ] || echo $status; cat err)"
until_signal : -
none 'a signal, before anything' \
	"$([ $status = 4 ] && [ ! -s err ] || echo $status; cat err)"
until_signal "cat $srcdir/pcaps/udp-refresh/udp-refresh.pcap" --format ndjson -
none 'of a pipe each record is written as it ends' \
	"$([ $status = 0 ] && grep -q '"registered"' soon || echo "status $status"; cat err)"
# Files have an end: who stops before has not read them.
until_signal "cat $good" "$srcdir/pcaps/tcp-register/tcp-register.pcap" -
none 'files, and a signal: status' "$([ $status = 3 ] || echo $status)"
none 'files, and a signal: it is said' "$([ "$(wc -l <err)" = 1 ] &&
	grep -q '^regscan: interrupted; what came before is' err ||
	echo "says: $(cat err)")"
what '--follow with an interface' 2 'follow is for files' --follow -i lo
what '--follow with files and standard input' 2 'standard input alone' \
	--follow "$good" -

# A folder in which another program begins new files, and deletes the oldest: a
# registration goes over the border of two.
mkdir ring ring.d
# part FROM TO: these packets of the capture.
part() {
	head -c 24 "$good"
	python3 -c '
import struct, sys
d = open(sys.argv[1], "rb").read()
at, n = 24, 0
while at < len(d):
    size = 16 + struct.unpack_from("<I", d, at + 8)[0]
    n += 1
    if int(sys.argv[2]) <= n <= int(sys.argv[3]):
        sys.stdout.buffer.write(d[at:at + size])
    at += size' "$good" "$1" "$2"
}
if command -v python3 >/dev/null; then
	part 1 2 >ring/z1
	"$REGSCAN" --follow -c 6 --format json ring >out 2>err &
	pid=$!
	n=0
	until ls -l /proc/$pid/fd 2>/dev/null | grep -q ring/z1 || [ $n = 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	part 3 4 >ring.d/a2
	mv ring.d/a2 ring/a2
	sleep 1.5
	rm ring/z1
	part 5 6 >ring.d/z1
	mv ring.d/z1 ring/z1
	wait $pid
	none 'a folder of rotated files is one capture' \
		"$([ $? = 0 ] && [ ! -s err ] && grep -q '"registered"' out &&
			[ "$(grep -c '"format": "pcap"' out)" -ge 3 ] || cat err out)"
	part 1 6 >one
	"$REGSCAN" --follow -a duration:1 --format json one >out 2>err
	none 'one file of a folder alone' \
		"$([ ! -s err ] && [ "$(grep -c '"format": "pcap"' out)" = 1 ] || cat err out)"
	mkdir links
	ln -s ../one links/one
	"$REGSCAN" --follow -a duration:1 links/one >out 2>err
	none 'a link to a file elsewhere' \
		"$([ ! -s err ] && grep -q '1 registered' out || cat err out)"
	{ sleep 0.3 && part 1 6 >later.new && mv later.new later; } &
	"$REGSCAN" --follow -a duration:2 later >out 2>err
	none 'one that comes later' \
		"$([ $? = 0 ] && [ "$(wc -l <err)" = 1 ] &&
			grep -q '1 registered' out || cat err out)"
	wait
	part 1 4 >begun
	"$REGSCAN" --follow begun >out 2>err &
	pid=$!
	sleep 0.7
	kill -USR1 $pid
	n=0
	until grep -q '^No registration' out || [ $n = 50 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	kill -TERM $pid
	wait $pid
	none 'a report while the first attempt is under way' \
		"$(grep -q '^No registration ended' out &&
			! grep -q 'but no REGISTER' out || cat out)"
	"$REGSCAN" --follow -a duration:1 one absent >out 2>err
	none 'one that is not there' \
		"$([ $? = 3 ] && [ "$(wc -l <err)" = 1 ] &&
			grep -q 'absent: cannot open' err && grep -q '1 registered' out ||
			cat err out)"
else
	skip 'a folder of rotated files is one capture' 'no python3 here'
	skip 'one file of a folder alone' 'no python3 here'
	skip 'a link to a file elsewhere' 'no python3 here'
	skip 'one that comes later' 'no python3 here'
	skip 'a report while an attempt is under way' 'no python3 here'
	skip 'one that is not there' 'no python3 here'
fi

"$REGSCAN" -c 2 "$good" >out 2>err
none 'the first packets only' "$([ $? = 4 ] && grep -q '2 packets' out || cat out)"
done_testing
