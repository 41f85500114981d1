/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of header values (RFC 3261 25.1, 7.3.1).
 *
 * Nearly all are a name, "=" and a value that is a token or wholly quoted:
 * sip_text_param() goes from hit to hit there.  What is neither (quotes within
 * a value, angle brackets, escapes) goes to sip_text_odd_param(), which reads
 * anything and says the same about what is regular.
 */
#include "sip/text.h"

const uint8_t sip_text_tokens[256] = {
    ['!'] = 1,
    ['%'] = 1,
    ['\''] = 1,
    ['*'] = 1,
    ['+'] = 1,
    ['-'] = 1,
    ['.'] = 1,
    ['0'] = 1,
    ['1'] = 1,
    ['2'] = 1,
    ['3'] = 1,
    ['4'] = 1,
    ['5'] = 1,
    ['6'] = 1,
    ['7'] = 1,
    ['8'] = 1,
    ['9'] = 1,
    ['A'] = 1,
    ['B'] = 1,
    ['C'] = 1,
    ['D'] = 1,
    ['E'] = 1,
    ['F'] = 1,
    ['G'] = 1,
    ['H'] = 1,
    ['I'] = 1,
    ['J'] = 1,
    ['K'] = 1,
    ['L'] = 1,
    ['M'] = 1,
    ['N'] = 1,
    ['O'] = 1,
    ['P'] = 1,
    ['Q'] = 1,
    ['R'] = 1,
    ['S'] = 1,
    ['T'] = 1,
    ['U'] = 1,
    ['V'] = 1,
    ['W'] = 1,
    ['X'] = 1,
    ['Y'] = 1,
    ['Z'] = 1,
    ['_'] = 1,
    ['`'] = 1,
    ['a'] = 1,
    ['b'] = 1,
    ['c'] = 1,
    ['d'] = 1,
    ['e'] = 1,
    ['f'] = 1,
    ['g'] = 1,
    ['h'] = 1,
    ['i'] = 1,
    ['j'] = 1,
    ['k'] = 1,
    ['l'] = 1,
    ['m'] = 1,
    ['n'] = 1,
    ['o'] = 1,
    ['p'] = 1,
    ['q'] = 1,
    ['r'] = 1,
    ['s'] = 1,
    ['t'] = 1,
    ['u'] = 1,
    ['v'] = 1,
    ['w'] = 1,
    ['x'] = 1,
    ['y'] = 1,
    ['z'] = 1,
    ['~'] = 1,
};

sip_text_bytes
sip_text_short(struct rs_span s)
{
	uint64_t lo = 0, hi;
	if (s.n > 8) {
		lo = sip_text_load8(s.p) << 8 * (16 - s.n);
		hi = sip_text_load8(s.p + s.n - 8);
	} else {
		hi = sip_text_word(s.p, s.n) << 8 * (8 - s.n);
	}
	return (sip_text_bytes)(sip_text_words){
	    sip_text_le64(lo), sip_text_le64(hi)};
}

size_t
sip_text_quoted(struct rs_span s, size_t i)
{
	for (i++; i < s.n; i += 2) {
		i = sip_text_stop(s, i, SIP_TEXT_QUOTED);
		if (i < s.n && s.p[i] == '"')
			return i + 1;
	}
	return s.n;
}

size_t
sip_text_outside(struct rs_span s, uint8_t c)
{
	for (size_t i = 0; i < s.n;) {
		if (s.p[i] == c)
			return i;
		if (s.p[i] == '"')
			i = sip_text_quoted(s, i);
		else if (s.p[i] == '<')
			i = sip_text_angle(s, i);
		else
			i++;
	}
	return s.n;
}

void
sip_text_set_marks(struct sip_text_marks *m, struct rs_span list)
{
	m->v[list.n / 64] = 0;
	for (size_t i = 0; i < list.n; i += 64)
		m->v[i / 64] = sip_text_block(list, i, SIP_TEXT_PARAM);
	m->v[list.n / 64] |= UINT64_C(1) << (list.n & 63);
}

size_t
sip_text_odd_param(
    struct rs_span s, size_t i, uint8_t sep, struct sip_text_param *p)
{
	const size_t begin = i;
	struct rs_span quoted = {NULL, 0};
	size_t eq = SIZE_MAX;
	for (;;) {
		i = sip_text_stop(s, i, SIP_TEXT_PARAM);
		if (i == s.n || s.p[i] == sep)
			break;
		uint8_t c = s.p[i];
		size_t from = i++;
		if (c == '"')
			i = sip_text_quoted(s, from);
		else if (c == '<' && sep == ';')
			i = sip_text_angle(s, from);
		else if (c != '=')
			continue;
		if (c == '=' && eq == SIZE_MAX) {
			eq = from;
		} else if (eq == SIZE_MAX) {
			struct rs_span part = rs_span_part(s, from, i - from);
			size_t at = rs_span_find(part, '=');
			eq = at < part.n ? from + at : SIZE_MAX;
		} else if (c == '"' && from == eq + 1 && i < s.n) {
			quoted = rs_span_part(s, from + 1, i - from - 2);
		}
	}
	bool has_value = eq < i;
	p->name =
	    rs_span_trim(rs_span_part(s, begin, (has_value ? eq : i) - begin));
	p->value = quoted;
	if (has_value && quoted.p == NULL)
		p->value = sip_text_unquote(
		    rs_span_trim(rs_span_part(s, eq + 1, i - eq - 1)));
	return i < s.n ? i + 1 : s.n;
}
