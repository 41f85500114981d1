/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of DNS, their names and records, and the dissector over UDP and TCP.
 * Each message is also read at every length before a guard page.
 */
#include "dns/dns.h"
#include "event.h"

#include "dns_kit.h"
#include "guard.h"
#include "unit.h"

#include <string.h>

static bool
is(const struct dns_name *n, const char *text)
{
	return rs_span_eq(dns_name_span(n), rs_span_str(text));
}

/* Everything that can be read of it; how many records. */
static unsigned
read_all(struct rs_span bytes)
{
	struct dns_msg m;
	struct dns_record r;
	struct rs_addr a;
	struct dns_name name;
	struct dns_srv srv;
	struct dns_naptr naptr;
	uint32_t minimum;
	unsigned n = 0;
	if (!dns_msg_parse(&m, bytes))
		return 0;
	struct dns_walk w = dns_walk_init(&m);
	for (; dns_walk_next(&m, &w, &r); n++) {
		(void)dns_record_addr(&r, &a);
		(void)dns_record_name(&m, &r, &name);
		(void)dns_record_srv(&m, &r, &srv);
		(void)dns_record_naptr(&m, &r, &naptr);
		(void)dns_record_minimum(&m, &r, &minimum);
	}
	CU_ASSERT_EQUAL(
	    m.cut, n < (unsigned)(m.counts[0] + m.counts[1] + m.counts[2]));
	return n;
}

/* Shorter ones are refused or cut, and never read beyond. */
static void
at_every_length(struct rs_span whole)
{
	struct guard g;
	guard_init(&g, whole.n);
	unsigned all = read_all(whole);
	for (size_t n = 0; n < whole.n; n++)
		CU_ASSERT(
		    read_all(guard_put(&g, rs_span_part(whole, 0, n))) < all ||
		    all == 0);
	CU_ASSERT_EQUAL(read_all(guard_put(&g, whole)), all);
	guard_clear(&g);
}

static void
full(struct dns_kit *k)
{
	static const uint8_t naptr[] =
	    "\0\1\0\2\1S\10SIPS+D2T\0\5_sips\xc0\x0c";
	static const uint8_t cname[] = "\1x\xc0\x0c";
	static const uint8_t soa[] =
	    "\2ns\0\4root\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\x78";
	dns_kit_begin(k, 7, KIT_RESPONSE | 0x400, "Example.COM", 255);
	dns_kit_a(k, DNS_ANSWER, NULL, 10);
	dns_kit_srv(k, 10, 5061, "sbc.example.net");
	dns_kit_record(k, DNS_ANSWER, NULL, DNS_TYPE_NAPTR,
	    (struct rs_span){naptr, sizeof naptr - 1});
	dns_kit_record(k, DNS_ANSWER, "www.example.com", DNS_TYPE_CNAME,
	    (struct rs_span){cname, sizeof cname - 1});
	dns_kit_record(k, DNS_AUTHORITY, NULL, DNS_TYPE_SOA,
	    (struct rs_span){soa, sizeof soa - 1});
	dns_kit_record(
	    k, DNS_ADDITIONAL, ".", DNS_TYPE_OPT, (struct rs_span){NULL, 0});
}

static void
test_message(void)
{
	struct dns_kit k;
	struct dns_msg m;
	full(&k);
	CU_ASSERT_TRUE_FATAL(dns_msg_parse(&m, dns_kit_view(&k)));
	CU_ASSERT_EQUAL(m.id, 7);
	CU_ASSERT_TRUE(m.response && m.authoritative && !m.truncated);
	CU_ASSERT_TRUE(m.edns && !m.cut);
	CU_ASSERT_TRUE(is(&m.name, "example.com"));
	CU_ASSERT_EQUAL(m.type, 255);
	CU_ASSERT_EQUAL(m.class, 1);
	at_every_length(dns_kit_view(&k));
}

static void
test_records(void)
{
	struct dns_kit k;
	struct dns_msg m;
	struct dns_record r;
	struct rs_addr a;
	struct dns_name name;
	struct dns_srv srv;
	struct dns_naptr naptr;
	uint32_t minimum;
	full(&k);
	CU_ASSERT_TRUE_FATAL(dns_msg_parse(&m, dns_kit_view(&k)));
	struct dns_walk w = dns_walk_init(&m);
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_TRUE(dns_record_addr(&r, &a));
	CU_ASSERT_EQUAL(a.b[3], 10);
	CU_ASSERT_EQUAL(r.ttl, 300);
	CU_ASSERT_FALSE(dns_record_srv(&m, &r, &srv));
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_TRUE(dns_record_srv(&m, &r, &srv));
	CU_ASSERT_TRUE(is(&srv.target, "sbc.example.net"));
	CU_ASSERT_EQUAL(srv.priority, 10);
	CU_ASSERT_EQUAL(srv.weight, 5);
	CU_ASSERT_EQUAL(srv.port, 5061);
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_TRUE(dns_record_naptr(&m, &r, &naptr));
	CU_ASSERT_EQUAL(naptr.order, 1);
	CU_ASSERT_EQUAL(naptr.preference, 2);
	CU_ASSERT_TRUE(rs_span_eq(naptr.service, RS_LIT("SIPS+D2T")));
	CU_ASSERT_TRUE(is(&naptr.replacement, "_sips.example.com"));
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_TRUE(is(&r.name, "www.example.com"));
	CU_ASSERT_TRUE(dns_record_name(&m, &r, &name));
	CU_ASSERT_TRUE(is(&name, "x.example.com"));
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_EQUAL(r.section, DNS_AUTHORITY);
	CU_ASSERT_TRUE(dns_record_minimum(&m, &r, &minimum));
	CU_ASSERT_EQUAL(minimum, 120);
	CU_ASSERT_TRUE(dns_walk_next(&m, &w, &r));
	CU_ASSERT_TRUE(is(&r.name, "."));
	CU_ASSERT_FALSE(dns_walk_next(&m, &w, &r));
}

/* A question whose name is these bytes; NULL: it cannot be read. */
static const struct name_row {
	const char *row;
	struct rs_span wire;
	const char *text;
} names[] = {
    {"the root", {(const uint8_t *)"", 1}, "."},
    {"upper case", {(const uint8_t *)"\2Ab\1C", 6}, "ab.c"},
    {"bytes that are no host", {(const uint8_t *)"\3a.\\\1\0", 7},
	"a\\046\\092.\\000"},
    {"to itself", {(const uint8_t *)"\xc0\x0c", 2}, NULL},
    {"to its own label", {(const uint8_t *)"\1a\xc0\x0c", 4}, NULL},
    {"to what comes after", {(const uint8_t *)"\xc0\x0e\1a\0", 5}, NULL},
    {"into the header", {(const uint8_t *)"\xc0\x02", 2}, NULL},
    {"a length that is reserved",
	{(const uint8_t *)"\x41"
			  "aaa",
	    5},
	NULL},
};

static void
test_names(void)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct name_row *r = &names[i];
		uint8_t b[64] = {0, 1, 1, 0, 0, 1};
		struct dns_msg m;
		size_t n = DNS_HEADER;
		unit_row(r->row);
		memcpy(b + n, r->wire.p, r->wire.n);
		n += r->wire.n;
		b[n + 1] = 1;
		b[n + 3] = 1;
		bool good = dns_msg_parse(&m, (struct rs_span){b, n + 4});
		CU_ASSERT_EQUAL(good, r->text != NULL);
		if (good)
			CU_ASSERT_TRUE(is(&m.name, r->text));
	}
}

/* 255 bytes on the wire are the most (RFC 1035 3.1), and pointers count. */
static void
test_long_names(void)
{
	char long_name[300];
	struct dns_kit k;
	struct dns_msg m;
	for (size_t labels = 30; labels < 50; labels++) {
		size_t n = 0;
		for (size_t i = 0; i < labels; i++, n += 6)
			memcpy(long_name + n, "abcde.", 6);
		long_name[n] = 0;
		dns_kit_begin(&k, 1, KIT_QUERY, long_name, DNS_TYPE_A);
		CU_ASSERT_EQUAL(
		    dns_msg_parse(&m, dns_kit_view(&k)), 6 * labels + 1 <= 255);
	}
}

/* ---- the dissector ---- */

struct heard {
	unsigned messages, anomalies;
	uint16_t last;
};

static void
hear(void *arg, const struct rs_event *ev)
{
	struct heard *h = arg;
	h->messages += ev->type == RS_EV_DNS_MESSAGE;
	h->anomalies += ev->type == RS_EV_ANOMALY;
	if (ev->type == RS_EV_DNS_MESSAGE)
		h->last = ev->u.dns_message->id;
}

static struct rs_progress
feed(uint8_t state[16], enum rs_carrier over, struct rs_span bytes,
    struct heard *h)
{
	const struct rs_arrival one = {.end = bytes.n};
	const struct rs_where where = {&one, 1};
	const struct rs_sink out = {hear, h};
	return dns_dissector.feed(state, over, RS_C2S, bytes, &where, &out);
}

static void
test_datagram(void)
{
	uint8_t state[16] = {0};
	struct heard h = {0};
	struct dns_kit k;
	full(&k);
	CU_ASSERT(sizeof state >= dns_dissector.state_size);
	CU_ASSERT_EQUAL(dns_dissector.port, DNS_PORT);
	CU_ASSERT_EQUAL(
	    dns_dissector.probe(dns_kit_view(&k), RS_OVER_UDP), RS_YES);
	CU_ASSERT_EQUAL(dns_dissector.probe(
			    RS_LIT("REGISTER sip:x SIP/2.0\r\n"), RS_OVER_UDP),
	    RS_NO);
	CU_ASSERT_EQUAL(
	    feed(state, RS_OVER_UDP, dns_kit_view(&k), &h).how, RS_PARSED);
	CU_ASSERT_EQUAL(h.messages, 1);
	CU_ASSERT_EQUAL(
	    feed(state, RS_OVER_UDP, RS_LIT("nothing of this"), &h).how,
	    RS_MALFORMED);
	CU_ASSERT_EQUAL(h.anomalies, 1);
}

/* Two messages in one stream, split at every byte. */
static void
test_stream(void)
{
	uint8_t both[4096];
	struct dns_kit k;
	size_t n = 0;
	for (uint16_t id = 1; id <= 2; id++) {
		dns_kit_begin(
		    &k, id, KIT_QUERY, "_sip._tcp.example.com", DNS_TYPE_SRV);
		both[n++] = (uint8_t)(k.n >> 8);
		both[n++] = (uint8_t)k.n;
		memcpy(both + n, k.b, k.n);
		n += k.n;
	}
	for (size_t cut = 1; cut <= n; cut++) {
		uint8_t state[16] = {0};
		struct heard h = {0};
		size_t done = 0;
		for (size_t end = cut;; end = n) {
			struct rs_progress p;
			while (
			    done < end &&
			    (p = feed(state, RS_OVER_TCP,
				 (struct rs_span){both + done, end - done}, &h))
				    .how == RS_PARSED)
				done += p.consumed;
			if (done < end)
				CU_ASSERT(p.need > end - done);
			if (end == n)
				break;
		}
		CU_ASSERT_EQUAL(done, n);
		CU_ASSERT_EQUAL(h.messages, 2);
		CU_ASSERT_EQUAL(h.last, 2);
		enum rs_verdict v = dns_dissector.probe(
		    (struct rs_span){both, cut}, RS_OVER_TCP);
		CU_ASSERT_EQUAL(v, cut < k.n + 2 ? RS_MAYBE : RS_YES);
	}
}

/* After a gap nobody knows where a message begins. */
static void
test_gap(void)
{
	uint8_t state[16] = {0};
	struct heard h = {0};
	const struct rs_stamp at = {0};
	const struct rs_sink out = {hear, &h};
	dns_dissector.gap(state, RS_C2S, 10, &at, &out);
	CU_ASSERT_EQUAL(
	    feed(state, RS_OVER_TCP, RS_LIT("\0\1x"), &h).how, RS_GIVEN_UP);
	dns_dissector.close(state, RS_S2C, RS_LIT("\0"), &at, &out);
	CU_ASSERT_EQUAL(h.anomalies, 1);
	CU_ASSERT_EQUAL(h.messages, 0);
}

UNIT_MAIN("dns", UNIT(test_message), UNIT(test_records), UNIT(test_names),
    UNIT(test_long_names), UNIT(test_datagram), UNIT(test_stream),
    UNIT(test_gap))
