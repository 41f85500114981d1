/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first bytes of one side, while nobody has claimed them yet.
 *
 * They are kept only while a probe says MAYBE, so seldom more than a few; the
 * head of an HTTP request may be up to IDENTIFY_HEAD.  Their stamp is that of
 * all segments they came in.
 */
#ifndef ENGINE_HELD_H
#define ENGINE_HELD_H

#include "base/buf.h"
#include "engine/identify.h"

struct held {
	struct rs_buf bytes;
	struct rs_stamp at;
};

/* Allocates nothing.  pay must outlive it. */
void held_init(struct held *h, struct rs_account *pay);
void held_clear(struct held *h);
/* Whose are these: what is held, and bytes after it, of a flow of ports a and
   b?  *all is what was looked
   at, until h is changed. */
struct identity held_identify(struct held *h, struct rs_span bytes,
    enum rs_carrier over, uint16_t a, uint16_t b, struct rs_span *all);
/* Keeps bytes as well; false when there is no room for them. */
bool held_add(struct held *h, struct rs_span bytes, const struct rs_stamp *at);

#endif
