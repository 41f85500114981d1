/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a failed handshake shows, as the rules about TLS need it, and how they
 * word it: rules_tls.c sorts by it, tls_say.c tells it.
 */
#ifndef DIAG_TLS_VIEW_H
#define DIAG_TLS_VIEW_H

#include "diag/finding.h"

/* Points into the record. */
struct tls_view {
	const struct rec_handshake *h;
	const struct rec_alert *alert; /* that ended it; NULL: none readable */
	/* Where none did: what whoever closed sent all the same. */
	const struct rec_alert *farewell;
	const struct rec_certificate *leaf; /* the server's own; NULL */
	/* of the server's, the first that is not valid at that time */
	const struct rec_certificate *outdated;
	const struct rec_chain *path; /* of the server; NULL */
	/* the phone's own certificate, read, and its chain; NULL */
	const struct rec_certificate *client_leaf;
	const struct rec_chain *client_path;
	/* accepted by somebody, and the certificate in it, by another issuer
	   and with another key, that was good at this time too; NULL */
	const struct rec_handshake *other;
	const struct rec_certificate *other_leaf;
	/* of the phone, where it says what time the phone has, or that nobody
	   told it; NULL */
	const struct rec_clock *clock;
	bool clock_off;      /* it is off by a day or more, as far as it says */
	bool clock_wrong;    /* by it the certificate is not valid, and it is */
	bool clock_silent;   /* NTP queries, and no answer */
	int64_t capture_off; /* ns; NTP says that times of frames are wrong */
	bool weak;      /* a key, signature or usage of the server's is */
	const struct rec_connection *connection; /* NULL */
	bool inspector; /* the issuer's name is that of a proxy's maker */
	unsigned chain; /* certificates of the server */
	bool server_hello;
	bool before_hello; /* the server never got to its ServerHello */
	/* the SNI; without one, what the phone asked DNS for to get there */
	struct rs_span meant;
	/* neither that nor a SIP domain is in a SAN: that of a line, or the one
	   whose SRV record led there */
	bool name_differs;
	/* the name that is in a SAN, where it is not the one meant: of such a
	   domain, or of a host that its SRV record named; absent */
	struct rs_span other_name;
	bool old_client;   /* offers nothing newer than TLS 1.1 */
	bool new_client;   /* offers TLS 1.3 */
	bool resetting;
	bool gap;
	bool empty_certificate; /* TLS 1.3: of the client, by its size */
	bool sealed_certificate; /* one that is not empty, likewise */
	bool sealed_alert;      /* the refusal is under keys */
	bool known_text;        /* no TLS, but a protocol that we know */
};

/* It completed, though the client had no certificate to show, and then the
   server closed at once and answered nothing. */
bool tls_view_dismissed(const struct rec_handshake *h);

/* c->handshake is there. */
struct tls_view tls_view_of(const struct diag_case *c);

/* What it is instead of TLS. */
bool tls_view_is_sip(struct rs_span text);
bool tls_view_is_http(struct rs_span text);

/* Detail, evidence and, where the rule's own do not fit, title and advice. */
void tls_say(struct finding *f, const struct tls_view *v);

#endif
