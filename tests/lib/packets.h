/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets made in memory, from the inside out: begin with the payload and put
 * each header before what is there.  Every header learns from the one put
 * before it what it carries, so nothing is said twice:
 *
 *	struct pkt k;
 *	pkt_payload(&k, RS_LIT("hello"));
 *	pkt_udp(&k, 5060, 5060);
 *	pkt_ipv4(&k, "192.0.2.1", "192.0.2.2");
 *	pkt_vlan(&k, 0x8100, 7);
 *	pkt_ethernet(&k);
 *	... pkt_view(&k)
 *
 * Checksums are left 0.
 */
#ifndef PACKETS_H
#define PACKETS_H

#include "base/span.h"
#include "net/packet.h"
#include "net/tcphdr.h"

enum { PKT_MAX = 70000 };

struct pkt {
	uint8_t b[PKT_MAX];
	size_t at;     /* it is b[at] ... b[PKT_MAX] */
	uint16_t next; /* what stands first: IP protocol or EtherType */
};

void pkt_payload(struct pkt *k, struct rs_span bytes);
/* Any bytes before what is there. */
void pkt_prepend(struct pkt *k, struct rs_span bytes);

void pkt_udp(struct pkt *k, uint16_t sport, uint16_t dport);
void pkt_tcp(struct pkt *k, uint16_t sport, uint16_t dport, uint32_t seq,
    uint32_t ack, uint8_t flags);
/* n must be a multiple of 4. */
void pkt_tcp_options(struct pkt *k, uint16_t sport, uint16_t dport,
    uint32_t seq, uint32_t ack, uint8_t flags, struct rs_span options);
/* ICMP, ICMPv6: eight bytes before what is quoted. */
void pkt_icmp(struct pkt *k, uint8_t type, uint8_t code);
void pkt_icmp6(struct pkt *k, uint8_t type, uint8_t code);

void pkt_ipv4(struct pkt *k, const char *src, const char *dst);
/* What is there is a fragment; `proto` is the whole datagram's. */
void pkt_ipv4_fragment(struct pkt *k, const char *src, const char *dst,
    uint8_t proto, uint16_t id, uint16_t offset, bool more);
void pkt_ipv6(struct pkt *k, const char *src, const char *dst);
/* Hop-by-hop 0, routing 43, destination 60 (eights) or AH 51 (fours):
   `len` bytes in all, at least 8. */
void pkt_ipv6_extension(struct pkt *k, uint8_t kind, size_t len);
void pkt_ipv6_fragment(
    struct pkt *k, uint8_t proto, uint32_t id, uint16_t offset, bool more);

void pkt_ethernet(struct pkt *k);
void pkt_vlan(struct pkt *k, uint16_t type, uint16_t vlan);
void pkt_sll(struct pkt *k);
void pkt_sll2(struct pkt *k);
/* NULL/LOOP: with this address family, in big or little endian. */
void pkt_null(struct pkt *k, uint32_t family, bool big);

struct rs_span pkt_view(const struct pkt *k);

/*
 * Decodes a frame as the engine does, without defrag: link, IP, tunnels, UDP or
 * TCP.
 * h may be NULL.  NET_FLAW_FRAGMENT for a fragment.
 */
enum net_flaw pkt_read(struct net_packet *p, struct tcp_hdr *h, int linktype,
    struct rs_span frame, size_t wire_len, rs_time ts, uint64_t number);

/* A small seeded generator (xorshift), for tests that must repeat. */
uint64_t pkt_random(uint64_t *state);

#endif
