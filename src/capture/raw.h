/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a file as they lie on the disk or come through a pipe.
 *
 * Of thousands of files few may be open at a time.  A sparing one is open only
 * while it is read from: it is found again by its path, and known to be the
 * same by its inode.  What is no regular file stays open.
 */
#ifndef CAPTURE_RAW_H
#define CAPTURE_RAW_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum cap_raw_state {
	CAP_RAW_FLOWS,
	CAP_RAW_DRY, /* nothing for now: see cap_raw_wait */
	CAP_RAW_ENDED,
	CAP_RAW_FAILED, /* see failed */
};

/* Its own, to be read only. */
struct cap_raw {
	int fd; /* -1: closed */
	char *path;
	bool regular, standard; /* standard: stdin, which is never closed */
	bool sparing, follow;
	dev_t device;
	ino_t inode;
	uint64_t offset, total; /* total 0: not known */
	enum cap_raw_state state;
	const char *failed;
	struct cap_member *member; /* it is one of an archive; NULL */
};

/* "-" is stdin; "prt.tar.gz/messages" is in an archive (archive.h).  follow: the end is none, more may be written.  NULL and error
   (REGSCAN_ERROR_OPEN). */
struct cap_raw *cap_raw_open(
    const char *path, bool sparing, bool follow, GError **error);
/* Up to n bytes; 0 where state says why.  A signal makes it dry. */
size_t cap_raw_read(struct cap_raw *r, uint8_t *to, size_t n);
/* Waits until more may be there, a signal came, or timeout_ms passed. */
void cap_raw_wait(const struct cap_raw *r, int timeout_ms);
/* Can it be closed and read again from its beginning? */
bool cap_raw_again(const struct cap_raw *r);
void cap_raw_free(struct cap_raw *r);

#endif
