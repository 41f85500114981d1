/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that reads are cheap, small enough to stay in the cache. */
enum { BUFFER = 256 * 1024 };

GQuark
regscan_error_quark(void)
{
	return g_quark_from_static_string("regscan");
}

struct cap_input *
cap_input_open(const char *path, GError **error)
{
	struct stat st;
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int problem = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		problem = errno;
	else if (S_ISDIR(st.st_mode))
		problem = EISDIR;
	if (problem) {
		if (fd >= 0 && !standard)
			close(fd);
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
		    "%s: cannot open: %s", path, g_strerror(problem));
		return NULL;
	}
	struct cap_input *in = g_new0(struct cap_input, 1);
	in->fd = fd;
	in->size = BUFFER;
	in->buf = g_malloc(in->size);
	in->total = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return in;
}

void
cap_input_close(struct cap_input *in)
{
	if (in == NULL)
		return;
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	g_free(in->buf);
	g_free(in);
}

bool
cap_input_fill(struct cap_input *in, size_t n)
{
	if (in->at) {
		memmove(in->buf, in->buf + in->at, in->end - in->at);
		in->end -= in->at;
		in->at = 0;
	}
	if (n > in->size) {
		in->size = n;
		in->buf = g_realloc(in->buf, in->size);
	}
	while (in->end < n && !in->eof) {
		ssize_t got =
		    read(in->fd, in->buf + in->end, in->size - in->end);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			in->failed = errno;
		if (got <= 0)
			in->eof = true;
		else
			in->end += (size_t)got;
	}
	return in->end >= n;
}

size_t
cap_input_left(const struct cap_input *in)
{
	return in->end - in->at;
}

int
cap_input_failed(const struct cap_input *in)
{
	return in->failed;
}

uint64_t
cap_input_offset(const struct cap_input *in)
{
	return in->taken;
}

uint64_t
cap_input_size(const struct cap_input *in)
{
	return in->total;
}
