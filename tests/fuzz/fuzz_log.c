/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of a log, in each of its forms: what it says lies in what went in,
 * entries have a size that ends, what becomes of facts on the wire fits, and
 * what is noted is printable.
 */
#include "capture/log_notes.h"
#include "log/facts.h"
#include "log/log.h"
#include "log/url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct rs_span s, struct rs_span all)
{
	if (s.n && (s.p < all.p || s.p + s.n > all.p + all.n))
		abort();
}

static void
wire(const struct log_fact *f)
{
	uint8_t bytes[512];
	struct log_wire w = {.p = bytes, .size = sizeof bytes};
	log_wire_query(&w, 1, f->name, f->type);
	log_wire_response(&w, 1, 0, f->name, f->type);
	log_wire_srv(&w, f->name, f);
	log_wire_alias(&w, f->name, f->value);
	log_wire_address(&w, f->name, f->type, (struct rs_addr){.family = 6});
	if (w.n > sizeof bytes)
		abort();
	log_wire_dhcp(&w, true, rs_span_part(f->name, 0, 6),
	    (struct rs_addr){.family = 4}, 1);
	log_wire_option(&w, 66, f->value);
	log_wire_dhcp_end(&w);
	if (w.n > sizeof bytes)
		abort();
}

static void
noted(struct cap_log_notes *n, const struct log_fact *f)
{
	log_notes_take(n, f, 1, 1);
	const struct cap_resync *r = n->n ? &n->resyncs[n->n - 1] : &n->now;
	const char *const texts[] = {r->from, r->unresolved, r->reason};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (const char *c = texts[i]; *c; c++)
			if (*c < ' ' || *c > '~' ||
			    c - texts[i] >= LOG_NOTE_TEXT)
				abort();
}

static void
url(struct rs_span text)
{
	struct log_url u;
	if (!log_url_parse(text, &u))
		return;
	inside(u.host, text);
	inside(u.where, text);
	inside(u.target, text);
	if (u.host.n == 0 || rs_span_find(u.where, '@') < u.where.n ||
	    rs_span_find(u.target, '@') < u.target.n)
		abort();
}

static void
line_of(enum log_form form, struct rs_span line, struct cap_log_notes *notes)
{
	struct log_line l;
	struct log_fact f;
	if (log_line_joined(form, line) > line.n)
		abort();
	if (!log_line_parse(form, line, &l))
		return;
	inside(l.text, line);
	(void)log_time_of(&l.at, 2023);
	if (log_fact_parse(l.text, &f)) {
		inside(f.name, line);
		inside(f.value, line);
		wire(&f);
		url(f.value);
		noted(notes, &f);
	}
}

static void
entry(enum log_form form, struct rs_span s)
{
	static uint8_t text[LOG_ENTRY];
	struct log_sip sip;
	size_t n = log_sip_size(form, s, true);
	if (n > s.n || (s.n && n == 0))
		abort();
	struct rs_span e = rs_span_part(s, 0, n);
	if (!log_sip_parse(form, e, &sip))
		return;
	inside(sip.message, e);
	inside(sip.peer_text, e);
	if (log_sip_text(sip.message, text, sizeof text).n > sizeof text ||
	    log_sip_text(sip.message, text, 7).n > 7)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rs_span all = {data, size};
	static struct cap_log_notes notes;
	memset(&notes, 0, sizeof notes);
	(void)log_probe(all);
	for (enum log_form f = LOG_FORM_PHONE; f <= LOG_FORM_KAMAILIO; f++) {
		for (size_t at = 0; at < size;) {
			struct rs_span rest = rs_span_from(all, at);
			size_t n = rs_span_find(rest, '\n') + 1;
			line_of(f, rs_span_part(rest, 0, n), &notes);
			entry(f, rest);
			at += n;
		}
	}
	return 0;
}
