/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIORITY_ERROR = 3, PRIORITY_WARNING = 4 };

/* "device:inode" of the stream that systemd made for the journal: others may
   have put something else in its place. */
static bool
is_journal(void)
{
	const char *stream = g_getenv("JOURNAL_STREAM");
	struct stat st;
	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	g_autofree char *own =
	    g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
		(guint64)st.st_dev, (guint64)st.st_ino);
	return strcmp(stream, own) == 0;
}

/* On one line, and nothing that a terminal obeys: names of files may hold
   anything. */
static char *
harmless(const char *text)
{
	GString *s = g_string_new(NULL);
	for (const char *p = text; *p; p++) {
		bool c1 = *p == '\xc2' && (p[1] & 0xe0) == 0x80; /* in UTF-8 */
		if (g_ascii_iscntrl(*p) || c1)
			g_string_append_printf(
			    s, "\\x%02x", (unsigned)(guchar)(c1 ? *++p : *p));
		else
			g_string_append_c(s, *p);
	}
	return g_string_free(s, FALSE);
}

/* In one write: lines of several processes stay whole. */
__attribute__((format(printf, 2, 0))) static void
say(int priority, const char *format, va_list list)
{
	g_autofree char *raw = g_strdup_vprintf(format, list);
	g_autofree char *text = harmless(raw);
	if (is_journal())
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "regscan: %s\n", text);
}

void
say_error(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	say(PRIORITY_ERROR, format, list);
	va_end(list);
}

void
say_warning(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	say(PRIORITY_WARNING, format, list);
	va_end(list);
}

void
say_failure(const GError *e)
{
	if (!g_error_matches(e, G_FILE_ERROR, G_FILE_ERROR_PIPE))
		say_error("%s", e->message);
}
