/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS state of one flow: which records are still readable, handshake
 * messages put together from them, and where keys are at hand, plaintext.
 *
 * It hears RS_EV_TLS_RECORD and ANOMALY from the record dissector and says
 * TLS_HANDSHAKE, TLS_ALERT, TLS_CCS, TLS_DATA and ANOMALY.  It knows what is
 * encrypted: up to TLS 1.2 everything of a side after its ChangeCipherSpec, in
 * TLS 1.3 every application_data record (RFC 8446 5.1, D.4); for those it says
 * TLS_HANDSHAKE or TLS_ALERT with `encrypted`, or TLS_DATA.  What tls/decrypt
 * opens, it tells as if it had been sent in clear, but for `seal`.  It judges
 * nothing: whether a handshake completed is track/handshake's.
 *
 * A handshake message may span records and a record several messages.  What
 * waits for its rest is copied (at most TLS_SESSION_MAX_MESSAGE bytes a side,
 * charged to the account); a message that lies whole in a record is not.
 */
#ifndef TLS_SESSION_H
#define TLS_SESSION_H

#include "base/account.h"
#include "base/pool.h"
#include "event.h"

enum { TLS_SESSION_MAX_MESSAGE = 131072 };

struct tls_session;
struct tls_fingerprinter;
struct tls_keys;

/* Both must outlive it; pool may be NULL. */
struct tls_session *tls_session_new(
    struct rs_account *pay, struct rs_pool *pool);
void tls_session_free(struct tls_session *s);
/* Hellos get their fingerprints from now on; f must outlive the session. */
void tls_session_fingerprint(
    struct tls_session *s, struct tls_fingerprinter *f);
/* Before the first event: opens what it can with these keys, which must outlive
   it.  dissector: the state that the flow lends the TLS dissector; it is asked
   for the bodies of application data while these can be opened. */
void tls_session_decrypt(struct tls_session *s, struct tls_keys *keys,
    struct rs_account *pay, void *dissector);
/* What is inside is of no interest: no more is opened. */
void tls_session_stop(struct tls_session *s);
/* It is of interest without being readable: how long its records are, for much
   longer than else. */
void tls_session_follow(struct tls_session *s);
/* ev: RS_EV_TLS_RECORD or RS_EV_ANOMALY (passed on) of either direction. */
void tls_session_event(struct tls_session *s, const struct rs_event *ev,
    const struct rs_sink *out);
/* Bytes are missing in this direction: what was half put together is lost. */
void tls_session_gap(struct tls_session *s, enum rs_dir dir);
/*
 * True when nothing more can be learnt from the bytes of this flow: both sides
 * encrypt, the handshake is over, and there are no keys.  Its packets are then
 * only counted.
 */
bool tls_session_opaque(const struct tls_session *s);

#endif
