/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regscan.conf(5), over options of each kind.
 *
 * Beyond no crash: a file is read or refused with a reason, the command line
 * wins, and nothing leaks.
 */
#include "config.h"

#include "settings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(gboolean holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gboolean flag = FALSE;
	gint number = 0;
	gint64 large = 0;
	double real = 0;
	g_autofree char *text = NULL, *won = NULL, *conf = NULL;
	g_auto(GStrv) list = NULL;
	const GOptionEntry entries[] = {
	    {"all-tls", 0, 0, G_OPTION_ARG_NONE, &flag, NULL, NULL},
	    {"buffer-size", 'B', 0, G_OPTION_ARG_INT, &number, NULL, NULL},
	    {"memory-limit", 0, 0, G_OPTION_ARG_INT64, &large, NULL, NULL},
	    {"wait", 0, 0, G_OPTION_ARG_DOUBLE, &real, NULL, NULL},
	    {"format", 0, 0, G_OPTION_ARG_STRING, &text, NULL, NULL},
	    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &won, NULL, NULL},
	    {"interface", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &list, NULL, NULL},
	    {"config", 0, 0, G_OPTION_ARG_FILENAME, &conf, NULL, NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	struct settings s;
	char path[64];
	int fd = memfd_create("settings", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "--config=/proc/self/fd/%d", fd);
	char *argv[] = {(char[]){"regscan"}, path, NULL};
	g_autoptr(GError) error = NULL;
	gboolean ok = settings_begin(&s, entries, 2, argv, &error);
	must(ok == (error == NULL));
	/* As if the command line had said so. */
	must(won == NULL && text == NULL && list == NULL);
	won = g_strdup("mine");
	settings_forget(&s, "interface");
	settings_end(&s);
	settings_clear(&s);
	must(strcmp(won, "mine") == 0 && list == NULL);
	close(fd);
	return 0;
}
