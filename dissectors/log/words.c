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

/* "HTTP 404" */
static bool
is_status(struct rs_span s)
{
	struct rs_span number = rs_span_from(s, 5);
	size_t n = 0;
	while (n < number.n && rs_ascii_digit(number.p[n]))
		n++;
	return rs_span_starts(s, RS_LIT("HTTP ")) && n == 3;
}

struct rs_span
log_reason(struct rs_span s)
{
	static const struct rs_span known[] = {RS_LIT("Download error"),
	    RS_LIT("Download failed"), RS_LIT("Corrupt file"),
	    RS_LIT("File not found"), RS_LIT("Not found"),
	    RS_LIT("Connection refused"), RS_LIT("Connection timed out"),
	    RS_LIT("Timeout")};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (rs_span_eq_nocase(rs_span_part(s, 0, known[i].n), known[i]))
			return known[i];
	if (is_status(s))
		return rs_span_part(s, 0, 8);
	return (struct rs_span){0};
}
