/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/set.h"

/* What one character of a pattern takes. */
static bool
takes(char pattern, uint8_t c)
{
	if (pattern == '?')
		return true;
	if (pattern == '#')
		return rs_ascii_hex(c) >= 0;
	return rs_ascii_lower((uint8_t)pattern) == rs_ascii_lower(c);
}

/* What stands behind the last `*` has to be at the end, where most names that
   do not match differ. */
static bool
ends_so(const char *p, struct rs_span s)
{
	for (size_t n = strlen(p); n > 0 && p[n - 1] != '*'; n--, s.n--)
		if (s.n == 0 || !takes(p[n - 1], s.p[s.n - 1]))
			return false;
	return true;
}

/* The last `*` takes as little as it may: linear but for its retries. */
bool
profile_match(const char *p, struct rs_span s)
{
	const char *star = NULL;
	size_t i = 0, from = 0;
	if (!ends_so(p, s))
		return false;
	while (i < s.n) {
		if (*p == '*') {
			star = ++p;
			from = i;
		} else if (*p && takes(*p, s.p[i])) {
			p++;
			i++;
		} else if (star) {
			p = star;
			i = ++from;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return *p == 0;
}

bool
profile_match_any(const struct profile_texts *l, struct rs_span text)
{
	if (l->v == NULL || text.p == NULL)
		return false;
	for (char *const *p = l->v; *p; p++)
		if (profile_match(*p, text))
			return true;
	return false;
}

size_t
profile_set_n(const struct profile_set *s)
{
	return s ? s->all->len : 0;
}

const struct profile *
profile_set_at(const struct profile_set *s, size_t i)
{
	return g_ptr_array_index(s->all, i);
}

const struct profile *
profile_find(const struct profile_set *s, const char *name)
{
	for (size_t i = 0; i < profile_set_n(s); i++)
		if (strcmp(profile_set_at(s, i)->name, name) == 0)
			return profile_set_at(s, i);
	return NULL;
}

const struct profile *
profile_of_host(const struct profile_set *s, struct rs_span host)
{
	if (s && s->forced && profile_match_any(&s->forced->hosts, host))
		return s->forced;
	for (size_t i = 0; i < profile_set_n(s); i++)
		if (profile_match_any(&profile_set_at(s, i)->hosts, host))
			return profile_set_at(s, i);
	return NULL;
}

const struct profile *
profile_of_request(
    const struct profile_set *s, struct rs_span user_agent, struct rs_span path)
{
	for (size_t i = 0; i < profile_set_n(s); i++)
		if (profile_match_any(
			&profile_set_at(s, i)->user_agents, user_agent))
			return profile_set_at(s, i);
	for (size_t i = 0; i < profile_set_n(s); i++)
		if (profile_match_any(&profile_set_at(s, i)->paths, path))
			return profile_set_at(s, i);
	return NULL;
}

bool
profile_optional(const struct profile_set *s, struct rs_span path)
{
	for (size_t i = 0; i < profile_set_n(s); i++)
		if (profile_match_any(&profile_set_at(s, i)->optional, path))
			return true;
	return false;
}

bool
profile_has_port(const struct profile *p, uint16_t port)
{
	for (size_t i = 0; i < p->n_ports; i++)
		if (p->ports[i] == port)
			return true;
	return false;
}

const struct profile *
profile_of_service(const struct profile_set *s, struct rs_span server,
    struct rs_span domain, uint16_t port, enum profile_told *told)
{
	if (s && s->forced) {
		*told = PROFILE_FORCED;
		return s->forced;
	}
	*told = PROFILE_BY_NAME;
	for (size_t i = 0; i < profile_set_n(s); i++) {
		const struct profile *p = profile_set_at(s, i);
		if (profile_match_any(&p->domains, server) ||
		    profile_match_any(&p->domains, domain))
			return p;
	}
	*told = PROFILE_BY_PORT;
	for (size_t i = 0; i < profile_set_n(s); i++) {
		const struct profile *p = profile_set_at(s, i);
		if (p->telling && profile_has_port(p, port))
			return p;
	}
	*told = PROFILE_TOLD_NONE;
	return NULL;
}
