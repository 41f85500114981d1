# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP for the checks that are shell scripts: . "${srcdir:=..}/tests/lib/tap.sh"
#
# make check runs them in the top of the build folder and sets srcdir; by hand
# they run there as they are, srcdir being .. then.

set -u
export LC_ALL=C TZ=UTC
: "${srcdir:=..}"
: "${REGSCAN:=./regscan}" "${NM:=nm}" "${OBJDUMP:=objdump}"
tap_number=0 tap_failed=0

# ok NAME: the tests before it went well.
ok() {
	tap_number=$((tap_number + 1))
	printf 'ok %d - %s\n' $tap_number "$1"
}

# not_ok NAME WHY
not_ok() {
	tap_number=$((tap_number + 1))
	tap_failed=1
	printf 'not ok %d - %s\n' $tap_number "$1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

# none NAME FOUND: passes where nothing was found.
none() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

# skip NAME WHY
skip() {
	tap_number=$((tap_number + 1))
	printf 'ok %d - %s # SKIP %s\n' $tap_number "$1" "$2"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

# Some take long, and tell the same in each build: once is enough.
once() {
	[ "${REGSCAN_ONCE-}" != no ] ||
		skip_all "asked not to: run in another build"
}

# In a folder $tmp of its own, that vanishes; $srcdir and $REGSCAN are absolute.
apart() {
	srcdir=$(CDPATH='' cd -- "$srcdir" && pwd) || exit 99
	REGSCAN=$(CDPATH='' cd -- "$(dirname -- "$REGSCAN")" && pwd)/$(basename -- "$REGSCAN")
	tmp=$(mktemp -d) || exit 99
	trap 'rm -rf "$tmp"' EXIT
	cd "$tmp" || exit 99
}

done_testing() {
	printf '1..%d\n' $tap_number
	exit $tap_failed
}

# The project's files, one a line, relative to the top: what git tracks, and in
# a tarball all there is but what autotools made.
project_files() (
	cd "$srcdir" || exit 1
	if [ -e .git ] && git ls-files --cached --others --exclude-standard \
		2>/dev/null; then
		exit 0
	fi
	find . -type f | sed 's,^\./,,' | grep -Ev \
		'(^|/)(build-aux|autom4te.cache|_build|_inst|build[^/]*)/|^(configure~?|aclocal\.m4|config\.h\.in~?|Makefile\.in|\.dist-version)$|^m4/'
)

# Those of them that exist: a file may be deleted and not yet committed.
project_text() {
	project_files | grep -Ev '\.pcap(ng)?$|^tests/(fuzz/corpus|torture/rfc[0-9]+)/' |
		while IFS= read -r f; do
			[ ! -f "$srcdir/$f" ] || printf '%s\n' "$f"
		done
}
