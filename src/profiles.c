/* SPDX-License-Identifier: Apache-2.0 */
#include "profiles.h"

#include "capture/capture.h"

static bool
load_all(struct profile_set *s, GError **error)
{
	const char *folder = g_getenv("REGSCAN_PROFILES");
	if (folder)
		return profile_set_folder(s, folder, error);
	g_autofree char *own = g_build_filename(
	    g_get_user_config_dir(), "regscan", "profiles", NULL);
	return profile_set_folder(s, PROFILES, error) &&
	       profile_set_folder(s, own, error);
}

struct profile_set *
profiles_load(const struct options *o, GError **error)
{
	g_autoptr(GError) e = NULL;
	struct profile_set *s = profile_set_new();
	if (load_all(s, &e) &&
	    (o->profile == NULL || profile_set_force(s, o->profile, &e)))
		return s;
	g_set_error_literal(
	    error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE, e->message);
	profile_set_free(s);
	return NULL;
}

struct related *
profiles_related(const struct profile_set *s, const struct options *o)
{
	g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	g_array_append_vals(ports, o->tls_ports, (guint)o->n_tls_ports);
	for (size_t i = 0; i < profile_set_n(s); i++) {
		const struct profile *p = profile_set_at(s, i);
		for (size_t j = 0; p->telling && j < p->n_ports; j++)
			g_array_append_val(ports, p->ports[j]);
	}
	return related_new((const uint16_t *)(void *)ports->data, ports->len);
}
