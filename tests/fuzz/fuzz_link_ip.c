/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames, from the link to the transport, through tunnels, with fragments put
 * together.
 *
 * The first byte chooses the link type (low four bits) and the budget (bit 7:
 * a small one).  Then frames, each after three bytes: how time goes (low four
 * bits) and how much more was on the wire (high four bits), and its length,
 * big-endian.  A length past the end is what is left.
 *
 * Beyond no crash: every span lies in what it was read from, lengths on the
 * wire are never less than what is there, a stamp names frames that were, the
 * budget is kept, and is back at zero in the end.  A frame is a copy of its
 * own size and gone after its turn.
 */
#include "net/defrag.h"
#include "net/hep.h"
#include "net/icmp.h"
#include "net/link.h"
#include "net/tcphdr.h"
#include "net/tunnel.h"
#include "net/udp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 100000, LARGE = 8 << 20, CONTROL = 3 };

static const int linktypes[16] = {
    1, 113, 276, 0, 108, 101, 127, 192, 228, 229, 147, 119, 9, 51, 105, 219};

static const rs_time steps[16] = {0, 1, RS_MSEC, 99 * RS_MSEC, 100 * RS_MSEC,
    RS_SEC, 29 * RS_SEC, 30 * RS_SEC, 31 * RS_SEC, 3600 * RS_SEC, -1, -RS_SEC,
    -60 * RS_SEC, 0, 0, 0};

static const size_t cut_off[16] = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 100, 1460, 65535, 70000, UINT32_MAX, 8};

struct run {
	struct rs_account pay;
	struct defrag *defrag;
	uint64_t frames;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Reads every byte too, so that a bad pointer is seen. */
static void
inside(struct rs_span s, struct rs_span in)
{
	volatile uint8_t sink = 0;
	must(s.n <= in.n);
	must(s.n == 0 || (s.p >= in.p && s.n <= (size_t)(in.p + in.n - s.p)));
	for (size_t i = 0; i < s.n; i++)
		sink ^= s.p[i];
	(void)sink;
}

static void
check_stamp(const struct run *r, const struct net_packet *p)
{
	must(p->at.from.number >= 1 && p->at.from.number <= r->frames);
	must(p->at.to.number >= 1 && p->at.to.number <= r->frames);
	must(p->at.first <= p->at.complete);
}

static void ip(struct run *r, struct net_packet *p, size_t wire_len);

/* Inside of what it came in, one deeper, and where it came from if not. */
static void
tunnel(struct run *r, struct net_packet *p)
{
	struct rs_span in = p->payload;
	uint8_t depth = p->depth;
	size_t wire_len = 0;
	enum net_flaw flaw = NET_FLAW_NONE;
	bool udp = p->proto == NET_PROTO_UDP;
	if (udp && hep_probe(in)) {
		struct net_packet message = *p;
		if (hep_enter(&message) == NET_FLAW_NONE) {
			inside(message.payload, in);
			must(message.payload.n == message.payload_wire);
		}
	}
	if (udp ? tunnel_esp_udp(p) : tunnel_esp_null(p)) {
		inside(p->payload, in);
		must(p->depth == depth + 1);
		if (p->proto == 4 || p->proto == 41)
			tunnel(r, p);
		return;
	}
	if (udp) {
		if (!tunnel_over_udp(p, &wire_len, &flaw))
			flaw = NET_FLAW_NOT_IP;
	} else {
		flaw = tunnel_over_ip(p, &wire_len);
	}
	if (flaw != NET_FLAW_NONE) {
		must(p->depth == depth && p->payload.p == in.p);
		return;
	}
	inside(p->ip, in);
	must(wire_len >= p->ip.n);
	must(p->depth == depth + 1 && p->depth <= NET_MAX_TUNNELS);
	ip(r, p, wire_len);
}

static void
transport(struct run *r, struct net_packet *p)
{
	struct rs_span was = p->payload;
	struct tcp_hdr h;
	struct icmp_error e;
	inside(p->payload, p->ip);
	must(p->payload_wire >= p->payload.n);
	must(p->cut == (p->payload_wire > p->payload.n));
	must(p->src.addr.family == 4 || p->src.addr.family == 6);
	must(p->src.addr.family == p->dst.addr.family);
	check_stamp(r, p);
	if (p->proto == NET_PROTO_UDP) {
		if (udp_decode(p) == NET_FLAW_NONE)
			tunnel(r, p);
		return;
	}
	if (p->proto == NET_PROTO_TCP) {
		if (tcphdr_decode(p, &h) == NET_FLAW_NONE)
			must(was.n - p->payload.n >= 20);
	} else if (icmp_error_decode(p, &e)) {
		inside(e.quoted.payload, was);
		must(e.quoted.src.addr.family == e.quoted.dst.addr.family);
	} else {
		tunnel(r, p);
		return;
	}
	inside(p->payload, was);
	must(p->payload_wire >= p->payload.n);
}

static void
ip(struct run *r, struct net_packet *p, size_t wire_len)
{
	struct rs_span bytes = p->ip;
	struct ip_fragment frag;
	if (ip_decode(p, wire_len, &frag) != NET_FLAW_NONE)
		return;
	inside(p->ip, bytes);
	inside(p->payload, p->ip);
	must(p->payload_wire >= p->payload.n);
	if (frag.is) {
		if (!defrag_push(r->defrag, p, &frag))
			return;
		must(p->fragmented && !p->cut);
	}
	transport(r, p);
}

static void
frame(struct run *r, int linktype, struct rs_span bytes, size_t wire_len,
    rs_time ts)
{
	struct net_packet p = {
	    .ts = ts, .at = rs_stamp_at(ts, (struct rs_frame){0, ++r->frames})};
	enum net_flaw flaw = link_decode(&p, linktype, bytes);
	must(net_flaw_name(flaw) != NULL);
	defrag_advance(r->defrag, ts);
	if (flaw != NET_FLAW_NONE)
		return;
	inside(p.ip, bytes);
	ip(r, &p, wire_len - (size_t)(p.ip.p - bytes.p));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct run r = {.frames = 0};
	const struct rs_hash_seed seed = {1, 2};
	rs_time ts = 1700000000 * RS_SEC;
	int linktype = linktypes[data[0] & 15];
	(void)link_name(linktype);
	rs_account_init(&r.pay, data[0] & 0x80 ? SMALL : LARGE);
	r.defrag = defrag_new(&seed, &r.pay);
	data++;
	size--;
	while (size >= CONTROL) {
		size_t n = (size_t)data[1] << 8 | data[2];
		uint8_t how = data[0];
		data += CONTROL;
		size -= CONTROL;
		n = n < size ? n : size;
		ts += steps[how & 15];
		uint8_t *copy = malloc(n ? n : 1);
		must(copy != NULL);
		memcpy(copy, data, n);
		size_t wire = n + cut_off[how >> 4];
		/* a capture's length on the wire is 32 bits */
		frame(&r, linktype, (struct rs_span){copy, n},
		    wire < UINT32_MAX ? wire : UINT32_MAX, ts);
		free(copy);
		must(r.pay.used <= r.pay.limit);
		data += n;
		size -= n;
	}
	const struct defrag_counts *c = defrag_counts(r.defrag);
	must(c->datagrams <= c->fragments);
	/* what is put together may be a tunnel, and in it a fragment again */
	must(c->fragments <= r.frames * (NET_MAX_TUNNELS + 1));
	defrag_free(r.defrag);
	must(r.pay.used == 0);
	return 0;
}
