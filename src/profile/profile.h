/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: what is expected of a service, and how phones of a make fetch
 * their configuration (regscan-profile(5)).
 *
 * Everything that is known of a vendor is in these files and none of it in the
 * program.  A set is read before the capture and does not change: it may be
 * asked from any thread.  A set that is NULL knows nothing.
 *
 * Patterns are those of a shell: `*` any text, `?` one byte, `#` one hex digit;
 * ASCII case is ignored.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "base/span.h"

struct profile_texts {
	char **v; /* NULL-terminated; NULL: none */
};

struct profile_range { /* most 0: nothing is expected */
	int64_t least, most;
};

struct profile {
	char *name;  /* of the file, without its ending */
	char *title; /* for people */
	/* The service. */
	struct profile_texts domains; /* of servers and addresses of record */
	struct profile_texts srv;     /* "_sips._tcp" */
	struct profile_texts transports;
	uint16_t ports[8];
	size_t n_ports;
	bool telling; /* a port alone says that it is this one */
	struct profile_range asked, granted; /* seconds */
	bool other_user;  /* an authentication user of its own is normal */
	bool no_register; /* nobody registers there */
	/* Provisioning. */
	struct profile_texts hosts, paths, user_agents;
	struct profile_texts optional; /* paths that need not exist */
	bool exclusive;                /* from those hosts, and no other */
};

struct profile_set;

/* Does the pattern match all of the text? */
bool profile_match(const char *pattern, struct rs_span text);
bool profile_match_any(const struct profile_texts *l, struct rs_span text);

size_t profile_set_n(const struct profile_set *s);
const struct profile *profile_set_at(const struct profile_set *s, size_t i);
const struct profile *profile_find(
    const struct profile_set *s, const char *name);

/* The profile that these hosts provision, or NULL.  host: without a port. */
const struct profile *profile_of_host(
    const struct profile_set *s, struct rs_span host);
/* The one whose phones ask like this, or NULL; path: all of it. */
const struct profile *profile_of_request(const struct profile_set *s,
    struct rs_span user_agent, struct rs_span path);
/* The file need not be there: phones go on without. */
bool profile_optional(const struct profile_set *s, struct rs_span path);

enum profile_told { /* by what a service is known */
	PROFILE_TOLD_NONE,
	PROFILE_FORCED,
	PROFILE_BY_NAME,
	PROFILE_BY_PORT,
};

/* The service of a server, or NULL.  host: its name, or the domain of the
   address of record, absent where not known. */
const struct profile *profile_of_service(const struct profile_set *s,
    struct rs_span server, struct rs_span domain, uint16_t port,
    enum profile_told *told);
bool profile_has_port(const struct profile *p, uint16_t port);

#endif
