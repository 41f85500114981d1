/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP of both versions, a message a datagram. */
#include "dhcp/dhcp.h"

#include "event.h"

void
dhcp_msg_copy(
    struct dhcp_msg *to, uint8_t *to_bytes, const struct dhcp_msg *from)
{
	const struct rs_span joined = {from->joined, sizeof from->joined};
	*to = *from;
	if (from->bytes.n)
		memcpy(to_bytes, from->bytes.p, from->bytes.n);
	struct rs_span *const single[] = {&to->mac, &to->sname, &to->file};
	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		*single[i] = rs_span_moved(*single[i], from->bytes, to_bytes);
	for (size_t i = 0; i < DHCP_OPTION_N; i++) {
		struct rs_span s = to->option[i];
		bool own = s.p >= joined.p && s.p <= joined.p + joined.n;
		to->option[i] = own ? rs_span_moved(s, joined, to->joined)
				    : rs_span_moved(s, from->bytes, to_bytes);
	}
	to->bytes.p = to_bytes;
}

static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	(void)over;
	return dhcp4_probe(head) || dhcp6_probe(head) ? RS_YES : RS_NO;
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct dhcp_msg m;
	struct rs_event ev = {.dir = dir};
	(void)state;
	(void)over;
	if (data.n == 0)
		return (struct rs_progress){RS_MORE, 0, 1};
	ev.at = rs_where_stamp(where, 0, data.n);
	/* Of version 6 only what is whole: its first bytes may be anything. */
	bool read = dhcp4_probe(data)
			? dhcp4_parse(&m, data)
			: dhcp6_probe(data) && dhcp6_parse(&m, data);
	if (read) {
		ev.type = RS_EV_DHCP;
		ev.u.dhcp = &m;
		rs_emit(out, &ev);
	}
	if (!read || m.flaws) {
		ev.type = RS_EV_ANOMALY;
		memset(&ev.u, 0, sizeof ev.u);
		ev.u.anomaly.kind = RS_ANOMALY_DHCP_MALFORMED;
		ev.u.anomaly.bytes = data.n;
		rs_emit(out, &ev);
	}
	return (struct rs_progress){read ? RS_PARSED : RS_MALFORMED, data.n, 0};
}

const struct rs_dissector dhcp_dissector = {
    .name = "dhcp",
    .carriers = RS_OVER_UDP,
    .probe = probe,
    .feed = feed,
};
