/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lines of logs begin with.
 *
 *	3673 NOT Sep 04 22:51:08.127871 (2656-2764) voice- ...     phone
 *	[2023-09-04 22:51:08.127] VERBOSE[2656] pjsip: ...         Asterisk
 *	[Sep  4 22:51:08] VERBOSE[2656] pjsip: ...                 Asterisk
 *	time: 1693867868.127871                                    Kamailio
 */
#include "log/log.h"

#include "base/date.h"
#include "log/scan.h"

/* Nanoseconds since 1970 fit into 64 bits until 2262. */
enum { SECONDS_A_DAY = 86400, LAST_YEAR = 2261 };

static const char *const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* ---- time ---- */

rs_time
log_time_of(const struct log_time *t, int year)
{
	if (t->absolute)
		return t->epoch * RS_SEC + t->nanos;
	if (t->month == 0 || t->month > 12 || t->day == 0 || t->day > 31 ||
	    t->hour > 23 || t->minute > 59 || t->second > 60)
		return RS_NEVER;
	int64_t y = t->year ? t->year : year;
	if (y < 1970 || y > LAST_YEAR)
		return RS_NEVER;
	int64_t s = rs_date_days(y, t->month, t->day) * SECONDS_A_DAY +
		    t->hour * 3600 + t->minute * 60 + t->second;
	return s * RS_SEC + t->nanos;
}

static bool
month(struct scan *s, uint8_t *m)
{
	if (s->s.n < 3)
		return false;
	for (uint8_t i = 0; i < 12; i++)
		if (memcmp(s->s.p, months + 3 * i, 3) == 0) {
			*m = (uint8_t)(i + 1);
			s->s = rs_span_from(s->s, 3);
			return true;
		}
	return false;
}

static bool
two(struct scan *s, uint8_t *to)
{
	uint32_t v;
	if (!scan_number(s, 2, &v))
		return false;
	*to = (uint8_t)v;
	return true;
}

/* 22:51:08, and what follows of a fraction, to nanoseconds. */
static bool
clock_of(struct scan *s, struct log_time *t)
{
	if (!two(s, &t->hour) || !scan_byte(s, ':') || !two(s, &t->minute) ||
	    !scan_byte(s, ':') || !two(s, &t->second))
		return false;
	if (!scan_byte(s, '.'))
		return true;
	uint32_t unit = 100000000;
	for (; s->s.n && rs_ascii_digit(*s->s.p); unit /= 10) {
		t->nanos += (uint32_t)(*s->s.p - '0') * unit;
		s->s = rs_span_from(s->s, 1);
	}
	return true;
}

/* Sep 04 22:51:08.127871 */
static bool
date_of(struct scan *s, struct log_time *t)
{
	return month(s, &t->month) && scan_blanks(s) && two(s, &t->day) &&
	       scan_blanks(s) && clock_of(s, t);
}

/* 2023-09-04 22:51:08.127 */
static bool
iso_date_of(struct scan *s, struct log_time *t)
{
	uint32_t year;
	if (!scan_number(s, 4, &year) || year < 1970 || !scan_byte(s, '-') ||
	    !two(s, &t->month) || !scan_byte(s, '-') || !two(s, &t->day))
		return false;
	t->year = (uint16_t)year;
	if (!scan_byte(s, 'T') && !scan_blanks(s))
		return false;
	return clock_of(s, t);
}

/* ---- lines ---- */

/* The level, three capitals. */
static bool
level(struct scan *s)
{
	for (size_t i = 0; i < 3; i++)
		if (s->s.n <= i || s->s.p[i] < 'A' || s->s.p[i] > 'Z')
			return false;
	s->s = rs_span_from(s->s, 3);
	return true;
}

/* "968-1290" */
static uint32_t
thread_of(struct rs_span s)
{
	uint32_t v;
	s = rs_span_from(s, rs_span_find(s, '-') + 1);
	return rs_span_u32(s, &v) ? v : 0;
}

static bool
phone_line(struct scan *s, struct log_line *l)
{
	l->numbered = scan_number(s, 9, &l->sequence);
	if (l->numbered && !scan_blanks(s))
		return false;
	struct scan dated = *s;
	if (l->numbered && (!level(&dated) || !scan_blanks(&dated)))
		return false;
	if (!date_of(&dated, &l->at))
		return false;
	*s = dated;
	scan_blanks(s);
	if (s->s.n && *s->s.p == '(') { /* process and thread */
		size_t shut = rs_span_find(rs_span_part(s->s, 0, 32), ')');
		if (shut < 32 && shut < s->s.n) {
			l->thread = thread_of(rs_span_part(s->s, 1, shut - 1));
			s->s = rs_span_from(s->s, shut + 1);
			scan_blanks(s);
		}
	}
	l->text = s->s;
	return true;
}

static bool
asterisk_line(struct scan *s, struct log_line *l)
{
	if (rs_span_starts(s->s, RS_LIT("<--- "))) { /* a console's */
		l->text = s->s;
		return true;
	}
	if (!scan_byte(s, '['))
		return false;
	struct scan iso = *s;
	if (iso_date_of(&iso, &l->at)) {
		*s = iso;
	} else {
		l->at = (struct log_time){0};
		if (!date_of(s, &l->at))
			return false;
	}
	size_t shut = rs_span_find(s->s, ']');
	if (shut == s->s.n)
		return false;
	s->s = rs_span_from(s->s, shut + 1);
	scan_blanks(s);
	l->text = s->s;
	return true;
}

bool
log_line_parse(enum log_form form, struct rs_span line, struct log_line *l)
{
	while (line.n &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	struct scan s = {line};
	*l = (struct log_line){.text = line};
	switch (form) {
	case LOG_FORM_PHONE:
		return phone_line(&s, l);
	case LOG_FORM_ASTERISK:
		return asterisk_line(&s, l);
	case LOG_FORM_KAMAILIO:
		return rs_span_starts(line, RS_LIT("===================="));
	case LOG_FORM_NONE:
		break;
	}
	return false;
}

/* Looks for the colons of a clock, and then at what stands before it: a number,
   a level, a month and a day, "3673 NOT Sep 04 22:51:08". */
size_t
log_line_joined(enum log_form form, struct rs_span line)
{
	enum { BEFORE_COLON = 13 }; /* "NOT Sep 04 22" */
	struct log_line l;
	size_t at = BEFORE_COLON + 1;
	if (form != LOG_FORM_PHONE)
		return line.n;
	for (; at + 6 < line.n; at++) {
		at += rs_span_find(rs_span_from(line, at), ':');
		if (at + 6 >= line.n || line.p[at + 3] != ':' ||
		    line.p[at + 6] != '.' || line.p[at - 3] != ' ')
			continue;
		size_t from = at - BEFORE_COLON;
		if (from == 0 || line.p[from] == ' ' || line.p[from - 1] != ' ')
			continue;
		for (from--; from && rs_ascii_digit(line.p[from - 1]);)
			from--;
		if (from &&
		    log_line_parse(form, rs_span_from(line, from), &l) &&
		    l.numbered)
			return from;
	}
	return line.n;
}

/* ---- which log it is ---- */

enum log_form
log_probe(struct rs_span head)
{
	unsigned phone = 0, asterisk = 0;
	bool sip = false;
	head = rs_span_part(head, 0, LOG_PROBE);
	if (rs_span_starts(head, RS_LIT("====================\ntag: ")))
		return LOG_FORM_KAMAILIO;
	while (head.n) {
		size_t end = rs_span_find(head, '\n');
		struct rs_span line = rs_span_part(head, 0, end);
		struct log_line l;
		if (memchr(line.p, 0, line.n))
			return LOG_FORM_NONE; /* no text */
		if (log_line_parse(LOG_FORM_PHONE, line, &l))
			phone += l.numbered ? 2 : 1;
		else if (log_line_parse(LOG_FORM_ASTERISK, line, &l))
			asterisk++;
		sip |= asterisk &&
		       log_classify(LOG_FORM_ASTERISK, l.text) == LOG_SIP;
		head = rs_span_from(head, end + 1);
	}
	if (phone >= 2)
		return LOG_FORM_PHONE;
	return sip || asterisk >= 2 ? LOG_FORM_ASTERISK : LOG_FORM_NONE;
}

const char *
log_form_name(enum log_form f)
{
	static const char *const names[] = {
	    NULL, "phone log", "Asterisk log", "Kamailio sipdump"};
	return (unsigned)f < sizeof names / sizeof *names ? names[f] : NULL;
}
