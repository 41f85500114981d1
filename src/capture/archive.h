/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures and logs in archives (tar, zip, and archives in these), read where
 * they lie: nothing is ever unpacked to a disk, so that the names in an archive
 * are names and lead nowhere.
 *
 * A member is named as if its archive were a folder: "prt.tar.gz/messages".
 * What unpacks to far more than it is, has too many members or archives too
 * deep in archives is refused.
 */
#ifndef CAPTURE_ARCHIVE_H
#define CAPTURE_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct cap_list;

/* Is this regular file an archive, by its content? */
bool cap_archive_is(const char *path);
/* How much of a path is that of the archive that it leads into; all of it where
   it leads into none. */
size_t cap_archive_length(const char *path);
/*
 * Adds the paths of all its files to where they belong in the list, which may
 * be NULL.  False and error (one line, without the path) where it could not be
 * read to its end; what was found before stays.
 */
bool cap_archive_list(const char *path, struct cap_list *list, GError **error);

struct cap_member;
/* NULL and error (REGSCAN_ERROR_OPEN). */
struct cap_member *cap_member_open(const char *path, GError **error);
/* Up to n bytes; 0 at its end, or with a problem, which it owns. */
size_t cap_member_read(
    struct cap_member *m, uint8_t *to, size_t n, const char **problem);
void cap_member_free(struct cap_member *m);

#endif
