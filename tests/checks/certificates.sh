#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --ca-file, --ca-path, --system-ca and --certificates: chains of recorded cases
# against their own root, and their certificates as files.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"
command -v openssl >/dev/null || skip_all "no openssl"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
case=tls12-client-certificate
pcap=$srcdir/pcaps/$case/$case.pcap

# The value of a key of the chain of one side.
chain() {
	"$REGSCAN" --format json "$@" "$pcap" 2>/dev/null |
		grep -o '"chains": \[[^]]*\]' | tr '{' '\n' |
		grep "\"from\": \"$side\"" |
		sed -nE "s/.*\"$key\": (\"([^\"]*)\"|([a-z0-9]+)).*/\2\3/p"
}
same() {
	[ "$2" = "$3" ] && ok "$1" || not_ok "$1" "have $2" "want $3"
}

"$REGSCAN" --certificates "$tmp/seen" "$pcap" >"$tmp/out" 2>"$tmp/err"
same "--certificates changes no report" "$(cat "$tmp/out")" \
	"$("$REGSCAN" "$pcap")"
same "nothing is said on stderr" "$(cat "$tmp/err")" ""
count=0 wrong=
for f in "$tmp/seen"/*; do
	count=$((count + 1))
	sum=$(openssl x509 -in "$f" -outform DER | sha256sum | cut -d' ' -f1)
	[ "$(basename "$f")" = "$sum.pem" ] || wrong="$wrong $f"
	cp "$f" "$tmp/copy"
done
same "each file is named by its SHA-256" "$wrong" ""
"$REGSCAN" --format json "$pcap" >"$tmp/json"
grep -o '"sha256": "[0-9a-f]*"' "$tmp/json" | sort -u | cut -d'"' -f4 >"$tmp/want"
(cd "$tmp/seen" && ls) | sed 's/\.pem$//' | sort >"$tmp/have"
same "they are those of the report" "$(cat "$tmp/have")" "$(cat "$tmp/want")"
"$REGSCAN" --certificates "$tmp/seen" "$pcap" >"$tmp/out" 2>"$tmp/err"
same "a second run adds none" "$(cd "$tmp/seen" && ls | wc -l)" "$count"

: >"$tmp/file"
"$REGSCAN" --certificates "$tmp/file" "$pcap" >"$tmp/out" 2>"$tmp/err"
same "a file is no folder: status 3" $? 3
same "one line says so" "$(wc -l <"$tmp/err")" 1
same "and no report comes" "$(cat "$tmp/out")" ""
"$REGSCAN" --certificates "$tmp/none/there" "$pcap" >"$tmp/out" 2>"$tmp/err"
same "no folder to make it in: status 3" $? 3

# The root is in the chain that the server sent.
root=
for f in "$tmp/seen"/*; do
	openssl x509 -in "$f" -noout -subject -issuer | sed 's/^[a-z]*=//' |
		uniq | wc -l | grep -q '^1$' && root=$f
done
side=server key=verified
same "without a store nothing is verified" "$(chain)" ""
same "--ca-file: verified" "$(chain --ca-file "$root")" true
key=verification
same "--ca-file: in the library's words" "$(chain --ca-file "$root")" ok
key=store
same "--ca-file: its name" "$(chain --ca-file "$root")" "$root"
mkdir "$tmp/path" && cp "$root" "$tmp/path/root.pem"
openssl rehash "$tmp/path" >/dev/null 2>&1 ||
	ln -s root.pem "$tmp/path/$(openssl x509 -in "$root" -noout -hash).0"
key=verified
same "--ca-path: verified" "$(chain --ca-path "$tmp/path")" true
side=client
same "the phone's chain is, too" "$(chain --ca-file "$root")" true
side=server
mkdir "$tmp/empty"
same "--ca-path, an empty one: not verified" \
	"$(chain --ca-path "$tmp/empty")" false
key=verification
same "and in whose words" "$(chain --ca-path "$tmp/empty")" \
	"self-signed certificate in certificate chain"
SSL_CERT_FILE=$root SSL_CERT_DIR=$tmp/empty
export SSL_CERT_FILE SSL_CERT_DIR
same "--system-ca: ok" "$(chain --system-ca)" ok
key=store
same "--system-ca: its name, after others" \
	"$(chain --system-ca --ca-path "$tmp/path")" "$tmp/path, system"

for bad in "--ca-file $tmp/none" "--ca-file $tmp/file" "--ca-path $tmp/none"; do
	# shellcheck disable=SC2086
	"$REGSCAN" $bad "$pcap" >"$tmp/out" 2>"$tmp/err"
	same "$bad: status 3" $? 3
	same "$bad: one line" "$(wc -l <"$tmp/err")" 1
done
done_testing
