/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/identify.h"

#include "sip/sip.h"
#include "tls/tls.h"

static const struct rs_dissector *const dissectors[] = {
    &sip_dissector,
    &tls_dissector,
};

struct identity
identify(struct rs_span head, enum rs_carrier over)
{
	struct identity best = {RS_NO, NULL};
	for (size_t i = 0; i < sizeof dissectors / sizeof *dissectors; i++) {
		const struct rs_dissector *d = dissectors[i];
		if (!(d->carriers & over))
			continue;
		enum rs_verdict v = d->probe(head, over);
		if (v == RS_YES)
			return (struct identity){RS_YES, d};
		if (v == RS_MAYBE)
			best.verdict = RS_MAYBE;
	}
	return best;
}
