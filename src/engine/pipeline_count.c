/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of flows rather than told, for the coverage. */
#include "dhcp/dhcp.h"
#include "engine/app.h"

/* Flows of phones vote on where the capture was made. */
static void
vote(struct pipeline *p, const struct flow *f)
{
	struct vantage *v = &p->counts.vantage;
	const struct app *app = f->app;
	uint8_t ttl[2] = {f->ttl, f->ttl_back};
	if (f->claim != FLOW_OURS)
		return;
	if (f->tcp == NULL) {
		if (f->phone)
			vantage_ttl(v, ttl[f->phone - 1], ttl[2 - f->phone]);
		return;
	}
	/* What is encrypted counts where its port says that it is SIP. */
	const struct rs_conn_facts *facts = tcp_conn_facts(f->tcp);
	bool client =
	    f->phone == 1 + RS_C2S || (app->tls && app_sip_port(p, f));
	if (!client || !facts->from_start)
		return;
	vantage_ttl(v, facts->half[RS_C2S].ttl, facts->half[RS_S2C].ttl);
	vantage_handshake(v, facts);
}

static bool
is_broadcast(const struct flow *f)
{
	const struct app *app = f->app;
	return f->claim == FLOW_OURS &&
	       app->stream.dissector == &dhcp_dissector;
}

void
pipeline_count(struct pipeline *p, const struct flow *f)
{
	struct pipeline_counts *c = &p->counts;
	if (f->looks)
		labels_settle(&p->labels);
	vote(p, f);
	if (f->proto == NET_PROTO_TCP)
		c->flows_tcp++;
	else
		c->flows_udp++;
	/* A lone packet or two say nothing about the other direction, and
	   broadcasts are not answered on their own flow.  */
	if (!is_broadcast(f) && f->packets[0] + f->packets[1] > 2 &&
	    (f->packets[0] == 0 || f->packets[1] == 0))
		c->one_way++;
	c->two_way += f->packets[0] && f->packets[1];
	if (f->claim != FLOW_OURS && f->label < CLASSIFY_LABELS) {
		struct label_sums *l = &c->labels[f->label];
		l->flows++;
		l->packets += (uint64_t)f->packets[0] + f->packets[1];
		l->bytes += f->bytes;
	}
}
