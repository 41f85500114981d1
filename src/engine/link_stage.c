/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/link_stage.h"

#include "dhcp/dhcp.h"
#include "dhcp/values.h"
#include "link/link.h"

static void
emit(const struct net_packet *p, struct link_msg *m, const struct rs_sink *out)
{
	struct rs_event ev = {.type = RS_EV_LINK, .at = p->at, .u.link = m};
	if (p->has_mac)
		memcpy(m->from, p->mac, sizeof m->from);
	m->vlan = p->vlan;
	rs_emit(out, &ev);
}

void
link_stage_frame(
    const struct net_packet *p, struct rs_span frame, const struct rs_sink *out)
{
	struct link_msg m;
	if (p->other.n == 0 || !p->has_mac ||
	    !link_parse(&m, p->other_type, p->other))
		return;
	/* Of Ethernet, where the source stands behind the destination. */
	if (frame.n >= 12 && memcmp(frame.p + 6, p->mac, 6) == 0)
		memcpy(m.to, frame.p, 6);
	emit(p, &m, out);
}

/* RFC 4861 7.1: a router would have lessened it; RFC 6980: never in pieces. */
void
link_stage_neighbour(const struct net_packet *p, const struct rs_sink *out)
{
	static const uint8_t none[6];
	struct link_msg m;
	if (!p->has_mac || p->ttl != 255 || p->fragmented ||
	    !link_nd(&m, &p->src.addr, p->payload))
		return;
	if (memcmp(m.sender_mac, none, 6) == 0)
		memcpy(m.sender_mac, p->mac, 6);
	if (p->to)
		memcpy(m.to, p->to, sizeof m.to);
	emit(p, &m, out);
}

/* Was it told already?  If not, it is from now on.  The place need not be
   secret: who fills it has only told more. */
static bool
was_told(struct link_told *told, const struct net_packet *p)
{
	const uint8_t *b = p->src.addr.b;
	struct link_telling *t = &told->v[(b[3] ^ b[15]) % 64];
	if (t->turn == told->turn && p->ts - t->at <= RS_SEC &&
	    t->at - p->ts <= RS_SEC && t->vlan == p->vlan && t->ttl == p->ttl &&
	    memcmp(t->mac, p->mac, sizeof t->mac) == 0 &&
	    rs_addr_eq(&t->addr, &p->src.addr))
		return true;
	*t = (struct link_telling){.addr = p->src.addr,
	    .vlan = p->vlan,
	    .ttl = p->ttl,
	    .at = p->ts,
	    .turn = told->turn};
	memcpy(t->mac, p->mac, sizeof t->mac);
	return false;
}

void
link_stage_source(struct link_source *s, struct link_told *told,
    const struct net_packet *p, const struct rs_sink *out)
{
	if (!p->has_mac || (s->known && s->vlan == p->vlan &&
			       memcmp(s->mac, p->mac, sizeof s->mac) == 0))
		return;
	struct link_msg m = {
	    .kind = LINK_SOURCE, .sender = p->src.addr, .ttl = p->ttl};
	memcpy(s->mac, p->mac, sizeof s->mac);
	s->vlan = p->vlan;
	s->known = true;
	if (!was_told(told, p))
		emit(p, &m, out);
}

static void
watch(struct link_watch *w, const struct rs_addr *a)
{
	for (unsigned i = 0; i < w->n; i++)
		if (rs_addr_eq(&w->v[i], a))
			return;
	if (w->n < sizeof w->v / sizeof *w->v)
		w->v[w->n++] = *a;
}

void
link_stage_learn(struct link_watch *w, const struct rs_event *ev)
{
	static const enum dhcp_option from[] = {DHCP_TFTP_NAME,
	    DHCP_TFTP_ADDRESSES, DHCP_PROVISIONING, DHCP_CONFIG_URL};
	if (ev->type != RS_EV_DHCP || ev->u.dhcp->type != DHCP_ACK)
		return;
	for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
		struct rs_addr v[4];
		size_t n = dhcp_value_servers(
		    ev->u.dhcp->option[from[i]], v, sizeof v / sizeof *v);
		while (n-- > 0)
			watch(w, &v[n]);
	}
}

void
link_stage_opened(const struct link_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	for (unsigned i = 0; i < w->n; i++) {
		if (!rs_addr_eq(&w->v[i], &p->dst.addr))
			continue;
		struct link_msg m = {.kind = LINK_CONTACT,
		    .client = p->src,
		    .server = p->dst,
		    .tcp = p->proto == NET_PROTO_TCP};
		emit(p, &m, out);
		return;
	}
}
