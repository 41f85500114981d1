/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that is not known is an error: it would be an expectation that nobody
 * checks.
 */
#include "profile/set.h"

#include <glib/gstdio.h>

#define SUFFIX ".profile"

static void
profile_free(gpointer data)
{
	struct profile *p = data;
	char **const lists[] = {p->domains.v, p->srv.v, p->transports.v,
	    p->hosts.v, p->paths.v, p->user_agents.v, p->optional.v};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_strfreev(lists[i]);
	g_free(p->name);
	g_free(p->title);
	g_free(p);
}

struct profile_set *
profile_set_new(void)
{
	struct profile_set *s = g_new0(struct profile_set, 1);
	s->all = g_ptr_array_new_with_free_func(profile_free);
	return s;
}

void
profile_set_free(struct profile_set *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->all);
	g_free(s);
}

/* ---- one file ---- */

static bool
wrong(GError **error, const char *key, const char *want)
{
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
	    "%s: %s", key, want);
	return false;
}

/* "3600" or "60-180" */
static bool
read_range(const char *text, struct profile_range *r)
{
	char *end;
	gint64 least = g_ascii_strtoll(text, &end, 10), most = least;
	if (end == text)
		return false;
	if (*end == '-') {
		text = end + 1;
		most = g_ascii_strtoll(text, &end, 10);
		if (end == text)
			return false;
	}
	*r = (struct profile_range){least, most};
	return *end == 0 && least >= 0 && most > 0 && least <= most;
}

static bool
read_ports(struct profile *p, char *const *texts)
{
	for (; *texts; texts++) {
		gint64 port;
		if (p->n_ports == G_N_ELEMENTS(p->ports) ||
		    !g_ascii_string_to_signed(
			*texts, 10, 1, UINT16_MAX, &port, NULL))
			return false;
		p->ports[p->n_ports++] = (uint16_t)port;
	}
	return true;
}

static bool
read_truth(const char *text, bool *out)
{
	*out = strcmp(text, "yes") == 0;
	return *out || strcmp(text, "no") == 0;
}

/* Lists of patterns, by group and key. */
static struct profile_texts *
list_of(struct profile *p, const char *group, const char *key)
{
	const struct {
		const char *group, *key;
		struct profile_texts *to;
	} lists[] = {
	    {"Service", "Domains", &p->domains},
	    {"Service", "Srv", &p->srv},
	    {"Service", "Transports", &p->transports},
	    {"Provisioning", "Hosts", &p->hosts},
	    {"Provisioning", "Paths", &p->paths},
	    {"Provisioning", "UserAgents", &p->user_agents},
	    {"Provisioning", "OptionalPaths", &p->optional},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (strcmp(lists[i].group, group) == 0 &&
		    strcmp(lists[i].key, key) == 0)
			return lists[i].to;
	return NULL;
}

/* What is no list. */
static bool
read_value(struct profile *p, const char *group, const char *key,
    const char *text, GError **error)
{
	bool service = strcmp(group, "Service") == 0;
	bool truth = false;
	if (strcmp(group, "Profile") == 0 && strcmp(key, "Title") == 0) {
		g_free(p->title);
		p->title = g_strdup(text);
		return true;
	}
	if (service && strcmp(key, "Expires") == 0)
		return read_range(text, &p->asked) ||
		       wrong(error, key, "want SECONDS or FROM-TO");
	if (service && strcmp(key, "Granted") == 0)
		return read_range(text, &p->granted) ||
		       wrong(error, key, "want SECONDS or FROM-TO");
	bool *to =
	    service && strcmp(key, "PortTells") == 0         ? &p->telling
	    : service && strcmp(key, "OtherAuthUser") == 0   ? &p->other_user
	    : service && strcmp(key, "Registers") == 0       ? &p->no_register
	    : !service && strcmp(key, "OnlyTheseHosts") == 0 ? &p->exclusive
							     : NULL;
	if (to == NULL)
		return wrong(error, key, "no such key in this group");
	if (!read_truth(text, &truth))
		return wrong(error, key, "want yes or no");
	*to = to == &p->no_register ? !truth : truth;
	return true;
}

static bool
read_key(struct profile *p, GKeyFile *file, const char *group, const char *key,
    GError **error)
{
	struct profile_texts *list = list_of(p, group, key);
	bool ports = strcmp(group, "Service") == 0 && strcmp(key, "Ports") == 0;
	/* There may be text besides an error: up to a bad escape. */
	GError *bad = NULL;
	if (list || ports) {
		g_auto(GStrv) v =
		    g_key_file_get_string_list(file, group, key, NULL, &bad);
		if (bad) {
			g_propagate_error(error, bad);
			return false;
		}
		if (ports)
			return read_ports(p, v) ||
			       wrong(error, key, "want up to 8 ports");
		g_strfreev(list->v);
		list->v = g_steal_pointer(&v);
		return true;
	}
	g_autofree char *text = g_key_file_get_string(file, group, key, &bad);
	if (bad) {
		g_propagate_error(error, bad);
		return false;
	}
	return read_value(p, group, key, text, error);
}

static bool
read_all(struct profile *p, GKeyFile *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	for (char **g = groups; *g; g++) {
		if (strcmp(*g, "Profile") != 0 && strcmp(*g, "Service") != 0 &&
		    strcmp(*g, "Provisioning") != 0)
			return wrong(error, *g, "no such group");
		g_auto(GStrv) keys = g_key_file_get_keys(file, *g, NULL, error);
		for (char **k = keys; k && *k; k++)
			if (!read_key(p, file, *g, *k, error))
				return false;
	}
	return true;
}

/* In the place of its name. */
static void
put(struct profile_set *s, struct profile *p)
{
	guint i = 0;
	for (; i < s->all->len; i++) {
		struct profile *other = g_ptr_array_index(s->all, i);
		int order = strcmp(p->name, other->name);
		if (order < 0)
			break;
		if (order == 0) {
			g_ptr_array_remove_index(s->all, i);
			break;
		}
	}
	g_ptr_array_insert(s->all, (gint)i, p);
}

const struct profile *
profile_set_file(struct profile_set *s, const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *base = g_path_get_basename(path);
	struct profile *p = g_new0(struct profile, 1);
	p->name = g_str_has_suffix(base, SUFFIX)
		      ? g_strndup(base, strlen(base) - strlen(SUFFIX))
		      : g_strdup(base);
	p->title = g_strdup(p->name);
	if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error) &&
	    read_all(p, file, error)) {
		put(s, p);
		return p;
	}
	g_prefix_error(error, "%s: ", path);
	profile_free(p);
	return NULL;
}

/* ---- folders ---- */

static gint
by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
profile_set_folder(struct profile_set *s, const char *folder, GError **error)
{
	g_autoptr(GDir) d = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	while (d && (name = g_dir_read_name(d)) != NULL)
		if (g_str_has_suffix(name, SUFFIX) && name[0] != '.')
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_text);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path =
		    g_build_filename(folder, g_ptr_array_index(names, i), NULL);
		if (profile_set_file(s, path, error) == NULL)
			return false;
	}
	return true;
}

bool
profile_set_force(struct profile_set *s, const char *name, GError **error)
{
	if (strchr(name, '/') || g_str_has_suffix(name, SUFFIX)) {
		s->forced = profile_set_file(s, name, error);
		return s->forced != NULL;
	}
	s->forced = profile_find(s, name);
	if (s->forced)
		return true;
	g_autoptr(GString) known = g_string_new(NULL);
	for (size_t i = 0; i < profile_set_n(s); i++)
		g_string_append_printf(
		    known, "%s%s", i ? ", " : "", profile_set_at(s, i)->name);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_NOT_FOUND,
	    "--profile %s: no such profile; there are: %s", name,
	    known->len ? known->str : "none");
	return false;
}
