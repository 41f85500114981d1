#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --keylog and --rsa-key: a bad file is one line that does not quote it, keys
# that do not fit change nothing but the reason, and no secret is in a report.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
umask 077
pcaps=$srcdir/pcaps

# run CASE OPTION...: the status; the report in $tmp/out, errors in $tmp/err.
run() {
	capture=$pcaps/$1/$1.pcap
	shift
	"$REGSCAN" --color never --hash-seed 1 "$@" "$capture" \
		>"$tmp/out" 2>"$tmp/err"
}

# bad OPTION NAME STATUS PATTERN: of the file $tmp/file
bad() {
	run keys-rsa "$1" "$tmp/file"
	status=$?
	why=
	[ $status = "$3" ] || why="exit status $status, not $3
"
	[ ! -s "$tmp/out" ] || why="${why}there is a report
"
	[ "$(wc -l <"$tmp/err")" = 1 ] || why="${why}not one line
"
	grep -q "^regscan: $tmp/file: $4" "$tmp/err" || why="${why}not: $4
"
	! grep -q 5ec7e7 "$tmp/err" || why="${why}quotes the file
"
	[ -z "$why" ] || why="$why$(cat "$tmp/err")"
	none "$1: $2" "$why"
}

for option in --keylog --rsa-key; do
	bad $option "no file" 3 "cannot read: No such"
	mkdir "$tmp/file"
	bad $option "a folder" 3 "cannot read: "
	rmdir "$tmp/file"
done
printf '# log\nCLIENT_RANDOM 5ec7e7\n' >"$tmp/file"
bad --keylog "half a line" 2 "line 2: no line of a key log: want LABEL"
bad --rsa-key "no key" 2 "no private key in PEM form"
cp "$pcaps/keys-rsa/keys-rsa.pcap" "$tmp/file"
bad --keylog "a capture" 2 "line 1: no line of a key log"
bad --rsa-key "a capture" 2 "no private key in PEM form"
if openssl version >/dev/null 2>&1; then
	openssl rsa -aes128 -passout pass:5ec7e7 -out "$tmp/file" \
		-in "$pcaps/keys-rsa/server.key" 2>/dev/null
	bad --rsa-key "a passphrase" 2 "the key has a passphrase: take it off"
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		>"$tmp/file" 2>/dev/null
	bad --rsa-key "another kind of key" 2 "not an RSA key: "
else
	skip "keys of OpenSSL" "no openssl"
fi

# seen NAME CASE STATUS PATTERN OPTION...: of the JSON report
seen() {
	name=$1 case_name=$2 want=$3 pattern=$4
	shift 4
	run "$case_name" --format json "$@"
	status=$?
	why=
	[ $status = "$want" ] || why="exit status $status, not $want
"
	grep -q "$pattern" "$tmp/out" || why="${why}not: $pattern
"
	[ ! -s "$tmp/err" ] || why="${why}$(cat "$tmp/err")"
	none "$name" "$why"
}
seen "with its keys" keys-tls13-gcm 0 '"visibility": "decrypted"' \
	--keylog "$pcaps/keys-tls13-gcm/keys.log"
seen "without" keys-tls13-gcm 4 '"opaque_reason": "no keys"'
seen "with those of another" keys-tls13-gcm 4 '"opaque_reason": "no keys"' \
	--keylog "$pcaps/keys-tls12-gcm/keys.log"
seen "with wrong ones" keys-of-another 4 '"opaque_reason": "wrong keys"' \
	--keylog "$pcaps/keys-of-another/keys.log"
seen "with an RSA key that is of no use" keys-tls12-gcm 4 \
	'"opaque_reason": "no keys"' --rsa-key "$pcaps/keys-rsa/server.key"
printf '# nothing yet\n' >"$tmp/file"
seen "with an empty log" keys-tls12-gcm 4 '"opaque_reason": "no keys"' \
	--keylog "$tmp/file"
awk '{ sub(/\r?$/, "\r"); print }' "$pcaps/keys-tls12-gcm/keys.log" \
	>"$tmp/file"
seen "with carriage returns" keys-tls12-gcm 0 '"visibility": "decrypted"' \
	--keylog "$tmp/file"
cat "$pcaps"/keys-*/keys.log >"$tmp/file"
seen "among others" keys-tls12-ccm 0 '"visibility": "decrypted"' \
	--keylog "$tmp/file"

# What the cases of pcaps/ show of their own; here the secrets of a pcapng file,
# which no option names.
"$REGSCAN" --format json "$pcaps/keys-in-pcapng/keys-in-pcapng.pcap" \
	>"$tmp/out"
grep -aoE '^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]+' \
	"$pcaps/keys-in-pcapng/keys-in-pcapng.pcap" | cut -d' ' -f3 \
	>"$tmp/secrets"
[ -s "$tmp/secrets" ] && why= || why="no secrets in the file"
none "a pcapng file with secrets" "$why"
none "none of them is in the report" \
	"$(grep -Ff "$tmp/secrets" "$tmp/out" 2>/dev/null)"
done_testing
