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
what 'cut short' 3 'cut.pcap: cut short after frame' cut.pcap
none 'cut short: what came before is reported' \
	"$(grep -q 'udp\|phone' out || cat out)"
what 'missing file' 3 'missing.pcap: cannot open: No such' missing.pcap
what 'folder' 3 'cannot open: Is a directory' .
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
what 'nothing to do' 2 'nothing to read'
what 'unknown option' 2 'nknown option' --bogus
what 'bad format' 2 'want text, json or ndjson' --format xml "$good"
what 'bad filter' 2 "filter 'udp port port'" -f 'udp port port' "$good"
what 'files and interface' 2 'not both' -i lo "$good"
if [ -w /dev/full ]; then
	"$REGSCAN" "$good" >/dev/full 2>err
	none 'disk full' "$([ $? = 3 ] && grep -q 'No space' err || cat err)"
fi
"$REGSCAN" - <"$good" >out 2>err
none 'standard input' "$([ $? = 0 ] && [ ! -s err ] || cat err)"
cat "$good" | "$REGSCAN" - >out 2>err
none 'a pipe' "$([ $? = 0 ] && [ ! -s err ] || cat err)"
"$REGSCAN" -c 2 "$good" >out 2>err
none 'the first packets only' "$([ $? = 4 ] && grep -q '2 packets' out || cat out)"
done_testing
