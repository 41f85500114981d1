#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Who may include what: the table of layers of HACKING.md, as a test.  Each
# include is found under the two roots (src/, dissectors/) as the compiler
# finds it, and the layer it lives in must be among those that its includer's
# layer may see.
. "${srcdir:=..}/tests/lib/tap.sh"

# layer: what it may include.  Words are layers, single headers, or kinds of
# system headers: pure (no I/O, no allocation), libc, glib, pcap, openssl, ndpi,
# zip, archive.
table='
base:        base pure libc
dissector:   base dissector pure
log:         base dissector log pure
sip:         base dissector sip pure
tftp:        base dissector tftp pure
http:        base dissector http pure
profile:     base profile pure libc glib
tls-wire:    base dissector tls-wire pure
dns:         base dissector dns pure
ws-wire:     base dissector ws-wire pure
dhcp:        base dissector dhcp pure
link:        base link pure
ntp:         base dissector ntp pure
capture:     base log capture pure libc pcap glib
net:         base dissector net pure libc
auth:        base sip auth pure libc
tls:         base dissector tls-wire tls pure libc
websocket:   base dissector ws-wire websocket pure libc
track:       base dissector dhcp dns http link log/fetch.h log/url.h sip tftp tls-wire profile/profile.h track tls/cert.h tls/session.h pure libc glib
diag:        base profile/profile.h track/record.h track/records.h diag pure libc
report:      base diag profile/profile.h track/behind.h track/host.h track/names.h track/phone.h track/record.h track/records.h track/related.h track/shown.h track/spool.h track/summary.h track/table.h track/queue.h report pure libc glib
engine:      base dissector dhcp dns http link log ntp sip tftp tls-wire ws-wire profile/profile.h capture net tls websocket track diag engine config pure libc glib
main:        base auth engine capture profile report main tls/keylog.h tls/keys.h tls/pem.h tls/rsa_key.h tls/secrets.h tls/suite.h tls/trust.h track/related.h track/records.h config pure libc glib
'
# Single files with a right of their own.
extra='
src/auth/accounts.c: openssl
src/auth/digest.c: openssl
src/tls/keylog.c: openssl
src/tls/rsa_key.c: openssl
src/tls/secrets.c: openssl
src/tls/record.c: openssl
src/tls/cert.c: openssl
src/tls/chain.c: openssl
src/tls/fingerprint.c: openssl
src/tls/pem.c: openssl
src/tls/trust.c: openssl
src/tls/trust_store.h: openssl
src/engine/classify_ndpi.c: ndpi
src/capture/archive.c: archive zip
src/capture/inflate.c: zip
src/inputs.c: net/link.h
'

cd "$srcdir" || exit 1
includes() {
	find src dissectors -name '*.[ch]' | sort | while IFS= read -r f; do
		grep -HnE '^[[:space:]]*#[[:space:]]*include' "$f"
	done
}

found=$({
	printf '%s\n' "$table"
	printf 'extra\n%s\nincludes\n' "$extra"
	includes
} | awk '
	function exists(p,  line, r) {
		r = (getline line < p) >= 0
		close(p)
		return r
	}
	function layer(p,  a) {
		if (p ~ /^src\/[^\/]*$/) return "main"
		if (p ~ /^dissectors\/[^\/]*$/) return "dissector"
		split(p, a, "/")
		if (a[1] == "dissectors" && a[2] == "tls") return "tls-wire"
		if (a[1] == "dissectors" && a[2] == "websocket") return "ws-wire"
		return a[2]
	}
	function system_kind(h) {
		if (h ~ /^glib/ || h ~ /^gio/) return "glib"
		if (h ~ /^pcap/) return "pcap"
		if (h ~ /^openssl\//) return "openssl"
		if (h ~ /^ndpi/) return "ndpi"
		if (h ~ /^(zlib|zstd)\.h$/) return "zip"
		if (h ~ /^archive/) return "archive"
		if (h ~ /^(assert|inttypes|limits|stdalign|stdbool|stddef|stdint|string)\.h$/)
			return "pure"
		if (h ~ /^[a-z0-9_]+\.h$/ || h ~ /^(sys|netinet|arpa|net|linux)\//)
			return "libc"
		return "unknown"
	}
	/^$/ { next }
	/^extra$/ { part = 1; next }
	/^includes$/ { part = 2; next }
	part < 2 {
		name = $1
		sub(/:$/, "", name)
		for (i = 2; i <= NF; i++) may[name, $i] = 1
		if (!part) known[name] = 1
		next
	}
	{
		split($0, a, ":")
		file = a[1]
		from = layer(file)
		match($0, /[<"][^>"]*[>"]/)
		quoted = substr($0, RSTART, 1) == "\""
		h = substr($0, RSTART + 1, RLENGTH - 2)
		if (!(from in known)) {
			print file ": no row for layer " from
			next
		}
		if (!quoted) {
			what = system_kind(h)
			if (!((from, what) in may) && !((file, what) in may))
				print file ":" a[2] ": " from " may not include <" h "> (" what ")"
			next
		}
		if (h == "config.h") what = "config"
		else {
			dir = file
			sub(/[^\/]*$/, "", dir)
			if (exists(dir h)) p = dir h
			else if (exists("src/" h)) p = "src/" h
			else if (exists("dissectors/" h)) p = "dissectors/" h
			else {
				print file ":" a[2] ": no such header: " h
				next
			}
			what = layer(p)
		}
		if (!((from, what) in may) && !((from, h) in may) && !((file, h) in may))
			print file ":" a[2] ": " from " may not include \"" h "\" (" what ")"
	}')
none "every include is allowed" "$found"
done_testing
