#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each case of pcaps/ is run by make check, and in the tarball; what
# pcaps/Makefile.inc names is there.
. "${srcdir:=..}/tests/lib/tap.sh"

list=$srcdir/pcaps/Makefile.inc
cases=$(find "$srcdir/pcaps" -name report.txt | sed 's,/report.txt$,,; s,.*/,,')

# unnamed PATTERN: the cases that no line of the list has like that.
unnamed() {
	for case in $cases; do
		grep -qE "^[[:space:]]pcaps/$case$1" "$list" || echo "$case"
	done
}

none "each case is run" "$(unnamed "/[^/ ]+[.](pcap|logcat|tgz)( |$)")"
none "each case is in the tarball" "$(unnamed '( |$)')"
none "what is run is there" "$(grep -oE '^[[:space:]]pcaps/[^ ]+' "$list" |
	while read -r file; do
		[ -e "$srcdir/$file" ] || echo "$file"
	done)"
done_testing
