/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "base/pages.h"
#include "engine/internal.h"
#include "net/hep.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/tcphdr.h"
#include "net/tunnel.h"
#include "net/udp.h"

#include <glib.h>
#include <stdlib.h>

enum { DEFAULT_LIMIT = 256 }; /* MiB */

/* The shares of the limit, in percent.  An eighth is the report's, for phones;
   a tenth stays for what is not charged: code, tables of libraries, buffers of
   files. */
static const unsigned shares[BUDGET_N] = {
    [BUDGET_FLOWS] = 18,
    [BUDGET_APPS] = 8,
    [BUDGET_STREAMS] = 8,
    [BUDGET_FRAGMENTS] = 3,
    [BUDGET_ATTEMPTS] = 15,
    [BUDGET_BINDINGS] = 16,
    [BUDGET_TLS] = 8,
    [BUDGET_LOOKUPS] = 2,
};

static void
gone(void *arg, struct flow *f, enum rs_ending why)
{
	struct engine *e = arg;
	pipeline_gone(&e->pipeline, f, why);
}

static void
soon(void *arg, const struct flow *f, bool next)
{
	(void)arg;
	pipeline_soon(f, next);
}

static void
track(void *arg, const struct rs_event *ev)
{
	trackers_event(arg, ev);
}

static void
ahead(void *arg, const struct rs_event *ev)
{
	trackers_ahead(arg, ev);
}

/* Logs are joined with what was captured: they hear of it first. */
static void
hear(void *arg, const struct rs_event *ev)
{
	struct engine *e = arg;
	struct rs_flow_info flow;
	bool missed = log_join_hear(e->join, ev, &flow);
	struct rs_event full = *ev;
	struct rs_arrival parts[2] = {{.at = ev->at}};
	if (log_join_line(e->join, ev, &parts[1].at))
		full.u.parts = (struct rs_where){parts, 2};
	rs_emit(&e->joined, &full);
	if (!missed)
		return;
	const struct rs_event gap = {
	    .type = RS_EV_GAP,
	    .dir = ev->dir,
	    .at = ev->at,
	    .now = ev->now,
	    .flow = &flow,
	    .u.gap = {.from = ev->at.first, .to = ev->at.complete},
	};
	rs_emit(&e->joined, &gap);
}

struct engine *
engine_new(const struct engine_options *o, const struct rec_sink *out)
{
	struct engine *e = rs_pages_new(sizeof *e);
	if (e == NULL)
		abort(); /* as GLib does */
	size_t limit =
	    o->memory_limit ? o->memory_limit : (size_t)DEFAULT_LIMIT << 20;
	e->memory_limit = limit;
	for (unsigned i = 0; i < BUDGET_N; i++)
		rs_account_init(&e->budgets[i], limit / 100 * shares[i]);
	e->seed = (struct rs_hash_seed){o->seed, ~o->seed};
	if (o->seed == 0) {
		e->seed.k0 = (uint64_t)g_random_int() << 32 | g_random_int();
		e->seed.k1 = (uint64_t)g_random_int() << 32 | g_random_int();
	}
	e->out = *out;
	e->looks = o->looks;
	e->now = e->first = RS_NEVER;
	const struct flow_limits limits = {0};
	e->flows = flow_table_new(
	    &limits, &e->seed, &e->budgets[BUDGET_FLOWS], gone, e);
	flow_table_announce(e->flows, soon);
	e->defrag = defrag_new(&e->seed, &e->budgets[BUDGET_FRAGMENTS]);
	e->copies = copies_new(&e->seed);
	trackers_init(&e->trackers, o, &e->seed, e->budgets, &e->out);
	struct rs_sink events = {track, &e->trackers};
	if (o->threads) {
		e->relay = relay_new(&events, &e->seed);
		relay_announce(
		    e->relay, &(struct rs_sink){ahead, &e->trackers});
		events = relay_sink(e->relay);
	}
	e->join = o->join;
	e->joined = events;
	if (e->join)
		events = (struct rs_sink){hear, e};
	pipeline_init(
	    &e->pipeline, o->related, o->keys, e->budgets, &events, o->threads);
	e->pipeline.chosen = o->chosen;
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	if (e->flows)
		flow_table_free(e->flows);
	defrag_free(e->defrag);
	copies_free(e->copies);
	log_stage_free(e->logs);
	pipeline_clear(&e->pipeline);
	relay_free(e->relay);
	trackers_clear(&e->trackers);
	rs_pages_free(e, sizeof *e);
}

/* A SYN on a flow that had its time: the ports are used again. */
static bool
reused(const struct flow *f, enum rs_dir dir, const struct tcp_hdr *h)
{
	if ((h->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	if (f->tcp)
		return tcp_conn_is_new(f->tcp, dir, h);
	if (f->lone_syn)
		return dir == RS_C2S && h->seq != f->isn;
	return f->claim == FLOW_FOREIGN;
}

/* Left out, and counted. */
static bool
is_copy(struct engine *e, enum copy copy)
{
	e->copied += copy == COPY_SAME;
	e->routed += copy == COPY_ROUTED;
	return copy != COPY_NONE;
}

/* The same of a packet that its flow has counted. */
static bool
is_copy_in(struct engine *e, struct flow *f, enum rs_dir dir,
    const struct net_packet *p, struct rs_span header)
{
	if (!is_copy(e, copies_push(e->copies, p, f->serial, dir, header)))
		return false;
	f->packets[dir]--;
	f->bytes -= p->payload_wire;
	return true;
}

/* The first few of each side tell of what kind the sender's checksums are; and
   the first few thousand what the capture is like. */
static void
look_at_checksum(struct engine *e, const struct flow *f, enum rs_dir dir,
    const struct net_packet *p, struct rs_span segment)
{
	enum { LOOKS = 2, LOOKS_IN_ALL = 4096 };
	if (f->packets[dir] > LOOKS || e->sums == LOOKS_IN_ALL || p->cut ||
	    p->fragmented)
		return;
	e->sums++;
	enum checksum sum = checksum_of(p, p->proto, segment);
	e->offloaded += sum == CHECKSUM_OFFLOADED;
	e->bad_sums += sum == CHECKSUM_BAD;
}

/* A packet from another segment is of the same connection if its numbers fit:
   tags may differ by direction, by tap and with time.  Where the other side's
   packets have none, nothing would tell whose they are: it is one after the
   other then, on the same ports. */
static bool
another_connection(
    const struct flow *f, enum rs_dir dir, const struct tcp_hdr *h)
{
	enum rs_dir other = rs_dir_other(dir);
	if (f->packets[other] && f->segment[other] == 0)
		return false;
	if (f->tcp)
		return tcp_conn_elsewhere(f->tcp, dir, h);
	return f->lone_syn && dir == RS_C2S && h->flags & TCP_SYN &&
	       h->seq != f->isn;
}

/*
 * The same of a datagram that is no copy.  Nothing in it tells whose it is, so
 * that only networks of tunnels count: between two of them packets are routed,
 * and lose a hop; and only where two of them take turns.  A way that changes
 * does so once.
 */
static bool
another_network(struct flow *f, enum rs_dir dir, const struct net_packet *p)
{
	uint32_t segment = net_packet_segment(p);
	if (p->network == 0 || dir != RS_C2S || p->ttl != f->ttl) {
		f->segment[dir] = segment;
		return false;
	}
	if (f->alternates)
		return true;
	f->alternates = f->stray == segment;
	f->stray = f->segment[dir];
	f->segment[dir] = segment;
	return false;
}

static void
tcp(struct engine *e, struct net_packet *p)
{
	struct tcp_hdr h;
	const uint8_t *segment = p->payload.p;
	enum net_flaw flaw = tcphdr_decode(p, &h);
	if (flaw != NET_FLAW_NONE) {
		e->undecoded[flaw]++;
		return;
	}
	enum rs_dir dir;
	bool is_new;
	struct flow *f = flow_touch(e->flows, p, &dir, &is_new);
	if (flow_strays(f, dir, p)) {
		if (another_connection(f, dir, &h))
			f = flow_part(e->flows, f, p, &dir, &is_new);
		else
			f->segment[dir] = net_packet_segment(p);
	}
	if (!is_new && reused(f, dir, &h)) {
		flow_remove(e->flows, f, RS_END_REUSED);
		f = flow_touch(e->flows, p, &dir, &is_new);
	}
	if (is_new && (h.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
		/* Its SYN was not captured: this is the server's side. */
		flow_turn(f);
		dir = RS_S2C;
	}
	if (is_new && dir == RS_C2S)
		pipeline_opened(&e->pipeline, p);
	if (f->claim == FLOW_FOREIGN)
		return;
	pipeline_expect(f, dir);
	struct rs_span header = {segment, (size_t)(p->payload.p - segment)};
	if (is_copy_in(e, f, dir, p, header))
		return;
	look_at_checksum(
	    e, f, dir, p, (struct rs_span){segment, header.n + p->payload.n});
	pipeline_segment(&e->pipeline, f, dir, p, &h);
	if (f->tcp && tcp_conn_over(f->tcp))
		flow_doom(e->flows, f);
}

static void transport(struct engine *e, struct net_packet *p);

/* From p's IP header on; false where it is none.  Of most packets once: not
   worth a call. */
static inline __attribute__((always_inline)) bool
ip(struct engine *e, struct net_packet *p, size_t wire_len)
{
	struct ip_fragment frag;
	enum net_flaw flaw = ip_decode(p, wire_len, &frag);
	if (flaw != NET_FLAW_NONE) {
		e->undecoded[flaw]++;
		return false;
	}
	if (e->pipeline.quiet.n)
		pipeline_quiet(&e->pipeline, p);
	if (frag.is && is_copy(e, copies_push_fragment(e->copies, p, &frag)))
		return true;
	if (!frag.is || defrag_push(e->defrag, p, &frag))
		transport(e, p);
	return true;
}

/* What came out of a tunnel.  Tunnels within tunnels come back here, but
   NET_MAX_TUNNELS times at most. */
static __attribute__((noinline)) void
inner_ip(
    struct engine *e, struct net_packet *p, size_t wire_len, enum net_flaw flaw)
{
	if (flaw != NET_FLAW_NONE)
		e->undecoded[flaw]++;
	else
		(void)ip(e, p, wire_len);
}

/* A message that an agent saw.  Where its connection itself is captured, that
   is the better source. */
static void
hep(struct engine *e, struct net_packet *p)
{
	enum net_flaw flaw = hep_enter(p);
	if (flaw != NET_FLAW_NONE) {
		e->undecoded[flaw]++;
		return;
	}
	enum rs_dir dir;
	bool is_new;
	struct flow *f = flow_touch(e->flows, p, &dir, &is_new);
	if (f->claim != FLOW_FOREIGN && f->tcp == NULL && !f->lone_syn)
		pipeline_datagram(&e->pipeline, f, dir, p);
}

/* A datagram that carries packets: true when it is done with. */
static bool
udp_tunnel(struct engine *e, struct net_packet *p)
{
	size_t wire_len;
	enum net_flaw flaw;
	if ((p->dst.port == HEP_PORT || p->src.port == HEP_PORT) &&
	    hep_probe(p->payload)) {
		hep(e, p);
		return true;
	}
	if (tunnel_esp_udp(p)) {
		transport(e, p);
		return true;
	}
	if (!tunnel_over_udp(p, &wire_len, &flaw))
		return false;
	inner_ip(e, p, wire_len, flaw);
	return true;
}

static void
udp(struct engine *e, struct net_packet *p)
{
	const uint8_t *segment = p->payload.p;
	enum net_flaw flaw = udp_decode(p);
	if (flaw != NET_FLAW_NONE) {
		e->undecoded[flaw]++;
		return;
	}
	if (tunnel_port(p) && udp_tunnel(e, p))
		return;
	if (p->dst.port == 67 || p->dst.port == 68)
		pipeline_boot(&e->pipeline, p);
	enum rs_dir dir;
	bool is_new;
	struct flow *f = flow_touch(e->flows, p, &dir, &is_new);
	if (is_new)
		pipeline_opened(&e->pipeline, p);
	if (f->claim == FLOW_FOREIGN)
		return;
	pipeline_expect(f, dir);
	if (is_copy_in(e, f, dir, p, (struct rs_span){segment, 0}))
		return;
	if (flow_strays(f, dir, p) && another_network(f, dir, p)) {
		f = flow_part(e->flows, f, p, &dir, &is_new);
		if (is_new)
			pipeline_opened(&e->pipeline, p);
	}
	/* without what trails it */
	look_at_checksum(
	    e, f, dir, p, (struct rs_span){segment, p->payload.n + 8});
	pipeline_datagram(&e->pipeline, f, dir, p);
	if (is_new && f->brief)
		flow_requeue(e->flows, f);
}

/* Of TCP the quoted sequence number tells whose packet it is; of UDP nothing
   does. */
static bool
may_be_quoted(const struct flow *f, enum rs_dir dir, const void *arg)
{
	const struct icmp_error *error = arg;
	const struct tcp_hdr h = {.seq = error->seq, .flags = TCP_ACK};
	if (f->lone_syn)
		return dir == RS_C2S && error->seq == f->isn;
	return f->tcp && !tcp_conn_elsewhere(f->tcp, dir, &h);
}

static void
icmp(struct engine *e, const struct net_packet *p)
{
	struct icmp_error error;
	if (!icmp_error_decode(p, &error)) {
		if (p->proto == NET_PROTO_ICMP6)
			pipeline_neighbour(&e->pipeline, p);
		return;
	}
	enum rs_dir dir;
	struct flow *f = flow_find_quoted(e->flows, &error.quoted.src,
	    &error.quoted.dst, error.quoted.proto, net_packet_segment(p),
	    may_be_quoted, &error, &dir);
	if (f)
		pipeline_icmp(&e->pipeline, f, dir, p, &error);
}

/* Neither UDP, TCP nor ICMP. */
static void
other(struct engine *e, struct net_packet *p)
{
	size_t wire_len;
	if (tunnel_esp_null(p)) {
		transport(e, p);
		return;
	}
	enum net_flaw flaw = tunnel_over_ip(p, &wire_len);
	inner_ip(e, p, wire_len, flaw);
}

static void
transport(struct engine *e, struct net_packet *p)
{
	switch (p->proto) {
	case NET_PROTO_TCP:
		tcp(e, p);
		break;
	case NET_PROTO_UDP:
		udp(e, p);
		break;
	case NET_PROTO_ICMP:
	case NET_PROTO_ICMP6:
		icmp(e, p);
		break;
	default:
		other(e, p);
		break;
	}
}

/* What hangs on flows has a limit of its own: the oldest makes room. */
static void
make_room(struct engine *e)
{
	const struct rs_account *apps = &e->budgets[BUDGET_APPS];
	while (apps->used > apps->limit && flow_evict_ours(e->flows))
		continue;
}

static void
clock_to(struct engine *e, rs_time t)
{
	if (e->first == RS_NEVER || t < e->first)
		e->first = t;
	if (e->logs)
		log_stage_advance(e->logs, t);
	if (t > e->now) {
		bool idle = flow_table_bury(e->flows, t);
		e->now = t;
		pipeline_advance(&e->pipeline, t);
		if (idle)
			flow_table_advance(e->flows, t);
		defrag_advance(e->defrag, t);
	}
}

static void
note_encaps(struct engine *e, uint32_t encaps)
{
	for (unsigned i = 0; i < NET_ENCAP_N; i++)
		e->encaps[i] += encaps >> i & 1;
}

/* What an agent sent to us, rather than to another whom we watch. */
static void
hep_frame(struct engine *e, struct net_packet *p, const struct cap_frame *f)
{
	p->payload = f->bytes;
	p->payload_wire = f->wire_len;
	p->depth = 0;
	p->encaps = 0;
	hep(e, p);
	if (p->encaps == 0)
		return;
	e->decoded++;
	if (e->looks) {
		engine_look_at(e, p);
		e->look.message = p->payload;
		e->look.message_at = p->ts;
	}
}

/* Counted as before, and heard of where it is about phones. */
static void
not_ip(struct engine *e, const struct net_packet *p, const struct cap_frame *f,
    enum net_flaw flaw)
{
	e->undecoded[flaw]++;
	if (flaw == NET_FLAW_ARP || flaw == NET_FLAW_CONTROL)
		pipeline_frame(&e->pipeline, p, f->bytes);
}

static void
log_entry(struct engine *e, const struct cap_frame *f)
{
	if (e->logs == NULL)
		e->logs = log_stage_new(&e->pipeline, e->join);
	clock_to(e, f->ts);
	log_stage_entry(e->logs, f);
}

void
engine_packet(struct engine *e, const struct cap_frame *f)
{
	if (f->linktype >= CAP_LINK_LOG) {
		log_entry(e, f);
		return;
	}
	if (f->ts < e->last_ts)
		e->steps_back++;
	e->last_ts = f->ts;
	e->packets++;
	e->look.ours = false;
	if (f->bytes.n < f->wire_len)
		e->truncated++;
	clock_to(e, f->ts);
	make_room(e);

	/* Everything else in it is set by the decoders: not zeroed first. */
	struct net_packet p;
	p.ts = f->ts;
	p.at.first = p.at.complete = f->ts;
	p.at.from = p.at.to = f->frame;
	if (f->linktype == CAP_LINK_HEP) {
		hep_frame(e, &p, f);
		return;
	}
	enum net_flaw flaw = link_decode(&p, f->linktype, f->bytes);
	if (flaw != NET_FLAW_NONE)
		not_ip(e, &p, f, flaw);
	else if (ip(e, &p,
		     f->wire_len - (size_t)(p.ip.p - f->bytes.p) - p.trailer)) {
		e->decoded++;
		if (e->looks)
			engine_look_at(e, &p);
	}
	if (p.encaps)
		note_encaps(e, p.encaps);
}

void
engine_advance(struct engine *e, rs_time now)
{
	if (e->now != RS_NEVER)
		clock_to(e, now);
	if (e->relay)
		relay_flush(e->relay);
}

void
engine_drops(struct engine *e, uint64_t n, rs_time from, rs_time to)
{
	pipeline_drops(&e->pipeline, n, from, to);
}

void
engine_sync(struct engine *e)
{
	if (e->relay)
		relay_drain(e->relay);
}

void
engine_tell(struct engine *e, const struct rec_sink *open)
{
	if (e->now != RS_NEVER)
		trackers_tell(&e->trackers, e->now, open);
}

void
engine_finish(struct engine *e)
{
	/* The account of the table's evictions outlives the table. */
	e->flows_evicted = flow_table_evicted(e->flows);
	flow_table_free(e->flows);
	e->flows = NULL;
	if (e->logs)
		log_stage_finish(e->logs);
	if (e->relay)
		relay_finish(e->relay);
	classify_finish(e->pipeline.labels.classify);
	trackers_finish(&e->trackers, e->now);
}
