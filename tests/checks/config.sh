#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# regscan.conf(5): its keys are the options that it may set, the command line
# wins, and what is wrong in it is said in one line.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"

apart
pcap=$srcdir/pcaps/udp-register/udp-register.pcap

# conf LINE...: the file.
conf() {
	printf '%s\n' '[regscan]' "$@" >conf
}
run() {
	"$REGSCAN" --config conf "$@" >out 2>err
}

# ---- keys: manual, program, options ----

options=$("$REGSCAN" --help | sed -nE 's/^ +(-[A-Za-z0-9?], )?--([a-z0-9-]+).*/\2/p' | sort)
manual=$(sed -nE 's/^\.It Cm (.*)$/\1/p' "$srcdir/man/regscan.conf.5" |
	sed 's/ , / /g' | tr ' ' '\n' | sort)
taken=$(for o in $options; do
	conf "$o = x"
	run "$pcap"
	grep -q 'no such key' err || printf '%s\n' "$o"
done)
none 'there are keys' "$([ -n "$taken" ] || echo none)"
none 'the manual has those that are taken, and no others' \
	"$([ "$taken" = "$manual" ] || printf '%s\n' "taken: $taken" "manual: $manual")"
none 'the rest is for one run' "$(for o in $options; do
	printf '%s\n' "$taken" | grep -qxF "$o" && continue
	case $o in
	read | follow | autostop | count | config | no-config | help | version | \
		list-interfaces | phone) ;;
	*)	echo "$o" ;;
	esac
done)"

# ---- they work, and the command line wins ----

conf 'format = json' '# nothing' '' 'all-tls = true' 'sip-tls-port = 5071;5072'
run "$pcap"
none 'a format' "$([ $? = 0 ] && [ ! -s err ] &&
	head -c 1 out | grep -q '{' || cat err out)"
run --format text "$pcap"
none 'the command line wins' "$(grep -q '^udp-register\|registered' out &&
	! head -c 1 out | grep -q '{' || cat out)"
"$REGSCAN" --no-config --format text --sip-tls-port 5071 \
	"$srcdir/pcaps/tls13-register/tls13-register.pcap" >want 2>err
conf 'sip-tls-port = 5071'
run "$srcdir/pcaps/tls13-register/tls13-register.pcap"
none 'a number' "$(cmp out want 2>&1)"
conf 'output = from-conf'
run -o from-line "$pcap"
none 'a file of the command line' "$([ -s from-line ] && [ ! -e from-conf ] ||
	ls)"
run "$pcap"
none 'a file of the configuration' "$([ -s from-conf ] && [ ! -s out ] || ls)"
conf 'interface = nosuch0;nosuch1' 'hep-listen = udp:127.0.0.1:1'
run "$pcap"
none 'who names a file wants no interface' "$([ $? = 0 ] && [ ! -s err ] ||
	cat err)"
conf 'interface = nosuch0;nosuch1'
run
none 'an interface' "$([ $? = 3 ] && grep -q '^regscan: nosuch0: ' err ||
	cat err)"
run -i nosuch2
none 'an interface of the command line instead' "$(grep -v \
	'^regscan: nosuch2: ' err)"
conf 'ca-file = a\;b;c'
run "$pcap"
none 'a semicolon in a name' "$(grep -v '^regscan: a;b: ' err)"
"$REGSCAN" --no-config "$pcap" >out 2>err
none '--no-config' "$([ $? = 0 ] || cat err)"

# ---- what is wrong with it ----

# wrong NAME PATTERN: one line, status 2
wrong() {
	run "$pcap"
	none "$1" "$([ $? = 2 ] && [ "$(wc -l <err)" = 1 ] &&
		grep -qE "^regscan: $2" err || cat err)"
}
conf '' 'format = json' 'colour = never'
wrong 'an unknown key' 'conf: line 4: colour: no such key$'
conf 'count = 5'
wrong 'a key for one run only' 'conf: line 2: count: no such key$'
conf 'all-tls = perhaps'
wrong 'neither true nor false' 'conf: line 2: all-tls: want true or false$'
conf 'snapshot-length = many'
wrong 'no number' "conf: line 2: snapshot-length: "
conf 'format = xml'
wrong 'no format' 'conf: line 2: --format xml: want text'
conf 'format'
wrong 'no value' 'conf: .*format'
echo 'format = json' >conf
wrong 'no group' 'conf: .*group'
printf '[other]\na = b\n' >conf
wrong 'another group' 'conf: \[other\]: no such group'
rm conf
wrong 'no file' 'conf: cannot read the configuration: No such file'
mkdir conf
wrong 'a folder' 'conf: cannot read the configuration: '
done_testing
