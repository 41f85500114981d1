/* SPDX-License-Identifier: Apache-2.0 */
#include "dissector.h"
#include "engine/link_stage.h"
#include "link/link.h"
#include "unit.h"

#include <string.h>

static unsigned told;

static void
hear(void *arg, const struct rs_event *ev)
{
	const struct net_packet *p = arg;
	CU_ASSERT_EQUAL(ev->type, RS_EV_LINK);
	CU_ASSERT_EQUAL(ev->u.link->kind, LINK_SOURCE);
	CU_ASSERT_EQUAL(ev->u.link->ttl, p->ttl);
	CU_ASSERT_EQUAL(ev->u.link->vlan, p->vlan);
	CU_ASSERT_EQUAL(memcmp(ev->u.link->from, p->mac, sizeof p->mac), 0);
	CU_ASSERT(rs_addr_eq(&ev->u.link->sender, &p->src.addr));
	told++;
}

/* The first packet of another flow, and its second one: how often it was told
   who sent them. */
static unsigned
new_flow(struct link_told *memory, struct net_packet *p, rs_time at)
{
	const struct rs_sink out = {hear, p};
	struct link_source side = {0};
	p->ts = at;
	told = 0;
	link_stage_source(&side, memory, p, &out);
	link_stage_source(&side, memory, p, &out);
	return told;
}

static void
test_told_once(void)
{
	static struct link_told memory;
	static const uint8_t server[4] = {203, 0, 113, 20};
	struct net_packet p = {.has_mac = true,
	    .mac = {2, 0, 0, 0, 0, 1},
	    .ttl = 64,
	    .src.addr = rs_addr_v4(server)};
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 100 * RS_SEC), 1);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 100 * RS_SEC), 0);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 101 * RS_SEC), 0);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 101 * RS_SEC + 1), 1);
	CU_ASSERT_EQUAL(
	    new_flow(&memory, &p, 99 * RS_SEC), 1); /* a step back */

	/* Another sender, way or network, and each time the other again. */
	p.mac[5] = 2;
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	p.mac[5] = 1;
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	p.ttl = 63;
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	p.vlan = 20;
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	p.src.addr.b[0]++; /* the same place */
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	p.src.addr.b[0]--;
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);

	/* ARP may have said otherwise meanwhile. */
	link_told_anew(&memory);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 1);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 0);
	p.has_mac = false;
	link_told_anew(&memory);
	CU_ASSERT_EQUAL(new_flow(&memory, &p, 99 * RS_SEC), 0);
}

/* Within one flow a sender that changes is told each time. */
static void
test_sides(void)
{
	static struct link_told memory;
	static const uint8_t phone[4] = {192, 0, 2, 17};
	struct net_packet p = {.has_mac = true,
	    .mac = {2, 0, 0, 0, 0, 1},
	    .ttl = 64,
	    .src.addr = rs_addr_v4(phone)};
	const struct rs_sink out = {hear, &p};
	struct link_source side = {0};
	told = 0;
	for (int i = 0; i < 6; i++) {
		p.mac[5] = (uint8_t)(1 + i / 2);
		link_stage_source(&side, &memory, &p, &out);
	}
	CU_ASSERT_EQUAL(told, 3);
}

UNIT_MAIN("link_stage", UNIT(test_told_once), UNIT(test_sides))
