/* SPDX-License-Identifier: Apache-2.0 */
/* What captures have of DNS, and of DHCP what was granted to whom. */
#include "engine/join_dns.h"

#include "dhcp/dhcp.h"
#include "dns/msg.h"
#include "log/facts.h"

static gpointer
open_key(const struct join_dns *d, const struct join_query *q)
{
	struct rs_hasher h = join_dns_hasher(d);
	rs_hasher_pair(&h, q->what, (uint64_t)q->client.port << 16 | q->id);
	join_dns_add(&h, &q->client.addr);
	join_dns_add(&h, &q->server.addr);
	return join_dns_key(rs_hasher_end(&h));
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
			join_dns_tell(d, &q->told, &a);
}

/* Of a large network only what logs ask for: then it is not known what they
   lack. */
static bool
wanted(struct join_dns *d, const struct dns_msg *m)
{
	bool all = d->queries->len < JOIN_QUERIES / 2;
	uint64_t name = join_dns_number(d, dns_name_span(&m->name), all);
	d->broken |= !all;
	d->full |= d->queries->len >= JOIN_QUERIES;
	return all ? name != 0
		   : name && !d->full &&
			 g_hash_table_contains(d->names,
			     GSIZE_TO_POINTER(join_dns_what(name, m->type)));
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
	uint64_t name = join_dns_number(d, dns_name_span(&m->name), false);
	if (name == 0)
		return;
	struct join_query q = {
	    .at = ev->at,
	    .what = join_dns_what(name, m->type),
	    .client = ev->flow->end[from],
	    .server = ev->flow->end[rs_dir_other(from)],
	    .id = m->id,
	    .common = log_type_known(m->type),
	};
	uint32_t i = d->queries->len + 1;
	if (m->response) {
		i = join_dns_find(d->open, open_key(d, &q));
		if (i == 0 || join_query(j, i - 1)->answered ||
		    !is_of(join_query(j, i - 1), &q))
			return;
		take_answer(d, join_query(j, i - 1), ev);
	} else {
		g_array_append_val(d->queries, q);
		g_hash_table_insert(
		    d->open, open_key(d, &q), GUINT_TO_POINTER(i));
	}
	g_hash_table_insert(d->packets, join_dns_packet_key(d, &ev->at, m->id),
	    GUINT_TO_POINTER(i));
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
