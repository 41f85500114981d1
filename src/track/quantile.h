/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearest-rank percentiles of durations: exact for so many values, then a
 * DDSketch (Masson, Rim, Lee, VLDB 2019) in bounded memory.
 *
 * The sketch has the paper's linearly interpolated mapping: 128 equal buckets
 * to every power of two, told by their middle, so that the relative error is at
 * most 1/256 (0.4 %).  Count, least, most and mean stay exact.  Two of them add
 * up, bucket by bucket, to what one would have that was given all values: exact
 * or a sketch depends on their number alone.
 */
#ifndef TRACK_QUANTILE_H
#define TRACK_QUANTILE_H

#include "track/records.h"

/* Values as they came, of uint32_t or int64_t. */
struct quantile_values {
	void *v;
	size_t n, size;
};

struct quantile {
	/* None once there are too many.  Those below 2^32 ns, as almost all
	   are, take half of the room. */
	struct quantile_values brief, others;
	size_t most_exact;
	uint64_t *buckets; /* NULL while exact */
	uint64_t n;
	int64_t min, max;
	/* the sum, in two parts: it may pass 64 bits */
	int64_t sum_s, sum_ns;
};

void quantile_init(struct quantile *q, size_t most_exact);
void quantile_clear(struct quantile *q);
/* Negative values (time stepped back) count as 0. */
void quantile_add(struct quantile *q, int64_t v);
/* Adds all that from has; both with the same most_exact. */
void quantile_merge(struct quantile *q, const struct quantile *from);
void quantile_result(const struct quantile *q, struct rec_times *out);

#endif
