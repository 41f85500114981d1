/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose bytes are these?  The table of dissectors, asked by first bytes.
 *
 * First bytes decide what is ours, on any port; where they are weak, a dissector
 * is only asked about flows of its port.
 */
#ifndef ENGINE_IDENTIFY_H
#define ENGINE_IDENTIFY_H

#include "dissector.h"

/* No probe wants to see more of a stream than this. */
enum { IDENTIFY_HEAD = 8192 };

struct identity {
	enum rs_verdict verdict;              /* of the best of them */
	const struct rs_dissector *dissector; /* the first that says so */
};

/* a and b are the ports of the flow; zeros where it is inside of something. */
struct identity identify(
    struct rs_span head, enum rs_carrier over, uint16_t a, uint16_t b);

#endif
