/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/log_clock.h"

#include "capture/savefile.h"
#include "log/log.h"

#include <stdlib.h>
#include <string.h>

enum { EPOCH_YEAR = 1970 };

static const rs_time QUARTER = 15 * 60 * RS_SEC;
static const rs_time WIDEST = 14 * 3600 * RS_SEC;
static const rs_time CLOSE = 60 * RS_SEC; /* two clocks that are both set */

/* ---- dates ---- */

void
cap_clock_date(rs_time t, int *year, int *month)
{
	g_autoptr(GDateTime) d =
	    g_date_time_new_from_unix_utc(t / RS_SEC - (t % RS_SEC < 0));
	*year = d ? g_date_time_get_year(d) : EPOCH_YEAR;
	*month = d ? g_date_time_get_month(d) : 1;
}

/* What was written at t, had it been in that year. */
static rs_time
in_year(rs_time t, int year)
{
	g_autoptr(GDateTime) d = g_date_time_new_from_unix_utc(t / RS_SEC);
	if (d == NULL)
		return t;
	g_autoptr(GDateTime) moved =
	    g_date_time_add_years(d, year - EPOCH_YEAR);
	return g_date_time_to_unix(moved ? moved : d) * RS_SEC + t % RS_SEC;
}

/* Which year makes it nearest to the truth, and by how much it differs. */
static rs_time
nearest(rs_time written, rs_time truth, int *year)
{
	rs_time best = INT64_MAX;
	int y, month;
	cap_clock_date(truth, &y, &month);
	for (int k = y - 1; k <= y + 1; k++) {
		rs_time off = in_year(written, k) - truth;
		if (llabs(off) < llabs(best)) {
			best = off;
			*year = k;
		}
	}
	return best;
}

static rs_time
quarters(rs_time t)
{
	rs_time half = t < 0 ? -QUARTER / 2 : QUARTER / 2;
	return (t + half) / QUARTER * QUARTER;
}

void
cap_clock_by_truth(struct cap_clock *c, rs_time written, rs_time truth)
{
	rs_time off = nearest(written, truth, &c->year);
	c->zone = quarters(off);
	if (llabs(c->zone) > WIDEST)
		c->zone = 0; /* a clock that was never set */
	c->shift = c->zone - off;
}

bool
cap_clock_by_server(struct cap_clock *c, const struct cap_log_look *l)
{
	int year;
	if (l->written == RS_NEVER)
		return false;
	rs_time off = nearest(l->written + l->stepped, l->truth, &year);
	rs_time zone = quarters(off);
	if (llabs(zone) > WIDEST || llabs(off - zone) > CLOSE)
		return false;
	c->year = year;
	c->zone = zone;
	return true;
}

rs_time
cap_clock_due(
    const struct cap_clock *c, const struct cap_log_look *l, rs_time about)
{
	int year, month;
	if (l->first == RS_NEVER || about == RS_NEVER)
		return RS_NEVER;
	if (l->zoned)
		return 0;
	if (c->zone_from == NULL)
		return RS_NEVER;
	cap_clock_date(l->first, &year, &month);
	if (year > EPOCH_YEAR) /* it is written */
		return l->stepped - c->zone;
	rs_time off = nearest(l->first + l->stepped, about, &year);
	if (c->year_from && strcmp(c->year_from, "capture") != 0 &&
	    c->year != year)
		return RS_NEVER;
	return about + off - c->zone - l->first;
}

bool
cap_log_name_date(const char *path, int *year, int *month)
{
	const char *name = strrchr(path, '/');
	for (const char *p = name ? name : path; *p; p++) {
		unsigned n = 0;
		while (*p == '-' && g_ascii_isdigit(p[1 + n]))
			n++;
		if (n != 8)
			continue;
		int date = atoi(p + 1);
		*year = date / 10000;
		*month = date / 100 % 100;
		if (*year >= 2000 && *year < 2100 && *month >= 1 &&
		    *month <= 12)
			return true;
	}
	return false;
}

/* ---- what servers tell ---- */

/* "Mon, 04 Sep 2023 22:51:08 GMT" */
static rs_time
rfc1123(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "";
	int day, year, h, m, sec;
	while (*s == ' ')
		s++;
	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &day,
		month, &year, &h, &m, &sec) != 6)
		return RS_NEVER;
	const char *at = strstr(months, month);
	if (at == NULL || strlen(month) != 3)
		return RS_NEVER;
	g_autoptr(GDateTime) d = g_date_time_new_utc(
	    year, (int)(at - months) / 3 + 1, day, h, m, sec);
	return d ? g_date_time_to_unix(d) * RS_SEC : RS_NEVER;
}

/* ";tag=799618563-1693867868150" */
static rs_time
dated_tag(const char *s)
{
	unsigned n = 0;
	while (g_ascii_isdigit(*s))
		s++;
	if (*s++ != '-')
		return RS_NEVER;
	while (g_ascii_isdigit(s[n]))
		n++;
	return n == 13 ? g_ascii_strtoll(s, NULL, 10) * RS_MSEC : RS_NEVER;
}

static void
look_at(struct cap_log_look *l, const struct cap_frame *f)
{
	struct log_sip s;
	enum log_form form = (enum log_form)(f->linktype - CAP_LINK_LOG);
	if (l->written != RS_NEVER || f->bytes.n == 0 ||
	    !log_sip_parse(form, f->bytes, &s) || s.sent)
		return;
	g_autofree char *text =
	    g_strndup((const char *)s.message.p, s.message.n);
	const char *date = strstr(text, "\nDate:");
	const char *to = strstr(text, "\nTo:");
	const char *tag = to ? strstr(to + 1, ";tag=") : NULL;
	const char *end = to ? strchr(to + 1, '\n') : NULL;
	rs_time t = date ? rfc1123(date + strlen("\nDate:")) : RS_NEVER;
	if (t == RS_NEVER && tag && end && tag < end &&
	    g_str_has_prefix(text, "SIP/2.0"))
		t = dated_tag(tag + strlen(";tag="));
	if (t == RS_NEVER)
		return;
	l->truth = t;
	l->written = f->ts;
}

bool
cap_file_is_log(const char *path)
{
	const struct cap_file_options sparing = {.sparing = true};
	/* To look into a pipe would take from it. */
	if (strcmp(path, "-") == 0 ||
	    (g_file_test(path, G_FILE_TEST_EXISTS) &&
		!g_file_test(path, G_FILE_TEST_IS_REGULAR)))
		return false;
	struct cap_input *in = cap_input_open(path, &sparing, NULL);
	const uint8_t *head = in ? cap_input_peek(in, 4) : NULL;
	bool yes = head && !pcap_file_magic(head) && !pcapng_magic(head) &&
		   textlog_probe(in);
	cap_input_close(in);
	return yes;
}

void
cap_log_look(const char *path, uint64_t bytes, const struct cap_clock *c,
    struct cap_log_look *l, void (*entry)(void *arg, const struct cap_frame *f),
    void *arg)
{
	const struct cap_clock plain = {
	    .year = EPOCH_YEAR,
	    .goes_on = c->goes_on,
	    .overlaps = c->overlaps,
	    .until = c->until,
	    .marks = c->marks,
	    .n_marks = c->n_marks,
	};
	const struct cap_file_options o = {.clock = &plain};
	struct cap_source *s = cap_file_open(path, &o, NULL);
	struct cap_frame f;
	*l = (struct cap_log_look){.first = RS_NEVER,
	    .last = RS_NEVER,
	    .truth = RS_NEVER,
	    .written = RS_NEVER};
	while (s && s->next(s, &f, NULL) == CAP_FRAME) {
		look_at(l, &f);
		if (entry)
			entry(arg, &f);
		if (s->info(s, 0)->bytes > bytes)
			break;
	}
	if (s == NULL)
		return;
	l->first = s->info(s, 0)->first;
	l->last = s->info(s, 0)->last;
	l->holes = s->info(s, 0)->missing > 0;
	l->stepped = s->info(s, 0)->clock_stepped;
	l->set_later = s->info(s, 0)->clock_new;
	l->first_line = s->info(s, 0)->first_line;
	l->last_line = s->info(s, 0)->last_line;
	l->has = s->info(s, 0)->has;
	l->zoned = s->info(s, 0)->clock.zone_from != NULL;
	s->close(s);
}
