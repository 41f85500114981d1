#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Dissectors are pure: what their objects call is a handful of libc's string
# functions, their own, and those of base that neither allocate nor charge.
# Who adds a puts() or a malloc() fails here.
. "${srcdir:=..}/tests/lib/tap.sh"

allowed='memchr memcmp bcmp memcpy memmove memset strlen'
# What the compiler itself puts in: stack protector, fortify, sanitizers,
# coverage.
added='^(__stack_chk_|_GLOBAL_OFFSET_TABLE_|__mem(cpy|move|set)_chk$|__asan_|__ubsan_|__sanitizer_|__start___sancov|__stop___sancov|__gcov_|__llvm_|__sancov)'
# The stream layer's one function that dissectors may ask (dissector.h).
contract='^rs_where_'
# base's functions that allocate or charge.
impure='^rs_(buf|account)_'

lib=libdissect.a
[ -e "$lib" ] || skip_all "no $lib"
defined() {
	$NM --defined-only -g "$1" 2>/dev/null | awk 'NF == 3 { print $3 }'
}

own=$(defined "$lib" | tr "\n" " ")
why="nothing to check: is the list of dissectors empty?"
[ -z "$own" ] || why=
none "the library has functions" "$why"
base=$(defined libbase.a | grep -Ev "$impure" | tr "\n" " ")

found=$($NM -A -u "$lib" | awk -v known="$allowed $own $base" \
	-v added="$added" -v contract="$contract" '
	BEGIN {
		n = split(known, w, /[ \n]+/)
		for (i = 1; i <= n; i++) ok[w[i]] = 1
	}
	$NF in ok || $NF ~ added || $NF ~ contract { next }
	{ print }')
none "dissectors call nothing else" "$found"
done_testing
