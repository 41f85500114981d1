/* SPDX-License-Identifier: Apache-2.0 */
/* When all is read again: which line and which packet are the same question. */
#include "engine/join_dns.h"

#include "dns/msg.h"

struct join_lookup
log_join_lookup(struct log_join *j, struct rs_frame line, struct rs_span entry)
{
	struct join_lookup out = {0};
	gpointer key = join_dns_line_key(j->dns, rs_frame_number(line), entry);
	uint32_t i = join_dns_find(j->dns->line_asks, key), part;
	const struct join_ask *a = i ? join_ask(j, i - 1) : NULL;
	part = a ? a->part + 1 : join_dns_find(j->dns->line_logs, key);
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
	uint32_t i = join_dns_find(
	    j->dns->packets, join_dns_packet_key(j->dns, &ev->at, m->id));
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
