#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No source file is longer than 800 lines, and text that people keep in order
# has no blanks at the end of a line.  The manual of a format (section 5) has an
# entry for each key, however many there are.
. "${srcdir:=..}/tests/lib/tap.sh"

cd "$srcdir" && srcdir=. || exit 1
sources() {
	project_text | grep -E '\.([ch]|sh|py|am|inc|ac|md|[1-8])$|^quickstart$|^tests/[^.]*$'
}
found=$(sources | grep -v '\.5$' | while IFS= read -r f; do
	wc -l "$f"
done | awk '$1 > 800')
none "no file is longer than 800 lines" "$found"
found=$(sources | while IFS= read -r f; do
	grep -Hn '[[:blank:]]$' "$f"
done)
none "no blanks at the end of a line" "$found"
done_testing
