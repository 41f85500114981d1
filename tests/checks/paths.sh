#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Nothing that is true on one machine only: folders of people and of machines,
# names of package archives.
. "${srcdir:=..}/tests/lib/tap.sh"

# Bracketed, so that this file does not find itself.
machine='(^|[^[:alnum:]_.$}/])/([w]ork|[r]oot|[h]ome/[a-z]|[U]sers/[A-Z]|[t]mp/(wt|bash_jobs))(/|[^[:alnum:]_-]|$)|[d]eb\.debian\.org|[s]napshot\.debian\.org|[s]ecurity\.debian\.org'
cd "$srcdir" && srcdir=. || exit 1
found=$(project_text | xargs -d '\n' grep -aHnE "$machine")
none "no machine path" "$found"
done_testing
