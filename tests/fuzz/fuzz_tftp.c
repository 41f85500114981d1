/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TFTP datagram.  Beyond "no crash": it is told or called malformed, never
 * both, all of it is consumed, and what is told lies inside of it.
 */
#include "event.h"
#include "tftp/tftp.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
	struct rs_span in;
	unsigned n;
	bool good;
};

static void
inside(struct rs_span s, struct rs_span whole)
{
	assert(s.n == 0 || (s.p >= whole.p && s.n <= whole.n &&
			       s.p + s.n <= whole.p + whole.n));
}

static void
hear(void *arg, const struct rs_event *ev)
{
	struct heard *h = arg;
	h->n++;
	h->good = ev->type == RS_EV_TFTP;
	if (!h->good) {
		assert(ev->type == RS_EV_ANOMALY);
		return;
	}
	inside(ev->u.tftp->file, h->in);
	inside(ev->u.tftp->text, h->in);
	assert(ev->u.tftp->size <= h->in.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard h = {.in = {data, size}};
	const struct rs_sink sink = {hear, &h};
	const struct rs_arrival one = {.end = size};
	const struct rs_where where = {&one, 1};
	enum rs_verdict v = tftp_dissector.probe(h.in, RS_OVER_UDP);
	bool answers = tftp_answers(h.in);
	if (size == 0)
		return 0;
	struct rs_progress p =
	    tftp_dissector.feed(NULL, RS_OVER_UDP, RS_C2S, h.in, &where, &sink);
	assert(h.n == 1 && p.consumed == size);
	assert(h.good == (p.how == RS_PARSED));
	assert(h.good || (v == RS_NO && !answers));
	assert(v == RS_NO || !answers);
	return 0;
}
