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

/* By their bytes, lowest first (values are not negative): ten times as fast as
   qsort(), and nobody can choose values that make it slow.  v is the caller's,
   the result too. */
static int64_t *
sorted(int64_t *v, size_t n, int64_t max)
{
	int64_t *from = v, *to = g_new(int64_t, n);
	for (unsigned shift = 0; shift < 64 && max >> shift; shift += 8) {
		size_t at[256] = {0}, sum = 0;
		for (size_t i = 0; i < n; i++)
			at[from[i] >> shift & 255]++;
		for (unsigned b = 0; b < 256; b++) {
			size_t here = at[b];
			at[b] = sum;
			sum += here;
		}
		for (size_t i = 0; i < n; i++)
			to[at[from[i] >> shift & 255]++] = from[i];
		int64_t *swap = from;
		from = to;
		to = swap;
	}
	g_free(to);
	return from;
}

enum { PERCENTS = 4 };
static const uint64_t percents[PERCENTS] = {50, 90, 95, 99};

/* Of the value that so many percent are not above. */
static uint64_t
rank_of(const struct quantile *q, int k)
{
	return (q->n * percents[k] + 99) / 100;
}

/* Those values that are in a bucket of which chosen[] is not 0; how many. */
static inline size_t
choose(const struct quantile_values *l, size_t width, const uint64_t *chosen,
    int64_t *to)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		int64_t v = get(l->v, i, width);
		if (chosen[bucket_of(v)])
			to[n++] = v;
	}
	return n;
}

/* Sorts those values that are in a bucket with one that is asked for. */
static void
exact_values(const struct quantile *q, int64_t out[PERCENTS])
{
	uint64_t *n = g_new0(uint64_t, BUCKETS), below = 0;
	size_t place[PERCENTS], few = 0, b;
	spill_exact(n, q);
	int k = 0;
	for (b = 0; k < PERCENTS; b++) {
		uint64_t here = n[b];
		n[b] = 0; /* is it one of them? */
		for (; k < PERCENTS && rank_of(q, k) <= below + here; k++) {
			place[k] = few + (rank_of(q, k) - below) - 1;
			n[b] = 1;
		}
		few += n[b] ? here : 0;
		below += here;
	}
	memset(n + b, 0, (BUCKETS - b) * sizeof *n);
	int64_t *v = g_new(int64_t, few);
	size_t brief = choose(&q->brief, sizeof(uint32_t), n, v);
	(void)choose(&q->others, sizeof(int64_t), n, v + brief);
	v = sorted(v, few, q->max);
	for (k = 0; k < PERCENTS; k++)
		out[k] = v[place[k]];
	g_free(v);
	g_free(n);
}

static void
sketched_values(const struct quantile *q, int64_t out[PERCENTS])
{
	uint64_t sum = q->buckets[0];
	size_t i = 0;
	for (int k = 0; k < PERCENTS; k++) {
		while (sum < rank_of(q, k))
			sum += q->buckets[++i];
		out[k] = CLAMP(middle_of(i), q->min, q->max);
	}
}

void
quantile_result(const struct quantile *q, struct rec_times *out)
{
	int64_t at[PERCENTS];
	rec_init(&rec_times_type, out);
	out->count = (int64_t)q->n;
	if (q->n == 0)
		return;
	int64_t n = (int64_t)q->n;
	out->min = q->min;
	out->max = q->max;
	/* whole seconds first, what is left of them with the rest */
	out->mean =
	    q->sum_s / n * RS_SEC +
	    (int64_t)(((__int128)(q->sum_s % n) * RS_SEC + q->sum_ns) / n);
	if (q->buckets)
		sketched_values(q, at);
	else
		exact_values(q, at);
	out->p50 = at[0];
	out->p90 = at[1];
	out->p95 = at[2];
	out->p99 = at[3];
}
