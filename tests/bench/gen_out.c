/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance, time and the capture file of the bench generator.
 *
 * The file is little-endian pcap with microseconds, whatever the host.  A
 * frame that is due now is built where stdio will write it from; one that is
 * due later waits in a pooled buffer.
 */
#include "gen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NOISE 65536
#define CAPTURE_BEGAN 1700000000 /* a round second of 2023 */

struct gen_frame {
	struct gen_frame *next;
	size_t n;
	uint8_t bytes[GEN_FRAME_MAX];
};

uint64_t
gen_mix(uint64_t x)
{
	/* splitmix64's finaliser */
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t
gen_random(struct gen *g)
{
	uint64_t x = gen_mix(g->random);

	g->random += 0x9e3779b97f4a7c15u;
	return x;
}

uint32_t
gen_between(struct gen *g, uint32_t low, uint32_t high)
{
	uint64_t span = (uint64_t)high - low + 1;

	return low + (uint32_t)((gen_random(g) >> 32) * span >> 32);
}

bool
gen_chance(struct gen *g, double percent)
{
	return (double)(gen_random(g) >> 40) < percent / 100 * (1 << 24);
}

const uint8_t *
gen_noise(struct gen *g, size_t n)
{
	assert(n <= NOISE);
	return g->noise + (gen_random(g) >> 48) % NOISE;
}

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("generate: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void
put_le32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static void
write_bytes(struct gen *g, const void *p, size_t n)
{
	if (fwrite(p, 1, n, g->out) != n)
		g->failed = true;
	g->written += n;
}

static void
write_frame(struct gen *g, const uint8_t *p, size_t n)
{
	uint8_t head[16];

	put_le32(head, (uint32_t)(CAPTURE_BEGAN + g->now / GEN_SEC));
	put_le32(head + 4, (uint32_t)(g->now % GEN_SEC));
	put_le32(head + 8, (uint32_t)n);
	put_le32(head + 12, (uint32_t)n);
	write_bytes(g, head, sizeof head);
	write_bytes(g, p, n);
	g->packets++;
}

bool
gen_open(struct gen *g, FILE *out, uint64_t limit, uint64_t seed)
{
	/* magic, 2.4, no zone, no accuracy, snap length, Ethernet */
	static const uint8_t head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0};

	*g = (struct gen){.out = out, .limit = limit, .random = gen_mix(seed)};
	/* Twice the period, so that a piece may begin anywhere in the first. */
	g->noise = must(malloc(2 * NOISE));
	for (size_t i = 0; i < NOISE; i += 8) {
		uint64_t x = gen_random(g);

		for (size_t k = 0; k < 8; k++)
			g->noise[i + k] = (uint8_t)(x >> (8 * k));
	}
	memcpy(g->noise + NOISE, g->noise, NOISE);
	setvbuf(out, NULL, _IOFBF, 1 << 20);
	write_bytes(g, head, sizeof head);
	return !g->failed;
}

static void
heap_up(struct gen_event *heap, size_t i, const struct gen_event *e)
{
	while (i > 0) {
		size_t parent = (i - 1) / 2;

		/* The newest has the highest order: equal times stay below. */
		if (heap[parent].at <= e->at)
			break;
		heap[i] = heap[parent];
		i = parent;
	}
	heap[i] = *e;
}

static bool
earlier(const struct gen_event *a, const struct gen_event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static struct gen_event
heap_pop(struct gen *g)
{
	struct gen_event first = g->heap[0];
	struct gen_event last = g->heap[--g->n_heap];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= g->n_heap)
			break;
		if (child + 1 < g->n_heap &&
		    earlier(&g->heap[child + 1], &g->heap[child]))
			child++;
		if (!earlier(&g->heap[child], &last))
			break;
		g->heap[i] = g->heap[child];
		i = child;
	}
	g->heap[i] = last;
	return first;
}

void
gen_plant(struct gen *g, gen_time at, gen_fire *fire, void *arg)
{
	struct gen_event e = {at < g->now ? g->now : at, g->order++, fire, arg};

	if (g->n_heap == g->heap_cap) {
		g->heap_cap = g->heap_cap == 0 ? 1024 : 2 * g->heap_cap;
		g->heap = must(realloc(g->heap, g->heap_cap * sizeof e));
	}
	heap_up(g->heap, g->n_heap++, &e);
}

static void
frame_arrives(struct gen *g, void *arg)
{
	struct gen_frame *f = arg;

	write_frame(g, f->bytes, f->n);
	f->next = g->spare;
	g->spare = f;
}

uint8_t *
gen_reserve(struct gen *g, gen_time at, size_t n)
{
	struct gen_frame *f = g->spare;

	assert(n <= GEN_FRAME_MAX);
	if (f != NULL)
		g->spare = f->next;
	else
		f = must(malloc(sizeof *f));
	f->n = n;
	gen_plant(g, at, frame_arrives, f);
	return f->bytes;
}

void
gen_run(struct gen *g)
{
	while (g->n_heap > 0 && g->written < g->limit && !g->failed) {
		struct gen_event e = heap_pop(g);

		g->now = e.at;
		e.fire(g, e.arg);
	}
}

void
gen_close(struct gen *g)
{
	struct gen_frame *f;

	for (size_t i = 0; i < g->n_heap; i++)
		free(g->heap[i].arg);
	while ((f = g->spare) != NULL) {
		g->spare = f->next;
		free(f);
	}
	for (size_t i = 0; i < g->n_chains; i++)
		free(g->chains[i].bytes);
	free(g->heap);
	free(g->noise);
}
