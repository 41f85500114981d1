/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include "capture/capture.h"
#include "say.h"
#include "tls/trust.h"

#include <errno.h>

static bool
cannot_read(GError **error, const char *path, const char *what)
{
	g_set_error(
	    error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN, "%s: %s", path, what);
	return false;
}

bool
certificates_load(
    struct certificates *c, const struct options *o, GError **error)
{
	if (o->ca_files == NULL && o->ca_paths == NULL && !o->system_ca)
		return true;
	c->trust = tls_trust_new();
	for (char **p = o->ca_files; p && *p; p++)
		if (!tls_trust_add_file(c->trust, *p))
			return cannot_read(
			    error, *p, "no certificates that can be read");
	for (char **p = o->ca_paths; p && *p; p++)
		if (!tls_trust_add_path(c->trust, *p))
			return cannot_read(
			    error, *p, "no folder that can be read");
	if (o->system_ca && !tls_trust_add_system(c->trust))
		return cannot_read(error, "--system-ca", "not available");
	return true;
}

bool
certificates_open(
    struct certificates *c, const struct options *o, GError **error)
{
	const char *path = o->certificates;
	if (path == NULL)
		return true;
	c->pem = tls_pem_writer_new(path);
	if (c->pem) {
		c->sink = tls_pem_writer_sink(c->pem);
		return true;
	}
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_WRITE,
	    "%s: cannot write: %s", path, g_strerror(errno));
	return false;
}

const struct rs_sink *
certificates_sink(const struct certificates *c)
{
	return c->pem ? &c->sink : NULL;
}

bool
certificates_written(const struct certificates *c, const struct options *o)
{
	if (c->pem == NULL)
		return true;
	uint64_t left_out = tls_pem_writer_left_out(c->pem);
	int why = tls_pem_writer_error(c->pem);
	if (left_out)
		say_warning("%s: %" G_GUINT64_FORMAT
			    " certificates more are not written",
		    o->certificates, left_out);
	if (why)
		say_error(
		    "%s: cannot write: %s", o->certificates, g_strerror(why));
	return why == 0;
}

void
certificates_clear(struct certificates *c)
{
	tls_pem_writer_free(c->pem);
	tls_trust_free(c->trust);
	*c = (struct certificates){0};
}
