/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of packets: against a list that is kept the plain way. */
#include "ring.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 8192, PACKETS = 5000 };

static size_t
stored(size_t n)
{
	return (sizeof(struct ring_packet) + n + 15) & ~(size_t)15;
}

static struct cap_frame
packet(uint8_t *bytes, unsigned number, size_t n)
{
	memset(bytes, (int)(number & 0xff), n);
	return (struct cap_frame){
	    .bytes = {bytes, n},
	    .wire_len = (uint32_t)n + 1,
	    .ts = number * RS_SEC,
	    .frame = {number % 3, number},
	    .linktype = 1,
	};
}

/* Every packet is itself, they are in order, and the newest is there. */
static unsigned
check(const struct ring *r, unsigned newest, const size_t *sizes)
{
	unsigned n = 0;
	uint64_t last = 0;
	for (const struct ring_packet *p = NULL; (p = ring_next(r, p)); n++) {
		uint64_t number = p->frame.frame.number;
		CU_ASSERT(n == 0 || number == last + 1);
		CU_ASSERT(p->frame.bytes.n == sizes[number]);
		CU_ASSERT(p->look.src.port == (uint16_t)number);
		for (size_t i = 0; i < p->frame.bytes.n; i++)
			if (p->frame.bytes.p[i] != (uint8_t)number) {
				CU_FAIL("bytes of another packet");
				break;
			}
		last = number;
	}
	CU_ASSERT(n == 0 || last == newest);
	return n;
}

static void
test_sizes(void)
{
	uint8_t bytes[2048];
	size_t sizes[PACKETS];
	struct ring *r = ring_new(SIZE, 0);
	srand(1);
	for (unsigned i = 0; i < PACKETS; i++) {
		sizes[i] = (size_t)rand() % (i % 7 ? 200 : 2000);
		struct cap_frame f = packet(bytes, i, sizes[i]);
		struct engine_look look = {.src.port = (uint16_t)i};
		ring_push(r, &f, &look);
		unsigned n = check(r, i, sizes);
		/* As many as fit, but for what the end of the ring wastes. */
		size_t used = 0;
		unsigned fit = 0;
		while (fit <= i &&
		       used + stored(sizes[i - fit]) <= SIZE - stored(2000))
			used += stored(sizes[i - fit++]);
		CU_ASSERT(n >= fit);
	}
	ring_free(r);
}

static void
test_age(void)
{
	uint8_t bytes[64];
	const struct engine_look look = {0};
	struct ring *r = ring_new(SIZE, 5 * RS_SEC);
	unsigned n = 0;
	for (unsigned i = 0; i < 100; i++) {
		struct cap_frame f = packet(bytes, i, 10);
		ring_push(r, &f, &look);
	}
	for (const struct ring_packet *p = NULL; (p = ring_next(r, p)); n++)
		CU_ASSERT(p->frame.ts >= 94 * RS_SEC);
	CU_ASSERT(n == 6);
	ring_free(r);
}

static void
test_too_large(void)
{
	uint8_t bytes[SIZE];
	const struct engine_look look = {0};
	struct ring *r = ring_new(SIZE, 0);
	CU_ASSERT_PTR_NULL(ring_next(r, NULL));
	struct cap_frame f = packet(bytes, 1, SIZE / 2);
	ring_push(r, &f, &look);
	CU_ASSERT_PTR_NULL(ring_next(r, NULL));
	f = packet(bytes, 2, 0);
	ring_push(r, &f, &look);
	const struct ring_packet *p = ring_next(r, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT(p->frame.bytes.n == 0);
	CU_ASSERT_PTR_NULL(ring_next(r, p));
	ring_free(r);
}

UNIT_MAIN("ring", UNIT(test_sizes), UNIT(test_age), UNIT(test_too_large))
