/* SPDX-License-Identifier: Apache-2.0 */
#include "report/chain.h"

#include <glib.h>

enum { LINK, DHCP, DNS, PROVISIONING, STAGES = TOLD_STAGES };

enum { LATER = 3, MAC_TEXT = 18, ERRORS = 10000, ADDRESSES = 16 };

/* An error of one of these stages. */
struct fault {
	int stage;
	struct rs_addr addr; /* family 0: none */
	char mac[MAC_TEXT];  /* empty: none */
	char record[REC_ID_TEXT + 32];
	struct rec_id id;
	rs_time at;
	struct rs_frame from, to;
};

struct chain {
	struct chain_sources from;
	GArray *by_addr, *by_mac; /* of struct fault, sorted */
	struct rec_arena arena;
	size_t errors;
};

/* ---- what was found ---- */

static void
text_copy(char *to, size_t size, struct rs_span s)
{
	if (s.n >= size)
		s.n = size - 1;
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static void
take_fault(void *arg, const struct rec_finding *x)
{
	struct chain *c = arg;
	struct fault f = {.stage = told_stage(x),
	    .addr = x->phone.at.addr,
	    .id = x->id,
	    .at = x->at};
	const struct rec_evidence *e = x->evidence.v;
	if (x->severity != REC_ERROR || f.stage < 0 || c->errors >= ERRORS)
		return;
	text_copy(f.mac, sizeof f.mac, x->mac);
	if (x->records.n)
		text_copy(f.record, sizeof f.record,
		    *(const struct rs_span *)x->records.v);
	if (x->evidence.n) {
		f.from = e[0].frame;
		f.to = e[x->evidence.n - 1].frame;
	}
	c->errors++;
	if (f.addr.family)
		g_array_append_val(c->by_addr, f);
	if (f.mac[0])
		g_array_append_val(c->by_mac, f);
}

/* What DNS refused stopped its client as an error does that a finding tells of,
   though none tells of this. */
static void
take_refused(struct chain *c)
{
	struct spool_reader *s = spool_read(c->from.spool, c->from.refused);
	const struct rec_lookup *l;
	while ((l = spool_next(s)) != NULL && c->errors < ERRORS) {
		struct fault f = {.stage = DNS,
		    .addr = l->client.at.addr,
		    .id = l->id,
		    .at = l->started,
		    .from = l->id.frame,
		    .to = l->answer_frame};
		rec_name_format(&rec_lookup_type, &l->id, f.record);
		c->errors++;
		g_array_append_val(c->by_addr, f);
	}
	spool_reader_free(s);
}

/* By time: ids are by file first. */
static int
when_cmp(const struct fault *x, const struct fault *y)
{
	return x->at < y->at   ? -1
	       : x->at > y->at ? 1
			       : rec_id_cmp(&x->id, &y->id);
}

static gint
addr_cmp(gconstpointer a, gconstpointer b)
{
	const struct fault *x = a, *y = b;
	int c = rs_addr_cmp(&x->addr, &y->addr);
	return c ? c : when_cmp(x, y);
}

static gint
mac_cmp(gconstpointer a, gconstpointer b)
{
	const struct fault *x = a, *y = b;
	int c = strcmp(x->mac, y->mac);
	return c ? c : when_cmp(x, y);
}

/* The first of that stage and phone; NULL: none. */
static const struct fault *
fault_find(GArray *v, GCompareFunc cmp, struct fault key, int stage)
{
	guint low = 0, high = v->len;
	while (low < high) { /* ids begin at 0: the first of the key */
		guint mid = low + (high - low) / 2;
		if (cmp(&g_array_index(v, struct fault, mid), &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < v->len; low++) {
		const struct fault *f = &g_array_index(v, struct fault, low);
		key.id = f->id;
		key.at = f->at;
		if (cmp(f, &key) != 0)
			break;
		if (f->stage == stage)
			return f;
	}
	return NULL;
}

static const struct fault *
fault_of(const struct chain *c, const struct rec_phone *p, int stage)
{
	struct fault key = {.at = INT64_MIN};
	const struct fault *f = NULL, *x;
	size_t n;
	const struct rs_addr *v = one_of(c->from.one, &p->client.at.addr, &n);
	text_copy(key.mac, sizeof key.mac, p->mac);
	for (size_t i = 0; i < n && v[i].family; i++) {
		key.addr = v[i];
		x = fault_find(c->by_addr, addr_cmp, key, stage);
		if (x && (f == NULL || when_cmp(x, f) < 0))
			f = x;
	}
	if (f == NULL && key.mac[0])
		f = fault_find(c->by_mac, mac_cmp, key, stage);
	return f;
}

/* ---- what was seen ---- */

/* The last one of its addresses, unless that was of another host. */
static bool
lease_of_address(struct chain *c, const struct rec_phone *p, rs_time at,
    struct rec_lease *to, struct rec_arena *a)
{
	size_t n;
	const struct rs_addr *v = one_of(c->from.one, &p->client.at.addr, &n);
	struct rec_lease l;
	struct rec_id id;
	bool found = false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].family == 0 ||
		    !host_lease(c->from.hosts, &v[i], at, &id) ||
		    !spool_find(c->from.spool, &rec_lease_type, &id, &l, a) ||
		    (found && l.started <= to->started))
			continue;
		*to = l;
		found = true;
	}
	/* A DUID may hold that of another interface (RFC 8415 11). */
	return found &&
	       (p->mac.n == 0 || to->mac.n == 0 || to->protocol == REC_DHCPV6 ||
		   rs_span_eq(to->mac, p->mac));
}

static bool
lease_of_mac(struct chain *c, const struct rec_phone *p, rs_time at,
    struct rec_lease *to, struct rec_arena *a)
{
	struct rec_id id;
	return p->mac.n && host_lease_of_mac(c->from.hosts, p->mac, at, &id) &&
	       spool_find(c->from.spool, &rec_lease_type, &id, to, a);
}

static bool
lease_of(struct chain *c, const struct rec_phone *p, struct rec_lease *to,
    struct rec_arena *a)
{
	rs_time at = p->ended != RS_NEVER ? p->ended : INT64_MAX;
	return (lease_of_address(c, p, at, to, a) ||
		   lease_of_mac(c, p, at, to, a)) &&
	       (to->state == REC_BOUND || to->state == REC_INFORMED);
}

/* It is about SIP, or led to where the phone went for it or for a
   configuration: who asks for a time server or a web page shows nothing of that
   way. */
static bool
on_the_way(const struct rec_lookup *l, const struct diag_way *w,
    const struct diag_fetches *f)
{
	if (l->related == RS_TRUE || way_is_service(l))
		return true;
	for (uint32_t i = 0; i < w->n_tries; i++)
		if (way_gives(l, &w->tries[i].server.addr))
			return true;
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].configures && way_gives(l, &f->v[i].server.at.addr))
			return true;
	return false;
}

/* The last look-up that was answered; with a "no" where the phone came to its
   server nevertheless, and did not stand there. */
static const struct rec_lookup *
lookup_of(const struct diag_way *w, const struct diag_fetches *f, bool through)
{
	const struct rec_lookup *best = NULL;
	for (uint32_t i = 0; w && i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (!on_the_way(l, w, f))
			continue;
		if (l->state == REC_ANSWERED ||
		    (best == NULL && through &&
			(l->state == REC_NXDOMAIN || l->state == REC_NODATA)))
			best = l;
	}
	return best;
}

static void
see(struct rec_stage *s, const struct rec_type *type, const struct rec_id *id,
    const struct rec_list *frames, struct rec_arena *a)
{
	const struct rs_frame *v = frames->v;
	s->state = REC_STAGE_OK;
	rec_stage_add(s, type, id, frames->n ? v[0] : id->frame,
	    frames->n ? v[frames->n - 1] : id->frame, a);
}

/* It got through to the server, whatever came of it. */
static bool
reached(const struct rec_phone *p)
{
	const struct rec_stage *s = p->chain.v;
	for (uint32_t i = 0; i < p->chain.n; i++)
		if (s[i].state == REC_STAGE_OK)
			return true;
	return false;
}

/* A frame of its own shows that it has a link. */
static void
see_link(struct chain *c, const struct rec_phone *p, struct rec_stage *s,
    struct rec_arena *a)
{
	struct host_view host;
	struct rec_id id;
	if (p->mac.n == 0)
		return;
	if (host_at(c->from.hosts, &p->client.at.addr, p->started, &host)) {
		id = host.id;
		if (c->from.past && host.from < c->from.since)
			s->earlier = RS_TRUE;
	} else if (!host_lease_of_mac(c->from.hosts, p->mac, INT64_MAX, &id))
		return;
	s->state = REC_STAGE_OK;
	*(struct rs_frame *)rec_list_add(
	    &s->frames, a, sizeof(struct rs_frame)) = id.frame;
}

static void
see_dhcp(struct chain *c, const struct rec_phone *p, struct rec_stage *s,
    struct rec_arena *a)
{
	struct rec_lease lease;
	if (!lease_of(c, p, &lease, a))
		return;
	see(s, &rec_lease_type, &lease.id, &lease.frames, a);
	if (past_told(c->from.past, &rec_lease_type, &lease.id))
		s->earlier = RS_TRUE;
}

static void
see_dns(struct chain *c, const struct rec_phone *p, struct rec_stage *s,
    struct rec_arena *a)
{
	const struct diag_fetches f =
	    fetches_of(c->from.fetches, &p->client.at.addr);
	const struct rec_lookup *l = lookup_of(
	    c->from.way(c->from.arg, &p->client.at.addr), &f, reached(p));
	if (l)
		see(s, &rec_lookup_type, &l->id, &l->frames, a);
}

static void
see_provisioning(struct chain *c, const struct rec_phone *p,
    struct rec_stage *s, struct rec_arena *a)
{
	const struct diag_fetches f =
	    fetches_of(c->from.fetches, &p->client.at.addr);
	const struct diag_fetch *good = NULL;
	for (size_t i = 0; i < f.n; i++)
		if (f.v[i].configures && rec_download_good(f.v[i].state))
			good = &f.v[i];
	if (good == NULL)
		return;
	s->state = REC_STAGE_OK;
	rec_stage_add(
	    s, &rec_download_type, &good->id, good->frame, good->frame, a);
}

/* ---- phones that did not come to SIP ---- */

/* Its errors make it a phone; the tracker knows those that have an address. */
static void
make_known(struct chain *c)
{
	struct rec_phone p;
	for (guint i = 0; i < c->by_addr->len; i++) {
		const struct fault *f =
		    &g_array_index(c->by_addr, struct fault, i);
		phone_tracker_stopped(c->from.phones,
		    one_lead(c->from.one, &f->addr), &f->id, f->at, true);
	}
	/* By its hardware address only, and it had an address at some time. */
	for (guint i = 0; i < c->by_mac->len; i++) {
		struct fault *f = &g_array_index(c->by_mac, struct fault, i);
		struct rs_addr addr;
		struct host_view host;
		struct rs_span mac = rs_span_str(f->mac);
		for (size_t k = 0;
		     k < ADDRESSES && f->addr.family == 0 &&
		     host_of_mac(c->from.hosts, mac, k, &addr, &host);
		     k++)
			if (phone_tracker_find(
				c->from.phones, &addr, &p, &c->arena))
				f->addr = addr;
		rec_arena_reset(&c->arena);
	}
	/* It fetched what only phones fetch. */
	struct spool_reader *s = spool_read(c->from.spool, &rec_download_type);
	const struct rec_download *d;
	while ((d = spool_next(s)) != NULL)
		if (d->phone == RS_TRUE && d->client.at.addr.family)
			phone_tracker_stopped(c->from.phones,
			    one_lead(c->from.one, &d->client.at.addr), &d->id,
			    d->started, false);
	spool_reader_free(s);
}

struct chain *
chain_new(const struct chain_sources *from)
{
	struct chain *c = g_new0(struct chain, 1);
	c->from = *from;
	c->by_addr = g_array_new(FALSE, FALSE, sizeof(struct fault));
	c->by_mac = g_array_new(FALSE, FALSE, sizeof(struct fault));
	rec_arena_init(&c->arena, NULL, NULL);
	judge_each(from->judge, TOLD_NO_CAUSE, take_fault, c);
	take_refused(c);
	g_array_sort(c->by_addr, addr_cmp);
	g_array_sort(c->by_mac, mac_cmp);
	make_known(c);
	return c;
}

void
chain_free(struct chain *c)
{
	if (c == NULL)
		return;
	g_array_free(c->by_addr, TRUE);
	g_array_free(c->by_mac, TRUE);
	rec_arena_clear(&c->arena);
	g_free(c);
}

size_t
chain_errors(const struct chain *c)
{
	return c->errors;
}

/* ---- the record ---- */

/* The hardware address that had one of its addresses, and all of these. */
static void
fill_host(struct chain *c, struct rec_phone *p, struct rec_arena *a)
{
	struct host_view host;
	char text[RS_ADDR_TEXT];
	size_t n;
	rs_time at = p->started != RS_NEVER ? p->started : INT64_MAX;
	const struct rs_addr *v = one_of(c->from.one, &p->client.at.addr, &n);
	bool known = host_at(c->from.hosts, &p->client.at.addr, at, &host);
	for (size_t i = 0; i < n && !known; i++)
		known = host_at(c->from.hosts, &v[i], INT64_MAX, &host);
	if (v->family && known)
		p->mac = rec_arena_text(a, rs_span_str(host.mac));
	for (size_t i = 0; i < n && n > 1; i++) {
		rs_addr_format(&v[i], text);
		*(struct rs_span *)rec_list_add(
		    &p->addresses, a, sizeof(struct rs_span)) =
		    rec_arena_text(a, rs_span_str(text));
	}
}

/* Whatever it was: DHCP gave it an address later. */
static bool
got_address_after(
    struct chain *c, const struct rec_phone *p, const struct fault *f)
{
	return f->stage == LINK &&
	       host_served_after(c->from.hosts, p->mac, f->at);
}

void
chain_complete(struct chain *c, struct rec_phone *p, struct rec_arena *a)
{
	static void (*const see_stage[STAGES])(struct chain *,
	    const struct rec_phone *, struct rec_stage *,
	    struct rec_arena *) = {
	    see_link, see_dhcp, see_dns, see_provisioning};
	const struct rec_stage *later = p->chain.v;
	struct rec_list all = {0};
	bool through = reached(p);
	fill_host(c, p, a);
	for (int i = 0; i < STAGES; i++) {
		struct rec_stage *s = rec_list_add(&all, a, sizeof *s);
		const struct fault *f = fault_of(c, p, i);
		*s = (struct rec_stage){.stage = rs_span_str(told_stages[i]),
		    .state = REC_STAGE_NOT_SEEN};
		if (f == NULL) {
			see_stage[i](c, p, s, a);
			continue;
		}
		s->state = REC_STAGE_FAILED;
		rec_stage_name(s, rs_span_str(f->record), f->from, f->to, a);
		if (!through && !got_address_after(c, p, f))
			p->stopped_at = s->stage;
		through |= p->stopped_at.p != NULL; /* the first one it is */
	}
	for (uint32_t i = 0; i < p->chain.n; i++)
		*(struct rec_stage *)rec_list_add(&all, a, sizeof *later) =
		    later[i];
	p->chain = all;
	chain_earlier(&c->from, p, all.v, all.n, a);
}

void
chain_finish(struct chain *c, const struct rec_sink *out)
{
	static const char *const names[LATER] = {"tcp", "tls", "sip"};
	GArray *v = g_array_new(FALSE, FALSE, sizeof(struct fault));
	for (guint i = 0; i < c->by_mac->len; i++) {
		const struct fault *f =
		    &g_array_index(c->by_mac, struct fault, i);
		bool again = i && strcmp(f->mac, (f - 1)->mac) == 0;
		if (f->addr.family == 0 && !again)
			g_array_append_val(v, *f);
	}
	g_array_sort(v, addr_cmp); /* no address: by id */
	for (guint i = 0; i < v->len; i++) {
		const struct fault *f = &g_array_index(v, struct fault, i);
		struct rec_phone p;
		rec_init(&rec_phone_type, &p);
		p.id = f->id;
		p.started = p.ended = f->at;
		p.mac = rs_span_str(f->mac);
		p.attempts = p.failed = 0;
		p.suffered = true;
		for (int k = 0; k < LATER; k++)
			*(struct rec_stage *)rec_list_add(
			    &p.chain, &c->arena, sizeof(struct rec_stage)) =
			    (struct rec_stage){.stage = rs_span_str(names[k]),
				.state = REC_STAGE_NOT_SEEN};
		out->record(out->arg, &rec_phone_type, &p);
		rec_arena_reset(&c->arena);
	}
	g_array_free(v, TRUE);
}
