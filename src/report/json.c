/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outermost value is opened without a tag; a line ends where it is shut.
 *
 * Text is from the wire: control characters become \uXXXX, bytes that are not
 * UTF-8 become U+FFFD, so that every reader of JSON takes what is written.
 */
#include "report/json.h"

#include <assert.h>

static struct json_writer *
self(struct report_writer *w)
{
	return (struct json_writer *)w;
}

static void
unicode(struct out *o, uint32_t c)
{
	static const char hex[] = "0123456789abcdef";
	out_str(o, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		out_char(o, hex[c >> shift & 15]);
}

static void
escaped(struct out *o, struct rs_span s, uint32_t c, size_t used)
{
	static const char special[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = c && c < 0x80 ? strchr(special, (int)c) : NULL;
	if (at) {
		out_char(o, '\\');
		out_char(o, letter[at - special]);
	} else if (c == UTF8_BAD) {
		unicode(o, 0xfffd);
	} else if (utf8_is_control(c)) {
		unicode(o, c); /* all of them are below 2^16 */
	} else {
		out_bytes(o, s.p, used);
	}
}

/* Printable ASCII but for " and \: goes out as it is. */
static inline bool
plain_byte(uint8_t b)
{
	static const uint64_t plain[4] = {
	    0xfffffffb00000000, 0x7fffffffefffffff, 0, 0};
	return plain[b >> 6] >> (b & 63) & 1;
}

/*
 * How many bytes of s go out as they are.  Eight at a time, as long as none of
 * them can be special: taking 0x20 away leaves the top bit set where a byte was
 * below it, taking 1 away where it was 0.  A borrow only adds such bits above
 * one that is right, so nothing special is ever missed.
 */
static size_t
plain_run(struct rs_span s)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	size_t n = 0;
	for (uint64_t x; s.n - n >= sizeof x; n += sizeof x) {
		memcpy(&x, s.p + n, sizeof x);
		uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\',
			 del = x ^ ones * 0x7f;
		if (((x - ones * 0x20) | x | (quote - ones) | (slash - ones) |
			(del - ones)) &
		    tops)
			break; /* perhaps: the loop below looks closer */
	}
	while (n < s.n && plain_byte(s.p[n]))
		n++;
	return n;
}

static void
string(struct out *o, struct rs_span s)
{
	out_char(o, '"');
	while (s.n) {
		size_t plain = plain_run(s), used;
		out_bytes(o, s.p, plain);
		s = rs_span_from(s, plain);
		if (s.n == 0)
			break;
		uint32_t c = utf8_next(s, &used);
		escaped(o, s, c, used);
		s = rs_span_from(s, used);
	}
	out_char(o, '"');
}

static void
new_line(struct json_writer *j)
{
	out_char(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		out_char(j->out, '\t');
}

/* What comes before a value: comma, line, tag. */
static void
begin(struct json_writer *j, const char *tag)
{
	if (j->depth) {
		bool *any = &j->any[j->depth - 1];
		if (*any)
			out_char(j->out, ',');
		if (j->depth <= j->spread)
			new_line(j);
		else if (*any)
			out_char(j->out, ' ');
		*any = true;
	}
	if (tag && j->depth && !j->list[j->depth - 1]) {
		string(j->out, rs_span_str(tag));
		out_str(j->out, ": ");
	}
}

static void
json_open(struct report_writer *w, const char *tag, bool list)
{
	struct json_writer *j = self(w);
	begin(j, tag);
	out_char(j->out, list ? '[' : '{');
	assert(j->depth < JSON_DEPTH);
	j->list[j->depth] = list;
	j->any[j->depth++] = false;
}

static void
json_shut(struct report_writer *w)
{
	struct json_writer *j = self(w);
	assert(j->depth);
	bool spread = j->depth <= j->spread && j->any[j->depth - 1];
	j->depth--;
	if (spread)
		new_line(j);
	out_char(j->out, j->list[j->depth] ? ']' : '}');
	if (j->depth == 0)
		out_char(j->out, '\n');
}

static void
json_text(struct report_writer *w, const char *tag, struct rs_span s)
{
	begin(self(w), tag);
	string(self(w)->out, s);
}

static void
json_number(struct report_writer *w, const char *tag, int64_t v)
{
	char s[OUT_NUMBER_TEXT];
	begin(self(w), tag);
	out_bytes(self(w)->out, s, format_number(s, v));
}

static void
json_decimal(
    struct report_writer *w, const char *tag, int64_t scaled, unsigned digits)
{
	char s[OUT_NUMBER_TEXT];
	begin(self(w), tag);
	out_bytes(self(w)->out, s, format_decimal(s, scaled, digits));
}

static void
json_truth(struct report_writer *w, const char *tag, bool v)
{
	begin(self(w), tag);
	out_str(self(w)->out, v ? "true" : "false");
}

static void
json_time(struct report_writer *w, const char *tag, rs_time t)
{
	char s[OUT_TIME_TEXT];
	begin(self(w), tag);
	out_char(self(w)->out, '"');
	out_bytes(self(w)->out, s, format_time(s, t, t % RS_USEC ? 9 : 6));
	out_char(self(w)->out, '"');
}

static bool
json_end(struct report_writer *w)
{
	return out_flush(self(w)->out);
}

void
json_writer_init(struct json_writer *j, struct out *out, unsigned spread)
{
	*j = (struct json_writer){
	    .w = {"json", json_open, json_text, json_number, json_decimal,
		json_truth, json_time, json_shut, json_end},
	    .out = out,
	    .spread = spread,
	};
}
