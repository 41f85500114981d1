/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "capture/capture.h"

#include <errno.h>
#include <string.h>

#define GROUP "regscan"
#define DEFAULT_FILE SYSCONFDIR "/regscan.conf"

/* What makes sense for one run only. */
static const char *const never[] = {"read", "follow", "autostop", "count",
    "config", "no-config", "list-interfaces", "version", "phone"};

static bool
is_array(const GOptionEntry *e)
{
	return e->arg == G_OPTION_ARG_STRING_ARRAY ||
	       e->arg == G_OPTION_ARG_FILENAME_ARRAY;
}

static bool
is_pointer(const GOptionEntry *e)
{
	return is_array(e) || e->arg == G_OPTION_ARG_STRING ||
	       e->arg == G_OPTION_ARG_FILENAME;
}

static const GOptionEntry *
entry_of(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(never); i++)
		if (strcmp(name, never[i]) == 0)
			return NULL;
	for (const GOptionEntry *e = s->entries; e->long_name; e++)
		if (e->long_name[0] && strcmp(name, e->long_name) == 0)
			return e;
	return NULL;
}

/* Where the key stands, which GLib does not tell; 0: not found. */
static unsigned
line_of(const char *text, const char *key)
{
	size_t n = key ? strlen(key) : 0;
	unsigned line = 1;
	for (const char *p = text; p; line++) {
		p += strspn(p, " \t");
		const char *after = p + n;
		if (key && strncmp(p, key, n) == 0) {
			after += strspn(after, " \t");
			if (*after == '=')
				return line;
		}
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return 0;
}

static bool
refuse(GError **error, const char *path, const char *text, const char *key,
    const char *what)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
	    "%s: line %u: %s: %s", path, line_of(text, key), key, what);
	return false;
}

/* The option as words of a command line. */
static bool
add_words(GPtrArray *words, GKeyFile *f, const GOptionEntry *e,
    const char *path, const char *text, GError **error)
{
	const char *key = e->long_name;
	if (e->arg == G_OPTION_ARG_NONE) {
		g_autoptr(GError) why = NULL;
		bool on = g_key_file_get_boolean(f, GROUP, key, &why);
		if (why)
			return refuse(
			    error, path, text, key, "want true or false");
		if (on)
			g_ptr_array_add(words, g_strdup_printf("--%s", key));
		return true;
	}
	gsize n = 1;
	g_auto(GStrv) values = NULL;
	g_autoptr(GError) bad = NULL; /* there may be text besides */
	if (is_array(e)) {
		values = g_key_file_get_string_list(f, GROUP, key, &n, &bad);
	} else {
		values = g_new0(char *, 2);
		values[0] = g_key_file_get_string(f, GROUP, key, &bad);
	}
	if (bad || values == NULL || values[0] == NULL)
		return refuse(error, path, text, key, "not a value");
	for (char **v = values; *v; v++)
		g_ptr_array_add(words, g_strdup_printf("--%s=%s", key, *v));
	return true;
}

/* The words of one key. */
static bool
take_words(const struct settings *s, const GPtrArray *words, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	/* The parser shortens the list. */
	g_autofree char **argv =
	    g_memdup2(words->pdata, words->len * sizeof *words->pdata);
	int argc = (int)words->len - 1;
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, s->entries, NULL);
	return g_option_context_parse(context, &argc, &argv, error);
}

static bool
take_key(struct settings *s, GKeyFile *f, const char *key, const char *text,
    GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) why = NULL;
	const GOptionEntry *e = entry_of(s, key);
	if (e == NULL)
		return refuse(error, s->path, text, key, "no such key");
	g_ptr_array_add(words, g_strdup("regscan"));
	if (!add_words(words, f, e, s->path, text, error))
		return false;
	g_ptr_array_add(words, NULL);
	if (!take_words(s, words, &why))
		return refuse(error, s->path, text, key, why->message);
	if (is_pointer(e))
		s->lines[e - s->entries] = line_of(text, key);
	return true;
}

static bool
apply(struct settings *s, GKeyFile *f, const char *text, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(f, NULL);
	for (char **g = groups; *g; g++)
		if (strcmp(*g, GROUP) != 0) {
			g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
			    "%s: [%s]: no such group; want [" GROUP "]",
			    s->path, *g);
			return false;
		}
	g_auto(GStrv) keys = g_key_file_get_keys(f, GROUP, NULL, NULL);
	for (char **k = keys; k && *k; k++)
		if (!take_key(s, f, *k, text, error))
			return false;
	return true;
}

static bool
load(struct settings *s, bool must, GError **error)
{
	const char *path = s->path;
	g_autoptr(GError) why = NULL;
	g_autoptr(GKeyFile) f = g_key_file_new();
	g_autofree char *text = NULL;
	gsize n;
	if (!g_file_get_contents(path, &text, &n, &why)) {
		if (!must &&
		    g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return true;
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
		    "%s: cannot read the configuration: %s", path,
		    g_strerror(errno));
		return false;
	}
	if (!g_key_file_load_from_data(f, text, n, G_KEY_FILE_NONE, &why)) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE, "%s: %s",
		    path, why->message);
		return false;
	}
	return apply(s, f, text, error);
}

/* Which file is meant; *none: no file. */
static char *
find_file(int argc, char **argv, bool *none)
{
	g_autofree char *path = NULL;
	gboolean no = FALSE;
	const GOptionEntry entries[] = {
	    {"config", 0, 0, G_OPTION_ARG_FILENAME, &path, NULL, NULL},
	    {"no-config", 0, 0, G_OPTION_ARG_NONE, &no, NULL, NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree char **words =
	    g_memdup2(argv, ((size_t)argc + 1) * sizeof *argv);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_ignore_unknown_options(context, TRUE);
	g_option_context_add_main_entries(context, entries, NULL);
	/* What is wrong with them is told by who parses all. */
	(void)g_option_context_parse(context, &argc, &words, NULL);
	*none = no;
	return g_steal_pointer(&path);
}

bool
settings_begin(struct settings *s, const GOptionEntry *entries, int argc,
    char **argv, GError **error)
{
	bool none;
	g_autofree char *path = find_file(argc, argv, &none);
	size_t n = 0;
	while (entries[n].long_name)
		n++;
	*s = (struct settings){
	    .entries = entries,
	    .given = g_new0(void *, n + 1),
	    .path = g_strdup(path ? path : DEFAULT_FILE),
	    .lines = g_new0(unsigned, n + 1),
	};
	bool ok = none || load(s, path != NULL, error);
	for (size_t i = 0; i < n; i++)
		if (is_pointer(&entries[i])) {
			void **place = entries[i].arg_data;
			s->given[i] = *place;
			*place = NULL;
		}
	return ok;
}

static void
let_go(const GOptionEntry *e, void *given)
{
	if (is_array(e))
		g_strfreev(given);
	else
		g_free(given);
}

void
settings_forget(struct settings *s, const char *name)
{
	for (size_t i = 0; s->entries[i].long_name; i++)
		if (strcmp(s->entries[i].long_name, name) == 0) {
			let_go(&s->entries[i], s->given[i]);
			s->given[i] = NULL;
			s->lines[i] = 0;
		}
}

void
settings_end(struct settings *s)
{
	for (size_t i = 0; s->entries[i].long_name; i++) {
		const GOptionEntry *e = &s->entries[i];
		void **place = e->arg_data;
		if (s->given[i] == NULL)
			continue;
		if (*place == NULL) {
			*place = s->given[i];
		} else {
			let_go(e, s->given[i]);
			s->lines[i] = 0;
		}
	}
	g_free(s->given);
	s->given = NULL;
}

void
settings_blame(const struct settings *s, GError *error)
{
	g_autofree char *option =
	    g_strndup(error->message, strcspn(error->message, ": "));
	for (size_t i = 0; s->entries[i].long_name; i++) {
		const GOptionEntry *e = &s->entries[i];
		const char brief[] = {'-', e->short_name, 0};
		bool it = strcmp(option, brief) == 0 ||
			  (g_str_has_prefix(option, "--") &&
			      strcmp(option + 2, e->long_name) == 0);
		if (it && s->lines[i])
			g_prefix_error(
			    &error, "%s: line %u: ", s->path, s->lines[i]);
	}
}

void
settings_clear(struct settings *s)
{
	g_free(s->path);
	g_free(s->lines);
}
