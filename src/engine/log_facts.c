/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/log_facts.h"

#include "engine/identify.h"
#include "engine/log_fetch.h"
#include "engine/log_lease.h"
#include "engine/pipeline.h"
#include "link/link.h"
#include "log/url.h"

#include <glib.h>

enum {
	FLOWS = 64,
	ASKED = 32,
	HOSTS = 64,
	WIRE = 4096,
	HELD = 64,
};
enum { A = 1, AAAA = 28, SRV = 33 };
enum { DNS = 53 };

struct fact_flow {
	struct rs_flow_info info;
	const struct rs_dissector *dissector; /* of its state; NULL: none yet */
	void *state;
};

static const rs_time PASSED = 50 * RS_MSEC;

/* A response that waits for its query: see hold(). */
struct held_reply {
	struct rs_endpoint from, to; /* of the query */
	struct rs_stamp at;
	uint8_t *bytes; /* owned */
	size_t n;
};

/* A question, from "query" to its reply. */
struct asked {
	struct log_kept name, server;
	struct rs_addr at;
	uint16_t type, id;
	bool forwarded, answered;
	rs_time told;            /* when it was forwarded, as the log says */
	struct join_lookup wire; /* what the capture has of it */
	bool replied; /* by what the list of servers is to tell in full */
	struct rs_stamp reply;
};

struct host {
	struct log_kept name;
	struct rs_addr a;
};

struct log_facts {
	struct pipeline *p;
	const struct log_join *join; /* NULL: none */
	struct fact_flow flows[FLOWS];
	unsigned n_flows;
	uint64_t serial;
	struct rs_addr phone;
	struct asked asked[ASKED]; /* ring */
	unsigned n_asked;
	struct host hosts[HOSTS]; /* ring */
	unsigned n_hosts;
	/* A response that is being told. */
	struct asked *reply;
	struct rs_stamp reply_at;
	bool reply_empty; /* no record of it so far */
	struct log_kept alias,
	    list; /* of a CNAME: whose; of servers: their name */
	bool listing;
	uint8_t wire[WIRE];
	struct log_wire w;
	GArray *held;           /* struct held_reply, in order */
	struct log_lease lease; /* that is being told */
	struct log_fetching *fetching;
};

static const struct rs_addr *
host_of(const void *arg, struct rs_span name)
{
	const struct log_facts *g = arg;
	unsigned n = MIN(g->n_hosts, HOSTS);
	for (unsigned i = 0; i < n; i++) {
		const struct host *h = &g->hosts[(g->n_hosts - 1 - i) % HOSTS];
		if (rs_span_eq_nocase(log_view(&h->name), name))
			return &h->a;
	}
	return NULL;
}

struct log_facts *
log_facts_new(struct pipeline *p, uint64_t serial, const struct log_join *join)
{
	struct log_facts *g = g_new0(struct log_facts, 1);
	g->p = p;
	g->join = join;
	g->serial = serial;
	g->w = (struct log_wire){.p = g->wire, .size = sizeof g->wire};
	g->held = g_array_new(FALSE, FALSE, sizeof(struct held_reply));
	const struct log_hosts hosts = {host_of, g};
	g->fetching = log_fetching_new(p, &g->serial, &hosts);
	return g;
}

void
log_facts_free(struct log_facts *g)
{
	if (g == NULL)
		return;
	for (unsigned i = 0; i < g->n_flows; i++)
		g_free(g->flows[i].state);
	for (unsigned i = 0; i < g->held->len; i++)
		g_free(g_array_index(g->held, struct held_reply, i).bytes);
	g_array_free(g->held, TRUE);
	log_fetching_free(g->fetching);
	g_free(g);
}

bool
log_facts_know_phone(const struct log_facts *g)
{
	return g->phone.family != 0;
}

void
log_facts_phone(
    struct log_facts *g, const struct rs_addr *a, const struct rs_stamp *at)
{
	if (log_facts_know_phone(g) || a->family == 0)
		return;
	g->phone = *a;
	log_fetching_phone(g->fetching, a, at);
}

/* ---- flows ---- */

struct call {
	struct log_facts *g;
	struct fact_flow *f;
};

static void
emit(void *arg, const struct rs_event *ev)
{
	struct call *c = arg;
	struct rs_event full = *ev;
	full.flow = &c->f->info;
	pipeline_say(c->g->p, &full);
}

static enum rs_source
source_of(const struct log_facts *g, uint32_t file)
{
	return g->join && log_join_apart(g->join, file) ? RS_FROM_LOG_APART
							: RS_FROM_LOG;
}

static struct fact_flow *
flow_of(struct log_facts *g, const struct rs_endpoint *client,
    const struct rs_endpoint *server, enum rs_carrier over,
    const struct rs_stamp *at)
{
	struct fact_flow *f = g->flows;
	for (unsigned i = 0; i < g->n_flows; i++, f++)
		if (f->info.carrier == over &&
		    rs_endpoint_eq(&f->info.end[RS_C2S], client) &&
		    rs_endpoint_eq(&f->info.end[RS_S2C], server))
			return f;
	if (g->n_flows == FLOWS) {
		g_free(g->flows[0].state);
		memmove(g->flows, g->flows + 1, sizeof g->flows - sizeof *f);
		g->n_flows--;
	}
	f = &g->flows[g->n_flows++];
	*f = (struct fact_flow){.info = {
				    .serial = g->serial++,
				    .end = {*client, *server},
				    .first_at = at->first,
				    .first = at->from,
				    .carrier = over,
				    .source = source_of(g, at->from.file),
				    .from_start = true,
				}};
	/* A log has what came as well as what went. */
	struct rs_event open = {.type = RS_EV_FLOW_OPEN,
	    .dir = RS_S2C,
	    .at = *at,
	    .flow = &f->info};
	pipeline_say(g->p, &open);
	return f;
}

/* To whoever understands it: nobody, where regscan does not. */
static void
say(struct log_facts *g, struct fact_flow *f, enum rs_dir dir,
    struct rs_span bytes, const struct rs_stamp *at)
{
	struct call call = {g, f};
	const struct rs_sink out = {emit, &call};
	const struct rs_arrival one = {bytes.n, *at};
	const struct rs_where where = {&one, 1};
	if (f->dissector == NULL) {
		struct identity who = identify(bytes, f->info.carrier,
		    f->info.end[0].port, f->info.end[1].port);
		if (who.verdict != RS_YES)
			return;
		f->dissector = who.dissector;
		f->state = g_malloc0(MAX(who.dissector->state_size, 1));
	}
	while (bytes.n) {
		struct rs_progress p = f->dissector->feed(
		    f->state, f->info.carrier, dir, bytes, &where, &out);
		if (p.how == RS_MORE || p.how == RS_GIVEN_UP || p.consumed == 0)
			break;
		bytes = rs_span_from(bytes, p.consumed);
	}
}

static void
say_wire(struct log_facts *g, const struct rs_endpoint *client,
    const struct rs_endpoint *server, enum rs_dir dir,
    const struct rs_stamp *at)
{
	if (g->w.full)
		return;
	struct fact_flow *f = flow_of(g, client, server, RS_OVER_UDP, at);
	say(g, f, dir, (struct rs_span){g->w.p, g->w.n}, at);
}

/* ---- DNS ---- */

static struct asked *
asked_of(struct log_facts *g, struct rs_span name)
{
	unsigned n = MIN(g->n_asked, ASKED);
	for (unsigned i = 0; i < n; i++) {
		struct asked *q = &g->asked[(g->n_asked - 1 - i) % ASKED];
		if (rs_span_eq(log_view(&q->name), name))
			return q;
	}
	return NULL;
}

/* The last of those that a reply of that type may be to; of any: of the type
   that waits longest, as A and AAAA are asked at once. */
static struct asked *
waiting(struct log_facts *g, struct rs_span name, uint16_t type)
{
	unsigned n = MIN(g->n_asked, ASKED);
	struct asked *last = NULL;
	for (unsigned i = n; i-- > 0;) {
		struct asked *q = &g->asked[(g->n_asked - 1 - i) % ASKED];
		if (!q->forwarded || q->answered || (type && q->type != type) ||
		    !rs_span_eq(log_view(&q->name), name))
			continue;
		type = q->type;
		last = q;
	}
	return last;
}

/* The same that was asked before has its answer, too. */
static void
answered(struct log_facts *g, const struct asked *q)
{
	for (unsigned i = 0; i < MIN(g->n_asked, ASKED); i++)
		g->asked[i].answered |=
		    g->asked[i].type == q->type &&
		    rs_span_eq(log_view(&g->asked[i].name), log_view(&q->name));
}

/* The first of them. */
static void
say_held(struct log_facts *g)
{
	struct held_reply h = g_array_index(g->held, struct held_reply, 0);
	struct fact_flow f = {.info = {
				  .serial = g->serial++,
				  .end = {h.from, h.to},
				  .first_at = h.at.first,
				  .first = h.at.from,
				  .carrier = RS_OVER_UDP,
				  .source = RS_FROM_BOTH,
				  .from_start = true,
			      }};
	g_array_remove_index(g->held, 0);
	say(g, &f, RS_S2C, (struct rs_span){h.bytes, h.n}, &h.at);
	g_free(f.state);
	g_free(h.bytes);
}

rs_time
log_facts_tell(struct log_facts *g, rs_time now)
{
	while (g->held->len) {
		const struct held_reply *h =
		    &g_array_index(g->held, struct held_reply, 0);
		if (h->at.complete + PASSED > now)
			return h->at.complete + PASSED;
		say_held(g);
	}
	return RS_NEVER;
}

/* An answer that was not captured, to a question that was: told once that has
   passed, which may be after the line where the log's clock drifts. */
static void
hold(struct log_facts *g, const struct asked *q, const struct rs_stamp *at)
{
	struct held_reply h = {
	    .from = q->wire.from,
	    .to = q->wire.to,
	    .at = *at,
	    .bytes = g_memdup2(g->w.p, g->w.n),
	    .n = g->w.n,
	};
	rs_time after = at->complete - q->told;
	h.at.first = h.at.complete = q->wire.sent + MAX(after, 0);
	if (g->held->len == HELD)
		say_held(g);
	g_array_append_val(g->held, h);
}

/* What was captured, the capture tells. */
static void
dns_joined(struct log_facts *g, const struct asked *q, enum rs_dir dir,
    const struct rs_stamp *at)
{
	if (dir == RS_S2C && !q->wire.answered && !g->w.full && g->w.n)
		hold(g, q, at);
}

static void
dns_say(struct log_facts *g, const struct asked *q, enum rs_dir dir,
    const struct rs_stamp *at)
{
	if (q->wire.captured) {
		dns_joined(g, q, dir, at);
		return;
	}
	const struct rs_endpoint client = {.addr = g->phone};
	const struct rs_endpoint server = {.addr = q->at, .port = DNS};
	say_wire(g, &client, &server, dir, at);
}

/* The phone's own cache answers: it is the server. */
static void
local(struct asked *q)
{
	static const uint8_t loopback[] = {127, 0, 0, 1};
	q->at = rs_addr_v4(loopback);
	q->forwarded = true;
	q->wire = (struct join_lookup){0};
}

static void
query(struct log_facts *g, const struct log_fact *f)
{
	struct asked *q = &g->asked[g->n_asked++ % ASKED];
	*q = (struct asked){
	    .name = log_keep(f->name),
	    .type = f->type,
	    .id = (uint16_t)g->n_asked,
	};
}

static void
ask(struct log_facts *g, struct asked *q, const struct rs_stamp *at)
{
	log_wire_query(&g->w, q->id, log_view(&q->name), q->type);
	dns_say(g, q, RS_C2S, at);
}

static void
forward(struct log_facts *g, const struct log_fact *f,
    const struct join_lookup *wire, const struct rs_stamp *at)
{
	struct asked *q = asked_of(g, f->name);
	if (q == NULL || !rs_addr_parse(&q->at, f->value))
		return;
	q->forwarded = true;
	q->told = at->complete;
	q->wire = *wire;
	if (wire->captured)
		q->id = wire->id;
	ask(g, q, at);
}

static void
learn_host(struct log_facts *g, struct rs_span name, const struct rs_addr *a)
{
	struct host *h = &g->hosts[g->n_hosts++ % HOSTS];
	h->name = log_keep(name);
	h->a = *a;
}

/* Words that dnsmasq has where there is no address. */
static uint8_t
rcode_of(struct rs_span word)
{
	static const struct {
		const char *word;
		uint8_t rcode;
	} rows[] = {{"NXDOMAIN", 3}, {"SERVFAIL", 2}, {"REFUSED", 5}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rs_span_eq(word, rs_span_str(rows[i].word)))
			return rows[i].rcode;
	return 0;
}

/* Adds what a line says to the response in hand. */
static void
add_reply(struct log_facts *g, struct asked *q, const struct log_fact *f)
{
	struct rs_addr a = {0};
	g->reply_empty = g->reply_empty && g->alias.n == 0 &&
			 rs_span_eq(f->value, RS_LIT("<CNAME>"));
	if (g->alias.n) /* the alias was of the name that this line has */
		log_wire_alias(&g->w, log_view(&g->alias), f->name);
	g->alias.n = 0;
	if (rs_span_eq(f->value, RS_LIT("<CNAME>"))) {
		g->alias = log_keep(f->name);
		return;
	}
	if (rs_span_starts(f->value, RS_LIT("NODATA")) || rcode_of(f->value))
		return;
	if (rs_addr_parse(&a, f->value)) {
		learn_host(g, f->name, &a);
		learn_host(g, log_view(&q->name), &a);
	}
	uint16_t type = a.family == 4 ? A : a.family == 6 ? AAAA : q->type;
	log_wire_address(&g->w, f->name, type, a);
}

static void
reply(struct log_facts *g, const struct log_fact *f, const struct rs_stamp *at)
{
	uint16_t type = log_reply_type(f->value);
	struct asked *q = g->reply;
	if (q == NULL) {
		q = waiting(g, f->name, type);
		if (q == NULL)
			return;
		if (q->type == SRV) { /* the list of servers says more */
			q->replied = true;
			q->reply = *at;
			return;
		}
		g->reply_at = *at;
		g->reply_empty = true;
	} else if (g->reply_empty && type && type != q->type) {
		/* Only now it is known whose the alias was. */
		struct asked *other = waiting(g, log_view(&q->name), type);
		q = other ? other : q;
	}
	if (g->reply_empty)
		log_wire_response(&g->w, q->id, rcode_of(f->value),
		    log_view(&q->name), q->type);
	g->reply = q;
	g->reply_at.complete = at->complete;
	g->reply_at.to = at->to;
	add_reply(g, q, f);
}

static void
end_reply(struct log_facts *g)
{
	const struct asked *q = g->reply;
	g->reply = NULL;
	g->alias.n = 0;
	if (q == NULL)
		return;
	answered(g, q);
	dns_say(g, q, RS_S2C, &g->reply_at);
}

static void
cached(struct log_facts *g, const struct log_fact *f, const struct rs_stamp *at)
{
	struct asked *q = asked_of(g, f->name);
	if (q == NULL || q->forwarded)
		return;
	local(q);
	ask(g, q, at);
	if (q->type != SRV) { /* to this one, whatever else waits */
		g->reply = q;
		g->reply_at = *at;
		g->reply_empty = true;
	}
	reply(g, f, at);
}

/* ---- servers of SIP ---- */

/* Of replies whose servers are listed nowhere: answered, and no more. */
static void
end_srv(struct log_facts *g)
{
	unsigned n = MIN(g->n_asked, ASKED);
	for (unsigned i = 0; i < n; i++) {
		struct asked *q = &g->asked[i];
		if (!q->replied)
			continue;
		q->replied = false;
		q->answered = true;
		log_wire_response(&g->w, q->id, 0, log_view(&q->name), SRV);
		log_wire_address(
		    &g->w, log_view(&q->name), SRV, (struct rs_addr){0});
		dns_say(g, q, RS_S2C, &q->reply);
	}
}

static void
begin_list(
    struct log_facts *g, const struct log_fact *f, const struct rs_stamp *at)
{
	struct asked *q = asked_of(g, f->name);
	if (q == NULL) {
		struct log_fact asking = *f;
		asking.type = SRV;
		query(g, &asking);
		q = &g->asked[(g->n_asked - 1) % ASKED];
	}
	if (!q->replied) { /* known before */
		local(q);
		ask(g, q, at);
	}
	q->replied = false;
	g->reply = q;
	g->reply_at = *at;
	g->listing = true;
	g->list = log_keep(f->name);
	log_wire_response(&g->w, q->id, 0, log_view(&q->name), SRV);
}

static void
target(struct log_facts *g, const struct log_fact *f, const struct rs_stamp *at)
{
	if (!g->listing || g->reply == NULL)
		return;
	g->reply_at.complete = at->complete;
	g->reply_at.to = at->to;
	if (f->whole)
		log_wire_srv(&g->w, log_view(&g->list), f);
	else /* there is one, and where it listens is not told */
		log_wire_address(
		    &g->w, log_view(&g->list), SRV, (struct rs_addr){0});
}

/* ---- DHCP ---- */

static void
end_lease(struct log_facts *g)
{
	struct rs_endpoint client = {.port = 68}, server = {.port = 67};
	struct rs_stamp asked, granted;
	bool any = log_lease_request(&g->lease, &g->w, &asked);
	if (any) {
		log_facts_phone(g, &g->lease.leased, &asked);
		g->phone = g->lease.leased;
	}
	/* What was captured, the capture tells. */
	if (any && !(g->join && log_join_lease(g->join, asked.from.file,
				    &g->lease.leased, asked.complete))) {
		say_wire(g, &client, &server, RS_C2S, &asked);
		log_lease_ack(&g->lease, &g->w, &granted);
		say_wire(g, &client, &server, RS_S2C, &granted);
	}
	g->lease.leasing = false;
}

/* ---- configuration ---- */

/* What the phone goes to may be what its lease named. */
static void
url(struct log_facts *g, const struct log_fact *f, const struct rs_stamp *at)
{
	struct link_msg m = {.kind = LINK_CONTACT, .client.addr = g->phone};
	struct rs_event ev = {.type = RS_EV_LINK, .at = *at, .u.link = &m};
	struct log_url u;
	if (!log_url_parse(f->value, &u))
		return;
	const struct rs_addr *a = host_of(g, u.host);
	m.server.port = u.port;
	m.tcp = u.scheme != LOG_TFTP;
	if (a)
		m.server.addr = *a;
	else if (!rs_addr_parse(&m.server.addr, u.host))
		return;
	pipeline_say(g->p, &ev);
}

/* ---- all of them ---- */

void
log_facts_flush(struct log_facts *g)
{
	end_lease(g);
	end_reply(g);
	end_srv(g);
	g->listing = false;
}

/* One more address, and no answer to another type, or one that begins anew. */
static bool
more_of(const struct asked *q, const struct log_fact *f)
{
	uint16_t type = log_reply_type(f->value);
	return rs_span_eq(f->name, log_view(&q->name)) &&
	       (type == 0 || type == q->type) && rcode_of(f->value) == 0 &&
	       !rs_span_eq(f->value, RS_LIT("<CNAME>"));
}

/* Is f more of what is being told? */
static bool
goes_on(const struct log_facts *g, const struct log_fact *f)
{
	switch (f->kind) {
	case LOG_DHCP:
		return g->lease.leasing;
	case LOG_DNS_REPLY:
	case LOG_DNS_CACHED:
		return g->reply && !g->listing &&
		       (g->alias.n || more_of(g->reply, f));
	case LOG_SRV_TARGET:
		return g->listing;
	case LOG_SRV_LIST: /* what was replied is told by it */
		return g->reply == NULL && !g->lease.leasing;
	case LOG_DNS_FORWARD:
	case LOG_DNS_QUERY:
	case LOG_URL:
	case LOG_PROFILE:
	case LOG_SENDING:
	case LOG_HTTP_REQUEST:
	case LOG_HTTP_STATUS:
	case LOG_UNRESOLVED:
	case LOG_RESYNCED:
	case LOG_RESYNC_FAILED:
	case LOG_TRANSFER:
	case LOG_TLS_LEAST:
	case LOG_FACT_NONE:
		break;
	}
	return false;
}

/* A reply goes on beside an SRV reply that waits for its list. */
static bool
waits(const struct log_facts *g, const struct log_fact *f)
{
	return f->kind == LOG_DNS_REPLY && g->reply == NULL &&
	       !g->lease.leasing;
}

void
log_facts_take(struct log_facts *g, const struct log_fact *f,
    const struct join_lookup *wire, const struct rs_stamp *at)
{
	if (!goes_on(g, f) && !waits(g, f))
		log_facts_flush(g);
	switch (f->kind) {
	case LOG_DHCP:
		log_lease_line(&g->lease, f, at);
		break;
	case LOG_DNS_QUERY:
		query(g, f);
		break;
	case LOG_DNS_FORWARD:
		forward(g, f, wire, at);
		break;
	case LOG_DNS_REPLY:
		reply(g, f, at);
		break;
	case LOG_DNS_CACHED:
		if (g->reply)
			reply(g, f, at);
		else
			cached(g, f, at);
		break;
	case LOG_SRV_LIST:
		begin_list(g, f, at);
		break;
	case LOG_SRV_TARGET:
		target(g, f, at);
		break;
	case LOG_URL:
		url(g, f, at);
		break;
	case LOG_PROFILE:
	case LOG_SENDING:
	case LOG_HTTP_REQUEST:
	case LOG_HTTP_STATUS:
	case LOG_UNRESOLVED: /* that nothing came, the reader sees itself */
	case LOG_RESYNCED:
	case LOG_RESYNC_FAILED:
	case LOG_TRANSFER:
	case LOG_TLS_LEAST: /* capture/log_notes.h */
	case LOG_FACT_NONE:
		break;
	}
	log_fetching_take(g->fetching, f, at, &g->phone);
}
