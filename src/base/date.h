/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the Gregorian calendar, as times. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/span.h"
#include "base/stamp.h"

/* Days since 1970-01-01 of a day, before it less than 0.  month: 1 to 12. */
int64_t rs_date_days(int64_t year, int64_t month, int64_t day);
/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7, IMF-fixdate; RFC 3261 20.17
   SIP-date), from 1970 to 2200; RS_NEVER where it is none. */
rs_time rs_date_parse(struct rs_span s);

#endif
