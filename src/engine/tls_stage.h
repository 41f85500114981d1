/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on a TLS connection: its session, and, where keys open it,
 * whoever understands the plaintext.
 *
 * Plaintext is identified by its first bytes as those of a TCP connection are,
 * on any port: SIP, or a WebSocket and what is on that.  When a few records of
 * it are nobody's, it is foreign, and no more of it is opened.  Without keys
 * the stage is its session and nothing else.
 */
#ifndef ENGINE_TLS_STAGE_H
#define ENGINE_TLS_STAGE_H

#include "base/account.h"
#include "base/pool.h"
#include "engine/ws_stage.h"
#include "event.h"

struct tls_fingerprinter;
struct tls_keys;
struct tls_stage;

/* Where events go: those of the connection itself, of its plaintext, and of
   what a WebSocket in that carries. */
struct tls_stage_out {
	struct rs_sink self, plain, ws;
};

/* dissector: the state that the flow lends the TLS dissector.  keys: NULL:
   none.  All must outlive it; pool may be NULL. */
struct tls_stage *tls_stage_new(void *dissector,
    struct tls_fingerprinter *prints, struct tls_keys *keys,
    struct rs_account *pay, struct rs_pool *pool, uint64_t *refused,
    struct ws_counts *ws);
void tls_stage_free(struct tls_stage *s);
/* It is of interest without being readable: tls_session_follow(). */
void tls_stage_follow(struct tls_stage *s);
/* An event of the TLS dissector. */
void tls_stage_event(struct tls_stage *s, const struct rs_event *ev,
    const struct tls_stage_out *out);
/* After the dissector was told. */
void tls_stage_gap(struct tls_stage *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct tls_stage_out *out);
void tls_stage_close(struct tls_stage *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct tls_stage_out *out);
/* Nothing more can be learnt from its bytes: tls_session_opaque(). */
bool tls_stage_opaque(const struct tls_stage *s);

#endif
