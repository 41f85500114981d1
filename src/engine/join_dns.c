/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What logs and captures both have of DNS: the questions that a phone's own
 * dnsmasq forwarded, and those that were seen on the wire.
 *
 * A line "forwarded NAME to SERVER" is a packet to that server.  What dnsmasq
 * answers out of its cache never was one, and a name that somebody has written
 * over is none.
 */
#include "engine/join_inner.h"

#include "dhcp/dhcp.h"
#include "dns/msg.h"
#include "log/facts.h"

#include <stdlib.h>

enum {
	LONGEST = 1024, /* name as text, with escapes */
	AT_ONCE = 4096, /* questions for the same that are looked through */
};

static const rs_time NEAR = 100 * RS_MSEC;

static struct rs_hasher
hasher(const struct join_dns *d)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &d->seed);
	return h;
}

static void
add_address(struct rs_hasher *h, const struct rs_addr *a)
{
	rs_hasher_number(h, a->family);
	rs_hasher_bytes(h, (struct rs_span){a->b, sizeof a->b});
}

static uint64_t
hash_addr(const struct join_dns *d, const struct rs_addr *a)
{
	struct rs_hasher h = hasher(d);
	add_address(&h, a);
	return rs_hasher_end(&h);
}

static gpointer
key_of(uint64_t h)
{
	return GSIZE_TO_POINTER(h | 1);
}

static uint32_t
look_up(GHashTable *t, gconstpointer key)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(t, key));
}

struct name {
	uint64_t hash;
	struct rs_span text;
};

static guint
name_hash(gconstpointer key)
{
	const struct name *n = key;
	return (guint)n->hash;
}

static gboolean
name_equal(gconstpointer a, gconstpointer b)
{
	const struct name *x = a, *y = b;
	return x->hash == y->hash && rs_span_eq(x->text, y->text);
}

struct join_dns *
join_dns_new(unsigned n_logs, uint64_t seed)
{
	struct join_dns *d = g_new0(struct join_dns, 1);
	d->seed = (struct rs_hash_seed){seed, ~seed};
	if (seed == 0) {
		d->seed.k0 = (uint64_t)g_random_int() << 32 | g_random_int();
		d->seed.k1 = (uint64_t)g_random_int() << 32 | g_random_int();
	}
	d->numbers = g_hash_table_new_full(name_hash, name_equal, g_free, NULL);
	d->asks = g_array_new(FALSE, TRUE, sizeof(struct join_ask));
	d->queries = g_array_new(FALSE, TRUE, sizeof(struct join_query));
	d->clients = g_array_new(FALSE, FALSE, sizeof(struct rs_addr));
	d->leases = g_array_new(FALSE, FALSE, sizeof(struct join_granted));
	d->names = g_hash_table_new(g_direct_hash, g_direct_equal);
	d->open = g_hash_table_new(g_direct_hash, g_direct_equal);
	d->line_logs = g_hash_table_new(g_direct_hash, g_direct_equal);
	d->line_asks = g_hash_table_new(g_direct_hash, g_direct_equal);
	d->packets = g_hash_table_new(g_direct_hash, g_direct_equal);
	d->own = g_new0(struct join_own, MAX(n_logs, 1));
	d->first = d->last = RS_NEVER;
	return d;
}

void
join_dns_free(struct join_dns *d)
{
	g_array_free(d->asks, TRUE);
	g_array_free(d->queries, TRUE);
	g_array_free(d->clients, TRUE);
	g_array_free(d->leases, TRUE);
	g_hash_table_destroy(d->numbers);
	g_hash_table_destroy(d->names);
	g_hash_table_destroy(d->open);
	g_hash_table_destroy(d->line_logs);
	g_hash_table_destroy(d->line_asks);
	g_hash_table_destroy(d->packets);
	g_free(d->by_what);
	g_free(d->own);
	g_free(d);
}

/* ---- names ---- */

/* Its number, so that two are equal where these are; in lower case, RFC 4343,
   without a dot at the end.  0: it is no name, or it is not known and is not to
   be added. */
static uint64_t
number_of(struct join_dns *d, struct rs_span name, bool add)
{
	uint8_t low[LONGEST];
	while (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > LONGEST)
		return 0;
	for (size_t i = 0; i < name.n; i++)
		low[i] = rs_ascii_lower(name.p[i]);
	const struct rs_span text = {low, name.n};
	const struct name key = {rs_hash(&d->seed, text), text};
	uint32_t i = look_up(d->numbers, &key);
	if (i || !add)
		return i;
	if (g_hash_table_size(d->numbers) >= JOIN_NAMES) {
		d->full = true;
		return 0;
	}
	struct name *new = g_malloc(sizeof *new + text.n);
	memcpy(new + 1, low, text.n);
	*new = (struct name){key.hash, {(const uint8_t *)(new + 1), text.n}};
	i = g_hash_table_size(d->numbers) + 1;
	g_hash_table_insert(d->numbers, new, GUINT_TO_POINTER(i));
	return i;
}

static uint64_t
what_of(uint64_t name, uint16_t type)
{
	return name << 16 | type;
}

/* False: somebody has written over a part of it. */
static bool
is_whole(struct rs_span name)
{
	unsigned row = 0;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i], low = rs_ascii_lower(c);
		bool letter = (low >= 'a' && low <= 'z') || rs_ascii_digit(c);
		if (!letter && c != '-' && c != '_' && c != '.')
			return false;
		row = low == 'x' ? row + 1 : 0;
		if (row == 3)
			return false;
	}
	return name.n > 0;
}

/* ---- logs ---- */

static gpointer
line_key(const struct join_dns *d, uint64_t number, struct rs_span entry)
{
	struct rs_span line = rs_span_part(entry, 0, rs_span_find(entry, '\n'));
	struct rs_hasher h = hasher(d);
	rs_hasher_number(&h, number);
	rs_hasher_bytes(&h, line);
	return key_of(rs_hasher_end(&h));
}

/* Of a log that is there twice the first one counts. */
static void
add_line(GHashTable *t, gpointer key, uint32_t i)
{
	if (!g_hash_table_contains(t, key))
		g_hash_table_insert(t, key, GUINT_TO_POINTER(i));
}

/* What was asked last of that name; NULL: nothing, or long ago. */
static struct join_recent *
asked(struct join_dns *d, uint64_t name)
{
	unsigned n = MIN(d->n_recent, JOIN_RECENT);
	for (unsigned i = 0; i < n; i++) {
		struct join_recent *r =
		    &d->recent[(d->n_recent - 1 - i) % JOIN_RECENT];
		if (r->name == name)
			return r;
	}
	return NULL;
}

/* The last of those that a reply of that type may be to; of any: of the type
   that waits longest.  0: none; else an ask, + 1. */
static uint32_t
waiting(struct log_join *j, uint64_t name, uint16_t type)
{
	struct join_dns *d = j->dns;
	unsigned n = MIN(d->n_recent, JOIN_RECENT);
	uint32_t last = 0;
	for (unsigned i = n; i-- > 0;) {
		const struct join_recent *r =
		    &d->recent[(d->n_recent - 1 - i) % JOIN_RECENT];
		if (r->name != name || r->ask == 0 || r->answered ||
		    (type && r->type != type))
			continue;
		type = r->type;
		last = r->ask;
	}
	for (unsigned i = 0; i < n; i++)
		if (d->recent[i].name == name && d->recent[i].type == type)
			d->recent[i].answered |= last != 0;
	return last;
}

static void
take_query(struct join_dns *d, const struct log_fact *f)
{
	struct join_recent r = {
	    .name = number_of(d, f->name, true),
	    .type = f->type,
	};
	if (r.name)
		d->recent[d->n_recent++ % JOIN_RECENT] = r;
}

static void
take_forward(struct log_join *j, unsigned log, const struct log_fact *f,
    const struct cap_frame *frame)
{
	struct join_dns *d = j->dns;
	struct join_recent *r = asked(d, number_of(d, f->name, false));
	struct rs_addr server;
	if (r == NULL || !rs_addr_parse(&server, f->value) ||
	    !is_whole(f->name))
		return;
	if (d->asks->len >= JOIN_ASKS) {
		d->full = true;
		return;
	}
	struct join_ask a = {
	    .at = frame->ts,
	    .replied = RS_NEVER,
	    .what = what_of(r->name, r->type),
	    .line = rs_frame_number(frame->frame),
	    .server = server,
	    .log = log,
	    .part = j->part,
	};
	g_array_append_val(d->asks, a);
	r->ask = d->asks->len;
	g_hash_table_add(d->names, GSIZE_TO_POINTER(a.what));
	j->joined[log].lookups++;
	add_line(d->line_asks, line_key(d, a.line, frame->bytes), d->asks->len);
}

static void
add_addr(const struct join_dns *d, struct join_told *t, const struct rs_addr *a)
{
	if (t->n < JOIN_ADDRS)
		t->addr[t->n++] = hash_addr(d, a);
	else
		t->more = true;
}

/* A line of an answer: an address, or what dnsmasq says where there is none;
   of other words nothing is concluded. */
static void
take_value(const struct join_dns *d, struct join_told *t, struct rs_span value)
{
	struct rs_addr a;
	if (rs_addr_parse(&a, value)) {
		t->any = true;
		add_addr(d, t, &a);
	} else if (rs_span_eq(value, RS_LIT("NXDOMAIN"))) {
		t->any = true;
		t->rcode = DNS_NXDOMAIN;
	}
}

/* Is that line more of the answer in hand? */
static bool
goes_on(const struct log_join *j, uint64_t name, uint16_t type, rs_time at)
{
	const struct join_dns *d = j->dns;
	return type && name && d->reply_ask && d->reply_name == name &&
	       d->reply_type == type &&
	       at - join_ask(j, d->reply_ask - 1)->replied < NEAR;
}

static void
take_reply(
    struct log_join *j, const struct log_fact *f, const struct cap_frame *frame)
{
	struct join_dns *d = j->dns;
	if (d->alias && frame->ts - d->alias_at > NEAR)
		d->alias = 0;
	uint64_t name = number_of(d, f->name, true),
		 of = d->alias ? d->alias : name;
	uint16_t type = log_reply_type(f->value);
	rs_time at = d->alias ? d->alias_at : frame->ts;
	uint64_t line =
	    d->alias ? d->alias_line : rs_frame_number(frame->frame);
	uint32_t part = d->alias ? d->alias_part : j->part;
	d->alias = 0;
	if (rs_span_eq(f->value, RS_LIT("<CNAME>"))) {
		d->alias = of;
		d->alias_at = at;
		d->alias_line = line;
		d->alias_part = part;
		return;
	}
	if (!goes_on(j, name, type, frame->ts)) {
		d->reply_ask = waiting(j, of, type);
		d->reply_name = name;
		d->reply_type = type;
	}
	if (d->reply_ask == 0)
		return;
	struct join_ask *a = join_ask(j, d->reply_ask - 1);
	if (a->replied == RS_NEVER) {
		a->replied = at;
		a->reply_line = line;
		a->reply_part = part;
	}
	take_value(d, &a->told, f->value);
}

void
join_dns_own(struct log_join *j, unsigned log, const struct rs_addr *a)
{
	static const struct rs_addr none = {.family = 4};
	struct join_own *own = &j->dns->own[log];
	if (a->family == 0 || rs_addr_eq(a, &none))
		return;
	for (unsigned i = 0; i < own->n; i++)
		if (rs_addr_eq(&own->addr[i], a))
			return;
	if (own->n < G_N_ELEMENTS(own->addr))
		own->addr[own->n++] = *a;
}

/* What the file before has begun goes on, where it is of the same log. */
static void
begin_part(struct log_join *j, unsigned file)
{
	struct join_dns *d = j->dns;
	unsigned log = j->parts[file].log;
	if (d->log == log + 1 && j->part == file)
		return;
	j->part = file;
	d->n_lines = 0;
	if (d->log == log + 1)
		return;
	d->log = log + 1;
	d->n_recent = 0;
	d->reply_ask = 0;
	d->alias = 0;
}

void
join_dns_entry(struct log_join *j, unsigned file, const struct cap_frame *f)
{
	struct join_dns *d = j->dns;
	unsigned log = j->parts[file].log;
	enum log_form form = (enum log_form)(f->linktype - CAP_LINK_LOG);
	struct rs_span text =
	    rs_span_part(f->bytes, 0, rs_span_find(f->bytes, '\n'));
	struct log_line line;
	struct log_fact fact;
	struct rs_addr a;
	begin_part(j, file);
	if (form != LOG_FORM_PHONE || !log_line_parse(form, text, &line) ||
	    !log_fact_parse(line.text, &fact))
		return;
	if (d->n_lines++ < JOIN_FIRST_LINES)
		add_line(d->line_logs,
		    line_key(d, rs_frame_number(f->frame), f->bytes), file + 1);
	if (fact.kind == LOG_DNS_QUERY)
		take_query(d, &fact);
	else if (fact.kind == LOG_DNS_FORWARD)
		take_forward(j, log, &fact, f);
	else if (fact.kind == LOG_DNS_REPLY)
		take_reply(j, &fact, f);
	else if (fact.kind == LOG_DHCP &&
		 rs_span_eq(fact.name, RS_LIT("ipaddr")) &&
		 rs_addr_parse(&a, fact.value))
		join_dns_own(j, log, &a);
}

/* ---- captures ---- */

static gpointer
packet_key(const struct join_dns *d, const struct rs_stamp *at, uint16_t id)
{
	struct rs_hasher h = hasher(d);
	rs_hasher_pair(&h, (uint64_t)at->complete, at->from.number);
	rs_hasher_number(&h, id);
	return key_of(rs_hasher_end(&h));
}

static gpointer
open_key(const struct join_dns *d, const struct join_query *q)
{
	struct rs_hasher h = hasher(d);
	rs_hasher_pair(&h, q->what, (uint64_t)q->client.port << 16 | q->id);
	add_address(&h, &q->client.addr);
	add_address(&h, &q->server.addr);
	return key_of(rs_hasher_end(&h));
}

static bool
is_of(const struct join_query *q, const struct join_query *answer)
{
	return q->what == answer->what && q->id == answer->id &&
	       q->client.port == answer->client.port &&
	       rs_addr_eq(&q->client.addr, &answer->client.addr) &&
	       rs_addr_eq(&q->server.addr, &answer->server.addr);
}

static void
take_answer(
    const struct join_dns *d, struct join_query *q, const struct rs_event *ev)
{
	const struct dns_msg *m = ev->u.dns_message;
	struct dns_walk w = dns_walk_init(m);
	struct dns_record r;
	struct rs_addr a;
	q->answered = true;
	q->answer = ev->at;
	q->told.any = true;
	q->told.rcode = (uint8_t)m->rcode;
	q->told.more = m->cut || m->truncated;
	while (dns_walk_next(m, &w, &r) && r.section == DNS_ANSWER)
		if (dns_record_addr(&r, &a))
			add_addr(d, &q->told, &a);
}

/* Of a large network only what logs ask for: then it is not known what they
   lack. */
static bool
wanted(struct join_dns *d, const struct dns_msg *m)
{
	bool all = d->queries->len < JOIN_QUERIES / 2;
	uint64_t name = number_of(d, dns_name_span(&m->name), all);
	d->broken |= !all;
	d->full |= d->queries->len >= JOIN_QUERIES;
	return all ? name != 0
		   : name && !d->full &&
			 g_hash_table_contains(d->names,
			     GSIZE_TO_POINTER(what_of(name, m->type)));
}

void
join_dns_event(struct log_join *j, const struct rs_event *ev)
{
	struct join_dns *d = j->dns;
	const struct dns_msg *m = ev->u.dns_message;
	enum rs_dir from = m->response ? rs_dir_other(ev->dir) : ev->dir;
	if (ev->flow->carrier != RS_OVER_UDP || m->opcode || m->name.n == 0 ||
	    (!m->response && !wanted(d, m)))
		return;
	uint64_t name = number_of(d, dns_name_span(&m->name), false);
	if (name == 0)
		return;
	struct join_query q = {
	    .at = ev->at,
	    .what = what_of(name, m->type),
	    .client = ev->flow->end[from],
	    .server = ev->flow->end[rs_dir_other(from)],
	    .id = m->id,
	    .common = log_type_known(m->type),
	};
	uint32_t i = d->queries->len + 1;
	if (m->response) {
		i = look_up(d->open, open_key(d, &q));
		if (i == 0 || join_query(j, i - 1)->answered ||
		    !is_of(join_query(j, i - 1), &q))
			return;
		take_answer(d, join_query(j, i - 1), ev);
	} else {
		g_array_append_val(d->queries, q);
		g_hash_table_insert(
		    d->open, open_key(d, &q), GUINT_TO_POINTER(i));
	}
	g_hash_table_insert(
	    d->packets, packet_key(d, &ev->at, m->id), GUINT_TO_POINTER(i));
}

void
join_dhcp_event(struct log_join *j, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	const struct join_granted l = {ev->at.complete, m->offered};
	if (m->type == DHCP_ACK && m->version == 4 &&
	    j->dns->leases->len < JOIN_LEASES)
		g_array_append_val(j->dns->leases, l);
}

/* ---- both ---- */

static int
by_what(const void *a, const void *b, void *arg)
{
	const struct log_join *j = arg;
	const struct join_query *x = join_query(j, *(const uint32_t *)a);
	const struct join_query *y = join_query(j, *(const uint32_t *)b);
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->at.complete != y->at.complete)
		return x->at.complete < y->at.complete ? -1 : 1;
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static void
number_clients(struct log_join *j)
{
	struct join_dns *d = j->dns;
	GHashTable *known = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (uint32_t i = 0; i < d->queries->len; i++) {
		struct join_query *q = join_query(j, i);
		gpointer key = key_of(hash_addr(d, &q->client.addr));
		uint32_t k = look_up(known, key);
		if (k == 0 || !rs_addr_eq(&g_array_index(d->clients,
					      struct rs_addr, k - 1),
				  &q->client.addr)) {
			g_array_append_val(d->clients, q->client.addr);
			k = d->clients->len;
			g_hash_table_insert(known, key, GUINT_TO_POINTER(k));
		}
		q->who = k - 1;
	}
	g_hash_table_destroy(known);
}

void
join_dns_sort(struct log_join *j)
{
	struct join_dns *d = j->dns;
	uint32_t n = d->queries->len;
	number_clients(j);
	d->by_what = g_new(uint32_t, MAX(n, 1));
	for (uint32_t i = 0; i < n; i++)
		d->by_what[i] = i;
	g_qsort_with_data(d->by_what, (int)n, sizeof *d->by_what, by_what, j);
}

uint32_t
join_dns_first(const struct log_join *j, uint64_t what, rs_time t)
{
	uint32_t from = 0, to = j->dns->queries->len;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const struct join_query *q =
		    join_query(j, j->dns->by_what[middle]);
		if (q->what < what ||
		    (q->what == what && t != RS_NEVER && q->at.complete < t))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Addresses that differ are of another question: a name with many has others
   each time. */
bool
join_dns_agrees(const struct join_ask *a, const struct join_query *q)
{
	const struct join_told *x = &a->told, *y = &q->told;
	if (!x->any || !y->any)
		return true;
	if ((x->rcode == DNS_NXDOMAIN) != (y->rcode == DNS_NXDOMAIN))
		return false;
	for (unsigned i = 0; i < x->n; i++) {
		bool there = y->more;
		for (unsigned k = 0; k < y->n; k++)
			there |= x->addr[i] == y->addr[k];
		if (!there)
			return false;
	}
	return true;
}

/* Whose messages of that log were captured; NULL: nobody's, or several. */
static const struct rs_addr *
sender(const struct log_join *j, unsigned log)
{
	const struct rs_addr *one = NULL;
	for (uint32_t i = 0; i < j->messages->len; i++) {
		const struct join_message *m = join_message(j, i);
		if (m->log != log || m->n == 0 || m->flow == 0)
			continue;
		const struct rs_addr *a = &join_flow(j, m->flow - 1)->client;
		if (one && !rs_addr_eq(one, a))
			return NULL;
		one = a;
	}
	return one;
}

bool
join_dns_is_own(const struct log_join *j, unsigned log, const struct rs_addr *a)
{
	const struct join_own *own = &j->dns->own[log];
	for (unsigned i = 0; i < own->n; i++)
		if (rs_addr_eq(&own->addr[i], a))
			return true;
	return false;
}

/* client NULL: the phone, which may have an address of each family. */
static bool
is_from(const struct log_join *j, const struct join_ask *a,
    const struct join_query *q, const struct rs_addr *client)
{
	if (client)
		return rs_addr_eq(&q->client.addr, client);
	return join_dns_is_own(j, a->log, &q->client.addr) ||
	       rs_addr_eq(&j->joined[a->log].client, &q->client.addr);
}

uint32_t
join_dns_nearest(const struct log_join *j, const struct join_ask *a,
    const struct rs_addr *client, rs_time due, rs_time near, const bool *taken)
{
	rs_time off = near + 1;
	uint32_t best = 0, seen = 0;
	for (uint32_t k = join_dns_first(j, a->what, due - near);
	     k < j->dns->queries->len; k++) {
		uint32_t i = j->dns->by_what[k];
		const struct join_query *q = join_query(j, i);
		rs_time e = llabs(q->at.complete - due);
		if (q->what != a->what || q->at.complete > due + near)
			break;
		if (seen++ == AT_ONCE)
			return 0;
		if (e >= off || taken[i] || !is_from(j, a, q, client) ||
		    !rs_addr_eq(&q->server.addr, &a->server) ||
		    !join_dns_agrees(a, q))
			continue;
		off = e;
		best = i + 1;
	}
	return best;
}

void
join_dns_place(struct log_join *j, unsigned log, const struct join_line *l)
{
	struct log_joined *out = &j->joined[log];
	const struct rs_addr *one = sender(j, log);
	bool *taken = g_new0(bool, MAX(j->dns->queries->len, 1));
	if (out->client.family == 0 && one)
		out->client = *one;
	for (uint32_t i = 0; i < j->dns->asks->len; i++) {
		struct join_ask *a = join_ask(j, i);
		if (a->log != log)
			continue;
		a->query = join_dns_nearest(
		    j, a, NULL, join_time(l, a->at), NEAR, taken);
		if (a->query == 0)
			continue;
		taken[a->query - 1] = true;
		out->lookups_captured++;
		/* Of two logs of one phone one tells. */
		if (join_query(j, a->query - 1)->ask == 0)
			join_query(j, a->query - 1)->ask = i + 1;
	}
	g_free(taken);
}

/* ---- once more ---- */

struct join_lookup
log_join_lookup(struct log_join *j, struct rs_frame line, struct rs_span entry)
{
	struct join_lookup out = {0};
	gpointer key = line_key(j->dns, rs_frame_number(line), entry);
	uint32_t i = look_up(j->dns->line_asks, key), part;
	const struct join_ask *a = i ? join_ask(j, i - 1) : NULL;
	part = a ? a->part + 1 : look_up(j->dns->line_logs, key);
	if (part == 0)
		return out;
	const struct log_joined *l = &j->joined[j->parts[part - 1].log];
	if (j->parts[part - 1].file == 0)
		j->parts[part - 1].file = line.file + 1;
	if (!l->solved)
		return out;
	if (l->client.family)
		out.client = &l->client;
	if (a == NULL || a->query == 0 || a->line != rs_frame_number(line))
		return out;
	const struct join_query *q = join_query(j, a->query - 1);
	out.captured = true;
	out.answered = q->answered;
	out.from = q->client;
	out.to = q->server;
	out.id = q->id;
	out.sent = q->at.complete;
	return out;
}

bool
log_join_apart(const struct log_join *j, uint32_t file)
{
	for (unsigned i = 0; i < j->n_logs; i++)
		if (j->parts[i].file == file + 1)
			return !j->joined[j->parts[i].log].solved;
	return false;
}

bool
log_join_lease(const struct log_join *j, uint32_t file,
    const struct rs_addr *leased, rs_time at)
{
	/* It is written when the interface is up. */
	const rs_time before = 2 * RS_SEC, after = 10 * RS_SEC;
	if (log_join_apart(j, file))
		return false;
	for (uint32_t i = 0; i < j->dns->leases->len; i++) {
		const struct join_granted *l =
		    &g_array_index(j->dns->leases, struct join_granted, i);
		if (rs_addr_eq(&l->to, leased) && at >= l->at - before &&
		    at <= l->at + after)
			return true;
	}
	return false;
}

bool
log_join_line(
    const struct log_join *j, const struct rs_event *ev, struct rs_stamp *line)
{
	if (ev->type != RS_EV_DNS_MESSAGE || ev->flow == NULL ||
	    ev->flow->source != RS_FROM_WIRE)
		return false;
	const struct dns_msg *m = ev->u.dns_message;
	uint32_t i =
	    look_up(j->dns->packets, packet_key(j->dns, &ev->at, m->id));
	const struct join_query *q = i ? join_query(j, i - 1) : NULL;
	if (q == NULL || q->ask == 0 || q->id != m->id ||
	    (m->response ? q->answer : q->at).complete != ev->at.complete)
		return false;
	const struct join_ask *a = join_ask(j, q->ask - 1);
	uint32_t file = j->parts[m->response ? a->reply_part : a->part].file;
	uint64_t number = m->response ? a->reply_line : a->line;
	if (file == 0 || number == 0)
		return false;
	*line = rs_stamp_at(
	    ev->at.complete, (struct rs_frame){file - 1, number | RS_LINE});
	return true;
}
