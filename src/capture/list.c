/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a folder are captures: told by their content. */
#include "capture/archive.h"
#include "capture/input.h"
#include "capture/problem.h"
#include "log/log.h"

static int
by_name(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* Regular files only: to look into a pipe would take from it. */
static GPtrArray *
files_in(const char *folder)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	GDir *d = g_dir_open(folder, 0, NULL);
	const char *name;
	while (d && (name = g_dir_read_name(d))) {
		char *path = g_build_filename(folder, name, NULL);
		if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR))
			g_ptr_array_add(files, path);
		else
			g_free(path);
	}
	if (d)
		g_dir_close(d);
	g_ptr_array_sort(files, by_name);
	return files;
}

/* An archive that is refused, or holds nothing to read, stays in the list
   behind what was found in it: it is an error when it is opened. */
static void
add_file(struct cap_list *l, const char *path)
{
	unsigned before = l->paths->len;
	if (cap_archive_is(path) && cap_archive_list(path, l, NULL) &&
	    l->paths->len > before)
		return;
	g_ptr_array_add(l->paths, g_strdup(path));
}

/* A regular file of a phone's problem report. */
static bool
is_problem(const char *path)
{
	static const struct cap_file_options sparing = {.sparing = true};
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return false;
	struct cap_input *in = cap_input_open(path, &sparing, NULL);
	if (in == NULL)
		return false;
	(void)cap_input_peek(in, LOG_PROBE);
	size_t n = MIN(cap_input_left(in), LOG_PROBE);
	const uint8_t *p = n ? cap_input_peek(in, n) : NULL;
	bool yes = cap_problem_probe((struct rs_span){p, n});
	cap_input_close(in);
	return yes;
}

static void
add_folder(struct cap_list *l, const char *folder)
{
	GPtrArray *files = files_in(folder);
	unsigned before = l->paths->len;
	for (unsigned i = 0; i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);
		if (cap_archive_is(path))
			add_file(l, path);
		else
			g_ptr_array_add(cap_file_is_capture(path) ? l->paths
					: is_problem(path)        ? l->problems
								  : l->skipped,
			    g_strdup(path));
	}
	if (l->paths->len == before)
		g_ptr_array_add(l->paths, g_strdup(folder));
	g_ptr_array_free(files, TRUE);
}

void
cap_list_init(struct cap_list *l, const char *const *paths)
{
	l->paths = g_ptr_array_new_with_free_func(g_free);
	l->skipped = g_ptr_array_new_with_free_func(g_free);
	l->problems = g_ptr_array_new_with_free_func(g_free);
	for (; *paths; paths++)
		if (g_file_test(*paths, G_FILE_TEST_IS_DIR))
			add_folder(l, *paths);
		else if (is_problem(*paths))
			g_ptr_array_add(l->problems, g_strdup(*paths));
		else
			add_file(l, *paths);
	/* Beside nothing they are of no use. */
	bool alone = l->paths->len == 0;
	for (unsigned i = 0; alone && i < l->problems->len; i++)
		g_ptr_array_add(
		    l->paths, g_strdup(g_ptr_array_index(l->problems, i)));
}

void
cap_list_clear(struct cap_list *l)
{
	if (l->paths)
		g_ptr_array_free(l->paths, TRUE);
	if (l->skipped)
		g_ptr_array_free(l->skipped, TRUE);
	if (l->problems)
		g_ptr_array_free(l->problems, TRUE);
	*l = (struct cap_list){0};
}
