/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names may point to names before them (RFC 1035 4.1.4).  A pointer that does
 * not lead back before the labels it ends is refused, so that each jump goes
 * further to the front and none can come round again.
 */
#include "dns/msg.h"

#include "base/cursor.h"

#include <string.h>

enum { LONGEST = 255, POINTER = 0xc0 };

static bool
put(struct dns_name *n, uint8_t c)
{
	if (n->n == DNS_NAME_TEXT)
		return false;
	n->text[n->n++] = c;
	return true;
}

/* In lower case (RFC 4343 3); 0: of a name as text only with an escape. */
static inline uint8_t
plain(uint8_t c)
{
	static const uint8_t of['~' - '!' + 2] =
	    "!\"#$%&'()*+,-\0/0123456789:;<=>?@abcdefghijklmnopqrstuvwxyz"
	    "[\0]^_`abcdefghijklmnopqrstuvwxyz{|}~";
	return c >= '!' && c <= '~' ? of[c - '!'] : 0;
}

/* Of most labels this is all; how much of it was put. */
static size_t
put_plain(struct dns_name *n, struct rs_span label)
{
	size_t room = (size_t)DNS_NAME_TEXT - n->n, i = 0;
	size_t most = label.n < room ? label.n : room;
	uint8_t *to = n->text + n->n, c;
	for (; i < most && (c = plain(label.p[i])) != 0; i++)
		to[i] = c;
	n->n += (uint16_t)i;
	return i;
}

/* RFC 1035 5.1. */
static bool
put_escaped(struct dns_name *n, uint8_t c)
{
	return put(n, '\\') && put(n, (uint8_t)('0' + c / 100)) &&
	       put(n, (uint8_t)('0' + c / 10 % 10)) &&
	       put(n, (uint8_t)('0' + c % 10));
}

static bool
put_label(struct dns_name *n, struct rs_span label)
{
	if (n->n && !put(n, '.'))
		return false;
	for (size_t i = put_plain(n, label); i < label.n; i++) {
		uint8_t c = label.p[i];
		if (!(plain(c) ? put(n, plain(c)) : put_escaped(n, c)))
			return false;
	}
	return true;
}

/* The name at *at, and behind it; false: it cannot be read. */
static bool
name_at(struct rs_span all, size_t *at, struct dns_name *out)
{
	size_t pos = *at, from = pos, wire = 1;
	bool jumped = false;
	out->n = 0;
	while (pos < all.n && all.p[pos] != 0) {
		uint8_t n = all.p[pos];
		if (n >= POINTER) {
			if (all.n - pos < 2)
				return false;
			size_t to = (size_t)(n & 0x3f) << 8 | all.p[pos + 1];
			if (to >= from || to < DNS_HEADER)
				return false;
			if (!jumped)
				*at = pos + 2;
			jumped = true;
			pos = from = to;
			continue;
		}
		wire += 1U + n;
		if (n > 63 || all.n - pos - 1 < n || wire > LONGEST ||
		    !put_label(out, rs_span_part(all, pos + 1, n)))
			return false;
		pos += 1U + n;
	}
	if (pos >= all.n)
		return false;
	if (!jumped)
		*at = pos + 1;
	return out->n || put(out, '.');
}

/* The name of a record: mostly a pointer to that of the question. */
static bool
owner_at(const struct dns_msg *m, size_t *at, struct dns_name *out)
{
	const uint8_t *p = m->bytes.p + *at;
	if (m->name.n == 0 || m->bytes.n - *at < 2 || p[0] != POINTER ||
	    p[1] != DNS_HEADER)
		return name_at(m->bytes, at, out);
	memcpy(out->text, m->name.text, m->name.n);
	out->n = m->name.n;
	*at += 2;
	return true;
}

static uint16_t
u16_at(struct rs_span s, size_t at)
{
	return (uint16_t)(s.p[at] << 8 | s.p[at + 1]);
}

/* Opens what a record holds, where a name stands at `skip` in it. */
static bool
name_in(const struct dns_msg *m, const struct dns_record *r, size_t skip,
    struct dns_name *out, size_t *after)
{
	size_t begin = (size_t)(r->data.p - m->bytes.p), at = begin + skip;
	if (r->data.n <= skip || !name_at(m->bytes, &at, out) ||
	    at > begin + r->data.n)
		return false;
	*after = at - begin;
	return true;
}

/* The first one is kept; there never are others in use. */
static bool
questions(struct dns_msg *m, size_t *at)
{
	for (unsigned i = 0; i < m->questions; i++) {
		struct dns_name other;
		if (!name_at(m->bytes, at, i ? &other : &m->name) ||
		    m->bytes.n - *at < 4)
			return false;
		if (i == 0) {
			m->type = u16_at(m->bytes, *at);
			m->class = u16_at(m->bytes, *at + 2);
		}
		*at += 4;
	}
	return true;
}

/* RFC 6891 6.1.3: eight more bits of the rcode stand in the TTL of OPT. */
static void
look_through(struct dns_msg *m)
{
	struct dns_walk w = dns_walk_init(m);
	struct dns_record r;
	unsigned n = 0;
	while (dns_walk_next(m, &w, &r)) {
		n++;
		if (r.type != DNS_TYPE_OPT || r.section != DNS_ADDITIONAL)
			continue;
		m->edns = true;
		m->rcode |= (uint16_t)(r.ttl >> 24 << 4);
	}
	m->cut = n < (unsigned)m->counts[0] + m->counts[1] + m->counts[2];
}

bool
dns_msg_begin(struct dns_msg *m, struct rs_span bytes)
{
	struct rs_cur c = rs_cur_init(bytes);
	m->bytes = bytes;
	m->id = rs_cur_u16(&c);
	uint16_t flags = rs_cur_u16(&c);
	m->questions = rs_cur_u16(&c);
	for (unsigned i = 0; i < DNS_SECTION_N; i++)
		m->counts[i] = rs_cur_u16(&c);
	m->response = flags >> 15;
	m->opcode = flags >> 11 & 15;
	m->authoritative = flags >> 10 & 1;
	m->truncated = flags >> 9 & 1;
	m->rcode = flags & 15;
	m->edns = m->cut = false;
	m->name.n = 0;
	m->type = m->class = 0;
	/* A query has one question (RFC 9619); a refusal may lack it. */
	if (c.shrt || m->questions > 1 || (m->questions == 0 && !m->response))
		return false;
	m->records = DNS_HEADER;
	return questions(m, &m->records);
}

bool
dns_msg_parse(struct dns_msg *m, struct rs_span bytes)
{
	if (!dns_msg_begin(m, bytes))
		return false;
	look_through(m);
	return true;
}

struct dns_walk
dns_walk_init(const struct dns_msg *m)
{
	return (struct dns_walk){.at = m->records};
}

bool
dns_walk_next(const struct dns_msg *m, struct dns_walk *w, struct dns_record *r)
{
	while (w->section < DNS_SECTION_N && w->nth == m->counts[w->section]) {
		w->section++;
		w->nth = 0;
	}
	if (w->section == DNS_SECTION_N || !owner_at(m, &w->at, &r->name) ||
	    m->bytes.n - w->at < 10)
		return false;
	struct rs_cur c = rs_cur_init(rs_span_from(m->bytes, w->at));
	r->type = rs_cur_u16(&c);
	r->class = rs_cur_u16(&c);
	r->ttl = rs_cur_u32(&c);
	size_t size = rs_cur_u16(&c);
	r->data = rs_cur_span(&c, size);
	if (c.shrt)
		return false;
	r->section = (enum dns_section)w->section;
	w->at += 10 + size;
	w->nth++;
	return true;
}

bool
dns_record_addr(const struct dns_record *r, struct rs_addr *out)
{
	if (r->type == DNS_TYPE_A && r->data.n == 4)
		*out = rs_addr_v4(r->data.p);
	else if (r->type == DNS_TYPE_AAAA && r->data.n == 16)
		*out = rs_addr_v6(r->data.p);
	else
		return false;
	return true;
}

bool
dns_record_name(
    const struct dns_msg *m, const struct dns_record *r, struct dns_name *out)
{
	size_t after;
	return (r->type == DNS_TYPE_CNAME || r->type == DNS_TYPE_NS ||
		   r->type == DNS_TYPE_PTR) &&
	       name_in(m, r, 0, out, &after) && after == r->data.n;
}

bool
dns_record_srv(
    const struct dns_msg *m, const struct dns_record *r, struct dns_srv *out)
{
	size_t after;
	/* RFC 2782 forbids to compress the target; some do it all the same. */
	if (r->type != DNS_TYPE_SRV ||
	    !name_in(m, r, 6, &out->target, &after) || after != r->data.n)
		return false;
	out->priority = u16_at(r->data, 0);
	out->weight = u16_at(r->data, 2);
	out->port = u16_at(r->data, 4);
	return true;
}

bool
dns_record_naptr(
    const struct dns_msg *m, const struct dns_record *r, struct dns_naptr *out)
{
	size_t after;
	struct rs_cur c = rs_cur_init(r->data);
	if (r->type != DNS_TYPE_NAPTR)
		return false;
	out->order = rs_cur_u16(&c);
	out->preference = rs_cur_u16(&c);
	struct rs_span *text[] = {&out->flags, &out->service, &out->regexp};
	for (size_t i = 0; i < 3; i++)
		*text[i] = rs_cur_span(&c, rs_cur_u8(&c));
	if (c.shrt)
		return false;
	size_t at = r->data.n - rs_cur_left(&c);
	return name_in(m, r, at, &out->replacement, &after) &&
	       after == r->data.n;
}

bool
dns_record_minimum(
    const struct dns_msg *m, const struct dns_record *r, uint32_t *out)
{
	size_t begin = (size_t)(r->data.p - m->bytes.p), at = begin;
	struct dns_name name;
	if (r->type != DNS_TYPE_SOA || !name_at(m->bytes, &at, &name) ||
	    !name_at(m->bytes, &at, &name) || at > begin + r->data.n)
		return false;
	struct rs_cur c = rs_cur_init(rs_span_from(r->data, at - begin));
	rs_cur_skip(&c, 16);
	*out = rs_cur_u32(&c);
	return !c.shrt;
}

const char *
dns_type_name(uint16_t type)
{
	switch (type) {
	case DNS_TYPE_A:
		return "A";
	case DNS_TYPE_NS:
		return "NS";
	case DNS_TYPE_CNAME:
		return "CNAME";
	case DNS_TYPE_SOA:
		return "SOA";
	case DNS_TYPE_PTR:
		return "PTR";
	case DNS_TYPE_AAAA:
		return "AAAA";
	case DNS_TYPE_SRV:
		return "SRV";
	case DNS_TYPE_NAPTR:
		return "NAPTR";
	case 16:
		return "TXT";
	case 65:
		return "HTTPS";
	}
	return NULL;
}

const char *
dns_rcode_name(uint16_t rcode)
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL",
	    "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
	    "NOTAUTH", "NOTZONE"};
	if (rcode == 16)
		return "BADVERS";
	return rcode < sizeof names / sizeof *names ? names[rcode] : NULL;
}
