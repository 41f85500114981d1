/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of a profile (regscan-profile(5)), and what is asked of it.  The first
 * line is what was seen on the wire: a host, a path, a user agent; the rest is
 * the file.
 *
 * Beyond no crash: a file is read or refused with a reason, a set that holds
 * one profile answers with that one or none, and a pattern that is its own text
 * matches it.
 */
#include "config.h"

#include "profile/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
ask(const struct profile_set *s, const struct profile *p, struct rs_span seen)
{
	enum profile_told told = PROFILE_TOLD_NONE;
	const struct profile *found[] = {
	    profile_of_host(s, seen),
	    profile_of_request(s, seen, seen),
	    profile_of_service(s, seen, seen, 5060, &told),
	    profile_of_service(s, (struct rs_span){0}, seen, 8934, &told),
	};
	for (size_t i = 0; i < sizeof found / sizeof *found; i++)
		must(found[i] == NULL || found[i] == p);
	(void)profile_optional(s, seen);
	must(profile_find(s, p->name) == p && profile_set_n(s) == 1);
	must(p->n_ports <= sizeof p->ports / sizeof *p->ports);
	for (size_t i = 0; i < p->n_ports; i++)
		must(profile_has_port(p, p->ports[i]));
	for (char **v = p->hosts.v; v && *v; v++)
		if (strchr(*v, '#') == NULL)
			must(profile_match(*v, rs_span_str(*v)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rs_span all = {data, size};
	size_t line = rs_span_find(all, '\n');
	struct rs_span file = rs_span_from(all, line + 1);
	GError *error = NULL;
	char path[64];
	int fd = memfd_create("profile", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, file.p, file.n) == (ssize_t)file.n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct profile_set *s = profile_set_new();
	const struct profile *p = profile_set_file(s, path, &error);
	must((p == NULL) == (error != NULL));
	if (p)
		ask(s, p, rs_span_part(all, 0, line));
	else
		must(profile_set_n(s) == 0);
	g_clear_error(&error);
	profile_set_free(s);
	close(fd);
	return 0;
}
