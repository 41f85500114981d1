/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/way_view.h"

#include <stdio.h>

const struct diag_way *
way_of(const struct diag_case *c)
{
	bool alone = !c->registration && !c->handshake && !c->connection &&
		     !c->binding && !c->phone && !c->download;
	return alone ? c->way : NULL;
}

bool
way_same_question(const struct rec_lookup *a, const struct rec_lookup *b)
{
	return rs_span_eq(a->name, b->name) && rs_span_eq(a->type, b->type);
}

bool
way_concerns(const struct diag_way *w, const struct rec_lookup *l)
{
	if (l->related == RS_TRUE)
		return true;
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (way_is_service(&w->lookups[i]) &&
		    rs_span_eq(l->name, way_domain(&w->lookups[i])))
			return true;
	return false;
}

bool
way_server_answers(const struct rec_lookup *l, const struct rs_addr *server)
{
	return l->answer_frame.number != 0 && l->state != REC_REFUSED &&
	       l->state != REC_LOOKUP_FAILED &&
	       rs_addr_eq(&l->server.at.addr, server);
}

const struct rec_lookup *
way_waited_for(const struct diag_way *w, rs_time from, rs_time to)
{
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (l->state != REC_NO_ANSWER)
			continue;
		rs_time a = l->started > from ? l->started : from;
		rs_time b = l->ended < to ? l->ended : to;
		if (b - a > (to - from) / 2)
			return l;
	}
	return NULL;
}

struct rs_span
way_first_address(const struct rec_lookup *l)
{
	const struct rec_answer *a = l->answers.v;
	for (uint32_t i = 0; i < l->answers.n; i++)
		if (a[i].address.p)
			return a[i].address;
	return (struct rs_span){0};
}

bool
way_failed(const struct diag_try *t)
{
	return t->failed >= t->times;
}

bool
way_silent(const struct diag_try *t)
{
	return t->answered == 0 && way_failed(t);
}

bool
way_tried(const struct diag_way *w, const struct rec_lookup *l)
{
	for (uint32_t i = 0; i < w->n_tries; i++)
		if (way_gives(l, &w->tries[i].server.addr))
			return true;
	return false;
}

bool
way_tried_by_any(const struct diag_way *w, const struct rec_lookup *l)
{
	for (uint32_t i = 0; i < w->n_tried_by_any; i++)
		if (way_gives(l, &w->tried_by_any[i]))
			return true;
	return false;
}

bool
way_reached(const struct diag_way *w, const struct rec_lookup *l)
{
	for (uint32_t i = 0; i < w->n_tries; i++)
		if (way_gives(l, &w->tries[i].server.addr) &&
		    !way_failed(&w->tries[i]))
			return true;
	return false;
}

void
way_begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_way *w, const struct diag_out *out,
    enum rec_certainty certainty, const struct rec_lookup *l)
{
	const struct diag_case c = {.way = w};
	finding_begin(f, rule, &c, out, certainty);
	finding_record(f, &rec_lookup_type, &l->id);
	f->rec.phone = l->client;
	f->rec.phone.at.port = 0;
	f->rec.server = l->server;
	f->rec.transport = l->transport;
	f->rec.at = l->started;
}

void
way_evidence(struct finding *f, const struct rec_lookup *l)
{
	const struct rs_frame *v = l->frames.v;
	char what[320];
	if (l->frames.n == 0)
		return;
	snprintf(what, sizeof what, "%.*s %.*s", FINDING_TEXT(l->type),
	    FINDING_TEXT(l->name));
	finding_evidence(f, v[0], l->started, rs_span_str(what));
	const struct rs_frame *last = &v[l->frames.n - 1];
	while (last > v && rs_frame_is_line(*last) && !rs_frame_is_line(v[0]))
		last--; /* a line that tells of a packet */
	if (l->answer_frame.number == 0 && l->icmp_frame.number == 0 &&
	    last > v) {
		snprintf(what, sizeof what, "%.*s %.*s, query %lld",
		    FINDING_TEXT(l->type), FINDING_TEXT(l->name),
		    (long long)l->queries);
		finding_evidence(f, *last, RS_NEVER, rs_span_str(what));
	}
	finding_evidence(f, l->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	bool error = l->state == REC_NXDOMAIN || l->state == REC_REFUSED ||
		     l->state == REC_LOOKUP_FAILED;
	finding_evidence(f, l->answer_frame, rec_answered(l->started, l->delay),
	    error                    ? l->rcode
	    : l->state == REC_NODATA ? RS_LIT("no such record")
				     : RS_LIT("answer"));
}

void
way_try_evidence(struct finding *f, const struct diag_try *t)
{
	finding_evidence(f, t->frame, t->first,
	    t->type == &rec_registration_type ? RS_LIT("REGISTER")
	    : t->type == &rec_connection_type ? RS_LIT("SYN")
					      : RS_LIT("ClientHello"));
	finding_record(f, t->type, &t->id);
}

void
way_explains_wait(struct finding *f, const struct diag_case *c,
    rs_time answered, int64_t waited)
{
	const struct rec_lookup *l;
	if (c->way == NULL || waited == REC_ABSENT || waited < 2 * RS_SEC)
		return;
	l = way_waited_for(c->way, answered - waited, answered);
	if (l == NULL)
		return;
	const struct rs_span was = f->rec.detail;
	finding_detail(f,
	    "%.*s In between the phone waited for DNS: %lld queries for %.*s "
	    "%.*s, without an answer (dns.no-answer).",
	    FINDING_TEXT(was), (long long)l->queries, FINDING_TEXT(l->type),
	    FINDING_TEXT(l->name));
	finding_record(f, &rec_lookup_type, &l->id);
	way_evidence(f, l);
}
