#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The codes that rules say or name (src/diag) are those that have an entry
# (src/diag/entries_*.c), and regscan-findings(7) is made from the entries.
#
#	make update-findings        writes them there
. "${srcdir:=..}/tests/lib/tap.sh"

page=$srcdir/man/regscan-findings.7
mdoc=tests/checks/mdoc_entries
stages='capture|link|dhcp|dns|provisioning|tcp|tls|sip|nat|policy|noise|phone'

# The page with the entries as they are now.
made() {
	"$mdoc" >"$tmp/entries" || return
	awk -v entries="$tmp/entries" '
		/^\.\\" entries: end/ { inside = 0 }
		!inside { print }
		/^\.\\" entries: begin/ {
			inside = 1
			while ((getline line < entries) > 0) print line
		}' "$page"
}

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
if [ "${1-}" = --update ]; then
	made >"$tmp/page" && cp "$tmp/page" "$page"
	exit
fi

# codes_in FILE...: each that stands there as a string of its own
codes_in() {
	cat "$@" | grep -oE "\"($stages)\.[a-z0-9-]+\"" | tr -d '"' | sort
}
rules=$(find "$srcdir/src/diag" -name '*.c' ! -name 'entries*.c' \
	-exec cat {} + | codes_in - | uniq)
entries=$(codes_in "$srcdir"/src/diag/entries_*.c)
[ -n "$rules" ] || skip_all "no rules"

none "each code has an entry" "$(printf '%s\n' "$rules" | grep -vxF -e "$entries")"
none "each entry has a rule, or a rule that names it" \
	"$(printf '%s\n' "$entries" | grep -vxF -e "$rules")"
none "each rule fires in a row of a test" "$(
	grep -hoE "(= \\{|\(diag_[a-z_]+, )\"($stages)\.[a-z0-9-]+\"" \
		"$srcdir"/src/diag/rules_*.c | grep -oE "($stages)\.[a-z0-9-]+" |
		while read -r code; do
			grep -qF -- "$code" "$srcdir"/tests/unit/test_rules*.c ||
				echo "$code"
		done)"
none "each entry is there once" "$(printf '%s\n' "$entries" | uniq -d)"

if [ -x "$mdoc" ]; then
	none "regscan-findings(7) has the entries (make update-findings)" \
		"$(made 2>&1 >"$tmp/page" && diff "$page" "$tmp/page")"
else
	skip "regscan-findings(7) has the entries" "$mdoc is not built"
fi
done_testing
