/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello and ServerHello (RFC 8446 4.1, RFC 5246 7.4.1) as spans.
 *
 * `body` is the handshake message without its four-byte header.  Lists stay as
 * they are on the wire (u16 each, big-endian) and are read with
 * tls_u16_at().  GREASE values (RFC 8701) are left in: whoever shows a list
 * skips them with tls_is_grease().
 */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include "base/span.h"

enum { /* handshake types, RFC 8446 B.3 and RFC 5246 A.4 */
	TLS_HS_HELLO_REQUEST = 0,
	TLS_HS_CLIENT_HELLO = 1,
	TLS_HS_SERVER_HELLO = 2,
	TLS_HS_NEW_SESSION_TICKET = 4,
	TLS_HS_END_OF_EARLY_DATA = 5,
	TLS_HS_ENCRYPTED_EXTENSIONS = 8,
	TLS_HS_CERTIFICATE = 11,
	TLS_HS_SERVER_KEY_EXCHANGE = 12,
	TLS_HS_CERTIFICATE_REQUEST = 13,
	TLS_HS_SERVER_HELLO_DONE = 14,
	TLS_HS_CERTIFICATE_VERIFY = 15,
	TLS_HS_CLIENT_KEY_EXCHANGE = 16,
	TLS_HS_FINISHED = 20,
	TLS_HS_CERTIFICATE_STATUS = 22,
	TLS_HS_KEY_UPDATE = 24,
	TLS_HS_HELLO_RETRY_REQUEST = 254, /* ours: RFC 8446 4.1.4 */
	TLS_HS_UNREADABLE = 255,          /* ours */
};

enum { TLS_SSL30 = 0x0300, TLS_10, TLS_11, TLS_12, TLS_13 };

struct tls_client_hello {
	uint16_t legacy_version;
	struct rs_span random, session_id;
	struct rs_span ciphers;    /* u16 list */
	struct rs_span extensions; /* the whole block; absent where none */
	struct rs_span sni;        /* host_name, absent where none */
	struct rs_span alpn;       /* list of u8-length names */
	struct rs_span versions;   /* supported_versions, u16 list */
	struct rs_span groups;     /* u16 list */
	struct rs_span signatures; /* u16 list */
	struct rs_span key_shares; /* the client_shares block */
	bool ticket;               /* session_ticket with content */
	bool psk, early_data, ech;
	/* Fingerprints, as tls/session's owner lets them be made; or "". */
	char ja3[33], ja4[37];
};

struct tls_server_hello {
	uint16_t legacy_version;
	uint16_t
	    version; /* supported_versions where given, else legacy_version */
	struct rs_span random, session_id;
	uint16_t cipher;
	struct rs_span extensions;
	struct rs_span alpn; /* the one name chosen (TLS 1.2 and before) */
	uint16_t group;      /* of key_share; 0 where not seen */
	bool psk;            /* pre_shared_key accepted */
	bool retry;          /* it is a HelloRetryRequest: RFC 8446 4.1.3 */
	char ja3s[33];       /* as ja3 of the client's; or "" */
};

/* False when the body is not such a message; fields read so far are set. */
bool tls_client_hello_parse(struct tls_client_hello *h, struct rs_span body);
bool tls_server_hello_parse(struct tls_server_hello *h, struct rs_span body);

/* Value i of a u16 list; 0 past its end. */
uint16_t tls_u16_at(struct rs_span list, size_t i);
/* RFC 8701 2: 0x0a0a, 0x1a1a, ... 0xfafa. */
bool tls_is_grease(uint16_t v);
/* The next u8-length name of an ALPN list; false at the end. */
bool tls_alpn_next(struct rs_span *list, struct rs_span *name);

/* IANA names; "" where unknown.  Constant strings. */
const char *tls_version_name(uint16_t version); /* "TLS 1.2" */
const char *tls_cipher_name(uint16_t cipher);   /* "TLS_AES_128_GCM_SHA256" */
const char *tls_group_name(uint16_t group);     /* "x25519" */
const char *tls_handshake_name(uint8_t type);   /* "client_hello" */

#endif
