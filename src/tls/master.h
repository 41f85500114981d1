/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master secret of a connection up to TLS 1.2, by whatever way is at hand:
 * the key log, a premaster secret, the server's RSA key, or an earlier
 * connection that this one resumes (RFC 5246 8.1, RFC 7627, RFC 5077).
 *
 * With a premaster and the extended master secret, the handshake's hash is
 * needed, so messages are hashed while a premaster may come to hand.
 */
#ifndef TLS_MASTER_H
#define TLS_MASTER_H

#include "base/buf.h"
#include "tls/hello.h"
#include "tls/keys.h"

/* What the hellos say, as far as keys depend on it. */
struct tls_agreed {
	bool client, server; /* the hello was seen */
	uint8_t client_random[TLS_RANDOM], server_random[TLS_RANDOM];
	uint8_t session_id[32], n_session_id; /* the server's */
	bool has_ticket;                      /* the client's, as SHA-256 */
	uint8_t ticket[32];
	uint16_t version, offered, cipher; /* offered: legacy_version */
	const struct tls_suite *suite;     /* NULL: not one we can open */
	bool extended_master, encrypt_then_mac;
	bool early_data; /* offered */
};

struct tls_master {
	struct tls_keys *keys;
	struct rs_buf hello; /* ClientHello, until the hash is known */
	struct tls_transcript transcript;
	uint8_t hash[TLS_HASH_MAX]; /* up to ClientKeyExchange */
	size_t n_hash;
	uint8_t premaster[TLS_SECRET_MAX];
	size_t n_premaster;
	uint8_t secret[TLS_MASTER];
	bool known, from_rsa;
};

/* Reads what a hello says into a; a ClientHello begins anew. */
void tls_agreed_client(struct tls_agreed *a, const struct tls_client_hello *h);
void tls_agreed_server(struct tls_agreed *a, const struct tls_server_hello *h);

void tls_master_init(
    struct tls_master *m, struct tls_keys *keys, struct rs_account *pay);
/* Wipes it. */
void tls_master_clear(struct tls_master *m);
/* The next handshake message of either side, header and all, after tls_agreed_*
   has read it. */
void tls_master_message(struct tls_master *m, const struct tls_agreed *a,
    uint8_t type, struct rs_span whole);
/* Messages are missing. */
void tls_master_gap(struct tls_master *m);
/* True when the master secret is in m->secret. */
bool tls_master_find(struct tls_master *m, const struct tls_agreed *a);
/* The hash of the PRF. */
const char *tls_prf_hash(const struct tls_agreed *a);

#endif
