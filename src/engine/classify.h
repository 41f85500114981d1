/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names for traffic that is not ours: a label, nothing more.
 *
 * nDPI never vetoes and is asked about few packets: at most CLASSIFY_LOOKS of a
 * flow, all flows up to CLASSIFY_ALL and then every CLASSIFY_SAMPLE-th, so that
 * a flood of one-packet flows cannot buy 12 us each.  Labels are small numbers;
 * 0 is "not labelled".
 */
#ifndef ENGINE_CLASSIFY_H
#define ENGINE_CLASSIFY_H

#include "net/packet.h"

enum { CLASSIFY_LOOKS = 3, CLASSIFY_ALL = 2000, CLASSIFY_SAMPLE = 256 };
enum { CLASSIFY_LABELS = 1024 };

struct classify;

/* threads: it may get ready on one of its own, and clear up. */
struct classify *classify_new(bool threads);
void classify_free(struct classify *c);
/* True when flow number `serial` is within the budget. */
bool classify_wants(const struct classify *c, uint64_t serial);
/* False: classify_packet() would have to wait until it is ready.  The first
   call makes it get ready. */
bool classify_ready(struct classify *c);
/* A label for the flow of this packet (with payload), from the IP header on,
   or 0. */
uint16_t classify_packet(struct classify *c, struct rs_span ip, rs_time at);
/* No more packets come: what only they needed is given back meanwhile. */
void classify_finish(struct classify *c);
/* "DNS", of a label that was given; "" for 0.  Good as long as c. */
const char *classify_name(const struct classify *c, uint16_t label);
/* False in a build without nDPI: nothing is ever labelled. */
bool classify_present(void);

#endif
