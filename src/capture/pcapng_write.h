/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes pcapng (draft-ietf-opsawg-pcapng): one section of this machine's byte
 * order, an interface for each source and link type, times in nanoseconds, and
 * comments.
 */
#ifndef CAPTURE_PCAPNG_WRITE_H
#define CAPTURE_PCAPNG_WRITE_H

#include "capture/capture.h"

struct pcapng_writer;

/* Begins the file in fd, which stays the caller's; comment may be NULL. */
struct pcapng_writer *pcapng_writer_new(
    int fd, const char *application, const char *comment);
/* One packet that came from `source` (a path, an interface), with a comment or
   NULL.  Its bytes are copied. */
void pcapng_writer_packet(struct pcapng_writer *w, const struct cap_frame *f,
    const char *source, const char *comment);
/* Writes out what is left and frees it; 0, or the errno of what failed. */
int pcapng_writer_close(struct pcapng_writer *w);

#endif
