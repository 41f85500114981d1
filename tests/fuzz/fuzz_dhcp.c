/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DHCP of both versions, NTP, frames without IP and neighbour discovery, from
 * bytes to records.  The
 * input is operations: a byte that says what (and how many seconds later), two
 * bytes of length, the data.
 *
 * Beyond "no crash": spans point into the message or into what was joined, a
 * copy says the same, the budget is kept and back at zero, and a message that a
 * probe takes is read or told to be malformed.
 */
#include "dhcp/dhcp.h"
#include "dhcp/values.h"
#include "event.h"
#include "link/link.h"
#include "ntp/ntp.h"
#include "recorder.h"
#include "track/clock.h"
#include "track/host.h"
#include "track/lease.h"
#include "track/link.h"
#include "track/neighbour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(x)                                                                \
 do {                                                                          \
  if (!(x)) {                                                                  \
   fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                     \
   abort();                                                                    \
  }                                                                            \
 } while (0)

enum { FROM_CLIENT, FROM_SERVER, FRAME, CLOCK };

struct run {
	struct rs_account pay;
	struct neighbour_tracker *near;
	struct lease_tracker *lease;
	struct link_tracker *link;
	struct clock_tracker *clock;
	struct host_index *hosts;
	struct rs_flow_info flow;
	struct rs_stamp at;
	unsigned records, told;
};

static void
hear_record(void *arg, const struct rec_type *type, const void *rec)
{
	struct run *r = arg;
	struct rs_buf buf;
	struct rec_arena a;
	void *back = calloc(1, type->size);
	must(back != NULL);
	rs_buf_init(&buf, 1 << 22, NULL);
	rec_arena_init(&a, NULL, NULL);
	must(rec_write(type, rec, &buf));
	must(rec_read(type, back, rs_buf_view(&buf), &a));
	host_index_add(r->hosts, type, back);
	rec_arena_clear(&a);
	rs_buf_clear(&buf);
	free(back);
	r->records++;
}

static bool
inside(struct rs_span s, const uint8_t *p, size_t n)
{
	return s.p == NULL || s.n == 0 || (s.p >= p && s.p + s.n <= p + n);
}

static void
check_copy(const struct dhcp_msg *m)
{
	struct dhcp_msg copy;
	uint8_t *bytes = malloc(m->bytes.n ? m->bytes.n : 1);
	struct rs_addr v[3];
	must(bytes != NULL);
	dhcp_msg_copy(&copy, bytes, m);
	must(m->n_joined <= sizeof m->joined);
	for (unsigned i = 0; i < DHCP_OPTION_N; i++) {
		struct rs_span s = m->option[i], t = copy.option[i];
		must(inside(s, m->bytes.p, m->bytes.n) ||
		     inside(s, m->joined, m->n_joined));
		must(inside(t, bytes, m->bytes.n) ||
		     inside(t, copy.joined, copy.n_joined));
		must(rs_span_eq(s, t) && !s.p == !t.p);
		must(inside(dhcp_value_text(s), s.p, s.n));
		must(dhcp_value_servers(s, v, 3) <= 3);
	}
	free(bytes);
}

static void
hear_event(void *arg, const struct rs_event *ev)
{
	struct run *r = arg;
	struct rs_event full = *ev;
	full.flow = &r->flow;
	full.now = full.at.complete;
	r->told++;
	if (ev->type == RS_EV_DHCP) {
		check_copy(ev->u.dhcp);
		neighbour_tracker_event(r->near, &full);
		lease_tracker_event(r->lease, &full);
	} else if (ev->type == RS_EV_CLOCK) {
		clock_tracker_event(r->clock, &full);
	}
}

static void
datagram(struct run *r, const struct rs_dissector *d, enum rs_dir dir,
    struct rs_span s)
{
	const struct rs_sink out = {hear_event, r};
	const struct rs_arrival one = {s.n, r->at};
	const struct rs_where where = {&one, 1};
	bool yes = d->probe(s, RS_OVER_UDP) == RS_YES;
	unsigned told = r->told;
	if (s.n == 0)
		return;
	struct rs_progress p = d->feed(NULL, RS_OVER_UDP, dir, s, &where, &out);
	must(p.how == RS_PARSED || p.how == RS_MALFORMED);
	must(p.consumed == s.n);
	must(!yes || r->told > told);
}

static void
frame(struct run *r, struct rs_span s)
{
	struct link_msg m;
	if (s.n < 15)
		return;
	unsigned type = (unsigned)s.p[12] << 8 | s.p[13];
	struct rs_addr from = {.family = 6};
	bool v6 = type == 0x86dd && s.n >= 14 + 40;
	if (v6)
		memcpy(from.b, s.p + 14 + 8, RS_ADDR_BYTES);
	bool read = v6 ? link_nd(&m, &from, rs_span_from(s, 14 + 40))
		       : link_parse(&m, type, rs_span_from(s, 14));
	memcpy(m.to, s.p, 6);
	memcpy(m.from, s.p + 6, 6);
	m.vlan = s.p[14] & 7;
	if (!read) {
		/* Of the pipeline's own: who sent, and to whom. */
		m.kind = s.p[14] & 8 ? LINK_SOURCE : LINK_CONTACT;
		m.ttl = 64;
		m.sender = r->flow.end[s.p[14] >> 7].addr;
		m.client.addr = m.sender;
		m.server.addr = rs_addr_v4(s.p + 11);
	}
	const struct rs_event ev = {.type = RS_EV_LINK,
	    .at = r->at,
	    .now = r->at.complete,
	    .u.link = &m};
	neighbour_tracker_event(r->near, &ev);
	link_tracker_event(r->link, &ev);
	lease_tracker_event(r->lease, &ev);
}

static void
operation(struct run *r, uint8_t op, struct rs_span s)
{
	r->at.first = r->at.complete += (op >> 2) * RS_SEC;
	r->at.to.number = ++r->at.from.number;
	switch (op & 3) {
	case FROM_CLIENT:
		datagram(r, &dhcp_dissector, RS_C2S, s);
		break;
	case FROM_SERVER:
		datagram(r, &dhcp_dissector, RS_S2C, s);
		break;
	case FRAME:
		frame(r, s);
		break;
	default:
		datagram(r, &ntp_dissector, s.n & 1 ? RS_S2C : RS_C2S, s);
		break;
	}
}

/* A question of each kind about what was learned. */
static void
ask(struct run *r)
{
	struct host_view view;
	struct rs_addr addr = r->flow.end[0].addr;
	struct rec_id id;
	int64_t offset;
	if (host_at(r->hosts, &addr, r->at.complete, &view))
		must(host_of_mac(
		    r->hosts, rs_span_str(view.mac), 0, &addr, &view));
	(void)host_lease(r->hosts, &addr, r->at.complete, &id);
	(void)host_clock(r->hosts, &addr, r->at.complete, &id);
	(void)host_policy(r->hosts, &id);
	(void)host_capture_offset(r->hosts, &offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t client[4] = {192, 0, 2, 17};
	const struct rs_hash_seed seed = {1, 2};
	struct run r = {
	    .at = rs_stamp_at(1700000000 * RS_SEC, (struct rs_frame){0, 0})};
	const struct rec_sink out = {hear_record, &r};
	r.flow.end[0] = (struct rs_endpoint){rs_addr_v4(client), 68};
	r.flow.end[1].addr.family = 4;
	rs_account_init(&r.pay, size & 1 ? 60000 : 4000000);
	r.hosts = host_index_new();
	r.near = neighbour_tracker_new(&seed, &r.pay, &out);
	r.lease = lease_tracker_new(&seed, &r.pay, r.near, &out);
	r.link = link_tracker_new(&seed, &r.pay, &out);
	r.clock = clock_tracker_new(&seed, &r.pay, &out);
	while (size >= 3) {
		size_t n = (size_t)data[1] << 8 | data[2];
		uint8_t op = data[0];
		data += 3;
		size -= 3;
		n = n < size ? n : size;
		/* Of its own, so that reading past it is found. */
		uint8_t *copy = malloc(n ? n : 1);
		must(copy != NULL);
		memcpy(copy, data, n);
		operation(&r, op, (struct rs_span){copy, n});
		free(copy);
		data += n;
		size -= n;
	}
	lease_tracker_finish(r.lease, r.at.complete);
	neighbour_tracker_finish(r.near);
	link_tracker_finish(r.link);
	clock_tracker_finish(r.clock);
	ask(&r);
	lease_tracker_free(r.lease);
	neighbour_tracker_free(r.near);
	link_tracker_free(r.link);
	clock_tracker_free(r.clock);
	host_index_free(r.hosts);
	must(r.pay.used == 0);
	return 0;
}
