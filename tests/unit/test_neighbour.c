/* SPDX-License-Identifier: Apache-2.0 */
/* Whose an address of IPv6 was when, and what is told of hosts and links while
   the capture goes on. */
#include "dhcp/dhcp.h"
#include "link/link.h"
#include "track/link.h"
#include "track/neighbour.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define ADDRESS "2001:db8:1::17"

struct kit {
	struct rs_hash_seed seed;
	struct rs_account pay;
	struct rec_sink out, open;
	struct neighbour_tracker *near;
	struct link_tracker *link;
	uint64_t frame;
	rs_time gone;
	unsigned hosts, links, policies, routers;
	char macs[400]; /* of each record about the address */
	struct rs_addr addr;
};

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct kit *k = arg;
	const struct rec_host *h = rec;
	if (type != &rec_host_type) {
		k->links++;
		return;
	}
	k->routers += h->router == RS_TRUE;
	if (!rs_addr_eq(&h->client.at.addr, &k->addr))
		return;
	size_t n = strlen(k->macs);
	snprintf(k->macs + n, sizeof k->macs - n, "%.*s%s ", 2,
	    (const char *)h->mac.p + 15, h->until != RS_NEVER ? "!" : "");
	if (h->until != RS_NEVER && k->gone == 0)
		k->gone = h->until;
}

static void
hear_open(void *arg, const struct rec_type *type, const void *rec)
{
	struct kit *k = arg;
	(void)rec;
	k->hosts += type == &rec_host_type;
	k->policies += type == &rec_link_type;
}

static void
begin(struct kit *k, const char *addr)
{
	*k = (struct kit){.seed = {1, 2}};
	rs_account_init(&k->pay, 1 << 20);
	k->out = (struct rec_sink){hear, k};
	k->open = (struct rec_sink){hear_open, k};
	k->near = neighbour_tracker_new(&k->seed, &k->pay, &k->out);
	k->link = link_tracker_new(&k->seed, &k->pay, &k->out);
	CU_ASSERT(rs_addr_parse(&k->addr, rs_span_str(addr)));
}

static void
end(struct kit *k)
{
	neighbour_tracker_free(k->near);
	link_tracker_free(k->link);
	CU_ASSERT_EQUAL(k->pay.used, 0);
}

static void
give(struct kit *k, struct rs_event *ev, enum rs_event_type type, double at)
{
	ev->type = type;
	ev->now = (rs_time)(at * 1e9);
	ev->at = rs_stamp_at(ev->now, (struct rs_frame){0, ++k->frame});
	neighbour_tracker_event(k->near, ev);
	link_tracker_event(k->link, ev);
}

static void
link_event(struct kit *k, double at, struct link_msg m, unsigned host)
{
	const uint8_t mac[6] = {0, 0, 0x5e, 0, 0x53, (uint8_t)host};
	memcpy(m.from, mac, 6);
	memcpy(m.sender_mac, mac, 6);
	struct rs_event ev = {.u.link = &m};
	give(k, &ev, RS_EV_LINK, at);
}

static struct rs_addr
local(unsigned host)
{
	const uint8_t b[16] = {0xfe, 0x80, [15] = (uint8_t)host};
	return rs_addr_v6(b);
}

static void
nd(struct kit *k, double at, char what, unsigned host)
{
	struct link_msg m = {.kind = LINK_ND, .sender = k->addr};
	m.target = local(1);
	m.reply = what == 'A' || what == 'S';
	m.shared = what == 'S';
	m.router = what == 'R';
	if (what == 'D') {
		m.target = k->addr;
		m.sender = (struct rs_addr){0};
	} else if (what == 'R') {
		m.sender = local(host);
	} else if (what == 't') {
		m.kind = LINK_SOURCE;
		m.ttl = 64;
	}
	link_event(k, at, m, host);
}

/* A message of DHCPv6: of a client whose DUID says `named`, told apart by
   `which`, and whose frames are those of `seen`; 0: of a relay. */
static void
dhcp(struct kit *k, double at, enum dhcp_type type, uint8_t code,
    unsigned named, uint8_t which, unsigned seen)
{
	const uint8_t duid[10] = {
	    0, 3, 0, which, 0, 0, 0x5e, 0, 0x53, (uint8_t)named};
	const uint8_t server[16] = {0xfe, 0x80, [15] = 0xfe};
	struct rs_flow_info flow = {.carrier = RS_OVER_UDP};
	struct dhcp_msg m = {.version = 6,
	    .type = type,
	    .code = code,
	    .mac = {duid + 4, 6},
	    .offered = k->addr,
	    .lease = 3600,
	    .leased = true,
	    .hops = seen == 0,
	    .from_server = type == DHCP_ACK};
	m.option[DHCP_CLIENT_ID] = (struct rs_span){duid, sizeof duid};
	flow.end[RS_C2S].addr = rs_addr_v6(server);
	flow.end[RS_S2C].addr = local(named);
	if (seen && type == DHCP_ACK)
		link_event(k, at,
		    (struct link_msg){
			.kind = LINK_SOURCE, .ttl = 1, .sender = local(named)},
		    seen);
	struct rs_event ev = {.flow = &flow, .dir = RS_C2S, .u.dhcp = &m};
	give(k, &ev, RS_EV_DHCP, at);
}

/*
 * A word is what happens to the address, a host, and when.  D: asks whether it
 * is free; N: asks another host, from it; A: says that it has it; S: so may
 * others; R: is a router; t: traffic.  M: is leased it; L: by a relay; B:
 * behind a bridge, host 9; J: at another interface, host 7; U: by another DUID;
 * W: renews; X: gives it back.
 */
static void
say(struct kit *k, const char *w)
{
	enum { RENEW = 5, RELEASE = 8, REPLY = 7, BRIDGE = 9, DOCK = 7 };
	unsigned host = (unsigned)(w[1] - '0');
	double at = atof(w + 3);
	switch (w[0]) {
	case 'M':
		dhcp(k, at, DHCP_ACK, REPLY, host, 1, host);
		break;
	case 'L':
		dhcp(k, at, DHCP_ACK, REPLY, host, 1, 0);
		break;
	case 'B':
		dhcp(k, at, DHCP_ACK, REPLY, host, 1, BRIDGE);
		break;
	case 'J':
		dhcp(k, at, DHCP_ACK, REPLY, host, 1, DOCK);
		break;
	case 'U':
		dhcp(k, at, DHCP_ACK, REPLY, host, 2, 0);
		break;
	case 'W':
		dhcp(k, at, DHCP_REQUEST, RENEW, host, 1, host);
		break;
	case 'X':
		dhcp(k, at, DHCP_RELEASE, RELEASE, host, 1, host);
		break;
	default:
		nd(k, at, w[0], host);
	}
}

static const struct {
	const char *words;
	int gone;         /* seconds; 0: never */
	const char *macs; /* of the records; "!": it was given away */
} rows[] = {
    /* DHCPv6 */
    {"M1@1 D1@2 X1@100 M2@200", 200, "01! 02 "},
    {"M1@1 D1@2 M2@200", 200, "01! 02 "},
    {"L1@1 X1@100 L2@200", 200, "01! 02 "},
    {"L1@1 L2@4000", 4000, "01! 02 "},
    {"L1@1 L2@200", 0, "01 02 "}, /* it is leased still */
    {"M1@1 D1@2 L2@200", 0, "01 "},
    {"L1@1 U1@4000", 0, "01 "}, /* one host, two DUIDs */
    {"M1@1 D1@2 J1@200", 0, "01 07 "},
    {"J1@1 D7@2 N7@3", 0, "07 "},
    {"L1@1 D5@2 N5@3", 0, "05 "}, /* the DUID names another interface */
    {"L1@1 D5@2 N5@3 D2@90 N2@92", 0, "05 02 "},
    {"L1@1 J1@2", 0, "07 "},
    {"B1@1 B2@200", 0, "09 "}, /* whose, a bridge hides */
    {"B1@1 D9@2 M2@200", 200, "09! 02 "},
    {"M1@1 D1@2 W2@190 M2@200", 0, "01 02 "}, /* it had it before */
    {"D1@1 N1@2 M2@200", 0, "01 02 "},        /* another interface, perhaps */
    {"t1@1 M2@200", 0, "01 02 "},
    /* neighbour discovery: proxies answer, and hosts take turns */
    {"M1@1 D1@2 D2@90 N2@92", 0, "01 02 "},
    {"D1@1 N1@2 D2@90 N2@92", 0, "01 02 "},
    {"M1@1 D1@2 X1@10 D2@20 N2@22", 0, "01 02 "},
    {"M1@1 D1@2 D2@90", 0, "01 "},
    {"M1@1 D1@2 A2@92 N2@93", 0, "01 02 "}, /* VRRP without its address */
    {"M1@1 D1@2 A2@92 A1@200 A2@300", 0, "01 02 01 02 "},
    {"M1@1 D1@2 D2@90 A2@92", 0, "01 02 "},
    {"M1@1 D1@2 S2@90 S2@200", 0, "01 "}, /* a proxy */
    {"M1@1 D1@2 R2@3 D2@90 N2@92", 0, "01 02 "},
    {"M1@1 D1@2 t2@90", 0, "01 "},
    {"t1@1 D2@90 N2@92", 0, "01 02 "},
    {"D1@1 N1@2 D2@90 N2@92 D1@200 N1@202", 0, "01 02 01 "},
};

static void
run(struct kit *k, const char *words)
{
	char text[100], *save = NULL;
	snprintf(text, sizeof text, "%s", words);
	for (char *w = strtok_r(text, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		say(k, w);
}

static void
test_turns(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		unit_row(rows[i].words);
		begin(&k, ADDRESS);
		run(&k, rows[i].words);
		neighbour_tracker_finish(k.near);
		CU_ASSERT_EQUAL(k.gone, rows[i].gone * RS_SEC);
		if (strcmp(k.macs, rows[i].macs) != 0)
			printf("# got %s\n", k.macs);
		CU_ASSERT_STRING_EQUAL(k.macs, rows[i].macs);
		end(&k);
	}
}

/* A phone takes an address for privacy every day, and uses the one before for a
   while (RFC 8981 3.4); a router passes on those of others.  What it was taken
   for it stays, and that holds for each family by itself. */
static void
test_privacy(void)
{
	static const struct {
		const char *name;
		unsigned at_once,
		    then;    /* addresses at the start; one each ... */
		double each; /* ... so many hours */
		bool v4;
		unsigned routers; /* records that say so */
	} cases[] = {{"a phone for six weeks", 2, 42, 24, false, 0},
	    {"as soon as can be", 2, 42, 14.4, false, 0},
	    {"over IPv4, too", 1, 42, 24, true, 0},
	    {"a router", 4, 0, 24, false, 4},
	    {"one with more by and by", 4, 10, 24, false, 14},
	    {"within half a day", 1, 3, 3.9, false, 4},
	    {"over IPv4", 1, 3, 3.9, true, 4}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit k;
		struct link_msg m = {.kind = LINK_SOURCE, .ttl = 64};
		unit_row(cases[i].name);
		begin(&k, ADDRESS);
		for (unsigned n = 0; n < cases[i].at_once + cases[i].then;
		     n++) {
			unsigned day =
			    n < cases[i].at_once ? 0 : n - cases[i].at_once + 1;
			uint8_t b[16] = {0x20, 1, 0xd, 0xb8, [15] = (uint8_t)n};
			m.sender =
			    cases[i].v4 ? rs_addr_v4(b + 12) : rs_addr_v6(b);
			link_event(&k, 1 + day * cases[i].each * 3600, m, 1);
		}
		neighbour_tracker_finish(k.near);
		CU_ASSERT_EQUAL(k.routers, cases[i].routers);
		end(&k);
	}
}

/* What no interface has of its own names no host. */
static void
test_nobody(void)
{
	static const struct {
		const char *name;
		uint8_t mac[6];
		unsigned hosts;
	} macs[] = {{"an interface", {2, 0, 0, 0, 0, 1}, 1},
	    {"zeros: the loopback interface", {0}, 0},
	    {"a group", {1, 0, 0x5e, 0, 0, 1}, 0}};
	for (size_t i = 0; i < sizeof macs / sizeof *macs; i++) {
		for (enum link_kind kind = LINK_ARP; kind <= LINK_SOURCE;
		     kind += LINK_SOURCE - LINK_ARP) {
			struct kit k;
			unit_row(macs[i].name);
			begin(&k, ADDRESS);
			struct link_msg m = {
			    .kind = kind, .sender = k.addr, .ttl = 64};
			memcpy(m.from, macs[i].mac, 6);
			memcpy(m.sender_mac, macs[i].mac, 6);
			struct rs_event ev = {.u.link = &m};
			give(&k, &ev, RS_EV_LINK, 1);
			neighbour_tracker_tell(k.near, RS_SEC, &k.open);
			CU_ASSERT_EQUAL(k.hosts, macs[i].hosts);
			end(&k);
		}
	}
}

/* Between two reports: what is open is told, and stays open. */
static void
test_tell(void)
{
	struct kit k;
	begin(&k, ADDRESS);
	run(&k, "D1@1 N1@2");
	neighbour_tracker_tell(k.near, 10 * RS_SEC, &k.open);
	neighbour_tracker_tell(k.near, 100 * RS_SEC, &k.open);
	CU_ASSERT_EQUAL(k.hosts, 2);
	CU_ASSERT_STRING_EQUAL(k.macs, "");
	neighbour_tracker_tell(k.near, 9 * 86400 * RS_SEC, &k.open);
	CU_ASSERT_EQUAL(k.hosts, 2); /* of long ago */
	end(&k);
}

static void
ask(struct kit *k, double at)
{
	struct link_msg m = {.kind = LINK_ND, .sender = k->addr};
	m.target = local(0xfe);
	link_event(k, at, m, 1);
}

/* A question that may still be answered waits; one that is repeated for long is
   told, and counted anew. */
static void
test_tell_link(void)
{
	static const struct {
		const char *name;
		unsigned asked; /* times, each second from 1 s on */
		double now;
		unsigned told;
	} cases[] = {{"just now", 5, 7, 0}, {"and never again", 5, 20, 1},
	    {"twice", 2, 200, 0}, {"without end", 125, 125, 1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit k;
		unit_row(cases[i].name);
		begin(&k, ADDRESS);
		for (unsigned n = 1; n <= cases[i].asked; n++)
			ask(&k, n);
		for (unsigned n = 0; n < 2; n++)
			link_tracker_tell(
			    k.link, (rs_time)(cases[i].now * 1e9), &k.open);
		CU_ASSERT_EQUAL(k.links, cases[i].told);
		for (unsigned n = 0; n < 5; n++)
			ask(&k, 300 + n);
		link_tracker_finish(k.link);
		CU_ASSERT_EQUAL(k.links, cases[i].told + 1);
		end(&k);
	}
}

static void
eap(struct kit *k, double at, enum link_eap what, unsigned host)
{
	struct link_msg m = {.kind = LINK_EAP, .eap = what};
	m.to[5] = 1;
	if (what == LINK_EAP_FAILURE || what == LINK_EAP_SUCCESS)
		memcpy(m.to,
		    (const uint8_t[]){0, 0, 0x5e, 0, 0x53, (uint8_t)host}, 6);
	link_event(k, at, m, what == LINK_EAP_RESPONSE ? host : 0xfe);
}

static void
test_tell_port(void)
{
	struct kit k;
	struct link_msg policy = {
	    .kind = LINK_POLICY, .protocol = LINK_LLDP, .voice_vlan = 20};
	begin(&k, ADDRESS);
	link_event(&k, 1, policy, 0xfe);
	eap(&k, 2, LINK_EAP_FAILURE, 1);
	eap(&k, 3, LINK_EAP_FAILURE, 2);
	eap(&k, 4, LINK_EAP_SUCCESS, 2);
	link_tracker_tell(k.link, 10 * RS_SEC, &k.open);
	CU_ASSERT_EQUAL(k.links, 0); /* it may be let in yet */
	CU_ASSERT_EQUAL(k.policies, 1);
	link_tracker_tell(k.link, 100 * RS_SEC, &k.open);
	link_tracker_tell(k.link, 200 * RS_SEC, &k.open);
	CU_ASSERT_EQUAL(k.links, 1);
	/* Months of supplicants: who is let in makes room. */
	for (unsigned i = 0; i < 200; i++) {
		eap(&k, 300 + i, LINK_EAP_FAILURE, i);
		eap(&k, 300.5 + i, LINK_EAP_SUCCESS, i);
	}
	eap(&k, 600, LINK_EAP_FAILURE, 250);
	link_tracker_tell(k.link, 700 * RS_SEC, &k.open);
	CU_ASSERT_EQUAL(k.links, 2);
	end(&k);
}

UNIT_MAIN("neighbour", UNIT(test_turns), UNIT(test_privacy), UNIT(test_nobody),
    UNIT(test_tell), UNIT(test_tell_link), UNIT(test_tell_port))
