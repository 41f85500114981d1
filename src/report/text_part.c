/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the text report share: text.c calls the parts, the parts
 * call this, and nothing here calls them.
 */
#include "report/text_part.h"

#include <glib.h>

int64_t
text_total(const struct rec_list *l)
{
	const struct rec_count *c = l->v;
	int64_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		n += c[i].n;
	return n;
}

int64_t
text_count(const struct rec_list *l, const char *name)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(c[i].name, rs_span_str(name)))
			return c[i].n;
	return 0;
}

void
text_frame_name(const struct text *t, GString *s, struct rs_frame f)
{
	g_string_append_c(s, rs_frame_is_line(f) ? 'L' : '#');
	if (t->many_files)
		g_string_append_printf(s, "%u:", f.file);
	g_string_append_printf(s, "%" G_GUINT64_FORMAT, rs_frame_number(f));
}

void
text_frame(struct text *t, struct rs_frame f)
{
	if (f.number == 0)
		return;
	g_autoptr(GString) s = g_string_new(NULL);
	text_frame_name(t, s, f);
	page_str(&t->page, s->str);
}

const char *
text_clock(const struct text *t, char out[PAGE_TEXT], rs_time at)
{
	char date[PAGE_TEXT], clock[PAGE_TEXT];
	if (!t->many_days)
		return page_clock(out, at);
	page_date(date, at);
	g_snprintf(out, PAGE_TEXT, "%.5s %s", date + 5, page_clock(clock, at));
	return out;
}

const char *
text_words(char out[PAGE_TEXT], const char *name)
{
	g_strlcpy(out, name, PAGE_TEXT);
	for (char *c = out; *c; c++)
		if (*c == '_')
			*c = ' ';
	return out;
}

const char *
text_many(char out[PAGE_TEXT], int64_t n, const char *one)
{
	char number[PAGE_TEXT];
	g_snprintf(out, PAGE_TEXT, "%s %s%s", page_number(number, n), one,
	    n == 1 ? "" : "s");
	return out;
}

struct rs_span
text_file_name(struct rs_span path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/' && i < path.n)
			return rs_span_from(path, i);
	return path;
}

enum { SERVER_NAME = 64 };

void
text_server(GString *s, const struct rec_endpoint *x, struct rs_span name)
{
	char to[RS_ENDPOINT_TEXT];
	gssize n = (gssize)MIN(name.n, (size_t)SERVER_NAME);
	rs_endpoint_format(&x->at, to);
	if (name.p == NULL || x->given)
		g_string_append(s, to);
	if (name.p == NULL)
		return;
	if (x->given)
		g_string_append(s, " (");
	g_string_append_len(s, (const char *)name.p, n);
	if (x->given)
		g_string_append(s, " by the capture file)");
	else
		g_string_append_printf(s, " (%s)", to);
}

struct rs_addr
text_place_of(const struct rec_phone *p)
{
	struct rs_addr a = p->client.at.addr;
	for (size_t i = 0, n = 0; a.family == 0 && i < p->mac.n; i++)
		if (p->mac.p[i] != ':' && n < sizeof a.b)
			a.b[n++] = p->mac.p[i];
	return a;
}

void
text_also(struct text *t, const struct rec_phone *p)
{
	const struct rs_span *v = p->addresses.v;
	char own[RS_ADDR_TEXT];
	rs_addr_format(&p->client.at.addr, own);
	for (uint32_t i = 0; i < p->addresses.n; i++) {
		if (rs_span_eq(v[i], rs_span_str(own)))
			continue;
		bool first = t->page.at == 0;
		if (first) {
			page_to(&t->page, 2);
			page_str(&t->page, "also at ");
		}
		g_autofree char *at = g_strndup((const char *)v[i].p, v[i].n);
		page_item(&t->page, 4, first ? "" : ", ", at);
	}
	if (t->page.at)
		page_end(&t->page);
}

bool
text_flawed(const struct rec_registration *r, const char *name)
{
	const struct rs_span *flaw = r->flaws.v;
	for (uint32_t i = 0; i < r->flaws.n; i++)
		if (rs_span_eq(flaw[i], rs_span_str(name)))
			return true;
	return false;
}

bool
text_stopped_early(struct text *t)
{
	static const char *const whole[] = {
	    "dhcp.no-offer", "dhcp.no-ack", "dhcp.refused", "link.voice-vlan"};
	struct spool_reader *r =
	    spool_read_brief(t->in->spool, &rec_finding_type);
	const struct rec_finding *x;
	bool found = false;
	while (!found && (x = spool_next(r)) != NULL) {
		found = rs_span_eq(x->stage, RS_LIT("dns"));
		for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
			found |= x->severity != REC_INFO &&
				 rs_span_eq(x->code, rs_span_str(whole[i]));
	}
	spool_reader_free(r);
	return found;
}
