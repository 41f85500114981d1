/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer says, who learns from it, and the record of a lookup. */
#include "track/lookup_inner.h"

#include <stdio.h>

/* ---- answers ---- */

enum rec_lookup_state
lookup_answer_state(const struct dns_msg *m, uint16_t type)
{
	enum { ANY = 255 };
	if (m->rcode == DNS_NXDOMAIN)
		return REC_NXDOMAIN;
	if (m->rcode == DNS_REFUSED)
		return REC_REFUSED;
	if (m->rcode != DNS_NOERROR)
		return REC_LOOKUP_FAILED;
	struct dns_walk w = dns_walk_init(m);
	struct dns_record r;
	while (dns_walk_next(m, &w, &r) && r.section == DNS_ANSWER)
		if (r.type == type || type == ANY)
			return REC_ANSWERED;
	if (m->truncated)
		return REC_LOOKUP_FAILED;
	/* RFC 2308 2.2: the name is there, and has none of these. */
	return m->cut ? REC_LOOKUP_CUT_OFF : REC_NODATA;
}

/* _sip._udp, _sip._tcp, _sips._tcp, _sip._ws ... of a name. */
static bool
sip_service(struct rs_span name)
{
	return rs_span_starts(name, RS_LIT("_sip._")) ||
	       rs_span_starts(name, RS_LIT("_sips._"));
}

/* The name behind the two labels of a service. */
static struct rs_span
domain_of(struct rs_span name)
{
	for (int i = 0; i < 2; i++)
		name = rs_span_from(name, rs_span_find(name, '.') + 1);
	return name;
}

void
lookup_learn(
    struct lookup_tracker *k, const struct lookup *l, const struct dns_msg *m)
{
	struct dns_walk w = dns_walk_init(m);
	struct rs_span asked = dns_name_span(&l->name);
	bool service = l->type == DNS_TYPE_SRV && sip_service(asked);
	struct dns_record r;
	struct dns_srv srv;
	struct rs_addr a;
	if (m->rcode != DNS_NOERROR)
		return;
	while (dns_walk_next(m, &w, &r)) {
		struct rs_span name =
		    r.section == DNS_ANSWER ? asked : dns_name_span(&r.name);
		if (service && r.section == DNS_ANSWER &&
		    dns_record_srv(m, &r, &srv))
			related_service(k->related, domain_of(asked),
			    dns_name_span(&srv.target), srv.port);
		else if (dns_record_addr(&r, &a) &&
			 r.section != DNS_AUTHORITY) {
			names_learn(k->names, &a, name);
			related_address(k->related, name, &a);
		}
	}
}

/* ---- the record ---- */

static struct rs_span
text(struct rec_arena *a, const char *s)
{
	return rec_arena_text(a, rs_span_str(s));
}

static struct rs_span
name_text(struct rec_arena *a, const struct dns_name *n)
{
	return rec_arena_text(a, dns_name_span(n));
}

static struct rs_span
addr_text(struct rec_arena *a, const struct rs_addr *addr)
{
	char s[RS_ADDR_TEXT];
	size_t n = rs_addr_format(addr, s);
	return rec_arena_text(a, (struct rs_span){(const uint8_t *)s, n});
}

/* RFC 3597 5: others are called by number. */
static struct rs_span
type_text(struct rec_arena *a, uint16_t type)
{
	const char *known = dns_type_name(type);
	char s[16];
	if (known)
		return rs_span_str(known);
	snprintf(s, sizeof s, "TYPE%u", type);
	return text(a, s);
}

static struct rs_span
rcode_text(struct rec_arena *a, uint16_t rcode)
{
	const char *known = dns_rcode_name(rcode);
	char s[16];
	if (known)
		return rs_span_str(known);
	snprintf(s, sizeof s, "RCODE%u", rcode);
	return text(a, s);
}

static void
fill_answer(struct rec_answer *x, const struct dns_msg *m,
    const struct dns_record *r, struct rec_arena *a)
{
	struct rs_addr addr;
	struct dns_name name;
	struct dns_srv srv;
	struct dns_naptr naptr;
	rec_init(&rec_answer_type, x);
	x->name = name_text(a, &r->name);
	x->type = type_text(a, r->type);
	/* The top bit is never set (RFC 2181 8): a log does not tell it. */
	x->ttl = r->ttl > INT32_MAX ? REC_ABSENT : r->ttl;
	x->additional = r->section == DNS_ADDITIONAL ? RS_TRUE : RS_UNKNOWN;
	if (dns_record_addr(r, &addr)) {
		x->address = addr_text(a, &addr);
	} else if (dns_record_name(m, r, &name)) {
		x->target = name_text(a, &name);
	} else if (dns_record_srv(m, r, &srv)) {
		x->target = name_text(a, &srv.target);
		x->priority = srv.priority;
		x->weight = srv.weight;
		x->port = srv.port;
	} else if (dns_record_naptr(m, r, &naptr)) {
		x->target = name_text(a, &naptr.replacement);
		x->order = naptr.order;
		x->preference = naptr.preference;
		x->flags = rec_arena_text(a, naptr.flags);
		x->service = rec_arena_text(a, naptr.service);
		x->regexp = rec_arena_text(a, naptr.regexp);
	}
}

static void
flaw(struct rec_lookup *r, struct rec_arena *a, const char *name)
{
	struct rs_span *s = rec_list_add(&r->flaws, a, sizeof *s);
	*s = rs_span_str(name);
}

static void
fill_answers(struct rec_lookup *r, const struct lookup *l, struct rec_arena *a)
{
	struct dns_msg m;
	struct dns_record rec;
	if (!dns_msg_parse(&m, l->answer))
		return;
	struct dns_walk w = dns_walk_init(&m);
	r->state = lookup_answer_state(&m, l->type);
	r->rcode = rcode_text(a, m.rcode);
	r->authoritative = m.authoritative ? RS_TRUE : RS_FALSE;
	if (m.cut)
		flaw(r, a, "answer_cut");
	while (dns_walk_next(&m, &w, &rec)) {
		if (rec.section == DNS_AUTHORITY || rec.type == DNS_TYPE_OPT)
			continue;
		if (r->answers.n == LOOKUP_ANSWERS)
			break;
		fill_answer(
		    rec_list_add(&r->answers, a, sizeof(struct rec_answer)), &m,
		    &rec, a);
	}
}

static void
fill_servers(struct rec_lookup *r, const struct lookup *l, struct rec_arena *a)
{
	const struct query *q = l->queries;
	for (unsigned i = 0; i < l->n_queries; i++) {
		bool known = false, alone = true;
		for (unsigned j = 0; j < i; j++)
			known |=
			    rs_addr_eq(&q[j].server.addr, &q[i].server.addr);
		for (unsigned j = 0; j < l->n_queries; j++)
			alone &=
			    rs_addr_eq(&q[j].server.addr, &q[i].server.addr);
		if (known || alone)
			continue;
		struct rs_span *s = rec_list_add(&r->servers, a, sizeof *s);
		*s = addr_text(a, &q[i].server.addr);
	}
}

static void
fill_icmp(struct rec_lookup *r, const struct lookup *l, struct rec_arena *a)
{
	char s[16];
	if (l->icmp_frame.number == 0)
		return;
	snprintf(s, sizeof s, "%u/%u", l->icmp_type, l->icmp_code);
	r->icmp = text(a, s);
	r->icmp_from.at.addr = l->icmp_from;
	r->icmp_frame = l->icmp_frame;
}

/* Nothing was answered: what does that mean? */
static void
fill_silence(struct rec_lookup *r, const struct lookup_tracker *k,
    const struct lookup *l, struct rec_arena *a)
{
	r->state = REC_LOOKUP_CUT_OFF;
	if (l->icmp_frame.number)
		r->state = REC_LOOKUP_UNREACHABLE;
	else if (l->evicted)
		flaw(r, a, "evicted");
	else if (l->dropped)
		flaw(r, a, "drops");
	else if (l->covered && !k->two_way)
		flaw(r, a, "one_way");
	else if (l->covered)
		r->state = REC_NO_ANSWER;
}

static void
fill_query(struct rec_lookup *r, const struct query *q)
{
	r->client.at = q->client;
	r->server.at = q->server;
	r->transport = q->carrier == RS_OVER_UDP ? REC_UDP : REC_TCP;
}

/* By its question alone; the report asks for its client, too. */
static bool
concerns(const struct lookup_tracker *k, const struct lookup *l)
{
	struct rs_span name = dns_name_span(&l->name);
	return (l->type == DNS_TYPE_SRV && sip_service(name)) ||
	       l->type == DNS_TYPE_NAPTR || related_name(k->related, name) ||
	       l->logged; /* by a phone's own log */
}

void
lookup_tell(struct lookup_tracker *k, const struct lookup *l)
{
	struct rec_arena *a = &k->arena;
	struct rec_lookup r;
	rec_init(&rec_lookup_type, &r);
	r.id.frame = l->frames[0];
	r.started = l->started;
	r.ended = l->ended;
	if (l->answer.p)
		fill_query(&r, &l->answered_query);
	else
		fill_query(&r, &l->queries[l->n_queries - 1]);
	const struct host *server = lookup_host(k, &r.server.at.addr);
	r.name = name_text(a, &l->name);
	r.type = type_text(a, l->type);
	r.related = concerns(k, l) ? RS_TRUE : RS_UNKNOWN;
	r.queries = l->total;
	if (l->logged)
		r.visibility = REC_LOG;
	r.truncated = l->truncated ? RS_TRUE : RS_UNKNOWN;
	fill_servers(&r, l, a);
	fill_icmp(&r, l, a);
	if (l->answer.p) {
		fill_answers(&r, l, a);
		r.answer_frame = l->answer_frame;
		if (l->total)
			r.delay = l->answered - l->started;
		else
			flaw(&r, a, "query_not_seen");
	} else {
		fill_silence(&r, k, l, a);
		r.server_heard =
		    server && server->answered ? RS_TRUE : RS_UNKNOWN;
	}
	struct rs_frame *f = NULL;
	for (unsigned i = 0; i < l->n_frames; i++) {
		f = rec_list_add(&r.frames, a, sizeof *f);
		*f = l->frames[i];
	}
	k->out->record(k->out->arg, &rec_lookup_type, &r);
	rec_arena_reset(a);
}
