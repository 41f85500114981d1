/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last three columns of a line are only given away once it is known that
 * nothing follows: a piece that does not fit whole is cut three short of the
 * edge.  Colours are ECMA-48 SGR and take no columns.
 */
#include "report/page.h"

#include <glib.h>
#include <stdarg.h>

static const char *const sgr[] = {
    [PAGE_PLAIN] = "",
    [PAGE_BOLD] = "\033[1m",
    [PAGE_BAD] = "\033[1;31m",
    [PAGE_GOOD] = "\033[32m",
    [PAGE_DIM] = "\033[2m",
    [PAGE_WARN] = "\033[33m",
};

void
page_init(struct page *p, struct out *out, unsigned columns, bool colour)
{
	*p = (struct page){.out = out,
	    .columns = columns < 40 ? 40 : columns,
	    .colour = colour};
}

/* One thing that is shown: its bytes, and how wide it is. */
struct glyph {
	char bytes[12];
	unsigned n, width;
	size_t used; /* of the source */
};

static struct glyph
glyph(struct rs_span s)
{
	struct glyph g = {.used = 1};
	uint32_t c = utf8_next(s, &g.used);
	if (c == UTF8_BAD || (c < 0x100 && utf8_is_control(c)))
		g.n = (unsigned)g_snprintf(g.bytes, sizeof g.bytes, "\\x%02x",
		    c == UTF8_BAD ? s.p[0] : (unsigned)c);
	else if (utf8_is_control(c))
		g.n = (unsigned)g_snprintf(
		    g.bytes, sizeof g.bytes, "\\u%04x", (unsigned)c);
	else {
		memcpy(g.bytes, s.p, g.used);
		g.n = (unsigned)g.used;
		g.width = c < 0x80                   ? 1
			  : g_unichar_iszerowidth(c) ? 0
			  : g_unichar_iswide(c)      ? 2
						     : 1;
		return g;
	}
	g.width = g.n;
	return g;
}

/* How much of s begins with ASCII that shows as it is: nearly all text does. No
   blanks among it. */
static size_t
plain(struct rs_span s, size_t most)
{
	size_t n = 0;
	while (n < s.n && n < most && s.p[n] > ' ' && s.p[n] < 0x7f)
		n++;
	return n;
}

unsigned
page_width(struct rs_span s)
{
	unsigned n = 0;
	while (s.n) {
		size_t same = plain(s, s.n);
		if (same) {
			n += (unsigned)same;
			s = rs_span_from(s, same);
			continue;
		}
		struct glyph g = glyph(s);
		n += g.width;
		s = rs_span_from(s, g.used);
	}
	return n;
}

static void
blanks(struct page *p)
{
	for (; p->blanks; p->blanks--)
		out_char(p->out, ' ');
}

/* Puts glyphs up to that many columns, without asking about the edge; returns
   how many bytes of s that were. */
static size_t
put(struct page *p, struct rs_span s, unsigned most)
{
	size_t before = s.n;
	bool styled = p->colour && p->style != PAGE_PLAIN && s.n && most;
	if (styled) {
		blanks(p);
		out_str(p->out, sgr[p->style]);
	}
	while (s.n) {
		size_t same = plain(s, most);
		if (same) {
			blanks(p);
			out_bytes(p->out, s.p, same);
			most -= (unsigned)same;
			p->at += (unsigned)same;
			s = rs_span_from(s, same);
			continue;
		}
		struct glyph g = glyph(s);
		if (g.width > most)
			break;
		if (g.n == 1 && g.bytes[0] == ' ') {
			p->blanks++; /* never the last of a line */
		} else {
			blanks(p);
			out_bytes(p->out, g.bytes, g.n);
		}
		most -= g.width;
		p->at += g.width;
		s = rs_span_from(s, g.used);
	}
	if (styled)
		out_str(p->out, "\033[0m");
	return before - s.n;
}

static unsigned
left(const struct page *p)
{
	return p->at < p->columns ? p->columns - p->at : 0;
}

void
page_span_most(struct page *p, struct rs_span s, unsigned most)
{
	unsigned room = left(p), width = page_width(s);
	if (p->cut)
		return;
	if (most < room)
		room = most;
	else
		most = room;
	if (width <= room) {
		put(p, s, width);
		return;
	}
	p->cut = room == left(p);
	if (room > 3)
		put(p, s, room - 3);
	put(p, RS_LIT("..."), room < 3 ? room : 3);
}

void
page_span(struct page *p, struct rs_span s)
{
	page_span_most(p, s, UINT32_MAX);
}

void
page_str(struct page *p, const char *s)
{
	page_span(p, rs_span_str(s));
}

void
page_printf(struct page *p, const char *format, ...)
{
	char s[512];
	va_list ap;
	va_start(ap, format);
	g_vsnprintf(s, sizeof s, format, ap);
	va_end(ap);
	page_str(p, s);
}

void
page_styled(struct page *p, enum page_style style, const char *s)
{
	enum page_style before = p->style;
	p->style = style;
	page_str(p, s);
	p->style = before;
}

void
page_to(struct page *p, unsigned column)
{
	unsigned n = column > p->at ? column - p->at : p->at ? 1 : 0;
	if (p->cut)
		return;
	if (n > left(p))
		n = left(p);
	p->blanks += n;
	p->at += n;
}

void
page_end(struct page *p)
{
	out_char(p->out, '\n');
	p->at = p->blanks = 0;
	p->cut = false;
}

static void
wrap(struct page *p, unsigned indent)
{
	page_end(p);
	page_to(p, indent);
}

void
page_item(struct page *p, unsigned indent, const char *glue, const char *s)
{
	unsigned width = page_width(rs_span_str(s));
	if (p->at <= indent) {
		if (p->at < indent)
			page_to(p, indent);
	} else if (p->at + strlen(glue) + width + 1 > p->columns) {
		/* the glue without its blank stays on this line */
		page_span(p, rs_span_trim(rs_span_str(glue)));
		wrap(p, indent);
	} else {
		page_str(p, glue);
	}
	if (indent + width < p->columns)
		page_str(p, s);
	else /* wider than a line */
		page_flow(p, indent, rs_span_str(s));
}

/* One word; one that is wider than a line is broken where the line ends.  One
   that fits into a line, but not behind the indentation, gets less of it. */
static void
flow_word(struct page *p, unsigned indent, bool first, struct rs_span word)
{
	unsigned width = page_width(word), at = indent;
	if (width <= p->columns && width > p->columns - indent)
		at = p->columns - width;
	unsigned gap = first ? 0 : 1;
	if (p->at > at && p->at + gap + width > p->columns)
		wrap(p, at);
	else if (gap)
		page_to(p, p->at + 1);
	while (word.n) {
		size_t n = put(p, word, left(p));
		word = rs_span_from(word, n ? n : word.n);
		if (word.n)
			wrap(p, indent);
	}
}

void
page_flow(struct page *p, unsigned indent, struct rs_span s)
{
	bool first = true;
	if (p->at < indent)
		page_to(p, indent);
	p->cut = false;
	for (s = rs_span_trim(s); s.n; s = rs_span_trim(s)) {
		size_t n = 0;
		while (n < s.n && !rs_ascii_blank(s.p[n]))
			n++;
		struct rs_span word = rs_span_part(s, 0, n);
		flow_word(p, indent, first, word);
		s = rs_span_from(s, n);
		first = false;
	}
}

/* ---- forms of numbers ---- */

const char *
page_number(char out[PAGE_TEXT], int64_t v)
{
	char s[OUT_NUMBER_TEXT];
	size_t n = format_number(s, v), k = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && s[i - 1] != '-' && (n - i) % 3 == 0)
			out[k++] = ' ';
		out[k++] = s[i];
	}
	out[k] = 0;
	return out;
}

const char *
page_ms(char out[PAGE_TEXT], int64_t ns)
{
	char whole[PAGE_TEXT];
	if (ns == INT64_MIN)
		return "-";
	int64_t us = ns / 1000, ms = (us + 500) / 1000;
	if (ns >= 0 && us < 5)
		g_strlcpy(out, "< 0.01 ms", PAGE_TEXT);
	else if (us < 1000) /* 0.04 ms, 0.53 ms */
		g_snprintf(out, PAGE_TEXT, "%d.%02d ms", 0,
		    (int)((us + 5) / 10 < 100 ? (us + 5) / 10 : 99));
	else if (us < 99950)
		g_snprintf(out, PAGE_TEXT, "%d.%d ms", (int)((us + 50) / 1000),
		    (int)((us + 50) / 100 % 10));
	else if (ms < 10000)
		g_snprintf(out, PAGE_TEXT, "%s ms", page_number(whole, ms));
	else /* nobody reads 17 545 ms as seconds */
		return page_duration(out, ns);
	return out;
}

const char *
page_duration(char out[PAGE_TEXT], int64_t ns)
{
	int64_t s = ns / RS_SEC;
	if (ns < RS_SEC)
		return page_ms(out, ns < 0 ? 0 : ns);
	int64_t tenths = (ns + RS_SEC / 20) / (RS_SEC / 10);
	if (s < 60)
		g_snprintf(out, PAGE_TEXT, "%d.%d s", (int)(tenths / 10),
		    (int)(tenths % 10));
	else if (s < 3600)
		g_snprintf(out, PAGE_TEXT, "%d min %d s", (int)(s / 60),
		    (int)(s % 60));
	else if (s < 86400)
		g_snprintf(out, PAGE_TEXT, "%d h %d min", (int)(s / 3600),
		    (int)(s / 60 % 60));
	else
		g_snprintf(out, PAGE_TEXT, "%" G_GINT64_FORMAT " d %d h",
		    s / 86400, (int)(s / 3600 % 24));
	return out;
}

const char *
page_percent(char out[PAGE_TEXT], int64_t tenths)
{
	char s[OUT_NUMBER_TEXT];
	format_decimal(s, tenths, 1);
	g_snprintf(out, PAGE_TEXT, "%s %%", s);
	return out;
}

const char *
page_clock(char out[PAGE_TEXT], rs_time t)
{
	char s[OUT_TIME_TEXT];
	size_t n = format_time(s, t, 3); /* ...T14:47:21.489Z */
	s[n - 1] = 0;
	g_strlcpy(out, s + n - 13, PAGE_TEXT);
	return out;
}

const char *
page_date(char out[PAGE_TEXT], rs_time t)
{
	char s[OUT_TIME_TEXT];
	size_t n = format_time(s, t, 0);
	s[n - 1] = 0;
	s[n - 10] = ' ';
	g_strlcpy(out, s, PAGE_TEXT);
	return out;
}
