/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed files, as a stream: gzip (RFC 1952) by zlib, Zstandard (RFC 8878)
 * by libzstd.  Several members or frames, one behind the other, are one.
 */
#ifndef CAPTURE_INFLATE_H
#define CAPTURE_INFLATE_H

#include "capture/raw.h"

struct cap_inflate;

/* What a file that begins with these n bytes is compressed with, for people:
   "gzip", "zstd"; NULL: with nothing that is known here. */
const char *cap_inflate_magic(const uint8_t *head, size_t n);
enum { CAP_INFLATE_MAGIC = 4 }; /* as many bytes decide */

/* Takes over what was read of the file, n bytes, which begin with a magic. */
struct cap_inflate *cap_inflate_new(const uint8_t *head, size_t n);
/* Up to n bytes; 0 when the raw file is dry, has ended or failed, or the
   compressed data is no good: then problem says how. */
size_t cap_inflate_read(
    struct cap_inflate *f, struct cap_raw *raw, uint8_t *to, size_t n);
/* What it is compressed with: "gzip", "zstd". */
const char *cap_inflate_name(const struct cap_inflate *f);
/* NULL: none.  Owned by f. */
const char *cap_inflate_problem(const struct cap_inflate *f);
/* Is the problem that the end is missing? */
bool cap_inflate_cut(const struct cap_inflate *f);
void cap_inflate_free(struct cap_inflate *f);

#endif
