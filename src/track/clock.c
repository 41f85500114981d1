/* SPDX-License-Identifier: Apache-2.0 */
#include "track/clock.h"

#include "base/pool.h"
#include "sip/msg.h"
#include "tls/hello.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { MOST = 4096, MOST_FRAMES = 8 };

/* Clocks are read to the second. */
static const int64_t STEADY = 3 * RS_SEC;

struct pair {
	struct table_node node;
	struct queue_link order;
	enum rs_clock source;
	struct rs_endpoint client, server; /* ports 0 */
	rs_time first, last;
	int64_t queries, answers, client_offset, server_offset;
	rs_time told; /* when the client first told the time */
	enum rs_fact steady;
	struct rs_frame frames[MOST_FRAMES];
	unsigned n_frames;
};

struct clock_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct table table;
	struct queue order;
	struct rs_pool pool;
	uint64_t evicted;
};

struct clock_tracker *
clock_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct clock_tracker *k = g_new0(struct clock_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	table_init(&k->table, pay);
	queue_init(&k->order);
	rs_pool_init(&k->pool);
	return k;
}

void
clock_tracker_free(struct clock_tracker *k)
{
	if (k == NULL)
		return;
	rs_account_refund(k->pay, k->order.n * sizeof(struct pair));
	table_clear(&k->table);
	rs_pool_clear(&k->pool);
	g_free(k);
}

/* ---- dates ---- */

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t
days(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 1 - 719468;
}

static bool
number(struct rs_span s, size_t at, size_t n, uint32_t most, uint32_t *to)
{
	return rs_span_u32(rs_span_part(s, at, n), to) && *to <= most;
}

rs_time
clock_date(struct rs_span s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint32_t day, year, hour, minute, second, month = 0;
	size_t comma = rs_span_find(s, ',');
	s = rs_span_trim(rs_span_from(s, comma + 1));
	if (s.n < 20 || s.p[2] != ' ' || s.p[6] != ' ' || s.p[11] != ' ' ||
	    s.p[14] != ':' || s.p[17] != ':')
		return RS_NEVER;
	while (month < 12 && memcmp(months + 3 * (size_t)month, s.p + 3, 3))
		month++;
	if (month == 12 || !number(s, 0, 2, 31, &day) ||
	    !number(s, 7, 4, 9999, &year) || !number(s, 12, 2, 23, &hour) ||
	    !number(s, 15, 2, 59, &minute) || !number(s, 18, 2, 60, &second) ||
	    year < 1970 || year > 2200 || day == 0)
		return RS_NEVER;
	return (days(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 +
		   second) *
	       RS_SEC;
}

/* ---- pairs ---- */

static bool evict(struct clock_tracker *k);

static struct pair *
touch(struct clock_tracker *k, enum rs_clock source, const struct rs_event *ev,
    enum rs_dir client)
{
	const struct rs_addr *c = &ev->flow->end[client].addr;
	const struct rs_addr *s = &ev->flow->end[rs_dir_other(client)].addr;
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_number(&key, source);
	table_key_addr(&key, c);
	table_key_addr(&key, s);
	uint64_t hash = table_key_hash(&key);
	struct table_node *n = table_first(&k->table, hash);
	for (; n; n = table_next(n)) {
		struct pair *p = TRACK_OF(n, struct pair, node);
		if (p->source != source || !rs_addr_eq(&p->client.addr, c) ||
		    !rs_addr_eq(&p->server.addr, s))
			continue;
		queue_remove(&k->order, &p->order);
		queue_push(&k->order, &p->order);
		return p;
	}
	if (k->order.n >= MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof(struct pair)))
		if (!evict(k))
			return NULL;
	struct pair *p = rs_pool_zeroed(&k->pool, sizeof *p);
	p->source = source;
	p->client.addr = *c;
	p->server.addr = *s;
	p->first = ev->at.complete;
	p->told = RS_NEVER;
	p->client_offset = p->server_offset = REC_ABSENT;
	table_add(&k->table, &p->node, hash);
	queue_push(&k->order, &p->order);
	return p;
}

static void
close_pair(struct clock_tracker *k, struct pair *p)
{
	static const enum rec_clock_source sources[RS_CLOCK_N] = {
	    [RS_CLOCK_NTP] = REC_CLOCK_NTP,
	    [RS_CLOCK_SIP] = REC_CLOCK_SIP,
	    [RS_CLOCK_HTTP] = REC_CLOCK_HTTP,
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
	r.frames = (struct rec_list){p->frames, p->n_frames, p->n_frames};
	/* Random numbers are no time. */
	if (p->source != RS_CLOCK_TLS || p->steady == RS_TRUE)
		k->out->record(k->out->arg, &rec_clock_type, &r);
	queue_remove(&k->order, &p->order);
	table_remove(&k->table, &p->node);
	rs_account_refund(k->pay, sizeof *p);
	rs_pool_give(&k->pool, p, sizeof *p);
}

static bool
evict(struct clock_tracker *k)
{
	struct queue_link *l = queue_first(&k->order);
	if (l == NULL)
		return false;
	close_pair(k, TRACK_OF(l, struct pair, order));
	k->evicted++;
	return true;
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
	struct pair *p = touch(k, source, ev, client);
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

/* The phone is the side that sends a REGISTER, and gets its response. */
static void
take_sip(struct clock_tracker *k, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	struct rs_span date = sip_msg_header(m, SIP_HDR_DATE);
	if (m->method != SIP_METHOD_REGISTER || date.p == NULL)
		return;
	rs_time t = clock_date(date);
	struct pair *p =
	    t == RS_NEVER ? NULL
			  : touch(k, RS_CLOCK_SIP, ev,
				m->request ? ev->dir : rs_dir_other(ev->dir));
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
	struct pair *p = touch(k, RS_CLOCK_TLS, ev, ev->dir);
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
}

void
clock_tracker_finish(struct clock_tracker *k)
{
	struct queue_link *l;
	while ((l = queue_first(&k->order)))
		close_pair(k, TRACK_OF(l, struct pair, order));
}

uint64_t
clock_tracker_evicted(const struct clock_tracker *k)
{
	return k->evicted;
}
