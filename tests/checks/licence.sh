#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every file that can carry it names its licence in its first lines.  Not asked
# of captures and what belongs to a case, of corpora, and of the licence.
. "${srcdir:=..}/tests/lib/tap.sh"

found=$(project_text | grep -Ev \
	'^LICENSE$|^pcaps/[^/]*/(README|args|cause|status|[^/]*\.(logcat|tgz)|keys\.log|server\.key|report\.(txt|json))$' |
	(cd "$srcdir" && xargs -d '\n' awk '
		FNR == 1 { if (f != "" && !named) print f; f = FILENAME; named = 0 }
		/SPDX-License-Identifier: Apache-2\.0/ { named = 1 }
		FNR == 6 { if (!named) print f; f = ""; nextfile }
		END { if (f != "" && !named) print f }'))
none "licence in every file" "$found"
done_testing
