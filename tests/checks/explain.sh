#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# regscan explain: what it prints, what it refuses, and that captures of that
# name are still read.
. "${srcdir:=..}/tests/lib/tap.sh"
once
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

top=$(cd "$srcdir" && pwd)
program=$(cd "$(dirname "$REGSCAN")" && pwd)/$(basename "$REGSCAN")
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99
unset COLUMNS NO_COLOR

# run STATUS ARG...: what is wrong with the exit status; leaves out and err
run() {
	want=$1
	shift
	"$program" "$@" >out 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || printf 'exit status %d, not %d\n' $got "$want"
}
wider() {
	awk -v most="$1" 'length > most { print length ": " $0 }' out
}
same() {
	[ "$1" = "$2" ] || printf 'not "%s" but "%s"\n' "$1" "$2"
}

# ---- the list ----

none "explain lists codes" "$(run 0 explain; cat err; wider 80)"
sed -n 's/^\([a-z]*\.[a-z0-9-]*\) .*/\1/p' out >codes
sed -nE 's/^\.It Cm ([a-z]+\.[a-z0-9-]+)$/\1/p' \
	"$top/man/regscan-findings.7" | sort >entries
none "the list is that of regscan-findings(7)" "$(sort codes | diff entries -)"

# ---- entries ----

none "each code has its entry" "$(
	while read -r code; do
		run 0 explain "$code"
		cat err
		wider 80
		[ "$(head -n 1 out)" = "$code" ] || echo "$code: no head"
		grep -q '^  What to check next$' out || echo "$code: no advice"
		grep -q ' $' out && echo "$code: blanks at the end of a line"
	done <codes)"
none "two codes, two entries" "$(
	run 0 explain tcp.refused tls.self-signed
	same 'tcp.refused tls.self-signed' "$(grep '^[a-z]' out | xargs)")"
none "as wide as COLUMNS says" "$(
	export COLUMNS=50
	run 0 explain tls.unknown-ca
	wider 50)"
none "no colours in a pipe, and those that are asked for" "$(
	run 0 explain tcp.refused
	grep "$(printf '\033')" out
	run 0 explain --color=always tcp.refused
	grep -q "$(printf '\033')" out || echo "none with --color=always")"

# ---- what is refused ----

none "no such code: one line, exit status 2, and what is near" "$(
	run 2 explain tls.self-singed
	cat out
	same 'regscan: explain tls.self-singed: no such code; near it: tls.self-signed' \
		"$(cat err)")"
none "no such code, nothing near" "$(
	run 2 explain lunch
	cat out
	same "regscan: explain lunch: no such code; 'regscan explain' lists them" \
		"$(cat err)")"
none "one that is wrong: nothing of the others" "$(
	run 2 explain tcp.refused lunch
	cat out)"
none "an option of analysing" "$(
	run 2 explain --all-tls
	cat out
	same 1 "$(awk 'END { print NR }' err)")"
none "an output that is full" "$(
	[ -w /dev/full ] || exit
	"$program" explain >/dev/full 2>err
	same 3 $?
	same 1 "$(awk 'END { print NR }' err)")"
none "help of its own" "$(
	run 0 explain --help
	grep -q '\[CODE' out || cat out)"

# ---- captures of that name ----

cp "$top/pcaps/udp-register/udp-register.pcap" explain
for how in ./explain '-r explain' '-- explain' '--color never explain'; do
	# shellcheck disable=SC2086 # words
	none "a capture: $how" "$(run 0 $how; cat err
		grep -q '1 phone: 1 registered' out || cat out)"
done

# ---- the completion ----

if command -v bash >/dev/null; then
	cat >complete.sh <<-'EOT'
		_filedir() { :; }
		. "$1"
		# Its variables are local, and what is above sees them.
		program=$2 line=("${@:3}")
		_init_completion() {
			words=("$program" "${line[@]}")
			cword=${#line[@]} cur=${line[-1]} prev=${words[-2]}
			split=false
		}
		COMPREPLY=()
		_regscan "$program"
		echo "${COMPREPLY[*]}"
	EOT
	completes() {
		want=$1
		shift
		none "completes: $*" "$(same "$want" \
			"$(bash complete.sh "$top/completion/regscan" "$program" "$@" 2>&1)")"
	}
	completes explain expl
	completes 'tcp.no-answer' explain tcp.no
	completes 'tls.self-signed' explain tcp.refused tls.self
	completes "$(xargs <codes)" explain ''
	completes 'always' explain --color al
	completes '' file.pcap expl
else
	skip "the completion" "no bash"
fi
done_testing
