/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock (landlock(7)), by its system calls: libc has none for it. */
#ifndef LANDLOCK_H
#define LANDLOCK_H

#include <glib.h>
#include <stdbool.h>

/*
 * From here on this thread, and those it makes, may read what is at or below
 * `reads` (char *), make, write and remove files below `writes`, and nothing
 * else.  What of them is not there is left out.  True also where the kernel has
 * no Landlock; false and errno.
 */
bool landlock_enter(const GPtrArray *reads, const GPtrArray *writes);

#endif
