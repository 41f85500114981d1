/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

/* Counted from 1 March, so that the leap day is the last of its year. */
int64_t
rs_date_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

static bool
number(struct rs_span s, size_t at, size_t n, uint32_t most, uint32_t *to)
{
	return rs_span_u32(rs_span_part(s, at, n), to) && *to <= most;
}

rs_time
rs_date_parse(struct rs_span s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint32_t day, year, hour, minute, second, month = 0;
	if (s.n != 29 || s.p[3] != ',' || s.p[16] != ' ' || s.p[19] != ':' ||
	    s.p[22] != ':' || memcmp(s.p + 25, " GMT", 4) != 0)
		return RS_NEVER;
	while (month < 12 && memcmp(months + 3 * (size_t)month, s.p + 8, 3))
		month++;
	if (month == 12 || !number(s, 5, 2, 31, &day) || day == 0 ||
	    !number(s, 12, 4, 2200, &year) || year < 1970 ||
	    !number(s, 17, 2, 23, &hour) || !number(s, 20, 2, 59, &minute) ||
	    !number(s, 23, 2, 60, &second))
		return RS_NEVER;
	return (rs_date_days(year, month + 1, day) * 86400 + hour * 3600 +
		   minute * 60 + second) *
	       RS_SEC;
}
