#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each case of pcaps/ is in the tarball, and what pcaps/Makefile.inc names is
# there.
. "${srcdir:=..}/tests/lib/tap.sh"

list=$srcdir/pcaps/Makefile.inc
cases=$(find "$srcdir/pcaps" -name report.txt | sed 's,/report.txt$,,; s,.*/,,')

none "each case is in the tarball" "$(for case in $cases; do
	grep -qE "^[[:space:]]pcaps/$case( |\$)" "$list" || echo "$case"
done)"
none "what is named is there" "$(grep -oE '^[[:space:]]pcaps/[^ ]+' "$list" |
	while read -r file; do
		[ -e "$srcdir/$file" ] || echo "$file"
	done)"
done_testing
