/* SPDX-License-Identifier: Apache-2.0 */
#include "track/quantile.h"

#include <glib.h>

enum {
	SUB_BITS = 7,
	SUB = 1 << SUB_BITS,
	/* values below SUB stand for themselves, then SUB per power of two */
	BUCKETS = (63 - SUB_BITS + 1) * SUB,
};

void
quantile_init(struct quantile *q, size_t most_exact)
{
	*q = (struct quantile){.most_exact = most_exact};
}

void
quantile_clear(struct quantile *q)
{
	g_free(q->exact);
	g_free(q->buckets);
	*q = (struct quantile){.most_exact = q->most_exact};
}

static size_t
bucket_of(int64_t v)
{
	if (v < SUB)
		return (size_t)v;
	unsigned e = 63u - (unsigned)__builtin_clzll((unsigned long long)v);
	unsigned shift = e - SUB_BITS;
	return (size_t)(shift + 1) * SUB + (size_t)((v >> shift) - SUB);
}

static int64_t
middle_of(size_t bucket)
{
	if (bucket < 2 * SUB)
		return (int64_t)bucket; /* one value wide */
	unsigned shift = (unsigned)(bucket / SUB) - 1;
	int64_t low = (int64_t)(bucket % SUB + SUB) << shift;
	return low + (((int64_t)1 << shift) >> 1);
}

static void
spill(struct quantile *q)
{
	q->buckets = g_new0(uint64_t, BUCKETS);
	for (size_t i = 0; i < q->n_exact; i++)
		q->buckets[bucket_of(q->exact[i])]++;
	g_free(q->exact);
	q->exact = NULL;
	q->n_exact = q->size = 0;
}

void
quantile_add(struct quantile *q, int64_t v)
{
	if (v < 0)
		v = 0;
	if (q->n == 0 || v < q->min)
		q->min = v;
	if (q->n == 0 || v > q->max)
		q->max = v;
	q->n++;
	q->sum_s += v / RS_SEC;
	q->sum_ns += v % RS_SEC;
	if (q->sum_ns >= RS_SEC) {
		q->sum_ns -= RS_SEC;
		q->sum_s++;
	}
	if (q->buckets == NULL && q->n_exact == q->most_exact)
		spill(q);
	if (q->buckets) {
		q->buckets[bucket_of(v)]++;
		return;
	}
	if (q->n_exact == q->size) {
		q->size = q->size ? q->size * 2 : 64;
		q->exact = g_renew(int64_t, q->exact, q->size);
	}
	q->exact[q->n_exact++] = v;
}

static void
merge_exact(struct quantile *q, const struct quantile *from)
{
	size_t n = q->n_exact + from->n_exact;
	if (n > q->size) {
		q->size = n;
		q->exact = g_renew(int64_t, q->exact, n);
	}
	memcpy(q->exact + q->n_exact, from->exact,
	    from->n_exact * sizeof *q->exact);
	q->n_exact = n;
}

void
quantile_merge(struct quantile *q, const struct quantile *from)
{
	if (from->n == 0)
		return;
	if (q->n == 0 || from->min < q->min)
		q->min = from->min;
	if (q->n == 0 || from->max > q->max)
		q->max = from->max;
	q->n += from->n;
	q->sum_s += from->sum_s;
	q->sum_ns += from->sum_ns;
	if (q->sum_ns >= RS_SEC) {
		q->sum_ns -= RS_SEC;
		q->sum_s++;
	}
	if (q->buckets == NULL && (from->buckets || q->n > q->most_exact))
		spill(q);
	if (q->buckets == NULL) {
		merge_exact(q, from);
		return;
	}
	for (size_t i = 0; from->buckets && i < BUCKETS; i++)
		q->buckets[i] += from->buckets[i];
	for (size_t i = 0; i < from->n_exact; i++)
		q->buckets[bucket_of(from->exact[i])]++;
}

/* By their bytes, lowest first (values are not negative): ten times as fast as
   qsort(), and nobody can choose values that make it slow. */
static void
sort(struct quantile *q)
{
	int64_t *from = q->exact, *to = g_new(int64_t, q->n_exact);
	for (unsigned shift = 0; shift < 64 && q->max >> shift; shift += 8) {
		size_t at[256] = {0}, sum = 0;
		for (size_t i = 0; i < q->n_exact; i++)
			at[from[i] >> shift & 255]++;
		for (unsigned b = 0; b < 256; b++) {
			size_t n = at[b];
			at[b] = sum;
			sum += n;
		}
		for (size_t i = 0; i < q->n_exact; i++)
			to[at[from[i] >> shift & 255]++] = from[i];
		int64_t *swap = from;
		from = to;
		to = swap;
	}
	q->exact = from;
	q->size = q->n_exact;
	g_free(to);
}

/* The value of rank ceil(p% of n). */
static int64_t
at_percent(const struct quantile *q, uint64_t p)
{
	uint64_t rank = (q->n * p + 99) / 100;
	if (q->buckets == NULL)
		return q->exact[rank - 1];
	size_t i = 0;
	for (uint64_t sum = q->buckets[0]; sum < rank; sum += q->buckets[i])
		i++;
	int64_t v = middle_of(i);
	return v < q->min ? q->min : v > q->max ? q->max : v;
}

void
quantile_result(struct quantile *q, struct rec_times *out)
{
	rec_init(&rec_times_type, out);
	out->count = (int64_t)q->n;
	if (q->n == 0)
		return;
	if (q->exact)
		sort(q);
	int64_t n = (int64_t)q->n;
	out->min = q->min;
	out->max = q->max;
	/* whole seconds first, what is left of them with the rest */
	out->mean =
	    q->sum_s / n * RS_SEC +
	    (int64_t)(((__int128)(q->sum_s % n) * RS_SEC + q->sum_ns) / n);
	out->p50 = at_percent(q, 50);
	out->p90 = at_percent(q, 90);
	out->p95 = at_percent(q, 95);
	out->p99 = at_percent(q, 99);
}
