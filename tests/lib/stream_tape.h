/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream as a fuzzer's bytes: operations, each a byte that says which side
 * (bit 0) and what (bits 1 and 2: data, data, a gap, the end), two bytes of
 * length, the data.
 *
 * It is played whole, and cut in pieces: the driver's contract must be kept,
 * and where nothing was missing the events may not depend on how it was cut.
 */
#ifndef STREAM_TAPE_H
#define STREAM_TAPE_H

#include "recorder.h"
#include "stream_driver.h"

/* What a flow of the fuzzer begins with. */
struct stream_tape {
	struct stream_driver d;
	struct recorder r; /* what is compared */
	struct rs_sink in; /* of the driver: the fuzzer's own */
	size_t came;       /* bytes of data so far */
};

struct stream_tape_use {
	size_t size; /* of a flow */
	/* Of a flow that is zeroed but for its recorder: the driver. */
	void (*begin)(void *flow);
	/* After the driver has heard of it; NULL: nothing. */
	void (*gap)(void *flow, enum rs_dir dir, const struct rs_stamp *at);
	void (*close)(void *flow, enum rs_dir dir, const struct rs_stamp *at);
	void (*end)(void *flow);
};

/* Aborts where something is wrong. */
void stream_tape_play(
    const struct stream_tape_use *use, const uint8_t *data, size_t size);

#endif
