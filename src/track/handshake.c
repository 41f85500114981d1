/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS handshakes: who hears what, and how long a handshake is kept.
 *
 * One entry of a few bytes per TLS connection, from its first TLS event to
 * FLOW_END, so that data that follows a closed handshake costs one lookup; one
 * struct shake with its arena per handshake that is not judged yet.  A
 * handshake closes as soon as nothing can change the verdict, else when its
 * connection ends, or after two minutes without a record of it (when it has
 * long been silent by any measure).  When the account is full the one that was
 * quiet longest is judged as it stands and counted.
 */
#include "track/handshake.h"
#include "track/handshake_state.h"
#include "track/table.h"

#include <glib.h>

/* Of an entry, what it takes in the table included. */
enum { ENTRY_COST = 112, MAX_DROPS = 16 };

static const rs_time quiet_limit = 120 * RS_SEC;
/* A finished handshake has no more to say. */
static const rs_time quiet_complete = 32 * RS_SEC;

struct shake_entry {
	struct table_node by_flow; /* its hash is the serial of the flow */
	struct shake *open;
	bool counted;     /* among the connections by visibility */
	bool client;      /* enum rs_dir of the client */
	uint16_t version; /* of a completed handshake before TLS 1.3; else 0 */
};

struct drop {
	rs_time from, to;
};

struct handshake_tracker {
	const struct related *related;
	const struct tls_certificate_reader *reader;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct rs_pool pool;  /* of entries, shakes and arenas */
	struct table entries; /* struct shake_entry by flow */
	size_t n_entries;
	struct shake_entry *last; /* looked up last; NULL */
	struct shake_offers offers;
	struct rec_handshake blank;    /* all absent: cheaper than rec_init() */
	struct shake *newest, *oldest; /* by their last record */
	struct drop drops[MAX_DROPS];  /* the latest */
	size_t n_drops;
	rs_time now;
	uint64_t messages[256];
	uint64_t unreadable, alerts, sealed_alerts, ccs, sslv2;
	uint64_t connections[REC_LOG + 1];
	uint64_t opaque[TLS_SEAL_N];
	uint64_t evicted;
};

struct handshake_tracker *
handshake_tracker_new(const struct related *related,
    const struct tls_certificate_reader *certificates, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct handshake_tracker *k = g_new0(struct handshake_tracker, 1);
	k->related = related;
	k->reader = certificates;
	k->pay = pay;
	k->out = out;
	k->now = RS_NEVER;
	rec_init(&rec_handshake_type, &k->blank);
	rs_pool_init(&k->pool);
	table_init(&k->entries, NULL);
	rec_arena_init(&k->offers.arena, pay, &k->pool);
	return k;
}

/* ---- open handshakes ---- */

static void
unlink_shake(struct handshake_tracker *k, struct shake *s)
{
	*(s->newer ? &s->newer->older : &k->newest) = s->older;
	*(s->older ? &s->older->newer : &k->oldest) = s->newer;
	s->newer = s->older = NULL;
}

static void
push_newest(struct handshake_tracker *k, struct shake *s)
{
	s->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = s;
	k->newest = s;
}

static void
discard(struct handshake_tracker *k, struct shake *s)
{
	rec_arena_clear(&s->arena);
	rs_account_refund(k->pay, sizeof *s);
	rs_pool_give(&k->pool, s, sizeof *s);
}

static bool
covered(const struct handshake_tracker *k, const struct shake *s)
{
	for (size_t i = 0; i < k->n_drops && i < MAX_DROPS; i++)
		if (k->drops[i].to > s->last_at)
			return false;
	return true;
}

/* Judges, closes and forgets an open handshake. */
static void
close_shake(struct handshake_tracker *k, struct shake *s, enum rs_ending how)
{
	struct shake_entry *e = s->entry;
	const struct shake_end end = {how, k->now, covered(k, s)};
	handshake_judge(s, &end);
	s->rec.history =
	    (struct rs_span){(const uint8_t *)s->history, s->n_history};
	s->rec.related = related_handshake(k->related, &s->rec);
	if (!e->counted) {
		k->connections[s->rec.visibility]++;
		if (s->rec.visibility == REC_OPAQUE)
			k->opaque[s->shut]++;
	}
	e->counted = true;
	e->open = NULL;
	e->client = s->client == RS_S2C;
	e->version = s->complete && s->version < TLS_13 ? s->version : 0;
	unlink_shake(k, s);
	k->out->record(k->out->arg, &rec_handshake_type, &s->rec);
	discard(k, s);
}

void
handshake_tracker_free(struct handshake_tracker *k)
{
	if (k == NULL)
		return;
	while (k->oldest) {
		struct shake *s = k->oldest;
		unlink_shake(k, s);
		discard(k, s);
	}
	rec_arena_clear(&k->offers.arena);
	table_clear(&k->entries);
	rs_account_refund(k->pay, k->n_entries * ENTRY_COST);
	rs_pool_clear(&k->pool);
	g_free(k);
}

/* Charges n bytes, evicting for them; false when nothing is left to evict. */
static bool
pay_for(struct handshake_tracker *k, size_t n)
{
	while (!rs_account_charge(k->pay, n)) {
		k->evicted++;
		if (k->oldest == NULL)
			return false;
		close_shake(k, k->oldest, RS_END_EVICTED);
	}
	return true;
}

static struct shake *
shake_new(struct handshake_tracker *k)
{
	struct shake *s;
	if (!pay_for(k, sizeof *s))
		return NULL;
	s = rs_pool_zeroed(&k->pool, sizeof *s);
	rec_arena_init(&s->arena, k->pay, &k->pool);
	s->offers = &k->offers;
	return s;
}

/* A segment is several events, so the last one is often the one. */
static struct shake_entry *
entry_find(struct handshake_tracker *k, const struct rs_event *ev)
{
	uint64_t serial = ev->flow->serial;
	if (k->last && k->last->by_flow.hash == serial)
		return k->last;
	/* Serials are ours: their low bits are as good as any. */
	struct table_node *node = table_first(&k->entries, serial);
	if (node == NULL)
		return NULL;
	k->last = (struct shake_entry *)(void *)node; /* its first member */
	return k->last;
}

void
handshake_tracker_ahead(
    const struct handshake_tracker *k, const struct rs_event *ev)
{
	table_ahead(&k->entries, ev->flow->serial);
}

static struct shake_entry *
entry_new(struct handshake_tracker *k, uint64_t serial)
{
	struct shake_entry *e;
	if (!pay_for(k, ENTRY_COST))
		return NULL;
	e = rs_pool_zeroed(&k->pool, sizeof *e);
	table_add(&k->entries, &e->by_flow, serial);
	k->n_entries++;
	return e;
}

/* Some of what it sent is not known: a gap, or "unreadable". */
static void
note_gap(struct shake *s, enum rec_side from, const char *flaw)
{
	shake_at(s, from)->gap = true;
	handshake_record_flaw(s, flaw);
}

/* Opens a handshake on the event's connection; NULL when there is no room. */
static struct shake *
shake_open(
    struct handshake_tracker *k, const struct rs_event *ev, enum rs_dir client)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL)
		e = entry_new(k, ev->flow->serial);
	struct shake *s = e ? shake_new(k) : NULL;
	if (s == NULL)
		return NULL;
	e->open = s;
	s->entry = e;
	s->client = client;
	s->from_start = ev->flow->from_start;
	s->hello_at = s->closed_at = s->complete_at = RS_NEVER;
	s->finished_at = s->refused_at = RS_NEVER;
	s->last_at = ev->at.complete;
	for (int i = 0; i < 2; i++)
		s->side[i].alert_at = s->side[i].trouble_at = RS_NEVER;
	s->rec = k->blank;
	handshake_record_init(s, ev);
	/* What was lost before its first record was its beginning. */
	for (int i = 0; ev->flow->tcp && i < 2; i++)
		if (ev->flow->tcp->gaps[i])
			note_gap(s, shake_side_of(s, (enum rs_dir)i), "gap");
	push_newest(k, s);
	return s;
}

/* The open handshake of the event's connection, opened where this is the first
   TLS there.  NULL where it is closed already, or there is no room. */
static struct shake *
shake_touch(
    struct handshake_tracker *k, const struct rs_event *ev, enum rs_dir client)
{
	struct shake_entry *e = entry_find(k, ev);
	struct shake *s = e ? e->open : shake_open(k, ev, client);
	if (s == NULL)
		return NULL;
	if (s != k->newest) {
		unlink_shake(k, s);
		push_newest(k, s);
	}
	shake_at(s, shake_side_of(s, ev->dir))->heard = true;
	/* Cheap, and the last word on how far the connection was followed. */
	if (!s->complete && ev->flow->tcp)
		handshake_record_brief(s, ev->flow->tcp);
	return s;
}

static void
heard_record(struct shake *s, const struct rs_event *ev)
{
	if (ev->at.complete > s->last_at)
		s->last_at = ev->at.complete;
}

static void
take_last(const struct shake *s, struct shake_last *l)
{
	if (!l->taken)
		*l = (struct shake_last){true, s->rec.last_message_client,
		    s->rec.last_message_server};
}

static void
last_message(struct shake *s, enum rec_side from, const char *what,
    const struct rs_event *ev)
{
	if (s->closed_at != RS_NEVER && ev->at.complete > s->closed_at)
		take_last(s, &s->at_trouble);
	*(from == REC_CLIENT ? &s->rec.last_message_client
			     : &s->rec.last_message_server) = rs_span_str(what);
}

/* Whether what a side sends under keys can be read. */
static void
hear_seal(struct shake *s, enum rec_side from, enum tls_seal seal)
{
	if (seal != TLS_SEAL_NONE)
		shake_at(s, from)->seal = seal;
}

static void
close_if_settled(struct handshake_tracker *k, struct shake *s)
{
	if (handshake_judge_settled(s))
		close_shake(k, s, RS_END_NONE);
}

/* ---- events ---- */

static void
hear_sealed_record(
    struct shake *s, enum rec_side from, const struct rs_event *ev)
{
	size_t size = ev->type == RS_EV_TLS_DATA ? ev->u.tls_data.size : 0;
	handshake_record_step(
	    s, from, handshake_judge_sealed_name(s, from, size), &ev->at);
	if (s->version >= TLS_13)
		last_message(s, from, "encrypted_record", ev);
}

/* TLS 1.2 and before: its Finished, read or not. */
static void
hear_finished(struct shake *s, enum rec_side from, const struct rs_event *ev)
{
	struct shake_side *side = shake_at(s, from);
	side->finished = true;
	if (from == REC_SERVER && !s->renegotiation && !s->hello_done &&
	    !side->chain && s->server_hello && !side->gap)
		s->rec.resumed = RS_TRUE;
	handshake_judge_finished(s, ev->at.complete);
}

static void
hear_sealed_message(
    struct handshake_tracker *k, struct shake *s, const struct rs_event *ev)
{
	enum rec_side from = shake_side_of(s, ev->dir);
	struct shake_side *side = shake_at(s, from);
	if (!s->complete)
		handshake_record_step(s, from, "encrypted_handshake", &ev->at);
	if (s->version >= TLS_13) {
		last_message(s, from, "encrypted_handshake", ev);
		handshake_judge_sealed(
		    s, from, ev->u.tls_handshake.size, &ev->at);
	} else if (side->ccs && !side->finished) {
		last_message(s, from, "finished", ev);
		hear_finished(s, from, ev);
	}
	close_if_settled(k, s);
}

/*
 * A client that sends a handshake record under the keys of a finished TLS 1.2
 * handshake renegotiates (RFC 5246 7.4.1.1): a handshake of its own, of which
 * only ChangeCipherSpecs and what follows them can be recognised.
 */
static void
look_for_renegotiation(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e && e->open && e->open->complete && e->open->version &&
	    e->open->version < TLS_13 && ev->dir == e->open->client)
		close_shake(k, e->open, RS_END_NONE);
	if (e == NULL || e->open || e->version == 0 ||
	    ev->dir != (e->client ? RS_S2C : RS_C2S))
		return;
	struct shake *s = shake_open(k, ev, ev->dir);
	if (s == NULL)
		return;
	s->renegotiation = s->client_hello = s->server_hello = true;
	s->version = e->version;
	s->rec.version = rs_span_str(tls_version_name(e->version));
	s->hello_at = ev->at.complete;
	handshake_record_flaw(s, "encrypted_renegotiation");
}

/* A message that could be read. */
static void
hear_message(struct shake *s, enum rec_side from, const struct rs_event *ev,
    const struct tls_certificate_reader *reader)
{
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	bool opened = m->seal == TLS_SEAL_OPENED;
	if (!opened || !s->complete) { /* else tickets and updates of keys */
		const char *name = tls_handshake_name(m->type);
		handshake_record_step(s, from, name, &ev->at);
		handshake_record_history(
		    s, from, handshake_record_letter(m->type));
		handshake_record_message(s, ev, reader);
		last_message(s, from, name, ev);
	}
	if (m->type == TLS_HS_FINISHED && s->version < TLS_13)
		hear_finished(s, from, ev);
	if (opened)
		handshake_judge_opened(s, from, m->type, &ev->at);
}

static void
hear_handshake(struct handshake_tracker *k, const struct rs_event *ev)
{
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	if (m->encrypted)
		k->unreadable++;
	else
		k->messages[m->type]++;
	enum rs_dir client = ev->dir;
	bool hello = !m->encrypted && m->type == TLS_HS_CLIENT_HELLO;
	if (!m->encrypted && (m->type == TLS_HS_SERVER_HELLO ||
				 m->type == TLS_HS_HELLO_RETRY_REQUEST))
		client = rs_dir_other(ev->dir);
	else if (!hello)
		client = RS_C2S;
	if (m->encrypted)
		look_for_renegotiation(k, ev);
	struct shake_entry *e = entry_find(k, ev);
	if (hello && e && e->open && e->open->complete)
		close_shake(k, e->open, RS_END_NONE); /* a renegotiation */
	if (hello && e && e->open == NULL)
		shake_open(k, ev, client);
	struct shake *s = shake_touch(k, ev, client);
	if (s == NULL)
		return;
	heard_record(s, ev);
	enum rec_side from = shake_side_of(s, ev->dir);
	hear_seal(s, from, m->seal);
	if (m->encrypted) {
		hear_sealed_message(k, s, ev);
		return;
	}
	if (m->type == TLS_HS_UNREADABLE) {
		note_gap(s, from, "unreadable");
		return;
	}
	hear_message(s, from, ev, k->reader);
	if (m->seal == TLS_SEAL_OPENED)
		close_if_settled(k, s);
}

/* unexpected_message, decode_error, internal_error, user_canceled */
static bool
vague(uint8_t number)
{
	return number == 10 || number == 50 || number == 80 ||
	       number == TLS_ALERT_USER_CANCELED;
}

static void
hear_alert(struct handshake_tracker *k, const struct rs_event *ev)
{
	const struct tls_alert *a = &ev->u.tls_alert;
	*(a->encrypted ? &k->sealed_alerts : &k->alerts) += 1;
	struct shake *s = shake_touch(k, ev, RS_C2S);
	if (s == NULL)
		return;
	enum rec_side from = shake_side_of(s, ev->dir);
	hear_seal(s, from, a->seal);
	if (s->version >= TLS_13 && a->encrypted) {
		heard_record(s, ev);
		if (!s->complete)
			hear_sealed_record(s, from, ev);
		handshake_judge_sealed(s, from, 0, &ev->at);
		close_if_settled(k, s);
		return;
	}
	if (!s->complete || handshake_judge_dismissed(s, from, ev->at.complete))
		handshake_record_step(s, from,
		    a->encrypted ? "encrypted_alert" : "alert", &ev->at);
	if (s->complete) { /* a close_notify, as far as anybody can see */
		shake_at(s, from)->sealed_bye = true;
		return;
	}
	handshake_record_alert(s, from, a, ev->at.complete, ev->at.to);
	if (!a->encrypted)
		handshake_record_history(s, from, 'l');
	else
		shake_at(s, from)->sealed_bye = true;
	if (s->refused == REC_SIDE_NONE && handshake_judge_fatal(s, a)) {
		s->refused = from;
		s->refused_at = ev->at.complete;
		s->refused_vaguely = vague(a->number);
	}
	heard_record(s, ev);
	last_message(s, from, "alert", ev);
	if (s->refused != REC_SIDE_NONE)
		take_last(s, &s->at_refusal);
	else if (a->seal == TLS_SEAL_OPENED)
		handshake_judge_goodbye(s, from);
}

static void
hear_ccs(struct handshake_tracker *k, const struct rs_event *ev)
{
	k->ccs++;
	struct shake *s = shake_touch(k, ev, RS_C2S);
	if (s == NULL || s->complete)
		return;
	enum rec_side from = shake_side_of(s, ev->dir);
	heard_record(s, ev);
	shake_at(s, from)->ccs = true;
	handshake_record_step(s, from, "change_cipher_spec", &ev->at);
	handshake_record_history(s, from, 'i');
	last_message(s, from, "change_cipher_spec", ev);
}

static void
hear_data(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake *s = shake_touch(k, ev, RS_C2S);
	if (s == NULL)
		return;
	enum rec_side from = shake_side_of(s, ev->dir);
	struct shake_side *side = shake_at(s, from);
	heard_record(s, ev);
	hear_seal(s, from, ev->u.tls_data.seal);
	if (!s->complete)
		hear_sealed_record(s, from, ev);
	side->data++;
	if (ev->u.tls_data.type == 23)
		handshake_judge_sealed(s, from, ev->u.tls_data.size, &ev->at);
	close_if_settled(k, s);
}

static void
hear_not_tls(
    struct handshake_tracker *k, const struct rs_event *ev, struct rs_span head)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL && !ev->flow->from_start)
		return; /* perhaps the middle of a record */
	struct shake *s = shake_touch(k, ev, RS_C2S);
	if (s == NULL || s->complete)
		return;
	enum rec_side from = shake_side_of(s, ev->dir);
	struct shake_side *side = shake_at(s, from);
	/* Nothing comes before what follows SYN-ACK and ClientHello. */
	if (!s->from_start && !(s->client_hello && side->begun))
		note_gap(s, from, "unreadable");
	if (side->gap)
		return;
	heard_record(s, ev);
	handshake_record_step(s, from, "not_tls", &ev->at);
	if (!side->not_tls)
		side->trouble_at = ev->at.complete;
	side->not_tls = true;
	handshake_record_first_bytes(s, from, head);
	take_last(s, &s->at_trouble);
}

static void
hear_malformed(struct handshake_tracker *k, const struct rs_event *ev,
    const char *flaw, bool fatal)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL || e->open == NULL || e->open->complete)
		return;
	struct shake *s = e->open;
	enum rec_side from = shake_side_of(s, ev->dir);
	struct shake_side *side = shake_at(s, from);
	handshake_record_flaw(s, flaw);
	if (!fatal || side->malformed)
		return;
	side->malformed = true;
	side->trouble_at = ev->at.complete;
	handshake_record_step(s, from, "malformed", &ev->at);
}

/* A ClientHello in the form of SSLv2 may be followed by records (RFC 5246 E.2);
   a server that answers in kind is not read further. */
static void
hear_sslv2(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake_entry *e = entry_find(k, ev);
	bool reply = e && e->open && ev->dir != e->open->client;
	k->sslv2++;
	k->messages[reply ? TLS_HS_SERVER_HELLO : TLS_HS_CLIENT_HELLO]++;
	if (e && e->open == NULL)
		return;
	struct shake *s = shake_touch(k, ev, ev->dir);
	if (s == NULL)
		return;
	enum rec_side from = shake_side_of(s, ev->dir);
	heard_record(s, ev);
	handshake_record_flaw(s, "sslv2");
	if (from == REC_SERVER) {
		shake_at(s, from)->gap = true;
		s->rec.version = rs_span_str(tls_version_name(0x0002));
	}
	if (from == REC_CLIENT && !s->client_hello) {
		s->client_hello = true;
		s->hello_at = ev->at.complete;
		s->hellos++;
		handshake_record_history(s, from, 'c');
	}
	handshake_record_step(s, from, "sslv2_hello", &ev->at);
	last_message(s, from, "sslv2_hello", ev);
}

static void
hear_anomaly(struct handshake_tracker *k, const struct rs_event *ev)
{
	enum rs_anomaly kind = ev->u.anomaly.kind;
	if (kind == RS_ANOMALY_TLS_NOT_TLS)
		hear_not_tls(k, ev, ev->u.anomaly.head);
	else if (kind == RS_ANOMALY_TLS_BAD_RECORD)
		hear_malformed(k, ev, "bad_record", true);
	else if (kind == RS_ANOMALY_TLS_BAD_HANDSHAKE)
		hear_malformed(k, ev, "bad_handshake", true);
	else if (kind == RS_ANOMALY_TLS_TOO_LONG)
		hear_malformed(k, ev, "too_long", true);
	else if (kind == RS_ANOMALY_TLS_TRUNCATED)
		hear_malformed(k, ev, "truncated", false);
	else if (kind == RS_ANOMALY_TLS_SSLV2)
		hear_sslv2(k, ev);
}

static void
hear_gap(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL || e->open == NULL)
		return;
	struct shake *s = e->open;
	enum rec_side from = shake_side_of(s, ev->dir);
	if (s->complete) {
		shake_at(s, from)->gap = true;
		return;
	}
	note_gap(s, from, "gap");
	handshake_record_step(s, from, "gap", &ev->at);
}

static void
hear_half_close(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL || e->open == NULL)
		return;
	struct shake *s = e->open;
	enum rec_side from = shake_side_of(s, ev->dir);
	bool reset = ev->u.half_close.how == RS_END_RST;
	shake_at(s, from)->heard = true;
	if (!s->complete || handshake_judge_dismissed(s, from, ev->at.complete))
		handshake_record_step(s, from, reset ? "rst" : "fin", &ev->at);
	handshake_record_close(s, from, ev->u.half_close.how, ev->at.complete);
}

static void
hear_end(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct shake_entry *e = entry_find(k, ev);
	if (e == NULL)
		return;
	if (e->open) {
		handshake_record_conn(e->open, ev->u.flow_end.conn);
		if (!e->open->complete)
			handshake_record_unheard_closes(
			    e->open, ev->u.flow_end.conn);
		close_shake(k, e->open, ev->u.flow_end.how);
	}
	k->last = NULL;
	table_remove(&k->entries, &e->by_flow);
	k->n_entries--;
	rs_account_refund(k->pay, ENTRY_COST);
	rs_pool_give(&k->pool, e, sizeof *e);
}

static void
hear_drops(struct handshake_tracker *k, const struct rs_event *ev)
{
	struct drop d = {ev->u.drops.from, ev->u.drops.to};
	struct drop *last = &k->drops[(k->n_drops - 1) % MAX_DROPS];
	if (k->n_drops && d.from >= last->from && d.from <= last->to)
		last->to = d.to > last->to ? d.to : last->to; /* it goes on */
	else
		k->drops[k->n_drops++ % MAX_DROPS] = d;
}

void
handshake_tracker_event(struct handshake_tracker *k, const struct rs_event *ev)
{
	if (ev->type == RS_EV_DROPS)
		hear_drops(k, ev);
	if (ev->flow == NULL)
		return;
	if (ev->at.complete > k->now)
		k->now = ev->at.complete;
	switch (ev->type) {
	case RS_EV_TLS_HANDSHAKE:
		hear_handshake(k, ev);
		break;
	case RS_EV_TLS_ALERT:
		hear_alert(k, ev);
		break;
	case RS_EV_TLS_CCS:
		hear_ccs(k, ev);
		break;
	case RS_EV_TLS_DATA:
		hear_data(k, ev);
		break;
	case RS_EV_NOT_TLS:
		hear_not_tls(k, ev, ev->u.not_tls.head);
		break;
	case RS_EV_ANOMALY:
		hear_anomaly(k, ev);
		break;
	case RS_EV_GAP:
		hear_gap(k, ev);
		break;
	case RS_EV_FLOW_HALF_CLOSE:
		hear_half_close(k, ev);
		break;
	case RS_EV_FLOW_END:
		hear_end(k, ev);
		break;
	case RS_EV_NONE:
	case RS_EV_SIP_MESSAGE:
	case RS_EV_SIP_KEEPALIVE:
	case RS_EV_WS_UPGRADE:
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE:
	case RS_EV_TLS_RECORD:
	case RS_EV_FLOW_OPEN:
	case RS_EV_ICMP:
	case RS_EV_DROPS:
	case RS_EV_DNS_MESSAGE:
	case RS_EV_TFTP:
	case RS_EV_HTTP:
	case RS_EV_FETCH:
	case RS_EV_TIME:
	case RS_EV_DHCP:
	case RS_EV_LINK:
	case RS_EV_CLOCK:
	case RS_EV_N:
		break;
	}
}

void
handshake_tracker_advance(struct handshake_tracker *k, rs_time now)
{
	if (now > k->now)
		k->now = now;
	while (k->oldest) {
		struct shake *s = k->oldest;
		rs_time limit = s->complete ? quiet_complete : quiet_limit;
		if (k->now - s->last_at < limit)
			break;
		close_shake(k, s, RS_END_NONE);
	}
}

void
handshake_tracker_finish(struct handshake_tracker *k, rs_time end)
{
	if (end > k->now)
		k->now = end;
	while (k->oldest)
		close_shake(k, k->oldest, RS_END_CAPTURE);
}

static void
add_count(struct rec_list *l, struct rec_arena *a, const char *name, uint64_t n)
{
	if (n == 0)
		return;
	struct rec_count *c = rec_list_add(l, a, sizeof *c);
	*c = (struct rec_count){rs_span_str(name), (int64_t)n};
}

void
handshake_tracker_counts(struct handshake_tracker *k,
    struct handshake_counts *c, struct rec_arena *a)
{
	*c = (struct handshake_counts){.evicted = k->evicted};
	uint64_t other = 0;
	for (unsigned i = 0; i < 256; i++) {
		const char *name = tls_handshake_name((uint8_t)i);
		if (name[0])
			add_count(&c->messages, a, name, k->messages[i]);
		else
			other += k->messages[i];
	}
	add_count(&c->messages, a, "other", other);
	add_count(&c->messages, a, "encrypted_handshake", k->unreadable);
	add_count(&c->messages, a, "sslv2_hello", k->sslv2);
	add_count(&c->messages, a, "change_cipher_spec", k->ccs);
	add_count(&c->messages, a, "alert", k->alerts);
	add_count(&c->messages, a, "encrypted_alert", k->sealed_alerts);
	for (unsigned v = REC_CLEAR; v <= REC_LOG; v++)
		add_count(&c->connections, a,
		    rec_visibility_name((enum rec_visibility)v),
		    k->connections[v]);
	for (unsigned i = TLS_SEAL_NONE; i < TLS_SEAL_N; i++)
		add_count(&c->opaque, a,
		    handshake_judge_seal((enum tls_seal)i)->word, k->opaque[i]);
}
