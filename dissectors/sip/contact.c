/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contacts (RFC 3261 20.10, 10.2; RFC 5626, RFC 5627).
 */
#include "sip/contact.h"
#include "sip/text.h"

/* The next element of the list in it->rest, or of the next header. */
static bool
next_element(struct sip_contact_it *it, struct rs_span *one)
{
	for (;;) {
		while (it->rest.n) {
			size_t end = sip_text_find(it->rest, ',');
			*one = rs_span_trim(rs_span_part(it->rest, 0, end));
			it->rest = rs_span_from(it->rest, end + 1);
			if (one->n)
				return true;
		}
		it->rest = sip_msg_next(it->msg, SIP_HDR_CONTACT, &it->at);
		if (it->rest.p == NULL)
			return false;
	}
}

/* The same for names of eight and nine letters, of which word is the first
   eight. */
static struct rs_span *
gruu(struct sip_contact *c, uint64_t word, struct rs_span name)
{
	if (name.n == 8 &&
	    word == SIP_WORD('p', 'u', 'b', '-', 'g', 'r', 'u', 'u'))
		return &c->pub_gruu;
	if (name.n == 9 && rs_ascii_lower(name.p[8]) == 'u' &&
	    word == SIP_WORD('t', 'e', 'm', 'p', '-', 'g', 'r', 'u'))
		return &c->temp_gruu;
	return NULL;
}

/* Where the value of that parameter goes, or NULL. */
static struct rs_span *
member(struct sip_contact *c, struct rs_span *expires, struct rs_span name)
{
	const uint64_t instance =
	    SIP_WORD('+', 's', 'i', 'p', '.', 'i', 'n', 's');
	if (name.n == 13 && sip_text_fold(sip_text_load8(name.p)) == instance &&
	    sip_text_fold(sip_text_word(name.p + 8, 5)) ==
		SIP_WORD('t', 'a', 'n', 'c', 'e'))
		return &c->instance;
	if (name.n < 6 || name.n > 9)
		return NULL;
	uint64_t word =
	    sip_text_fold(sip_text_word(name.p, name.n < 8 ? name.n : 8));
	if (name.n >= 8)
		return gruu(c, word, name);
	if (word == SIP_WORD('r', 'e', 'g', '-', 'i', 'd') && name.n == 6)
		return &c->reg_id;
	if (word == SIP_WORD('e', 'x', 'p', 'i', 'r', 'e', 's') && name.n == 7)
		return expires;
	return NULL;
}

static void
take_params(struct sip_contact *c)
{
	struct sip_text_marks marks;
	struct sip_text_params params =
	    sip_text_params(c->addr.params, ';', &marks);
	struct sip_text_param p;
	const struct rs_span none = {NULL, 0};
	struct rs_span expires = none;
	/* Each by itself: one from the other takes longer. */
	c->instance = none;
	c->reg_id = none;
	c->pub_gruu = none;
	c->temp_gruu = none;
	c->expires = 0;
	while (sip_text_param(&params, &p)) {
		struct rs_span *to = member(c, &expires, p.name);
		if (to && to->p == NULL)
			*to = sip_text_value(&p);
	}
	c->has_expires = sip_seconds_parse(&c->expires, expires);
	c->bad_expires = expires.p && !c->has_expires;
}

bool
sip_contact_next(struct sip_contact_it *it, struct sip_contact *c)
{
	struct rs_span one;
	while (next_element(it, &one)) {
		if (!sip_addr_parse(&c->addr, one))
			continue;
		c->star = rs_span_eq(c->addr.uri_text, RS_LIT("*"));
		take_params(c);
		return true;
	}
	return false;
}
