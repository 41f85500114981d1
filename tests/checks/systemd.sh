#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# systemd's units, as they are installed, are such, and their command lines are
# ours.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"
command -v systemd-analyze >/dev/null || skip_all "no systemd-analyze"

REGSCAN=$(cd "$(dirname "$REGSCAN")" && pwd)/$(basename "$REGSCAN")
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bin=$tmp/bin
mkdir "$bin"
ln -s "$REGSCAN" "$bin/regscan"
built=$(dirname "$REGSCAN")/systemd
for unit in 'regscan@.service' 'regscan-folder@.service'; do
	none "$unit: where the program is installed is in it" \
		"$(grep -q '^ExecStart=/.*/regscan ' "$built/$unit" ||
			grep '^ExecStart' "$built/$unit" 2>&1)"
	# It is not installed yet.
	sed "s,^ExecStart=[^ ]*/regscan ,ExecStart=$bin/regscan ," \
		"$built/$unit" >"$tmp/$unit"
done
cp "$srcdir/systemd/regscan-folder@.timer" "$tmp"
touch "$tmp/empty"

for unit in 'regscan@eth0.service' 'regscan-folder@var-log-sip.service' \
	'regscan-folder@var-log-sip.timer'; do
	found=$(SYSTEMD_UNIT_PATH=$tmp: systemd-analyze verify --man=no \
		"$tmp/$unit" 2>&1)
	case $found in
	*'Failed to initialize manager'* | *'Operation not permitted'*)
		skip "$unit" "$found" ;;
	*)	none "$unit" "$(printf '%s\n' "$found" | grep -F "$tmp/")" ;;
	esac
done

# What they run is understood: only what is named is not there.
for unit in 'regscan@.service' 'regscan-folder@.service'; do
	# shellcheck disable=SC2046 # words
	set -- $(sed -n "s,%[Ii],nosuch0,g
		s,%[LS],$tmp/none,g
		s,%f,$tmp/empty,g
		s,^ExecStart=,,p" "$tmp/$unit")
	mkdir -p "$tmp/none/regscan"
	"$@" >"$tmp/out" 2>"$tmp/err"
	none "$unit: its command line" "$([ $? = 3 ] &&
		grep -q 'nosuch0: \|empty: empty' "$tmp/err" || cat "$tmp/err")"
done
done_testing
