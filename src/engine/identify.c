/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/identify.h"

#include "dns/dns.h"
#include "dhcp/dhcp.h"
#include "ntp/ntp.h"
#include "http/http.h"
#include "sip/sip.h"
#include "tftp/tftp.h"
#include "tls/tls.h"
#include "websocket/websocket.h"

static const struct rs_dissector *const dissectors[] = {
    &sip_dissector,
    &tls_dissector,
    &websocket_dissector,
    &dns_dissector,
    &dhcp_dissector,
    &ntp_dissector,
    &tftp_dissector,
    &http_dissector, /* after websocket: a GET may be one */
};

/* A datagram is there as a whole; of a stream each probe sees what it wants. */
static struct rs_span
head_for(
    const struct rs_dissector *d, struct rs_span head, enum rs_carrier over)
{
	if (!(over & (RS_OVER_TCP | RS_OVER_TLS)))
		return head;
	return rs_span_part(head, 0, d->head ? d->head : RS_PROBE_HEAD);
}

struct identity
identify(struct rs_span head, enum rs_carrier over, uint16_t a, uint16_t b)
{
	struct identity best = {RS_NO, NULL};
	for (size_t i = 0; i < sizeof dissectors / sizeof *dissectors; i++) {
		const struct rs_dissector *d = dissectors[i];
		if (!(d->carriers & over) ||
		    (d->port && d->port != a && d->port != b))
			continue;
		enum rs_verdict v = d->probe(head_for(d, head, over), over);
		if (v == RS_YES)
			return (struct identity){RS_YES, d};
		if (v == RS_MAYBE && best.verdict == RS_NO)
			best = (struct identity){RS_MAYBE, d};
	}
	return best;
}
