/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that outlive their emitter: with all they point to in one block.
 */
#ifndef ENGINE_EVENT_COPY_H
#define ENGINE_EVENT_COPY_H

#include "event.h"

enum { EVENT_COPY_ALIGN = 16 };

/* The most that a copy takes; a multiple of EVENT_COPY_ALIGN. */
size_t event_copy_size(const struct rs_event *ev);
/* At `to`, aligned, with event_copy_size() bytes; it dies with them. */
struct rs_event *event_copy(const struct rs_event *ev, void *to);

#endif
