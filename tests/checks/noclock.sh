#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Time is an argument: below main and the live capture nothing reads a clock,
# sleeps, or asks for the local time zone.  But one thread naps until another has
# something for it, which no report can tell.
. "${srcdir:=..}/tests/lib/tap.sh"

clocks='^(time|clock|clock_gettime|clock_nanosleep|gettimeofday|timespec_get|ftime|times|getrusage|localtime(_r)?|mktime|tzset|sleep|usleep|nanosleep|g_get_(real|monotonic)_time|g_get_current_time|g_usleep|g_date_time_new_now.*|g_date_time_new_local|g_timer_.*|g_timeout_.*)(@.*)?$'

for lib in libbase libdissect libwire libregscan; do
	a=$lib.a
	[ -e "$a" ] || { skip "$lib" "not built"; continue; }
	found=$($NM -A -u "$a" 2>/dev/null | grep -Ev 'pcap_live\.o:|relay\.o:.*nanosleep' |
		awk -v clocks="$clocks" '$NF ~ clocks')
	none "$lib reads no clock" "$found"
done
done_testing
