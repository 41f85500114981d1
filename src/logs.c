/* SPDX-License-Identifier: Apache-2.0 */
#include "logs.h"

#include "capture/archive.h"
#include "capture/log_clock.h"
#include "engine/engine.h"
#include "log_parts.h"

#include <string.h>

/* Of a log that is not joined no more is read ahead. */
static const uint64_t AHEAD = 64 << 20;

struct learning {
	struct logs *l;
	const struct problems *problems;
	const struct options *o;
	struct keyring *keys;
	const char *const *paths;
	unsigned n;
	bool *is_log;
	rs_time captured; /* when the captures begin; RS_NEVER: there is none */
};

/* ---- captures ---- */

static void
nowhere(void *arg, const struct rec_type *type, const void *rec)
{
	(void)arg;
	(void)type;
	(void)rec;
}

static void
hear_captures(struct learning *g, GPtrArray *captures)
{
	const struct options *o = g->o;
	struct related *related = related_new(o->tls_ports, o->n_tls_ports);
	const struct rs_sink sink = log_join_sink(g->l->join);
	const struct rec_sink out = {nowhere, NULL};
	const struct engine_options eo = {
	    .memory_limit = (size_t)o->memory_mib << 20,
	    .related = related,
	    .keys = g->keys->tls,
	    .seed = o->hash_seed,
	    .events = &sink,
	};
	struct engine *e = engine_new(&eo, &out);
	struct cap_source *s = cap_files_open(
	    (const char *const *)captures->pdata, captures->len, false);
	struct cap_frame f;
	rs_time last = RS_NEVER;
	bool broken = false;
	for (enum cap_result r; (r = s->next(s, &f, NULL)) != CAP_END;) {
		if (r == CAP_SECRETS)
			keyring_secrets(g->keys, f.bytes);
		else if (r == CAP_FRAME)
			engine_packet(e, &f);
		if (r == CAP_FRAME && g->captured == RS_NEVER)
			g->captured = f.ts;
		if (r == CAP_FRAME && f.ts > last)
			last = f.ts;
		broken |=
		    r == CAP_ERROR || (r == CAP_FRAME && (f.drops || f.unseen));
	}
	log_join_span(g->l->join, g->captured, last, broken);
	engine_finish(e);
	engine_free(e);
	s->close(s);
	related_free(related);
}

/* ---- logs ---- */

struct to_join {
	struct log_join *join;
	unsigned log;
};

static void
join_entry(void *arg, const struct cap_frame *f)
{
	const struct to_join *t = arg;
	log_join_entry(t->join, t->log, f);
}

/* The date of its own name, or of one beside it in the same archive. */
static bool
year_by_name(const struct learning *g, unsigned i, struct cap_clock *c,
    const struct cap_log_look *look)
{
	int year, month, first = 1, any;
	size_t n = cap_archive_length(g->paths[i]);
	bool known = cap_log_name_date(g->paths[i], &year, &month);
	for (unsigned k = 0; !known && k < g->n; k++)
		known = strncmp(g->paths[k], g->paths[i], n) == 0 &&
			g->paths[k][n] == '/' && g->paths[i][n] == '/' &&
			cap_log_name_date(g->paths[k], &year, &month);
	if (!known)
		return false;
	if (look->first != RS_NEVER)
		cap_clock_date(look->first, &any, &first);
	/* It was made when the log ended: one that begins in December. */
	c->year = year - (first > month);
	c->year_from = "file name";
	return true;
}

/* By the clock of the phone when it wrote its report.  The zone it does not
   tell: it is local time, and logs are written in UTC by some firmware. */
static bool
year_by_state(const struct learning *g, unsigned i, struct cap_clock *c,
    const struct cap_log_look *look)
{
	int year, month, first = 1, any;
	if (!problems_date(g->problems, g->paths[i], &year, &month))
		return false;
	if (look->first != RS_NEVER)
		cap_clock_date(look->first, &any, &first);
	/* Of a day that may be two, only what holds for both. */
	if (month == 0 && first != 1)
		return false;
	c->year = year - (month && first > month);
	c->year_from = "status";
	return true;
}

/* Year and zone by all but the captures' packets. */
static void
told_clock(const struct learning *g, unsigned i, struct cap_clock *c,
    const struct cap_log_look *look)
{
	const struct options *o = g->o;
	int month;
	if (cap_clock_by_server(c, look))
		c->year_from = c->zone_from = "server";
	else if (!year_by_name(g, i, c, look) &&
		 !year_by_state(g, i, c, look) && g->captured != RS_NEVER) {
		cap_clock_date(g->captured, &c->year, &month);
		c->year_from = "capture";
	}
	if (o->log_year) {
		c->year = o->log_year;
		c->year_from = "option";
	}
	if (o->has_log_zone) {
		c->zone = o->log_zone * RS_SEC;
		c->zone_from = "option";
	}
}

static void
clock_of(const struct learning *g, unsigned i, const struct cap_log_look *look)
{
	struct cap_clock *c = &g->l->clocks[i];
	const struct log_joined *j =
	    g->l->join ? log_join_result(g->l->join, i) : NULL;
	c->stepped = look->stepped;
	if (j && j->solved && look->first != RS_NEVER) {
		cap_clock_by_truth(
		    c, look->first + look->stepped, look->first + j->shift);
		c->year_from = c->zone_from = c->shift_from = "capture";
		c->uncertainty = j->uncertainty;
		c->lead = j->lead;
		c->drifts = j->drifts;
		c->drift = j->drift;
		c->drift_uncertainty = j->drift_uncertainty;
		return;
	}
	told_clock(g, i, c, look);
}

static void
counts_of(const struct learning *g, unsigned i)
{
	const struct log_joined *j = log_join_result(g->l->join, i);
	struct cap_clock *c = &g->l->clocks[i];
	c->joining = true;
	c->messages = j->messages;
	c->attributed = j->attributed;
	c->in_clear = j->in_clear;
	c->ambiguous = j->ambiguous;
	c->lookups = j->lookups;
	c->lookups_captured = j->lookups_captured;
	c->joined_by = j->by;
	c->not_joined = j->solved ? NULL : log_join_word(j->why);
}

/* One clock, as it is set last: what sets it in one file of a log counts for
   those before, and what a server tells of it in one for all. */
static void
share_clock(
    const struct learning *g, const unsigned *order, struct cap_log_look *looks)
{
	const struct cap_clock *c = g->l->clocks;
	for (unsigned at = 0; at < g->n; at++)
		for (unsigned k = at + 1; k < g->n; k++)
			if (g->is_log[order[at]] && g->is_log[order[k]] &&
			    c[order[k]].log == c[order[at]].log)
				looks[order[at]].stepped +=
				    looks[order[k]].set_later;
	for (unsigned i = 0; i < g->n; i++)
		for (unsigned k = 0; g->is_log[i] && k < g->n; k++) {
			struct cap_log_look *to = &looks[i], *of = &looks[k];
			if (!g->is_log[k] || c[k].log != c[i].log ||
			    to->written != RS_NEVER || of->written == RS_NEVER)
				continue;
			to->truth = of->truth;
			to->written = of->written + of->stepped - to->stepped;
		}
}

/* Times of a clock that was set in one of its files have no one offset. */
static bool
is_steady(const struct learning *g, unsigned log)
{
	for (unsigned i = 0; i < g->n; i++)
		if (g->l->clocks[i].log == log && g->l->clocks[i].stepped)
			return false;
	return true;
}

static void
learn(struct learning *g, GPtrArray *captures)
{
	struct cap_log_look *looks = g_new(struct cap_log_look, g->n);
	struct logs *l = g->l;
	unsigned *order = g_new(unsigned, g->n);
	l->clocks = g_new0(struct cap_clock, g->n);
	log_parts_find(g->paths, g->is_log, g->n, l->clocks, order);
	if (captures->len)
		l->join = log_join_new(g->n, g->o->hash_seed);
	for (unsigned k = 0; k < g->n; k++) {
		unsigned i = order[k];
		struct to_join to = {l->join, i};
		if (!g->is_log[i])
			continue;
		if (l->join && is_steady(g, l->clocks[i].log))
			log_join_part(l->join, i, l->clocks[i].log - 1);
		cap_log_look(g->paths[i], l->join ? UINT64_MAX : AHEAD,
		    &l->clocks[i], &looks[i], l->join ? join_entry : NULL, &to);
		if (l->join && looks[i].holes)
			log_join_hole(l->join, i);
		if (l->join)
			log_join_stepped(l->join, i, looks[i].stepped);
	}
	share_clock(g, order, looks);
	g_free(order);
	if (l->join) {
		hear_captures(g, captures);
		for (unsigned i = 0; i < g->n; i++) {
			struct cap_clock c = {0};
			if (!g->is_log[i])
				continue;
			told_clock(g, i, &c, &looks[i]);
			log_join_clock(l->join, i,
			    cap_clock_due(&c, &looks[i], g->captured));
		}
		log_join_solve(l->join);
	}
	for (unsigned i = 0; i < g->n; i++) {
		if (!g->is_log[i])
			continue;
		clock_of(g, i, &looks[i]);
		if (l->join)
			counts_of(g, i);
	}
	g_free(looks);
}

void
logs_learn(struct logs *l, const struct cap_list *files,
    const struct problems *problems, const struct options *o,
    struct keyring *keys)
{
	struct learning g = {
	    .l = l,
	    .problems = problems,
	    .o = o,
	    .keys = keys,
	    .paths = (const char *const *)files->paths->pdata,
	    .n = files->paths->len,
	    .captured = RS_NEVER,
	};
	GPtrArray *captures = g_ptr_array_new();
	bool any = false;
	g.is_log = g_new0(bool, g.n);
	for (unsigned i = 0; i < g.n; i++) {
		char *path = g_ptr_array_index(files->paths, i);
		g.is_log[i] = cap_file_is_log(path);
		any |= g.is_log[i];
	}
	for (unsigned i = 0; any && i < g.n; i++) {
		char *path = g_ptr_array_index(files->paths, i);
		/* What comes through a pipe comes once. */
		if (!g.is_log[i] && strcmp(path, "-") != 0 &&
		    (!g_file_test(path, G_FILE_TEST_EXISTS) ||
			g_file_test(path, G_FILE_TEST_IS_REGULAR)) &&
		    cap_file_is_capture(path))
			g_ptr_array_add(captures, path);
	}
	if (any && !o->follow)
		learn(&g, captures);
	g_ptr_array_free(captures, TRUE);
	g_free(g.is_log);
}

void
logs_clear(struct logs *l)
{
	log_join_free(l->join);
	g_free(l->clocks);
	*l = (struct logs){0};
}
