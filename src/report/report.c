/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink of records, and what is made of them at the end.
 *
 * What is fine and what is not lie on shelves of their own in the spool, so
 * that judging, and the text report, read back only what is not.  Whether a
 * handshake concerns registration may be known only after the last REGISTER:
 * those not sure are not fine either, and are asked about again at the end.
 *
 * Who is a scanner is known at the end, too.  It never registered, so that what
 * is fine is counted when it closes, and what is not when it is read back.
 */
#include "report/report_inner.h"

#include "diag/coverage_view.h"
#include "diag/profile_view.h"
#include "diag/slow_view.h"
#include "diag/tls_view.h"
#include "report/model.h"
#include "report/past.h"
#include "report/text.h"

#include <sys/random.h>

enum { DEFAULT_LIMIT = 256 << 20 };

/* The mark of a handshake or connection that concerns registration, as was sure
   when it closed. */
enum { SURE = 1 };

/* ---- opening ---- */

static void listed(void *arg, const struct rec_type *type, const void *rec);
static void take(void *arg, const struct rec_type *type, const void *rec);

static bool
is_known(void *arg, const struct rs_addr *client)
{
	struct past_phone did;
	return report_recall_phone(arg, client, &did);
}

struct report *
report_new(
    const struct report_options *o, struct related *related, GError **error)
{
	struct rs_hash_seed seed = {1, 2};
	struct spool *spool = spool_new(error);
	if (spool == NULL)
		return NULL;
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
		seed = (struct rs_hash_seed){(uintptr_t)spool, 2};
	struct only *only = o->phone ? only_new(o->phone, &seed, error) : NULL;
	if (o->phone && only == NULL) {
		spool_free(spool);
		return NULL;
	}
	const size_t limit =
	    o->memory_limit ? o->memory_limit : (size_t)DEFAULT_LIMIT;
	struct report *r = g_new0(struct report, 1);
	r->only = only;
	r->o = *o;
	if (r->o.columns == 0)
		r->o.columns = 100;
	r->related = related;
	out_init(&r->out, o->out);
	json_writer_init(&r->json, &r->out, o->format == REPORT_JSON ? 3 : 0);
	r->spool = spool;
	r->summary = summary_new();
	/* The engine leaves an eighth of the limit to it, and the past. */
	rs_account_init(&r->phones_pay, limit / (o->past ? 16 : 8));
	r->phones = phone_tracker_new(&seed, &r->phones_pay);
	r->behind = behind_new(&seed, &r->phones_pay);
	r->configured = configured_new(o->problems);
	r->downloads = (struct downloads){spool, r->phones,
	    fetches_new(&r->phones_pay), is_known, r, {listed, r}};
	r->shown = shown_new();
	r->hosts = host_index_new();
	r->turns = turns_new();
	r->judge = judge_new(spool, limit / 16, &seed);
	r->asked = asked_new(related, r->phones, &seed, limit / 32);
	r->odd = odd_new(&seed);
	r->seed = seed;
	r->scanned = g_hash_table_new(g_direct_hash, g_direct_equal);
	r->fine_registration = rec_registration_type;
	r->odd_registration = rec_registration_type;
	r->strange_lookup = r->refused_lookup = rec_lookup_type;
	r->fine_handshake = rec_handshake_type;
	r->fine_connection = rec_connection_type;
	rec_arena_init(&r->arena, NULL, NULL);
	past_hosts(o->past, &(struct rec_sink){take, r});
	return r;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	judge_free(r->judge);
	asked_free(r->asked);
	odd_free(r->odd);
	only_free(r->only);
	g_hash_table_unref(r->scanned);
	fetches_free(r->downloads.fetches);
	configured_free(r->configured);
	names_free(r->names);
	behind_free(r->behind);
	phone_tracker_free(r->phones);
	shown_free(r->shown);
	host_index_free(r->hosts);
	turns_free(r->turns);
	one_free(r->one);
	summary_free(r->summary);
	spool_free(r->spool);
	rec_arena_clear(&r->arena);
	g_free(r);
}

/* ---- records as they close ---- */

void
report_event(struct report *r, const struct rec_type *type, const void *rec)
{
	if (r->o.format != REPORT_NDJSON || !only_has(r->only, type, rec))
		return;
	rs_time otherwise = r->coverage ? r->coverage->last : RS_NEVER;
	model_event(&r->json.w, type, rec, otherwise);
	if (r->o.prompt)
		(void)out_flush(&r->out);
}

static void
add_to_sums(struct report *r, const struct rec_type *type, const void *rec)
{
	if (only_has(r->only, type, rec))
		summary_add(r->summary, type, rec);
}

static void
listed(void *arg, const struct rec_type *type, const void *rec)
{
	add_to_sums(arg, type, rec);
	report_event(arg, type, rec);
}

/* Counted, and joined to its phone; what does not concern registration makes
   none, and decides nothing.  Registrations are counted by themselves. */
static void
count(struct report *r, const struct rec_type *type, const void *rec,
    bool related)
{
	phone_tracker_here(r->phones);
	add_to_sums(r, type, rec);
	if (!related)
		return;
	phone_tracker_add(r->phones, type, rec);
	odd_add(r->odd, type, rec);
}

static bool
registration_fine(const struct rec_registration *g)
{
	return rec_outcome_succeeded(g->outcome);
}

void
report_registration_counted(struct report *r, const struct rec_registration *g)
{
	if (!only_has(r->only, &rec_registration_type, g))
		return;
	bool failed = rec_outcome_failed(g->outcome);
	bool readable = g->visibility == REC_CLEAR ||
			g->visibility == REC_DECRYPTED ||
			g->visibility == REC_LOG;
	r->failed += failed;
	r->judged += readable && (failed || registration_fine(g));
	summary_add(r->summary, &rec_registration_type, g);
}

/* It went well as far as the server is concerned, and there is something to be
   said of it all the same. */
static bool
registration_odd(struct report *r, const struct rec_registration *g)
{
	const struct rs_span *v = g->flaws.v;
	char text[PROFILE_VIEW_TEXT];
	enum profile_told told;
	const struct profile *p =
	    profile_view_service_again(&r->service, r->o.profiles, g, &told);
	if (profile_view_differs(p, told, g, text))
		return true;
	for (uint32_t i = 0; i < g->flaws.n; i++)
		if (rs_span_eq(v[i], RS_LIT("via_changed")))
			return true;
	return false;
}

/* What it looks like is listed and counted by itself, and judges nobody. */
static void
inferred(struct report *r, const struct rec_registration *g)
{
	if (r->o.format == REPORT_JSON)
		(void)spool_add(r->spool, &r->fine_registration, g);
	add_to_sums(r, &rec_registration_type, g);
	report_event(r, &rec_registration_type, g);
}

static void
registration(struct report *r, const struct rec_registration *g)
{
	bool fine = registration_fine(g);
	if (g->visibility == REC_INFERRED_VISIBILITY) {
		inferred(r, g);
		return;
	}
	phone_tracker_here(r->phones);
	asked_add(r->asked, &rec_registration_type, g, true);
	configured_registration(r->configured, g);
	if (!fine)
		(void)spool_add(r->spool, &rec_registration_type, g);
	else if (r->o.format == REPORT_JSON)
		(void)spool_add(r->spool, &r->fine_registration, g);
	if (fine && registration_odd(r, g))
		(void)spool_add(r->spool, &r->odd_registration, g);
	if (fine)
		report_registration_counted(r, g);
	phone_tracker_add(r->phones, &rec_registration_type, g);
	odd_add(r->odd, &rec_registration_type, g);
	report_event(r, &rec_registration_type, g);
	if (r->o.format == REPORT_TEXT && r->o.live &&
	    only_has(r->only, &rec_registration_type, g)) {
		text_live(&r->o, g, &r->out);
		(void)out_flush(&r->out);
	}
}

static bool
handshake_failed(const struct rec_handshake *h)
{
	return h->state == REC_FAILED || h->state == REC_ABANDONED;
}

static void
handshake_counted(struct report *r, const struct rec_handshake *h)
{
	bool related = h->related == RS_TRUE;
	r->failed += related && handshake_failed(h) &&
		     only_has(r->only, &rec_handshake_type, h);
	count(r, &rec_handshake_type, h, related);
	report_event(r, &rec_handshake_type, h);
}

static void
handshake(struct report *r, const struct rec_handshake *h)
{
	bool sure = h->related == RS_TRUE;
	if (sure)
		report_soon(r, &h->client.at.addr);
	asked_add(r->asked, &rec_handshake_type, h, sure);
	bool fine = sure && h->state == REC_COMPLETED;
	/* No record can lean on one whose content nobody could read, but for
	   its certificate; but it may itself be judged. */
	bool kept = shown_add(r->shown, h) || !fine ||
		    h->visibility != REC_OPAQUE || slow_view_hello(h) ||
		    tls_view_dismissed(h) || r->o.format == REPORT_JSON;
	if (sure)
		report_near(r, &h->client.at.addr);
	if (kept)
		(void)spool_add_marked(r->spool,
		    fine ? &r->fine_handshake : &rec_handshake_type, h,
		    sure ? SURE : 0);
	if (sure)
		handshake_counted(r, h);
}

/* Established, as far as Zeek's letters go: what broke later is the matter of
   the handshake or registration on it. */
bool
report_connection_fine(const struct rec_connection *c)
{
	static const char *const fine[] = {
	    "S1", "S2", "S3", "SF", "RSTO", "RSTR", "OTH"};
	if (c->differ_frame.number || c->idle_answered == RS_FALSE)
		return false; /* or it may have been dropped meanwhile */
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		if (rs_span_eq(c->conn_state, rs_span_str(fine[i])))
			return true;
	return false;
}

static void
connection_counted(struct report *r, const struct rec_connection *c)
{
	count(r, &rec_connection_type, c, c->related == RS_TRUE);
	report_event(r, &rec_connection_type, c);
}

static void
connection(struct report *r, const struct rec_connection *c)
{
	bool sure = c->related == RS_TRUE;
	if (sure)
		report_soon(r, &c->client.at.addr);
	asked_add(r->asked, &rec_connection_type, c, sure);
	if (sure)
		report_near(r, &c->client.at.addr);
	/* For how long nothing answered its SYNs is known at the end. */
	bool silent = rs_span_eq(c->conn_state, RS_LIT("S0"));
	(void)spool_add_marked(r->spool,
	    sure && report_connection_fine(c) ? &r->fine_connection
					      : &rec_connection_type,
	    c, sure && !silent ? SURE : 0);
	if (sure)
		connection_counted(r, c);
}

/* Held, refreshed in time, and nobody else's. */
static bool
binding_fine(const struct rec_binding *b)
{
	return !rec_binding_shrinks(b) && b->lapses.n == 0 &&
	       b->displaced.n == 0 && b->moves.n == 0 && b->unreached.n == 0;
}

/* Hosts are no part of the report: phones have their hardware addresses. */
static void
boot(struct report *r, const struct rec_type *type, const void *rec)
{
	host_index_add(r->hosts, type, rec);
	odd_add(r->odd, type, rec);
	if (type == &rec_host_type || type == &rec_quiet_type)
		return;
	report_event(r, type, rec);
	(void)spool_add(r->spool, type, rec);
}

static void
take(void *arg, const struct rec_type *type, const void *rec)
{
	struct report *r = arg;
	rec = turns_of(r->turns, type, rec);
	if (only_held(r->only)) {
		only_hold(r->only, type, rec);
		return;
	}
	rec = behind_of(r->behind, type, rec);
	if (type == &rec_lookup_type) {
		report_take_lookup(r, rec);
	} else if (type == &rec_registration_type) {
		registration(r, rec);
	} else if (type == &rec_handshake_type) {
		handshake(r, rec);
	} else if (type == &rec_connection_type) {
		connection(r, rec);
	} else if (boot_type(type)) {
		boot(r, type, rec);
	} else if (type == &rec_download_type) {
		downloads_take(&r->downloads, rec);
	} else {
		add_to_sums(r, type, rec);
		report_event(r, type, rec);
		if (r->o.format == REPORT_JSON ||
		    (type == &rec_binding_type && !binding_fine(rec)))
			(void)spool_add(r->spool, type, rec);
	}
}

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct report *r = arg;
	past_add(r->o.past, type, rec);
	take(r, type, rec);
}

struct rec_sink
report_sink(struct report *r)
{
	return (struct rec_sink){hear, r};
}

void
report_known(struct report *r, const struct rec_type *type, const void *rec)
{
	if (type == &rec_host_type || type == &rec_binding_type ||
	    type == &rec_quiet_type)
		take(r, type, rec);
	else
		past_open(r->o.past, type, rec);
}

/* ---- at the end: what was not sure ---- */

bool
report_find(struct report *r, const struct rec_type *type,
    const struct rec_type *fine, const struct rec_id *id, void *rec)
{
	return rec_id_is(id) &&
	       (spool_find(r->spool, type, id, rec, &r->arena) ||
		   spool_find(r->spool, fine, id, rec, &r->arena));
}

/* The connection of a handshake that does not concern registration is not
   listed, and its id would name nothing. */
void
report_drop_unlisted(struct report *r, struct rec_handshake *h)
{
	struct rec_connection c;
	if (!report_find(r, &rec_connection_type, &r->fine_connection,
		&h->connection, &c))
		h->connection = (struct rec_id){0};
	rec_arena_reset(&r->arena);
}

enum rs_fact
report_handshake_related(const struct report *r, const struct rec_handshake *h)
{
	return h->related == RS_TRUE ? RS_TRUE
				     : related_handshake(r->related, h);
}

enum rs_fact
report_connection_related(
    const struct report *r, const struct rec_connection *c)
{
	return c->related == RS_TRUE ? RS_TRUE
				     : related_connection(r->related, c);
}

/* A download has its id. */
bool
report_handshake_provisions(
    const struct report *r, const struct rec_handshake *h)
{
	return profile_of_host(r->o.profiles, h->sni) != NULL;
}

bool
report_shown(
    const struct report *r, const struct rec_type *type, const void *rec)
{
	if (r->o.all_tls)
		return true;
	if (type == &rec_handshake_type)
		return report_handshake_related(r, rec) == RS_TRUE;
	if (type == &rec_connection_type)
		return report_connection_related(r, rec) == RS_TRUE;
	return true;
}

/* Refused, or not answered while the capture went on for long enough. */
static bool
connection_failed(const struct report *r, const struct rec_connection *c)
{
	if (rs_span_eq(c->conn_state, RS_LIT("REJ")) ||
	    rec_connection_unreachable(c))
		return !report_connection_fine(c);
	return coverage_view_unanswered(&r->amended, c);
}

bool
report_by_scanner(const struct report *r, const struct rec_registration *g)
{
	return phone_tracker_scanner(r->phones, &g->client.at.addr);
}

bool
report_wanted(
    const struct report *r, const struct rec_type *type, const void *rec)
{
	if (!only_has(r->only, type, rec))
		return false;
	if (type == &rec_registration_type && report_by_scanner(r, rec))
		return false;
	if (type == &rec_handshake_type && !handshake_failed(rec))
		return false;
	if (type == &rec_connection_type && !connection_failed(r, rec))
		return false;
	return report_shown(r, type, rec);
}

static bool
is_unsure(const void *arg, uint32_t mark)
{
	(void)arg;
	return mark != SURE;
}

static void
ask_again(struct report *r)
{
	struct spool_reader *s = spool_read(r->spool, &rec_handshake_type);
	const void *rec;
	spool_pick(s, is_unsure, NULL);
	while ((rec = spool_next(s)) != NULL) {
		struct rec_handshake h = *(const struct rec_handshake *)rec;
		h.related = related_handshake(r->related, &h);
		bool provisions = report_handshake_provisions(r, &h);
		if (h.related == RS_TRUE)
			asked_mark(r->asked, &h.client.at.addr);
		else if (!provisions && !r->o.all_tls)
			r->amended.tls_unrelated++;
		report_drop_unlisted(r, &h);
		if (provisions && h.related != RS_TRUE && !r->o.all_tls)
			report_event(r, &rec_handshake_type, &h);
		if (h.related == RS_TRUE || r->o.all_tls)
			handshake_counted(r, &h);
	}
	spool_reader_free(s);
	s = spool_read(r->spool, &rec_connection_type);
	spool_pick(s, is_unsure, NULL);
	while ((rec = spool_next(s)) != NULL) {
		struct rec_connection c = *(const struct rec_connection *)rec;
		bool counted = c.related == RS_TRUE;
		c.related = report_connection_related(r, &c);
		if (!counted && (c.related == RS_TRUE || r->o.all_tls))
			connection_counted(r, &c);
		if (c.related == RS_TRUE &&
		    coverage_view_unanswered(&r->amended, &c))
			phone_tracker_unanswered(r->phones, &c);
	}
	spool_reader_free(s);
	report_join_phones(r);
	int64_t others = downloads_finish(&r->downloads);
	if (others)
		r->amended.downloads_not_listed = others;
}

static bool
phone_registered(void *arg, const struct rs_addr *client)
{
	const struct report *r = arg;
	return phone_tracker_well(r->phones, client);
}

static void
failed_phone(struct report *r, struct rec_phone *p)
{
	r->phones_failed++;
	odd_differs(r->odd, &p->client.at.addr, p->mac, &p->differs, &r->arena);
}

static void
phone_closed(void *arg, const struct rec_type *type, const void *rec)
{
	struct report *r = arg;
	struct rec_phone whole = *(const struct rec_phone *)rec, *p = &whole;
	const struct rec_stage *stage = p->chain.v;
	bool scanner = p->scanner == RS_TRUE;
	if (!only_has(r->only, type, rec))
		return;
	for (uint32_t i = 0; i < p->chain.n && !scanner; i++)
		r->failed += stage[i].state == REC_STAGE_FAILED;
	chain_complete(r->chain, p, &r->arena);
	report_tell_behind(r, p);
	if (!scanner && p->retry_after_obeyed != REC_ABSENT) {
		r->retry_obeyed += p->retry_after_obeyed;
		r->retry_ignored += p->retry_after_ignored;
	}
	if (scanner)
		r->scanners.sources++;
	else if (rec_phone_failed(p))
		failed_phone(r, p);
	else
		phone_counts_add(&r->phones_counts, p->outcome);
	if (!scanner && p->shared == RS_TRUE)
		phone_counts_shared(&r->phones_counts, p->lines.n);
	summary_add(r->summary, type, p);
	report_event(r, type, p);
	if (r->o.format != REPORT_NDJSON)
		(void)spool_add_marked(r->spool, type, p, told_phone_mark(p));
	if (r->failures)
		failures_phone(r->failures, p);
	if (p->suffered) {
		const struct diag_case c = {
		    .phone = p, .coverage = &r->amended};
		judge_case(r->judge, &c);
	}
	rec_arena_reset(&r->arena);
}

static const struct diag_way *
way_of(void *arg, const struct rs_addr *client)
{
	struct report *r = arg;
	return asked_way(r->asked, client);
}

static void
finish_phones(struct report *r)
{
	const struct rec_sink phones = {phone_closed, r};
	const struct chain_sources from = {.judge = r->judge,
	    .phones = r->phones,
	    .hosts = r->hosts,
	    .one = r->one,
	    .spool = r->spool,
	    .refused = &r->refused_lookup,
	    .fetches = r->downloads.fetches,
	    .past = r->o.past,
	    .turns = r->turns,
	    .related = r->related,
	    .since = r->amended.first,
	    .way = way_of,
	    .arg = r};
	odd_compare(r->odd, phone_registered, r);
	r->chain = chain_new(&from);
	r->failed += chain_errors(r->chain);
	/* The text report tells of those that suffered only. */
	phone_tracker_finish(r->phones, &phones,
	    r->o.format == REPORT_TEXT && r->only == NULL ? &r->phones_counts
							  : NULL);
	chain_finish(r->chain, &phones);
	chain_free(r->chain);
	r->chain = NULL;
	r->scanners.sources += r->phones_counts.scanners;
	if (r->failures)
		failures_others(r->failures, r->phones);
}

/* ---- at the end: judging ---- */

/* The mean, which takes the length of the capture. */
static void
add_load(struct report *r)
{
	struct rec_summary *s = &r->result;
	const struct rec_coverage *c = &r->amended;
	if (s->load.peak_attempts == REC_ABSENT || c->first == RS_NEVER ||
	    c->last <= c->first)
		return;
	__int128 length = (__int128)c->last - c->first;
	__int128 thousandths = (__int128)s->attempts * 1000 * RS_SEC;
	s->load.per_second =
	    (int64_t)((thousandths + length / 2) / length) * 1000;
}

static uint64_t
lost_on_disk(const struct report *r)
{
	return spool_lost(r->spool) + only_lost(r->only);
}

static void
add_eviction(
    struct report *r, struct rec_arena *a, const char *what, uint64_t n)
{
	struct rec_count *to;
	if (n == 0)
		return;
	to = rec_list_add(&r->amended.evictions, a, sizeof *to);
	*to = (struct rec_count){rs_span_str(what), (int64_t)n};
}

/* How many there are of those for which there was no room, nobody knows. */
static void
add_refused(struct report *r, struct rec_arena *a)
{
	add_eviction(r, a, "phones", phone_tracker_refused(r->phones));
	add_eviction(r, a, "records", lost_on_disk(r));
}

/* What the phones have told. */
static void
add_phones(struct report *r)
{
	struct rec_summary *s = &r->result;
	const struct phone_counts *c = &r->phones_counts;
	s->phones_registered = c->registered;
	s->phones_unregistered = c->unregistered;
	s->phones_failed = r->phones_failed;
	s->phones_undecided = c->undecided;
	s->phones_shared = c->shared;
	s->lines_shared = c->shared_lines;
	s->phones =
	    c->registered + c->unregistered + c->undecided + r->phones_failed;
	if (r->retry_obeyed || r->retry_ignored) {
		s->retry_after_obeyed = r->retry_obeyed;
		s->retry_after_ignored = r->retry_ignored;
	}
	if (r->scanners.sources) {
		s->scanners = r->scanners;
		s->scanners.aors = g_hash_table_size(r->scanned);
	}
}

bool
report_broken(const struct report *r)
{
	return r->out.error != 0;
}

bool
report_finish(struct report *r, const struct rec_coverage *c, GError **error)
{
	struct rec_arena results;
	uint64_t lost;
	r->amended = *c;
	r->coverage = &r->amended;
	if (r->amended.tls_unrelated == REC_ABSENT)
		r->amended.tls_unrelated = 0;
	rec_arena_init(&results, NULL, NULL);
	if (r->only)
		only_release(r->only, &(struct rec_sink){take, r});
	report_recall(r);
	ask_again(r);
	report_ask_lookups(r);
	phone_tracker_find_scanners(r->phones);
	if (r->o.format == REPORT_TEXT)
		r->failures = failures_new(r->one, &r->seed);
	report_judge_all(r);
	finish_phones(r);
	judge_finish(r->judge);
	rec_init(&rec_summary_type, &r->result);
	summary_result(r->summary, &r->result, &results);
	add_phones(r);
	add_refused(r, &results);
	add_load(r);
	if (r->configured)
		r->amended.problems = configured_result(r->configured);
	report_use_names(r);
	report_write(r);
	failures_free(r->failures);
	r->failures = NULL;
	rec_arena_clear(&results);
	r->coverage = NULL;
	past_next(r->o.past);
	bool ok = out_flush(&r->out);
	if (!ok)
		g_set_error(error, G_FILE_ERROR,
		    g_file_error_from_errno(r->out.error),
		    "cannot write the report: %s", g_strerror(r->out.error));
	else if ((lost = lost_on_disk(r)) != 0) {
		ok = false;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC,
		    "%" G_GUINT64_FORMAT " records lost: no room for temporary "
		    "files in %s; set TMPDIR to a larger place",
		    lost, g_get_tmp_dir());
	}
	return ok;
}

bool
report_phone_valid(const char *phone)
{
	return only_valid(phone);
}

bool
report_phone_unknown(const struct report *r)
{
	return !only_found(r->only);
}

int
report_status(const struct report *r)
{
	return r->failed ? 1 : r->judged ? 0 : 4;
}
