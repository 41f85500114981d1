/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: frames in, records out.
 *
 * It owns everything between the capture and the report: flow table, streams,
 * dissectors, sessions, trackers, their limits.  Several engines may run side
 * by side; nothing is global.  Time is the frames' own: the engine's now is the
 * highest time seen, and a step back is counted.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "capture/capture.h"
#include "sip/digest.h"
#include "track/records.h"
#include "track/related.h"

struct rs_sink;
struct profile_set;
struct tls_trust;
struct tls_keys;
struct log_join;

struct engine_options {
	size_t memory_limit;     /* bytes in all; 0: 256 MiB */
	rs_time challenge_wait;  /* an attempt stays open after 401; 0: 120 s */
	struct related *related; /* lent: learns from what the engine closes */
	struct sip_digest_verifier digest; /* lent; check NULL: none */
	const struct tls_trust *trust;     /* lent; NULL: chains not verified */
	/* Lent, or NULL: secrets of TLS, used by the thread that gives packets;
	   more may be added to them between two packets. */
	struct tls_keys *keys;
	uint64_t seed; /* of hashes; 0: random.  Never changes output */
	bool threads;  /* trackers, and out, on a thread of their own */
	/* Lent, or NULL: what logs have to do with captures (join.h), solved.
	 */
	struct log_join *join;
	/* Lent, or NULL: hears each event before the trackers do, on their
	   thread. */
	const struct rs_sink *events;
	/* Lent, or NULL: hears of registrations that will be closed soon, on
	   the thread of `out`, and fetches what they will need of memory. */
	const struct rec_sink *soon;
	const struct profile_set *profiles; /* lent, or NULL */
	bool looks; /* engine_look() is asked after each packet */
	/* Somebody's filter chose the packets: what is not there shows nothing.
	 */
	bool chosen;
};

/* What became of a packet: by whom it was sent, innermost, and whether it may
   be needed to explain a registration. */
struct engine_look {
	bool ours;
	bool always; /* DNS, DHCP, provisioning, ICMP: whenever it was */
	uint8_t proto;
	struct rs_endpoint src, dst; /* of an ICMP error: of what it quotes */
	bool has_mac;
	uint8_t mac[6]; /* of the sender */
	/* Of HEP, where there are no packets: the message, while the frame is
	   there, and when it passed its agent. */
	struct rs_span message;
	rs_time message_at;
};

struct engine;

/* out must outlive the engine; options are copied.  With threads, out is the
   other thread's until engine_finish() has returned. */
struct engine *engine_new(
    const struct engine_options *o, const struct rec_sink *out);
void engine_free(struct engine *e);
void engine_packet(struct engine *e, const struct cap_frame *f);
/* Of the packet given last; options.looks. */
const struct engine_look *engine_look(const struct engine *e);
/* Live and idle: time passes without packets. */
void engine_advance(struct engine *e, rs_time now);
/* The capture lost n packets between these times (kernel or interface);
   0: nobody captured then. */
void engine_drops(struct engine *e, uint64_t n, rs_time from, rs_time to);
/*
 * Everything that was given so far has had its effect: until the next packet
 * or advance, the other thread touches neither `out` nor what coverage tells
 * of.
 */
void engine_sync(struct engine *e);
/*
 * A report is due, though the capture goes on: after engine_sync(), on the
 * calling thread.  What went wrong on the link becomes records; what is open
 * and known, as hosts and leases that were granted, goes to `open`, and is
 * closed as ever when its time comes.
 */
void engine_tell(struct engine *e, const struct rec_sink *open);
/* The capture is over: what is open becomes a record, "cut off". */
void engine_finish(struct engine *e);
/*
 * What the capture could and could not show, but for the files, which the
 * caller knows.  Lists live in the arena.  After engine_finish(), or
 * engine_sync().
 */
void engine_coverage(
    struct engine *e, struct rec_coverage *c, struct rec_arena *a);

#endif
