/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DNS message, and all that can be read of it.  Beyond "no crash": what comes
 * out lies in what went in, names are no longer than they may be, and a walk
 * through the records ends.  The first byte says UDP or TCP; then the dissector
 * takes the bytes in two pieces.
 */
#include "dns/dns.h"
#include "event.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct rs_span s, struct rs_span all)
{
	if (s.n && (s.p < all.p || s.p + s.n > all.p + all.n))
		abort();
}

static void
named(const struct dns_name *n)
{
	if (n->n == 0 || n->n > DNS_NAME_TEXT)
		abort();
	for (size_t i = 0; i < n->n; i++)
		if (n->text[i] <= ' ' || n->text[i] > '~')
			abort();
}

static void
message(struct rs_span all)
{
	struct dns_msg m;
	struct dns_record r;
	struct rs_addr a;
	struct dns_name name;
	struct dns_srv srv;
	struct dns_naptr naptr;
	uint32_t minimum;
	if (!dns_msg_parse(&m, all))
		return;
	struct dns_walk w = dns_walk_init(&m);
	for (size_t before = 0; dns_walk_next(&m, &w, &r); before = w.at) {
		if (w.at <= before)
			abort();
		inside(r.data, all);
		named(&r.name);
		(void)dns_record_addr(&r, &a);
		(void)dns_record_minimum(&m, &r, &minimum);
		if (dns_record_name(&m, &r, &name))
			named(&name);
		if (dns_record_srv(&m, &r, &srv))
			named(&srv.target);
		if (!dns_record_naptr(&m, &r, &naptr))
			continue;
		named(&naptr.replacement);
		inside(naptr.flags, all);
		inside(naptr.service, all);
		inside(naptr.regexp, all);
	}
}

static void
hear(void *arg, const struct rs_event *ev)
{
	(void)arg;
	if (ev->type == RS_EV_DNS_MESSAGE)
		message(ev->u.dns_message->bytes);
}

static void
stream(struct rs_span data)
{
	uint8_t state[16] = {0};
	const struct rs_sink out = {hear, NULL};
	const struct rs_stamp at = {0};
	size_t done = 0;
	if (dns_dissector.state_size > sizeof state)
		abort();
	for (size_t end = data.n / 2;; end = data.n) {
		while (done < end) {
			struct rs_span left =
			    rs_span_part(data, done, end - done);
			const struct rs_arrival one = {.end = left.n};
			const struct rs_where where = {&one, 1};
			struct rs_progress p = dns_dissector.feed(
			    state, RS_OVER_TCP, RS_C2S, left, &where, &out);
			if (p.how == RS_MORE && p.need <= left.n)
				abort();
			if (p.how == RS_MORE)
				break;
			if (p.consumed == 0 || p.consumed > left.n)
				abort();
			done += p.consumed;
		}
		if (end == data.n)
			break;
	}
	dns_dissector.close(state, RS_C2S, rs_span_from(data, done), &at, &out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct rs_span bytes = {data + 1, size - 1};
	if (dns_dissector.probe(
		bytes, data[0] & 1 ? RS_OVER_TCP : RS_OVER_UDP) == RS_YES &&
	    bytes.n < DNS_HEADER)
		abort();
	if (data[0] & 1)
		stream(bytes);
	else
		message(bytes);
	return 0;
}
