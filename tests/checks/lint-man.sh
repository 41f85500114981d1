#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages are clean mdoc.  Cross references to pages that this machine
# does not have are no fault of ours.
. "${srcdir:=..}/tests/lib/tap.sh"
command -v mandoc >/dev/null || skip_all "no mandoc"

for page in "$srcdir"/man/*.[1-8]; do
	found=$(mandoc -T lint -W style "$page" 2>/dev/null |
		grep -v 'referenced manual not found')
	none "${page##*/}" "$found"
done
done_testing
