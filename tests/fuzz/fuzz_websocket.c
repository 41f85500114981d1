/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket from bytes, as stream_tape.h reads them: dissector, session and
 * what stands on them.
 *
 * Beyond "no crash" and what is checked there: the budget is back at zero, and
 * no message is made of more than came.
 */
#include "engine/ws_stage.h"
#include "stream_tape.h"
#include "websocket/websocket.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct flow {
	struct stream_tape tape;
	struct rs_account pay;
	uint64_t refused;
	struct ws_counts counts;
	struct ws_stage *stage;
	struct ws_stage_out out;
	struct rs_sink above;
	size_t told; /* bytes of messages */
};

static void
hear_above(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	assert(ev->type == RS_EV_SIP_MESSAGE ||
	       ev->type == RS_EV_SIP_KEEPALIVE || ev->type == RS_EV_ANOMALY);
	rs_emit(&f->tape.r.sink, ev);
}

static void
hear_self(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	assert(ev->type == RS_EV_WS_UPGRADE || ev->type == RS_EV_WS_MESSAGE ||
	       ev->type == RS_EV_ANOMALY);
	if (ev->type == RS_EV_WS_MESSAGE)
		f->told += ev->u.ws_message.body.n;
	rs_emit(&f->tape.r.sink, ev);
}

static void
hear(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	ws_stage_event(f->stage, ev, &f->out);
}

static void
begin(void *flow)
{
	struct flow *f = flow;
	rs_account_init(&f->pay, 100000);
	f->stage = ws_stage_new(RS_OVER_TCP, &f->pay, &f->refused, &f->counts);
	f->tape.r.digest = true;
	f->above = (struct rs_sink){hear_above, f};
	f->out = (struct ws_stage_out){{hear_self, f}, f->above};
	f->tape.in = (struct rs_sink){hear, f};
	stream_driver_init(
	    &f->tape.d, &websocket_dissector, RS_OVER_TCP, &f->tape.in);
}

static void
gap(void *flow, enum rs_dir dir, const struct rs_stamp *at)
{
	struct flow *f = flow;
	ws_stage_gap(f->stage, dir, at, &f->out);
}

static void
closed(void *flow, enum rs_dir dir, const struct rs_stamp *at)
{
	struct flow *f = flow;
	ws_stage_close(f->stage, dir, at, &f->out);
}

static void
end(void *flow)
{
	struct flow *f = flow;
	ws_stage_free(f->stage);
	assert(f->pay.used == 0);
	assert(f->told <= f->tape.came);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stream_tape_use use = {
	    sizeof(struct flow), begin, gap, closed, end};
	enum rs_verdict v = websocket_dissector.probe(
	    (struct rs_span){data, size}, RS_OVER_TCP);
	assert(v != RS_MAYBE || size < websocket_dissector.head);
	stream_tape_play(&use, data, size);
	return 0;
}
