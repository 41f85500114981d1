/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop between bytes and a dissector: one stage of one flow.
 *
 * Bytes that the dissector takes at once are never copied.  What it leaves for
 * later (RS_MORE) waits here, with the arrivals of the segments it came in, up
 * to STREAM_MAX_PENDING bytes a side; over that, or over the budget, it is
 * dropped and told to the dissector as a gap.
 */
#ifndef ENGINE_STREAM_H
#define ENGINE_STREAM_H

#include "base/account.h"
#include "base/buf.h"
#include "base/pool.h"
#include "dissector.h"

enum { STREAM_MAX_PENDING = 256 * 1024, STREAM_MAX_ARRIVALS = 4096 };

/* What a side said of a message that is not all there. */
struct stream_rest {
	struct rs_buf bytes;
	struct rs_arrival *arrivals;
	size_t n_arrivals, room;
	size_t need; /* not fed again before so many bytes are there */
};

/* Small, as each flow has one: of most of them nothing ever waits. */
struct stream {
	const struct rs_dissector *dissector;
	void *state;
	struct rs_account *pay;
	struct rs_pool *pool; /* NULL: malloc */
	uint64_t *refused; /* counts what was dropped for want of room */
	struct stream_rest *rest[2]; /* by side; NULL: nothing waits */
	enum rs_carrier over;
	bool given_up[2];
};

/* pay, pool and refused must outlive it; pool may be NULL. */
void stream_init(struct stream *s, const struct rs_dissector *d,
    enum rs_carrier over, struct rs_account *pay, struct rs_pool *pool,
    uint64_t *refused);
void stream_clear(struct stream *s);
/* The next bytes of a side. */
void stream_data(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out);
/* One datagram: fed to its end, nothing kept. */
void stream_datagram(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out);
void stream_gap(struct stream *s, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out);
void stream_close(struct stream *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct rs_sink *out);

#endif
