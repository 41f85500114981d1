/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone's log tells of its way to SIP becomes what it would have been on
 * the wire (log/facts.h), on flows that are made up for it, and goes to whoever
 * understands that: so the same trackers make the same records of it.
 */
#ifndef ENGINE_LOG_FACTS_H
#define ENGINE_LOG_FACTS_H

#include "capture/capture.h"
#include "engine/join.h"
#include "log/facts.h"

struct log_facts;
struct pipeline;

/* Of one log; serials of its flows begin at `serial`; join may be NULL. */
struct log_facts *log_facts_new(
    struct pipeline *p, uint64_t serial, const struct log_join *join);
void log_facts_free(struct log_facts *g);
/* Its address, where it is known: SIP tells it too, in that line. */
bool log_facts_know_phone(const struct log_facts *g);
void log_facts_phone(
    struct log_facts *g, const struct rs_addr *a, const struct rs_stamp *at);
/* A fact of that line, and what the capture has of it. */
void log_facts_take(struct log_facts *g, const struct log_fact *f,
    const struct join_lookup *wire, const struct rs_stamp *at);
/* Tells what waits for packets that have passed by now; when the next of it is
   due, RS_NEVER where there is none. */
rs_time log_facts_tell(struct log_facts *g, rs_time now);
/* Nothing more belongs to what was told so far. */
void log_facts_flush(struct log_facts *g);

#endif
