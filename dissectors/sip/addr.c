/* SPDX-License-Identifier: Apache-2.0 */
/* name-addr and addr-spec (RFC 3261 20.10, 25.1). */
#include "sip/addr.h"
#include "sip/text.h"

/*
 * Takes the display name off: a quoted string or words before "<".  A quote
 * that does not end (RFC 4475 3.1.2.6) is read as if it did before "<".
 */
static struct rs_span
take_display(struct rs_span *s)
{
	if (s->n && s->p[0] == '"') {
		size_t end = sip_text_quoted(*s, 0);
		if (end < s->n) {
			struct rs_span name = rs_span_part(*s, 1, end - 2);
			*s = rs_span_trim(rs_span_from(*s, end));
			return name;
		}
	}
	bool none = s->n && s->p[0] == '<';
	size_t open = none ? 0 : rs_span_find(*s, '<');
	if (none || open == s->n)
		return (struct rs_span){NULL, 0};
	struct rs_span name = rs_span_trim(rs_span_part(*s, 0, open));
	*s = rs_span_from(*s, open);
	return name.n ? sip_text_unquote(name) : (struct rs_span){NULL, 0};
}

bool
sip_addr_parse(struct sip_addr *a, struct rs_span value)
{
	if (value.p == NULL) {
		*a = (struct sip_addr){0};
		return false;
	}
	value = rs_span_trim(value);
	a->display = take_display(&value);
	if (value.n && value.p[0] == '"') { /* a name, and no address */
		*a = (struct sip_addr){.display = a->display};
		return false;
	}
	/* In an addr-spec, ";" begins the header's parameters (20.10). */
	size_t skip = 0, end = 0;
	if (value.n && value.p[0] == '<') {
		skip = 1;
		end = rs_span_find(value, '>');
	} else {
		while (
		    end < value.n && value.p[end] != ';' && value.p[end] != ',')
			end++;
	}
	a->uri_text = rs_span_trim(rs_span_part(value, skip, end - skip));
	a->uri_ok = sip_uri_parse(&a->uri, a->uri_text);
	if (!a->uri_ok)
		a->uri = (struct sip_uri){0};
	a->params = (struct rs_span){NULL, 0};
	value = rs_span_from(value, end + (skip && end < value.n));
	if (value.n) {
		value = rs_span_part(value, 0, sip_text_find(value, ','));
		bool first = value.n && value.p[0] == ';';
		size_t semi = first ? 0 : rs_span_find(value, ';');
		if (semi < value.n)
			a->params = rs_span_from(value, semi + 1);
	}
	return a->uri_text.n != 0;
}

struct rs_span
sip_addr_tag(const struct sip_addr *a)
{
	return sip_param(a->params, RS_LIT("tag"));
}
