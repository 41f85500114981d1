/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

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
	if (n % RS_LARGE_PAGE)
		return map(n);
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
	if (p)
		munmap(p, n);
}
