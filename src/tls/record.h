/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the records of one direction under one set of keys: TLS 1.0 to 1.3
 * (RFC 2246 6.2.3, RFC 4346, RFC 5246 6.2.3, RFC 8446 5.2, RFC 7366).
 *
 * OpenSSL's contexts are made once for the direction and keyed again when its
 * keys change; nothing is allocated for a record.  What cannot be authenticated
 * is not opened, whatever it would read like.
 */
#ifndef TLS_RECORD_H
#define TLS_RECORD_H

#include "base/span.h"
#include "tls/secrets.h"

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

/* What a connection agreed upon. */
struct tls_params {
	uint16_t version; /* TLS_10 ... TLS_13 */
	const struct tls_suite *suite;
	bool encrypt_then_mac;
};

/* Keys of a direction, as the key block has them (RFC 5246 6.3), or from a
   traffic secret (RFC 8446 7.3). */
struct tls_direction_keys {
	struct rs_span mac, key, iv;
};

struct tls_opener {
	struct tls_params params; /* version 0: no keys */
	struct evp_cipher_ctx_st *cipher;
	struct evp_mac_ctx_st *mac;
	uint8_t iv[16]; /* fixed part of the nonce; TLS 1.0: the next IV */
	bool iv_lost;   /* TLS 1.0: the record that ended with it is missing */
	uint64_t seq;   /* of the next record */
};

/* One sealed record: its header's type and version, and its body. */
struct tls_sealed {
	uint8_t type;
	uint16_t version;
	struct rs_span body;
};

/* What was in it; bytes are in the buffer that was lent. */
struct tls_plain {
	uint8_t type; /* TLS 1.3: the inner one */
	struct rs_span bytes;
};

/* Memory that a keyed direction takes, about: OpenSSL's own, too. */
enum { TLS_OPENER_COST = 2048 };
/* A record's body, and what ciphers may write beyond. */
enum { TLS_OPEN_ROOM = 16384 + 2048 + 64 };

/* Keys it, again or for the first time, sequence number 0.  False: OpenSSL does
   not have that cipher; the opener then has no keys. */
bool tls_opener_key(struct tls_opener *o, struct tls_crypto *c,
    const struct tls_params *p, const struct tls_direction_keys *keys);
/* The same from a traffic secret of TLS 1.3. */
bool tls_opener_key_13(struct tls_opener *o, struct tls_crypto *c,
    const struct tls_params *p, struct rs_span secret);
void tls_opener_clear(struct tls_opener *o);

/*
 * Opens a record with the next sequence number, which it then leaves behind.
 * False, with nothing changed, where it does not authenticate.  room:
 * TLS_OPEN_ROOM bytes, not within the record.
 */
bool tls_opener_open(struct tls_opener *o, const struct tls_sealed *r,
    uint8_t *room, struct tls_plain *out);
/* The record went by, unopened. */
void tls_opener_skip(struct tls_opener *o, const struct tls_sealed *r);

#endif
