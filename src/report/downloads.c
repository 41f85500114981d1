/* SPDX-License-Identifier: Apache-2.0 */
#include "report/downloads.h"

static void
list(struct downloads *d, const struct rec_download *rec)
{
	fetches_add(d->fetches, rec);
	d->listed.record(d->listed.arg, &rec_download_type, rec);
}

/* Phones boot over TFTP, and seldom anything else does. */
static bool
sure(const struct rec_download *rec)
{
	return rec->phone == RS_TRUE || rec->protocol == REC_TFTP;
}

void
downloads_take(struct downloads *d, const struct rec_download *rec)
{
	(void)spool_add(d->spool, &rec_download_type, rec);
	if (sure(rec))
		list(d, rec);
}

bool
downloads_listed(const struct downloads *d, const struct rec_download *rec,
    struct rec_download *to, struct rec_arena *a)
{
	struct rec_phone p;
	const struct rs_addr *client = &rec->client.at.addr;
	bool phone = rec->phone == RS_TRUE ||
		     phone_tracker_find(d->phones, client, &p, a) ||
		     (d->before && d->before(d->arg, client));
	rec_arena_reset(a);
	*to = *rec;
	if (phone)
		to->phone = RS_TRUE;
	return phone || sure(rec);
}

int64_t
downloads_finish(struct downloads *d)
{
	struct spool_reader *s = spool_read(d->spool, &rec_download_type);
	const struct rec_download *rec;
	struct rec_download found;
	struct rec_arena a;
	int64_t others = 0;
	rec_arena_init(&a, NULL, NULL);
	while ((rec = spool_next(s)) != NULL) {
		if (sure(rec))
			continue; /* was listed when it closed */
		if (downloads_listed(d, rec, &found, &a))
			list(d, &found);
		else
			others++;
	}
	rec_arena_clear(&a);
	spool_reader_free(s);
	return others;
}
