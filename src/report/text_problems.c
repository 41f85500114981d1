/* SPDX-License-Identifier: Apache-2.0 */
/* What phones' problem reports say besides their logs, a line for the phone and
   one for each of its lines; and what its log says of configurations. */
#include "report/text_part.h"

enum { RESYNCS = 8 }; /* that are told, the last ones */

/* "before TEXT", where there is a text. */
static void
also(GString *s, const char *before, struct rs_span text)
{
	if (text.n)
		g_string_append_printf(
		    s, "%s%.*s", before, (int)text.n, (const char *)text.p);
}

/* A line, that much to the right. */
static void
line_end(struct text *t, unsigned indent, GString *s)
{
	page_flow(&t->page, indent,
	    (struct rs_span){(const uint8_t *)s->str, s->len});
	page_end(&t->page);
	g_string_free(s, TRUE);
}

/* ---- lines of a phone ---- */

static void
next_hop(GString *s, const struct rec_configured *r)
{
	bool outbound = r->outbound_proxy.n && r->use_outbound != RS_FALSE;
	also(s, outbound ? " by outbound proxy " : " at ",
	    outbound ? r->outbound_proxy : r->proxy);
	if (r->transport.n) {
		g_autofree char *over = g_ascii_strup(
		    (const char *)r->transport.p, (gssize)r->transport.n);
		g_string_append_printf(s, " over %s", over);
	}
	if (r->expires != REC_ABSENT)
		g_string_append_printf(s, " for %lld s", (long long)r->expires);
	if (r->registers == RS_FALSE)
		g_string_append(s, "; NOT to register");
}

static void
seen(GString *s, const struct rec_configured *r)
{
	char where[RS_ENDPOINT_TEXT];
	if (r->tried == RS_TRUE)
		g_string_append(s, "; REGISTER went there");
	if (r->tried != RS_FALSE)
		return;
	rs_endpoint_format(&r->went_to.at, where);
	if (r->went_to.name.n)
		g_string_append_printf(s,
		    "; REGISTER went ELSEWHERE, to %.*s (%s)",
		    (int)r->went_to.name.n, (const char *)r->went_to.name.p,
		    where);
	else
		g_string_append_printf(
		    s, "; REGISTER went ELSEWHERE, to %s", where);
}

static void
line(struct text *t, const struct rec_configured *r)
{
	GString *s = g_string_new(NULL);
	g_string_append_printf(s, "line %lld:", (long long)r->number);
	also(s, " ", r->user);
	next_hop(s, r);
	also(s, "; the phone says ", r->state);
	seen(s, r);
	line_end(t, 4, s);
}

static void
problem(struct text *t, const struct rec_problem *p)
{
	const struct rec_configured *l = p->lines.v;
	GString *s = g_string_new("problem report: ");
	if (p->model.n)
		also(s, "", p->model);
	else
		g_string_append(s, "a phone");
	also(s, ", firmware ", p->firmware);
	also(s, ", ", p->mac);
	also(s, "; its clock said ", p->clock);
	also(s, ", zone ", p->zone);
	also(s, ", time from ", p->ntp_server);
	also(s, "; configured from ", p->profile_server);
	also(s, "; at least ", p->tls_least);
	also(s, "; NOT READ to its end: ", p->broken);
	line_end(t, 2, s);
	for (uint32_t i = 0; i < p->lines.n; i++)
		line(t, &l[i]);
}

void
text_problems(struct text *t, const struct rec_coverage *c)
{
	const struct rec_problem *p = c->problems.v;
	for (uint32_t i = 0; i < c->problems.n; i++)
		problem(t, &p[i]);
}

/* ---- configurations ---- */

static void
resync(struct text *t, const struct rec_resync *r)
{
	bool asked = r->from.n || r->succeeded != RS_UNKNOWN;
	GString *s = g_string_new(NULL);
	g_string_append_printf(
	    s, "L%lld %s", (long long)r->line, asked ? "resync" : "transfer");
	also(s, " from ", r->from);
	if (r->succeeded == RS_TRUE)
		g_string_append(s, " succeeded");
	else if (r->succeeded == RS_FALSE)
		g_string_append(s, " FAILED");
	else if (asked)
		g_string_append(s, ", and no result");
	also(s, ": ", r->reason);
	if (r->status != REC_ABSENT)
		g_string_append_printf(s, "; HTTP %lld", (long long)r->status);
	also(s, "; not resolved: ", r->unresolved);
	if (r->transfer_error.n)
		g_string_append_printf(s,
		    "; transfer failed by %.*s (libcurl %lld)",
		    (int)r->transfer_error.n, (const char *)r->transfer_error.p,
		    (long long)r->transfer);
	line_end(t, 4, s);
}

void
text_resyncs(struct text *t, const struct rec_log *l)
{
	const struct rec_resync *r = l->resyncs.v;
	uint32_t from = l->resyncs.n > RESYNCS ? l->resyncs.n - RESYNCS : 0;
	for (uint32_t i = from; i < l->resyncs.n; i++)
		resync(t, &r[i]);
}
