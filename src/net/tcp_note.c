/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tcp_note.h"

#define IDLE_LEAST (30 * RS_SEC)
#define REPEAT_LEAST (100 * RS_MSEC) /* RFC 6298 2.4, as hosts have it */

/* RFC 791 3.1; 0 over IPv6, which has none. */
static uint16_t
ip_id(const struct net_packet *p)
{
	bool v4 = p->ip.n >= 20 && p->ip.p[0] >> 4 == 4;
	return v4 ? (uint16_t)(p->ip.p[4] << 8 | p->ip.p[5]) : 0;
}

void
tcp_note_look(struct rs_half_facts *half, const struct net_packet *p,
    const struct tcp_hdr *h)
{
	if (half->rst_ttl)
		return;
	if (h->flags & TCP_RST) {
		half->rst_ttl = p->ttl;
		half->rst_timestamps = h->timestamps;
		half->rst_ip_id = ip_id(p);
		half->rst_window = h->window;
		return;
	}
	half->last_ttl = p->ttl;
	half->last_timestamps = h->timestamps;
	if (!(h->flags & TCP_SYN))
		half->last_window = h->window;
	uint16_t id = ip_id(p);
	if (id && id == half->last_ip_id)
		return; /* the same packet, captured twice */
	half->old_ip_id = half->last_ip_id;
	half->last_ip_id = id;
}

void
tcp_note_idle(struct rs_conn_facts *f, enum rs_dir dir,
    const struct net_packet *p, const struct tcp_hdr *h)
{
	struct rs_idle_facts *i = &f->idle;
	if (p->ts - f->last_at > IDLE_LEAST) {
		*i = (struct rs_idle_facts){.from = f->last_at,
		    .to = p->ts,
		    .repeat_at = p->ts,
		    .packet = p->at.from,
		    .by = (uint8_t)dir,
		    .data = p->payload_wire > 0};
	} else if (i->packet.number && dir != i->by) {
		*(h->flags & TCP_RST ? &i->reset : &i->answered) = true;
	}
	if (i->packet.number && dir == i->by)
		i->last = p->at.to;
}

void
tcp_note_repeat(struct rs_idle_facts *i, enum rs_dir dir, rs_time at)
{
	if (i->packet.number == 0 || i->by != dir ||
	    at - i->repeat_at < REPEAT_LEAST || i->repeats == UINT16_MAX)
		return;
	i->repeats++;
	i->repeat_at = at;
}

void
tcp_note_no_times(struct rs_conn_facts *f)
{
	f->first_at = f->last_at = f->established_at = f->icmp_at = RS_NEVER;
	for (unsigned i = 0; i < 2; i++)
		f->half[i].syn_at = f->half[i].fin_at = f->half[i].rst_at =
		    f->half[i].last_at = f->half[i].hole_at = RS_NEVER;
	f->idle.from = f->idle.to = RS_NEVER;
}

void
tcp_note_lone_syn(struct rs_conn_facts *f, rs_time at, struct rs_frame frame,
    uint8_t ttl, uint16_t mss)
{
	*f = (struct rs_conn_facts){.from_start = true};
	tcp_note_no_times(f);
	struct rs_half_facts *half = &f->half[RS_C2S];
	half->packets = half->syns = 1;
	half->ttl = ttl;
	half->mss = mss;
	f->first_at = f->last_at = half->last_at = half->syn_at = at;
	f->first = f->last = half->last = half->syn = frame;
}
