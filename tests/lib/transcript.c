/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem */
#include "transcript.h"

#include "base/span.h"
#include "sip/sip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FLOWS = 16, MAX_MESSAGE = 8192, MAX_WORDS = 6 };

struct flow {
	struct rs_span name;
	struct rs_flow_info info;
	uint8_t state[256];
	uint8_t sent[MAX_MESSAGE]; /* the client's last message */
	size_t n_sent;
};

struct run {
	const struct transcript_out *out;
	struct flow flows[MAX_FLOWS];
	size_t n_flows;
	struct flow *flow; /* of the message in the making */
	enum rs_dir dir;
	uint8_t message[MAX_MESSAGE];
	size_t n;
	rs_time now;
	uint64_t frame;
};

static void
fail(const char *why, struct rs_span line)
{
	fprintf(stderr, "transcript: %s: %.*s\n", why, (int)line.n,
	    (const char *)line.p);
	exit(99);
}

static struct rs_stamp
stamp(const struct run *r)
{
	return rs_stamp_at(r->now, (struct rs_frame){0, r->frame});
}

static void
emit(void *arg, const struct rs_event *ev)
{
	struct run *r = arg;
	struct rs_event out = *ev;
	out.flow = &r->flow->info;
	r->out->event(r->out->arg, &out);
}

static void
say(struct run *r, struct flow *f, struct rs_event ev)
{
	ev.at = stamp(r);
	ev.flow = f ? &f->info : NULL;
	r->out->event(r->out->arg, &ev);
}

/* The message that was being collected goes to the dissector. */
static void
flush(struct run *r)
{
	if (r->n == 0)
		return;
	struct rs_span all = {r->message, r->n};
	if (memmem(all.p, all.n, "\r\n\r\n", 4) == NULL) {
		memcpy(r->message + r->n, "\r\n", 2);
		all.n += 2;
	}
	struct flow *f = r->flow;
	if (r->dir == RS_C2S) {
		memcpy(f->sent, all.p, all.n);
		f->n_sent = all.n;
	}
	const struct rs_sink sink = {emit, r};
	while (all.n) {
		const struct rs_arrival at = {all.n, stamp(r)};
		const struct rs_where where = {&at, 1};
		struct rs_progress p = sip_dissector.feed(
		    f->state, f->info.carrier, r->dir, all, &where, &sink);
		if (p.consumed == 0)
			break;
		all = rs_span_from(all, p.consumed);
	}
	r->n = 0;
}

/* ---- reading ---- */

static struct rs_span
next_word(struct rs_span *line)
{
	*line = rs_span_trim(*line);
	size_t n = rs_span_find(*line, ' ');
	struct rs_span w = rs_span_part(*line, 0, n);
	*line = rs_span_from(*line, n);
	return w;
}

static bool
is(struct rs_span w, const char *text)
{
	return rs_span_eq(w, rs_span_str(text));
}

static rs_time
read_time(struct rs_span w, struct rs_span line)
{
	uint32_t s, f = 0;
	size_t dot = rs_span_find(w, '.');
	struct rs_span fraction = rs_span_from(w, dot + 1);
	if (!rs_span_u32(rs_span_part(w, 0, dot), &s) ||
	    (fraction.n && !rs_span_u32(fraction, &f)))
		fail("no time", line);
	rs_time t = f;
	for (size_t i = fraction.n; i < 9; i++)
		t *= 10;
	return TRANSCRIPT_START + s * RS_SEC + t;
}

static struct rs_endpoint
read_endpoint(struct rs_span w, struct rs_span line)
{
	struct rs_endpoint e = {.port = 0};
	size_t colon = w.n;
	uint32_t port = 0;
	while (colon > 0 && w.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || !rs_span_u32(rs_span_from(w, colon), &port) ||
	    !rs_addr_parse(&e.addr, rs_span_part(w, 0, colon - 1)))
		fail("no endpoint", line);
	e.port = (uint16_t)port;
	return e;
}

static void
add_flow(struct run *r, struct rs_span rest)
{
	struct rs_span line = rest;
	if (r->n_flows == MAX_FLOWS)
		fail("too many flows", line);
	struct flow *f = &r->flows[r->n_flows++];
	f->name = next_word(&rest);
	struct rs_span over = next_word(&rest);
	f->info = (struct rs_flow_info){
	    .serial = r->n_flows,
	    .carrier = is(over, "tcp")   ? RS_OVER_TCP
		       : is(over, "tls") ? RS_OVER_TLS
					 : RS_OVER_UDP,
	    .from_start = true,
	};
	f->info.end[RS_C2S] = read_endpoint(next_word(&rest), line);
	f->info.end[RS_S2C] = read_endpoint(next_word(&rest), line);
}

static struct flow *
find_flow(struct run *r, struct rs_span name)
{
	for (size_t i = 0; i < r->n_flows; i++)
		if (rs_span_eq(r->flows[i].name, name))
			return &r->flows[i];
	return NULL;
}

static enum rs_ending
read_ending(struct rs_span w, struct rs_span line)
{
	static const char *const names[] = {[RS_END_FIN] = "fin",
	    [RS_END_RST] = "rst",
	    [RS_END_REUSED] = "reused",
	    [RS_END_IDLE] = "idle",
	    [RS_END_EVICTED] = "evicted"};
	for (int i = RS_END_FIN; i <= RS_END_EVICTED; i++)
		if (is(w, names[i]))
			return (enum rs_ending)i;
	fail("no ending", line);
	return RS_END_NONE;
}

static void
say_icmp(struct run *r, struct flow *f, struct rs_span n, struct rs_span kind,
    struct rs_span line)
{
	uint32_t most = 1000, type = 3, code = 3;
	size_t slash = rs_span_find(kind, '/');
	if (kind.n && (!rs_span_u32(rs_span_part(kind, 0, slash), &type) ||
			  !rs_span_u32(rs_span_from(kind, slash + 1), &code)))
		fail("no type and code", line);
	if (n.n && !rs_span_u32(n, &most))
		fail("no number", line);
	struct rs_event ev = {.type = RS_EV_ICMP, .dir = RS_C2S};
	ev.u.icmp.family = 4;
	ev.u.icmp.type = (uint8_t)type;
	ev.u.icmp.code = (uint8_t)code;
	ev.u.icmp.quoted =
	    rs_span_part((struct rs_span){f->sent, f->n_sent}, 0, most);
	say(r, f, ev);
}

static void
directive(struct run *r, struct rs_span rest)
{
	struct rs_span line = rest, w[MAX_WORDS];
	size_t n = 0;
	for (; n < MAX_WORDS && rs_span_trim(rest).n; n++)
		w[n] = next_word(&rest);
	for (size_t i = n; i < MAX_WORDS; i++)
		w[i] = (struct rs_span){NULL, 0};
	bool same = w[0].p[w[0].n - 1] == '+';
	w[0].n -= same;
	r->now = read_time(w[0], line);
	r->frame += !same;
	r->out->advance(r->out->arg, r->now);

	size_t at = 1;
	struct flow *f = find_flow(r, w[1]);
	if (f)
		at++;
	else
		f = &r->flows[0];
	if (f->info.first.number == 0) {
		f->info.first_at = stamp(r).first;
		f->info.first = stamp(r).from;
	}
	struct rs_span what = w[at], a = w[at + 1], b = w[at + 2];
	struct rs_event ev = {.dir = is(b.n    ? b
					 : a.n ? a
					       : what,
					 "<<<")
					 ? RS_S2C
					 : RS_C2S};
	if (is(what, ">>>") || is(what, "<<<")) {
		r->flow = f;
		r->dir = ev.dir;
	} else if (is(what, "close")) {
		ev.type = RS_EV_FLOW_HALF_CLOSE;
		ev.u.half_close.how = read_ending(a, line);
		say(r, f, ev);
	} else if (is(what, "end")) {
		ev.type = RS_EV_FLOW_END;
		ev.u.flow_end.how = read_ending(a, line);
		say(r, f, ev);
	} else if (is(what, "gap")) {
		ev.type = RS_EV_GAP;
		ev.u.gap.missing = 100;
		ev.u.gap.from = ev.u.gap.to = r->now;
		say(r, f, ev);
	} else if (is(what, "icmp")) {
		say_icmp(r, f, a, b, line);
	} else if (is(what, "drops")) {
		ev.type = RS_EV_DROPS;
		ev.u.drops.packets = 1;
		ev.u.drops.from = read_time(a, line);
		ev.u.drops.to = read_time(b, line);
		say(r, NULL, ev);
	} else if (!is(what, "time")) {
		fail("no such thing", line);
	}
}

rs_time
transcript_run(const char *text, const struct transcript_out *out)
{
	struct run *r = calloc(1, sizeof *r);
	if (r == NULL || sip_dissector.state_size > sizeof r->flows->state)
		abort();
	r->out = out;
	r->now = TRANSCRIPT_START;
	add_flow(r, RS_LIT("- udp 192.0.2.10:5060 198.51.100.1:5060"));
	struct rs_span all = rs_span_str(text);
	while (all.n) {
		size_t n = rs_span_find(all, '\n');
		struct rs_span line = rs_span_part(all, 0, n);
		all = rs_span_from(all, n + 1);
		if (rs_span_starts(line, RS_LIT("@"))) {
			flush(r);
			line = rs_span_from(line, 1);
			if (rs_span_starts(line, RS_LIT("flow ")))
				add_flow(r, rs_span_from(line, 5));
			else
				directive(r, line);
		} else if (r->n + line.n + 4 < MAX_MESSAGE) {
			memcpy(r->message + r->n, line.p, line.n);
			memcpy(r->message + r->n + line.n, "\r\n", 2);
			r->n += line.n + 2;
		} else {
			fail("message too long", line);
		}
	}
	flush(r);
	rs_time end = r->now;
	free(r);
	return end;
}
