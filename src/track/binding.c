/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bindings, from the registrations that grant, refresh and remove them.
 *
 * The key is AOR and contact (+sip.instance and reg-id, else user and host of
 * the contact's URI), not the phone's address: a phone that moved still holds
 * its binding.  Times are those of the 2xx: a lapse runs from expiry to the
 * next one.  Where an attempt of this binding could not be judged, what
 * happened to the binding is not known either, and no lapse is claimed over
 * that time.
 *
 * An entry is one block, the struct and its text; grants after the first one
 * and lapses are blocks of their own where there are any.  Of the grants the
 * first and the last three are kept, of the lapses the first eight; counts and
 * sums are over all.  What other phones of the AOR do is in binding_rival.c.
 */
#include "base/fetch.h"
#include "sip/uri.h"
#include "track/binding_inner.h"

#include <glib.h>

struct binding_tracker *
binding_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct binding_tracker *k = g_new0(struct binding_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	table_init(&k->by_key, pay);
	table_init(&k->by_aor, pay);
	queue_init(&k->order);
	rs_pool_init(&k->pool);
	rec_init(&rec_binding_type, &k->blank);
	return k;
}

void
binding_tracker_keepalives(
    struct binding_tracker *k, const struct keepalive_tracker *keepalives)
{
	k->keepalives = keepalives;
}

void
binding_tracker_listen(
    struct binding_tracker *k, const struct inbound_tracker *inbound)
{
	k->inbound = inbound;
}

/* For how many lapses there is room where there are n: most have none, and one
   is large. */
static uint32_t
lapse_room(uint32_t n)
{
	uint32_t room = n > 0;
	while (room < n && room < BINDING_LAPSES)
		room *= 2;
	return room;
}

static void
give_lapses(struct binding_tracker *k, struct binding *b)
{
	if (b->lapses)
		binding_give(
		    k, b->lapses, lapse_room(b->n_lapses) * sizeof *b->lapses);
	b->lapses = NULL;
}

static void
release(struct binding_tracker *k, struct binding *b)
{
	table_remove(&k->by_key, &b->by_key);
	table_remove(&k->by_aor, &b->by_aor);
	queue_remove(&k->order, &b->order);
	if (b->between)
		binding_give(
		    k, b->between, (BINDING_GRANTS - 2) * sizeof *b->between);
	give_lapses(k, b);
	if (b->fights)
		binding_give(k, b->fights, BINDING_FIGHTS * sizeof *b->fights);
	if (b->moves)
		binding_give(k, b->moves, sizeof *b->moves);
	if (b->lost)
		binding_give(k, b->lost, binding_unreached_size());
	if (b->told)
		binding_give(k, b->told, sizeof *b->told);
	size_t size = sizeof *b;
	for (int i = 0; i < BINDING_PARTS; i++)
		size += binding_text(b, (enum binding_part)i).n;
	binding_give(k, b, size);
}

/* All at once: nothing is taken from where it stands. */
static void
forget_all(struct binding_tracker *k)
{
	table_clear(&k->by_key);
	table_clear(&k->by_aor);
	queue_init(&k->order);
	rs_pool_clear(&k->pool);
	rs_account_refund(k->pay, k->held);
	k->held = 0;
}

void
binding_tracker_free(struct binding_tracker *k)
{
	if (k == NULL)
		return;
	forget_all(k);
	binding_gone_free(k);
	g_free(k);
}

/* Lists that a record has for a while. */
struct lists {
	struct rec_grant grants[BINDING_GRANTS];
	struct rec_displaced fights[BINDING_FIGHTS];
};

static struct rec_binding
record_of(const struct binding_tracker *k, const struct binding *b,
    enum rec_binding_state state, rs_time ended, struct lists *own)
{
	struct rec_binding r = k->blank;
	r.id = b->id;
	r.started = b->started;
	r.ended = ended;
	r.aor = binding_text(b, BINDING_AOR);
	r.contact = binding_text(b, BINDING_CONTACT);
	r.instance = binding_text(b, BINDING_INSTANCE);
	r.reg_id = binding_text(b, BINDING_REG_ID);
	r.client.at = b->client;
	r.server.at = b->server;
	r.transport = b->transport;
	own->grants[0] = b->first;
	uint32_t n = b->granted_total < BINDING_GRANTS
			 ? (uint32_t)b->granted_total
			 : BINDING_GRANTS;
	if (b->between)
		memcpy(own->grants + 1, b->between,
		    (BINDING_GRANTS - 2) * sizeof *own->grants);
	if (n)
		own->grants[n - 1] = b->last;
	r.grants = (struct rec_list){own->grants, n, n};
	r.granted_total = b->granted_total;
	r.refreshes = b->refreshes;
	r.refresh_margin = b->margin;
	if (b->lapses)
		r.lapses = (struct rec_list){b->lapses,
		    b->n_lapses < BINDING_LAPSES ? b->n_lapses : BINDING_LAPSES,
		    BINDING_LAPSES};
	r.lapsed = b->lapsed;
	uint32_t n_fights =
	    b->n_fights < BINDING_FIGHTS ? b->n_fights : BINDING_FIGHTS;
	for (uint32_t i = 0; i < n_fights; i++)
		own->fights[i] = b->fights[i].rec;
	r.displaced = (struct rec_list){own->fights, n_fights, n_fights};
	if (b->n_fights)
		r.displaced_total = b->n_fights;
	if (b->moves) {
		uint32_t m = b->moves->n < BINDING_MOVES ? (uint32_t)b->moves->n
							 : BINDING_MOVES;
		r.moves =
		    (struct rec_list){b->moves->last + BINDING_MOVES - m, m, m};
		r.moves_total = b->moves->n;
	}
	struct rs_flow_pace pace;
	if (keepalive_tracker_find(
		k->keepalives, &b->client, &b->server, &pace))
		keepalive_record(&r.keepalive, &pace);
	binding_unreached_emit(b, &r);
	r.state = state;
	if (state == REC_HELD)
		r.next_expiry = b->expiry;
	return r;
}

/* Of what a report before tells only the last grant is told again. */
static void
leave_told(const struct binding_told *told, struct rec_binding *r, uint32_t n)
{
	const struct rec_grant *g = r->grants.v;
	if (told->grants == r->granted_total && r->grants.n)
		r->grants = (struct rec_list){
		    (void *)(uintptr_t)(g + r->grants.n - 1), 1, 1};
	if (told->fights == n) {
		r->displaced = (struct rec_list){0};
		r->displaced_total = REC_ABSENT;
	}
	if (told->moves == r->moves_total) {
		r->moves = (struct rec_list){0};
		r->moves_total = REC_ABSENT;
	}
	if (told->unreached == r->unreached_total) {
		r->unreached = (struct rec_list){0};
		r->unreached_total = REC_ABSENT;
	}
}

/* That it is held is told in each report, anything else once.  What was told,
   if it was. */
static struct binding_told
tell(const struct binding_tracker *k, const struct binding *b,
    enum rec_binding_state state, rs_time ended, const struct rec_sink *out)
{
	struct lists own;
	struct rec_binding r = record_of(k, b, state, ended, &own);
	const struct binding_told now = {.state = state,
	    .grants = r.granted_total,
	    .moves = r.moves_total,
	    .unreached = r.unreached_total,
	    .fights = b->n_fights};
	const struct binding_told *told = b->told;
	if (told && state != REC_HELD && state == told->state &&
	    b->n_lapses == 0 && now.grants == told->grants &&
	    now.moves == told->moves && now.unreached == told->unreached &&
	    now.fights == told->fights)
		return now;
	if (told)
		leave_told(told, &r, b->n_fights);
	out->record(out->arg, &rec_binding_type, &r);
	return now;
}

/* The record goes out, and the entry is gone. */
static void
close_binding(struct binding_tracker *k, struct binding *b,
    enum rec_binding_state state, rs_time ended)
{
	(void)tell(k, b, state, ended, k->out);
	release(k, b);
}

/* ---- keys ---- */

static void
key_uri(struct table_key *key, struct rs_span text)
{
	struct sip_uri u;
	uint8_t host[255];
	if (!sip_uri_parse(&u, text) || u.host.n == 0 || u.host.n > 255) {
		table_key_text(key, text);
		return;
	}
	for (size_t i = 0; i < u.host.n; i++)
		host[i] = rs_ascii_lower(u.host.p[i]);
	table_key_text(key, u.user);
	table_key_text(key, (struct rs_span){host, u.host.n});
}

static void
key_contact(struct table_key *key, const struct rec_contact *c)
{
	table_key_number(key, c->instance.n > 0);
	if (c->instance.n) {
		table_key_text(key, c->instance);
		table_key_text(key, c->reg_id);
	} else {
		key_uri(key, c->uri);
	}
}

/* The contact i has the user and host of one before it, and is another all the
   same: of several in one REGISTER port and transport tell (RFC 3261 19.1.4).
 */
static bool
key_taken(const struct rec_contact *c, uint32_t i, const struct table_key *key)
{
	struct table_key of = *key, other;
	bool taken = false;
	if (i == 0)
		return false;
	key_contact(&of, &c[i]);
	for (uint32_t j = 0; j < i; j++) {
		other = *key;
		key_contact(&other, &c[j]);
		if (table_key_hash(&other) != table_key_hash(&of))
			continue;
		taken = c[i].instance.n == 0;
	}
	return taken;
}

/* Of contact i. */
static uint64_t
key_of(const struct rec_contact *c, uint32_t i, const struct table_key *aor)
{
	struct table_key key = *aor;
	key_contact(&key, &c[i]);
	if (key_taken(c, i, aor))
		table_key_text(&key, c[i].uri);
	return table_key_hash(&key);
}

static struct binding_keys
keys_of(const struct binding_tracker *k, const struct rec_registration *r)
{
	static const struct rec_contact none;
	const struct rec_contact *c = r->contacts.n ? r->contacts.v : &none;
	struct binding_keys to = {.id = r->id,
	    .text = {r->aor.p, c->uri.p, c->instance.p, c->reg_id.p}};
	table_key_init(&to.aor, k->seed);
	key_uri(&to.aor, r->aor);
	to.contact = key_of(c, 0, &to.aor);
	return to;
}

/* Text that is kept is not written to: where it is at the same place, it is the
   same. */
static struct binding_keys
keys_known(const struct binding_tracker *k, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	for (unsigned i = 0; c && i < 2; i++) {
		const struct binding_keys *s = &k->soon[i];
		if (rec_id_cmp(&s->id, &r->id) == 0 && s->text[0] == r->aor.p &&
		    s->text[1] == c->uri.p && s->text[2] == c->instance.p &&
		    s->text[3] == c->reg_id.p)
			return *s;
	}
	return keys_of(k, r);
}

static bool
told_before(const struct rec_contact *c, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (rs_span_eq(c[j].uri, c[i].uri))
			return true;
	return false;
}

/* ---- entries ---- */

static void
put_text(
    struct binding *b, enum binding_part part, uint8_t **to, struct rs_span s)
{
	if (s.p == NULL)
		return;
	if (s.n)
		memcpy(*to, s.p, s.n);
	*to += s.n;
	b->n[part] = (uint32_t)s.n + 1;
}

static bool
evict(struct binding_tracker *k)
{
	struct queue_link *l = queue_first(&k->order);
	if (l == NULL)
		return false;
	struct binding *b = TRACK_OF(l, struct binding, order);
	k->evicted++;
	close_binding(k, b, REC_BINDING_UNKNOWN, b->last.from);
	return true;
}

static struct binding *
begin(struct binding_tracker *k, const struct rec_registration *r,
    const struct rec_contact *c, uint64_t key, uint64_t aor)
{
	size_t size = sizeof(struct binding) + r->aor.n + c->uri.n +
		      c->instance.n + c->reg_id.n;
	while (!rs_account_charge(k->pay, size)) {
		if (!evict(k)) {
			k->evicted++;
			return NULL;
		}
	}
	struct binding *b = rs_pool_take(&k->pool, size);
	k->held += size;
	memset(b, 0, sizeof *b);
	uint8_t *to = b->text;
	b->id = r->id;
	b->started = r->ended;
	b->margin = b->cseq = REC_ABSENT;
	b->away = RS_NEVER;
	put_text(b, BINDING_AOR, &to, r->aor);
	put_text(b, BINDING_CONTACT, &to, c->uri);
	put_text(b, BINDING_INSTANCE, &to, c->instance);
	put_text(b, BINDING_REG_ID, &to, c->reg_id);
	table_add(&k->by_key, &b->by_key, key);
	table_add(&k->by_aor, &b->by_aor, aor);
	queue_push(&k->order, &b->order);
	return b;
}

static void
more_lapses(struct binding_tracker *k, struct binding *b)
{
	struct rec_lapse *more =
	    binding_room(k, lapse_room(b->n_lapses + 1) * sizeof *b->lapses);
	if (b->n_lapses)
		memcpy(more, b->lapses, b->n_lapses * sizeof *b->lapses);
	give_lapses(k, b);
	b->lapses = more;
}

static void
add_lapse(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r)
{
	rs_time to = r->ended;
	int64_t length = to - b->expiry;
	if (lapse_room(b->n_lapses + 1) > lapse_room(b->n_lapses))
		more_lapses(k, b);
	if (b->n_lapses < BINDING_LAPSES)
		b->lapses[b->n_lapses] = (struct rec_lapse){b->expiry, to,
		    length, b->last.seconds, b->last.asked, b->last.frame,
		    binding_frame(r), r->kind, b->missed};
	b->n_lapses++;
	b->lapsed += length;
}

/* Tenths of a percent of the granted time that were left. */
static void
add_margin(struct binding *b, rs_time at)
{
	int64_t granted = b->last.seconds;
	if (granted == REC_ABSENT || granted <= 0)
		return;
	int64_t unit = granted * (RS_SEC / 1000);
	int64_t margin = (b->expiry - at + unit / 2) / unit;
	if (b->margin == REC_ABSENT || margin < b->margin)
		b->margin = margin;
}

/* The first, and the last three. */
static void
keep_grant(struct binding_tracker *k, struct binding *b, struct rec_grant g)
{
	const size_t most = BINDING_GRANTS - 2;
	int64_t n = b->granted_total;
	if (n == 0)
		b->first = g;
	if (n > 1 && b->between == NULL)
		b->between = binding_room(k, most * sizeof *b->between);
	if (n >= BINDING_GRANTS)
		memmove(b->between, b->between + 1,
		    (most - 1) * sizeof *b->between);
	if (n > 1)
		b->between[n < BINDING_GRANTS ? (size_t)n - 2 : most - 1] =
		    b->last;
	b->last = g;
}

static void
grant(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r, const struct rec_contact *c)
{
	rs_time at = r->ended;
	int64_t seconds = c->expires_granted;
	binding_unreached(k, b, r);
	if (b->granted_total > 0 && b->expiry != RS_NEVER) {
		if (at <= b->expiry) {
			b->refreshes++;
			add_margin(b, at);
		} else if (!b->doubt) {
			add_lapse(k, b, r);
		}
	} else if (b->granted_total > 0) {
		b->refreshes++;
	}
	keep_grant(k, b,
	    (struct rec_grant){
		at, seconds, c->expires_requested, binding_frame(r)});
	b->granted_total++;
	b->missed = 0;
	b->away = RS_NEVER;
	b->expiry = seconds == REC_ABSENT ? RS_NEVER : at + seconds * RS_SEC;
	b->doubt = false;
	b->client = r->client.at;
	b->server = r->server.at;
	b->transport = r->transport;
	queue_remove(&k->order, &b->order);
	queue_push(&k->order, &b->order);
}

/* Removed by its phone; if it had run out before, it had expired. */
static void
take_away(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r)
{
	if (b->expiry != RS_NEVER && r->ended > b->expiry && !b->doubt)
		add_lapse(k, b, r);
	close_binding(k, b, REC_REMOVED, r->ended);
}

/* ---- registrations ---- */

static bool
is_hole(const struct rec_registration *r)
{
	const struct rs_span *v = r->flaws.v;
	if (r->outcome != REC_CUT_OFF)
		return false;
	for (uint32_t i = 0; i < r->flaws.n; i++)
		if (rs_span_eq(v[i], RS_LIT("gap")) ||
		    rs_span_eq(v[i], RS_LIT("drops")) ||
		    rs_span_eq(v[i], RS_LIT("evicted")))
			return true;
	return false;
}

/* It may have been answered, and the answer not captured. */
static bool
perhaps_answered(const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	if (r->outcome == REC_TIMED_OUT)
		return r->transport != REC_UDP || r->transactions.n == 0 ||
		       t[r->transactions.n - 1].retransmissions <= 0;
	return r->outcome == REC_CUT_OFF ||
	       r->outcome == REC_CHALLENGE_UNANSWERED;
}

/* Each request of a Call-ID has the next CSeq (RFC 3261 10.2): a number that
   is left out was sent, and not captured. */
static void
count_missed(const struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	uint64_t call = rs_hash(k->seed, r->call_id);
	uint32_t n = r->transactions.n;
	if (call != b->call || n == 0 || b->cseq == REC_ABSENT)
		b->missed = REC_ABSENT;
	for (uint32_t i = 0; i < n; i++) {
		if (t[i].cseq == REC_ABSENT)
			b->missed = REC_ABSENT;
		else if (b->missed != REC_ABSENT && t[i].cseq > b->cseq + 1)
			b->missed += t[i].cseq - b->cseq - 1;
		b->cseq = t[i].cseq;
	}
	b->call = call;
	if (b->missed != REC_ABSENT && perhaps_answered(r))
		b->missed++;
}

/* RFC 3261 10.3: a 2xx lists all that is bound.  What the phone wanted to be
   gone is not, if it is among that. */
static bool
stays(const struct rec_registration *r, const struct rec_contact *c)
{
	return r->outcome == REC_UNREGISTERED && c->expires_granted > 0;
}

static bool
removes(const struct rec_registration *r, const struct rec_contact *c)
{
	return (r->outcome == REC_UNREGISTERED && !stays(r, c)) ||
	       (r->outcome == REC_REGISTERED &&
		   (c->expires_requested == 0 || c->expires_granted == 0));
}

static struct binding *
find(const struct binding_tracker *k, uint64_t key)
{
	struct table_node *n = table_first(&k->by_key, key);
	struct binding *b = n ? TRACK_OF(n, struct binding, by_key) : NULL;
	/* All at once, rather than each line when its turn comes. */
	if (b)
		rs_fetch(b, sizeof *b);
	return b;
}

void
binding_tracker_ahead(
    struct binding_tracker *k, const struct rec_registration *r)
{
	/* Of the one before, it is known by now where it is. */
	(void)find(k, k->soon[k->last].contact);
	k->last ^= 1;
	struct binding_keys *s = &k->soon[k->last];
	*s = keys_of(k, r);
	table_ahead(&k->by_key, s->contact);
	table_ahead(&k->by_aor, table_key_hash(&s->aor));
}

/* The binding that was granted, if one was. */
static struct binding *
take_contact(struct binding_tracker *k, const struct rec_registration *r,
    uint32_t i, const struct binding_keys *keys)
{
	const struct rec_contact *all = r->contacts.v, *c = &all[i];
	uint64_t aor = table_key_hash(&keys->aor);
	uint64_t hash = i ? key_of(all, i, &keys->aor) : keys->contact;
	struct binding *b = find(k, hash);
	if (b) {
		count_missed(k, b, r);
		__builtin_prefetch(b->between);
	}
	if (removes(r, c)) {
		binding_gone(k, b, r, c, aor);
		if (b)
			take_away(k, b, r);
		return NULL;
	}
	if (r->outcome == REC_CUT_OFF && b && is_hole(r))
		b->doubt = true;
	if (b && stays(r, c)) {
		b->expiry = r->ended + c->expires_granted * RS_SEC;
		b->doubt = true; /* whoever leaves may let it lapse */
	}
	if (r->outcome != REC_REGISTERED)
		return NULL;
	if (b == NULL) {
		b = begin(k, r, c, hash, aor);
		if (b) {
			b->id.nth += i;
			count_missed(k, b, r);
			binding_moved(k, b, r, c, aor);
		}
	}
	if (b)
		grant(k, b, r, c);
	return b;
}

/* RFC 3261 10.2.2: "Contact: *" takes all of that AOR away. */
static void
take_all(
    struct binding_tracker *k, const struct rec_registration *r, uint64_t aor)
{
	struct table_node *next;
	for (struct table_node *n = table_first(&k->by_aor, aor); n; n = next) {
		next = table_next(n);
		struct binding *b = TRACK_OF(n, struct binding, by_aor);
		if (b->last.from <= r->ended)
			take_away(k, b, r);
	}
}

void
binding_tracker_registration(
    struct binding_tracker *k, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	const struct binding_keys keys = keys_known(k, r);
	uint64_t aor = table_key_hash(&keys.aor);
	table_ahead(&k->by_aor, aor);
	if (r->contacts.n && rs_span_eq(c->uri, RS_LIT("*"))) {
		if (r->outcome == REC_UNREGISTERED)
			take_all(k, r, aor);
		return;
	}
	/* One REGISTER may take one contact away and bring another. */
	for (uint32_t i = 0; i < r->contacts.n; i++)
		if (removes(r, &c[i]) && !told_before(c, i))
			take_contact(k, r, i, &keys);
	struct binding *granted = NULL;
	for (uint32_t i = 0; i < r->contacts.n; i++) {
		if (removes(r, &c[i]) || told_before(c, i))
			continue;
		struct binding *b = take_contact(k, r, i, &keys);
		granted = granted ? granted : b;
	}
	if (granted)
		binding_displace(k, granted, r, aor);
}

static enum rec_binding_state
state_at(const struct binding *b, rs_time end)
{
	if (b->away != RS_NEVER)
		return REC_DISPLACED;
	if (b->expiry == RS_NEVER)
		return REC_BINDING_UNKNOWN;
	if (end <= b->expiry)
		return REC_HELD;
	return b->doubt ? REC_BINDING_UNKNOWN : REC_EXPIRED;
}

static struct binding_told
tell_as_it_is(const struct binding_tracker *k, const struct binding *b,
    rs_time now, const struct rec_sink *out)
{
	enum rec_binding_state s = state_at(b, now);
	return tell(k, b, s,
	    s == REC_EXPIRED     ? b->expiry
	    : s == REC_DISPLACED ? b->away
				 : now,
	    out);
}

void
binding_tracker_unseen(struct binding_tracker *k)
{
	for (struct queue_link *l = queue_first(&k->order); l;
	     l = queue_next(&k->order, l))
		TRACK_OF(l, struct binding, order)->doubt = true;
}

void
binding_tracker_tell(
    struct binding_tracker *k, rs_time now, const struct rec_sink *out)
{
	for (struct queue_link *l = queue_first(&k->order); l;
	     l = queue_next(&k->order, l)) {
		struct binding *b = TRACK_OF(l, struct binding, order);
		struct binding_told told = tell_as_it_is(k, b, now, out);
		if (b->told == NULL)
			b->told = binding_room(k, sizeof *b->told);
		*b->told = told;
		give_lapses(k, b);
		b->n_lapses = 0;
		b->lapsed = 0;
	}
}

void
binding_tracker_finish(struct binding_tracker *k, rs_time end)
{
	for (struct queue_link *l = queue_first(&k->order), *next; l;
	     l = next) {
		next = queue_next(&k->order, l);
		if (next)
			rs_fetch(TRACK_OF(next, struct binding, order),
			    sizeof(struct binding));
		(void)tell_as_it_is(
		    k, TRACK_OF(l, struct binding, order), end, k->out);
	}
	forget_all(k);
	table_init(&k->by_key, k->pay);
	table_init(&k->by_aor, k->pay);
}

uint64_t
binding_tracker_evicted(const struct binding_tracker *k)
{
	return k->evicted;
}
