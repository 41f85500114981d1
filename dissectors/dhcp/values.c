/* SPDX-License-Identifier: Apache-2.0 */
/* What options hold that name servers: lists of addresses, or text. */
#include "dhcp/values.h"

static bool
printable(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

/* Text may end with a NUL: RFC 2132 2. */
static struct rs_span
no_nul(struct rs_span s)
{
	while (s.n && s.p[s.n - 1] == 0)
		s.n--;
	return s;
}

struct rs_span
dhcp_value_text(struct rs_span s)
{
	enum { SHORTEST = 7 }; /* "1.1.1.1"; four bytes are an address */
	struct rs_span text = no_nul(s);
	bool addresses = s.n % 4 == 0 && text.n < SHORTEST;
	return printable(text) && !addresses ? text : (struct rs_span){0};
}

size_t
dhcp_value_addresses(struct rs_span s, struct rs_addr *out, size_t most)
{
	size_t n = 0;
	if (s.n % 4 != 0 || dhcp_value_text(s).p)
		return 0;
	for (size_t i = 0; i < s.n && n < most; i += 4)
		out[n++] = rs_addr_v4(s.p + i);
	return n;
}

struct rs_span
dhcp_value_host(struct rs_span text)
{
	for (size_t i = 0; i + 3 <= text.n; i++)
		if (memcmp(text.p + i, "://", 3) == 0) {
			text = rs_span_from(text, i + 3);
			break;
		}
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '/' || text.p[i] == '?' || text.p[i] == ',' ||
		    text.p[i] == ' ') {
			text.n = i;
			break;
		}
	size_t at = rs_span_find(text, '@');
	if (at < text.n)
		text = rs_span_from(text, at + 1);
	if (text.n && text.p[0] == '[')
		return rs_span_part(text, 0, rs_span_find(text, ']') + 1);
	text.n = rs_span_find(text, ':');
	return text;
}

size_t
dhcp_value_servers(struct rs_span s, struct rs_addr *out, size_t most)
{
	struct rs_span text = dhcp_value_text(s);
	if (text.p == NULL)
		return dhcp_value_addresses(s, out, most);
	return most && rs_addr_parse(out, dhcp_value_host(text)) ? 1 : 0;
}
