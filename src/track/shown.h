/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which certificates a server has shown: of each name that clients asked for
 * (where they asked for none, of each address and port) the first handshake
 * with each issuer, a completed one where there is any.
 *
 * Numbers are bounded; over them nothing more is learnt.
 */
#ifndef TRACK_SHOWN_H
#define TRACK_SHOWN_H

#include "track/records.h"

struct shown;

struct shown *shown_new(void);
void shown_free(struct shown *s);
/* Learns from a handshake.  True: its record may be asked for by shown_other().
 */
bool shown_add(struct shown *s, const struct rec_handshake *h);
/*
 * A completed handshake for the same name in which the server's certificate had
 * another issuer and another key: its id.  False where there is none.
 */
bool shown_other(
    const struct shown *s, const struct rec_handshake *h, struct rec_id *id);

#endif
