/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
# include <malloc.h>
#endif

static void *
map(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void *
rs_pages_new(size_t n)
{
	return n % RS_LARGE_PAGE ? calloc(1, n) : rs_pages_raw(n);
}

void *
rs_pages_raw(size_t n)
{
	if (n % RS_LARGE_PAGE)
		return malloc(n);
	/* One large page more, of which what is not aligned goes back. */
	uint8_t *p = n + RS_LARGE_PAGE > n ? map(n + RS_LARGE_PAGE) : NULL;
	if (p == NULL)
		return NULL;
	size_t before = -(uintptr_t)p & (RS_LARGE_PAGE - 1);
	if (before)
		munmap(p, before);
	if (before < RS_LARGE_PAGE)
		munmap(p + before + n, RS_LARGE_PAGE - before);
	p += before;
#ifdef MADV_HUGEPAGE
	(void)madvise(p, n, MADV_HUGEPAGE);
#endif
	return p;
}

void
rs_pages_free(void *p, size_t n)
{
	if (n % RS_LARGE_PAGE)
		free(p);
	else if (p)
		munmap(p, n);
}

#if defined __GLIBC__ && defined MADV_HUGEPAGE
enum { HEAP = 64 << 20, FIRST = 256 << 10 };

void
rs_pages_heap(void)
{
	/* One heap, in one piece that never shrinks: what is mapped apart
	   (the heaps of threads, large blocks) has small pages. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, HEAP / 2); /* its most */
	mallopt(M_TRIM_THRESHOLD, INT32_MAX);
	mallopt(M_TOP_PAD, HEAP);
	/* A page that was touched stays small.  So what malloc() writes as it
	   grows the heap lies before the first large page; nothing is in what
	   this skips. */
	(void)sbrk(-((intptr_t)sbrk(0) + FIRST) & (RS_LARGE_PAGE - 1));
	uintptr_t from = (uintptr_t)sbrk(0) + FIRST;
	void *volatile grows = malloc(FIRST * 3 / 4);
	uintptr_t to = (uintptr_t)sbrk(0) & ~(uintptr_t)(RS_LARGE_PAGE - 1);
	free(grows);
	mallopt(M_TOP_PAD, RS_LARGE_PAGE);
	if (from % RS_LARGE_PAGE == 0 && from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}
#else
void
rs_pages_heap(void)
{
}
#endif
