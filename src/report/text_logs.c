/* SPDX-License-Identifier: Apache-2.0 */
/* What was understood of logs, what their times are taken for, and how they
   fit to the captures. */
#include "report/text_part.h"

#include <stdlib.h>

/* All of it flows as one: none of it begins a line with its comma. */
static void say(GString *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(GString *out, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	g_string_append_vprintf(out, format, ap);
	va_end(ap);
}

static const char *
whence(struct rs_span from)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
	    {"capture", "by the capture"},
	    {"server", "as a server tells in it"},
	    {"file name", "by a file's name"},
	    {"status", "by the phone's state"},
	    {"option", "as you say"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rs_span_eq(from, rs_span_str(rows[i].name)))
			return rows[i].words;
	return "unknown";
}

static void
clock_of(GString *out, const struct rec_log *l)
{
	char zone[PAGE_TEXT] = "UTC";
	if (l->zone > 0 || l->zone < 0)
		g_snprintf(zone, sizeof zone, "UTC%c%02d:%02d",
		    l->zone < 0 ? '-' : '+', abs((int)l->zone) / 60,
		    abs((int)l->zone) % 60);
	if (rs_span_eq(l->zone_from, RS_LIT("log")))
		return; /* nothing is left to know */
	if (l->year_from.p && !rs_span_eq(l->year_from, RS_LIT("log")))
		say(out, "; year %lld %s", (long long)l->year,
		    whence(l->year_from));
	else if (l->year_from.p == NULL)
		say(out, "; its YEAR IS NOT KNOWN (--log-year), shown as 1970");
	if (l->zone_from.p)
		say(out, ", times are %s %s", zone, whence(l->zone_from));
	else
		say(out, "%s times taken as UTC (--log-zone)",
		    rs_span_eq(l->year_from, RS_LIT("log")) ? ";" : ",");
}

/* Tenths of a millionth. */
static void
drift(GString *out, const struct rec_log *l)
{
	if (l->drift == REC_ABSENT)
		return;
	double ppm = (double)l->drift / 10;
	say(out, "; it runs %.1f ppm %s, within %.1f", ppm < 0 ? -ppm : ppm,
	    ppm < 0 ? "slow" : "fast", (double)l->drift_uncertainty / 10);
}

static const char *
why(struct rs_span word)
{
	static const struct {
		const char *word, *words;
	} rows[] = {
	    {"no_match", "nothing in it is in the capture, too"},
	    {"too_few", "too little of it is in the capture, too"},
	    {"too_many", "there is too much to compare"},
	    {"several_clients", "several hosts ask for the same names, at the "
				"same intervals"},
	    {"other_address", "these names were asked for only from addresses "
			      "that it does not tell"},
	    {"sources_differ", "the names that it asks for fit at another "
			       "offset than its messages"},
	    {"unproven", "what fits may be of another run: its clock would be "
			 "off by more than seconds, its zone is not known "
			 "(--log-zone), it does not tell that address, or too "
			 "little is at the same time to a millisecond"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rs_span_eq(word, rs_span_str(rows[i].word)))
			return rows[i].words;
	return "no offset of its clock fits clearly better than others";
}

static bool
only_names(const struct rec_log *l)
{
	const struct rs_span *by = l->joined_by.v;
	return l->joined_by.n == 1 && rs_span_eq(by[0], RS_LIT("names"));
}

static void
fit(GString *out, const struct rec_log *l)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], off[PAGE_TEXT], within[PAGE_TEXT];
	if (l->joined == RS_FALSE) {
		say(out, "; NOT joined with the capture: %s",
		    why(l->not_joined));
		return;
	}
	if (l->joined != RS_TRUE)
		return;
	page_duration(off, llabs(l->shift));
	page_duration(within, l->uncertainty);
	say(out, "; its clock is %s %s the capture's, within %s", off,
	    l->shift < 0 ? "ahead of" : "behind", within);
	if (only_names(l))
		say(out,
		    ", by the names that it asks for: %s of %s in the capture",
		    page_number(b, text_sum(l->lookups_captured)),
		    text_many(a, l->lookups, "question"));
	if (l->messages || !only_names(l))
		say(out, "; %s of %s in TLS records",
		    page_number(b, text_sum(l->attributed)),
		    text_many(a, l->messages, "message"));
	if (text_sum(l->in_clear))
		say(out, ", %s in clear", page_number(a, l->in_clear));
	if (text_sum(l->ambiguous))
		say(out, ", %s that several may have carried",
		    page_number(a, l->ambiguous));
	drift(out, l);
}

void
text_logs(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	char a[PAGE_TEXT], b[PAGE_TEXT];
	GString *out = g_string_new(NULL);
	for (uint32_t i = 0; i < c->files.n; i++) {
		const struct rec_log *l = &f[i].log;
		if (l->lines == REC_ABSENT)
			continue;
		char label[PAGE_TEXT] = "";
		g_string_truncate(out, 0);
		if (c->files.n > 1)
			g_snprintf(label, sizeof label, " %u", i);
		say(out, "%.*s%s: %s, %s not understood", (int)f[i].format.n,
		    (const char *)f[i].format.p, label,
		    text_many(a, l->lines, "line"),
		    page_number(b, text_sum(l->lines_unknown)));
		if (text_sum(l->lines_missing))
			say(out, ", %s missing",
			    page_number(a, l->lines_missing));
		if (text_sum(l->clock_steps))
			say(out,
			    "; its clock was set in between, and all times "
			    "are told by the last");
		clock_of(out, l);
		fit(out, l);
		if (l->tls_least.n)
			say(out, "; it says that it speaks %.*s at least",
			    (int)l->tls_least.n, (const char *)l->tls_least.p);
		page_flow(&t->page, 2,
		    (struct rs_span){(const uint8_t *)out->str, out->len});
		page_end(&t->page);
		text_resyncs(t, l);
	}
	g_string_free(out, TRUE);
}
