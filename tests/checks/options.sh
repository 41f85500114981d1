#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The options are the same in `regscan --help`, regscan(1) and the completion.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

# Each as a line "-r --read" or "--read".
help_options() {
	"$REGSCAN" --help 2>&1 |
		sed -nE 's/^ +(-[A-Za-z0-9?]), (--[a-z0-9-]+).*/\1 \2/p
			s/^ +(--[a-z0-9-]+).*/\1/p' | sort
}
man_options() {
	sed -nE 's/^\.It Fl ([A-Za-z0-9]) , Fl Fl ([a-z0-9-]+).*/-\1 --\2/p
		s/^\.It Fl Fl ([a-z0-9-]+).*/--\1/p' \
		"$srcdir/man/regscan.1" | sort
}
completed() {
	sed -n "/local options='/,/'\$/p" \
		"$srcdir/completion/regscan" | grep -oE -- '-[-A-Za-z0-9]+' | sort
}

help=$(help_options)
if [ -n "$help" ]; then
	ok "--help has options"
else
	not_ok "--help has options" "$("$REGSCAN" --help 2>&1)"
fi
differ() {
	[ "$1" = "$2" ] || printf 'only in --help:\n%s\nonly in the other:\n%s\n' \
		"$(printf '%s\n' "$1" | grep -vxF -e "$2")" \
		"$(printf '%s\n' "$2" | grep -vxF -e "$1")"
}
none "regscan(1) has those of --help" "$(differ "$help" "$(man_options)")"
none "the completion has those of --help" \
	"$(differ "$(printf '%s\n' "$help" | tr ' ' '\n' | sort)" "$(completed)")"
done_testing
