/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handshake tracker fed with hand-made events, and what it said.
 *
 * A script is words: who sends what.  `>` is the client, `<` the server.
 *   >ch >ch2 <sh12 <sh13 <sh13psk <hrr <cert <ske <creq <done >cert >cert0
 *   >cke <hr                       handshake messages
 *   >ccs >fin                      ChangeCipherSpec, a record after it
 *   >d53 <d900                     application_data of that size
 *   >a2/48 <a1/112 >ea             alerts; an encrypted one
 *   >FIN <RST >gap <junk >bad      TCP, holes, what is no TLS
 *   +500                           milliseconds pass
 *   bytes900                       the server has sent so many so far
 *   end cap idle reused            the connection ends so
 *   drop                           loss up to the next word
 * Every other word takes 10 ms and a frame.
 */
#ifndef SHAKE_KIT_H
#define SHAKE_KIT_H

#include "track/handshake.h"

enum { SHAKE_LIMIT = 8 << 20 };

struct seen {
	unsigned n;
	enum rec_handshake_state state[8];
	enum rec_side by[8];
	enum rec_handshake_reason reason[8];
	enum rec_visibility visibility[8];
	struct rec_handshake last; /* lists are gone; numbers stay */
	char history[32], version[16], group[16], sni[64], client_last[32],
	    server_last[32], flaw[32], first_bytes[32];
	bool empty_certificate, sealed_certificate;
	struct rec_alert alert;
	unsigned n_alerts, n_certificates, n_steps, n_frames;
};

struct play {
	struct handshake_tracker *k;
	struct rs_account pay;
	struct related *related;
	struct rec_sink sink;
	struct seen seen;
	struct rs_flow_info flow;
	struct rs_conn_brief brief;
	struct rs_conn_facts conn;
	rs_time now;
	uint64_t frame;
};

void play_start(struct play *p, size_t limit);
/* The connection that the words after it are about. */
void play_flow(struct play *p, uint64_t serial, bool from_start);
void play_script(struct play *p, const char *script);
/* Ends all, with the memory given back: asserted. */
void play_end(struct play *p);

#define FULL12 ">ch <sh12 <cert <ske <done >cke >ccs >fin <ccs <fin "
#define FLIGHT13 ">ch <sh13 <ccs <d30 <d900 <d280 <d53 "

#endif
