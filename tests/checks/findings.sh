#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The codes that rules say or name (src/diag) are those that have an entry
# (src/diag/entries_*.c), and regscan-findings(7) is made from the entries.
# findings.txt has a capture where each fires, and one where it does not.
#
#	make update-findings        writes them there
. "${srcdir:=..}/tests/lib/tap.sh"

page=$srcdir/man/regscan-findings.7
mdoc=tests/checks/mdoc_entries
stages='capture|link|dhcp|dns|provisioning|tcp|tls|sip|nat|policy|noise|phone|profile|log'

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
none "each entry is there once" "$(printf '%s\n' "$entries" | uniq -d)"

# ---- each rule has a capture where it fires, and one where it does not ----

pairs=$(grep -v '^#' "$srcdir/tests/checks/findings.txt")

# found CODE CASE: in the findings of its report.  Others may name the code as
# an alternative; "code" has one that is found.
found() {
	grep -qF "\"code\": \"$1\"," "$srcdir/pcaps/$2/report.json"
}

wrong_pairs() {
	printf '%s\n' "$pairs" | while read -r code in not_in; do
		for case_name in "$in" "$not_in"; do
			grep -qF '"findings": [' \
				"$srcdir/pcaps/$case_name/report.json" ||
				echo "$case_name: no report"
		done
		found "$code" "$in" || echo "$code is not in $in"
		! found "$code" "$not_in" || echo "$code is in $not_in"
	done
}

# The codes of rules, which the table of a rule begins with
fire=$(grep -hE -A1 '= \{("|$)|RULE\(diag_' "$srcdir"/src/diag/rules_*.c |
	codes_in - | uniq)
tabled=$(printf '%s\n' "$pairs" | awk '{ print $1 }' | sort -u)
none "each pair of findings.txt is one" "$(wrong_pairs)"
none "each code there is that of a rule" \
	"$(printf '%s\n' "$tabled" | grep -vxF -e "$fire")"
none "each rule about what was captured has a pair" "$(
	printf '%s\n' "$entries" | grep -E '^(sip|nat|policy|noise|tcp|tls|dhcp|link|provisioning|profile|dns)\.' |
		grep -vxF -e "$tabled")"

# Of those without a capture, a row of a test fires; rules_kit.h says of which.
fired=$(for program in tests/unit/test_rules*; do
	case $program in *.o) continue ;; esac
	[ ! -x "$program" ] || "$program"
done 2>/dev/null | sed -n 's/^# fires //p' | sort -u)
rest=$(printf '%s\n' "$fire" | grep -vxF -e "$tabled")
if [ -n "$fired" ]; then
	none "each other rule fires in a row of a test" \
		"$(printf '%s\n' "$rest" | grep -vxF -e "$fired")"
else
	skip "each other rule fires in a row of a test" \
		"tests/unit/test_rules are not built"
fi

if [ -x "$mdoc" ]; then
	none "regscan-findings(7) has the entries (make update-findings)" \
		"$(made 2>&1 >"$tmp/page" && diff "$page" "$tmp/page")"
else
	skip "regscan-findings(7) has the entries" "$mdoc is not built"
fi
done_testing
