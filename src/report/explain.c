/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry is its code and title, then what it means, and under a label each
 * what must have been seen, what looks alike, and what to look at next.
 */
#include "report/explain.h"

#include "diag/entries.h"
#include "report/page.h"

#include <string.h>

enum { INDENT = 2, TEXT_INDENT = 4, GAP = 2, MOST_NEAR = 3, MAX_CODE = 64 };

bool
explain_knows(const char *code)
{
	return diag_entry_find(code) != NULL;
}

/* ---- what may have been meant ---- */

/* Characters to add, drop or change (Levenshtein). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[MAX_CODE + 1];
	size_t n = strlen(b);
	if (n > MAX_CODE || strlen(a) > MAX_CODE)
		return UINT_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned corner = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned changed = corner + (a[i - 1] != b[j - 1]);
			corner = row[j];
			row[j] = MIN(changed, MIN(row[j - 1], row[j]) + 1);
		}
	}
	return row[n];
}

/* How far a code is from what was typed; UINT_MAX: too far.  A part of the code
   is near, as "expired" or "sip.nonce". */
static unsigned
remoteness(const char *typed, const char *code)
{
	size_t n = strlen(typed);
	const char *dot = strchr(code, '.');
	if (n >= 3 && strstr(code, typed))
		return 0;
	unsigned whole = distance(typed, code);
	unsigned name = dot ? distance(typed, dot + 1) : UINT_MAX;
	unsigned least = MIN(whole, name);
	return least <= MAX(1, n / 4) ? least : UINT_MAX;
}

char *
explain_nearest(const char *code)
{
	g_autofree char *typed = g_ascii_strdown(code, -1);
	GString *s = g_string_new(NULL);
	const struct diag_entry *e;
	unsigned n = 0;
	for (unsigned far = 0; far <= MAX_CODE && n < MOST_NEAR; far++)
		for (size_t i = 0; n < MOST_NEAR && (e = diag_entry_at(i)); i++)
			if (remoteness(typed, e->code) == far)
				g_string_append_printf(
				    s, "%s%s", n++ ? ", " : "", e->code);
	return g_string_free(s, n == 0);
}

/* ---- the list ---- */

static void
list(struct page *p)
{
	const struct diag_entry *e;
	size_t widest = 0;
	for (size_t i = 0; (e = diag_entry_at(i)); i++)
		widest = MAX(widest, strlen(e->code));
	for (size_t i = 0; (e = diag_entry_at(i)); i++) {
		page_styled(p, PAGE_BOLD, e->code);
		page_flow(p, (unsigned)widest + GAP,
		    rs_span_str(diag_entry_title(e)));
		page_end(p);
	}
}

/* ---- an entry ---- */

static void
part(struct page *p, const char *label, const char *text)
{
	if (text == NULL)
		return;
	page_end(p);
	page_to(p, INDENT);
	page_styled(p, PAGE_BOLD, label);
	page_end(p);
	page_flow(p, TEXT_INDENT, rs_span_str(text));
	page_end(p);
}

static void
entry(struct page *p, const struct diag_entry *e)
{
	const struct diag_rule *r = diag_entry_rule(e);
	page_styled(p, PAGE_BOLD, e->code);
	page_end(p);
	page_flow(p, INDENT, rs_span_str(diag_entry_title(e)));
	page_end(p);
	page_to(p, INDENT);
	if (r)
		page_printf(p, "stage %s, %s", r->stage,
		    rec_severity_name(r->severity));
	else
		page_str(p, "named only as an alternative to other causes");
	page_end(p);
	page_end(p);
	page_flow(p, INDENT, rs_span_str(e->meaning));
	page_end(p);
	part(p, r ? "What must have been seen" : "Where it is named", e->seen);
	part(p, "What looks like it, and when it is not said", e->silent);
	part(p, "What to check next", diag_entry_advice(e));
}

bool
explain_print(
    const struct explain_options *o, const char *const *codes, GError **error)
{
	g_autofree struct out *out = g_new(struct out, 1);
	struct page p;
	out_init(out, o->out);
	page_init(&p, out, o->columns, o->colour);
	if (codes == NULL || *codes == NULL)
		list(&p);
	for (const char *const *c = codes; c && *c; c++) {
		if (c != codes)
			page_end(&p);
		entry(&p, diag_entry_find(*c));
	}
	if (out_flush(out))
		return true;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(out->error),
	    "cannot write: %s", g_strerror(out->error));
	return false;
}
