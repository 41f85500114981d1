/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs as savefiles: what is understood of them becomes frames (CAP_LINK_LOG),
 * the rest is counted.
 *
 * Lines are looked at where they lie in the buffer, so that memory does not
 * depend on the size of the log.
 */
#include "capture/log_notes.h"
#include "capture/savefile.h"
#include "log/log.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT = 64 }; /* a line that is repeated stands near the first */

static const rs_time MINUTE = 60 * RS_SEC, DAY = 86400 * RS_SEC;

struct textlog {
	enum log_form form;
	struct cap_clock clock;
	uint64_t line;   /* number of the one that is next */
	uint32_t number; /* the log's own, of the line before; 0: none */
	int year;        /* goes on over New Year */
	uint8_t month;
	rs_time written;  /* by the line before; RS_NEVER */
	rs_time steps;    /* of the clock that are still to come */
	rs_time last;     /* RS_NEVER: no line had a time */
	bool hole, ended; /* hole: lines are missing since the last frame */
	bool told;        /* another file has told what is read */
	struct {
		uint32_t number;
		rs_time at;
	} recent[RECENT]; /* ring of entries */
	unsigned n_recent;
	struct cap_log_notes notes;
};

bool
textlog_probe(struct cap_input *in)
{
	const uint8_t *p = cap_input_peek(in, LOG_PROBE);
	size_t n = p ? LOG_PROBE : cap_input_left(in);
	if (p == NULL && n)
		p = cap_input_peek(in, n);
	return p && log_probe((struct rs_span){p, n}) != LOG_FORM_NONE;
}

/* The next line with its LF, or what there is of it at the end of the log or
   where it is too long; *more: its end may still come. */
static struct rs_span
next_line(struct savefile *s, bool *more)
{
	struct cap_input *in = s->in;
	size_t seen = 0;
	*more = false;
	for (;;) {
		size_t n = cap_input_left(in);
		const uint8_t *p = n ? cap_input_peek(in, n) : NULL;
		const uint8_t *lf =
		    n > seen ? memchr(p + seen, '\n', n - seen) : NULL;
		if (lf)
			return (struct rs_span){p, (size_t)(lf - p) + 1};
		if (n >= LOG_LINE)
			return (struct rs_span){p, LOG_LINE};
		seen = n;
		if (cap_input_peek(in, n + 1) == NULL) {
			*more = cap_input_dry(in);
			n = cap_input_left(in);
			p = n ? cap_input_peek(in, n) : NULL;
			return (struct rs_span){p, n};
		}
	}
}

/* Takes n bytes, which are whole lines but perhaps for the last one. */
static void
take(struct savefile *s, struct rs_span bytes)
{
	struct textlog *t = s->state;
	for (size_t at = 0; at < bytes.n;) {
		at += rs_span_find(rs_span_from(bytes, at), '\n') + 1;
		if (at <= bytes.n) {
			t->line++;
			s->info.lines++;
		}
	}
	s->info.bytes += bytes.n;
	cap_input_take(s->in, bytes.n);
}

/* ---- time ---- */

/* Of a date without a year: that of the line before, but over New Year. */
static rs_time
dated(struct textlog *t, const struct log_time *at)
{
	rs_time when = log_time_of(at, t->year);
	int over = t->month == 12 && at->month == 1   ? 1
		   : t->month == 1 && at->month == 12 ? -1
						      : 0;
	t->month = at->month;
	if (over == 0 || t->written == RS_NEVER || when == RS_NEVER)
		return when;
	rs_time other = log_time_of(at, t->year + over);
	if (other == RS_NEVER || llabs(other - t->written) > DAY)
		return when;
	t->year += over;
	return other;
}

/*
 * A phone sets its clock when it has asked for the time, and before that it may
 * be off by months.  From one line to the very next one that is a step, and no
 * time that passed: all lines get the time of the clock as it is set last.
 */
static void
note_step(struct savefile *s, struct textlog *t, rs_time when, bool next)
{
	if (next && t->written != RS_NEVER &&
	    (when - t->written > DAY || when - t->written < -MINUTE)) {
		t->steps -= when - t->written;
		s->info.clock_steps++;
		s->info.clock_stepped += when - t->written;
		s->info.clock_new += t->told ? 0 : when - t->written;
		t->hole = true;
	}
	t->written = when;
}

static rs_time
time_of(struct savefile *s, struct textlog *t, const struct log_line *l)
{
	const struct log_time *at = &l->at;
	if (at->absolute)
		return log_time_of(at, 0);
	rs_time when = at->year ? log_time_of(at, 0) : dated(t, at);
	if (when == RS_NEVER)
		return t->last;
	note_step(s, t, when,
	    l->numbered && t->number && l->sequence == t->number + 1);
	return when + t->steps - t->clock.zone + t->clock.shift;
}

static void
note_time(struct savefile *s, struct textlog *t, const struct log_line *l)
{
	rs_time when = time_of(s, t, l);
	if (when == RS_NEVER)
		return;
	if (l->at.year || l->at.absolute)
		s->info.clock.year_from = "log";
	if (l->at.absolute)
		s->info.clock.zone_from = "log";
	t->last = when;
	if (s->info.first == RS_NEVER || when < s->info.first)
		s->info.first = when;
	if (s->info.last == RS_NEVER || when > s->info.last)
		s->info.last = when;
}

/* ---- numbers ---- */

/* Lines have numbers of their own: a step shows that some are missing.  After a
   restart they begin anew. */
static void
note_number(struct savefile *s, struct textlog *t, const struct log_line *l)
{
	if (!l->numbered)
		return;
	if (t->number && l->sequence > t->number + 1) {
		s->info.missing += l->sequence - t->number - 1;
		t->hole = true;
	}
	if (t->number == 0 || l->sequence > t->number || l->sequence < 2)
		t->number = l->sequence;
}

/* The same number and time: the same line once more. */
static bool
repeated(struct textlog *t, const struct log_line *l)
{
	if (!l->numbered)
		return false;
	for (unsigned i = 0; i < RECENT && i < t->n_recent; i++)
		if (t->recent[i].number == l->sequence &&
		    t->recent[i].at == t->last)
			return true;
	unsigned at = t->n_recent++ % RECENT;
	t->recent[at].number = l->sequence;
	t->recent[at].at = t->last;
	return false;
}

/* ---- logs in several files ---- */

static struct cap_log_line
line_of(const struct log_line *l)
{
	const struct log_time *t = &l->at;
	uint64_t day = (uint64_t)t->month << 5 | t->day;
	uint64_t second =
	    (uint64_t)t->hour << 12 | (uint64_t)t->minute << 6 | t->second;
	return (struct cap_log_line){
	    .number = l->sequence,
	    .at = day << 47 | second << 30 | t->nanos,
	};
}

static bool
same(const struct cap_log_line *a, const struct cap_log_line *b)
{
	return a->number == b->number && a->at == b->at;
}

/* Has another file told this line? */
static bool
note_line(struct savefile *s, struct textlog *t, const struct log_line *l)
{
	struct cap_info *info = &s->info;
	const struct cap_clock *c = &t->clock;
	struct cap_log_line here = line_of(l);
	bool told = t->told;
	if (!l->numbered || l->at.month == 0)
		return told;
	here.written = t->written;
	if (info->first_line.number == 0)
		info->first_line = here;
	info->last_line = here;
	for (unsigned i = 0; i < c->n_marks && i < 64; i++)
		if (same(&c->marks[i], &here))
			info->has |= UINT64_C(1) << i;
	if (told && same(&here, &c->until))
		t->told = false;
	return told;
}

/* ---- entries ---- */

static enum cap_result
entry(struct savefile *s, struct cap_frame *out, uint64_t line, rs_time at,
    struct rs_span bytes)
{
	struct textlog *t = s->state;
	*out = (struct cap_frame){
	    .bytes = bytes,
	    .wire_len = (uint32_t)bytes.n + t->hole,
	    .ts = at - t->clock.lead,
	    .drops_since = t->clock.lead,
	    .frame = {0, line | RS_LINE},
	    .linktype = CAP_LINK_LOG + (int)t->form,
	    .log = t->clock.log,
	};
	t->hole = false;
	s->info.packets++;
	return CAP_FRAME;
}

/* All of an entry, which is longer than its line; p NULL: not yet. */
static struct rs_span
whole_entry(struct savefile *s)
{
	struct textlog *t = s->state;
	size_t want = cap_input_left(s->in);
	for (;;) {
		const uint8_t *p = cap_input_peek(s->in, want);
		bool last = p == NULL && !cap_input_dry(s->in);
		size_t n = cap_input_left(s->in);
		p = n ? cap_input_peek(s->in, n) : NULL;
		struct rs_span all = {p, n};
		size_t size = log_sip_size(t->form, all, last);
		if (size)
			return (struct rs_span){p, size};
		if (cap_input_dry(s->in))
			return (struct rs_span){NULL, 0};
		want = n + 4096;
	}
}

/* The last time of the log, without bytes; then its end. */
static enum cap_result
finish(struct savefile *s, struct cap_frame *out, GError **error)
{
	struct textlog *t = s->state;
	if (!cap_input_dry(s->in))
		log_notes_finish(&t->notes);
	if (!t->ended && t->last != RS_NEVER && !t->clock.goes_on &&
	    !cap_input_dry(s->in)) {
		t->ended = true;
		s->info.packets--; /* none of its entries */
		return entry(s, out, t->line ? t->line - 1 : 1, s->info.last,
		    (struct rs_span){NULL, 0});
	}
	return savefile_ended(s, error);
}

static bool
kamailio_time(struct savefile *s, struct log_line *l, struct rs_span bytes)
{
	struct log_sip sip;
	struct textlog *t = s->state;
	if (t->form == LOG_FORM_KAMAILIO &&
	    log_sip_parse(t->form, bytes, &sip)) {
		l->at = sip.line.at;
		note_time(s, t, l);
	}
	return t->last != RS_NEVER;
}

/* Another line may be joined to this one; of a message of HTTP its first line
   is enough. */
static void
note(struct textlog *t, uint64_t number, struct rs_span line)
{
	struct log_line l;
	struct log_fact f;
	line.n = rs_span_find(line, '\n');
	if (!log_line_parse(t->form, line, &l) || !log_fact_parse(l.text, &f))
		return;
	f.thread = l.thread;
	log_notes_take(&t->notes, &f, number, t->last);
}

/* Looks at the next line: CAP_IDLE where its end is not there yet, CAP_END
   where there was none to tell. */
static enum cap_result
look(struct savefile *s, struct cap_frame *out)
{
	struct textlog *t = s->state;
	struct log_line l;
	bool more;
	struct rs_span line = next_line(s, &more);
	uint64_t number = t->line;
	if (more)
		return CAP_IDLE;
	bool begins = log_line_parse(t->form, line, &l), told = t->told;
	enum log_what what =
	    begins ? log_classify(t->form, l.text) : LOG_UNKNOWN;
	if (begins) {
		note_time(s, t, &l);
		note_number(s, t, &l);
		told = note_line(s, t, &l);
	}
	if (what == LOG_UNKNOWN) {
		size_t joined = log_line_joined(t->form, line);
		s->info.unknown++;
		take(s, rs_span_part(line, 0, joined));
		return CAP_END;
	}
	if (what == LOG_SIP)
		line = whole_entry(s);
	else
		line.n = log_line_joined(t->form, line);
	if (line.p == NULL)
		return CAP_IDLE;
	/* A message at the end may be cut off; the other file has all of it. */
	if (what == LOG_SIP && told != t->told)
		told = false;
	if (what == LOG_SIP && t->clock.overlaps &&
	    line.n == cap_input_left(s->in) &&
	    cap_input_peek(s->in, line.n + 1) == NULL)
		told = true;
	if (!kamailio_time(s, &l, line)) {
		s->info.timeless++;
	} else if (!told && !repeated(t, &l)) {
		if (t->form == LOG_FORM_PHONE)
			note(t, number, line);
		if (what == LOG_NOTE) {
			take(s, line);
			return CAP_END;
		}
		enum cap_result r = entry(s, out, number, t->last, line);
		take(s, line);
		return r;
	}
	if (told)
		t->hole = false; /* the other file tells of it */
	take(s, line);
	return CAP_END;
}

static enum cap_result
read_log(struct savefile *s, struct cap_frame *out, GError **error)
{
	for (;;) {
		if (cap_input_left(s->in) == 0 &&
		    cap_input_peek(s->in, 1) == NULL)
			return finish(s, out, error);
		enum cap_result r = look(s, out);
		if (r != CAP_END)
			return r;
	}
}

static void
clear(struct savefile *s)
{
	g_free(s->state);
}

void
textlog_begin(struct savefile *s, const struct cap_clock *clock)
{
	struct textlog *t = g_new0(struct textlog, 1);
	const uint8_t *p = cap_input_peek(s->in, LOG_PROBE);
	size_t n = p ? LOG_PROBE : cap_input_left(s->in);
	p = cap_input_peek(s->in, n);
	t->form = log_probe((struct rs_span){p, n});
	t->clock = *clock;
	t->year = clock->year ? clock->year : 1970;
	t->last = t->written = RS_NEVER;
	t->steps = clock->stepped;
	t->line = 1;
	t->told = clock->until.number != 0;
	s->info.format = log_form_name(t->form);
	s->info.is_log = true;
	s->info.clock = *clock;
	s->info.notes = t->form == LOG_FORM_PHONE ? &t->notes : NULL;
	s->state = t;
	s->clear = clear;
	s->read = read_log;
}
