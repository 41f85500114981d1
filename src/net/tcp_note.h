/* SPDX-License-Identifier: Apache-2.0 */
/* What packets of a TCP connection look like, and when: notes in its facts, a
   few stores a packet. */
#ifndef NET_TCP_NOTE_H
#define NET_TCP_NOTE_H

#include "base/facts.h"
#include "dissector.h"
#include "net/packet.h"
#include "net/tcphdr.h"

/* What a reset has in common with its sender's other packets, or has not. */
void tcp_note_look(struct rs_half_facts *half, const struct net_packet *p,
    const struct tcp_hdr *h);
/* Of a packet that is not the first of its side. */
void tcp_note_idle(struct rs_conn_facts *f, enum rs_dir dir,
    const struct net_packet *p, const struct tcp_hdr *h);
/* That side sent data again. */
void tcp_note_repeat(struct rs_idle_facts *i, enum rs_dir dir, rs_time at);
/* Of a connection that is zeroed so far: nothing was seen yet. */
void tcp_note_no_times(struct rs_conn_facts *f);
/* The facts of a lone SYN of the client: tcp_conn_opened(). */
void tcp_note_lone_syn(struct rs_conn_facts *f, rs_time at,
    struct rs_frame frame, uint8_t ttl, uint16_t mss);

#endif
