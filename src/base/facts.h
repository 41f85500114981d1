/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what was seen, what was seen not to be so, and what was not seen.
 *
 * The facts of a TCP connection live here because two layers share them: net
 * keeps them while the connection lives, trackers read them when it ends, and
 * neither may include the other.
 */
#ifndef BASE_FACTS_H
#define BASE_FACTS_H

#include "base/addr.h"
#include "base/stamp.h"

enum rs_fact {
	RS_UNKNOWN, /* not seen: never to be read as no */
	RS_FALSE,
	RS_TRUE,
};

/* How a flow ended, as far as the capture tells. */
enum rs_ending {
	RS_END_NONE, /* still open */
	RS_END_FIN,  /* both sides closed in order, or one did and no more came
		      */
	RS_END_RST,  /* reset */
	RS_END_REUSED,  /* a new SYN took the same addresses and ports */
	RS_END_IDLE,    /* nothing for so long that we forgot it */
	RS_END_EVICTED, /* forgotten for want of room: a limit was hit */
	RS_END_CAPTURE, /* the capture ended first */
};

/* One side of a TCP connection: what its own packets said.  What each of them
   changes or each event tells comes first: the cache's lines. */
struct rs_half_facts {
	uint64_t packets;
	uint64_t bytes;  /* payload, without repeats */
	rs_time last_at; /* last packet of this side */
	struct rs_frame last;
	uint32_t syns; /* SYNs, or SYN-ACKs, sent */
	uint32_t gaps;
	uint32_t hole_acks; /* see hole */
	bool acked;   /* the other side has acknowledged all of its bytes */
	uint8_t ttl;  /* of its first packet; 0: none seen */
	uint16_t mss; /* that its SYN takes (RFC 9293 3.7.1); 0: none seen */
	/* Of its first reset, and of its last packet before that. */
	uint8_t rst_ttl, last_ttl;
	bool rst_timestamps, last_timestamps;
	/* 0: none; that of a SYN is of another scale (RFC 7323 2.2) */
	uint16_t rst_window, last_window;
	/* IPv4 identification, by IPv6 0: also of the last but one */
	uint16_t rst_ip_id, last_ip_id, old_ip_id;
	/* It acknowledges more than a SYN (RFC 9293 3.10.7.1): it answers what
	   was not captured. */
	bool rst_late;
	rs_time syn_at; /* first SYN or SYN-ACK; RS_NEVER */
	struct rs_frame syn;
	uint32_t retransmissions; /* segments that held nothing new */
	uint32_t out_of_order;
	uint64_t missing;   /* bytes that the capture does not have */
	uint32_t conflicts; /* repeats that held other bytes ... */
	/* Its bytes that the other side says it lacks, while it has later ones
	   (SACK, RFC 2018): since when, how often it said so.  0: none. */
	uint32_t hole;
	rs_time hole_at;
	struct rs_frame hole_frame; /* the first that says so */
	struct rs_frame conflict;   /* the first of the conflicts */
	rs_time fin_at;
	struct rs_frame fin;
	rs_time rst_at;
	struct rs_frame rst;
};

/* The last silence of both sides that was longer than half a minute, and what
   came after it.  `packet` 0: there was none. */
struct rs_idle_facts {
	rs_time from, to;       /* from: the last packet before it */
	struct rs_frame packet; /* that ended it ... */
	uint8_t by;             /* ... and whose it is: enum rs_dir */
	bool data;              /* it carried data */
	bool answered;          /* the other side sent more than a reset */
	bool reset;             /* it sent a reset */
	uint16_t repeats;       /* of data of the first side's, since; those that
				   come at once are copies or parts of one */
	rs_time repeat_at;      /* the last of them */
	struct rs_frame last;   /* packet of the first side's */
};

/* A TCP connection; the arrays are indexed by enum rs_dir of the sender. */
struct rs_conn_facts {
	struct rs_half_facts half[2];
	rs_time first_at, last_at;
	struct rs_frame first, last;
	rs_time established_at; /* the ACK that completes the handshake */
	struct rs_frame established;
	rs_time icmp_at; /* first ICMP error that quoted it */
	struct rs_frame icmp;
	uint8_t icmp_type, icmp_code;
	struct rs_addr icmp_sender;
	struct rs_idle_facts idle;
	bool from_start; /* the opening SYN was seen */
	enum rs_ending ending;
};

/* The few of them that go with each TLS event of a connection. */
struct rs_conn_brief {
	uint64_t bytes[2]; /* payload, without repeats */
	bool heard[2];     /* packets came; of neither: not known */
	bool lacks[2];     /* the other side says that it lacks some */
	bool gaps[2];      /* the capture does */
	bool begun[2];     /* its SYN is there, and so are its first bytes */
	rs_time syns; /* from the SYN of side 0 to that of side 1; RS_NEVER: not
			 seen, or which of several was answered is not known */
};

static inline struct rs_conn_brief
rs_conn_brief(const struct rs_conn_facts *f)
{
	const struct rs_half_facts *a = &f->half[0], *b = &f->half[1];
	bool met = a->syns == 1 && b->syns == 1 && a->syn_at != RS_NEVER &&
		   b->syn_at != RS_NEVER;
	return (struct rs_conn_brief){
	    .bytes = {a->bytes, b->bytes},
	    .heard = {a->packets > 0, b->packets > 0},
	    .lacks = {a->hole_acks > 0, b->hole_acks > 0},
	    .gaps = {a->gaps > 0, b->gaps > 0},
	    .begun = {a->syns > 0, b->syns > 0},
	    .syns = met ? b->syn_at - a->syn_at : RS_NEVER,
	};
}

#endif
