/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream layer for tests, which follows dissector.h to the letter, and the
 * properties that every stream dissector must have.
 *
 * Bytes are handed to the dissector right before an unreadable page, so that an
 * over-read is a crash in any build.  What breaks the contract (nothing
 * consumed, more consumed than given, a `need` already met) is a fault: the
 * driver stops and names it.
 *
 *	static const struct stream_part parts[] = {...one message each...};
 *	struct stream_script s = {&sip_dissector, RS_OVER_TCP, parts, n, ...};
 *	char why[STREAM_WHY];
 *	if (!stream_check(&s, why)) ... why says what failed
 */
#ifndef STREAM_DRIVER_H
#define STREAM_DRIVER_H

#include "dissector.h"
#include "guard.h"
#include "recorder.h"

struct stream_half {
	uint8_t *p; /* fed and not consumed */
	size_t n, need;
	struct rs_arrival *v;
	size_t n_v;
	bool dead; /* RS_GIVEN_UP */
};

struct stream_driver {
	const struct rs_dissector *dissector;
	enum rs_carrier over;
	const struct rs_sink *out;
	void *state;
	struct stream_half half[2];
	struct guard guard;
	bool hold; /* keep what is pushed until stream_driver_release() */
	unsigned feeds;
	const char *fault; /* NULL while the contract is kept */
};

void stream_driver_init(struct stream_driver *d,
    const struct rs_dissector *dissector, enum rs_carrier over,
    const struct rs_sink *out);
void stream_driver_clear(struct stream_driver *d);
/* A segment, or a datagram where the carrier has datagrams. */
void stream_driver_push(struct stream_driver *d, enum rs_dir dir,
    struct rs_span bytes, const struct rs_stamp *at);
void stream_driver_release(struct stream_driver *d, enum rs_dir dir);
void stream_driver_gap(struct stream_driver *d, enum rs_dir dir,
    uint64_t missing, const struct rs_stamp *at);
void stream_driver_close(
    struct stream_driver *d, enum rs_dir dir, const struct rs_stamp *at);

/* One message; the frame number of its bytes is its index + 1. */
struct stream_part {
	enum rs_dir dir;
	struct rs_span bytes;
};

struct stream_script {
	const struct rs_dissector *dissector;
	enum rs_carrier over;
	const struct stream_part *parts;
	size_t n_parts;
	struct rs_span idle; /* keep-alive bytes; none: property left out */
	bool recovers;       /* after a gap that ends between two messages, all
				that follows must be told */
};

enum { STREAM_WHY = 1024 };

/* The events of the script, each part fed whole, into r. */
void stream_play(const struct stream_script *s, struct recorder *r);

/*
 * What every stream dissector must pass: each is true where the property holds,
 * else `why` says what was different.  stream_check() is all of them.
 */
bool stream_check_split(const struct stream_script *s, char why[STREAM_WHY]);
bool stream_check_truncate(const struct stream_script *s, char why[STREAM_WHY]);
bool stream_check_gap(const struct stream_script *s, char why[STREAM_WHY]);
bool stream_check_idle(const struct stream_script *s, char why[STREAM_WHY]);
bool stream_check_probe(const struct stream_script *s, char why[STREAM_WHY]);
bool stream_check(const struct stream_script *s, char why[STREAM_WHY]);

#endif
