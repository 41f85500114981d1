#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every file that can carry it names its licence in its first lines.  Not asked
# of captures and what belongs to a case, of corpora, and of the licence.
. "${srcdir:=..}/tests/lib/tap.sh"

found=$(project_text | grep -Ev \
	'^LICENSE$|^pcaps/[^/]*/(README|args|status|keys\.log|server\.key|report\.(txt|json))$' |
	while IFS= read -r f; do
		head -n 6 "$srcdir/$f" |
			grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
			printf '%s\n' "$f"
	done)
none "licence in every file" "$found"
done_testing
