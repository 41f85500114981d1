# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What golden-one and update-golden share: how a case is run.
#
# A case is a folder, pcaps/NAME, with NAME.pcap (or NAME.logcat, a log, or
# NAME.tgz, an archive of logs); `args` (more options),
# `status` (the exit status), report.txt and report.json (what is expected).
# regscan runs in that folder, so that the report names the file as NAME.pcap
# wherever the project lies.

# What regscan reads of the case $case_name in $case_dir; false: nothing.
input() {
	for kind in pcap logcat tgz; do
		[ -e "${case_dir:?}/${case_name:?}.$kind" ] || continue
		echo "$case_name.$kind"
		return 0
	done
	return 1
}

# report FORMAT SEED OUT ERR: runs the case $case_name of the folder $case_dir;
# the status is regscan's.
report() (
	cd "${case_dir:?}" || exit 99
	format=$1 seed=$2 out=$3 err=$4
	args=
	[ ! -e args ] || args=$(cat args)
	export LC_ALL=C TZ=UTC COLUMNS=100 REGSCAN_PROFILES=../../profiles
	unset NO_COLOR
	# shellcheck disable=SC2086 # args are words; REGSCAN may be a wrapper
	${REGSCAN_WRAPPER-} "$REGSCAN" --no-config ${REGSCAN_OPTIONS-} \
		--color never --hash-seed "$seed" --format "$format" $args \
		"$(input)" \
		>"$out" 2>"$err" </dev/null
)

# The report without the program's version, the one thing that may differ; it
# is the first "version" of the document.
versionless() {
	awk '!done && sub(/"version": *"[^"]*"/, "\"version\": \"-\"") {
		done = 1
	} { print }' "$1"
}

# Digest responses and nonces of the capture, queries and passwords of HTTP, and
# the secrets that the case brings along: what a report must never hold.
credentials() {
	awk 'NF == 3 { print $3 }' "$(dirname "$1")/keys.log" 2>/dev/null
	grep -v -e '-----' "$(dirname "$1")/server.key" 2>/dev/null
	grep -aoE '(GET|HEAD) [^ ]*[?][^ ]+' "$1" | sed 's/.*[?]//'
	grep -aoE 'Authorization: Basic [A-Za-z0-9+/=]+' "$1" | sed 's/.* //'
	grep -aoE '(response|nonce|cnonce) *= *"[^"]{4,}"' "$1" |
		sed 's/^[^"]*"//; s/"$//' | sort -u
}
