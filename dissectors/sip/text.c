/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of header values (RFC 3261 25.1, 7.3.1).
 *
 * Nearly all are a name, "=" and a value that is a token or wholly quoted:
 * sip_text_param() reads those in steps of sixteen bytes.  What is neither
 * (quotes within a value, angle brackets, escapes) goes to odd_param(), which
 * reads anything and says the same about what is regular.
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

__attribute__((noinline)) static void
odd_param(struct rs_span *list, uint8_t sep, struct rs_span *name,
    struct rs_span *value)
{
	struct rs_span s = *list, quoted = {NULL, 0};
	size_t i = 0, eq = SIZE_MAX;
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
	*list = rs_span_from(s, i + 1);
	bool has_value = eq < i;
	*name = rs_span_trim((struct rs_span){s.p, has_value ? eq : i});
	*value = quoted;
	if (has_value && quoted.p == NULL)
		*value = sip_text_unquote(
		    rs_span_trim((struct rs_span){s.p + eq + 1, i - eq - 1}));
}

/* The regular ones; false, and nothing changed, where it is not. */
static inline bool
plain_param(struct rs_span *list, uint8_t sep, struct rs_span *name,
    struct rs_span *value)
{
	struct rs_span s = *list, v = {NULL, 0};
	size_t eq = sip_text_stop(s, 0, SIP_TEXT_PARAM), end = eq;
	if (eq < s.n && s.p[eq] == '=') {
		end = sip_text_stop(s, eq + 1, SIP_TEXT_PARAM);
		v = (struct rs_span){s.p + eq + 1, end - eq - 1};
		if (v.n == 0 && end < s.n && s.p[end] == '"') {
			end = sip_text_stop(s, eq + 2, SIP_TEXT_QUOTED);
			if (end == s.n || s.p[end] != '"')
				return false;
			v = (struct rs_span){s.p + eq + 2, end - eq - 2};
			end++;
		} else {
			v = rs_span_trim(v);
		}
	}
	if (end < s.n && s.p[end] != sep)
		return false;
	end += end < s.n;
	*list = (struct rs_span){s.p + end, s.n - end};
	*name = rs_span_trim((struct rs_span){s.p, eq});
	*value = v;
	return true;
}

bool
sip_text_param(struct rs_span *list, uint8_t sep, struct rs_span *name,
    struct rs_span *value)
{
	if (list->n == 0)
		return false;
	if (!plain_param(list, sep, name, value))
		odd_param(list, sep, name, value);
	return true;
}
