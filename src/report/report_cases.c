/* SPDX-License-Identifier: Apache-2.0 */
/* Cases for the rules: each record that is not fine, and what it leans on. */
#include "report/report_inner.h"

#include "diag/coverage_view.h"
#include "diag/profile_view.h"
#include "diag/slow_view.h"
#include "diag/tls_view.h"

enum { SCANNED_AORS = 1 << 17 };

static void
scanned(struct report *r, const struct rec_registration *g)
{
	uint64_t aor = rs_hash(&r->seed, g->aor);
	r->scanners.attempts++;
	if (g_hash_table_size(r->scanned) < SCANNED_AORS)
		g_hash_table_add(r->scanned, GSIZE_TO_POINTER((gsize)aor));
}

/* Of the phone that the report is of. */
static bool
judged_here(const struct report *r, const struct diag_case *c)
{
	const struct only *o = r->only;
	return c->lease  ? only_has(o, &rec_lease_type, c->lease)
	       : c->link ? only_has(o, &rec_link_type, c->link)
	       : c->registration
		   ? only_has(o, &rec_registration_type, c->registration)
	       : c->handshake ? only_has(o, &rec_handshake_type, c->handshake)
	       : c->connection
		   ? only_has(o, &rec_connection_type, c->connection)
	       : c->binding  ? only_has(o, &rec_binding_type, c->binding)
	       : c->download ? only_has(o, &rec_download_type, c->download)
			     : true;
}

/* An error on the phone's way is a failure of its own. */
static void
judge_boot(struct report *r, struct diag_case c)
{
	struct boot_room room;
	struct rec_phone p;
	if (!judged_here(r, &c))
		return;
	const struct rs_addr *addr =
	    c.link ? &c.link->client.at.addr : &c.lease->client.at.addr;
	uint64_t before = judge_errors(r->judge);
	c.coverage = &r->amended;
	boot_case(&c, &room, r->hosts, r->spool, &r->arena);
	struct rs_span mac = c.link ? c.link->mac : c.lease->mac;
	if ((addr->family &&
		phone_tracker_find(r->phones, addr, &p, &r->arena)) ||
	    boot_phone(r->hosts, r->phones, mac, &p, &r->arena))
		c.phone = &p;
	report_recall_case(
	    r, &c, addr, mac, c.link ? c.link->started : c.lease->started);
	judge_case(r->judge, &c);
	r->failed += judge_errors(r->judge) != before;
	rec_arena_reset(&r->arena);
}

/* What a case leans on, looked up by its id. */
struct leans {
	struct rec_handshake handshake, other;
	struct rec_connection connection;
	struct rec_phone phone;
	struct boot_room room;
	struct diag_fetches fetches;
};

static void
lean(struct report *r, struct diag_case *c, const struct rec_id *handshake,
    const struct rec_id *connection, struct leans *l)
{
	struct rec_id other;
	const struct rec_endpoint *client =
	    c->registration ? &c->registration->client
	    : c->connection ? &c->connection->client
	    : c->handshake  ? &c->handshake->client
	    : c->download   ? &c->download->client
			    : NULL;
	if (client) {
		c->way = asked_way(r->asked, &client->at.addr);
		l->fetches = fetches_of(r->downloads.fetches,
		    one_address(r->one, &client->at.addr));
		c->fetches = &l->fetches;
	}
	if (c->registration)
		c->profile = profile_view_service(
		    r->o.profiles, c->registration, &c->told);
	if (client && phone_tracker_find(
			  r->phones, &client->at.addr, &l->phone, &r->arena))
		c->phone = &l->phone;
	if (c->download)
		report_recall_case(r, c, &client->at.addr, (struct rs_span){0},
		    c->download->started);
	if (handshake && report_find(r, &rec_handshake_type, &r->fine_handshake,
			     handshake, &l->handshake))
		c->handshake = &l->handshake;
	if (connection && report_find(r, &rec_connection_type,
			      &r->fine_connection, connection, &l->connection))
		c->connection = &l->connection;
	if (c->handshake && shown_other(r->shown, c->handshake, &other) &&
	    report_find(
		r, &rec_handshake_type, &r->fine_handshake, &other, &l->other))
		c->other = &l->other;
	boot_case(c, &l->room, r->hosts, r->spool, &r->arena);
}

static void
judge(struct report *r, struct diag_case c, const struct rec_id *handshake,
    const struct rec_id *connection)
{
	struct leans l;
	if (!judged_here(r, &c))
		return;
	c.coverage = &r->amended;
	lean(r, &c, handshake, connection, &l);
	judge_case(r->judge, &c);
	rec_arena_reset(&r->arena);
}

/* After that it had time to go on; who asks the same for ten seconds does not.
 */
static bool
had_time(const struct report *r, const struct rec_lookup *l)
{
	return coverage_view_goes_on(&r->amended, l->ended, 5 * RS_SEC) ||
	       (l->queries > 1 && l->ended - l->started >= 10 * RS_SEC);
}

/* A client that was refused by DNS, and is seen not to go on: no rule tells of
   it, for an answer is no silence, but the text does. */
static bool
refused_by_dns(struct report *r, const struct diag_way *w)
{
	const struct rec_lookup *l = way_refused(w);
	if (l == NULL || coverage_view_dropped(&r->amended))
		return false;
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (!had_time(r, &w->lookups[i]))
			return false;
	(void)spool_add(r->spool, &r->refused_lookup, l);
	return true;
}

/* A client whose way ended at DNS is one that failed, and has no record of
   another kind.  It counts where it is told of. */
static void
judge_way(void *arg, const struct rs_addr *client)
{
	struct report *r = arg;
	const struct diag_case c = {
	    .way = asked_way(r->asked, client), .coverage = &r->amended};
	if (c.way == NULL || !c.way->phone || !only_client(r->only, client))
		return;
	uint64_t before = judge_errors(r->judge);
	judge_case(r->judge, &c);
	if (judge_errors(r->judge) != before)
		r->failed += way_stopped(c.way) != NULL;
	else
		r->failed += refused_by_dns(r, c.way);
}

static void
judge_registration(struct report *r, const void *rec)
{
	const struct rec_registration *g = rec;
	if (!only_has(r->only, &rec_registration_type, g))
		return;
	if (report_by_scanner(r, g)) {
		scanned(r, g);
		return;
	}
	report_registration_counted(r, g);
	judge(r, (struct diag_case){.registration = g}, &g->handshake,
	    &g->connection);
}

static void
judge_odd(struct report *r, const void *rec)
{
	judge(r, (struct diag_case){.registration = rec}, NULL, NULL);
}

static void
judge_handshake(struct report *r, const void *rec)
{
	const struct rec_handshake *h = rec;
	if (h->state != REC_COMPLETED &&
	    report_shown(r, &rec_handshake_type, h))
		judge(r, (struct diag_case){.handshake = h}, NULL,
		    &h->connection);
}

/* Those that completed, but late, or in vain. */
static void
judge_fine(struct report *r, const void *rec)
{
	const struct rec_handshake *h = rec;
	if (slow_view_hello(h) || tls_view_dismissed(h))
		judge(r, (struct diag_case){.handshake = h}, NULL,
		    &h->connection);
}

/* One that failed counts where it is told of, and whatever came after it. */
static void
judge_connection(struct report *r, const void *rec)
{
	const struct rec_connection *n = rec;
	if (report_connection_fine(n) ||
	    !report_shown(r, &rec_connection_type, n))
		return;
	uint64_t before = judge_errors(r->judge);
	judge(r, (struct diag_case){.connection = n}, NULL, NULL);
	r->failed += judge_errors(r->judge) != before &&
		     report_connection_related(r, n) == RS_TRUE &&
		     !phone_tracker_scanner(r->phones, &n->client.at.addr);
}

static void
judge_binding(struct report *r, const void *rec)
{
	judge(r, (struct diag_case){.binding = rec}, NULL, NULL);
}

static void
judge_lease(struct report *r, const void *rec)
{
	judge_boot(r, (struct diag_case){.lease = rec});
}

static void
judge_link(struct report *r, const void *rec)
{
	judge_boot(r, (struct diag_case){.link = rec});
}

static void
judge_download(struct report *r, const void *rec)
{
	struct rec_download d;
	if (downloads_listed(&r->downloads, rec, &d, &r->arena) &&
	    rec_download_broke(d.state))
		judge(r, (struct diag_case){.download = &d}, NULL, NULL);
}

static void
each(struct report *r, const struct rec_type *type,
    void (*judge_one)(struct report *r, const void *rec))
{
	struct spool_reader *s = spool_read(r->spool, type);
	const void *rec;
	bool told = r->failures && (type == &rec_registration_type ||
				       type == &rec_handshake_type ||
				       type == &rec_connection_type);
	while ((rec = spool_next(s)) != NULL) {
		const uint64_t before = judge_findings(r->judge);
		judge_one(r, rec);
		if (told && report_wanted(r, type, rec))
			failures_add(r->failures, type, rec,
			    judge_findings(r->judge) != before);
	}
	spool_reader_free(s);
}

void
report_judge_all(struct report *r)
{
	each(r, &rec_registration_type, judge_registration);
	each(r, &r->odd_registration, judge_odd);
	each(r, &rec_handshake_type, judge_handshake);
	each(r, &r->fine_handshake, judge_fine);
	each(r, &rec_connection_type, judge_connection);
	each(r, &rec_binding_type, judge_binding);
	judge_case(r->judge, &(struct diag_case){.coverage = &r->amended});
	asked_each(r->asked, judge_way, r);
	each(r, &rec_lease_type, judge_lease);
	each(r, &rec_link_type, judge_link);
	each(r, &rec_download_type, judge_download);
}

struct asker {
	void (*found)(void *arg, const struct rec_finding *f);
	void *arg;
};

static void
tell_asker(void *arg, const struct rec_finding *f)
{
	const struct asker *a = arg;
	a->found(a->arg, f);
}

void
report_ask(struct report *r, const struct rec_type *type, const void *rec,
    const struct rec_coverage *coverage,
    void (*found)(void *arg, const struct rec_finding *f), void *arg)
{
	struct asker asker = {found, arg};
	struct rec_arena arena;
	struct diag_out out = {&arena, tell_asker, &asker};
	struct diag_case c = {.coverage = coverage};
	struct leans l;
	rec_arena_init(&arena, NULL, NULL);
	if (type == &rec_registration_type) {
		c.registration = rec;
		lean(r, &c, &c.registration->handshake,
		    &c.registration->connection, &l);
	} else if (type == &rec_handshake_type) {
		c.handshake = rec;
		lean(r, &c, NULL, &c.handshake->connection, &l);
	} else if (type == &rec_connection_type) {
		c.connection = rec;
		lean(r, &c, NULL, NULL, &l);
	}
	diag_judge(&c, &out);
	rec_arena_clear(&arena);
	rec_arena_reset(&r->arena);
}
