/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packets are worth being kept for a while: those of flows that a
 * dissector claimed or may still claim, what phones need before they register
 * (DNS, DHCP, TFTP), and ICMP errors.  Of TLS that nobody knows to carry SIP
 * only the beginning, which has its handshake.
 */
#include "engine/internal.h"
#include "net/icmp.h"

#include <string.h>

enum { UNKNOWN_TLS = 64 }; /* packets */

/* Of what comes before registration. */
static bool
early_port(uint16_t port)
{
	switch (port) {
	case 53: /* DNS */
	case 67: /* DHCP */
	case 68:
	case 69:  /* TFTP */
	case 546: /* DHCPv6 */
	case 547:
		return true;
	default:
		return false;
	}
}

const struct engine_look *
engine_look(const struct engine *e)
{
	return &e->look;
}

static bool
flow_is_ours(const struct engine *e, const struct flow *f)
{
	const struct related *known = e->pipeline.related;
	if (f->claim != FLOW_OURS || f->tcp == NULL || f->phone)
		return f->claim != FLOW_FOREIGN;
	for (int i = 0; i < 2; i++)
		if (known && related_sip_port(known, f->end[i].port))
			return true;
	return (uint64_t)f->packets[0] + f->packets[1] <= UNKNOWN_TLS;
}

void
engine_look_at(struct engine *e, const struct net_packet *p)
{
	struct engine_look *l = &e->look;
	struct icmp_error error;
	*l = (struct engine_look){
	    .proto = p->proto,
	    .src = p->src,
	    .dst = p->dst,
	    .has_mac = p->has_mac,
	};
	if (p->has_mac)
		memcpy(l->mac, p->mac, sizeof l->mac);
	if (p->proto == NET_PROTO_ICMP || p->proto == NET_PROTO_ICMP6) {
		l->ours = l->always = icmp_error_decode(p, &error);
		if (l->ours) {
			l->src = error.quoted.src;
			l->dst = error.quoted.dst;
		}
		return;
	}
	if (p->proto != NET_PROTO_TCP && p->proto != NET_PROTO_UDP)
		return;
	l->always = early_port(p->src.port) || early_port(p->dst.port);
	enum rs_dir dir;
	const struct flow *f =
	    flow_find(e->flows, &p->src, &p->dst, p->proto, &dir);
	/* Without a flow: a part of a datagram. */
	l->ours = l->always || f == NULL || flow_is_ours(e, f);
}
