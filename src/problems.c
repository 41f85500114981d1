/* SPDX-License-Identifier: Apache-2.0 */
#include "problems.h"

#include "capture/archive.h"
#include "capture/problem.h"

#include <string.h>

static struct rs_span
text(struct problems *p, const char *s)
{
	struct rs_span none = {NULL, 0};
	return s && *s ? rec_arena_text(&p->arena, rs_span_str(s)) : none;
}

/* Who it registers, or where; lines of a phone that are not used have
   neither. */
static bool
used(const struct cap_problem *from, const struct cap_problem_line *l)
{
	if (l->user[0] || l->proxy[0] || l->outbound[0])
		return true;
	return from->paths[0] == NULL && l->state[0];
}

static void
add_line(struct problems *p, struct rec_problem *to, unsigned i,
    const struct cap_problem_line *l)
{
	struct rec_configured *r =
	    rec_list_add(&to->lines, &p->arena, sizeof *r);
	rec_init(&rec_configured_type, r);
	r->number = i + 1;
	r->user = text(p, l->user);
	r->proxy = text(p, l->proxy);
	r->outbound_proxy = text(p, l->outbound);
	r->transport = text(p, l->transport);
	if (l->expires >= 0)
		r->expires = l->expires;
	r->use_srv = l->use_srv;
	r->use_outbound = l->use_outbound;
	r->registers = l->registers;
	if (l->proxy_line)
		r->config_line = l->proxy_line;
	r->state = text(p, l->state);
}

static void
add(struct problems *p, const struct cap_problem *from)
{
	struct rec_problem *to =
	    rec_list_add(&p->records, &p->arena, sizeof *to);
	rec_init(&rec_problem_type, to);
	for (unsigned i = 0; i < G_N_ELEMENTS(from->paths); i++) {
		if (from->paths[i] == NULL)
			continue;
		struct rs_span *path =
		    rec_list_add(&to->paths, &p->arena, sizeof *path);
		*path = text(p, from->paths[i]);
	}
	to->model = text(p, from->model);
	to->firmware = text(p, from->firmware);
	to->mac = text(p, from->mac);
	to->clock = text(p, from->clock);
	to->zone = text(p, from->zone);
	to->ntp_server = text(p, from->ntp);
	to->profile_server = text(p, from->profile);
	to->tls_least = text(p, from->tls_least);
	to->resync_on_reset = from->resync_on_reset;
	if (from->resync_every >= 0)
		to->resync_every = from->resync_every;
	for (unsigned i = 0; i < PROBLEM_LINES; i++)
		if (used(from, &from->lines[i]))
			add_line(p, to, i, &from->lines[i]);
	to->broken = text(p, from->broken);
}

void
problems_load(struct problems *p, const struct cap_list *files)
{
	rec_arena_init(&p->arena, NULL, NULL);
	p->read = cap_problems_read(files->problems);
	for (unsigned i = 0; i < p->read->len; i++)
		add(p, g_ptr_array_index(p->read, i));
}

void
problems_clear(struct problems *p)
{
	if (p->read == NULL)
		return;
	g_ptr_array_free(p->read, TRUE);
	rec_arena_clear(&p->arena);
	*p = (struct problems){0};
}

/* Both in one archive, or in one folder. */
static bool
beside(const char *a, const char *b)
{
	size_t n = cap_archive_length(a);
	if (a[n] != '/') {
		const char *name = strrchr(a, '/');
		n = name ? (size_t)(name - a) : 0;
		const char *other = strrchr(b, '/');
		return (other ? (size_t)(other - b) : 0) == n &&
		       strncmp(a, b, n) == 0;
	}
	return strncmp(a, b, n) == 0 && b[n] == '/';
}

bool
problems_date(const struct problems *p, const char *path, int *year, int *month)
{
	for (unsigned i = 0; p->read && i < p->read->len; i++) {
		const struct cap_problem *c = g_ptr_array_index(p->read, i);
		if (c->paths[1] && beside(c->paths[1], path) &&
		    cap_problem_date(c, year, month))
			return true;
	}
	return false;
}
