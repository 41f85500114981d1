/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events on their way to a thread of their own.
 *
 * What reads packets and what keeps attempts each take half of the time, and
 * nothing goes back from the one to the other: so they need not wait for each
 * other.  A live capture loses less to a report that is slow to be written, a
 * file is read in half of the time.  Events pass as copies, in their order,
 * through a ring of bytes; when it is full, the emitter waits.
 */
#ifndef ENGINE_RELAY_H
#define ENGINE_RELAY_H

#include "base/hash.h"
#include "dissector.h"

struct relay;

/* `to` is called on the relay's thread until relay_finish() returns.  What
   REGISTERs say is read on the emitter's (track/reading.h), with that seed,
   which must outlive it; NULL: it is not. */
struct relay *relay_new(
    const struct rs_sink *to, const struct rs_hash_seed *seed);
void relay_free(struct relay *r);
/* From now on, before the first event: each one is told to `soon` while the one
   before it has yet to be handed on, if it is there by then.  What it will need
   of memory can be fetched. */
void relay_announce(struct relay *r, const struct rs_sink *soon);
/* The way in, for one thread. */
struct rs_sink relay_sink(struct relay *r);
/* What was emitted so far goes on its way, however little it is. */
void relay_flush(struct relay *r);
/* Waits until `to` has had all that was emitted so far, and is at rest until
   something more is. */
void relay_drain(struct relay *r);
/* Waits until `to` has had all events; there may be no more then. */
void relay_finish(struct relay *r);

#endif
