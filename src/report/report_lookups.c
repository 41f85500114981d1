/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups, as they close and once more at the end, when it is known whose they
 * were.  Strangers may be many: what they asked is read back only where one of
 * them is a phone after all, and then only what its mark may make one's.
 */
#include "report/report_inner.h"

void
report_take_lookup(struct report *r, const struct rec_lookup *l)
{
	bool sure = asked_add(r->asked, &rec_lookup_type, l, false) ||
		    l->related == RS_TRUE;
	configured_lookup(r->configured, l);
	r->strange_lookups += !sure;
	if (sure)
		(void)spool_add(r->spool, &rec_lookup_type, l);
	else
		(void)spool_add_marked(r->spool, &r->strange_lookup, l,
		    asked_lookup_mark(r->asked, l));
	if (l->related != RS_TRUE)
		return;
	odd_add(r->odd, &rec_lookup_type, l);
	report_event(r, &rec_lookup_type, l);
}

/* How many of that shelf are not listed. */
static int64_t
ask_lookups_of(struct report *r, const struct rec_type *shelf)
{
	struct spool_reader *s = spool_read(r->spool, shelf);
	struct asked_marks *marks = NULL;
	const struct rec_lookup *rec;
	int64_t others = 0;
	if (shelf == &r->strange_lookup && !r->o.all_lookups) {
		marks = asked_marks_new(r->asked);
		spool_pick(s, asked_marks_want, marks);
	}
	while ((rec = spool_next(s)) != NULL) {
		struct rec_lookup l = *rec;
		if (!r->o.all_lookups && !asked_wants(r->asked, &l)) {
			others++;
			continue;
		}
		asked_lookup(r->asked, &l);
		if (l.related == RS_TRUE)
			continue;
		l.related = asked_related(r->asked, &l);
		others += l.related != RS_TRUE;
		if (l.related == RS_TRUE)
			odd_add(r->odd, &rec_lookup_type, &l);
		if (l.related == RS_TRUE || r->o.all_lookups)
			report_event(r, &rec_lookup_type, &l);
	}
	others += (int64_t)spool_passed(s);
	spool_reader_free(s);
	asked_marks_free(marks);
	return others;
}

/* Who fetches what phones fetch is one, if it came no further. */
static void
ask_downloads(struct report *r)
{
	struct spool_reader *s = spool_read(r->spool, &rec_download_type);
	const struct rec_download *d;
	while ((d = spool_next(s)) != NULL)
		if (d->phone == RS_TRUE)
			asked_mark(r->asked, &d->client.at.addr);
	spool_reader_free(s);
}

void
report_ask_lookups(struct report *r)
{
	ask_downloads(r);
	int64_t others = ask_lookups_of(r, &rec_lookup_type);
	bool turned = asked_turned(r->asked);
	others += r->o.format != REPORT_TEXT || turned
		      ? ask_lookups_of(r, &r->strange_lookup)
		      : r->strange_lookups;
	if (others)
		r->amended.lookups_not_listed = others;
}
