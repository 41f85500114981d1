/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS record framing (RFC 8446 5.1, RFC 5246 6.2.1), SSL 3.0 to TLS 1.3.
 *
 * Only records: what is inside them, and whether it is encrypted, is known to
 * tls/session, which puts handshake messages together from these records and
 * then calls the pure parsers (hello.h, certmsg.h, alert.h).
 *
 * Application data is opaque without keys: its records are told without body
 * (`size` says how long it is), and none of it has to be kept by the stream
 * layer.  tls_want_bodies() changes that.
 *
 * An SSLv2-format ClientHello is told by an anomaly and stepped over, since
 * records follow where the server speaks SSL 3.0 or TLS (RFC 5246 E.2); where
 * it answers in kind, the flow is given up.  Where the first bytes of a
 * direction are no TLS record, the anomaly TLS_NOT_TLS is told and the
 * direction is given up.
 */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include "dissector.h"

enum {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
	TLS_HEARTBEAT = 24,
};

/* RFC 5246 6.2.3: 2^14 + 2048; RFC 8446 5.2 allows less. */
enum { TLS_RECORD_HEADER = 5, TLS_MAX_RECORD = 16384 + 2048 };

extern const struct rs_dissector tls_dissector;

/* From the next record on, application data is told whole, or not: for
   decryption.  state is what the flow lends the dissector. */
void tls_want_bodies(void *state, bool want);

#endif
