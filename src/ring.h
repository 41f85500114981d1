/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last packets, as many as fit into so many bytes, or as are not older than
 * so long: the oldest makes room.
 */
#ifndef RING_H
#define RING_H

#include "capture/capture.h"
#include "engine/engine.h"

struct ring;

/* A packet that is kept; its bytes follow it. */
struct ring_packet {
	size_t size; /* with what follows, rounded up; the ring's own */
	struct cap_frame frame; /* bytes.p NULL: a filler, the ring's own */
	struct engine_look look;
};

/* age 0: no limit.  Its memory is taken from the system as it fills. */
struct ring *ring_new(size_t bytes, rs_time age);
void ring_free(struct ring *r);
/* Keeps a copy; not of one that is larger than half of the ring. */
void ring_push(
    struct ring *r, const struct cap_frame *f, const struct engine_look *look);
/* The oldest, or the one after p; NULL at the end. */
const struct ring_packet *ring_next(
    const struct ring *r, const struct ring_packet *p);

#endif
