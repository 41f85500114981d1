#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No source file is longer than 800 lines, and text that people keep in order
# has no blanks at the end of a line.  A manual has an entry for each option, key
# or finding and is read by looking one up, so that to split it would serve
# nobody; more than 1700 lines are prose in the wrong place.
. "${srcdir:=..}/tests/lib/tap.sh"

cd "$srcdir" && srcdir=. || exit 1
sources() {
	project_text | grep -E '\.([ch]|sh|py|am|inc|ac|md|[1-8])$|^quickstart$|^tests/[^.]*$'
}
found=$(sources | while IFS= read -r f; do
	wc -l "$f"
done | awk '$1 > ($2 ~ /^man\// ? 1700 : 800)')
none "no file is longer than 800 lines, nor a manual than 1700" \
	"$found"
found=$(sources | while IFS= read -r f; do
	grep -Hn '[[:blank:]]$' "$f"
done)
none "no blanks at the end of a line" "$found"
done_testing
