#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The codes of the rules (src/diag) are the entries of regscan-findings(7).
. "${srcdir:=..}/tests/lib/tap.sh"

stages='capture|link|dhcp|dns|provisioning|tcp|tls|sip|nat|policy|noise|phone'
rules=$(cat "$srcdir"/src/diag/*.c 2>/dev/null |
	grep -oE "\"($stages)\.[a-z0-9-]+\"" | tr -d '"' | sort -u)
entries=$(sed -nE 's/^\.It Cm ([a-z]+\.[a-z0-9-]+)$/\1/p' \
	"$srcdir/man/regscan-findings.7" | sort)
[ -n "$rules" ] || skip_all "no rules"

none "each code has an entry" "$(printf '%s\n' "$rules" | grep -vxF -e "$entries")"
none "each entry has a rule" "$(printf '%s\n' "$entries" | grep -vxF -e "$rules")"
none "each rule fires in a row of a test" "$(
	grep -hoE "(= \\{|\(diag_[a-z_]+, )\"($stages)\.[a-z0-9-]+\"" \
		"$srcdir"/src/diag/rules_*.c | grep -oE "($stages)\.[a-z0-9-]+" |
		while read -r code; do
			grep -qF -- "$code" "$srcdir"/tests/unit/test_rules*.c ||
				echo "$code"
		done)"
none "each entry is there once" "$(printf '%s\n' "$entries" | uniq -d)"
done_testing
