/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP from bytes.  The first byte says how: bit 0 datagram or stream, bit 1 a
 * gap in the middle, bits 2 to 4 how large the pieces are.
 *
 * Beyond no crash: the driver's contract is kept, a stream says the same
 * however it is cut, and every value that can be read of a message is read.
 */
#include "event.h"
#include "recorder.h"
#include "sip/auth.h"
#include "sip/contact.h"
#include "sip/sip.h"
#include "sip/via.h"
#include "stream_driver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Reads every byte, so that a bad pointer is seen. */
static void
touch(struct rs_span s)
{
	volatile uint8_t sink = 0;
	for (size_t i = 0; i < s.n; i++)
		sink ^= s.p[i];
	(void)sink;
}

static void
read_values(const struct sip_msg *m)
{
	struct sip_contact_it it = sip_contact_first(m);
	struct sip_contact c;
	for (size_t n = 0; sip_contact_next(&it, &c); n++) {
		assert(n <= m->size);
		touch(c.addr.uri_text);
		touch(c.addr.uri.host);
		touch(c.addr.uri.params);
		touch(c.instance);
		touch(c.reg_id);
	}
	for (size_t i = 0; i < m->n_headers; i++) {
		struct sip_addr a;
		struct sip_via v;
		struct sip_auth auth;
		uint32_t seconds;
		struct rs_span value = sip_msg_value(m, i);
		(void)sip_seconds_parse(&seconds, value);
		if (sip_addr_parse(&a, value)) {
			touch(a.display);
			touch(a.params);
			touch(sip_addr_tag(&a));
		}
		if (sip_via_parse(&v, value)) {
			touch(v.host);
			touch(v.branch);
			touch(v.received);
			touch(v.rport);
		}
		if (sip_auth_parse(&auth, value)) {
			touch(auth.realm);
			touch(auth.nonce);
			touch(auth.response);
		}
	}
}

struct listener {
	struct recorder r;
	struct rs_sink sink;
};

static void
listen(void *arg, const struct rs_event *ev)
{
	struct listener *l = arg;
	if (ev->type == RS_EV_SIP_MESSAGE)
		read_values(ev->u.sip_message);
	rs_emit(&l->r.sink, ev);
}

/* The text of the events, with pieces of that size; 0 is whole. */
static void
play(struct listener *l, struct rs_span s, unsigned how, size_t piece)
{
	enum rs_carrier over = how & 1 ? RS_OVER_TCP : RS_OVER_UDP;
	size_t gap = how & 2 ? s.n / 2 : s.n;
	struct rs_stamp at = {.to = {0, 1}};
	struct stream_driver d;
	recorder_init(&l->r);
	l->r.digest = l->r.fold_idle = true;
	l->sink = (struct rs_sink){listen, l};
	stream_driver_init(&d, &sip_dissector, over, &l->sink);
	for (size_t i = 0; i < s.n;) {
		size_t n = piece ? piece : s.n;
		if (i < gap && n > gap - i)
			n = gap - i;
		if (i ==
		    gap) /* a datagram has no gaps, but nothing may break */
			stream_driver_gap(&d, RS_C2S, 10, &at);
		stream_driver_push(&d, RS_C2S, rs_span_part(s, i, n), &at);
		i += n;
	}
	stream_driver_close(&d, RS_C2S, &at);
	if (d.fault)
		fprintf(stderr, "contract: %s\n", d.fault);
	assert(d.fault == NULL);
	assert(d.feeds <= 2 * s.n + 2); /* progress */
	stream_driver_clear(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n < 2 || n > 100000)
		return 0;
	static const size_t pieces[8] = {1, 2, 3, 7, 19, 64, 333, 1460};
	struct rs_span s = {p + 1, n - 1};
	struct listener whole, cut;
	(void)sip_dissector.probe(s, p[0] & 1 ? RS_OVER_TCP : RS_OVER_UDP);
	size_t piece = pieces[p[0] >> 2 & 7];
	if (n > 20000 && piece < 64)
		piece = 64; /* time bounded */
	play(&whole, s, p[0], 0);
	play(&cut, s, p[0], piece);
	if (p[0] & 1 && strcmp(whole.r.text, cut.r.text) != 0) {
		fprintf(stderr, "whole:\n%scut in %zu:\n%s", whole.r.text,
		    piece, cut.r.text);
		abort();
	}
	recorder_clear(&whole.r);
	recorder_clear(&cut.r);
	return 0;
}
