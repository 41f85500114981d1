/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log says was begun, and has no end yet.  Lines that tell an end do not
 * name what it is of: of two at once nobody knows which one.
 */
#ifndef LOG_PENDING_H
#define LOG_PENDING_H

#include "base/stamp.h"
#include "log/facts.h"

struct log_pending {
	unsigned n;
	bool mixed;      /* there were two, until all have ended */
	bool whose;      /* what the last one is of is known */
	uint32_t thread; /* that began the last one; 0: not told */
	rs_time at;
};

/* After 10 minutes the end of what was pending is not in the log. */
static inline void
log_pend(
    struct log_pending *q, const struct log_fact *f, rs_time at, bool whose)
{
	if (q->n && at != RS_NEVER && q->at != RS_NEVER &&
	    at - q->at > 600 * RS_SEC)
		*q = (struct log_pending){0};
	q->mixed |= q->n > 0;
	q->n++;
	q->whose = whose;
	q->thread = f->thread;
	q->at = at;
}

/* Another thread than the one that began it. */
static inline bool
log_pending_strange(const struct log_pending *q, const struct log_fact *f)
{
	return f->thread && q->thread && f->thread != q->thread;
}

/* Does that line end the one that is pending, and alone? */
static inline bool
log_pending_ends(const struct log_pending *q, const struct log_fact *f)
{
	return q->n == 1 && !q->mixed && q->whose && !log_pending_strange(q, f);
}

/* That line ends one. */
static inline void
log_pending_end(struct log_pending *q, const struct log_fact *f)
{
	if (q->n == 0 || (q->n == 1 && !q->mixed && log_pending_strange(q, f)))
		return; /* it ends what is not in the log */
	if (--q->n == 0)
		q->mixed = false;
}

/* Whatever it was of has ended by other words. */
static inline void
log_pending_over(struct log_pending *q)
{
	if (q->n == 1 && !q->mixed)
		q->n = 0;
	q->whose = false;
}

#endif
