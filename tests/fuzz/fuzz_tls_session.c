/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records and session together, from bytes as operations: a byte that says
 * which side and what (data, a gap, the end), two bytes of length, the data.
 *
 * Beyond "no crash": the contract of feed() is kept, the budget is back at
 * zero, and where nothing was wrong the events do not depend on how the data
 * was cut.
 */
#include "tls/fingerprint.h"
#include "tls/hello.h"
#include "tls/session.h"
#include "tls/tls.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DATA_0, DATA_1, GAP, CLOSE };

struct half {
	uint8_t *p;
	size_t n, need;
	bool over;
};

struct flow {
	void *state;
	struct tls_session *session;
	struct half half[2];
	uint64_t digest;
	bool wrong; /* a gap or an anomaly */
};

static void
mix(struct flow *f, uint64_t v)
{
	f->digest = (f->digest ^ v) * 0x100000001b3u;
}

static void
hear(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	mix(f, (uint64_t)ev->type << 1 | ev->dir);
	if (ev->type == RS_EV_TLS_HANDSHAKE) {
		const struct tls_handshake_msg *m = &ev->u.tls_handshake;
		mix(f, m->type);
		mix(f, m->size);
		mix(f, m->encrypted);
		for (size_t i = 0; i < m->body.n; i++)
			mix(f, m->body.p[i]);
	} else if (ev->type == RS_EV_TLS_ALERT) {
		mix(f, ev->u.tls_alert.encrypted);
		mix(f, ev->u.tls_alert.number);
	} else if (ev->type == RS_EV_TLS_DATA) {
		mix(f, ev->u.tls_data.size);
	} else if (ev->type == RS_EV_ANOMALY) {
		f->wrong = true;
	} else if (ev->type != RS_EV_TLS_CCS) {
		abort();
	}
}

static void
hear_record(void *arg, const struct rs_event *ev)
{
	struct flow *f = arg;
	const struct rs_sink out = {hear, f};
	tls_session_event(f->session, ev, &out);
}

static void
feed(struct flow *f, enum rs_dir dir, const uint8_t *p, size_t n)
{
	struct half *h = &f->half[dir];
	const struct rs_sink out = {hear_record, f};
	if (h->over)
		return;
	h->p = realloc(h->p, h->n + n + 1);
	if (h->p == NULL)
		abort();
	memcpy(h->p + h->n, p, n);
	h->n += n;
	while (h->n && h->n >= h->need) {
		/* a copy of its own size: over-reads are seen */
		uint8_t *copy = malloc(h->n);
		if (copy == NULL)
			abort();
		memcpy(copy, h->p, h->n);
		struct rs_arrival at = {.end = h->n};
		struct rs_where where = {&at, 1};
		struct rs_progress r = tls_dissector.feed(f->state, RS_OVER_TCP,
		    dir, (struct rs_span){copy, h->n}, &where, &out);
		free(copy);
		h->need = 0;
		if (r.how == RS_GIVEN_UP) {
			h->over = true;
			return;
		}
		if (r.how == RS_MORE) {
			if (r.need <= h->n ||
			    r.need > TLS_MAX_RECORD + TLS_RECORD_HEADER + 32768)
				abort();
			h->need = r.need;
			return;
		}
		if (r.consumed == 0 || r.consumed > h->n)
			abort();
		h->n -= r.consumed;
		memmove(h->p, h->p + r.consumed, h->n);
	}
}

static void
end(struct flow *f, enum rs_dir dir)
{
	struct half *h = &f->half[dir];
	const struct rs_stamp at = {0};
	const struct rs_sink out = {hear_record, f};
	if (!h->over)
		tls_dissector.close(
		    f->state, dir, (struct rs_span){h->p, h->n}, &at, &out);
	h->over = true;
}

static void
operation(struct flow *f, uint8_t op, const uint8_t *p, size_t n, size_t piece)
{
	enum rs_dir dir = op & 1 ? RS_S2C : RS_C2S;
	const struct rs_sink out = {hear_record, f};
	const struct rs_stamp at = {0};
	switch (op >> 1 & 3) {
	case GAP:
		f->wrong = true;
		f->half[dir].n = f->half[dir].need = 0;
		tls_dissector.gap(f->state, dir, n + 1, &at, &out);
		tls_session_gap(f->session, dir);
		break;
	case CLOSE:
		end(f, dir);
		break;
	default:
		for (size_t off = 0; off < n; off += piece)
			feed(
			    f, dir, p + off, n - off < piece ? n - off : piece);
		break;
	}
}

static struct flow
run(const uint8_t *data, size_t size, size_t piece)
{
	struct rs_account pay;
	rs_account_init(&pay, 100000);
	struct flow f = {.state = calloc(1, tls_dissector.state_size),
	    .session = tls_session_new(&pay, NULL)};
	static struct tls_fingerprinter *prints;
	if (prints == NULL)
		prints = tls_fingerprinter_new();
	tls_session_fingerprint(f.session, prints);
	while (size >= 3) {
		uint8_t op = data[0];
		size_t n = (size_t)data[1] << 8 | data[2];
		data += 3;
		size -= 3;
		/* a gap's length is no data */
		size_t here = (op >> 1 & 3) == GAP ? 0 : n < size ? n : size;
		operation(&f, op, data, (op >> 1 & 3) == GAP ? n : here, piece);
		data += here;
		size -= here;
	}
	for (int dir = 0; dir < 2; dir++) {
		end(&f, (enum rs_dir)dir);
		free(f.half[dir].p);
	}
	(void)tls_session_opaque(f.session);
	tls_session_free(f.session);
	free(f.state);
	if (pay.used)
		abort();
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow whole = run(data, size, SIZE_MAX / 2);
	if (whole.wrong || size > 4096)
		return 0;
	for (size_t piece = 1; piece < 8; piece += 3) {
		struct flow cut = run(data, size, piece);
		if (cut.digest != whole.digest)
			abort();
	}
	return 0;
}
