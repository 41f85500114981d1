/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/raw.h"

#include "capture/archive.h"
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
shut(struct cap_raw *r)
{
	if (r->fd >= 0 && !r->standard)
		close(r->fd);
	r->fd = -1;
}

/* What lies in an archive, whose own path is a part of it. */
static struct cap_raw *
open_member(const char *path, GError **error)
{
	struct cap_member *m = cap_member_open(path, error);
	if (m == NULL)
		return NULL;
	struct cap_raw *r = g_new(struct cap_raw, 1);
	*r = (struct cap_raw){
	    .fd = -1, .path = g_strdup(path), .member = m};
	return r;
}

struct cap_raw *
cap_raw_open(const char *path, bool sparing, bool follow, GError **error)
{
	struct stat st;
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	const char *problem = NULL;
	if (fd < 0 && errno == ENOTDIR)
		return open_member(path, error);
	if (fd < 0 || fstat(fd, &st) < 0)
		problem = g_strerror(errno);
	else if (S_ISDIR(st.st_mode)) /* others were replaced by their files */
		problem = "a folder without captures";
	if (problem) {
		if (fd >= 0 && !standard)
			close(fd);
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
		    "%s: cannot open: %s", path, problem);
		return NULL;
	}
	struct cap_raw *r = g_new(struct cap_raw, 1);
	*r = (struct cap_raw){
	    .fd = fd,
	    .path = g_strdup(path),
	    .regular = S_ISREG(st.st_mode),
	    .standard = standard,
	    .sparing = sparing && S_ISREG(st.st_mode) && !standard,
	    .follow = follow,
	    .device = st.st_dev,
	    .inode = st.st_ino,
	    .total = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0,
	};
	return r;
}

static size_t
fail(struct cap_raw *r, const char *why)
{
	r->failed = why;
	r->state = CAP_RAW_FAILED;
	shut(r);
	return 0;
}

/* A sparing file at the place where it was closed. */
static bool
reopen(struct cap_raw *r)
{
	struct stat st;
	r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 || fstat(r->fd, &st) < 0 ||
	    lseek(r->fd, (off_t)r->offset, SEEK_SET) < 0)
		fail(r, g_strerror(errno));
	else if (st.st_dev != r->device || st.st_ino != r->inode)
		fail(r, "replaced while it was read");
	return r->state != CAP_RAW_FAILED;
}

/* At what is the end for now. */
static size_t
at_end(struct cap_raw *r)
{
	struct stat st;
	r->state = CAP_RAW_ENDED;
	if (!r->follow || !r->regular)
		return 0;
	if (fstat(r->fd, &st) == 0 && (uint64_t)st.st_size < r->offset)
		return fail(r, "became shorter while it was read");
	r->state = CAP_RAW_DRY;
	return 0;
}

static size_t
read_member(struct cap_raw *r, uint8_t *to, size_t n)
{
	const char *problem = NULL;
	size_t got = cap_member_read(r->member, to, n, &problem);
	if (problem)
		return fail(r, problem);
	if (got == 0)
		r->state = CAP_RAW_ENDED;
	r->offset += got;
	return got;
}

size_t
cap_raw_read(struct cap_raw *r, uint8_t *to, size_t n)
{
	if (r->state == CAP_RAW_ENDED || r->state == CAP_RAW_FAILED)
		return 0;
	r->state = CAP_RAW_FLOWS;
	if (r->member)
		return read_member(r, to, n);
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	/* Who waits at standard input waits where signals are looked at. */
	if ((r->follow || r->standard) && !r->regular && poll(&p, 1, 0) == 0) {
		r->state = CAP_RAW_DRY;
		return 0;
	}
	if (r->fd < 0 && !reopen(r))
		return 0;
	ssize_t got = read(r->fd, to, n);
	if (got < 0 && errno == EINTR) {
		r->state = CAP_RAW_DRY;
		return 0;
	}
	if (got < 0)
		return fail(r, g_strerror(errno));
	if (got == 0)
		return at_end(r);
	r->offset += (uint64_t)got;
	if (r->sparing)
		shut(r);
	return (size_t)got;
}

void
cap_raw_wait(const struct cap_raw *r, int timeout_ms)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	(void)poll(&p, r->regular ? 0 : 1, timeout_ms);
}

bool
cap_raw_again(const struct cap_raw *r)
{
	return r->regular && !r->standard;
}

void
cap_raw_free(struct cap_raw *r)
{
	if (r == NULL)
		return;
	shut(r);
	cap_member_free(r->member);
	g_free(r->path);
	g_free(r);
}
