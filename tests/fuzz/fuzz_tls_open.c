/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS connection and its keys, through all that stands on it: records are
 * opened, and what is inside goes on to SIP or a WebSocket.  Two bytes of
 * length and a key log; then operations as for fuzz_tls_session: a byte (bit 0:
 * the side; bits 1 and 2: data, data, gap, close), two of length, and the
 * bytes.
 *
 * Beyond no crash: what was opened was authentic, so it does not depend on how
 * the data was cut, and the budget is back at zero.
 */
#include "engine/stream.h"
#include "engine/tls_stage.h"
#include "sip/msg.h"
#include "tls/keys.h"
#include "tls/tls.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DATA_0, DATA_1, GAP, CLOSE };

struct flow {
	struct stream stream;
	struct tls_stage *stage;
	uint64_t digest, opened;
	bool wrong; /* a gap, an anomaly, or what stayed shut */
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
mix(struct flow *f, uint64_t v)
{
	f->digest = (f->digest ^ v) * 0x100000001b3u;
}

static void
mix_span(struct flow *f, struct rs_span s)
{
	mix(f, s.n);
	for (size_t i = 0; i < s.n; i++)
		mix(f, s.p[i]);
}

static void
hear(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	mix(f, (uint64_t)ev->type << 1 | ev->dir);
	if (ev->type == RS_EV_TLS_HANDSHAKE) {
		f->opened += ev->u.tls_handshake.seal == TLS_SEAL_OPENED;
		mix_span(f, ev->u.tls_handshake.body);
	} else if (ev->type == RS_EV_TLS_DATA) {
		must(ev->u.tls_data.plain.p == NULL);
		mix(f, ev->u.tls_data.size);
		f->opened += ev->u.tls_data.seal == TLS_SEAL_OPENED;
		f->wrong |= ev->u.tls_data.seal > TLS_SEAL_OPENED;
	} else if (ev->type == RS_EV_TLS_ALERT) {
		mix(f, ev->u.tls_alert.number);
	} else if (ev->type == RS_EV_SIP_MESSAGE) {
		mix_span(f, ev->u.sip_message->bytes);
	} else if (ev->type == RS_EV_ANOMALY) {
		f->wrong = true;
	}
}

/* The sink of the TLS dissector. */
static void
hear_record(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	const struct rs_sink all = {hear, f};
	const struct tls_stage_out out = {all, all, all};
	tls_stage_event(f->stage, ev, &out);
}

static void
operation(struct flow *f, uint8_t op, struct rs_span bytes, size_t piece)
{
	enum rs_dir dir = op & 1 ? RS_S2C : RS_C2S;
	const struct rs_sink all = {hear, f}, records = {hear_record, f};
	const struct tls_stage_out out = {all, all, all};
	const struct rs_stamp at = {0};
	switch (op >> 1 & 3) {
	case GAP:
		f->wrong = true;
		stream_gap(&f->stream, dir, bytes.n + 1, &at, &records);
		tls_stage_gap(f->stage, dir, &at, &out);
		break;
	case CLOSE:
		stream_close(&f->stream, dir, &at, &records);
		tls_stage_close(f->stage, dir, &at, &out);
		break;
	default:
		for (size_t off = 0; off < bytes.n; off += piece)
			stream_data(&f->stream, dir,
			    rs_span_part(bytes, off, piece), &at, &records);
		break;
	}
}

static struct flow
run(struct rs_span log, struct rs_span ops, size_t piece)
{
	static const struct rs_hash_seed seed = {1, 2};
	struct rs_account pay;
	uint64_t refused = 0;
	struct ws_counts ws = {0};
	struct flow f = {0};
	rs_account_init(&pay, 400000);
	struct tls_keys *keys = tls_keys_new(&seed);
	(void)tls_keylog_parse(keys->log, log, NULL);
	stream_init(
	    &f.stream, &tls_dissector, RS_OVER_TCP, &pay, NULL, &refused);
	f.stage = tls_stage_new(
	    f.stream.state, NULL, keys, &pay, NULL, &refused, &ws);
	while (ops.n >= 3) {
		uint8_t op = ops.p[0];
		size_t n = (size_t)ops.p[1] << 8 | ops.p[2];
		ops = rs_span_from(ops, 3);
		/* a gap's length is no data */
		bool gap = (op >> 1 & 3) == GAP;
		struct rs_span bytes = rs_span_part(ops, 0, n);
		operation(
		    &f, op, gap ? (struct rs_span){NULL, n} : bytes, piece);
		ops = rs_span_from(ops, gap ? 0 : bytes.n);
	}
	/* What was passed over is told at the end. */
	operation(&f, CLOSE << 1 | RS_C2S, (struct rs_span){0}, 1);
	operation(&f, CLOSE << 1 | RS_S2C, (struct rs_span){0}, 1);
	(void)tls_stage_opaque(f.stage);
	tls_stage_free(f.stage);
	stream_clear(&f.stream);
	tls_keys_free(keys);
	f.wrong |= refused > 0;
	must(pay.used == 0);
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct rs_span in = {data + 2, size - 2};
	size_t n = (size_t)data[0] << 8 | data[1];
	const struct rs_span log = rs_span_part(in, 0, n);
	const struct rs_span ops = rs_span_from(in, n);
	struct flow whole = run(log, ops, SIZE_MAX / 2);
	if (whole.wrong || size > 16384)
		return 0;
	for (size_t piece = 1; piece < 8; piece += 3) {
		struct flow cut = run(log, ops, piece);
		must(cut.opened == whole.opened);
		must(cut.digest == whole.digest);
	}
	return 0;
}
