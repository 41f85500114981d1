/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void
guard_init(struct guard *g, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	g->room = (n + page - 1) / page * page;
	if (g->room == 0)
		g->room = page;
	void *p = mmap(NULL, g->room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	g->base = p;
	if (mprotect(g->base + g->room, page, PROT_NONE) != 0)
		abort();
}

void
guard_clear(struct guard *g)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	munmap(g->base, g->room + page);
	*g = (struct guard){0};
}

struct rs_span
guard_put(struct guard *g, struct rs_span s)
{
	if (s.n > g->room)
		abort();
	uint8_t *p = g->base + g->room - s.n;
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct rs_span){p, s.n};
}
