/* SPDX-License-Identifier: Apache-2.0 */
#include "sip/seconds.h"
#include "sip/text.h"

bool
sip_seconds_parse(uint32_t *out, struct rs_span value)
{
	value = rs_span_trim(value);
	size_t n = 0;
	uint64_t v = sip_text_number(value, &n, UINT32_MAX);
	if (n == 0 || v > UINT32_MAX)
		return false;
	/* A comment or parameters may follow (RFC 3261 20.33), no more. */
	if (n < value.n && !rs_ascii_blank(value.p[n]) && value.p[n] != ';' &&
	    value.p[n] != '(' && value.p[n] != ',')
		return false;
	*out = (uint32_t)v;
	return true;
}
