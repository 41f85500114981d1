/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stand-ins for what the report asks, so that its tests need no trackers and
 * no rules: every phone is the client of a registration, every failed
 * registration has one finding, every handshake to port 8934 is related.
 */
#include "diag/rule.h"
#include "track/phone.h"
#include "track/related.h"
#include "track/summary.h"

#include <glib.h>

struct summary {
	int64_t attempts, failed;
};

struct summary *
summary_new(void)
{
	return g_new0(struct summary, 1);
}

void
summary_free(struct summary *s)
{
	g_free(s);
}

void
summary_add(struct summary *s, const struct rec_type *type, const void *rec)
{
	const struct rec_registration *r = rec;
	if (type != &rec_registration_type)
		return;
	s->attempts++;
	s->failed += rec_outcome_failed(r->outcome);
}

void
summary_result(struct summary *s, struct rec_summary *out, struct rec_arena *a)
{
	(void)a;
	out->attempts = s->attempts;
	out->failed = s->failed;
}

struct phone_tracker {
	GPtrArray *all;
};

struct phone_tracker *
phone_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	(void)seed;
	(void)pay;
	struct phone_tracker *k = g_new0(struct phone_tracker, 1);
	k->all = g_ptr_array_new_with_free_func(g_free);
	return k;
}

void
phone_tracker_free(struct phone_tracker *k)
{
	g_ptr_array_free(k->all, TRUE);
	g_free(k);
}

void
phone_tracker_add(
    struct phone_tracker *k, const struct rec_type *type, const void *rec)
{
	const struct rec_registration *r = rec;
	if (type != &rec_registration_type)
		return;
	struct rec_phone *p = NULL;
	for (guint i = 0; i < k->all->len && p == NULL; i++) {
		struct rec_phone *q = g_ptr_array_index(k->all, i);
		if (rs_addr_eq(&q->client.at.addr, &r->client.at.addr))
			p = q;
	}
	if (p == NULL) {
		p = g_new(struct rec_phone, 1);
		rec_init(&rec_phone_type, p);
		p->id = r->id;
		p->started = r->started;
		p->client.at.addr = r->client.at.addr;
		g_ptr_array_add(k->all, p);
	}
	p->outcome = r->outcome;
}

void
phone_tracker_finish(struct phone_tracker *k, const struct rec_sink *out)
{
	struct rs_span agent = RS_LIT("Cisco-CP-8865-3PCC/12.0.2");
	struct rec_stage stages[4];
	static const struct {
		const char *name;
		enum rec_stage_state state;
	} rows[] = {{"link", REC_STAGE_NOT_SEEN}, {"dns", REC_STAGE_OK},
	    {"tcp", REC_STAGE_OK}, {"sip", REC_STAGE_FAILED}};
	for (guint i = 0; i < 4; i++) {
		rec_init(&rec_stage_type, &stages[i]);
		stages[i].stage = rs_span_str(rows[i].name);
		stages[i].state = rows[i].state;
	}
	for (guint i = 0; i < k->all->len; i++) {
		struct rec_phone *p = g_ptr_array_index(k->all, i);
		bool failed = rec_outcome_failed(p->outcome);
		p->user_agents = (struct rec_list){&agent, 1, 1};
		p->chain = (struct rec_list){stages, failed ? 4 : 3, 4};
		out->record(out->arg, &rec_phone_type, p);
	}
}

uint64_t
phone_tracker_refused(const struct phone_tracker *k)
{
	(void)k;
	return 0;
}

void
diag_judge(const struct diag_case *c, const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct rec_finding f;
	char id[REC_ID_TEXT], text[64];
	if (r == NULL || !rec_outcome_failed(r->outcome))
		return;
	rec_init(&rec_finding_type, &f);
	f.id = r->id;
	f.at = r->started;
	f.code = RS_LIT("sip.credentials-refused");
	f.severity = REC_ERROR;
	f.stage = RS_LIT("sip");
	f.certainty = REC_LIKELY;
	f.title = RS_LIT("The registrar refused the phone's credentials");
	f.detail = RS_LIT("The answer to a fresh challenge was refused again, "
			  "with a new nonce that is not stale.");
	f.advice =
	    RS_LIT("compare the user name and password on the phone with "
		   "those of the account; reset both.");
	f.phone = r->client;
	f.server = r->server;
	f.aor = r->aor;
	rec_id_format(&r->id, id);
	g_snprintf(text, sizeof text, "registration %s", id);
	*(struct rs_span *)rec_list_add(
	    &f.records, out->arena, sizeof(struct rs_span)) =
	    rec_arena_text(out->arena, rs_span_str(text));
	*(struct rs_span *)rec_list_add(&f.alternatives, out->arena,
	    sizeof(struct rs_span)) = RS_LIT("sip.nonce-expired");
	struct rec_evidence *e =
	    rec_list_add(&f.evidence, out->arena, sizeof(struct rec_evidence));
	rec_init(&rec_evidence_type, e);
	e->frame = r->id.frame;
	e->what = RS_LIT("REGISTER");
	f.filter = RS_LIT("frame.number in {17 18 19 20}");
	out->found(out->arg, &f);
}

enum rs_fact
related_handshake(const struct related *r, const struct rec_handshake *h)
{
	(void)r;
	return h->server.at.port == 8934 ? RS_TRUE : RS_UNKNOWN;
}

enum rs_fact
related_connection(const struct related *r, const struct rec_connection *c)
{
	(void)r;
	return c->server.at.port == 8934 ? RS_TRUE : RS_UNKNOWN;
}
