#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --credentials: recorded phones against the passwords of pcaps/record.d, none of
# which, nor what is made of one, is in a report; a bad file is one line that
# does not quote it.
. "${srcdir:=..}/tests/lib/tap.sh"
once
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
umask 077

# run CASE OPTION...: the status; the report in $tmp/out, errors in $tmp/err.
run() {
	case_name=$1
	shift
	"$REGSCAN" --color never --hash-seed 1 "$@" \
		"$srcdir/pcaps/$case_name/$case_name.pcap" \
		>"$tmp/out" 2>"$tmp/err"
}

# bad NAME STATUS PATTERN: of the file $tmp/file
bad() {
	run udp-register --credentials "$tmp/file"
	status=$?
	why=
	[ $status = "$2" ] || why="exit status $status, not $2
"
	[ ! -s "$tmp/out" ] || why="${why}there is a report
"
	[ "$(wc -l <"$tmp/err")" = 1 ] || why="${why}not one line
"
	grep -q "^regscan: $tmp/file: $3" "$tmp/err" || why="${why}not: $3
"
	! grep -q hunter2 "$tmp/err" || why="${why}quotes the file
"
	[ -z "$why" ] || why="$why$(cat "$tmp/err")"
	none "$1" "$why"
}

bad "no file" 3 "cannot open: "
mkdir "$tmp/file"
bad "a folder" 3 "cannot read: "
rmdir "$tmp/file"
: >"$tmp/file"
bad "an empty file" 2 "no account"
printf '[4025@example.com]\nhunter2\n' >"$tmp/file"
bad "a line that is nothing" 2 "line 2: want"
printf '[4025@example.com]\nhunter2 = 1\n' >"$tmp/file"
bad "a key that is none" 2 "line 2: no such key"
printf '[4025@example.com]\nha1 = hunter2\n' >"$tmp/file"
bad "an ha1 that is none" 2 "line 2: want 32"
printf '[4025@example.com]\npassword = hunter2\n' >"$tmp/file"
chmod 644 "$tmp/file"
bad "a file that everybody may read" 2 "everybody may"

# verdicts CASE: digest and digest_wrong of the report, counted.
verdicts() {
	run "$1" --credentials "$tmp/file" --format json
	grep -oE '"digest": "[a-z_]+"(, "digest_wrong": "[a-z_]+")?' "$tmp/out" |
		tr -d '",:' | sed 's/digest_wrong //; s/digest //' | sort |
		uniq -c | sed 's/^ *//' | tr '\n' ';'
}

# secrets: what stands in the file, and the responses and nonces of the case.
secrets() {
	sed -n 's/^[a-z0-9-]* = //p' "$tmp/file"
	md5=$(printf '%s' 4025:example.com:secret-4025 | md5sum)
	printf '%s\n' "${md5%% *}"
	"$srcdir/tests/lib/golden.py" "$srcdir/pcaps/$1/$1.pcap"
}

# case_is CASE VERDICTS
case_is() {
	got=$(verdicts "$1")
	why=
	[ "$got" = "$2" ] || why="expected $2 got $got"
	none "$1: $2" "$why"
	secrets "$1" >"$tmp/secrets"
	why=
	for format in text json ndjson; do
		run "$1" --credentials "$tmp/file" --format $format
		why=$why$(grep -aFf "$tmp/secrets" "$tmp/out" "$tmp/err")
	done
	none "$1: no secret in a report" "$why"
}

chmod 600 "$tmp/file"
cat >"$tmp/file" <<'END'
[4025@example.com]
password = secret-4025
END
case_is udp-register "1 right;"
case_is udp-ipv6-register "1 right;"
case_is udp-register-linphone "1 right;"
case_is udp-wrong-password "1 wrong password;"
case_is tcp-wrong-password "1 wrong password;"
case_is udp-wrong-password-sixteen-times "15 wrong password;"
case_is udp-challenge-unanswered ""
printf '[4025@example.com]\nha1 = %s\n' \
	"$(printf '%s' 4025:example.com:secret-4025 | md5sum | cut -c-32)" \
	>"$tmp/file"
case_is udp-register "1 right;"
case_is udp-wrong-password "1 wrong password;"
printf '[4025]\npassword = not-the-password\n' >"$tmp/file"
case_is udp-wrong-password "1 right;"
case_is udp-register "1 wrong password;"
printf '[4025@example.com]\npassword = secret-4025 \n' >"$tmp/file"
case_is udp-register "1 right;"
printf '[4025@example.com]\npassword = "secret-4025 "\n' >"$tmp/file"
case_is udp-register "1 wrong password_blanks;"
printf '[4026@example.com]\npassword = secret-4026\n' >"$tmp/file"
case_is udp-register "1 unknown_user;"
for i in $(seq 4000 4099); do
	printf '[%s@example.com]\npassword = secret-%s\n' "$i" "$i"
done >"$tmp/file"
case_is lobby-one-of-fifty "50 right;1 wrong password;"

# The whole document is the same but for what a verified digest may change: two
# keys of the authorizations, and of the finding that the password was refused
# how sure it is, what else fits, and its words.
may_change() {
	sed -E 's/ "digest": "[a-z_]+",//g; s/ "digest_wrong": "[a-z_]+",//g' |
		awk '/^\t\t\t"code": / { code = $2 }
			code == "\"sip.credentials-refused\"," &&
			/^\t\t\t"(certainty|alternatives|detail)": / {
				sub(/: .*/, ": may change")
			} { print }'
}
for case_name in udp-register tcp-wrong-password \
	udp-wrong-password-sixteen-times udp-unknown-user lobby-one-of-fifty; do
	run $case_name --format json
	may_change <"$tmp/out" >"$tmp/wanted"
	cp "$tmp/out" "$tmp/without"
	run $case_name --format json --credentials "$tmp/file"
	none "$case_name: nothing else is changed" "$(
		may_change <"$tmp/out" | diff "$tmp/wanted" -)"
done
none "and there is something to change" "$(
	! cmp -s "$tmp/out" "$tmp/without" || echo "not so")"
none "a response that does not fit is certain" "$(
	grep -q '"certainty": "certain"' "$tmp/out" || echo "not so")"
none "and only likely without the password" "$(
	grep '"certainty": "certain"' "$tmp/without")"
done_testing
