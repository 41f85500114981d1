/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it the same run, or another one of the same script?
 *
 * A phone that starts twice sends the same again: records of equal lengths, in
 * equal order, and nearly at the same intervals.  What differs are the times
 * that servers, networks and processors take.  Of recorded registrations by the
 * same programs these were some milliseconds apart (tests/logs/join.py); a line
 * of the log and its record are so by a fraction of one.
 *
 * Few messages may agree by chance all the same, and each one that does not is
 * outweighed by another one that does.  So where there is no Call-ID, there
 * have to be the more of them the less the clock says: when it is right, it was
 * that run, as no phone starts twice within seconds.
 */
#include "engine/join_inner.h"

#include <stdlib.h>

/* So many messages have to agree: where the clock is right, where it is so in
   some zone, where it is not (REGISTER, 401, REGISTER, 200), and where the
   address is another one. */
enum { FEW = 2, SOME = 3, CHALLENGED = 4, MANY = 12 };
/* One of so many may be late for itself. */
enum { ONE_OF = 8 };

static const rs_time SET = 20 * RS_SEC;
static const rs_time QUARTER = 15 * 60 * RS_SEC; /* zones differ by these */
static const rs_time ZONED = 5 * RS_SEC;
static const rs_time CLOSE = RS_MSEC, CLOSE_SET = 4 * RS_MSEC;
static const rs_time BESIDE = RS_SEC;

bool
join_clock_zoned(rs_time off)
{
	off = (off % QUARTER + QUARTER) % QUARTER;
	return off < ZONED || off > QUARTER - ZONED;
}

bool
join_clock_right(const struct log_joined *l, rs_time shift)
{
	return l->due != RS_NEVER && llabs(shift - l->due) <= SET;
}

static int
by_time(const void *a, const void *b)
{
	const rs_time *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* How many of one direction have the same difference, the first of them and
   the last but for `close`. */
static uint32_t
together(const struct join_line *l, const GArray *pairs, bool up, rs_time close)
{
	GArray *off = g_array_new(FALSE, FALSE, sizeof(rs_time));
	uint32_t most = 0;
	for (uint32_t i = 0; i < pairs->len; i++) {
		const struct join_pair *p =
		    &g_array_index(pairs, struct join_pair, i);
		rs_time t = p->at + p->d - join_time(l, p->at);
		if (p->up == up)
			g_array_append_val(off, t);
	}
	g_array_sort(off, by_time);
	const rs_time *v = (const rs_time *)(void *)off->data;
	for (uint32_t i = 0, from = 0; i < off->len; i++) {
		while (v[i] - v[from] > close)
			from++;
		most = MAX(most, i - from + 1);
	}
	g_array_free(off, TRUE);
	return most;
}

/* Are these the records of who has the address that the log tells, if it does?
 */
static bool
is_own(const struct log_join *j, unsigned log, const GArray *pairs)
{
	if (j->dns->own[log].n == 0)
		return true;
	for (uint32_t i = 0; i < pairs->len; i++) {
		uint32_t flow = g_array_index(pairs, struct join_pair, i).flow;
		if (!join_dns_is_own(j, log, &join_flow(j, flow)->client))
			return false;
	}
	return true;
}

/* Messages of the log among those that fit, or right beside them, that do not:
   one was lost, or it is another run. */
static uint32_t
left_over(const struct log_join *j, unsigned log, const struct join_line *l,
    const GArray *pairs)
{
	const struct join_pair *p =
	    (const struct join_pair *)(void *)pairs->data;
	rs_time from = j->dns->first, to = j->dns->last;
	uint32_t n = 0;
	if (pairs->len == 0 || from == RS_NEVER || to == RS_NEVER)
		return 0;
	from = MAX(from, join_time(l, p[0].at) - BESIDE);
	to = MIN(to, join_time(l, p[pairs->len - 1].at) + BESIDE);
	for (uint32_t i = 0; i < j->messages->len; i++) {
		const struct join_message *m = join_message(j, i);
		rs_time at = join_time(l, m->at);
		n += m->log == log && at >= from && at <= to;
	}
	return n > pairs->len ? n - pairs->len : 0;
}

bool
join_proven(const struct log_join *j, unsigned log, const struct join_line *l,
    const GArray *pairs)
{
	const struct log_joined *to = &j->joined[log];
	bool own = is_own(j, log, pairs);
	bool right = own && join_clock_right(to, l->shift);
	bool zoned = own && to->due == RS_NEVER &&
		     join_clock_zoned(l->shift - to->stepped);
	rs_time close = right ? CLOSE_SET : CLOSE;
	uint32_t n =
	    together(l, pairs, true, close) + together(l, pairs, false, close);
	uint32_t needed = right ? FEW : zoned ? SOME : own ? CHALLENGED : MANY;
	return n >= needed + left_over(j, log, l, pairs) &&
	       (pairs->len - n) * ONE_OF <= pairs->len;
}
