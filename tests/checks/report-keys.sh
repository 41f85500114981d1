#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every key of the report's tables (src/track/records*.c) stands in
# regscan-report(5), and no other.
. "${srcdir:=..}/tests/lib/tap.sh"
tables="$srcdir/src/track/records*.c"

# The keys of the envelope and of the document, which no table has.
others='regscan schema coverage summary phones registrations bindings handshakes connections lookups leases downloads findings timestamp event_type src_ip src_port dest_ip dest_port proto address port name name_from file narrowed_to'

# shellcheck disable=SC2086
keys=$(grep -ohE '(TEXT|NUMBER|MS|PERCENT|TIME|TRUTH|FRAME|ID|ENDPOINT|ENUM|STRUCT|LIST|TEXTS|FRAMES|COUNTS)\("[a-z0-9_]+"' \
	$tables | sed 's/.*"\(.*\)"/\1/' | sort -u)
manual=$(sed -nE 's/^\.It Cm (.*)$/\1/p' "$srcdir/man/regscan-report.5" |
	sed 's/ , Cm / /g' | tr ' ' '\n' | sort -u)
none "each key is in the manual" "$(printf '%s\n' "$keys" | grep -vxF -e "$manual")"
none "each key in the manual is in a table" \
	"$(printf '%s\n' "$manual" |
		grep -vxF -e "$keys" | grep -vxF "$(echo "$others" | tr ' ' '\n')")"
done_testing
