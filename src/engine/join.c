/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/join_inner.h"

#include "log/log.h"
#include "sip/msg.h"
#include "sip/via.h"
#include "tls/hello.h"
#include "tls/tls.h"

struct log_join *
log_join_new(unsigned n, uint64_t seed)
{
	struct log_join *j = g_new0(struct log_join, 1);
	j->n_logs = n;
	j->joined = g_new0(struct log_joined, n);
	j->parts = g_new0(struct join_part, MAX(n, 1));
	for (unsigned i = 0; i < n; i++)
		j->parts[i].log = i;
	for (unsigned i = 0; i < n; i++)
		j->joined[i].first = j->joined[i].end = j->joined[i].due =
		    RS_NEVER;
	j->dns = join_dns_new(n, seed);
	j->messages = g_array_new(FALSE, TRUE, sizeof(struct join_message));
	j->wire = g_array_new(FALSE, TRUE, sizeof(struct join_wire));
	j->flows = g_array_new(FALSE, TRUE, sizeof(struct join_flow));
	j->by_line = g_hash_table_new(g_direct_hash, g_direct_equal);
	j->by_serial = g_hash_table_new(g_direct_hash, g_direct_equal);
	j->by_first = g_hash_table_new(g_direct_hash, g_direct_equal);
	j->missed = g_hash_table_new(g_direct_hash, g_direct_equal);
	j->text = g_malloc(LOG_ENTRY);
	return j;
}

void
log_join_free(struct log_join *j)
{
	if (j == NULL)
		return;
	join_dns_free(j->dns);
	g_array_free(j->messages, TRUE);
	g_array_free(j->wire, TRUE);
	g_array_free(j->flows, TRUE);
	g_hash_table_destroy(j->by_line);
	g_hash_table_destroy(j->by_serial);
	g_hash_table_destroy(j->by_first);
	if (j->by_id)
		g_hash_table_destroy(j->by_id);
	g_hash_table_destroy(j->missed);
	g_free(j->order);
	g_free(j->by_length);
	g_free(j->joined);
	g_free(j->parts);
	g_free(j->text);
	g_free(j);
}

const struct log_joined *
log_join_result(const struct log_join *j, unsigned file)
{
	return &j->joined[j->parts[file].log];
}

void
log_join_part(struct log_join *j, unsigned file, unsigned log)
{
	j->parts[file].log = log;
}

/* ---- keys ---- */

/* The parts that nobody writes over: what it is, its branch and CSeq, and the
   local part of its Call-ID.  Without these two nothing tells it from another.
 */
uint64_t
log_join_id(const struct log_join *j, struct rs_span text)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	struct sip_via via = {0};
	struct rs_hasher h;
	size_t head;
	if (!sip_msg_head_parse(&m, headers, text, &head))
		return 0;
	struct rs_span call = sip_msg_header(&m, SIP_HDR_CALL_ID);
	call.n = rs_span_find(call, '@');
	(void)sip_via_parse(&via, sip_msg_header(&m, SIP_HDR_VIA));
	if (call.n == 0 || via.branch.n == 0)
		return 0;
	rs_hasher_init(&h, &j->dns->seed);
	rs_hasher_pair(&h, (uint64_t)m.status, m.cseq);
	rs_hasher_bytes(&h, m.method_name);
	rs_hasher_bytes(&h, m.cseq_method);
	rs_hasher_bytes(&h, via.branch);
	rs_hasher_bytes(&h, call);
	return rs_hasher_end(&h) | 1;
}

static gpointer
line_key(const struct log_join *j, uint64_t line, uint64_t id)
{
	return join_key(j, line, id, 0);
}

/* ---- the logs ---- */

/* A phone writes its own address into the Via of its requests. */
static void
learn_own(struct log_join *j, unsigned log, struct rs_span text)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	struct sip_via via;
	struct rs_addr a;
	size_t head;
	if (sip_msg_head_parse(&m, headers, text, &head) && m.request &&
	    sip_via_parse(&via, sip_msg_header(&m, SIP_HDR_VIA)) &&
	    rs_addr_parse(&a, via.host))
		join_dns_own(j, log, &a);
}

void
log_join_entry(struct log_join *j, unsigned file, const struct cap_frame *f)
{
	unsigned log = j->parts[file].log;
	struct log_sip s;
	enum log_form form = (enum log_form)(f->linktype - CAP_LINK_LOG);
	if (j->joined[log].first == RS_NEVER)
		j->joined[log].first = f->ts;
	if (f->bytes.n == 0)
		j->joined[log].end = f->ts;
	else
		join_dns_entry(j, file, f);
	if (f->bytes.n == 0 || j->messages->len >= JOIN_MESSAGES ||
	    !log_sip_parse(form, f->bytes, &s) || s.headless)
		return;
	struct log_text t = log_sip_text(s.message, j->text, LOG_ENTRY);
	if (form == LOG_FORM_PHONE && s.sent)
		learn_own(j, log, (struct rs_span){j->text, t.n});
	struct join_message m = {
	    .at = f->ts,
	    .line = rs_frame_number(f->frame),
	    .id = log_join_id(j, (struct rs_span){j->text, t.n}),
	    .log = log,
	    .length = (int32_t)t.n,
	    .exact = t.whole && !t.redacted,
	    .up = s.sent == (form == LOG_FORM_PHONE),
	};
	j->joined[log].messages++;
	g_array_append_val(j->messages, m);
	g_hash_table_insert(j->by_line, line_key(j, m.line, m.id),
	    GUINT_TO_POINTER(j->messages->len));
}

/* ---- the captures ---- */

static gpointer
first_key(const struct log_join *j, const struct rs_flow_info *f)
{
	return join_key(j, (uint64_t)f->first_at, f->first.number, 1);
}

/* Index + 1; 0: there is no room. */
static uint32_t
flow_of(struct log_join *j, const struct rs_flow_info *f)
{
	gpointer serial = GSIZE_TO_POINTER(f->serial + 1);
	uint32_t i =
	    GPOINTER_TO_UINT(g_hash_table_lookup(j->by_serial, serial));
	if (i || j->flows->len >= JOIN_FLOWS)
		return i;
	struct join_flow new = {
	    .first = f->first_at,
	    .number = f->first.number,
	    .client = f->end[RS_C2S].addr,
	    .from = RS_NEVER,
	    .damaged = RS_NEVER,
	};
	g_array_append_val(j->flows, new);
	i = j->flows->len;
	g_hash_table_insert(j->by_serial, serial, GUINT_TO_POINTER(i));
	g_hash_table_insert(j->by_first, first_key(j, f), GUINT_TO_POINTER(i));
	return i;
}

static void
add_wire(struct log_join *j, const struct rs_event *ev, uint32_t flow,
    struct inferred_size size, uint64_t id)
{
	struct join_wire w = {
	    .at = ev->at,
	    .flow = flow - 1,
	    .low = size.low,
	    .high = size.high,
	    .up = ev->dir == RS_C2S,
	    .id = id,
	};
	if (j->wire->len < JOIN_WIRE)
		g_array_append_val(j->wire, w);
}

static void
take_data(struct log_join *j, const struct rs_event *ev)
{
	uint32_t i = flow_of(j, ev->flow);
	if (i == 0 || ev->u.tls_data.seal == TLS_SEAL_OPENED ||
	    ev->u.tls_data.type != 23)
		return;
	struct join_flow *f = join_flow(j, i - 1);
	if (!f->cipher.known)
		return;
	struct inferred_size size =
	    inferred_size(&f->cipher, ev->u.tls_data.size);
	if (f->from == RS_NEVER)
		f->from = ev->at.complete;
	f->to = ev->at.complete;
	if (size.high >= JOIN_LEAST)
		add_wire(j, ev, i, size, 0);
}

static void
take_handshake(struct log_join *j, const struct rs_event *ev)
{
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	uint32_t i = flow_of(j, ev->flow);
	if (i && !m->encrypted && m->type == TLS_HS_SERVER_HELLO &&
	    m->u.server_hello)
		inferred_cipher_init(&join_flow(j, i - 1)->cipher,
		    m->u.server_hello->version, m->u.server_hello->cipher);
}

static void
take_message(struct log_join *j, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	struct inferred_size size = {(int32_t)m->size, (int32_t)m->size};
	uint64_t id = log_join_id(j, m->bytes);
	uint32_t i = id ? flow_of(j, ev->flow) : 0;
	if (i)
		add_wire(j, ev, i, size, id);
}

static void
collect(void *arg, const struct rs_event *ev)
{
	struct log_join *j = arg;
	if (ev->flow == NULL)
		return;
	if (ev->type == RS_EV_DNS_MESSAGE)
		join_dns_event(j, ev);
	else if (ev->type == RS_EV_DHCP)
		join_dhcp_event(j, ev);
	else if (ev->type == RS_EV_TLS_DATA)
		take_data(j, ev);
	else if (ev->type == RS_EV_TLS_HANDSHAKE)
		take_handshake(j, ev);
	else if (ev->type == RS_EV_SIP_MESSAGE)
		take_message(j, ev);
	else if (ev->type == RS_EV_GAP) {
		uint32_t i = flow_of(j, ev->flow);
		if (i && join_flow(j, i - 1)->damaged == RS_NEVER)
			join_flow(j, i - 1)->damaged = ev->at.first;
	}
}

struct rs_sink
log_join_sink(struct log_join *j)
{
	return (struct rs_sink){collect, j};
}

/* ---- once more ---- */

void
log_join_hole(struct log_join *j, unsigned file)
{
	j->joined[j->parts[file].log].holes = true;
}

void
log_join_clock(struct log_join *j, unsigned file, rs_time due)
{
	struct log_joined *l = &j->joined[j->parts[file].log];
	if (l->due == RS_NEVER || j->parts[file].log == file)
		l->due = due;
}

void
log_join_stepped(struct log_join *j, unsigned file, rs_time by)
{
	j->joined[j->parts[file].log].stepped = by;
}

void
log_join_span(struct log_join *j, rs_time first, rs_time last, bool broken)
{
	j->dns->first = first;
	j->dns->last = last;
	j->dns->broken |= broken;
}

static gpointer
record_key(const struct log_join *j, uint32_t flow, const struct rs_stamp *at)
{
	return join_key(j, flow, (uint64_t)at->complete, at->from.number);
}

void
join_missed(struct log_join *j, uint32_t wire)
{
	const struct join_wire *w = join_wire(j, wire);
	g_hash_table_add(j->missed, record_key(j, w->flow, &w->at));
}

/* In clear, from the phone: whose messages these are. */
static bool
sends(const struct rs_event *ev)
{
	return ev->type == RS_EV_SIP_MESSAGE && ev->dir == RS_C2S &&
	       ev->flow->carrier != RS_OVER_TLS && ev->u.sip_message->request &&
	       rs_span_eq(ev->u.sip_message->cseq_method, RS_LIT("REGISTER"));
}

bool
log_join_hear(
    struct log_join *j, const struct rs_event *ev, struct rs_flow_info *flow)
{
	if (ev->flow == NULL || ev->flow->source != RS_FROM_WIRE ||
	    (ev->type != RS_EV_TLS_DATA && ev->type != RS_EV_TLS_HANDSHAKE &&
		!sends(ev)))
		return false;
	uint32_t i = GPOINTER_TO_UINT(
	    g_hash_table_lookup(j->by_first, first_key(j, ev->flow)));
	if (i == 0)
		return false;
	struct join_flow *f = join_flow(j, i - 1);
	f->now = *ev->flow;
	f->now.tcp = NULL;
	if (ev->type == RS_EV_SIP_MESSAGE)
		return false;
	f->now.carrier = RS_OVER_TLS;
	f->now.source = RS_FROM_BOTH;
	*flow = f->now;
	return ev->type == RS_EV_TLS_DATA &&
	       g_hash_table_contains(j->missed, record_key(j, i - 1, &ev->at));
}

/* Stamps of the first reading, with the numbers that files have now. */
static struct rs_stamp
renumbered(struct rs_stamp at, const struct join_flow *f)
{
	at.from.file = at.to.file = f->now.first.file;
	return at;
}

struct join_fate
log_join_fate(const struct log_join *j, struct rs_frame line, uint64_t id)
{
	struct join_fate fate = {0};
	uint32_t i = GPOINTER_TO_UINT(g_hash_table_lookup(
	    j->by_line, line_key(j, rs_frame_number(line), id)));
	if (i == 0)
		return fate;
	const struct join_message *m = join_message(j, i - 1);
	fate.known = true;
	fate.in_clear = m->in_clear;
	fate.lost = m->lost;
	if (m->flow == 0)
		return fate;
	const struct join_flow *f = join_flow(j, m->flow - 1);
	if (f->now.first.number == 0)
		return fate;
	fate.flow = &f->now;
	for (uint32_t k = 0; k < m->n; k++)
		fate.at[fate.n++] =
		    renumbered(join_wire(j, m->wire + k)->at, f);
	return fate;
}
