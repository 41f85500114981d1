/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/log_stage.h"

#include "engine/join.h"
#include "engine/log_facts.h"
#include "engine/pipeline.h"
#include "log/log.h"
#include "sip/msg.h"
#include "sip/sip.h"
#include "sip/via.h"

#include <glib.h>

enum { FLOWS = 64, SEEN = 4096, LOGS = 64 };

/* Serials of the flow table do not come so far. */
static const uint64_t SERIAL = UINT64_C(1) << 62;

/* Lines that belong together are written together. */
static const rs_time TOGETHER = 100 * RS_MSEC;

/* What a log says about one peer. */
struct log_flow {
	uint64_t key;
	uint64_t used; /* entries of all logs, when it had its last */
	struct rs_flow_info info;
	unsigned log;
};

struct log_stage {
	struct pipeline *p;
	struct log_join *join; /* NULL: none */
	struct log_flow flows[FLOWS];
	unsigned n_flows;
	uint64_t serials, entries;
	struct log_counts counts;
	void *sip; /* the dissector's state */
	struct {
		uint64_t hash;
		uint32_t file;
	} seen[SEEN];                  /* messages, by their hash */
	struct log_facts *facts[LOGS]; /* of each log; NULL: none so far */
	/* When what facts put together is told, and what they hold back;
	   RS_NEVER: nothing. */
	rs_time due, held;
	/* Of the entry in hand. */
	const struct cap_frame *frame;
	enum log_form form;
	struct log_sip s;
	struct join_fate fate;
	struct rs_stamp at;
	uint8_t text[LOG_ENTRY];
};

struct log_stage *
log_stage_new(struct pipeline *p, struct log_join *join)
{
	struct log_stage *g = g_new0(struct log_stage, 1);
	g->p = p;
	g->join = join;
	g->due = g->held = RS_NEVER;
	g->sip = g_malloc0(MAX(sip_dissector.state_size, 1));
	return g;
}

void
log_stage_free(struct log_stage *g)
{
	if (g == NULL)
		return;
	for (unsigned i = 0; i < LOGS; i++)
		log_facts_free(g->facts[i]);
	g_free(g->sip);
	g_free(g);
}

const struct log_counts *
log_stage_counts(const struct log_stage *g)
{
	return &g->counts;
}

/* FNV-1a: it decides nothing that an enemy could want. */
static uint64_t
mix(uint64_t h, const void *v, size_t n)
{
	const uint8_t *p = v;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The line in hand; it came a little early (cap_clock.lead). */
static struct rs_stamp
stamp(const struct log_stage *g)
{
	return rs_stamp_at(
	    g->frame->ts + g->frame->drops_since, g->frame->frame);
}

/* Which log the entry in hand is of: it may be in several files. */
static unsigned
log_of(const struct log_stage *g)
{
	return g->frame->log ? g->frame->log - 1 : g->frame->frame.file;
}

/* ---- flows ---- */

/* The phone's own end, by the Via that it wrote: the top one of its requests
   and of what answers them. */
static struct rs_endpoint
own_end(const struct log_stage *g, const struct sip_msg *m)
{
	struct rs_endpoint own = g->s.own;
	struct sip_via via;
	if (g->form != LOG_FORM_PHONE || m->request != g->s.sent ||
	    !sip_via_parse(&via, sip_msg_header(m, SIP_HDR_VIA)))
		return own;
	(void)rs_addr_parse(&own.addr, via.host);
	own.port = via.port;
	return own;
}

static struct log_flow *
find(struct log_stage *g, uint64_t key)
{
	for (unsigned i = 0; i < g->n_flows; i++)
		if (g->flows[i].key == key)
			return &g->flows[i];
	return NULL;
}

/* The place of a new one: the one that was used longest ago leaves it. */
static struct log_flow *
place(struct log_stage *g)
{
	if (g->n_flows < FLOWS)
		return &g->flows[g->n_flows++];
	struct log_flow *oldest = g->flows;
	for (unsigned i = 1; i < FLOWS; i++)
		if (g->flows[i].used < oldest->used)
			oldest = &g->flows[i];
	return oldest;
}

static struct log_flow *
flow_of(struct log_stage *g, const struct sip_msg *m)
{
	const struct cap_frame *f = g->frame;
	struct rs_endpoint own = own_end(g, m);
	unsigned log = log_of(g);
	uint64_t key = mix(UINT64_C(0xcbf29ce484222325), &log, sizeof log);
	key = mix(key, g->s.peer_text.p, g->s.peer_text.n);
	key = mix(key, g->s.peer.addr.b, sizeof g->s.peer.addr.b);
	key = mix(key, &g->s.peer.port, sizeof g->s.peer.port);
	key = mix(key, &own.port, sizeof own.port);
	struct log_flow *flow = find(g, key);
	if (flow == NULL) {
		/* The phone is the client; of a server's log, the peer. */
		bool phone = g->form == LOG_FORM_PHONE;
		flow = place(g);
		*flow = (struct log_flow){.key = key, .log = log};
		flow->info.serial = SERIAL + g->serials++;
		flow->info.end[RS_C2S] = phone ? own : g->s.peer;
		flow->info.end[RS_S2C] = phone ? g->s.peer : own;
		flow->info.first_at = f->ts;
		flow->info.first = f->frame;
		flow->info.carrier = g->s.over ? g->s.over : RS_OVER_UDP;
		flow->info.source = RS_FROM_LOG;
	}
	/* What is sent through TLS is logged as received from TCP. */
	if (g->s.sent && g->s.over)
		flow->info.carrier = g->s.over;
	flow->used = g->entries;
	return flow;
}

/* ---- messages ---- */

/* Of the log of the entry in hand; NULL: there are too many. */
static struct log_facts *
facts_of(struct log_stage *g)
{
	unsigned log = log_of(g);
	if (log >= LOGS)
		return NULL;
	if (g->facts[log] == NULL)
		g->facts[log] = log_facts_new(g->p,
		    SERIAL + SERIAL / 2 + log * (UINT64_C(1) << 40), g->join);
	return g->facts[log];
}

/* On the connection that carried it, with the records and the line. */
static void
emit_joined(struct log_stage *g, struct rs_event *ev)
{
	const struct join_fate *fate = &g->fate;
	struct rs_flow_info flow = *fate->flow;
	struct rs_arrival parts[JOIN_RECORDS + 1];
	unsigned n = 0;
	for (; n < fate->n; n++)
		parts[n].at = fate->at[n];
	parts[n++].at = g->at;
	ev->u.parts = (struct rs_where){parts, n};
	ev->at = parts[0].at;
	if (fate->n) {
		ev->at.complete = fate->at[fate->n - 1].complete;
		ev->at.to = fate->at[fate->n - 1].to;
	}
	if (fate->lost)
		flow.source = RS_NOT_ON_WIRE;
	ev->flow = &flow;
	pipeline_say(g->p, ev);
}

/* The sink of the dissector. */
static void
emit(void *arg, const struct rs_event *ev)
{
	struct log_stage *g = arg;
	struct rs_event full = *ev;
	if (ev->type != RS_EV_SIP_MESSAGE)
		return; /* of a text that is cut the message itself tells */
	if (g->fate.flow) {
		emit_joined(g, &full);
		return;
	}
	full.flow = &flow_of(g, ev->u.sip_message)->info;
	pipeline_say(g->p, &full);
}

/* Lines are missing: what looks unanswered may have been answered in them. */
static void
hole(struct log_stage *g)
{
	const struct cap_frame *f = g->frame;
	for (unsigned i = 0; i < g->n_flows; i++) {
		struct log_flow *flow = &g->flows[i];
		if (flow->log != log_of(g))
			continue;
		struct rs_event ev = {
		    .type = RS_EV_GAP,
		    .flow = &flow->info,
		    .at = stamp(g),
		    .u.gap = {.from = f->ts, .to = f->ts},
		};
		pipeline_say(g->p, &ev);
	}
}

/* The same message at the same time in another file: logcat and messages of a
   phone overlap. */
static bool
repeated(struct log_stage *g, struct rs_span text)
{
	const struct cap_frame *f = g->frame;
	uint64_t h = mix(UINT64_C(0xcbf29ce484222325), text.p, text.n);
	h = mix(h, &f->ts, sizeof f->ts);
	unsigned at = h % SEEN;
	bool same = g->seen[at].hash == h && g->seen[at].file != f->frame.file;
	if (!same) {
		g->seen[at].hash = h;
		g->seen[at].file = f->frame.file;
	}
	g->counts.repeated += same;
	return same;
}

/* A start-line that was cut away.  A phone sends REGISTER and never answers
   one: of what it sends, CSeq tells the rest.  0: nobody can say what it is. */
static size_t
mend(struct log_stage *g, struct rs_span *message)
{
	static const char line[] = "REGISTER sip:cut.invalid SIP/2.0\r\n";
	size_t end = rs_span_find(*message, '\n');
	if (g->form != LOG_FORM_PHONE || !g->s.sent)
		return 0;
	*message = rs_span_from(*message, end + 1);
	memcpy(g->text, line, sizeof line - 1);
	return sizeof line - 1;
}

static bool
registers(struct rs_span text)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t head;
	return sip_msg_head_parse(&m, headers, text, &head) &&
	       rs_span_eq(m.cseq_method, RS_LIT("REGISTER"));
}

/* Whose log it is: who sent the message, as captured (there may be a NAT); or
   by its Via, where no capture has any of that log. */
static void
learn_phone(struct log_stage *g, struct rs_span text)
{
	struct log_facts *facts = facts_of(g);
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t head;
	if (g->form != LOG_FORM_PHONE || facts == NULL ||
	    log_facts_know_phone(facts))
		return;
	if (g->fate.flow) {
		log_facts_phone(facts, &g->fate.flow->end[RS_C2S].addr, &g->at);
		return;
	}
	if (g->fate.known || !sip_msg_head_parse(&m, headers, text, &head))
		return;
	const struct rs_endpoint own = own_end(g, &m);
	log_facts_phone(facts, &own.addr, &g->at);
}

static void
message(struct log_stage *g)
{
	struct rs_span m = g->s.message;
	size_t n = 0;
	if (g->s.headless && (n = mend(g, &m)) == 0) {
		g->counts.cut++;
		hole(g);
		return;
	}
	n += log_sip_text(m, g->text + n, sizeof g->text - n).n;
	struct rs_span text = {g->text, n};
	if (g->s.headless && !registers(text)) {
		g->counts.cut++;
		hole(g);
		return;
	}
	if (repeated(g, text))
		return;
	g->fate = (struct join_fate){0};
	if (g->join)
		g->fate = log_join_fate(
		    g->join, g->frame->frame, log_join_id(g->join, text));
	g->counts.messages++;
	g->at = stamp(g);
	learn_phone(g, text);
	if (g->fate.in_clear)
		return; /* the capture tells it */
	const struct rs_arrival one = {n, g->at};
	const struct rs_where where = {&one, 1};
	const struct rs_sink out = {emit, g};
	/* A server's log tells of phones from the other side. */
	bool up = g->s.sent == (g->form == LOG_FORM_PHONE);
	(void)sip_dissector.feed(
	    g->sip, RS_OVER_UDP, up ? RS_C2S : RS_S2C, text, &where, &out);
}

static void
tell_held(struct log_stage *g, rs_time now)
{
	g->held = RS_NEVER;
	for (unsigned i = 0; i < LOGS; i++) {
		rs_time due =
		    g->facts[i] ? log_facts_tell(g->facts[i], now) : RS_NEVER;
		if (due != RS_NEVER && (g->held == RS_NEVER || due < g->held))
			g->held = due;
	}
}

static void
fact(struct log_stage *g)
{
	struct log_facts *facts = facts_of(g);
	struct log_line line;
	struct log_fact f;
	struct join_lookup wire = {0};
	if (facts == NULL)
		return;
	if (g->frame->bytes.n == 0) {
		log_facts_flush(facts);
		return;
	}
	if (!log_line_parse(g->form,
		rs_span_part(
		    g->frame->bytes, 0, rs_span_find(g->frame->bytes, '\n')),
		&line) ||
	    !log_fact_parse(line.text, &f))
		return;
	const struct rs_stamp at = stamp(g);
	if (g->join)
		wire =
		    log_join_lookup(g->join, g->frame->frame, g->frame->bytes);
	if (wire.client)
		log_facts_phone(facts, wire.client, &at);
	if (repeated(g, line.text))
		return;
	f.thread = line.thread;
	if (f.kind == LOG_HTTP_REQUEST) /* all of its lines */
		f.value = rs_span_from(
		    g->frame->bytes, (size_t)(line.text.p - g->frame->bytes.p));
	log_facts_take(facts, &f, &wire, &at);
	g->due = at.complete + TOGETHER;
	tell_held(g, g->frame->ts);
}

void
log_stage_advance(struct log_stage *g, rs_time now)
{
	if (g->held != RS_NEVER && now >= g->held)
		tell_held(g, now);
	if (g->due == RS_NEVER || now < g->due)
		return;
	for (unsigned i = 0; i < LOGS; i++)
		if (g->facts[i])
			log_facts_flush(g->facts[i]);
	g->due = RS_NEVER;
	tell_held(g, now);
}

void
log_stage_finish(struct log_stage *g)
{
	for (unsigned i = 0; i < LOGS; i++)
		if (g->facts[i])
			log_facts_flush(g->facts[i]);
	tell_held(g, INT64_MAX);
}

void
log_stage_entry(struct log_stage *g, const struct cap_frame *f)
{
	g->frame = f;
	g->form = (enum log_form)(f->linktype - CAP_LINK_LOG);
	g->entries++;
	if (f->wire_len > f->bytes.n || f->bytes.n == 0)
		hole(g);
	if (f->bytes.n && log_sip_parse(g->form, f->bytes, &g->s))
		message(g);
	else if (g->form == LOG_FORM_PHONE)
		fact(g);
}
