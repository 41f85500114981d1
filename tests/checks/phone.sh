#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --phone: what is listed, counted and told is that phone's and all that it has in
# the whole report, and nothing of others.
. "${srcdir:=..}/tests/lib/tap.sh"
[ -x "$REGSCAN" ] || skip_all "no $REGSCAN"
command -v python3 >/dev/null || skip_all 'no python3'

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
lobby=$srcdir/pcaps/lobby-one-of-fifty/lobby-one-of-fifty.pcap

# report CAPTURE ARGS...: the status is regscan's
report() {
	capture=$1
	shift
	"$REGSCAN" --no-config "$@" "$capture" 2>"$tmp/err"
}

# The records of a phone in a narrowed report and in the whole one.
cat >"$tmp/same.py" <<'EOF'
import json, sys
whole, narrow = (json.load(open(p)) for p in sys.argv[1:3])
wanted = set(sys.argv[3:])
lists = [k for k, v in whole.items() if isinstance(v, list)]

def of_it(record):
    who = record.get("client") or record.get("phone") or {}
    return who.get("address") in wanted or record.get("mac") in wanted

for name in lists:
    have = [r for r in whole[name] if of_it(r)]
    if have != narrow.get(name, []):
        print(name, "differ:", len(have), len(narrow.get(name, [])))
if whole["coverage"] != narrow["coverage"]:
    print("coverage differs")
attempts = narrow["summary"].get("attempts", 0)
if attempts != len(narrow["registrations"]):
    print("sums are of others:", attempts)
if not any(narrow.get(name) for name in lists):
    print("nothing is listed")
EOF

# same NAME CASE PHONE ADDRESS|MAC...
same() {
	name=$1 phone=$3
	capture=$srcdir/pcaps/$2/$2.pcap
	shift 3
	report "$capture" --format json >"$tmp/whole"
	report "$capture" --format json --phone "$phone" >"$tmp/narrow"
	none "$name" "$(python3 "$tmp/same.py" "$tmp/whole" "$tmp/narrow" "$@" 2>&1)"
}

# one_behind AOR ATTEMPTS AORS: of the phones that share an address
one_behind() {
	report "$srcdir/pcaps/udp-nat-phones/udp-nat-phones.pcap" \
		--format json --phone "$1" >"$tmp/narrow"
	got=$(python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
aors = sorted({r["aor"][4:8] for r in d["registrations"]})
print(len(d["phones"]), d["summary"]["attempts"], *aors,
      len({b["aor"] for b in d["bindings"]} - {p for x in d["phones"]
                                               for p in x["aors"]}))
' "$tmp/narrow" 2>&1)
	none "of phones behind one NAT $1" "$([ "$got" = "1 $2 $3 0" ] ||
		echo "$got")"
}

one_behind sip:4002@example.com 4 '4001 4002'
one_behind sip:4003@example.com 3 4003
one_behind sip:4004@example.com 3 4004
same 'an address that failed' lobby-one-of-fifty 192.0.2.112 192.0.2.112
same 'an address that registered' lobby-one-of-fifty 192.0.2.101 192.0.2.101
same 'one of two behind a bridge' phones-behind-bridge 192.0.2.17 192.0.2.17
same 'an AOR' lobby-one-of-fifty sip:4012@example.com 192.0.2.112
same 'an AOR without scheme, its host in capitals' lobby-one-of-fifty \
	4012@EXAMPLE.COM 192.0.2.112
same 'look-ups and what others got' dns-answer-differs 192.0.2.20 192.0.2.20
same 'TLS that fails' tls12-certificate-expired 192.0.2.17 192.0.2.17
same 'leases and downloads' dhcp-provisioning-recorded 192.0.2.17 \
	192.0.2.17 00:00:5e:00:53:17
same 'no address' dhcp-no-offer 00-00-5E-00-53-17 00:00:5e:00:53:17
same 'the voice VLAN of a switch' link-voice-vlan 0000.5e00.5317 \
	00:00:5e:00:53:17
same 'any address of a phone that has several' phone-dual-stack fe80::17 \
	192.0.2.17 2001:db8:1::17 fe80::17 00:00:5e:00:53:17
same 'the address that a phone got later' phone-renumbered 192.0.2.23 \
	192.0.2.17 192.0.2.23 00:00:5e:00:53:17
same 'one of many behind a router' phones-behind-router 192.0.2.17 192.0.2.17
same 'an address in conflict' link-address-conflict 192.0.2.17 192.0.2.17

# status NAME WANT PHONE [PATTERN]: one line that holds it, or nothing
status() {
	report "$lobby" --phone "$3" >"$tmp/out"
	got=$? why=
	[ $got = "$2" ] || why="exit status $got, not $2"
	if [ -n "${4-}" ]; then
		[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q "$4" "$tmp/err" ||
			why="$why; says: $(cat "$tmp/err")"
	elif [ -s "$tmp/err" ]; then
		why="$why; says: $(cat "$tmp/err")"
	fi
	none "$1" "$why"
}

status 'the status of one that failed' 1 192.0.2.112
status 'the status of one that registered' 0 192.0.2.113
none 'the others are not told of' "$(grep -e FAILED -e 192.0.2.112 "$tmp/out")"
status 'an address that is not there' 4 192.0.2.250 'nothing was seen'
none 'and the report says so' "$(grep -q 'Nothing was seen of 192.0.2.250' \
	"$tmp/out" || cat "$tmp/out")"
status 'a hardware address that is not there' 4 00:00:5e:00:53:ff \
	'nothing was seen'
status 'an AOR that is not there' 4 sip:nobody@example.com 'nothing was seen'
for none in '' phone 192.0.2 00:00:5e:00:53 00:00:5e:00:53:1g @example.com; do
	status "'$none' is none of the three" 2 "$none" 'want an address'
done
status 'of text that is escaped' 4 "$(printf 'sip:a\033[1mb@example.com')" \
	'nothing was seen'
none 'no control characters' "$(tr -d '\n\t -~' <"$tmp/out" | head -c 10)"

# NDJSON: the same records, when it is known whose they are
report "$lobby" --format ndjson --phone 192.0.2.112 >"$tmp/lines"
none 'NDJSON' "$(python3 -c '
import json, sys
kinds = [json.loads(line)["event_type"] for line in open(sys.argv[1])]
want = ["coverage", "finding", "phone", "registration", "summary"]
if sorted(kinds) != want:
    print(kinds)' "$tmp/lines" 2>&1)"

# Memory: what is held lies on disk, and another seed changes nothing.
report "$lobby" --format json --phone 192.0.2.112 --hash-seed 1 >"$tmp/1"
report "$lobby" --format json --phone 192.0.2.112 --hash-seed 99 >"$tmp/2"
none 'the same with another hash seed' "$(cmp "$tmp/1" "$tmp/2" 2>&1)"
done_testing
