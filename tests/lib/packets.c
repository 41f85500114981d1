/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"

#include "base/addr.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/tunnel.h"
#include "net/udp.h"

#include <assert.h>

static uint8_t *
room(struct pkt *k, size_t n)
{
	assert(n <= k->at);
	k->at -= n;
	memset(k->b + k->at, 0, n);
	return k->b + k->at;
}

static void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static size_t
length(const struct pkt *k)
{
	return PKT_MAX - k->at;
}

static void
put_addr(uint8_t *p, const char *text, size_t n)
{
	struct rs_addr a;
	bool ok = rs_addr_parse(&a, rs_span_str(text));
	assert(ok && (a.family == 4) == (n == 4));
	memcpy(p, a.b, n);
}

void
pkt_payload(struct pkt *k, struct rs_span bytes)
{
	k->at = PKT_MAX;
	k->next = 0;
	pkt_prepend(k, bytes);
}

void
pkt_prepend(struct pkt *k, struct rs_span bytes)
{
	uint8_t *p = room(k, bytes.n);
	if (bytes.n)
		memcpy(p, bytes.p, bytes.n);
}

void
pkt_udp(struct pkt *k, uint16_t sport, uint16_t dport)
{
	size_t n = length(k) + 8;
	uint8_t *p = room(k, 8);
	put16(p, sport);
	put16(p + 2, dport);
	put16(p + 4, n);
	k->next = NET_PROTO_UDP;
}

void
pkt_tcp_options(struct pkt *k, uint16_t sport, uint16_t dport, uint32_t seq,
    uint32_t ack, uint8_t flags, struct rs_span options)
{
	assert(options.n % 4 == 0 && options.n <= 40);
	pkt_prepend(k, options);
	uint8_t *p = room(k, 20);
	put16(p, sport);
	put16(p + 2, dport);
	put32(p + 4, seq);
	put32(p + 8, ack);
	p[12] = (uint8_t)((20 + options.n) / 4 << 4);
	p[13] = flags;
	put16(p + 14, 65535);
	k->next = NET_PROTO_TCP;
}

void
pkt_tcp(struct pkt *k, uint16_t sport, uint16_t dport, uint32_t seq,
    uint32_t ack, uint8_t flags)
{
	pkt_tcp_options(
	    k, sport, dport, seq, ack, flags, (struct rs_span){NULL, 0});
}

void
pkt_icmp(struct pkt *k, uint8_t type, uint8_t code)
{
	uint8_t *p = room(k, 8);
	p[0] = type;
	p[1] = code;
	k->next = NET_PROTO_ICMP;
}

void
pkt_icmp6(struct pkt *k, uint8_t type, uint8_t code)
{
	pkt_icmp(k, type, code);
	k->next = NET_PROTO_ICMP6;
}

void
pkt_ipv4_fragment(struct pkt *k, const char *src, const char *dst,
    uint8_t proto, uint16_t id, uint16_t offset, bool more)
{
	size_t n = length(k) + 20;
	uint8_t *p = room(k, 20);
	p[0] = 0x45;
	put16(p + 2, n);
	put16(p + 4, id);
	put16(p + 6, offset / 8 | (more ? 0x2000u : 0));
	p[8] = 64;
	p[9] = proto;
	put_addr(p + 12, src, 4);
	put_addr(p + 16, dst, 4);
	k->next = 0x0800;
}

void
pkt_ipv4(struct pkt *k, const char *src, const char *dst)
{
	pkt_ipv4_fragment(k, src, dst, (uint8_t)k->next, 0, 0, false);
}

void
pkt_ipv6(struct pkt *k, const char *src, const char *dst)
{
	size_t n = length(k);
	uint8_t *p = room(k, 40);
	p[0] = 0x60;
	put16(p + 4, n);
	p[6] = (uint8_t)k->next;
	p[7] = 64;
	put_addr(p + 8, src, 16);
	put_addr(p + 24, dst, 16);
	k->next = 0x86dd;
}

void
pkt_ipv6_extension(struct pkt *k, uint8_t kind, size_t len)
{
	uint8_t *p = room(k, len);
	p[0] = (uint8_t)k->next;
	p[1] = (uint8_t)(kind == 51 ? len / 4 - 2 : len / 8 - 1);
	k->next = kind;
}

void
pkt_ipv6_fragment(
    struct pkt *k, uint8_t proto, uint32_t id, uint16_t offset, bool more)
{
	uint8_t *p = room(k, 8);
	p[0] = proto;
	put16(p + 2, offset | (more ? 1u : 0));
	put32(p + 4, id);
	k->next = 44;
}

void
pkt_ethernet(struct pkt *k)
{
	static const uint8_t macs[12] = {
	    0, 0, 0x5e, 0, 0x53, 2, 0, 0, 0x5e, 0, 0x53, 1}; /* RFC 7042 */
	uint8_t *p = room(k, 14);
	memcpy(p, macs, sizeof macs);
	put16(p + 12, k->next);
}

void
pkt_vlan(struct pkt *k, uint16_t type, uint16_t vlan)
{
	uint8_t *p = room(k, 4);
	put16(p, vlan);
	put16(p + 2, k->next);
	k->next = type;
}

void
pkt_sll(struct pkt *k)
{
	static const uint8_t mac[6] = {0, 0, 0x5e, 0, 0x53, 1};
	uint8_t *p = room(k, 16);
	put16(p + 2, 1);
	put16(p + 4, 6);
	memcpy(p + 6, mac, sizeof mac);
	put16(p + 14, k->next);
}

void
pkt_sll2(struct pkt *k)
{
	static const uint8_t mac[6] = {0, 0, 0x5e, 0, 0x53, 1};
	uint8_t *p = room(k, 20);
	put16(p, k->next);
	put16(p + 6, 3); /* interface */
	put16(p + 8, 1);
	p[11] = 6;
	memcpy(p + 12, mac, sizeof mac);
}

void
pkt_null(struct pkt *k, uint32_t family, bool big)
{
	put32(room(k, 4), big ? family : __builtin_bswap32(family));
}

struct rs_span
pkt_view(const struct pkt *k)
{
	return (struct rs_span){k->b + k->at, length(k)};
}

/* From p's IP header on, through tunnels. */
static enum net_flaw
read_ip(struct net_packet *p, struct tcp_hdr *h, size_t wire_len)
{
	struct ip_fragment frag;
	enum net_flaw flaw;
	while ((flaw = ip_decode(p, wire_len, &frag)) == NET_FLAW_NONE) {
		if (frag.is)
			return NET_FLAW_FRAGMENT;
		(void)tunnel_esp_null(p);
		if (p->proto == NET_PROTO_TCP)
			return tcphdr_decode(p, h);
		if (p->proto == NET_PROTO_ICMP || p->proto == NET_PROTO_ICMP6)
			return NET_FLAW_NONE;
		if (p->proto == NET_PROTO_UDP) {
			flaw = udp_decode(p);
			if (flaw)
				return flaw;
			if (!tunnel_port(p) ||
			    !tunnel_over_udp(p, &wire_len, &flaw))
				return NET_FLAW_NONE;
			if (flaw)
				return flaw;
			continue;
		}
		flaw = tunnel_over_ip(p, &wire_len);
		if (flaw)
			return flaw;
	}
	return flaw;
}

enum net_flaw
pkt_read(struct net_packet *p, struct tcp_hdr *h, int linktype,
    struct rs_span frame, size_t wire_len, rs_time ts, uint64_t number)
{
	struct tcp_hdr spare;
	*p = (struct net_packet){
	    .ts = ts, .at = rs_stamp_at(ts, (struct rs_frame){0, number})};
	enum net_flaw flaw = link_decode(p, linktype, frame);
	if (flaw)
		return flaw;
	return read_ip(
	    p, h ? h : &spare, wire_len - (size_t)(p->ip.p - frame.p));
}

uint64_t
pkt_random(uint64_t *state)
{
	uint64_t x = *state ? *state : 0x9e3779b97f4a7c15u;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}
