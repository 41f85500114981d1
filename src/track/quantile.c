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
	g_free(q->brief.v);
	g_free(q->others.v);
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

/* ---- values as they came ---- */

/* Each is called with a width that the compiler knows. */
static inline int64_t
get(const void *v, size_t i, size_t width)
{
	return width == sizeof(uint32_t) ? ((const uint32_t *)v)[i]
					 : ((const int64_t *)v)[i];
}

static inline void
put(void *v, size_t i, size_t width, int64_t to)
{
	if (width == sizeof(uint32_t))
		((uint32_t *)v)[i] = (uint32_t)to;
	else
		((int64_t *)v)[i] = to;
}

static void
reserve(struct quantile_values *l, size_t n, size_t width)
{
	if (n <= l->size)
		return;
	l->size = l->size ? MAX(n, l->size * 2) : MAX(n, 64);
	l->v = g_realloc_n(l->v, l->size, width);
}

static void
add_exact(struct quantile *q, int64_t v)
{
	bool brief = v <= UINT32_MAX;
	struct quantile_values *l = brief ? &q->brief : &q->others;
	size_t width = brief ? sizeof(uint32_t) : sizeof(int64_t);
	reserve(l, l->n + 1, width);
	put(l->v, l->n++, width, v);
}

static void
merge_values(struct quantile_values *to, const struct quantile_values *from,
    size_t width)
{
	if (from->n == 0)
		return;
	reserve(to, to->n + from->n, width);
	memcpy((uint8_t *)to->v + to->n * width, from->v, from->n * width);
	to->n += from->n;
}

/* By their bytes, lowest first (values are not negative): ten times as fast as
   qsort(), and nobody can choose values that make it slow. */
static inline void
sort(struct quantile_values *l, size_t width, int64_t max)
{
	void *from = l->v, *to = g_malloc_n(l->n, width);
	for (unsigned shift = 0; shift < 8 * width && max >> shift;
	     shift += 8) {
		size_t at[256] = {0}, sum = 0;
		for (size_t i = 0; i < l->n; i++)
			at[get(from, i, width) >> shift & 255]++;
		for (unsigned b = 0; b < 256; b++) {
			size_t n = at[b];
			at[b] = sum;
			sum += n;
		}
		for (size_t i = 0; i < l->n; i++) {
			int64_t v = get(from, i, width);
			put(to, at[v >> shift & 255]++, width, v);
		}
		void *swap = from;
		from = to;
		to = swap;
	}
	l->v = from;
	l->size = l->n;
	g_free(to);
}

/* ---- buckets ---- */

static inline void
spill_values(uint64_t *buckets, const struct quantile_values *l, size_t width)
{
	for (size_t i = 0; i < l->n; i++)
		buckets[bucket_of(get(l->v, i, width))]++;
}

static void
spill_exact(uint64_t *buckets, const struct quantile *q)
{
	spill_values(buckets, &q->brief, sizeof(uint32_t));
	spill_values(buckets, &q->others, sizeof(int64_t));
}

static void
spill(struct quantile *q)
{
	q->buckets = g_new0(uint64_t, BUCKETS);
	spill_exact(q->buckets, q);
	g_free(q->brief.v);
	g_free(q->others.v);
	q->brief = q->others = (struct quantile_values){0};
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
	if (q->buckets == NULL && q->n > q->most_exact)
		spill(q);
	if (q->buckets)
		q->buckets[bucket_of(v)]++;
	else
		add_exact(q, v);
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
		merge_values(&q->brief, &from->brief, sizeof(uint32_t));
		merge_values(&q->others, &from->others, sizeof(int64_t));
		return;
	}
	for (size_t i = 0; from->buckets && i < BUCKETS; i++)
		q->buckets[i] += from->buckets[i];
	spill_exact(q->buckets, from);
}

/* The value of rank ceil(p% of n). */
static int64_t
at_percent(const struct quantile *q, uint64_t p)
{
	uint64_t rank = (q->n * p + 99) / 100;
	if (q->buckets == NULL)
		return rank <= q->brief.n
			   ? get(q->brief.v, rank - 1, sizeof(uint32_t))
			   : get(q->others.v, rank - 1 - q->brief.n,
				 sizeof(int64_t));
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
	if (q->brief.n)
		sort(&q->brief, sizeof(uint32_t), q->max);
	if (q->others.n)
		sort(&q->others, sizeof(int64_t), q->max);
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
