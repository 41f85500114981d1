#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The run that README.md shows is what the program prints.
#
#	../tests/checks/readme.sh --update     writes it there
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

case=lobby-one-of-fifty
program=$(cd "$(dirname "$REGSCAN")" && pwd)/regscan
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
unset NO_COLOR
{
	printf '\n    $ regscan %s.pcap\n' "$case"
	(cd "$srcdir/pcaps/$case" &&
		COLUMNS=80 "$program" --color never "$case.pcap") |
		sed '/./s/^/    /'
	echo
} >"$tmp/run"

if [ "${1-}" = --update ]; then
	awk -v run="$tmp/run" '
		/^<!-- run: end/ { inside = 0 }
		!inside { print }
		/^<!-- run: begin/ {
			inside = 1
			while ((getline line < run) > 0) print line
		}' "$srcdir/README.md" >"$tmp/README.md" &&
		cp "$tmp/README.md" "$srcdir/README.md"
	exit
fi

sed -n '/^<!-- run: begin/,/^<!-- run: end/{/^<!-- run:/d;p;}' \
	"$srcdir/README.md" >"$tmp/shown"
none "the run in README.md is real" "$(diff "$tmp/shown" "$tmp/run")"
none "README.md is under two screens" \
	"$(awk 'END { if (NR > 120) print NR " lines" }' "$srcdir/README.md")"
done_testing
