/* SPDX-License-Identifier: Apache-2.0 */
/* What the files join_dns*.c have in common: names as numbers, and keys of what
   logs and captures choose.  Nobody else includes this. */
#ifndef ENGINE_JOIN_DNS_H
#define ENGINE_JOIN_DNS_H

#include "engine/join_inner.h"

/* Lines of one answer; a line and its packet. */
enum { JOIN_NEAR = 100 * (int)RS_MSEC };

static inline struct rs_hasher
join_dns_hasher(const struct join_dns *d)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &d->seed);
	return h;
}

static inline void
join_dns_add(struct rs_hasher *h, const struct rs_addr *a)
{
	rs_hasher_number(h, a->family);
	rs_hasher_bytes(h, (struct rs_span){a->b, sizeof a->b});
}

static inline uint64_t
join_dns_hash(const struct join_dns *d, const struct rs_addr *a)
{
	struct rs_hasher h = join_dns_hasher(d);
	join_dns_add(&h, a);
	return rs_hasher_end(&h);
}

static inline gpointer
join_dns_key(uint64_t h)
{
	return GSIZE_TO_POINTER(h | 1);
}

static inline uint32_t
join_dns_find(GHashTable *t, gconstpointer key)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(t, key));
}

static inline uint64_t
join_dns_what(uint64_t name, uint16_t type)
{
	return name << 16 | type;
}

/* The number of a name, so that two are equal where these are; in lower case,
   RFC 4343, without a dot at the end.  0: it is no name, or it is not known and
   is not to be added. */
uint64_t join_dns_number(struct join_dns *d, struct rs_span name, bool add);
/* Of a log's line, by its number and its text; of a packet of that id. */
gpointer join_dns_line_key(
    const struct join_dns *d, uint64_t number, struct rs_span entry);
gpointer join_dns_packet_key(
    const struct join_dns *d, const struct rs_stamp *at, uint16_t id);
/* One more address of an answer. */
void join_dns_tell(
    const struct join_dns *d, struct join_told *t, const struct rs_addr *a);

#endif
