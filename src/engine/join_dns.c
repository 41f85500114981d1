/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What logs and captures both have of DNS: the questions that a phone's own
 * dnsmasq forwarded (join_dns_log.c), and those that were seen on the wire
 * (join_dns_wire.c).
 *
 * A line "forwarded NAME to SERVER" is a packet to that server.  What dnsmasq
 * answers out of its cache never was one, and a name that somebody has written
 * over is none.
 */
#include "engine/join_dns.h"

enum { LONGEST = 1024 }; /* name as text, with escapes */

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

uint64_t
join_dns_number(struct join_dns *d, struct rs_span name, bool add)
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
	uint32_t i = join_dns_find(d->numbers, &key);
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

/* ---- keys ---- */

gpointer
join_dns_line_key(
    const struct join_dns *d, uint64_t number, struct rs_span entry)
{
	struct rs_span line = rs_span_part(entry, 0, rs_span_find(entry, '\n'));
	struct rs_hasher h = join_dns_hasher(d);
	rs_hasher_number(&h, number);
	rs_hasher_bytes(&h, line);
	return join_dns_key(rs_hasher_end(&h));
}

gpointer
join_dns_packet_key(
    const struct join_dns *d, const struct rs_stamp *at, uint16_t id)
{
	struct rs_hasher h = join_dns_hasher(d);
	rs_hasher_pair(&h, (uint64_t)at->complete, at->from.number);
	rs_hasher_number(&h, id);
	return join_dns_key(rs_hasher_end(&h));
}

void
join_dns_tell(
    const struct join_dns *d, struct join_told *t, const struct rs_addr *a)
{
	if (t->n < JOIN_ADDRS)
		t->addr[t->n++] = join_dns_hash(d, a);
	else
		t->more = true;
}
