/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones that say nothing after their lease: what the engine tells of them,
 * what is kept of that, and when it is said.  Each row is a capture, a letter a
 * frame.
 */
#include "dhcp/dhcp.h"
#include "engine/quiet_stage.h"
#include "link/link.h"
#include "rules_kit.h"
#include "track/host.h"
#include "track/quiet.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t PHONE[6] = "\0\0\x5e\0\x53\x42",
		     ROUTER[6] = "\0\0\x5e\0\x53\x01",
		     SERVER[6] = "\0\0\x5e\0\x53\x02",
		     HOST[6] = "\0\0\x5e\0\x53\x17",
		     HOST2[6] = "\0\0\x5e\0\x53\x18",
		     ALL[6] = "\xff\xff\xff\xff\xff\xff",
		     LLDP[6] = "\x01\x80\xc2\0\0\x0e",
		     CDP[6] = "\x01\0\x0c\xcc\xcc\xcc",
		     CLUSTER[6] = "\x03\xbf\xc0\0\2\1",
		     MDNS[6] = "\x01\0\x5e\0\0\xfb";
#define A_PHONE "192.0.2.42"
#define A_ROUTER "192.0.2.1"
#define A_SERVER "192.0.2.2"
#define A_HOST "192.0.2.17"

static struct quiet_watch watch;
static struct quiet_tracker *tracker;
static struct host_index *hosts;
static uint64_t frame;
static uint32_t file;
static rs_time now;
static unsigned told;

static struct rs_addr
address(const char *s)
{
	struct rs_addr a = {0};
	CU_ASSERT(rs_addr_parse(&a, rs_span_str(s)));
	return a;
}

static void
hear(void *arg, const struct rs_event *ev)
{
	(void)arg;
	told++;
	quiet_tracker_event(tracker, ev);
}

static void
record(void *arg, const struct rec_type *type, const void *rec)
{
	(void)arg;
	host_index_add(hosts, type, rec);
}

static struct net_packet
packet(const uint8_t *from, const uint8_t *to, const char *src, const char *dst)
{
	struct net_packet p = {.ts = now, .has_mac = true, .to = to};
	p.at = rs_stamp_at(now, (struct rs_frame){file, ++frame});
	memcpy(p.mac, from, 6);
	p.src.addr = address(src);
	p.dst.addr = address(dst);
	return p;
}

static void
sends(const uint8_t *from, const uint8_t *to, const char *src, const char *dst,
    uint8_t proto, unsigned port)
{
	const struct rs_sink out = {hear, NULL};
	const uint8_t payload[8] = {
	    proto == NET_PROTO_ICMP || proto == NET_PROTO_ICMP6 ? (uint8_t)port
								: 0x9c,
	    0x40, (uint8_t)(port >> 8), (uint8_t)port};
	struct net_packet p = packet(from, to, src, dst);
	p.proto = proto;
	p.payload = (struct rs_span){payload, sizeof payload};
	if (watch.n)
		quiet_stage_packet(&watch, &p, &out);
}

/* The datagram, and what its dissector says. */
static void
dhcp(enum dhcp_type type, const uint8_t *from, const uint8_t *to,
    const char *src, const char *own, const char *more)
{
	/* RFC 2132 9.6 */
	static const uint8_t wire[] = {[DHCP_DISCOVER] = 1, [DHCP_OFFER] = 2,
	    [DHCP_REQUEST] = 3, [DHCP_DECLINE] = 4, [DHCP_ACK] = 5,
	    [DHCP_NAK] = 6, [DHCP_RELEASE] = 7};
	const struct rs_sink out = {hear, NULL};
	bool request = type != DHCP_ACK;
	uint8_t b[300] = {request ? 1 : 2, 1, 6};
	struct net_packet p = packet(from, to, src, "255.255.255.255");
	struct rs_addr router = address(A_ROUTER), a = address(own);
	uint8_t options[] = {0x63, 0x82, 0x53, 0x63, 53, 1, wire[type], 3, 4};
	const size_t at = DHCP4_OPTIONS - 4 + sizeof options;
	memcpy(b + (request ? 12 : 16), a.b, 4);
	memcpy(b + 28, PHONE, 6);
	memcpy(b + DHCP4_OPTIONS - 4, options, sizeof options);
	memcpy(b + at, router.b, 4);
	size_t n = 0; /* options hold zeros */
	while (more[n])
		n += 2 + (size_t)more[n + 1];
	memcpy(b + at + 4, more, n);
	b[at + 4 + n] = 255;
	p.payload = (struct rs_span){b, sizeof b};
	quiet_stage_boot(&watch, &p, &out);
	struct dhcp_msg m;
	CU_ASSERT_FATAL(dhcp4_parse(&m, p.payload) && m.type == type);
	const struct rs_event ev = {
	    .type = RS_EV_DHCP, .at = p.at, .u.dhcp = &m};
	quiet_tracker_event(tracker, &ev);
}

static void
link_says(struct link_msg m, const uint8_t *from, const uint8_t *to)
{
	struct rs_event ev = {.type = RS_EV_LINK, .u.link = &m};
	ev.at = rs_stamp_at(now, (struct rs_frame){file, ++frame});
	memcpy(m.from, from, 6);
	memcpy(m.sender_mac, from, 6);
	memcpy(m.to, to, 6);
	if (watch.n)
		quiet_stage_link(&watch, &ev);
	quiet_tracker_event(tracker, &ev);
}

static void
arp(const uint8_t *from, const uint8_t *to, const char *sender,
    const char *target, bool reply)
{
	struct link_msg m = {.kind = LINK_ARP, .reply = reply};
	m.sender = address(sender);
	m.target = address(target);
	link_says(m, from, to);
}

static void
of_dhcp(char what)
{
	switch (what) {
	case 'd':
		dhcp(DHCP_DISCOVER, PHONE, ALL, "0.0.0.0", "0.0.0.0", "");
		break;
	case 'D': /* by a bridge that has its own hardware address */
		dhcp(DHCP_DISCOVER, HOST, ALL, "0.0.0.0", "0.0.0.0", "");
		break;
	case 'R': /* for the address that it had */
		dhcp(DHCP_DISCOVER, PHONE, ALL, "0.0.0.0", "0.0.0.0",
		    "\x32\4\xc0\0\2\x2a");
		break;
	case 'W': /* for another one */
		dhcp(DHCP_DISCOVER, PHONE, ALL, "0.0.0.0", "0.0.0.0",
		    "\x32\4\xc0\0\2\x2b");
		break;
	case 'k':
		dhcp(DHCP_REQUEST, PHONE, ALL, "0.0.0.0", "0.0.0.0", "");
		break;
	case 'K': /* it has the address */
		dhcp(DHCP_REQUEST, PHONE, ALL, A_PHONE, A_PHONE, "");
		break;
	case 'f':
		dhcp(DHCP_RELEASE, PHONE, ROUTER, A_PHONE, A_PHONE, "");
		break;
	case 'a':
		dhcp(DHCP_ACK, ROUTER, ALL, A_ROUTER, A_PHONE, "");
		break;
	case 'A':
		dhcp(DHCP_ACK, ROUTER, PHONE, A_ROUTER, A_PHONE, "");
		break;
	case 'S':
		dhcp(DHCP_ACK, SERVER, PHONE, A_SERVER, A_PHONE, "");
		break;
	case 'v':
		dhcp(DHCP_ACK, ROUTER, PHONE, A_ROUTER, A_PHONE, "\x84\x01x");
		break;
	case '7':
		dhcp(DHCP_ACK, ROUTER, PHONE, A_ROUTER, A_PHONE,
		    "\x2b\4\x3a\2\1x");
		break;
	case '8':
		dhcp(DHCP_ACK, ROUTER, PHONE, A_ROUTER, A_PHONE, "\x2b\4http");
		break;
	case 'V':
		dhcp(DHCP_ACK, ROUTER, PHONE, A_ROUTER, A_PHONE,
		    "\x0c\x02pc\x2b\x0bL2QVLAN=120");
		break;
	default:
		CU_FAIL("no such frame");
	}
}

/* Is that address of IPv6 free? */
static void
tries(const char *target)
{
	struct link_msg m = {.kind = LINK_ND};
	m.target = address(target);
	link_says(m, PHONE, MDNS);
}

static void
of_link(char what)
{
	switch (what) {
	case 'g':
		arp(PHONE, ALL, A_PHONE, A_PHONE, false);
		break;
	case 'q':
		arp(PHONE, ALL, A_PHONE, A_ROUTER, false);
		break;
	case 'r':
		arp(ROUTER, PHONE, A_ROUTER, A_PHONE, true);
		break;
	case 'n':
		arp(PHONE, ALL, A_PHONE, A_HOST, false);
		break;
	case 'c':
		arp(ROUTER, ALL, A_ROUTER, A_PHONE, false);
		break;
	case 'C':
		arp(PHONE, ROUTER, A_PHONE, A_ROUTER, true);
		break;
	case 'H':
		arp(HOST, ALL, A_HOST, A_PHONE, false);
		break;
	case 'j':
		arp(PHONE, HOST, A_PHONE, A_HOST, true);
		break;
	case '4':
		tries("2001:db8::42");
		break;
	case '5':
		tries("fe80::42");
		break;
	case 'h':
		arp(HOST, ALL, A_HOST, A_ROUTER, false);
		break;
	case 'l':
		link_says((struct link_msg){.kind = LINK_POLICY}, PHONE, LLDP);
		break;
	case 'L':
		link_says((struct link_msg){.kind = LINK_POLICY}, PHONE, CDP);
		break;
	default:
		of_dhcp(what);
	}
}

static void
of_others(char what)
{
	switch (what) {
	case 'o':
		sends(HOST, ROUTER, A_HOST, "198.51.100.1", 17, 123);
		break;
	case 't':
		sends(ROUTER, HOST, "198.51.100.1", A_HOST, 6, 443);
		break;
	case 'O':
		sends(HOST, SERVER, A_HOST, A_SERVER, 17, 514);
		break;
	case 'T':
		sends(HOST, SERVER, A_HOST, A_SERVER, 6, 80);
		break;
	case 'z':
		sends(HOST, ROUTER, A_HOST, "198.51.100.1", 17, 5060);
		break;
	case 'N':
		sends(HOST, ROUTER, A_HOST, "198.51.100.1", 17, 53);
		break;
	case 'Z':
		sends(HOST, ROUTER, A_HOST, "198.51.100.1", NET_PROTO_ICMP, 8);
		break;
	case 'y':
		sends(HOST, ROUTER, A_HOST, A_ROUTER, 17, 161);
		break;
	case 'Y':
		sends(ROUTER, HOST, A_ROUTER, A_HOST, 6, 22);
		break;
	case 'w':
		sends(HOST, MDNS, A_HOST, "224.0.0.251", 17, 5353);
		break;
	default:
		of_link(what);
	}
}

static void
happens(char what)
{
	const struct rs_event drops = {.type = RS_EV_DROPS};
	switch (what) {
	case 'u':
		sends(PHONE, ROUTER, A_PHONE, "198.51.100.1", 17, 53);
		break;
	case '6':
		sends(PHONE, ROUTER, "2001:db8::42", "2001:db8::1", 6, 443);
		break;
	case '2': /* another address of it */
		sends(PHONE, ROUTER, "192.0.2.43", "198.51.100.1", 6, 443);
		break;
	case 'b': /* behind its router */
		sends(HOST, HOST2, A_PHONE, "198.51.100.1", 6, 5061);
		break;
	case 'p':
		sends(HOST, PHONE, A_HOST, A_PHONE, 17, 9);
		break;
	case 'm':
		sends(PHONE, MDNS, A_PHONE, "224.0.0.251", 17, 5353);
		break;
	case 's':
		sends(PHONE, MDNS, A_PHONE, "224.0.1.75", 17, 5060);
		break;
	case 'e':
		sends(PHONE, HOST, A_PHONE, A_HOST, NET_PROTO_ICMP, 0);
		break;
	case 'E':
		sends(PHONE, HOST, A_PHONE, A_HOST, NET_PROTO_ICMP, 8);
		break;
	case 'B': /* it looks for TFTP */
		sends(PHONE, ALL, A_PHONE, "255.255.255.255", 17, 69);
		break;
	case 'G': /* to a cluster, which all of a link hear */
		sends(PHONE, CLUSTER, A_PHONE, "192.0.2.60", 17, 8443);
		break;
	case 'i': /* what it sent does not arrive */
		sends(ROUTER, PHONE, A_ROUTER, A_PHONE, NET_PROTO_ICMP, 3);
		break;
	case 'P': /* it is pinged */
		sends(ROUTER, PHONE, A_ROUTER, A_PHONE, NET_PROTO_ICMP, 0);
		break;
	case 'F':
		file++;
		break;
	case 'I':
		file--;
		break;
	case 'x':
		quiet_tracker_event(tracker, &drops);
		break;
	default:
		of_others(what);
	}
}

static struct rec_lease lease;
static struct rec_coverage cover;
static struct rec_quiet quiet;
static struct diag_case c;

/* Frames come a millisecond after each other; a dot is ten seconds, a blank
 * 140.
 */
static void
plays(const char *frames)
{
	const struct rec_sink out = {record, NULL};
	watch = (struct quiet_watch){0};
	now = 1000 * RS_SEC;
	frame = file = 0;
	tracker = quiet_tracker_new(&out);
	hosts = host_index_new();
	for (; *frames; frames++) {
		now += RS_MSEC;
		if (*frames == ' ')
			now += 140 * RS_SEC;
		else if (*frames == '.')
			now += 10 * RS_SEC;
		else
			happens(*frames);
	}
	quiet_tracker_finish(tracker);
	quiet_tracker_free(tracker);
}

static struct rs_span asked[2];

static void
case_of(void)
{
	static struct rec_count arps[] = {{{(const uint8_t *)"arp", 3}, 2}};
	rec_init(&rec_lease_type, &lease);
	rec_init(&rec_coverage_type, &cover);
	lease.id.frame = lease.answer_frame = (struct rs_frame){0, 1};
	lease.started = 1000 * RS_SEC;
	lease.ended = 1005 * RS_SEC;
	lease.mac = RS_LIT("00:00:5e:00:53:42");
	lease.terms.address = RS_LIT(A_PHONE);
	lease.protocol = REC_DHCPV4;
	lease.kind = REC_LEASE_DISCOVER;
	lease.state = REC_BOUND;
	asked[0] = RS_LIT("66");
	asked[1] = RS_LIT("150");
	lease.asked = (struct rec_list){asked, 2, 2};
	lease.vlan = 0;
	cover.undecoded = (struct rec_list){arps, 1, 1};
	cover.last = now;
	c = (struct diag_case){.lease = &lease, .coverage = &cover};
	if (host_quiet(hosts, lease.mac, &quiet))
		c.quiet = &quiet;
}

#define SILENT "phone.silent"

static void
test_captures(void)
{
	static const struct {
		const char *name, *frames, *want;
	} rows[] = {
	    {"DHCP of its router to it alone", "dkAgot ot", SILENT},
	    {"it finds its router", "dkagqrot ot", SILENT},
	    {"its router finds it", "dkagcCot ot", SILENT},
	    {"LLDP of its own", "dkaglot ot", SILENT},
	    {"likewise, what others say to everybody", "dkaglwt wt", SILENT},
	    {"DHCP of another server to it alone, and two others", "dkSgot ot",
		SILENT},
	    {"likewise, and later", "dkSgotOT OT.ot", SILENT},
	    {"it talks to everybody, and answers pings", "dkAgmeot ot", SILENT},
	    {"a router that says no more, and an echo", "dkAgPot ot", SILENT},
	    {"again, after it had spoken", "dkAu dkAgot ot", ""},
	    {"again, for another address", "WkAgot ot", SILENT},
	    {"IPv6 of the link", "dkAg5ot ot", SILENT},
	    /* What is seen at another port of the switch. */
	    {"broadcasts only", "dkagot ot", ""},
	    {"it looks for its router", "dkagqot ot", ""},
	    {"likewise, with DHCP to it alone", "dkAgqot ot", ""},
	    {"it looks for two, and finds one", "dkagnqrot ot", ""},
	    {"others look for it", "dkAgcot ot", ""},
	    {"two look for it, and one finds it", "dkAgHcCot ot", ""},
	    {"likewise, the other way", "dkAgcHCot ot", ""},
	    {"it answers somebody else", "dkAgcjot ot", ""},
	    {"CDP may be passed on", "dkagLot ot", ""},
	    {"answers to others show no way to its router", "dkageot ot", ""},
	    {"at the port of the DHCP server", "dkSgOT OT", ""},
	    {"the router alone, which is spoken to", "dkAgyY yY", ""},
	    {"likewise, and what others say to everybody", "dkAgwY wY", ""},
	    {"what others say to each other", "dkAgOT OT", ""},
	    {"likewise, soon", "dkAgOT ot", ""},
	    /* It has another way. */
	    {"IPv6", "dkAg4ot ot", ""},
	    {"likewise, with another server of DHCP", "dkSg4ot ot", ""},
	    {"likewise, where all of it is here", "dkagl4ot ot", SILENT},
	    /* Too short, or not all of it. */
	    {"too short", "dkAgot...........ot", ""},
	    {"nothing of others", "dkAgh h", ""},
	    {"nothing of others soon", "dkAg ot", ""},
	    {"TCP of others alone", "dkAgt t", ""},
	    {"UDP of others alone", "dkAgo o", ""},
	    {"likewise, soon", "dkAgo ot", ""},
	    {"SIP of others alone", "dkAgzt zt", ""},
	    {"DNS of others alone", "dkAgNt Nt", ""},
	    {"pings of others alone", "dkAgZt Zt", ""},
	    {"likewise, LLDP of its own", "dkaglt t", ""},
	    {"a time that was not captured", "dkAgotx ot", ""},
	    {"others in another file", "dkAgFot ot", ""},
	    {"likewise, late", "dkAgot Fot", ""},
	    {"likewise, soon", "dkAgFotI ot", ""},
	    {"the first sign in another file", "dkagFlIlot ot", ""},
	    {"the sign in another file", "dkagFlot ot", ""},
	    /* It spoke. */
	    {"a question", "dkAguot ot", ""},
	    {"late", "dkAgot otu", ""},
	    {"it speaks IPv6", "dkAg6ot ot", ""},
	    {"another address", "dkAg2ot ot", ""},
	    {"behind its router", "dkAgbot ot", ""},
	    {"it is spoken to", "dkAgpot ot", ""},
	    {"SIP to the group of servers", "dkAgsot ot", ""},
	    {"it pings", "dkAgEot ot", ""},
	    {"to a cluster", "dkAgGot ot", ""},
	    {"to everybody, for a server", "dkAgBot ot", ""},
	    {"it is told of what it sent", "dkAgiot ot", ""},
	    /* It need not speak here. */
	    {"it gives the address back", "dkAgfot ot", ""},
	    {"a VLAN by number", "dkvgot ot", ""},
	    {"a VLAN in a text", "dkVgot ot", ""},
	    {"a VLAN, maybe", "dk7got ot", ""},
	    {"a text without one", "dk8got ot", SILENT},
	    {"a renewal", "KAgot ot", ""},
	    {"for the address that it had", "RkAgot ot", ""},
	    {"behind a bridge", "DAgot ot", ""},
	    {"the beginning is missing", "Agot ot", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		plays(rows[i].frames);
		case_of();
		judge(&c);
		expect(rows[i].name, rows[i].want);
		host_index_free(hosts);
	}
}

static void
says(const char *name, const char *want)
{
	judge(&c);
	expect(name, want);
	case_of();
}

/* Which clients are phones, by what they ask DHCP for. */
static void
test_asked(void)
{
	static const struct {
		const char *name, *first, *second, *want;
	} rows[] = {
	    {"a name and addresses for TFTP", "66", "150", SILENT},
	    {"a switch", "66", "67", ""},
	    {"likewise", "3", "150", ""},
	    {"a sensor", "43", "125", ""},
	    {"SIP servers", "3", "120", SILENT},
	    {"provisioning", "3", "159", SILENT},
	    {"likewise", "160", "3", SILENT},
	};
	plays("dkaglot ot");
	case_of();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		asked[0] = rs_span_str(rows[i].first);
		asked[1] = rs_span_str(rows[i].second);
		says(rows[i].name, rows[i].want);
	}
	judge(&c);
	CU_ASSERT_STRING_EQUAL(said_more, "capture.incomplete,link.voice-vlan");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "by 802.1Q"));
	host_index_free(hosts);
}

static void
test_rule(void)
{
	struct rec_phone phone;
	struct rec_link policy;
	rec_init(&rec_phone_type, &phone);
	rec_init(&rec_link_type, &policy);
	policy.voice_vlan = 120;
	policy.untagged = RS_FALSE;
	plays("dkagqrot ot");
	case_of();
	says("as it is", SILENT);
	CU_ASSERT_STRING_EQUAL(detail,
	    "00:00:5e:00:53:42 was given 192.0.2.42, and exchanged no packets "
	    "with anybody, but for DHCP, ARP, ICMP and what goes to "
	    "everybody, in the 140.0 s that the capture goes on. They would be "
	    "seen: what passes between the phone and its router is captured. "
	    "140.0 s after the lease there still are packets of others.");
	CU_ASSERT_STRING_EQUAL(evidence,
	    "1 DHCP ACK 6 between the phone and its router 10 packet of "
	    "another host");
	CU_ASSERT_STRING_EQUAL(said_more, "capture.incomplete,link.voice-vlan");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	lease.kind = REC_LEASE_REQUEST;
	says("it asks for the address that it had", "");
	lease.state = REC_INFORMED;
	says("no address", "");
	lease.protocol = REC_DHCPV6;
	says("IPv6", "");
	lease.asked.n = 0;
	says("no phone, as far as is known", "");
	lease.vendor_class = RS_LIT("PXEClient:Arch");
	says("boots over the network", "");
	lease.started = 1001 * RS_SEC;
	says("started before", "");
	lease.ended = 1000 * RS_SEC;
	says("started again", "");
	cover.drops_kernel = 1;
	says("packets were dropped", "");
	cover.undecoded.n = 0;
	says("no ARP in the capture", "");
	c.phone = &phone;
	says("a phone that tried something", "");
	c.policy = &policy;
	says("the switch has another VLAN for it", "");
	lease.vlan = 120;
	c.policy = &policy;
	says("it is there", SILENT);
	host_index_free(hosts);
}

/* More than are watched: the first ones are given up, and said to be. */
static void
test_many(void)
{
	const struct rs_sink out = {hear, NULL};
	const struct rec_sink records = {record, NULL};
	enum { MANY = 3 * QUIET_CLIENTS };
	watch = (struct quiet_watch){0};
	tracker = quiet_tracker_new(&records);
	hosts = host_index_new();
	told = 0;
	for (unsigned i = 0; i < MANY; i++) {
		uint8_t b[60] = {1, 1, 6};
		const uint8_t mac[6] = {
		    0, 0, 0x5e, 0, (uint8_t)(i >> 8), (uint8_t)i};
		now = i * RS_SEC;
		struct net_packet p =
		    packet(mac, ALL, "0.0.0.0", "255.255.255.255");
		memcpy(b + 28, mac, 6);
		/* Cut anywhere, it is none. */
		for (size_t n = 0; n < 44; n++) {
			uint8_t *cut = malloc(n + 1);
			memcpy(cut, b, n);
			p.payload = (struct rs_span){cut, n};
			quiet_stage_boot(&watch, &p, &out);
			free(cut);
		}
		CU_ASSERT_EQUAL(
		    told, i < QUIET_CLIENTS ? i : 2 * i - QUIET_CLIENTS);
		p.payload = (struct rs_span){b, sizeof b};
		quiet_stage_boot(&watch, &p, &out);
	}
	CU_ASSERT_EQUAL(watch.n, QUIET_CLIENTS);
	for (unsigned i = 0; i < MANY; i++) {
		const uint8_t mac[6] = {
		    0, 0, 0x5e, 0, (uint8_t)(i >> 8), (uint8_t)i};
		sends(mac, ROUTER, A_HOST, "198.51.100.1", 17, 53);
	}
	CU_ASSERT_EQUAL(watch.n, 0);
	CU_ASSERT_EQUAL(told, 2 * MANY);
	quiet_tracker_finish(tracker);
	quiet_tracker_free(tracker);
	host_index_free(hosts);
}

UNIT_MAIN("quiet", UNIT(test_captures), UNIT(test_asked), UNIT(test_rule),
    UNIT(test_many))
