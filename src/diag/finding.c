/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: their common parts, their evidence in the order of frames, and the
 * Wireshark filter that shows it.
 *
 * Frame numbers are of one file; the filter names those of the file of the
 * first piece of evidence.  Wireshark 4 wants commas in a set.
 */
#include "diag/finding.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_DETAIL = 512, MAX_FILTER = 512, MAX_EVIDENCE = 32 };

static void
add_record(
    struct finding *f, const struct rec_type *type, const struct rec_id *id)
{
	char name[REC_ID_TEXT], text[REC_ID_TEXT + 32];
	if (!rec_id_is(id))
		return;
	rec_id_format(id, name);
	int n = snprintf(text, sizeof text, "%s %s", type->name, name);
	struct rec_finding *r = &f->rec;
	struct rs_span *s = rec_list_add(&r->records, f->out->arena, sizeof *s);
	*s = rec_arena_text(
	    f->out->arena, (struct rs_span){(const uint8_t *)text, (size_t)n});
	if (!rec_id_is(&r->id))
		r->id = *id;
}

static void
about(struct finding *f, const struct rec_endpoint *client,
    const struct rec_endpoint *server, rs_time at)
{
	struct rec_finding *r = &f->rec;
	if (r->phone.at.addr.family == 0) {
		r->phone = *client;
		r->server = *server;
	}
	if (r->at == RS_NEVER)
		r->at = at;
}

void
finding_begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_case *c, const struct diag_out *out,
    enum rec_certainty certainty)
{
	f->out = out;
	rec_init(&rec_finding_type, &f->rec);
	f->rec.code = rs_span_str(rule->code);
	f->rec.severity = rule->severity;
	f->rec.stage = rs_span_str(rule->stage);
	f->rec.title = rs_span_str(rule->title);
	f->rec.advice = rs_span_str(rule->advice);
	f->rec.certainty = certainty;
	const struct rec_registration *r = c->registration;
	const struct rec_handshake *h = c->handshake;
	const struct rec_connection *n = c->connection;
	/* The id is that of the record of the rule's own stage. */
	bool sip = rs_span_eq(f->rec.stage, RS_LIT("sip"));
	bool tls = rs_span_eq(f->rec.stage, RS_LIT("tls"));
	if (sip && r)
		add_record(f, &rec_registration_type, &r->id);
	if (tls && h)
		add_record(f, &rec_handshake_type, &h->id);
	f->rec.transport = r   ? r->transport
			   : n ? n->transport
			   : h ? REC_TLS
			       : REC_TRANSPORT_NONE;
	if (n) {
		add_record(f, &rec_connection_type, &n->id);
		about(f, &n->client, &n->server, n->started);
	}
	if (h) {
		if (!tls)
			add_record(f, &rec_handshake_type, &h->id);
		about(f, &h->client, &h->server, h->started);
	}
	if (r) {
		if (!sip)
			add_record(f, &rec_registration_type, &r->id);
		about(f, &r->client, &r->server, r->started);
		f->rec.aor = r->aor;
	}
}

void
finding_alternative(struct finding *f, const char *code)
{
	struct rec_list *l = &f->rec.alternatives;
	struct rs_span *s = rec_list_add(l, f->out->arena, sizeof *s);
	*s = rs_span_str(code);
}

void
finding_detail(struct finding *f, const char *format, ...)
{
	char text[MAX_DETAIL];
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	f->rec.detail = rec_arena_text(
	    f->out->arena, (struct rs_span){(const uint8_t *)text, len});
}

void
finding_evidence(
    struct finding *f, struct rs_frame frame, rs_time at, struct rs_span what)
{
	struct rec_list *l = &f->rec.evidence;
	struct rec_evidence *v = l->v;
	if (frame.number == 0 || l->n >= MAX_EVIDENCE)
		return;
	uint32_t to = l->n;
	while (to > 0 && rs_frame_cmp(v[to - 1].frame, frame) > 0)
		to--;
	if (to > 0 && rs_frame_eq(v[to - 1].frame, frame) &&
	    rs_span_eq(v[to - 1].what, what))
		return;
	rec_list_add(l, f->out->arena, sizeof *v);
	v = l->v;
	memmove(v + to + 1, v + to, (l->n - 1 - to) * sizeof *v);
	v[to] = (struct rec_evidence){
	    frame, at, rec_arena_text(f->out->arena, what)};
}

void
finding_steps(struct finding *f, const struct rec_handshake *h,
    enum rec_side from, const char *what)
{
	const struct rec_step *s = h->steps.v;
	for (uint32_t i = 0; i < h->steps.n; i++)
		if (s[i].from == from &&
		    rs_span_eq(s[i].what, rs_span_str(what)))
			finding_evidence(f, s[i].frame, s[i].at, s[i].what);
}

static void
set_filter(struct finding *f)
{
	char text[MAX_FILTER];
	const struct rec_evidence *v = f->rec.evidence.v;
	size_t n = 0;
	uint64_t last = 0;
	for (uint32_t i = 0; i < f->rec.evidence.n; i++) {
		if (v[i].frame.file != v[0].frame.file ||
		    v[i].frame.number == last || n + 24 > sizeof text)
			continue;
		last = v[i].frame.number;
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu",
		    n ? ", " : "frame.number in {", (unsigned long long)last);
	}
	if (n == 0)
		return;
	n += (size_t)snprintf(text + n, sizeof text - n, "}");
	f->rec.filter = rec_arena_text(
	    f->out->arena, (struct rs_span){(const uint8_t *)text, n});
}

void
finding_say(struct finding *f)
{
	set_filter(f);
	f->out->found(f->out->arg, &f->rec);
}
