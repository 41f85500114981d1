/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that whoever wrote a capture file has for addresses (pcapng's name
 * resolution): they are nobody's word on the wire.  So they come last, behind
 * DNS and TLS, are marked, and come in when all was judged.
 */
#include "report/report_inner.h"

/* Of the memory limit, beside the phones' eighth. */
enum { SHARE = 64, DEFAULT_LIMIT = 256 << 20 };

void
report_name(struct report *r, const struct rs_addr *a, struct rs_span name)
{
	size_t limit =
	    r->o.memory_limit ? r->o.memory_limit : (size_t)DEFAULT_LIMIT;
	if (r->names == NULL) {
		rs_account_init(&r->names_pay, limit / SHARE);
		r->names = names_new(&r->seed, &r->names_pay);
	}
	if (names_find(r->names, a).p == NULL)
		names_learn(r->names, a, name);
}

static void
name_endpoint(const struct report *r, struct rec_endpoint *x)
{
	if (x->name.p || x->at.addr.family == 0)
		return;
	x->name = names_find(r->names, &x->at.addr);
	x->given = x->name.p != NULL;
}

/* What DNS names too, so that no two names of one server are told. */
static bool
has_names(const struct rec_type *type, const void *rec)
{
	static const struct rec_type *const types[] = {
	    &rec_registration_type, &rec_handshake_type, &rec_connection_type};
	const struct rs_span *first = NULL;
	if (type == &rec_finding_type)
		first = ((const struct rec_finding *)rec)->records.v;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (first ? rs_span_starts(*first, rs_span_str(types[i]->name))
			  : strcmp(type->name, types[i]->name) == 0)
			return true;
	return false;
}

static void
amend(void *arg, const struct rec_type *type, void *rec)
{
	if (has_names(type, rec))
		name_endpoint(arg, (void *)((uint8_t *)rec + type->server));
}

void
report_use_names(struct report *r)
{
	struct rec_group *g = r->result.servers.v;
	if (r->names == NULL)
		return;
	spool_amend(r->spool, amend, r);
	for (uint32_t i = 0; i < r->result.servers.n; i++)
		name_endpoint(r, &g[i].server);
}
