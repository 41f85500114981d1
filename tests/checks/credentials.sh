#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --credentials: a bad file is one line that does not quote it.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
umask 077

# run CASE TEXT...: the status; the report in $tmp/out, errors in $tmp/err.
run() {
	case_name=$1
	shift
	"$REGSCAN" --color never --hash-seed 1 "$@" \
		"$srcdir/pcaps/$case_name/$case_name.pcap" \
		>"$tmp/out" 2>"$tmp/err"
}

# bad NAME STATUS PATTERN: of the file $tmp/file
bad() {
	run udp-register --credentials "$tmp/file"
	status=$?
	why=
	[ $status = "$2" ] || why="exit status $status, not $2
"
	[ ! -s "$tmp/out" ] || why="${why}there is a report
"
	[ "$(wc -l <"$tmp/err")" = 1 ] || why="${why}not one line
"
	grep -q "^regscan: $tmp/file: $3" "$tmp/err" || why="${why}not: $3
"
	! grep -q hunter2 "$tmp/err" || why="${why}quotes the file
"
	[ -z "$why" ] || why="$why$(cat "$tmp/err")"
	none "$1" "$why"
}

bad "no file" 3 "cannot open: "
mkdir "$tmp/file"
bad "a folder" 3 "cannot read: "
rmdir "$tmp/file"
: >"$tmp/file"
bad "an empty file" 2 "no account"
printf '[4025@example.com]\nhunter2\n' >"$tmp/file"
bad "a line that is nothing" 2 "line 2: want"
printf '[4025@example.com]\nhunter2 = 1\n' >"$tmp/file"
bad "a key that is none" 2 "line 2: no such key"
printf '[4025@example.com]\nha1 = hunter2\n' >"$tmp/file"
bad "an ha1 that is none" 2 "line 2: want 32"
printf '[4025@example.com]\npassword = hunter2\n' >"$tmp/file"
chmod 644 "$tmp/file"
bad "a file that everybody may read" 2 "everybody may"
done_testing
