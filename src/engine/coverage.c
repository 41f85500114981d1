/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the capture could and could not show, out of everybody's counters.
 * Lists are in a fixed order and leave out what was never counted.
 */
#include "engine/internal.h"
#include "engine/vantage.h"

static void
count(struct rec_list *l, struct rec_arena *a, const char *name, uint64_t n)
{
	if (n == 0)
		return;
	struct rec_count *c = rec_list_add(l, a, sizeof *c);
	c->name = rec_arena_text(a, rs_span_str(name));
	c->n = (int64_t)n;
}

static void
statuses(struct rec_list *l, struct rec_arena *a, const uint64_t counts[700])
{
	for (unsigned s = 0; s < 700; s++) {
		const char name[] = {(char)('0' + s / 100),
		    (char)('0' + s / 10 % 10), (char)('0' + s % 10), 0};
		count(l, a, name, counts[s]);
	}
}

static const char *
anomaly_name(enum rs_anomaly kind)
{
	switch (kind) {
	case RS_ANOMALY_SIP_MALFORMED:
		return "sip_malformed";
	case RS_ANOMALY_SIP_TRUNCATED:
		return "sip_truncated";
	case RS_ANOMALY_SIP_SKIPPED:
		return "sip_skipped";
	case RS_ANOMALY_SIP_TOO_LONG:
		return "sip_too_long";
	case RS_ANOMALY_SIP_TRAILING:
		return "sip_trailing_bytes";
	case RS_ANOMALY_TLS_NOT_TLS:
		return "not_tls";
	case RS_ANOMALY_TLS_BAD_RECORD:
		return "tls_bad_record";
	case RS_ANOMALY_TLS_BAD_HANDSHAKE:
		return "tls_bad_handshake";
	case RS_ANOMALY_TLS_TOO_LONG:
		return "tls_too_long";
	case RS_ANOMALY_TLS_TRUNCATED:
		return "tls_truncated";
	case RS_ANOMALY_TLS_SSLV2:
		return "sslv2_hello";
	case RS_ANOMALY_WS_BAD_UPGRADE:
		return "websocket_bad_upgrade";
	case RS_ANOMALY_WS_BAD_FRAME:
		return "websocket_bad_frame";
	case RS_ANOMALY_WS_SKIPPED:
		return "websocket_skipped";
	case RS_ANOMALY_WS_TRUNCATED:
		return "websocket_truncated";
	case RS_ANOMALY_WS_TOO_LONG:
		return "websocket_too_long";
	case RS_ANOMALY_WS_COMPRESSED:
		return "websocket_compressed";
	case RS_ANOMALY_DNS_MALFORMED:
		return "dns_malformed";
	case RS_ANOMALY_DHCP_MALFORMED:
		return "dhcp_malformed";
	case RS_ANOMALY_TFTP_MALFORMED:
		return "tftp_malformed";
	case RS_ANOMALY_HTTP_MALFORMED:
		return "http_malformed";
	case RS_ANOMALY_NONE:
	case RS_ANOMALY_N:
		break;
	}
	return "";
}

static void
sip(const struct tracker_counts *n, struct rec_coverage *c, struct rec_arena *a)
{
	for (unsigned m = SIP_METHOD_REGISTER; m < SIP_METHOD_N; m++)
		count(&c->sip_requests, a, sip_method_name((enum sip_method)m),
		    n->sip_requests[m]);
	count(&c->sip_requests, a, "other", n->sip_requests[SIP_METHOD_OTHER]);
	statuses(&c->sip_responses, a, n->sip_responses);
	statuses(&c->responses_to_register, a, n->responses_to_register);
	c->sip_keepalives = (int64_t)n->sip_keepalives;
}

/* Absent where there was none. */
static void
websocket(const struct pipeline_counts *n, struct rec_coverage *c)
{
	if (n->ws.connections == 0)
		return;
	c->websocket_connections = (int64_t)n->ws.connections;
	c->websocket_refused = (int64_t)n->ws.refused;
	c->websocket_messages = (int64_t)n->ws.messages;
	c->websocket_pings = (int64_t)n->ws.pings;
	c->websocket_pongs = (int64_t)n->ws.pongs;
}

static void
dns(const struct trackers *t, struct rec_coverage *c, struct rec_arena *a)
{
	const struct lookup_counts n = lookup_tracker_counts(t->lookup);
	count(&c->dns_messages, a, "queries", n.queries);
	count(&c->dns_messages, a, "responses", n.responses);
	count(&c->evictions, a, "lookups", n.evicted);
	count(&c->evictions, a, "names", names_evicted(t->names));
}

static void
labels(const struct pipeline *p, struct rec_coverage *c, struct rec_arena *a)
{
	const struct pipeline_counts *n = &p->counts;
	for (unsigned l = 0; l < CLASSIFY_LABELS; l++) {
		const struct label_sums *s = &n->labels[l];
		if (s->flows == 0)
			continue;
		struct rec_label *out =
		    rec_list_add(&c->other_traffic, a, sizeof *out);
		const char *name =
		    l ? classify_name(p->labels.classify, (uint16_t)l)
		      : "unknown";
		out->name = rec_arena_text(a, rs_span_str(name));
		out->flows = (int64_t)s->flows;
		out->packets = (int64_t)s->packets;
		out->bytes = (int64_t)s->bytes;
	}
	c->unlabelled_flows = (int64_t)n->unlabelled;
	c->syns_not_listed = (int64_t)pipeline_syns_not_listed(p);
}

static void
fragments(
    const struct defrag_counts *d, struct rec_coverage *c, struct rec_arena *a)
{
	count(&c->fragments, a, "fragments", d->fragments);
	count(&c->fragments, a, "datagrams", d->datagrams);
	count(&c->fragments, a, "overlaps", d->overlaps);
	count(&c->fragments, a, "timed_out", d->timed_out);
	count(&c->fragments, a, "differ", d->conflicts);
	c->fragments_differ = d->conflict;
}

static void
vantage(const struct pipeline *p, struct rec_coverage *c, struct rec_arena *a)
{
	char reason[VANTAGE_TEXT];
	enum vantage_place place = vantage_judge(&p->counts.vantage, reason);
	c->vantage = rec_arena_text(a, rs_span_str(vantage_name(place)));
	c->vantage_reason = rec_arena_text(a, rs_span_str(reason));
}

/* Whose table was full, and of how much that made. */
static void
evictions(const struct engine *e, struct rec_coverage *c, struct rec_arena *a,
    const struct handshake_counts *shakes, uint64_t registrations)
{
	const struct trackers *t = &e->trackers;
	count(&c->evictions, a, "flows",
	    e->flows ? flow_table_evicted(e->flows) : e->flows_evicted);
	count(&c->evictions, a, "streams", e->pipeline.counts.streams_refused);
	count(&c->evictions, a, "fragments", defrag_counts(e->defrag)->evicted);
	count(&c->evictions, a, "registrations", registrations);
	count(
	    &c->evictions, a, "bindings", binding_tracker_evicted(t->binding));
	count(&c->evictions, a, "handshakes", shakes->evicted);
	count(&c->evictions, a, "not_inferred",
	    inferred_tracker_counts(t->inferred).refused);
	count(&c->evictions, a, "leases", lease_tracker_evicted(t->lease));
	count(
	    &c->evictions, a, "hosts", neighbour_tracker_evicted(t->neighbour));
	count(&c->evictions, a, "links", link_tracker_evicted(t->link));
	count(&c->evictions, a, "clocks", clock_tracker_evicted(t->clock));
	count(&c->evictions, a, "downloads",
	    download_tracker_evicted(t->download));
}

void
engine_coverage(struct engine *e, struct rec_coverage *c, struct rec_arena *a)
{
	const struct pipeline *p = &e->pipeline;
	const struct pipeline_counts *n = &p->counts;
	const struct trackers *t = &e->trackers;
	struct handshake_counts shakes = {0};
	struct reg_counts regs = {0};
	handshake_tracker_counts(t->handshake, &shakes, a);
	reg_tracker_counts(t->reg, &regs, a);
	const struct inferred_counts inferred =
	    inferred_tracker_counts(t->inferred);

	c->first = e->first;
	c->last = e->now;
	c->packets = (int64_t)e->packets;
	c->decoded = (int64_t)e->decoded;
	for (unsigned f = NET_FLAW_NONE + 1; f < NET_FLAW_N; f++)
		count(&c->undecoded, a, net_flaw_name((enum net_flaw)f),
		    e->undecoded[f]);
	for (unsigned i = 0; i < NET_ENCAP_N; i++)
		count(&c->encapsulations, a, net_encap_name((enum net_encap)i),
		    e->encaps[i]);
	c->snaplen_truncated = (int64_t)e->truncated;
	count(&c->duplicates, a, "copied", e->copied);
	count(&c->duplicates, a, "routed", e->routed);
	count(&c->checksums, a, "offloaded", e->offloaded);
	count(&c->checksums, a, "bad", e->bad_sums);
	c->time_steps_back = (int64_t)e->steps_back;
	c->flows_udp = (int64_t)n->flows_udp;
	c->flows_tcp = (int64_t)n->flows_tcp;
	c->one_way_flows = (int64_t)n->one_way;
	c->two_way_flows = (int64_t)n->two_way;
	c->tcp_gaps = (int64_t)n->gaps;
	c->tcp_missing_bytes = (int64_t)n->missing;
	fragments(defrag_counts(e->defrag), c, a);
	evictions(e, c, a, &shakes, regs.evicted);
	sip(&t->counts, c, a);
	websocket(n, c);
	c->responses_without_request = (int64_t)regs.orphans;
	c->tls_connections = shakes.connections;
	c->tls_opaque = shakes.opaque;
	if (inferred.abstained)
		c->tls_abstained = (int64_t)inferred.abstained;
	c->tls_messages = shakes.messages;
	for (unsigned k = RS_ANOMALY_NONE + 1; k < RS_ANOMALY_N; k++)
		count(&c->anomalies, a, anomaly_name((enum rs_anomaly)k),
		    t->counts.anomalies[k]);
	dns(t, c, a);
	labels(p, c, a);
	vantage(p, c, a);
	c->memory_limit = (int64_t)e->memory_limit;
}
