/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flight recorder: the last packets that concern registration, in memory,
 * and a capture file of them for each registration, TLS handshake or connection
 * that failed.
 *
 * A file holds what one phone (by its address) sent and got: the frames of the
 * failure, the rest of their connection, what went on in the two minutes before
 * it began, and whatever is left of its DNS, DHCP, TFTP and ICMP.  The
 * section's comment is the finding; each packet's says where it was and what it
 * proves.
 *
 * Packets come on one thread, records close on another; files are written by
 * the first, when flight_serve() is called.
 */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "capture/capture.h"
#include "engine/engine.h"
#include "report/report.h"

struct flight;

struct flight_options {
	size_t bytes;       /* of packets; 0: 64 MiB, or 256 with an age */
	rs_time age;        /* 0: no limit */
	const char *folder; /* lent; made where there is none */
	unsigned max_files; /* 0: 100 */
	const char *version;
};

/* NULL and error: the folder cannot be had. */
struct flight *flight_new(const struct flight_options *o, GError **error);
void flight_free(struct flight *r);
/* After the engine had the packet. */
void flight_packet(struct flight *r, const struct cap_frame *f,
    const struct engine_look *look);
/* A record as it closes, on any one thread. */
void flight_record(
    struct flight *r, const struct rec_type *type, const void *rec);
/* Something failed, and waits to be written. */
bool flight_due(struct flight *r);
/* Writes it, while the engine is at rest; c names the files. */
void flight_serve(
    struct flight *r, struct report *report, const struct rec_coverage *c);
/* The first error of writing, which was said; 0: none. */
int flight_error(const struct flight *r);

#endif
