/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the capture was made: near the phones, near the registrar, or between.
 *
 * Two witnesses.  TTL: senders begin with 64, 128 or 255, and each router takes
 * one off, so what is fresh was sent on this side of every router.  The halves
 * of the TCP handshake: from SYN to SYN-ACK is the way to the server and back,
 * from SYN-ACK to ACK that to the client.  Flows vote; where they do not agree,
 * the witnesses contradict each other or nothing was heard, it is unknown.
 */
#ifndef ENGINE_VANTAGE_H
#define ENGINE_VANTAGE_H

#include "base/facts.h"
#include "base/span.h"

enum vantage_place {
	VANTAGE_UNKNOWN,
	VANTAGE_PHONE,
	VANTAGE_MIDDLE,
	VANTAGE_REGISTRAR,
	VANTAGE_N
};

struct vantage {
	uint64_t by_ttl[VANTAGE_N], by_handshake[VANTAGE_N];
	uint64_t one_link; /* both sides fresh: no router between them */
};

/* Of a flow of a phone: TTLs of the phone's and the registrar's packets as they
   came; 0: none was seen. */
void vantage_ttl(struct vantage *v, uint8_t phone, uint8_t registrar);
/* Of a TCP connection whose client is the phone. */
void vantage_handshake(struct vantage *v, const struct rs_conn_facts *f);

enum { VANTAGE_TEXT = 160 };
/* The verdict, and why, as a text of one clause. */
enum vantage_place vantage_judge(
    const struct vantage *v, char reason[VANTAGE_TEXT]);
/* "phone", ... */
const char *vantage_name(enum vantage_place p);

#endif
