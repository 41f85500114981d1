/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate and CertificateRequest (RFC 5246 7.4.2, 7.4.4; RFC 8446 4.3.2,
 * 4.4.2).  Certificates stay DER: reading X.509 is OpenSSL's (src/tls/cert.c).
 */
#ifndef TLS_CERTMSG_H
#define TLS_CERTMSG_H

#include "base/span.h"

enum { TLS_MAX_CHAIN = 10 };

struct tls_certificate_list {
	struct rs_span der[TLS_MAX_CHAIN]; /* as sent, the sender's own first */
	size_t n;                          /* in der */
	size_t total;                      /* in the message */
};

struct tls_certificate_request {
	struct rs_span types;       /* TLS 1.2 and before */
	struct rs_span signatures;  /* u16 list */
	struct rs_span authorities; /* list of u16-length DNs */
};

/* tls13: in the form of RFC 8446, with a request context and extensions. */
bool tls_certificate_list_parse(
    struct tls_certificate_list *l, struct rs_span body, bool tls13);
bool tls_certificate_request_parse(
    struct tls_certificate_request *r, struct rs_span body, uint16_t version);

/*
 * What is known of one certificate, as whoever reads X.509 tells it.  Spans are
 * UTF-8 text and live as long as the reader's cache entry.  Times are RS_NEVER
 * where they could not be read.
 */
struct tls_certificate_facts {
	struct rs_span subject, issuer; /* RFC 2253 one-line form */
	struct rs_span serial;          /* hex, lower case */
	struct rs_span sha256;          /* of the DER, hex, lower case */
	struct rs_span key;             /* "RSA 2048", "EC P-256", "Ed25519" */
	struct rs_span signature;       /* "ecdsa-with-SHA256" */
	struct rs_span spki_sha256;     /* of the key, hex, lower case */
	struct rs_span issuer_url;      /* caIssuers, RFC 5280 4.2.2.1; "" */
	const struct rs_span *san; /* "DNS:host", "IP:192.0.2.1", "URI:..." */
	size_t n_san;
	int64_t not_before, not_after; /* rs_time */
	bool self_signed;              /* issuer is subject */
	bool weak_key;       /* less than 112 bits of strength: RSA 1024 */
	bool weak_signature; /* by MD5 or SHA-1, where it is not its own */
	/* its extended key usage leaves servers out (RFC 5280 4.2.1.12) */
	bool not_for_servers;
};

/*
 * What is known of certificates that were sent as a chain.  Text lives as long
 * as the next call.
 */
struct tls_chain_facts {
	bool readable;    /* all of them; else only `verification` is set */
	bool in_order;    /* each was issued by the next one */
	size_t path;      /* how many lead from the first to the last issuer */
	bool root;        /* ... which issued itself */
	struct rs_span missing; /* the issuer that was not sent; "" */
	struct rs_span missing_url; /* where to get it; "" */
	/* By a store, where one is given; else "". */
	struct rs_span store, verification; /* the library's own words */
	bool verified;
	int error, depth; /* the library's number, and which certificate */
};

/* Reads DER for whoever may not include OpenSSL.  NULL: not readable. */
struct tls_certificate_reader {
	const struct tls_certificate_facts *(*read)(
	    void *arg, struct rs_span der);
	/* at: rs_time; client: it is a client's chain.  May be NULL. */
	const struct tls_chain_facts *(*chain)(void *arg,
	    const struct tls_certificate_list *l, int64_t at, bool client);
	void *arg;
};

#endif
