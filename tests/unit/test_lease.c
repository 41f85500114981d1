/* SPDX-License-Identifier: Apache-2.0 */
/* Leases, neighbours, links and clocks, and what is known of a host by them. */
#include "dhcp/dhcp.h"
#include "link/link.h"
#include "track/clock.h"
#include "track/host.h"
#include "track/lease.h"
#include "track/lease_record.h"
#include "track/link.h"
#include "track/neighbour.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* All trackers, as the engine has them, and a line a record. */
struct kit {
	struct rs_hash_seed seed;
	struct rs_account pay;
	struct rec_sink out;
	struct neighbour_tracker *near;
	struct lease_tracker *lease;
	struct link_tracker *link;
	struct clock_tracker *clock;
	struct host_index *hosts;
	uint64_t frame;
	char said[2000];
	unsigned records;
};

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct kit *k = arg;
	size_t n = strlen(k->said);
	char addr[RS_ADDR_TEXT] = "-";
	k->records++;
	host_index_add(k->hosts, type, rec);
	if (type == &rec_lease_type) {
		const struct rec_lease *l = rec;
		if (l->client.at.addr.family)
			rs_addr_format(&l->client.at.addr, addr);
		snprintf(k->said + n, sizeof k->said - n,
		    "%s %s %s again=%d offers=%u naks=%d;",
		    rec_lease_kind_name(l->kind) ? rec_lease_kind_name(l->kind)
						 : "none",
		    rec_lease_state_name(l->state), addr,
		    (int)l->retransmissions, l->offers.n,
		    l->refusals == REC_ABSENT ? 0 : (int)l->refusals);
	} else if (type == &rec_link_type) {
		const struct rec_link *l = rec;
		snprintf(k->said + n, sizeof k->said - n, "%s;",
		    rec_link_kind_name(l->kind));
	}
}

static void
begin(struct kit *k, size_t limit)
{
	*k = (struct kit){.seed = {1, 2}};
	rs_account_init(&k->pay, limit);
	k->out = (struct rec_sink){hear, k};
	k->hosts = host_index_new();
	k->near = neighbour_tracker_new(&k->seed, &k->pay, &k->out);
	k->lease = lease_tracker_new(&k->seed, &k->pay, k->near, &k->out);
	k->link = link_tracker_new(&k->seed, &k->pay, &k->out);
	k->clock = clock_tracker_new(&k->seed, &k->pay, &k->out);
}

static void
finish(struct kit *k, double at)
{
	lease_tracker_finish(k->lease, (rs_time)(at * 1e9));
	neighbour_tracker_finish(k->near);
	link_tracker_finish(k->link);
	clock_tracker_finish(k->clock);
}

static void
end(struct kit *k)
{
	lease_tracker_free(k->lease);
	neighbour_tracker_free(k->near);
	link_tracker_free(k->link);
	clock_tracker_free(k->clock);
	host_index_free(k->hosts);
	CU_ASSERT_EQUAL(k->pay.used, 0);
}

static struct rs_addr
address(const char *s)
{
	struct rs_addr a = {0};
	CU_ASSERT(rs_addr_parse(&a, rs_span_str(s)));
	return a;
}

static struct rs_event
event(struct kit *k, double at, enum rs_event_type type)
{
	struct rs_event ev = {.type = type, .now = (rs_time)(at * 1e9)};
	ev.at = rs_stamp_at(ev.now, (struct rs_frame){0, ++k->frame});
	return ev;
}

/* One message; mac: the last byte of the client's. */
static void
dhcp(struct kit *k, double at, enum dhcp_type type, unsigned mac, uint32_t xid,
    const char *own, const char *your, const char *server)
{
	const uint8_t six[6] = {
	    0, 0, 0x5e, 0, (uint8_t)(mac >> 8), (uint8_t)mac};
	struct rs_flow_info flow = {.carrier = RS_OVER_UDP};
	struct dhcp_msg m = {.version = 4, .type = type, .xid = xid};
	struct rs_event ev = event(k, at, RS_EV_DHCP);
	struct rs_addr s = address(server);
	m.mac = (struct rs_span){six, 6};
	m.from_server =
	    type == DHCP_OFFER || type == DHCP_ACK || type == DHCP_NAK;
	if (own)
		m.client = address(own);
	if (your)
		m.offered = address(your);
	if (m.from_server)
		m.option[DHCP_SERVER_ID] = (struct rs_span){s.b, 4};
	flow.end[0].addr = s;
	ev.flow = &flow;
	ev.u.dhcp = &m;
	neighbour_tracker_event(k->near, &ev);
	lease_tracker_event(k->lease, &ev);
}

#define SERVER "192.0.2.1"
#define PHONE "192.0.2.17"

struct step {
	double at;
	enum dhcp_type type;
	uint32_t xid;
	const char *own, *your, *server;
};

#define SAYS(at, type, xid)                                                    \
 {                                                                             \
  at, type, xid, NULL, NULL, SERVER                                            \
 }
#define HEARS(at, type, xid)                                                   \
 {                                                                             \
  at, type, xid, NULL, PHONE, SERVER                                           \
 }

static void
test_leases(void)
{
	static const struct {
		const char *name;
		struct step steps[8];
		double end;
		const char *said;
	} rows[] = {
	    {"bound",
		{SAYS(0, DHCP_DISCOVER, 1), HEARS(1, DHCP_OFFER, 1),
		    SAYS(2, DHCP_REQUEST, 1), HEARS(3, DHCP_ACK, 1)},
		4, "discover bound 192.0.2.17 again=0 offers=1 naks=0;"},
	    {"each with a transaction id of its own",
		{SAYS(0, DHCP_DISCOVER, 1), SAYS(4, DHCP_DISCOVER, 2),
		    SAYS(12, DHCP_DISCOVER, 3)},
		30, "discover no_offer - again=2 offers=0 naks=0;"},
	    {"the same on another hop",
		{SAYS(0, DHCP_DISCOVER, 1), SAYS(0.01, DHCP_DISCOVER, 1)}, 30,
		"discover no_offer - again=0 offers=0 naks=0;"},
	    {"too early to tell", {SAYS(0, DHCP_DISCOVER, 1)}, 5,
		"discover cut_off - again=0 offers=0 naks=0;"},
	    {"asks twice for what it was offered",
		{SAYS(0, DHCP_DISCOVER, 1), HEARS(1, DHCP_OFFER, 1),
		    SAYS(2, DHCP_REQUEST, 1), SAYS(6, DHCP_REQUEST, 1)},
		30, "discover no_ack - again=1 offers=1 naks=0;"},
	    {"asks once, and is content, though it was not answered here",
		{SAYS(0, DHCP_DISCOVER, 1), SAYS(4, DHCP_DISCOVER, 1),
		    HEARS(5, DHCP_OFFER, 1), SAYS(6, DHCP_REQUEST, 1)},
		30, "discover cut_off - again=1 offers=1 naks=0;"},
	    {"offers that are left",
		{SAYS(0, DHCP_DISCOVER, 1), HEARS(1, DHCP_OFFER, 1),
		    SAYS(4, DHCP_DISCOVER, 1)},
		30, "discover not_taken - again=1 offers=1 naks=0;"},
	    {"refused, and served",
		{SAYS(0, DHCP_REQUEST, 1), HEARS(0.1, DHCP_NAK, 1),
		    SAYS(1, DHCP_DISCOVER, 2), HEARS(2, DHCP_OFFER, 2),
		    SAYS(3, DHCP_REQUEST, 2), HEARS(4, DHCP_ACK, 2)},
		5, "request bound 192.0.2.17 again=0 offers=1 naks=1;"},
	    {"renewed with the same id",
		{SAYS(0, DHCP_REQUEST, 1), HEARS(1, DHCP_ACK, 1),
		    {10, DHCP_REQUEST, 1, PHONE, NULL, SERVER},
		    HEARS(11, DHCP_ACK, 1)},
		12,
		"request bound 192.0.2.17 again=0 offers=0 naks=0;"
		"renew bound 192.0.2.17 again=0 offers=0 naks=0;"},
	    {"declined",
		{SAYS(0, DHCP_REQUEST, 1), HEARS(1, DHCP_ACK, 1),
		    SAYS(2, DHCP_DECLINE, 1), SAYS(12, DHCP_DISCOVER, 2)},
		13,
		"request declined 192.0.2.17 again=0 offers=0 naks=0;"
		"discover cut_off - again=0 offers=0 naks=0;"},
	    {"released",
		{SAYS(0, DHCP_REQUEST, 1), HEARS(1, DHCP_ACK, 1),
		    {50, DHCP_RELEASE, 2, PHONE, NULL, SERVER}},
		51,
		"request bound 192.0.2.17 again=0 offers=0 naks=0;"
		"release released 192.0.2.17 again=0 offers=0 naks=0;"},
	    {"the beginning is missing", {HEARS(0, DHCP_OFFER, 1)}, 60,
		"none cut_off - again=0 offers=1 naks=0;"},
	    {"long ago",
		{SAYS(0, DHCP_DISCOVER, 1), SAYS(200, DHCP_DISCOVER, 2)}, 201,
		"discover no_offer - again=0 offers=0 naks=0;"
		"discover cut_off - again=0 offers=0 naks=0;"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		for (const struct step *s = rows[i].steps; s->server; s++)
			dhcp(&k, s->at, s->type, 0x17, s->xid, s->own, s->your,
			    s->server);
		lease_tracker_finish(k.lease, (rs_time)(rows[i].end * 1e9));
		CU_ASSERT_STRING_EQUAL(k.said, rows[i].said);
		finish(&k, rows[i].end);
		end(&k);
	}
}

/* Clients without number cost what there is room for, and no more. */
static void
test_flood(void)
{
	struct kit k;
	begin(&k, 300000);
	for (unsigned i = 0; i < 3000; i++)
		dhcp(&k, i / 1000.0, DHCP_DISCOVER, i, i, NULL, NULL, SERVER);
	CU_ASSERT(k.pay.used <= k.pay.limit + 4096);
	CU_ASSERT(lease_tracker_evicted(k.lease) > 1000);
	finish(&k, 4);
	CU_ASSERT_EQUAL(k.records, 3000);
	end(&k);
}

static void
link_event(struct kit *k, double at, const struct link_msg *m)
{
	struct rs_event ev = event(k, at, RS_EV_LINK);
	ev.u.link = m;
	neighbour_tracker_event(k->near, &ev);
	link_tracker_event(k->link, &ev);
	lease_tracker_event(k->lease, &ev);
}

static void
arp_in(struct kit *k, double at, uint16_t vlan, unsigned mac,
    const char *sender, const char *target, bool reply)
{
	struct link_msg m = {.kind = LINK_ARP,
	    .reply = reply,
	    .vlan = vlan,
	    .from = {0, 0, 0x5e, 0, (uint8_t)(mac >> 8), (uint8_t)mac}};
	memcpy(m.sender_mac, m.from, 6);
	if (sender)
		m.sender = address(sender);
	m.target = address(target);
	link_event(k, at, &m);
}

static void
arp(struct kit *k, double at, unsigned mac, const char *sender,
    const char *target, bool reply)
{
	arp_in(k, at, 0, mac, sender, target, reply);
}

static void
source(struct kit *k, double at, unsigned mac, const char *from, uint8_t ttl,
    uint16_t vlan)
{
	const struct link_msg m = {.kind = LINK_SOURCE,
	    .from = {0, 0, 0x5e, 0, 0x53, (uint8_t)mac},
	    .sender = address(from),
	    .ttl = ttl,
	    .vlan = vlan};
	link_event(k, at, &m);
}

static const char *
mac_at(struct kit *k, const char *addr, double at, int64_t *vlan)
{
	static struct host_view view;
	struct rs_addr a = address(addr);
	if (!host_at(k->hosts, &a, (rs_time)(at * 1e9), &view))
		return "nobody";
	if (vlan)
		*vlan = view.vlan;
	return view.mac;
}

/* The phone's by its packets; what a router has forwarded is not the
   router's. */
static void
test_hosts(void)
{
	struct kit k;
	struct host_view view;
	struct rs_addr addr;
	int64_t vlan = 0;
	begin(&k, 1 << 20);
	source(&k, 1, 0x17, PHONE, 64, 120);
	source(&k, 1, 0x01, "198.51.100.10", 61, 120);
	/* One address alone, and a hop away. */
	source(&k, 1, 0x02, "198.51.100.99", 63, 120);
	/* Its own address by ARP, and those that it passes on unchanged. */
	arp(&k, 2, 0x5301, SERVER, PHONE, true);
	for (unsigned i = 0; i < 6; i++) {
		char s[16];
		snprintf(s, sizeof s, "203.0.113.%u", i + 1);
		source(&k, 3, 0x01, s, 64, 120);
	}
	/* The address moves. */
	dhcp(&k, 100, DHCP_ACK, 0x5342, 1, NULL, PHONE, SERVER);
	/* What a router forwards does not move it back. */
	source(&k, 101, 0x01, PHONE, 64, 120);
	finish(&k, 200);
	CU_ASSERT_STRING_EQUAL(
	    mac_at(&k, PHONE, 50, &vlan), "00:00:5e:00:53:17");
	CU_ASSERT_EQUAL(vlan, 120);
	CU_ASSERT_STRING_EQUAL(
	    mac_at(&k, PHONE, 0.5, NULL), "00:00:5e:00:53:17");
	CU_ASSERT_STRING_EQUAL(mac_at(&k, PHONE, -70, NULL), "nobody");
	CU_ASSERT_STRING_EQUAL(
	    mac_at(&k, PHONE, 150, NULL), "00:00:5e:00:53:42");
	CU_ASSERT_STRING_EQUAL(
	    mac_at(&k, SERVER, 50, NULL), "00:00:5e:00:53:01");
	CU_ASSERT_STRING_EQUAL(mac_at(&k, "198.51.100.10", 50, NULL), "nobody");
	CU_ASSERT_STRING_EQUAL(mac_at(&k, "203.0.113.2", 50, NULL), "nobody");
	CU_ASSERT_STRING_EQUAL(mac_at(&k, "198.51.100.99", 50, NULL), "nobody");
	CU_ASSERT(
	    host_of_mac(k.hosts, RS_LIT("00:00:5e:00:53:42"), 0, &addr, &view));
	CU_ASSERT_EQUAL(view.learned, REC_BY_DHCP);
	CU_ASSERT(!host_of_mac(
	    k.hosts, RS_LIT("00:00:5e:00:53:42"), 1, &addr, &view));
	end(&k);
}

static void
test_lease_of(void)
{
	struct kit k;
	struct rs_addr a = address(PHONE);
	struct rec_id id;
	begin(&k, 1 << 20);
	dhcp(&k, 10, DHCP_REQUEST, 0x5317, 1, NULL, NULL, SERVER);
	dhcp(&k, 11, DHCP_ACK, 0x5317, 1, NULL, PHONE, SERVER);
	dhcp(&k, 60, DHCP_REQUEST, 0x5317, 2, PHONE, NULL, SERVER);
	dhcp(&k, 61, DHCP_ACK, 0x5317, 2, NULL, PHONE, SERVER);
	dhcp(&k, 90, DHCP_DISCOVER, 0x5317, 3, NULL, NULL, SERVER);
	finish(&k, 130);
	CU_ASSERT(!host_lease(k.hosts, &a, 5 * RS_SEC, &id));
	CU_ASSERT(host_lease(k.hosts, &a, 50 * RS_SEC, &id));
	CU_ASSERT_EQUAL(id.frame.number, 1);
	CU_ASSERT(host_lease(k.hosts, &a, 95 * RS_SEC, &id));
	CU_ASSERT_EQUAL(id.frame.number, 3);
	CU_ASSERT(host_lease_of_mac(
	    k.hosts, RS_LIT("00:00:5e:00:53:17"), 95 * RS_SEC, &id));
	CU_ASSERT_EQUAL(id.frame.number, 5);
	CU_ASSERT(!host_lease_of_mac(
	    k.hosts, RS_LIT("00:00:5e:00:53:18"), 95 * RS_SEC, &id));
	/* Whatever its last exchange was. */
	CU_ASSERT(host_served_after(
	    k.hosts, RS_LIT("00:00:5e:00:53:17"), 50 * RS_SEC));
	CU_ASSERT(!host_served_after(
	    k.hosts, RS_LIT("00:00:5e:00:53:17"), 60 * RS_SEC));
	CU_ASSERT(!host_served_after(k.hosts, RS_LIT("00:00:5e:00:53:18"), 0));
	end(&k);
}

static void
test_conflicts(void)
{
	static const struct {
		const char *name;
		unsigned a, b; /* macs: the last two bytes */
		double back;   /* seconds until the first one is back */
		const char *said;
		uint16_t vlan; /* of b */
	} rows[] = {{"two hosts", 0x5317, 0x5342, 5, "address_conflict;", 0},
	    {"the first one much later", 0x5317, 0x5342, 90, "", 0},
	    {"a router and a virtual one", 0x5317, 0x0101, 5, "", 0},
	    {"one host", 0x5317, 0x5317, 5, "", 0},
	    {"in two VLANs", 0x5317, 0x5342, 5, "", 20}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		arp(&k, 0, rows[i].a, PHONE, SERVER, true);
		arp_in(&k, 1, rows[i].vlan, rows[i].b, PHONE, SERVER, true);
		arp(&k, rows[i].back, rows[i].a, PHONE, SERVER, true);
		arp_in(&k, rows[i].back + 1, rows[i].vlan, rows[i].b, PHONE,
		    SERVER, true);
		CU_ASSERT_STRING_EQUAL(k.said, rows[i].said);
		finish(&k, 200);
		end(&k);
	}
}

/* RFC 5227 2.1.1: a probe that is answered; not in another VLAN. */
static void
test_probes(void)
{
	for (uint16_t vlan = 0; vlan <= 20; vlan += 20) {
		struct kit k;
		begin(&k, 1 << 20);
		arp(&k, 1, 0x5342, NULL, PHONE, false);
		arp_in(&k, 1.1, vlan, 0x5317, PHONE, SERVER, true);
		CU_ASSERT_STRING_EQUAL(k.said, vlan ? "" : "address_conflict;");
		finish(&k, 30);
		end(&k);
	}
}

static void
eap(struct kit *k, double at, enum link_eap what, unsigned from, unsigned to)
{
	struct link_msg m = {.kind = LINK_EAP,
	    .eap = what,
	    .from = {0, 0, 0x5e, 0, 0x53, (uint8_t)from},
	    .to = {0, 0, 0x5e, 0, 0x53, (uint8_t)to}};
	if (to == 0) /* the group of ports */
		memcpy(m.to, "\x01\x80\xc2\0\0\x03", 6);
	link_event(k, at, &m);
}

/* Switches that answer to the group do not say which of two they mean. */
static void
test_eap(void)
{
	enum { SWITCH = 1, A = 0x17, B = 0x18 };
	static const struct {
		const char *name;
		struct {
			double at;
			enum link_eap what;
			unsigned from, to;
		} steps[6]; /* the last one is empty */
		const char *said;
	} rows[] = {
	    {"refused",
		{{1, LINK_EAP_RESPONSE, A, 0},
		    {2, LINK_EAP_FAILURE, SWITCH, 0}},
		"eap_failed;"},
	    {"refused, and accepted",
		{{1, LINK_EAP_RESPONSE, A, 0}, {2, LINK_EAP_FAILURE, SWITCH, 0},
		    {3, LINK_EAP_SUCCESS, SWITCH, 0}},
		""},
	    {"one of two",
		{{1, LINK_EAP_RESPONSE, A, 0}, {1.1, LINK_EAP_RESPONSE, B, 0},
		    {2, LINK_EAP_FAILURE, SWITCH, 0}},
		""},
	    {"one of two, by its address",
		{{1, LINK_EAP_RESPONSE, A, 0}, {1.1, LINK_EAP_RESPONSE, B, 0},
		    {2, LINK_EAP_FAILURE, SWITCH, A}},
		"eap_failed;"},
	    {"long after the other",
		{{1, LINK_EAP_RESPONSE, A, 0}, {90, LINK_EAP_RESPONSE, B, 0},
		    {91, LINK_EAP_FAILURE, SWITCH, 0}},
		"eap_failed;"},
	    {"accepted, one of two",
		{{1, LINK_EAP_RESPONSE, A, 0}, {2, LINK_EAP_FAILURE, SWITCH, 0},
		    {3, LINK_EAP_RESPONSE, B, 0}, {4, LINK_EAP_RESPONSE, A, 0},
		    {5, LINK_EAP_SUCCESS, SWITCH, 0}},
		""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		for (size_t n = 0; rows[i].steps[n].from; n++)
			eap(&k, rows[i].steps[n].at, rows[i].steps[n].what,
			    rows[i].steps[n].from, rows[i].steps[n].to);
		finish(&k, 200);
		CU_ASSERT_STRING_EQUAL(k.said, rows[i].said);
		end(&k);
	}
}

static void
test_unanswered(void)
{
	static const struct {
		const char *name;
		double asked[4], answered;
		const char *said;
	} rows[] = {{"in vain", {1, 2, 3, 4}, 0, "arp_unanswered;"},
	    {"answered in the end", {1, 2, 3, 4}, 5, ""},
	    {"all at once", {1, 1.1, 1.2, 1.3}, 0, ""},
	    {"whenever it has forgotten", {1, 61, 121, 181}, 0, ""},
	    {"and then in vain", {1, 61, 62, 63}, 0, "arp_unanswered;"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		for (unsigned n = 0; n < 4; n++)
			arp(&k, rows[i].asked[n], 0x5317, PHONE, SERVER, false);
		if (rows[i].answered > 0)
			arp(&k, rows[i].answered, 0x5301, SERVER, PHONE, true);
		finish(&k, 30);
		CU_ASSERT_STRING_EQUAL(k.said, rows[i].said);
		end(&k);
	}
}

static void
ntp(struct kit *k, double at, bool answer, double offset)
{
	struct rs_flow_info flow = {.carrier = RS_OVER_UDP};
	struct rs_event ev = event(k, at, RS_EV_CLOCK);
	flow.end[0].addr = address(PHONE);
	flow.end[1].addr = address(SERVER);
	ev.flow = &flow;
	ev.dir = answer ? RS_S2C : RS_C2S;
	ev.u.clock.source = RS_CLOCK_NTP;
	ev.u.clock.answer = ev.u.clock.valid = answer;
	ev.u.clock.time = (rs_time)((at + offset) * 1e9);
	clock_tracker_event(k->clock, &ev);
}

static struct rec_clock last_clock;

static void
keep_clock(void *arg, const struct rec_type *type, const void *rec)
{
	(void)arg;
	if (type == &rec_clock_type)
		last_clock = *(const struct rec_clock *)rec;
}

/* A client that is off by the same each time tells its clock; one that sends
   random times does not. */
static void
test_clocks(void)
{
	static const struct {
		const char *name;
		double offset[3];
		enum rs_fact steady;
	} rows[] = {{"steady", {1e8, 1e8 + 1, 1e8 - 1}, RS_TRUE},
	    {"random", {1e8, -3e8, 5e7}, RS_FALSE}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].name);
		begin(&k, 1 << 20);
		k.out.record = keep_clock;
		for (unsigned n = 0; n < 3; n++)
			ntp(&k, 10 * n, false, rows[i].offset[n]);
		ntp(&k, 21, true, 2);
		finish(&k, 30);
		CU_ASSERT_EQUAL(last_clock.queries, 3);
		CU_ASSERT_EQUAL(last_clock.answers, 1);
		CU_ASSERT_EQUAL(last_clock.client_steady, rows[i].steady);
		CU_ASSERT_EQUAL(last_clock.server_offset, 2 * RS_SEC);
		end(&k);
	}
}

/* Of a relay, or a client that renews: each flow has a number. */
static void
icmp(struct kit *k, double at, uint64_t flow, enum rs_dir dir, uint16_t port,
    struct rs_span quoted)
{
	struct rs_flow_info f = {.serial = flow, .carrier = RS_OVER_UDP};
	struct rs_event ev = event(k, at, RS_EV_ICMP);
	f.end[RS_C2S] = (struct rs_endpoint){address(PHONE), 68};
	f.end[RS_S2C] = (struct rs_endpoint){address(SERVER), port};
	ev.dir = dir;
	ev.flow = &f;
	ev.u.icmp.family = 4;
	ev.u.icmp.type = 3;
	ev.u.icmp.code = 3;
	ev.u.icmp.sender = address(SERVER);
	ev.u.icmp.quoted = quoted;
	lease_tracker_event(k->lease, &ev);
	clock_tracker_event(k->clock, &ev);
}

static uint64_t icmp_frame;

static void
hear_icmp(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_lease *l = rec;
	const struct rec_clock *c = rec;
	(void)arg;
	if (type == &rec_lease_type)
		icmp_frame = l->icmp_frame.number;
	else if (type == &rec_clock_type)
		icmp_frame = c->icmp_frame.number;
	if (icmp_frame)
		CU_ASSERT(
		    rs_span_eq(type == &rec_lease_type ? l->icmp : c->icmp,
			RS_LIT("3/3")));
}

/* The client's messages go C2S on flow 0. */
static void
test_icmp(void)
{
	static const uint8_t mine[] = {1, 1, 6, 0, 0, 0, 0, 7},
			     others[] = {1, 1, 6, 0, 0, 0, 0, 8};
	const struct {
		const char *name;
		uint64_t flow;
		enum rs_dir dir;
		struct rs_span quoted;
		bool its;
	} icmps[] = {
	    {"quotes it", 0, RS_C2S, {mine, 8}, true},
	    {"quotes no more than ports", 0, RS_C2S, {mine, 0}, true},
	    {"of another client of that relay", 0, RS_C2S, {others, 8}, false},
	    {"of another flow", 1, RS_C2S, {mine, 8}, false},
	    {"of what the server sent", 0, RS_S2C, {mine, 8}, false},
	};
	for (size_t i = 0; i < sizeof icmps / sizeof *icmps; i++) {
		struct kit k;
		unit_row(icmps[i].name);
		begin(&k, 1 << 20);
		k.out.record = hear_icmp;
		dhcp(&k, 0, DHCP_DISCOVER, 0x17, 7, NULL, NULL, SERVER);
		icmp(&k, 1, icmps[i].flow, icmps[i].dir, 67, icmps[i].quoted);
		icmp(&k, 2, icmps[i].flow, icmps[i].dir, 67, icmps[i].quoted);
		icmp_frame = 0;
		finish(&k, 30);
		CU_ASSERT_EQUAL(icmp_frame, icmps[i].its ? 2 : 0);
		end(&k);
	}
}

/* Of NTP, and of nothing else between the same two. */
static void
test_icmp_ntp(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct kit k;
		struct rs_flow_info f = {.carrier = RS_OVER_UDP};
		begin(&k, 1 << 20);
		k.out.record = hear_icmp;
		struct rs_event ev = event(&k, 0, RS_EV_CLOCK);
		f.end[RS_C2S].addr = address(PHONE);
		f.end[RS_S2C].addr = address(SERVER);
		ev.flow = &f;
		ev.u.clock.source = RS_CLOCK_NTP;
		ev.u.clock.time = RS_NEVER;
		clock_tracker_event(k.clock, &ev);
		icmp(&k, 1, 0, i == 2 ? RS_S2C : RS_C2S, i == 1 ? 124 : 123,
		    (struct rs_span){0});
		icmp_frame = 0;
		finish(&k, 30);
		CU_ASSERT_EQUAL(icmp_frame, i == 0 ? 2 : 0);
		end(&k);
	}
}

static rs_time gone;

static void
hear_until(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_host *h = rec;
	(void)arg;
	if (type == &rec_host_type && h->until != RS_NEVER)
		gone = h->until;
}

/* When the address of the first host is another one's for good: words, and
   seconds.  L: lease, N: renewal, A: ARP, R: answers ARP, F: sends for others,
   t: traffic, of host 1 or 2; X: host 1 gives its lease back. */
static void
test_given_away(void)
{
	static const struct {
		const char *words;
		int gone;
	} rows[] = {
	    {"L1@1 L2@9", 9},
	    {"L1@1 L1@9", 0},
	    {"A1@1 L2@9", 9},
	    {"A1@1 N2@9", 0}, /* it had it before */
	    {"L1@1 N2@9", 9},
	    {"t1@1 L2@9", 0}, /* whoever sent for it */
	    {"L1@1 A2@9", 0}, /* a conflict, perhaps */
	    {"L1@1 A2@90", 90},
	    {"L1@1 A1@80 A2@90", 0},
	    {"L1@1 R2@90", 0}, /* a proxy, perhaps */
	    {"L1@1 F2@2 A2@90", 0},
	    {"L1@1 X1@5 A2@9", 9},
	    {"L1@1 X1@5 A1@6 A2@9", 0},
	    {"L1@1 t2@90", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		char text[64], *save = NULL;
		unit_row(rows[i].words);
		begin(&k, 1 << 20);
		k.out.record = hear_until;
		gone = 0;
		snprintf(text, sizeof text, "%s", rows[i].words);
		for (char *w = strtok_r(text, " ", &save); w;
		     w = strtok_r(NULL, " ", &save)) {
			unsigned mac = 0x5300u + (unsigned)(w[1] - '0');
			double at = atof(w + 3);
			if (w[0] == 'L')
				dhcp(&k, at, DHCP_ACK, mac, 1, NULL, PHONE,
				    SERVER);
			else if (w[0] == 'N')
				dhcp(&k, at, DHCP_ACK, mac, 1, PHONE, PHONE,
				    SERVER);
			else if (w[0] == 'X')
				dhcp(&k, at, DHCP_RELEASE, mac, 2, PHONE, NULL,
				    SERVER);
			else if (w[0] == 'A' || w[0] == 'R')
				arp(&k, at, mac, PHONE, PHONE, w[0] == 'R');
			else if (w[0] == 'F')
				source(
				    &k, at, mac & 0xff, "203.0.113.9", 61, 0);
			else
				source(&k, at, mac & 0xff, PHONE, 64, 0);
		}
		finish(&k, 100);
		CU_ASSERT_EQUAL(gone, rows[i].gone * RS_SEC);
		end(&k);
	}
}

/* What of an option's URL is written: no password, whatever it is made of. */
static void
test_passwords(void)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
	    {"https://prov.example.net/c", "https://prov.example.net/c"},
	    {"https://u:SECRET@prov.example.net/c",
		"https://*@prov.example.net/c"},
	    {"https://u:SE@CRET@prov.example.net/c",
		"https://*@prov.example.net/c"},
	    {"https://u:SEC/RET@prov.example.net/c",
		"https://*@prov.example.net/c"},
	    {"u:SEC/RET@prov.example.net", "*@prov.example.net"},
	    {"prov.example.net by@whom", "prov.example.net by@whom"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dhcp_msg m = {.version = 4, .type = DHCP_ACK};
		struct rec_lease l;
		struct rec_arena a;
		unit_row(rows[i].url);
		rec_arena_init(&a, NULL, NULL);
		rec_init(&rec_lease_type, &l);
		m.option[DHCP_CONFIG_URL] = rs_span_str(rows[i].url);
		lease_terms(&l.terms, &m, &a);
		CU_ASSERT_EQUAL_FATAL(l.terms.provisioning.n, 1);
		const struct rec_option *o = l.terms.provisioning.v;
		CU_ASSERT(rs_span_eq(o->value, rs_span_str(rows[i].want)));
		rec_arena_clear(&a);
	}
}

UNIT_MAIN("lease", UNIT(test_leases), UNIT(test_flood), UNIT(test_hosts),
    UNIT(test_lease_of), UNIT(test_conflicts), UNIT(test_probes),
    UNIT(test_eap), UNIT(test_unanswered), UNIT(test_clocks), UNIT(test_icmp),
    UNIT(test_icmp_ntp), UNIT(test_given_away), UNIT(test_passwords))
