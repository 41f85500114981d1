/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large pieces of memory, as whole pages of the system.
 *
 * Among a million entries an access is a miss of the TLB on top of that of the
 * cache, and the first touch of each 4 KiB page a fault: pages of 2 MiB, where
 * the system has them, spare most of both (a tenth of the time of a storm).
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* A piece from which on large pages are asked for. */
enum { RS_LARGE_PAGE = 2 << 20 };

/*
 * n > 0 bytes, zeroed, aligned to RS_LARGE_PAGE where n is a multiple of it;
 * NULL where there are none.
 */
void *rs_pages_new(size_t n);
/* The same, but what is in it is not known. */
void *rs_pages_raw(size_t n);
/* n: as it was asked for.  p may be NULL. */
void rs_pages_free(void *p, size_t n);

/*
 * Makes malloc() take from large pages, too, for the first 64 MiB of what it
 * gives: to be called once, before there are threads.  A first touch of 4 KiB
 * takes 10 us and more in a virtual machine, and a storm had five thousand.
 * Where the system or its C library cannot, nothing changes.
 */
void rs_pages_heap(void);

#endif
