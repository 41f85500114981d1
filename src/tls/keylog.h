/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of TLS connections, as a key log has them: the NSS format of
 * SSLKEYLOGFILE (draft-ietf-tls-keylogfile), from a file or a pcapng block.
 *
 * A line is a label, what the secret is found by (nearly always the client's
 * random) and the secret, in hexadecimal digits.  Labels that are not known are
 * passed over, as the draft wants it.  The latest TLS_KEYLOG_MOST secrets are
 * kept, oldest going first; all memory that held one is wiped.
 *
 * What is said of a bad line names the line and never quotes it.
 */
#ifndef TLS_KEYLOG_H
#define TLS_KEYLOG_H

#include "base/hash.h"
#include "base/span.h"

enum tls_secret_kind {
	TLS_SECRET_NONE,
	TLS_SECRET_MASTER, /* CLIENT_RANDOM: up to TLS 1.2 */
	TLS_SECRET_CLIENT_EARLY,
	TLS_SECRET_CLIENT_HANDSHAKE,
	TLS_SECRET_SERVER_HANDSHAKE,
	TLS_SECRET_CLIENT_TRAFFIC, /* _0: before any KeyUpdate */
	TLS_SECRET_SERVER_TRAFFIC,
	TLS_SECRET_PREMASTER,     /* PMS_CLIENT_RANDOM */
	TLS_SECRET_RSA_PREMASTER, /* RSA: by 8 bytes of it encrypted */
	TLS_SECRET_SESSION,       /* RSA Session-ID: the master, by that */
	TLS_SECRET_TICKET,        /* ours: the master, by SHA-256 of a ticket */
	TLS_SECRET_KINDS
};

enum {
	TLS_KEYLOG_MOST = 1 << 18,
	TLS_SECRET_MAX = 64,      /* bytes of a secret */
	TLS_SECRET_NAME_MAX = 32, /* of what it is found by */
};

struct tls_secret {
	uint8_t n;
	uint8_t p[TLS_SECRET_MAX];
};

struct tls_keylog_problem {
	unsigned line;    /* 0: of the file as a whole */
	int error;        /* errno, or 0 */
	bool cannot_read; /* missing, no permission: not its content */
	const char *what; /* constant text */
};

struct tls_keylog;

struct tls_keylog *tls_keylog_new(const struct rs_hash_seed *seed);
void tls_keylog_free(struct tls_keylog *k);
/* Learns what stands in text, of which the last line may lack its end.  False
   and *why (where not NULL) at the first line that is none of a key log;
   others are read all the same. */
bool tls_keylog_parse(
    struct tls_keylog *k, struct rs_span text, struct tls_keylog_problem *why);
/* Opens and reads a file; it stays open for tls_keylog_more().  False and *why
   where it cannot be read, or is no key log. */
bool tls_keylog_load(
    struct tls_keylog *k, const char *path, struct tls_keylog_problem *why);
/* Reads what whole lines the loaded file has now more than before, some 4 MiB
   at most; true when there were any.  Bad lines are passed over. */
bool tls_keylog_more(struct tls_keylog *k);
/* name: at most TLS_SECRET_NAME_MAX bytes.  A longer secret is refused. */
void tls_keylog_add(struct tls_keylog *k, enum tls_secret_kind kind,
    struct rs_span name, struct rs_span secret);
/* The secret, until something is added; NULL: not known. */
const struct tls_secret *tls_keylog_find(
    const struct tls_keylog *k, enum tls_secret_kind kind, struct rs_span name);
/* Whether any secret of that name is known. */
bool tls_keylog_knows(const struct tls_keylog *k, struct rs_span client_random);
/* Whether a secret of that kind was ever added. */
bool tls_keylog_has(const struct tls_keylog *k, enum tls_secret_kind kind);
size_t tls_keylog_n(const struct tls_keylog *k);

#endif
