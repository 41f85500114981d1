/* SPDX-License-Identifier: Apache-2.0 */
#include "report/past.h"

#include "track/queue.h"
#include "track/table.h"

#include <glib.h>
#include <sys/random.h>

/* What is kept of a client, the latest ones; of look-ups one of each name. */
enum {
	LEASES = 2, /* one of each version */
	LOOKUPS = 6,
	DOWNLOADS = 2,
	HANDSHAKES = 2,
	HOSTS = 4,
	CLOCKS = 3,
	POLICIES = 64, /* voice VLANs, of all switches */
};

enum { LARGEST = 1 << 14 }; /* bytes of a record */

/* What was said of a clock counts for so long. */
static const rs_time DAY = 86400 * RS_SEC;

struct kept {
	struct kept *next; /* of its client, the latest first */
	struct table_node by_id;
	const struct rec_type *type;
	struct rec_id id;
	uint64_t report; /* that it was added for */
	bool open;
	uint64_t key; /* of two with the same the later one counts */
	rs_time until;
	size_t n;
	uint8_t bytes[];
};

struct client {
	struct table_node by_addr;
	struct queue_link order;
	struct rs_addr addr;
	struct kept *first;
	struct past_phone did;
	/* What it did by the reports before `report`, the one that `did`
	   changed in. */
	struct past_phone before;
	uint64_t report;
	rs_time
	    since; /* that host has the address; RS_NEVER: it is the first */
};

enum { OTHERS, PHONES, CLASSES }; /* that never registered; that did */

struct past {
	struct rs_hash_seed seed;
	struct rs_account pay;
	struct table clients, records;
	struct queue order[CLASSES];
	struct client nobody; /* what is no client's: in no queue */
	struct rs_buf buf;
	struct rec_arena arena;
	uint64_t report, evicted;
};

static const struct past_phone did_nothing = {RS_NEVER, RS_NEVER, RS_NEVER};

struct past *
past_new(size_t room)
{
	struct past *p = g_new0(struct past, 1);
	if (getrandom(&p->seed, sizeof p->seed, GRND_NONBLOCK) !=
	    sizeof p->seed)
		p->seed = (struct rs_hash_seed){(uintptr_t)p, 3};
	rs_account_init(&p->pay, room);
	table_init(&p->clients, &p->pay);
	table_init(&p->records, &p->pay);
	for (int i = 0; i < CLASSES; i++)
		queue_init(&p->order[i]);
	rs_buf_init(&p->buf, LARGEST, NULL);
	rec_arena_init(&p->arena, NULL, NULL);
	return p;
}

/* ---- clients and what they have ---- */

static int
class_of(const struct client *c)
{
	return c->did.registered != RS_NEVER ? PHONES : OTHERS;
}

static void
drop_record(struct past *p, struct kept **at)
{
	struct kept *k = *at;
	*at = k->next;
	table_remove(&p->records, &k->by_id);
	rs_account_refund(&p->pay, sizeof *k + k->n);
	g_free(k);
}

static void
drop_records(struct past *p, struct client *c)
{
	while (c->first)
		drop_record(p, &c->first);
}

static void
drop_client(struct past *p, struct client *c)
{
	drop_records(p, c);
	queue_remove(&p->order[class_of(c)], &c->order);
	table_remove(&p->clients, &c->by_addr);
	rs_account_refund(&p->pay, sizeof *c);
	g_free(c);
}

void
past_free(struct past *p)
{
	struct queue_link *l;
	if (p == NULL)
		return;
	for (int i = 0; i < CLASSES; i++)
		while ((l = queue_first(&p->order[i])))
			drop_client(p, TRACK_OF(l, struct client, order));
	drop_records(p, &p->nobody);
	table_clear(&p->clients);
	table_clear(&p->records);
	rs_buf_clear(&p->buf);
	rec_arena_clear(&p->arena);
	g_free(p);
}

static struct client *
find_client(const struct past *p, const struct rs_addr *a)
{
	const struct rs_addr plain = rs_addr_in_turn(*a, 0);
	struct table_node *n = NULL;
	if (p->order[OTHERS].n || p->order[PHONES].n)
		n = table_first(&p->clients, table_addr_hash(&p->seed, &plain));
	for (; n; n = table_next(n)) {
		struct client *c = TRACK_OF(n, struct client, by_addr);
		if (rs_addr_eq(&c->addr, &plain))
			return c;
	}
	return NULL;
}

/* Room for n bytes, and not at the cost of `but`. */
static bool
pay_for(struct past *p, size_t n, const struct client *but)
{
	while (!rs_account_charge(&p->pay, n)) {
		struct queue_link *l = NULL;
		for (int i = 0; i < CLASSES && l == NULL; i++) {
			l = queue_first(&p->order[i]);
			if (l && TRACK_OF(l, struct client, order) == but)
				l = queue_next(&p->order[i], l);
		}
		if (l == NULL)
			return false;
		drop_client(p, TRACK_OF(l, struct client, order));
		p->evicted++;
	}
	return true;
}

static struct client *
touch_client(struct past *p, const struct rs_addr *a)
{
	struct client *c = find_client(p, a);
	if (c) {
		struct queue *q = &p->order[class_of(c)];
		queue_remove(q, &c->order);
		queue_push(q, &c->order);
		return c;
	}
	if (a->family == 0 || !pay_for(p, sizeof *c, NULL))
		return NULL;
	c = g_new0(struct client, 1);
	c->addr = rs_addr_in_turn(*a, 0);
	c->did = c->before = did_nothing;
	c->report = p->report;
	c->since = RS_NEVER;
	table_add(
	    &p->clients, &c->by_addr, table_addr_hash(&p->seed, &c->addr));
	queue_push(&p->order[OTHERS], &c->order);
	return c;
}

static uint64_t
id_hash(
    const struct past *p, const struct rec_type *type, const struct rec_id *id)
{
	struct table_key key;
	table_key_init(&key, &p->seed);
	table_key_text(&key, rs_span_str(type->name));
	table_key_pair(&key, id->frame.file, id->frame.number);
	table_key_number(&key, id->nth);
	return table_key_hash(&key);
}

static const struct rec_id *
id_of(const struct rec_type *type, const void *rec)
{
	return (const void *)((const uint8_t *)rec + type->id);
}

/* Takes out what this one takes the place of, and what is more than `most` of
   its type. */
static void
make_place(struct past *p, struct client *c, const struct rec_type *type,
    const struct rec_id *id, uint64_t key, unsigned most)
{
	unsigned n = 0;
	for (struct kept **at = &c->first; *at;) {
		struct kept *k = *at;
		bool same = k->type == type &&
			    (k->key == key || rec_id_cmp(&k->id, id) == 0);
		n += k->type == type && !same;
		if (same || (k->type == type && n >= most))
			drop_record(p, at);
		else
			at = &k->next;
	}
}

static void
keep(struct past *p, struct client *c, const struct rec_type *type,
    const void *rec, uint64_t key, unsigned most, rs_time until, bool open)
{
	const struct rec_id *id = id_of(type, rec);
	p->buf.n = 0;
	if (!rec_write(type, rec, &p->buf)) /* larger than LARGEST */
		return;
	make_place(p, c, type, id, key, most);
	if (!pay_for(p, sizeof(struct kept) + p->buf.n, c))
		return;
	struct kept *k = g_malloc0(sizeof *k + p->buf.n);
	*k = (struct kept){.next = c->first,
	    .type = type,
	    .id = *id,
	    .report = p->report,
	    .open = open,
	    .key = key,
	    .until = until,
	    .n = p->buf.n};
	memcpy(k->bytes, p->buf.p, p->buf.n);
	c->first = k;
	table_add(&p->records, &k->by_id, id_hash(p, type, id));
}

/* ---- what is worth keeping ---- */

static void
forget_leases(struct past *p, const struct rec_lease *l)
{
	struct rs_addr a = l->client.at.addr;
	if (a.family == 0 && !rs_addr_parse(&a, l->terms.address) &&
	    !rs_addr_parse(&a, l->requested))
		return;
	struct client *c = find_client(p, &a);
	for (struct kept **at = c ? &c->first : NULL; at && *at;)
		if ((*at)->type == &rec_lease_type)
			drop_record(p, at);
		else
			at = &(*at)->next;
}

/* Without a term it lasts until another one comes. */
static void
take_lease(struct past *p, const struct rec_lease *l, bool open)
{
	rs_time until = INT64_MAX;
	bool served = l->state == REC_BOUND || l->state == REC_INFORMED;
	if (l->state == REC_RELEASED || l->state == REC_DECLINED ||
	    l->state == REC_LEASE_REFUSED)
		forget_leases(p, l);
	if (!served)
		return;
	struct client *c = touch_client(p, &l->client.at.addr);
	if (l->terms.seconds != REC_ABSENT)
		until = l->ended + l->terms.seconds * RS_SEC;
	if (c)
		keep(p, c, &rec_lease_type, l, (uint64_t)l->protocol, LEASES,
		    until, open);
}

static void
take_lookup(struct past *p, const struct rec_lookup *l)
{
	struct table_key key;
	struct client *c = l->state == REC_ANSWERED
			       ? touch_client(p, &l->client.at.addr)
			       : NULL;
	if (c == NULL)
		return;
	table_key_init(&key, &p->seed);
	table_key_text(&key, l->name);
	table_key_text(&key, l->type);
	keep(p, c, &rec_lookup_type, l, table_key_hash(&key), LOOKUPS,
	    INT64_MAX, false);
}

static void
take_download(struct past *p, const struct rec_download *d)
{
	struct table_key key;
	bool good = rec_download_good(d->state) && rec_download_configures(d);
	struct client *c = good ? touch_client(p, &d->client.at.addr) : NULL;
	if (c == NULL)
		return;
	table_key_init(&key, &p->seed);
	table_key_text(&key, d->path);
	keep(p, c, &rec_download_type, d, table_key_hash(&key), DOWNLOADS,
	    INT64_MAX, false);
}

static void
take_handshake(struct past *p, const struct rec_handshake *h)
{
	struct table_key key;
	struct client *c = h->state == REC_COMPLETED && h->related == RS_TRUE
			       ? touch_client(p, &h->client.at.addr)
			       : NULL;
	if (c == NULL)
		return;
	table_key_init(&key, &p->seed);
	table_key_addr(&key, &h->server.at.addr);
	table_key_number(&key, h->server.at.port);
	keep(p, c, &rec_handshake_type, h, table_key_hash(&key), HANDSHAKES,
	    INT64_MAX, false);
}

static void
take_registration(struct past *p, const struct rec_registration *r)
{
	if (r->visibility == REC_INFERRED_VISIBILITY)
		return;
	struct client *c = touch_client(p, &r->client.at.addr);
	rs_time at = r->ended != RS_NEVER ? r->ended : r->started;
	if (c == NULL || at == RS_NEVER || r->started < c->since)
		return;
	if (c->report != p->report)
		c->before = c->did;
	c->report = p->report;
	c->did.tried = MAX(c->did.tried, at);
	if (r->outcome == REC_UNREGISTERED && c->did.registered != RS_NEVER &&
	    at >= c->did.registered)
		c->did.until = at;
	if (r->outcome != REC_REGISTERED || at < c->did.registered)
		return;
	queue_remove(&p->order[class_of(c)], &c->order);
	c->did.registered = at;
	c->did.until = r->expires_granted != REC_ABSENT
			   ? at + r->expires_granted * RS_SEC
			   : at;
	queue_push(&p->order[PHONES], &c->order);
}

/* What the host before did says nothing of the next one.  It may have tried
   when the address went, and that attempt ends later. */
static void
pass_on(struct past *p, struct client *c, rs_time until)
{
	queue_remove(&p->order[class_of(c)], &c->order);
	c->did = c->before = did_nothing;
	c->since = MAX(c->since, until);
	queue_push(&p->order[OTHERS], &c->order);
}

/* Of one address there may be several: each has a number of its own. */
static void
take_host(struct past *p, const struct rec_host *h)
{
	struct client *c = touch_client(p, &h->client.at.addr);
	struct table_key key;
	if (c == NULL)
		return;
	if (h->until != RS_NEVER)
		pass_on(p, c, h->until);
	table_key_init(&key, &p->seed);
	table_key_text(&key, h->mac);
	table_key_number(&key, h->until == RS_NEVER ? 0 : (uint64_t)h->until);
	keep(p, c, &rec_host_type, h, table_key_hash(&key), HOSTS, INT64_MAX,
	    false);
}

/* Whose queries had no answer may have it from elsewhere by then: that is of
   the report that it happened in. */
static void
take_clock(struct past *p, const struct rec_clock *r, bool open)
{
	bool told = r->source == REC_CLOCK_NTP
			? r->answers != REC_ABSENT && r->answers > 0
			: r->client_offset != REC_ABSENT ||
			      r->server_offset != REC_ABSENT;
	struct client *c =
	    told || open ? touch_client(p, &r->client.at.addr) : NULL;
	struct table_key key;
	if (c == NULL)
		return;
	table_key_init(&key, &p->seed);
	table_key_addr(&key, &r->server.at.addr);
	table_key_number(&key, r->source);
	keep(p, c, &rec_clock_type, r, table_key_hash(&key), CLOCKS,
	    r->ended + (told ? DAY : 0), open);
}

static void
take_policy(struct past *p, const struct rec_link *l, bool open)
{
	if (l->kind == REC_LINK_VOICE_VLAN)
		keep(p, &p->nobody, &rec_link_type, l,
		    id_hash(p, &rec_link_type, &l->id), POLICIES, INT64_MAX,
		    open);
}

static void
take(struct past *p, const struct rec_type *type, const void *rec, bool open)
{
	if (type == &rec_lease_type)
		take_lease(p, rec, open);
	else if (type == &rec_lookup_type)
		take_lookup(p, rec);
	else if (type == &rec_download_type)
		take_download(p, rec);
	else if (type == &rec_handshake_type)
		take_handshake(p, rec);
	else if (type == &rec_registration_type)
		take_registration(p, rec);
	else if (type == &rec_host_type && !open)
		take_host(p, rec);
	else if (type == &rec_clock_type)
		take_clock(p, rec, open);
	else if (type == &rec_link_type)
		take_policy(p, rec, open);
}

void
past_add(struct past *p, const struct rec_type *type, const void *rec)
{
	if (p)
		take(p, type, rec, false);
}

void
past_open(struct past *p, const struct rec_type *type, const void *rec)
{
	if (p)
		take(p, type, rec, true);
}

void
past_next(struct past *p)
{
	if (p)
		p->report++;
}

/* ---- asking ---- */

static bool
of_another_report(const struct past *p, const struct kept *k)
{
	return k->open || k->report < p->report;
}

/* Others are asked for by their client. */
static bool
for_all(const struct kept *k)
{
	return k->type == &rec_lease_type || k->type == &rec_clock_type ||
	       k->type == &rec_link_type;
}

static void
give(struct past *p, const struct kept *k, const struct rec_sink *to)
{
	void *rec = rec_arena_alloc(&p->arena, k->type->size);
	if (rec_read(k->type, rec, (struct rs_span){k->bytes, k->n}, &p->arena))
		to->record(to->arg, k->type, rec);
	rec_arena_reset(&p->arena);
}

static void
records_of(struct past *p, const struct client *c, rs_time since,
    const struct rec_sink *to)
{
	for (const struct kept *k = c->first; k; k = k->next)
		if (for_all(k) && of_another_report(p, k) && k->until >= since)
			give(p, k, to);
}

/* The oldest first. */
static void
hosts_of(struct past *p, const struct client *c, const struct rec_sink *to)
{
	const struct kept *v[HOSTS + 1];
	unsigned n = 0;
	for (const struct kept *k = c->first; k; k = k->next)
		if (k->type == &rec_host_type && n <= HOSTS)
			v[n++] = k;
	while (n > 0)
		if (of_another_report(p, v[--n]))
			give(p, v[n], to);
}

void
past_hosts(struct past *p, const struct rec_sink *to)
{
	for (int i = 0; p && i < CLASSES; i++)
		for (struct queue_link *l = queue_first(&p->order[i]); l;
		     l = queue_next(&p->order[i], l))
			hosts_of(p, TRACK_OF(l, struct client, order), to);
}

void
past_each(struct past *p, rs_time since, const struct rec_sink *to)
{
	if (p == NULL)
		return;
	records_of(p, &p->nobody, since, to);
	for (int i = 0; i < CLASSES; i++)
		for (struct queue_link *l = queue_first(&p->order[i]); l;
		     l = queue_next(&p->order[i], l))
			records_of(
			    p, TRACK_OF(l, struct client, order), since, to);
}

/* Of that host of the address. */
static bool
read_turn(const struct kept *k, struct turns *turns,
    const struct rs_addr *client, void *rec, struct rec_arena *a)
{
	struct rs_span bytes = {k->bytes, k->n};
	if (!rec_read(k->type, rec, rec_arena_text(a, bytes), a))
		return false;
	const uint8_t *turned = turns_of(turns, k->type, rec);
	if (turned != rec)
		memcpy(rec, turned, k->type->size);
	const struct rec_endpoint *own =
	    (const void *)((const uint8_t *)rec + k->type->client);
	return rs_addr_eq(&own->at.addr, client);
}

bool
past_of(struct past *p, struct turns *turns, const struct rs_addr *client,
    const struct rec_type *type, size_t i, void *rec, struct rec_arena *a)
{
	const struct client *c = p ? find_client(p, client) : NULL;
	for (const struct kept *k = c ? c->first : NULL; k; k = k->next)
		if (k->type == type && of_another_report(p, k) &&
		    read_turn(k, turns, client, rec, a) && i-- == 0)
			return true;
	return false;
}

static const struct kept *
find_record(
    const struct past *p, const struct rec_type *type, const struct rec_id *id)
{
	struct table_node *n = NULL;
	if (p && p->records.n)
		n = table_first(&p->records, id_hash(p, type, id));
	for (; n; n = table_next(n)) {
		const struct kept *k = TRACK_OF(n, struct kept, by_id);
		if (k->type == type && rec_id_cmp(&k->id, id) == 0)
			return k;
	}
	return NULL;
}

bool
past_find(struct past *p, const struct rec_type *type, const struct rec_id *id,
    void *rec, struct rec_arena *a)
{
	const struct kept *k = find_record(p, type, id);
	return k && of_another_report(p, k) &&
	       rec_read(type, rec,
		   rec_arena_text(a, (struct rs_span){k->bytes, k->n}), a);
}

bool
past_told(struct past *p, const struct rec_type *type, const struct rec_id *id)
{
	const struct kept *k = find_record(p, type, id);
	return k && !k->open && k->report < p->report;
}

static const struct past_phone *
did_before(const struct past *p, const struct client *c)
{
	return c->report == p->report ? &c->before : &c->did;
}

bool
past_phone(struct past *p, const struct rs_addr *client, struct past_phone *to)
{
	const struct client *c = p ? find_client(p, client) : NULL;
	if (c == NULL || did_before(p, c)->tried == RS_NEVER)
		return false;
	*to = *did_before(p, c);
	return true;
}

void
past_phones(struct past *p,
    void (*each)(
	void *arg, const struct rs_addr *client, const struct past_phone *did),
    void *arg)
{
	for (int i = 0; p && i < CLASSES; i++)
		for (struct queue_link *l = queue_first(&p->order[i]); l;
		     l = queue_next(&p->order[i], l)) {
			const struct client *c =
			    TRACK_OF(l, struct client, order);
			if (did_before(p, c)->tried != RS_NEVER)
				each(arg, &c->addr, did_before(p, c));
		}
}

uint64_t
past_evicted(const struct past *p)
{
	return p ? p->evicted : 0;
}
