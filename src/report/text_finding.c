/* SPDX-License-Identifier: Apache-2.0 */
/* A finding, in words. */
#include "report/text_part.h"

#include <glib.h>

enum { INDENT = 2 };

static void
flowing(struct text *t, const char *label, struct rs_span s)
{
	if (s.p == NULL || s.n == 0)
		return;
	page_to(&t->page, INDENT);
	if (label)
		page_styled(&t->page, PAGE_BOLD, label);
	if (label)
		page_str(&t->page, " ");
	page_flow(&t->page, INDENT, s);
	page_end(&t->page);
}

void
text_verdict(struct text *t, const struct rec_finding *x, bool again)
{
	const char *certainty = rec_certainty_name(x->certainty);
	page_to(&t->page, INDENT);
	t->page.style = PAGE_WARN;
	page_span(&t->page, x->code);
	t->page.style = PAGE_PLAIN;
	if (certainty)
		page_printf(&t->page, ", %s", certainty);
	if (x->title.p) {
		page_str(&t->page, ": ");
		page_flow(&t->page, INDENT, x->title);
	}
	if (again)
		page_str(&t->page, " (see above)");
	page_end(&t->page);
	if (!again)
		flowing(t, NULL, x->detail);
}

/* Numbers of frames are of one file. */
static void
wireshark(struct text *t, const struct rec_finding *x)
{
	const struct rec_evidence *v = x->evidence.v;
	const struct rec_file *files = t->in->coverage->files.v;
	if (!t->many_files || x->evidence.n == 0 ||
	    v[0].frame.file >= t->in->coverage->files.n) {
		flowing(t, "Wireshark:", x->filter);
		return;
	}
	struct rs_span name = text_file_name(files[v[0].frame.file].path);
	g_autofree char *label = g_strdup_printf(
	    "Wireshark, %.*s:", (int)MIN(name.n, 40), (const char *)name.p);
	flowing(t, label, x->filter);
}

void
text_advice(struct text *t, const struct rec_finding *x)
{
	const struct rs_span *a = x->alternatives.v;
	flowing(t, "Next:", x->advice);
	if (x->alternatives.n) {
		GString *s = g_string_new(NULL);
		for (uint32_t i = 0; i < x->alternatives.n; i++) {
			g_string_append(s, i ? ", " : "");
			g_string_append_len(
			    s, (const char *)a[i].p, (gssize)a[i].n);
		}
		flowing(t, "Could also be:",
		    (struct rs_span){(const uint8_t *)s->str, s->len});
		g_string_free(s, TRUE);
	}
	wireshark(t, x);
}

/* A line each, in place of a ladder. */
static void
evidence(struct text *t, const struct rec_finding *x)
{
	struct page *p = &t->page;
	const struct rec_evidence *e = x->evidence.v;
	char at[PAGE_TEXT];
	for (uint32_t i = 0; i < x->evidence.n; i++) {
		page_to(p, 2 * INDENT);
		text_frame(t, e[i].frame);
		page_to(p, 11);
		page_str(
		    p, e[i].at != RS_NEVER ? text_clock(t, at, e[i].at) : "");
		page_to(p, t->many_days ? 31 : 25);
		page_span(p, e[i].what);
		page_end(p);
	}
}

void
text_finding(struct text *t, const struct rec_finding *x)
{
	text_verdict(t, x, false);
	evidence(t, x);
	text_advice(t, x);
}
