/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL talks to itself in memory: a client and a server, what each sent, in
 * order, and the key log of both.  For tests of what can be read with keys.
 */
#ifndef TLS_TALK_H
#define TLS_TALK_H

#include "base/span.h"
#include "event.h"

#include <openssl/ssl.h>

enum { TALK_TURNS = 128 };

struct talk_options {
	int version;              /* TLS1_VERSION ... TLS1_3_VERSION */
	const char *ciphers;      /* up to TLS 1.2, or of TLS 1.3 */
	const char *groups;       /* the server's; NULL: OpenSSL's */
	uint64_t off;             /* SSL_OP_* of both */
	const struct talk *after; /* resumes its session; NULL: none */
	const char *early;        /* 0-RTT data, with `after` */
};

struct talk_turn {
	enum rs_dir dir;
	uint8_t *p;
	size_t n;
};

struct talk {
	const char *ciphers;
	SSL_CTX *ctx[2];
	SSL *ssl[2]; /* by rs_dir of what it sends */
	struct talk_turn turns[TALK_TURNS];
	size_t n_turns;
	char keylog[16384];
	size_t n_keylog;
	char said[2][65536]; /* what was given to each to send */
	size_t n_said[2];
};

/* The handshake is done; asserts that it succeeds. */
struct talk *talk_new(const struct talk_options *o);
void talk_free(struct talk *t);
/* One side sends, the other reads. */
void talk_say(struct talk *t, enum rs_dir dir, const void *p, size_t n);
/* TLS 1.3: new keys for this side, or for both. */
void talk_update(struct talk *t, enum rs_dir dir, bool both);
/* TLS 1.2: another handshake, asked for by the client. */
void talk_renegotiate(struct talk *t);
/* Both say close_notify. */
void talk_bye(struct talk *t);

/* The server's RSA key and certificate, made once and never freed. */
EVP_PKEY *talk_key(void);
/* Another RSA key. */
EVP_PKEY *talk_other_key(void);

#endif
