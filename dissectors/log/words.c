/* SPDX-License-Identifier: Apache-2.0 */
/* Why something failed, in the words of the phone or by a number of libcurl. */
#include "log/facts.h"

const char *
log_transfer_word(int result)
{
	static const struct {
		int result;
		const char *word;
	} rows[] = {{5, "resolve"}, {6, "resolve"}, {7, "connect"},
	    {22, "http"}, {28, "timeout"}, {35, "tls"}, {51, "tls"},
	    {53, "tls"}, {54, "tls"}, {58, "tls"}, {59, "tls"}, {60, "tls"},
	    {64, "tls"}, {66, "tls"}, {77, "tls"}, {80, "tls"}, {82, "tls"},
	    {83, "tls"}, {90, "tls"}, {91, "tls"}, {98, "tls"}};
	if (result == 0)
		return NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].result == result)
			return rows[i].word;
	return "other";
}

static bool
alpha(uint8_t c)
{
	c = rs_ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool
among(uint8_t c, struct rs_span set)
{
	return rs_span_find(set, c) < set.n;
}

struct rs_span
log_reason(struct rs_span s)
{
	size_t n = 0, word = 0, good = 0;
	unsigned digits = 0;
	for (; n < s.n; n++) {
		uint8_t c = s.p[n];
		bool digit = rs_ascii_digit(c);
		if (digit &&
		    (++digits > 3 || (n > word && !rs_ascii_digit(s.p[n - 1]))))
			break;
		if (!digit && alpha(c) && digits)
			break;
		if (digit || alpha(c))
			continue;
		if (c == '\'' && (n == 0 || !alpha(s.p[n - 1])))
			break; /* a quotation */
		if (!among(c, RS_LIT(" ,.-()'")))
			break;
		good = n;
		word = n + 1;
		digits = 0;
	}
	s = rs_span_part(s, 0, n == s.n ? n : good);
	while (s.n && among(s.p[s.n - 1], RS_LIT(" ,.-(")))
		s.n--;
	return s;
}
