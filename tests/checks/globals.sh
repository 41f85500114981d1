#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No globals: engines run side by side.  No object of the libraries may sit in
# a section that is writable at run time.  objdump is asked for sections, since
# nm calls a constant table of function pointers in .data.rel.ro "D".
# Allowed is the one object that G_DEFINE_QUARK makes.
. "${srcdir:=..}/tests/lib/tap.sh"

for lib in libbase libdissect libwire libregscan; do
	a=$lib.a
	[ -e "$a" ] || { skip "$lib" "not built"; continue; }
	if $NM -u "$a" 2>/dev/null |
		grep -Eq '__(asan|gcov|sancov|llvm_profile|sanitizer_cov)_'; then
		skip "$lib" "the instrumentation has objects of its own"
		continue
	fi
	# Lines are: value, flags, section, tab, size, name; the third flag of a
	# thread-local or an object is what we look for.  COMMON needs no flag.
	found=$($OBJDUMP -t "$a" | awk '
		/file format/ {
			object = $1
			sub(/:$/, "", object)
			next
		}
		{
			if (!match($0, / (\.t?data|\.t?bss|\*COM\*)[^\t]*\t/)) next
			section = substr($0, RSTART + 1, RLENGTH - 2)
			if (section ~ /^\.data\.rel\.ro/) next
			flags = substr($0, index($0, " ") + 1, 7)
			if (section != "*COM*" && flags !~ /O/) next
			# static GQuark q, of regscan_error_quark()
			if ($NF ~ /^q\.[0-9]+$/ && quarks++ == 0) next
			print object ": " $NF " in " section
		}')
	none "$lib has no writable objects" "$found"
done
done_testing
