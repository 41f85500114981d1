/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP from bytes.  The input is operations: a byte that says which side and
 * what (data, a gap, the end), two bytes of length, the data.
 *
 * Beyond "no crash": the driver's contract is kept, no body is longer than what
 * came, and where nothing was missing the events do not depend on how the data
 * was cut.
 */
#include "event.h"
#include "http/http.h"
#include "stream_driver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DATA_0, DATA_1, GAP, CLOSE };

struct flow {
	struct stream_driver d;
	struct recorder r;
	struct rs_sink in;
	uint64_t came, told;
};

static void
hear(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	assert(ev->type == RS_EV_HTTP || ev->type == RS_EV_ANOMALY);
	if (ev->type == RS_EV_HTTP && ev->u.http->part == HTTP_END)
		f->told += ev->u.http->body;
	assert(f->told <= f->came);
	rs_emit(&f->r.sink, ev);
}

static void
operation(struct flow *f, uint8_t op, struct rs_span s,
    const struct rs_stamp *at, size_t piece)
{
	enum rs_dir dir = op & 1 ? RS_S2C : RS_C2S;
	switch (op >> 1 & 3) {
	case GAP:
		stream_driver_gap(&f->d, dir, s.n + 1, at);
		break;
	case CLOSE:
		stream_driver_close(&f->d, dir, at);
		break;
	default:
		f->came += s.n;
		for (size_t i = 0; i < s.n; i += piece)
			stream_driver_push(
			    &f->d, dir, rs_span_part(s, i, piece), at);
		break;
	}
}

/* True where nothing was missing. */
static bool
run(struct flow *f, const uint8_t *data, size_t size, size_t piece)
{
	bool whole = true;
	uint64_t n = 0;
	*f = (struct flow){0};
	recorder_init(&f->r);
	f->r.stamps = true;
	f->in = (struct rs_sink){hear, f};
	stream_driver_init(&f->d, &http_dissector, RS_OVER_TCP, &f->in);
	while (size >= 3) {
		uint8_t op = data[0];
		size_t want = (size_t)data[1] << 8 | data[2];
		size_t here = want < size - 3 ? want : size - 3;
		struct rs_stamp at =
		    rs_stamp_at((rs_time)n, (struct rs_frame){0, n + 1});
		n++;
		whole = whole && (op >> 1 & 3) < GAP;
		operation(f, op, (struct rs_span){data + 3, here}, &at, piece);
		data += 3 + here;
		size -= 3 + here;
	}
	if (f->d.fault)
		fprintf(stderr, "contract: %s\n", f->d.fault);
	assert(f->d.fault == NULL);
	stream_driver_clear(&f->d);
	return whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow whole, cut;
	enum rs_verdict v =
	    http_dissector.probe((struct rs_span){data, size}, RS_OVER_TCP);
	assert(v != RS_MAYBE || size < http_dissector.head);
	bool same = run(&whole, data, size, SIZE_MAX / 2);
	for (size_t piece = 1; same && size <= 4096 && piece < 8; piece += 3) {
		run(&cut, data, size, piece);
		if (strcmp(whole.r.text, cut.r.text) != 0) {
			fprintf(stderr, "whole:\n%scut in %zu:\n%s",
			    whole.r.text, piece, cut.r.text);
			abort();
		}
		recorder_clear(&cut.r);
	}
	recorder_clear(&whole.r);
	return 0;
}
