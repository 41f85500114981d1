/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a savefile, in order, through one large buffer.
 *
 * Readers look at a record where it lies in the buffer, so no frame is copied.
 * It reads pipes as well as files; decompression will sit below this.
 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "capture/capture.h"

/* Its own, but for the three functions below. */
struct cap_input {
	int fd;
	uint8_t *buf;
	size_t size, at, end; /* bytes at .. end are there and not taken */
	uint64_t taken, total;
	bool eof;
	int failed;
};

/* "-" is stdin.  NULL and error (REGSCAN_ERROR_OPEN). */
struct cap_input *cap_input_open(const char *path, GError **error);
void cap_input_close(struct cap_input *in);
/* What is left when a peek gave NULL: fewer bytes than were asked for. */
size_t cap_input_left(const struct cap_input *in);
/* The read error, as errno; 0 for none. */
int cap_input_failed(const struct cap_input *in);
uint64_t cap_input_offset(const struct cap_input *in);
/* Size of a regular file; 0 where it is not known. */
uint64_t cap_input_size(const struct cap_input *in);

enum { CAP_INPUT_MAX = 16 * 1024 * 1024 };

/* Reads until n bytes are there, n <= CAP_INPUT_MAX; false when it ends. */
bool cap_input_fill(struct cap_input *in, size_t n);

/*
 * The next n bytes without taking them; good until the next peek.  NULL when
 * the input ends before, or cannot be read (see cap_input_failed), or n is over
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
