/* SPDX-License-Identifier: Apache-2.0 */
/* A lease as a phone's log tells it, one value a line; and short texts that are
   kept from line to line. */
#ifndef ENGINE_LOG_LEASE_H
#define ENGINE_LOG_LEASE_H

#include "base/stamp.h"
#include "log/facts.h"

enum { LOG_KEPT = 255, LOG_OPTIONS = 24 };

/* A short text that is kept; what is longer is cut. */
struct log_kept {
	uint8_t n;
	uint8_t p[LOG_KEPT];
};

static inline struct log_kept
log_keep(struct rs_span s)
{
	struct log_kept k = {.n = (uint8_t)(s.n < LOG_KEPT ? s.n : LOG_KEPT)};
	if (k.n)
		memcpy(k.p, s.p, k.n);
	return k;
}

static inline struct rs_span
log_view(const struct log_kept *k)
{
	return (struct rs_span){k->p, k->n};
}

struct log_lease {
	bool leasing; /* lines of one came, and it is not told yet */
	/* to: the last line that sends the phone to a server of files. */
	struct rs_stamp from, to;
	struct {
		uint8_t code; /* RFC 2132 */
		struct log_kept value;
	} options[LOG_OPTIONS];
	unsigned n_options;
	struct rs_addr leased;
	uint32_t xid;
};

void log_lease_line(
    struct log_lease *l, const struct log_fact *f, const struct rs_stamp *at);
/* The request, and its time; false: there is no lease to tell. */
bool log_lease_request(
    struct log_lease *l, struct log_wire *w, struct rs_stamp *at);
/* The answer to that. */
void log_lease_ack(
    const struct log_lease *l, struct log_wire *w, struct rs_stamp *at);

#endif
