/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of one connection: which of them a record is under, and what comes
 * out of it.
 *
 * It hears the handshake messages, in clear or opened, as tls/session puts them
 * together, and opens each record under keys.  Up to TLS 1.2 the keys of a side
 * change with its ChangeCipherSpec; in TLS 1.3 with ServerHello, its own
 * Finished, EndOfEarlyData and KeyUpdate (RFC 8446 2, 4.6.3, 7).  Keys may turn
 * up later than the connection: from then on its records open.
 *
 * Sequence numbers are counted, not sent.  After a gap a few hundred are tried;
 * where none fits, the side stays out of step and is told as such.
 */
#ifndef TLS_DECRYPT_H
#define TLS_DECRYPT_H

#include "base/account.h"
#include "base/pool.h"
#include "event.h"
#include "tls/keys.h"
#include "tls/record.h"

struct tls_decrypt;

/* All must outlive it; pool may be NULL.  NULL: no room. */
struct tls_decrypt *tls_decrypt_new(
    struct tls_keys *keys, struct rs_account *pay, struct rs_pool *pool);
/* Wipes its keys. */
void tls_decrypt_free(struct tls_decrypt *d);
/* A whole handshake message of a side, header and all; m as it was parsed. */
void tls_decrypt_message(struct tls_decrypt *d, enum rs_dir dir,
    const struct tls_handshake_msg *m, struct rs_span whole);
/* A ChangeCipherSpec, in clear or opened. */
void tls_decrypt_ccs(struct tls_decrypt *d, enum rs_dir dir);
/*
 * A record.  TLS_SEAL_NONE: it is in clear, or nothing is known of it.
 * TLS_SEAL_OPENED: *out is what was inside, until the next call for any
 * connection of these keys.  Else why it stays shut.
 */
enum tls_seal tls_decrypt_record(struct tls_decrypt *d, enum rs_dir dir,
    const struct tls_record *r, struct tls_plain *out);
/* Bytes are missing in this direction. */
void tls_decrypt_gap(struct tls_decrypt *d, enum rs_dir dir);
/* What is inside is of no interest any more. */
void tls_decrypt_stop(struct tls_decrypt *d);
/* Whether the bodies of application data are worth having. */
bool tls_decrypt_wants(const struct tls_decrypt *d);

#endif
