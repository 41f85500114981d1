/* SPDX-License-Identifier: Apache-2.0 */
/* TCP headers (RFC 9293 3.1). */
#ifndef NET_TCPHDR_H
#define NET_TCPHDR_H

#include "net/packet.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct tcp_hdr {
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;
	uint16_t mss;    /* option 2; 0: none */
	bool timestamps; /* option 8 stands */
	bool sack;       /* option 5 does, and its first block begins here: */
	uint32_t sack_left;
};

/* Sets ports and payload of p and fills h. */
enum net_flaw tcphdr_decode(struct net_packet *p, struct tcp_hdr *h);

#endif
