/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a savefile, in order, through one large buffer.
 *
 * Readers look at a record where it lies in the buffer, so no frame is copied.
 * It reads pipes as well as files, and what is compressed as if it were not.
 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "capture/capture.h"
#include "capture/inflate.h"

/* Its own, but for the functions below. */
struct cap_input {
	struct cap_raw *raw;
	struct cap_inflate *inflate; /* NULL: not compressed */
	uint8_t *buf;
	size_t size, at, end; /* bytes at .. end are there and not taken */
	uint64_t taken;
	bool looked; /* whether it is compressed is known */
	bool eof, dry;
};

/* "-" is stdin.  NULL and error (REGSCAN_ERROR_OPEN). */
struct cap_input *cap_input_open(
    const char *path, const struct cap_file_options *o, GError **error);
void cap_input_close(struct cap_input *in);
/* A peek gave NULL, but more may come. */
bool cap_input_dry(const struct cap_input *in);
/* What ended it before its end: a read error, damaged compression.  NULL: it
   was nothing.  Owned by the input. */
const char *cap_input_problem(const struct cap_input *in);
/* Is the problem that compressed data has no end? */
bool cap_input_cut(const struct cap_input *in);
/* What it is compressed with; NULL. */
const char *cap_input_compression(const struct cap_input *in);
/* Bytes taken. */
uint64_t cap_input_offset(const struct cap_input *in);

enum { CAP_INPUT_MAX = 16 * 1024 * 1024 };

/* Reads until n bytes are there, n <= CAP_INPUT_MAX; false when it ends. */
bool cap_input_fill(struct cap_input *in, size_t n);

/* What is there without reading: when a peek gave NULL, fewer bytes than were
   asked for. */
static inline size_t
cap_input_left(const struct cap_input *in)
{
	return in->end - in->at;
}

/*
 * The next n bytes without taking them; good until the next peek.  NULL when
 * the input ends before or is dry, or has a problem, or n is over
 * CAP_INPUT_MAX.
 */
static inline const uint8_t *
cap_input_peek(struct cap_input *in, size_t n)
{
	if (n > in->end - in->at &&
	    (n > CAP_INPUT_MAX || !cap_input_fill(in, n)))
		return NULL;
	return in->buf + in->at;
}

/* Takes n bytes that were peeked. */
static inline void
cap_input_take(struct cap_input *in, size_t n)
{
	g_assert(n <= in->end - in->at);
	in->at += n;
	in->taken += n;
}

#endif
