/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "output.h"

#include "capture/archive.h"
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail(const struct output *o, GError **error)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_WRITE,
	    "%s: cannot write: %s", o->path, g_strerror(errno));
	return false;
}

bool
output_open(struct output *o, const char *path, GError **error)
{
	*o = (struct output){.to = stdout};
	if (path == NULL || strcmp(path, "-") == 0)
		return true;
	o->path = path;
	/* Appending: who empties the file finds no hole before what follows. */
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	o->to = fd < 0 ? NULL : fdopen(fd, "w");
	return o->to || fail(o, error);
}

/* Devices and pipes hold nothing, and may well be read, too. */
bool
output_overwrites(const struct output *o)
{
	struct stat own;
	return fstat(fileno(o->to), &own) == 0 && S_ISREG(own.st_mode) &&
	       own.st_size > 0;
}

bool
output_is(const struct output *o, const char *path)
{
	struct stat own, other;
	g_autofree char *file = g_strndup(path, cap_archive_length(path));
	bool there = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &other) == 0
					    : stat(file, &other) == 0;
	return there && fstat(fileno(o->to), &own) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool
output_begin(struct output *o, GError **error)
{
	return o->path == NULL || !output_overwrites(o) ||
	       ftruncate(fileno(o->to), 0) == 0 || fail(o, error);
}

bool
output_reopen(struct output *o, GError **error)
{
	if (o->path == NULL)
		return true;
	(void)fflush(o->to);
	int fd = open(o->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(o, error);
	int r = dup3(fd, fileno(o->to), O_CLOEXEC);
	close(fd);
	return r >= 0 || fail(o, error);
}

bool
output_close(struct output *o, GError **error)
{
	if (o->path == NULL || o->to == NULL || fclose(o->to) == 0)
		return true;
	return fail(o, error);
}

unsigned
output_columns(FILE *out, unsigned otherwise)
{
	struct winsize w;
	const char *text = g_getenv("COLUMNS");
	if (text && atoi(text) >= 40)
		return (unsigned)atoi(text);
	if (ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return otherwise;
}

bool
output_colour(const struct options *o, FILE *out)
{
	const char *no = g_getenv("NO_COLOR");
	if (o->colour >= 0)
		return o->colour;
	return isatty(fileno(out)) && (no == NULL || *no == 0);
}
