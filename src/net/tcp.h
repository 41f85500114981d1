/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections as seen from outside (RFC 9293): both halves put in order.
 *
 * Bytes are handed on exactly once each, in order, or a gap where they will not
 * come.  A segment that is next in order is handed on as the frame's own span;
 * only what comes early is copied (reorder.h).  A hole is given up when the
 * receiver has acknowledged it and a second of capture time or 64 kB have
 * passed since, when the buffer is full, and when the half closes or the
 * capture ends.  It is given up at once where what is in it cannot come late
 * any more: its sender has since acknowledged newer bytes of the receiver, or
 * the receiver answers what came behind it.  Data that the other side
 * acknowledges and nobody saw is a gap too: the capture is one-way or lost it.
 * Where nothing at all was seen of the receiver, a hole is given up after five
 * seconds.  Time passes with the
 * connection's own packets; tcp_conn_flush() tells the rest.
 *
 * What the snaplen cut off is a gap at once: no repeat would have it.
 *
 * A connection that was under way already begins at the first byte seen
 * (mid-stream pick-up); from_start tells.  A keep-alive probe (one byte before
 * the next) is no data.  Sequence numbers wrap.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/account.h"
#include "base/facts.h"
#include "base/pool.h"
#include "dissector.h"
#include "net/packet.h"
#include "net/tcphdr.h"

struct tcp_out { /* per direction of the sender */
	void (*data)(void *arg, enum rs_dir dir, struct rs_span bytes,
	    const struct rs_stamp *at);
	/* `missing` bytes are lost; they passed between these times. */
	void (*gap)(void *arg, enum rs_dir dir, uint64_t missing, rs_time from,
	    rs_time to, const struct rs_stamp *at);
	/* This side closed: RS_END_FIN in its turn, after its last byte, or
	   RS_END_RST at once. */
	void (*close)(void *arg, enum rs_dir dir, enum rs_ending how,
	    const struct rs_stamp *at);
	void *arg;
};

struct tcp_conn; /* opaque; a few hundred bytes */

/* Charged to pay; NULL when refused.  Both outlive it; pool may be NULL. */
struct tcp_conn *tcp_conn_new(struct rs_account *pay, struct rs_pool *pool);
/*
 * Tells a new connection of a lone SYN of the client that the owner has
 * remembered instead of making a connection for it (a flood is many of these).
 */
void tcp_conn_opened(struct tcp_conn *c, rs_time at, struct rs_frame frame,
    uint32_t isn, uint8_t ttl, uint16_t mss);
void tcp_conn_free(struct tcp_conn *c);
extern const size_t tcp_conn_size; /* for who fetches all of it ahead */
/* A segment of that side comes soon: a hint for the cache. */
void tcp_conn_expect(const struct tcp_conn *c, enum rs_dir dir);
/* One segment.  p->payload is its data. */
void tcp_conn_segment(struct tcp_conn *c, enum rs_dir dir,
    const struct net_packet *p, const struct tcp_hdr *h,
    const struct tcp_out *out);
/*
 * From now on only facts: nothing is held and nothing handed on any more.  May
 * be called from the callbacks.  Missing bytes and gaps are no longer counted.
 */
void tcp_conn_ignore(struct tcp_conn *c);
/*
 * Gives out what is held, gaps told, before the connection is forgotten.  A
 * reset with a sequence number far off counts from here on, because the
 * connection did not go on after it; so read the facts after this.
 */
void tcp_conn_flush(struct tcp_conn *c, const struct tcp_out *out);
struct rs_conn_facts *tcp_conn_facts(struct tcp_conn *c);
/* True when a SYN like this begins a new connection on the same ports. */
bool tcp_conn_is_new(
    const struct tcp_conn *c, enum rs_dir dir, const struct tcp_hdr *h);
/* The segment fits to nothing that this side has sent or may send soon: it is of
   another connection between the same ports, if there may be one. */
bool tcp_conn_elsewhere(
    const struct tcp_conn *c, enum rs_dir dir, const struct tcp_hdr *h);
/* Both sides closed, or one reset it: it may be forgotten after a while. */
bool tcp_conn_over(const struct tcp_conn *c);
/* Bytes of either side are held, because some before them did not come yet. */
bool tcp_conn_waits(const struct tcp_conn *c);

#endif
