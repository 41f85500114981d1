/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that other reports of a run saw a phone take.
 *
 * A phone resolves names and fetches its configuration once, has one TLS
 * connection for days, and registers over and over.  Where a report knows a
 * step of it, those before it are looked for in what was told earlier; those
 * after it are not, as it need not have come there again.
 */
#include "report/chain.h"

enum stage { LINK, DHCP, DNS, PROVISIONING, TCP, TLS, SIP, STAGES };

/* The i-th record of that type of an address, the latest first. */
static bool
record_of(const struct chain_sources *from, const struct rs_addr *addr,
    const struct rec_type *type, size_t i, void *rec, struct rec_arena *a)
{
	return past_of(from->past, from->turns, addr, type, i, rec, a);
}

static void
see(struct rec_stage *s, const struct rec_type *type, const struct rec_id *id,
    const struct rec_list *frames, struct rec_arena *a)
{
	const struct rs_frame *v = frames->v;
	s->state = REC_STAGE_OK;
	s->earlier = RS_TRUE;
	rec_stage_add(s, type, id, frames->n ? v[0] : id->frame,
	    frames->n ? v[frames->n - 1] : id->frame, a);
}

/* It is about SIP, or about where phones register or were configured. */
static bool
on_the_way(const struct chain_sources *from, const struct rec_lookup *l,
    struct rec_arena *a)
{
	struct rec_download d;
	const struct rs_addr *client = &l->client.at.addr;
	if (l->related == RS_TRUE || way_is_service(l) ||
	    related_name(from->related, l->name))
		return true;
	for (size_t i = 0;
	     record_of(from, client, &rec_download_type, i, &d, a); i++)
		if (way_gives(l, &d.server.at.addr))
			return true;
	return false;
}

static void
see_dns(const struct chain_sources *from, const struct rs_addr *addr,
    struct rec_stage *s, struct rec_arena *a)
{
	struct rec_lookup l;
	for (size_t i = 0; record_of(from, addr, &rec_lookup_type, i, &l, a);
	     i++) {
		if (!on_the_way(from, &l, a))
			continue;
		see(s, &rec_lookup_type, &l.id, &l.frames, a);
		return;
	}
}

static void
see_provisioning(const struct chain_sources *from, const struct rs_addr *addr,
    struct rec_stage *s, struct rec_arena *a)
{
	struct rec_download d;
	if (record_of(from, addr, &rec_download_type, 0, &d, a))
		see(s, &rec_download_type, &d.id, &(struct rec_list){.n = 0},
		    a);
}

static void
see_tls(const struct chain_sources *from, const struct rs_addr *addr,
    struct rec_stage *s, struct rec_arena *a)
{
	struct rec_handshake h;
	if (record_of(from, addr, &rec_handshake_type, 0, &h, a))
		see(s, &rec_handshake_type, &h.id, &h.frames, a);
}

/* Whatever came over it shows that it was up. */
static void
see_tcp(struct rec_stage *s, const struct rec_stage *above)
{
	*s = (struct rec_stage){.stage = s->stage,
	    .state = REC_STAGE_OK,
	    .records = above->records,
	    .frames = above->frames,
	    .earlier = above->earlier};
}

static bool
known(const struct rec_stage *s)
{
	return s->state == REC_STAGE_OK || s->state == REC_STAGE_FAILED;
}

/* Of each address that is the phone's. */
static void
look_for(const struct chain_sources *from, const struct rec_phone *p,
    enum stage st, struct rec_stage *s, struct rec_arena *a)
{
	size_t n;
	const struct rs_addr *v = one_of(from->one, &p->client.at.addr, &n);
	for (size_t i = 0; i < n && s->state == REC_STAGE_NOT_SEEN; i++) {
		if (st == DNS)
			see_dns(from, &v[i], s, a);
		else if (st == PROVISIONING)
			see_provisioning(from, &v[i], s, a);
		else if (st == TLS && p->by_tls)
			see_tls(from, &v[i], s, a);
	}
}

void
chain_earlier(const struct chain_sources *from, const struct rec_phone *p,
    struct rec_stage *v, uint32_t n, struct rec_arena *a)
{
	uint32_t last = 0;
	if (from->past == NULL || n != STAGES || p->client.at.addr.family == 0)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (known(&v[i]))
			last = i;
	for (uint32_t i = last; i-- > 0;) {
		if (v[i].state != REC_STAGE_NOT_SEEN)
			continue;
		if (i == TCP && (v[TLS].state == REC_STAGE_OK || !p->by_udp))
			see_tcp(&v[i], known(&v[TLS]) ? &v[TLS] : &v[SIP]);
		else
			look_for(from, p, (enum stage)i, &v[i], a);
	}
}
