/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbour discovery: messages, and what trackers make of them.  A talk is a
 * few words, one second each:
 *   A?b   A (with its address a) asks who has b      ?a  (by A) is a free
 *   A!a   A says that it has a    A~a  likewise, but so may others
 *   A=    A says that it is a router
 * Hardware addresses are capital letters, IPv6 addresses small ones.
 */
#include "guard.h"
#include "link/link.h"
#include "track/host.h"
#include "track/link.h"
#include "track/neighbour.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

#define SPAN(s) ((struct rs_span){(const uint8_t *)("" s), sizeof(s) - 1})

#define PREFIX "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0"
#define MAC "\0\0\x5e\0\x53\x17"

static const struct {
	const char *name;
	bool any_source;
	struct rs_span bytes;
	bool read, reply, router, is_default, shared, mac;
	char sender, target;
} rows[] = {
    {.name = "router solicitation",
	.any_source = true,
	.bytes = SPAN("\x85\0\0\0\0\0\0\0\1\1" MAC),
	.read = true,
	.sender = 's',
	.mac = true},
    {.name = "router solicitation of nobody",
	.any_source = false,
	.bytes = SPAN("\x85\0\0\0\0\0\0\0"),
	.read = false},
    {.name = "router advertisement",
	.any_source = true,
	.bytes = SPAN("\x86\0\0\0\x40\0\7\x8\0\0\0\0\0\0\0\0\1\1" MAC),
	.read = true,
	.router = true,
	.is_default = true,
	.sender = 's',
	.mac = true},
    {.name = "no default router",
	.any_source = true,
	.bytes = SPAN("\x86\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0"),
	.read = true,
	.router = true,
	.sender = 's'},
    {.name = "solicitation",
	.any_source = true,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0" PREFIX "t\1\1" MAC),
	.read = true,
	.sender = 's',
	.target = 't',
	.mac = true},
    {.name = "is it free?",
	.any_source = false,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0" PREFIX "t\xe\1" MAC),
	.read = true,
	.target = 't'},
    {.name = "advertisement",
	.any_source = true,
	.bytes = SPAN("\x88\0\0\0\x60\0\0\0" PREFIX "t\2\1" MAC),
	.read = true,
	.reply = true,
	.sender = 't',
	.mac = true},
    {.name = "of a router",
	.any_source = true,
	.bytes = SPAN("\x88\0\0\0\xe0\0\0\0" PREFIX "t"),
	.read = true,
	.reply = true,
	.router = true,
	.sender = 't'},
    {.name = "without override",
	.any_source = true,
	.bytes = SPAN("\x88\0\0\0\x40\0\0\0" PREFIX "t"),
	.read = true,
	.reply = true,
	.shared = true,
	.sender = 't'},
    {.name = "a group",
	.any_source = true,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
	.read = false},
    {.name = "nothing",
	.any_source = true,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	.read = false},
    {.name = "a code",
	.any_source = true,
	.bytes = SPAN("\x87\1\0\0\0\0\0\0" PREFIX "t"),
	.read = false},
    {.name = "an option of no length",
	.any_source = true,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0" PREFIX "t\1\0" MAC),
	.read = false},
    {.name = "an option past the end",
	.any_source = true,
	.bytes = SPAN("\x87\0\0\0\0\0\0\0" PREFIX "t\1\2" MAC),
	.read = false},
    {.name = "redirect",
	.any_source = true,
	.bytes = SPAN("\x89\0\0\0\0\0\0\0" PREFIX "t" PREFIX "u"),
	.read = false},
    {.name = "echo",
	.any_source = true,
	.bytes = SPAN("\x80\0\0\0\0\0\0\0"),
	.read = false},
};

static struct rs_addr
address(char last)
{
	uint8_t b[16] = {0x20, 1, 0xd, 0xb8};
	b[15] = (uint8_t)last;
	return last ? rs_addr_v6(b) : (struct rs_addr){.family = 6};
}

static bool
is(const struct rs_addr *a, char last)
{
	const struct rs_addr want = address(last);
	return last ? rs_addr_eq(a, &want) : a->family == 0;
}

static void
test_messages(void)
{
	static const uint8_t none[6];
	struct guard g;
	struct link_msg m;
	guard_init(&g, 64);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rs_span s = rows[i].bytes;
		const struct rs_addr from =
		    address(rows[i].any_source ? 's' : 0);
		unit_row(rows[i].name);
		bool read = link_nd(&m, &from, guard_put(&g, s));
		CU_ASSERT_EQUAL(read, rows[i].read);
		/* Cut anywhere: never more than what is whole. */
		for (size_t n = 0; n < s.n; n++) {
			struct link_msg cut;
			bool all = link_nd(
			    &cut, &from, guard_put(&g, rs_span_part(s, 0, n)));
			CU_ASSERT(!all || n >= 8);
			CU_ASSERT(!all || memcmp(cut.sender_mac, none, 6) == 0);
		}
		if (!read)
			continue;
		CU_ASSERT_EQUAL(m.kind, LINK_ND);
		CU_ASSERT(is(&m.sender, rows[i].sender));
		CU_ASSERT(is(&m.target, rows[i].target));
		CU_ASSERT_EQUAL(m.reply, rows[i].reply);
		CU_ASSERT_EQUAL(m.router, rows[i].router);
		CU_ASSERT_EQUAL(m.is_default, rows[i].is_default);
		CU_ASSERT_EQUAL(m.shared, rows[i].shared);
		CU_ASSERT_EQUAL(memcmp(m.sender_mac, MAC, 6) == 0, rows[i].mac);
	}
	guard_clear(&g);
	const struct rs_addr v4 = rs_addr_v4((const uint8_t *)"\xc0\0\2\1");
	CU_ASSERT(!link_nd(&m, &v4, rows[4].bytes));
}

/* ---- trackers ---- */

struct talk {
	char said[256];
	struct host_index *hosts;
};

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct talk *t = arg;
	const struct rec_link *l = rec;
	size_t n = strlen(t->said);
	host_index_add(t->hosts, type, rec);
	if (type != &rec_link_type)
		return;
	CU_ASSERT(rs_span_eq(l->protocol, RS_LIT("nd")));
	snprintf(t->said + n, sizeof t->said - n, "%s %c%s%s;",
	    rec_link_kind_name(l->kind),
	    l->kind == REC_LINK_CONFLICT ? l->client.at.addr.b[15]
					 : l->server.at.addr.b[15],
	    l->router == RS_TRUE ? " router" : "",
	    l->probe == RS_TRUE ? " probe" : "");
}

static void
word(struct link_msg *m, const char *w)
{
	*m = (struct link_msg){.kind = LINK_ND};
	m->from[5] = m->sender_mac[5] = (uint8_t)w[0];
	if (w[1] == '=') {
		m->router = m->is_default = true;
		m->sender = address((char)tolower(w[0]));
	} else if (w[1] == '?' && w[2] == '?') {
		m->target = address(w[3]);
	} else if (w[1] == '?') {
		m->sender = address((char)tolower(w[0]));
		m->target = address(w[2]);
	} else {
		m->reply = true;
		m->shared = w[1] == '~';
		m->sender = address(w[2]);
	}
	m->vlan = strchr(w, '/') ? 7 : 0;
}

/* Afterwards `of` is of that hardware address, or of nobody. */
static const struct {
	const char *name, *words, *said;
	char of, mac;
} talks[] = {
    {"asked and answered", "A?b B!b A?b B!b A?b B!b", "", 'b', 'B'},
    {"nobody answers", "A?b A?b A?b A?b", "arp_unanswered b;", 'a', 'A'},
    {"twice is too few", "A?b A?b", "", 'b', 0},
    {"a router that is gone", "R= A?r A?r A?r", "arp_unanswered r router;", 'r',
	'R'},
    {"it was late", "A?b A?b A?b B!b", "", 'b', 'B'},
    {"an answer that does not override", "A?b A?b A?b B~b", "", 'b', 0},
    {"in use", "A!a B??a A!a", "address_conflict a probe;", 'a', 'A'},
    {"free", "A??a A!a", "", 'a', 'A'},
    {"free, and never told of", "A??a", "", 'a', 'A'},
    {"its own question comes back", "A??a A??a", "", 'a', 'A'},
    {"both have it", "A!a B!a A!a", "address_conflict a;", 'a', 'A'},
    {"both may have it", "A~a B~a A~a", "", 'a', 0},
    {"each in a VLAN of its own", "A!a B!a/7 A!a B!a/7", "", 'a', 'B'},
    {"it moved", "A!a B!a B!a", "", 'a', 'B'},
};

static void
test_talks(void)
{
	const struct rs_hash_seed seed = {1, 2};
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		struct talk t = {.hosts = host_index_new()};
		struct rs_account pay;
		const struct rec_sink out = {hear, &t};
		char text[64], *save = NULL;
		uint64_t frame = 0;
		unit_row(talks[i].name);
		rs_account_init(&pay, 1 << 20);
		struct neighbour_tracker *near =
		    neighbour_tracker_new(&seed, &pay, &out);
		struct link_tracker *link = link_tracker_new(&seed, &pay, &out);
		snprintf(text, sizeof text, "%s", talks[i].words);
		for (char *w = strtok_r(text, " ", &save); w;
		     w = strtok_r(NULL, " ", &save)) {
			struct link_msg m;
			struct rs_event ev = {.type = RS_EV_LINK, .u.link = &m};
			word(&m, w);
			ev.now = (rs_time)++frame * RS_SEC;
			ev.at =
			    rs_stamp_at(ev.now, (struct rs_frame){0, frame});
			neighbour_tracker_event(near, &ev);
			link_tracker_event(link, &ev);
		}
		neighbour_tracker_finish(near);
		link_tracker_finish(link);
		CU_ASSERT_STRING_EQUAL(t.said, talks[i].said);
		const struct rs_addr a = address(talks[i].of);
		struct host_view v;
		char want[18] = "";
		bool known = host_at(t.hosts, &a, 100 * RS_SEC, &v);
		CU_ASSERT_EQUAL(known, talks[i].mac != 0);
		snprintf(want, sizeof want, "00:00:00:00:00:%02x",
		    (unsigned)(uint8_t)talks[i].mac);
		if (known)
			CU_ASSERT_STRING_EQUAL(v.mac, want);
		CU_ASSERT_EQUAL(host_forwards(t.hosts, "00:00:00:00:00:52"),
		    strchr(talks[i].words, '=') != NULL);
		neighbour_tracker_free(near);
		link_tracker_free(link);
		host_index_free(t.hosts);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

UNIT_MAIN("nd", UNIT(test_messages), UNIT(test_talks))
