/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets made again of messages that HEP agents sent: raw IP and UDP, with the
 * addresses and ports that the agent tells, whatever carried the message.  TCP
 * cannot be made again: of its segments and numbers nothing is known.
 */
#ifndef REMADE_H
#define REMADE_H

#include "capture/capture.h"
#include "engine/engine.h"

enum { REMADE_HEADERS = 40 + 8, REMADE = REMADE_HEADERS + 65536 };

/* Into out, whose bytes are in `bytes`; false where look has no message, or one
   that is too long. */
bool remade_packet(struct cap_frame *out, uint8_t bytes[REMADE],
    const struct cap_frame *f, const struct engine_look *look);
/* What is to be said of such a packet: "; ..."; of others nothing. */
const char *remade_how(const struct engine_look *look);

#endif
