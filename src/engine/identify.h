/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose bytes are these?  The table of dissectors, asked by first bytes.
 *
 * First bytes decide what is ours, on any port; ports decide nothing.
 */
#ifndef ENGINE_IDENTIFY_H
#define ENGINE_IDENTIFY_H

#include "dissector.h"

/* No probe wants to see more than this. */
enum { IDENTIFY_HEAD = 64 };

struct identity {
	enum rs_verdict verdict;              /* of the best of them */
	const struct rs_dissector *dissector; /* with RS_YES */
};

struct identity identify(struct rs_span head, enum rs_carrier over);

#endif
