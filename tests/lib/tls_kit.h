/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of TLS share: bytes put together by hand, a flow that is fed
 * segment by segment as the stream layer does it, and what was said of it as
 * text, one event a line, '>' before what the client sent:
 *
 *	> client_hello 47
 *	< alert 2 handshake_failure
 *
 * With keys, what was opened ends with a star; plaintext is kept apart.
 */
#ifndef TLS_KIT_H
#define TLS_KIT_H

#include "event.h"
#include "tls/session.h"
#include "tls/tls.h"

struct tls_bytes {
	uint8_t p[160000];
	size_t n;
};

void tls_bytes_add(struct tls_bytes *b, const void *p, size_t n);
/* A record around these bytes. */
void tls_bytes_record(struct tls_bytes *b, uint8_t type, uint16_t version,
    const void *body, size_t n);
/* A handshake message around these bytes. */
void tls_bytes_message(
    struct tls_bytes *b, uint8_t type, const void *body, size_t n);

/* One flow. */
struct tls_flow {
	void *state;
	struct tls_session *session; /* NULL: records are logged as they are */
	struct rs_account pay;
	bool frames; /* lines end with the frames of the event */
	uint64_t n_frames;
	struct tls_bytes wait[2];
	struct rs_arrival where[2][64];
	size_t n_where[2], need[2];
	bool given_up[2];
	struct tls_bytes plain[2]; /* what was opened */
	unsigned seals[TLS_SEAL_N];
	char log[32768];
	size_t n_log;
};

struct tls_flow *tls_flow_new(bool session);
/* Closes what is open; asserts that the budget is back at zero. */
void tls_flow_free(struct tls_flow *f);
/* One segment.  It is copied to the end of a page that a guard page follows. */
void tls_flow_feed(
    struct tls_flow *f, enum rs_dir dir, const void *p, size_t n);
void tls_flow_gap(struct tls_flow *f, enum rs_dir dir, uint64_t missing);
void tls_flow_close(struct tls_flow *f, enum rs_dir dir);

/* A copy of these bytes that ends where a page ends that may not be read
   past; tls_unguard() gives it back. */
uint8_t *tls_guard(const void *p, size_t n);
void tls_unguard(uint8_t *p, size_t n);

/* A transcript: segments of both sides, one after the other. */
struct tls_turn {
	enum rs_dir dir;
	const void *p;
	size_t n;
};

/* Asserts that they are equal; prints both where they are not. */
bool tls_log_is(const char *log, const char *expected);

/* Feeds the transcript, the segments cut into pieces of `piece` bytes (0: not
   cut), closes both sides; the log is written to out. */
void tls_replay(const struct tls_turn *t, size_t n, size_t piece, bool session,
    char out[32768]);
/* Asserts that pieces of one to nine bytes, and each segment cut in two at
   every place, give this log. */
void tls_replay_split(
    const struct tls_turn *t, size_t n, bool session, const char *expected);

#endif
