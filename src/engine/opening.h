/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a TCP connection began: what of its first bytes is kept until somebody
 * claims it, and what its client said where TLS was due.
 */
#ifndef ENGINE_OPENING_H
#define ENGINE_OPENING_H

#include "engine/held.h"

struct opening {
	struct held held[2];    /* by rs_dir */
	uint8_t tries;          /* segments that nobody claimed */
	bool told;              /* of what follows */
	struct rs_span not_tls; /* empty: nothing but TLS */
	struct rs_stamp not_tls_at;
	uint8_t not_tls_head[16];
};

/* Allocates nothing.  pay must outlive it. */
void opening_init(struct opening *o, struct rs_account *pay);
void opening_clear(struct opening *o);
/* Bytes wait to be known. */
bool opening_waits(const struct opening *o);
/* What was looked at is enough to tell that it is no TLS. */
bool opening_tells(struct rs_span probed);
/* The client, whom TLS was due from, said this; its first words count. */
void opening_not_tls(
    struct opening *o, struct rs_span bytes, const struct rs_stamp *at);
/* That is still to be told, if the server answers in TLS. */
bool opening_not_told(const struct opening *o);
/* The server's first bytes: true, once, when they are TLS, so that what the
   client said was its fault. */
bool opening_answered_in_tls(struct opening *o, struct rs_span bytes);

#endif
