/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns.h"

#include "event.h"

enum { HEAD = 512 };

struct state {
	bool lost[2]; /* bytes are missing: where a message begins is not known
		       */
};

/* Over TCP there are lengths between. */
static size_t
prefix(enum rs_carrier over)
{
	return over == RS_OVER_UDP ? 0 : 2;
}

static enum rs_verdict
dns_probe(struct rs_span head, enum rs_carrier over)
{
	size_t before = prefix(over);
	struct dns_msg m;
	if (head.n < before + DNS_HEADER)
		return over == RS_OVER_UDP ? RS_NO : RS_MAYBE;
	struct rs_span bytes = rs_span_from(head, before);
	if (before) {
		size_t size = (size_t)head.p[0] << 8 | head.p[1];
		if (size < DNS_HEADER)
			return RS_NO;
		if (size > bytes.n && head.n < HEAD)
			return RS_MAYBE;
		bytes = rs_span_part(bytes, 0, size);
	}
	/* Of the bits between RA and RCODE the first is always zero. */
	if (bytes.p[3] & 0x40 || !dns_msg_begin(&m, bytes) || m.opcode != 0)
		return RS_NO;
	return RS_YES;
}

static void
malformed(enum rs_dir dir, size_t n, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	const struct rs_event ev = {.type = RS_EV_ANOMALY,
	    .dir = dir,
	    .at = *at,
	    .u.anomaly = {.kind = RS_ANOMALY_DNS_MALFORMED, .bytes = n}};
	rs_emit(out, &ev);
}

/* False: no DNS message. */
static bool
message(enum rs_dir dir, struct rs_span bytes, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct dns_msg m;
	if (!dns_msg_parse(&m, bytes)) {
		malformed(dir, bytes.n, at, out);
		return false;
	}
	const struct rs_event ev = {.type = RS_EV_DNS_MESSAGE,
	    .dir = dir,
	    .at = *at,
	    .u.dns_message = &m};
	rs_emit(out, &ev);
	return true;
}

static struct rs_progress
dns_feed(void *state, enum rs_carrier over, enum rs_dir dir,
    struct rs_span data, const struct rs_where *where,
    const struct rs_sink *out)
{
	const struct state *s = state;
	size_t before = prefix(over), size = data.n;
	if (s->lost[dir])
		return (struct rs_progress){.how = RS_GIVEN_UP};
	if (before) {
		if (data.n < 2)
			return (struct rs_progress){RS_MORE, 0, 2};
		size = (size_t)data.p[0] << 8 | data.p[1];
		if (size > data.n - 2)
			return (struct rs_progress){RS_MORE, 0, size + 2};
	}
	const struct rs_stamp at = rs_where_stamp(where, 0, before + size);
	bool good = message(dir, rs_span_part(data, before, size), &at, out);
	return (struct rs_progress){
	    good ? RS_PARSED : RS_MALFORMED, before + size, 0};
}

static void
dns_gap(void *state, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct state *s = state;
	(void)missing;
	(void)at;
	(void)out;
	s->lost[dir] = true;
}

static void
dns_close(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	(void)state;
	if (left.n)
		malformed(dir, left.n, at, out);
}

const struct rs_dissector dns_dissector = {
    .name = "dns",
    .carriers = RS_OVER_UDP | RS_OVER_TCP,
    .head = HEAD + 2,
    .port = DNS_PORT,
    .brief = true,
    .state_size = sizeof(struct state),
    .probe = dns_probe,
    .feed = dns_feed,
    .gap = dns_gap,
    .close = dns_close,
};
