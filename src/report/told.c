/* SPDX-License-Identifier: Apache-2.0 */
#include "report/told.h"

const char *const told_stages[TOLD_STAGES] = {
    "link", "dhcp", "dns", "provisioning"};

int
told_stage(const struct rec_finding *x)
{
	for (int i = 0; i < TOLD_STAGES; i++)
		if (rs_span_eq(x->stage, rs_span_str(told_stages[i])))
			return i;
	return -1;
}

/* A name of a record, "registration 0-17". */
static bool
is_of_attempt(struct rs_span record)
{
	return rs_span_starts(record, RS_LIT("registration ")) ||
	       rs_span_starts(record, RS_LIT("handshake ")) ||
	       rs_span_starts(record, RS_LIT("connection "));
}

bool
told_of_attempt(const struct rec_finding *x)
{
	const struct rs_span *of = x->records.v;
	for (uint32_t i = 0; i < x->records.n; i++)
		if (is_of_attempt(of[i]))
			return true;
	return false;
}

bool
told_alone(const struct rec_finding *x)
{
	const struct rs_span *of = x->records.v;
	if (x->records.n == 0)
		return true; /* of the capture */
	/* What is told of what failed is an error, or a hint. */
	if (is_of_attempt(of[0]))
		return x->severity == REC_WARNING ||
		       rs_span_eq(x->code, RS_LIT("tcp.idle-dropped"));
	if (rs_span_starts(of[0], RS_LIT("lookup ")))
		return !told_of_attempt(x);
	return rs_span_starts(of[0], RS_LIT("download ")) ||
	       rs_span_starts(of[0], RS_LIT("lease ")) ||
	       rs_span_starts(of[0], RS_LIT("link ")) ||
	       rs_span_starts(of[0], RS_LIT("binding ")) ||
	       rs_span_starts(of[0], RS_LIT("phone "));
}

void
told_lines(const struct rec_phone *p, int64_t *bad, int64_t *good)
{
	const struct rec_line *l = p->lines.v;
	*bad = *good = 0;
	for (uint32_t i = 0; i < p->lines.n; i++) {
		*bad += rec_outcome_failed(l[i].outcome);
		*good += l[i].outcome >= REC_REGISTERED &&
			 l[i].outcome <= REC_QUERIED;
	}
}

uint32_t
told_finding_mark(const struct rec_finding *x)
{
	bool cause = x->severity == REC_ERROR && told_stage(x) >= 0;
	bool failure = x->severity == REC_ERROR || told_of_attempt(x);
	return (cause ? 0u : TOLD_NO_CAUSE) |
	       (told_alone(x) ? 0u : TOLD_NOT_ALONE) |
	       (failure ? 0u : TOLD_NO_FAILURE);
}

uint32_t
told_phone_mark(const struct rec_phone *p)
{
	int64_t bad, good;
	told_lines(p, &bad, &good);
	return (p->differs.n ? 0u : TOLD_NOT_ODD) |
	       (bad && good ? 0u : TOLD_NOT_IN_PART);
}

bool
told_wants(const void *bits, uint32_t mark)
{
	const enum told_bit *b = bits;
	return (mark & *b) == 0;
}
