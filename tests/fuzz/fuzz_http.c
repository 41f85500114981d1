/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP from bytes, as stream_tape.h reads them.
 *
 * Beyond "no crash" and what is checked there: no body is longer than what
 * came.
 */
#include "event.h"
#include "http/http.h"
#include "stream_tape.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct flow {
	struct stream_tape tape;
	uint64_t told;
};

static void
hear(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	assert(ev->type == RS_EV_HTTP || ev->type == RS_EV_ANOMALY);
	if (ev->type == RS_EV_HTTP && ev->u.http->part == HTTP_END)
		f->told += ev->u.http->body;
	assert(f->told <= f->tape.came);
	rs_emit(&f->tape.r.sink, ev);
}

static void
begin(void *flow)
{
	struct flow *f = flow;
	f->tape.in = (struct rs_sink){hear, f};
	stream_driver_init(
	    &f->tape.d, &http_dissector, RS_OVER_TCP, &f->tape.in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stream_tape_use use = {
	    .size = sizeof(struct flow), .begin = begin};
	enum rs_verdict v =
	    http_dissector.probe((struct rs_span){data, size}, RS_OVER_TCP);
	assert(v != RS_MAYBE || size < http_dissector.head);
	stream_tape_play(&use, data, size);
	return 0;
}
