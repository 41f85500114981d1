#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The examples of regscan(1) that begin with "$ " run as they stand, in a
# folder that has all captures of the project.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

top=$(cd "$srcdir" && pwd)
program=$(cd "$(dirname "$REGSCAN")" && pwd)
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/run"
for capture in "$top"/pcaps/*/*.pcap; do
	ln -s "$capture" "$tmp/run"
done
sed -n 's/^\$ //p' "$top/man/regscan.1" | sed 's/\\e/\\/g; s/\\-/-/g' \
	>"$tmp/examples"
PATH=$program:$PATH
export PATH
unset NO_COLOR COLUMNS

while IFS= read -r line; do
	rm -f "$tmp/run"/report.*
	(cd "$tmp/run" && sh -c "$line") >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	cat "$tmp/run"/report.* >>"$tmp/out" 2>/dev/null
	# Phones that fail are no fault of an example.
	case $status in
	0|1|4)	why= ;;
	*)	why="exit status $status" ;;
	esac
	[ -s "$tmp/out" ] || why="$why: no report"
	[ ! -s "$tmp/err" ] || why="$why: $(cat "$tmp/err")"
	none "\$ $(printf '%s' "$line" | tr '#' ' ')" "$why"
done <"$tmp/examples"
[ $tap_number -gt 0 ] || not_ok "there are examples" "none found"
done_testing
