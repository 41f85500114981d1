/* SPDX-License-Identifier: Apache-2.0 */
#include "track/clock.h"

#include "base/date.h"
#include "sip/msg.h"
#include "tls/hello.h"
#include "track/recent.h"

#include <glib.h>

enum { MOST = 4096, MOST_FRAMES = 8 };

/* Clocks are read to the second. */
static const int64_t STEADY = 3 * RS_SEC;

struct pair {
	struct recent_node node; /* by what was told last */
	enum rs_clock source;
	struct rs_endpoint client, server; /* ports 0 */
	rs_time first, last;
	int64_t queries, answers, client_offset, server_offset;
	rs_time told; /* when the client first told the time */
	enum rs_fact steady;
	char icmp[12]; /* "3/3"; empty: none */
	struct rs_addr icmp_from;
	struct rs_frame icmp_frame;
	struct rs_frame frames[MOST_FRAMES];
	unsigned n_frames;
};

struct clock_tracker {
	const struct rs_hash_seed *seed;
	const struct rec_sink *out;
	struct recent pairs;
	uint8_t date[32]; /* the last Date, which most share in a second, ... */
	size_t date_n;
	rs_time date_time; /* ... and what it says */
};

/* ---- pairs ---- */

static void
tell(struct pair *p, const struct rec_sink *out)
{
	static const enum rec_clock_source sources[RS_CLOCK_N] = {
	    [RS_CLOCK_NTP] = REC_CLOCK_NTP,
	    [RS_CLOCK_SIP] = REC_CLOCK_SIP,
	    [RS_CLOCK_TLS] = REC_CLOCK_TLS};
	struct rec_clock r;
	rec_init(&rec_clock_type, &r);
	r.id.frame = p->frames[0];
	r.started = p->first;
	r.ended = p->last;
	r.source = sources[p->source];
	r.client.at = p->client;
	r.server.at = p->server;
	if (p->source == RS_CLOCK_NTP) {
		r.queries = p->queries;
		r.answers = p->answers;
	}
	r.client_offset = p->client_offset;
	r.server_offset = p->server_offset;
	r.client_steady = p->steady;
	if (p->icmp[0]) {
		r.icmp = rs_span_str(p->icmp);
		r.icmp_from.at.addr = p->icmp_from;
		r.icmp_frame = p->icmp_frame;
	}
	r.frames = (struct rec_list){p->frames, p->n_frames, p->n_frames};
	/* Random numbers are no time. */
	if (p->source != RS_CLOCK_TLS || p->steady == RS_TRUE)
		out->record(out->arg, &rec_clock_type, &r);
}

static void
close_pair(void *arg, void *entry)
{
	const struct clock_tracker *k = arg;
	tell(entry, k->out);
}

struct clock_tracker *
clock_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct clock_tracker *k = g_new0(struct clock_tracker, 1);
	k->seed = seed;
	k->out = out;
	recent_init(&k->pairs, sizeof(struct pair), MOST, pay);
	k->pairs.last = close_pair;
	k->pairs.arg = k;
	return k;
}

void
clock_tracker_free(struct clock_tracker *k)
{
	if (k == NULL)
		return;
	recent_clear(&k->pairs);
	g_free(k);
}

static struct pair *
find(const struct clock_tracker *k, enum rs_clock source,
    const struct rs_addr *client, const struct rs_addr *server, uint64_t *hash)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_number(&key, source);
	table_key_addr(&key, client);
	table_key_addr(&key, server);
	*hash = table_key_hash(&key);
	struct pair *p = recent_first(&k->pairs, *hash);
	while (
	    p && (p->source != source || !rs_addr_eq(&p->client.addr, client) ||
		     !rs_addr_eq(&p->server.addr, server)))
		p = recent_next(p);
	return p;
}

static struct pair *
touch(struct clock_tracker *k, enum rs_clock source, rs_time at,
    const struct rs_addr *client, const struct rs_addr *server)
{
	uint64_t hash;
	struct pair *p = find(k, source, client, server, &hash);
	if (p) {
		recent_again(&k->pairs, p);
		return p;
	}
	if ((p = recent_add(&k->pairs, hash)) == NULL)
		return NULL;
	p->source = source;
	p->client.addr = *client;
	p->server.addr = *server;
	p->first = at;
	p->told = RS_NEVER;
	p->client_offset = p->server_offset = REC_ABSENT;
	return p;
}

static struct pair *
touch_both(struct clock_tracker *k, enum rs_clock source,
    const struct rs_event *ev, enum rs_dir client)
{
	return touch(k, source, ev->at.complete, &ev->flow->end[client].addr,
	    &ev->flow->end[rs_dir_other(client)].addr);
}

/* ---- what is told ---- */

static void
note(struct pair *p, const struct rs_event *ev)
{
	p->last = ev->at.complete;
	if (p->n_frames < MOST_FRAMES)
		p->frames[p->n_frames++] = ev->at.from;
}

static void
client_says(struct pair *p, const struct rs_event *ev, rs_time time)
{
	int64_t offset = time - ev->at.complete;
	if (p->told == RS_NEVER) {
		p->told = ev->at.complete;
		p->client_offset = offset;
		return;
	}
	int64_t moved = offset - p->client_offset;
	bool same = moved < STEADY && moved > -STEADY;
	if (!same)
		p->steady = RS_FALSE;
	else if (p->steady == RS_UNKNOWN &&
		 ev->at.complete - p->told >= 2 * RS_SEC)
		p->steady = RS_TRUE;
	p->client_offset = offset;
}

static void
take_clock(struct clock_tracker *k, const struct rs_event *ev)
{
	enum rs_clock source = ev->u.clock.source;
	bool answer = ev->u.clock.answer;
	enum rs_dir client = answer ? rs_dir_other(ev->dir) : ev->dir;
	struct pair *p = touch_both(k, source, ev, client);
	if (p == NULL)
		return;
	note(p, ev);
	p->queries += !answer;
	p->answers += answer;
	if (answer && ev->u.clock.valid && ev->u.clock.time != RS_NEVER)
		p->server_offset = ev->u.clock.time - ev->at.complete;
	else if (!answer && ev->u.clock.time != RS_NEVER)
		client_says(p, ev, ev->u.clock.time);
}

enum { NTP_PORT = 123 };

/* The first error that quotes a query: nobody serves there. */
static void
take_icmp(struct clock_tracker *k, const struct rs_event *ev)
{
	uint64_t hash;
	const struct rs_endpoint *end = ev->flow->end;
	struct pair *p = find(k, RS_CLOCK_NTP, &end[ev->dir].addr,
	    &end[rs_dir_other(ev->dir)].addr, &hash);
	if (p == NULL || p->queries == 0 || p->icmp[0] ||
	    ev->flow->carrier != RS_OVER_UDP ||
	    end[rs_dir_other(ev->dir)].port != NTP_PORT)
		return;
	(void)g_snprintf(
	    p->icmp, sizeof p->icmp, "%u/%u", ev->u.icmp.type, ev->u.icmp.code);
	p->icmp_from = ev->u.icmp.sender;
	p->icmp_frame = ev->at.from;
}

static rs_time
parse_date(struct clock_tracker *k, struct rs_span date)
{
	if (date.n > sizeof k->date)
		return rs_date_parse(date);
	if (!rs_span_eq(date, (struct rs_span){k->date, k->date_n})) {
		memcpy(k->date, date.p, date.n);
		k->date_n = date.n;
		k->date_time = rs_date_parse(date);
	}
	return k->date_time;
}

/* A REGISTER has the phone's.  That in its response is the server's, for all:
   one server tells each of ten thousand phones. */
static void
take_sip(struct clock_tracker *k, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	struct rs_span date = sip_msg_header(m, SIP_HDR_DATE);
	if (m->method != SIP_METHOD_REGISTER || date.p == NULL)
		return;
	rs_time t = date.n ? parse_date(k, date) : RS_NEVER;
	static const struct rs_addr anybody;
	if (t == RS_NEVER)
		return;
	struct pair *p = m->request
			     ? touch_both(k, RS_CLOCK_SIP, ev, ev->dir)
			     : touch(k, RS_CLOCK_SIP, ev->at.complete, &anybody,
				   &ev->flow->end[ev->dir].addr);
	if (p == NULL)
		return;
	note(p, ev);
	if (m->request)
		client_says(p, ev, t);
	else
		p->server_offset = t - ev->at.complete;
}

/* Of clients that know TLS 1.3 it is random: RFC 8446 4.1.2. */
static void
take_tls(struct clock_tracker *k, const struct rs_event *ev)
{
	const struct tls_handshake_msg *h = &ev->u.tls_handshake;
	if (h->type != TLS_HS_CLIENT_HELLO || h->u.client_hello == NULL ||
	    h->u.client_hello->versions.n || h->u.client_hello->random.n < 4)
		return;
	const uint8_t *r = h->u.client_hello->random.p;
	uint32_t s = (uint32_t)r[0] << 24 | (uint32_t)r[1] << 16 |
		     (uint32_t)r[2] << 8 | r[3];
	struct pair *p = touch_both(k, RS_CLOCK_TLS, ev, ev->dir);
	if (p == NULL)
		return;
	note(p, ev);
	client_says(p, ev, (rs_time)s * RS_SEC);
}

void
clock_tracker_event(struct clock_tracker *k, const struct rs_event *ev)
{
	if (ev->flow == NULL)
		return;
	if (ev->type == RS_EV_CLOCK)
		take_clock(k, ev);
	else if (ev->type == RS_EV_SIP_MESSAGE)
		take_sip(k, ev);
	else if (ev->type == RS_EV_TLS_HANDSHAKE)
		take_tls(k, ev);
	else if (rs_event_unreachable(ev) && !recent_empty(&k->pairs))
		take_icmp(k, ev);
}

void
clock_tracker_tell(const struct clock_tracker *k, const struct rec_sink *out)
{
	for (struct pair *p = recent_oldest(&k->pairs); p;
	     p = recent_newer(&k->pairs, p))
		tell(p, out);
}

void
clock_tracker_finish(struct clock_tracker *k)
{
	struct pair *p;
	while ((p = recent_oldest(&k->pairs))) {
		tell(p, k->out);
		recent_drop(&k->pairs, p);
	}
}

uint64_t
clock_tracker_evicted(const struct clock_tracker *k)
{
	return k->pairs.evicted;
}
