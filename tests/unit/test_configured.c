/* SPDX-License-Identifier: Apache-2.0 */
/* Where a phone is configured to register, and where it did. */
#include "report/configured.h"
#include "unit.h"

#include <string.h>

enum { PHONE = 6, PROXY = 7, HOP = 89, OTHER = 99 };

static struct rec_endpoint
end(uint8_t last)
{
	const uint8_t b[] = {192, 0, 2, last};
	struct rec_endpoint e = {.at = {rs_addr_v4(b), 5060}};
	return e;
}

static struct rec_answer
answer(const char *name, const char *target, const char *address)
{
	struct rec_answer a;
	rec_init(&rec_answer_type, &a);
	a.name = rs_span_str(name);
	if (target)
		a.target = rs_span_str(target);
	if (address)
		a.address = rs_span_str(address);
	return a;
}

static void
look(struct configured *c, uint8_t by, const char *name, struct rec_answer a)
{
	struct rec_lookup l;
	rec_init(&rec_lookup_type, &l);
	l.client = end(by);
	l.name = rs_span_str(name);
	l.answers = (struct rec_list){&a, 1, 1};
	configured_lookup(c, &l);
}

static void
registers(struct configured *c, uint8_t from, uint8_t to, const char *name,
    const char *contact, const char *aor)
{
	struct rec_registration g;
	struct rec_contact k;
	rec_init(&rec_registration_type, &g);
	rec_init(&rec_contact_type, &k);
	k.uri = rs_span_str(contact);
	g.aor = rs_span_str(aor ? aor : "sip:2025@voice.example.net");
	g.client = end(from);
	g.server = end(to);
	if (name)
		g.server.name = rs_span_str(name);
	g.contacts = (struct rec_list){&k, 1, 1};
	configured_registration(c, &g);
}

static struct configured *
phone(const char *outbound, struct rec_problem *p, struct rec_configured *l,
    struct rec_list *all)
{
	rec_init(&rec_problem_type, p);
	rec_init(&rec_configured_type, l);
	l->number = 1;
	l->user = RS_LIT("2025");
	l->proxy = RS_LIT("voice.example.net");
	if (outbound)
		l->outbound_proxy = rs_span_str(outbound);
	p->lines = (struct rec_list){l, 1, 1};
	*all = (struct rec_list){p, 1, 1};
	return configured_new(all);
}

#define OUTBOUND "proxy.example.net"
#define SRV "_sips._tcp.proxy.example.net"
#define BOX "sbc.example.net"
static const char own[] = "sip:2025@192.0.2.6:5072";

/* srv, a: what was looked up; to: where it went, by that name. */
static const struct row {
	const char *name, *outbound;
	enum { NO, WHOLE, CUT } srv; /* CUT: one target is not told */
	bool a;
	uint8_t asker, client, to;
	const char *as, *contact;
	enum rs_fact tried, looked_up;
	const char *aor; /* NULL: of the line */
} rows[] = {
    {"to what SRV named", OUTBOUND, WHOLE, true, PHONE, PHONE, HOP, NULL, own,
	RS_TRUE, RS_TRUE, NULL},
    {"by the name of a target", OUTBOUND, WHOLE, false, PHONE, PHONE, OTHER,
	BOX, own, RS_TRUE, RS_TRUE, NULL},
    {"elsewhere", OUTBOUND, WHOLE, true, PHONE, PHONE, OTHER, NULL, own,
	RS_FALSE, RS_TRUE, NULL},
    {"elsewhere, behind NAT, but it asked itself", OUTBOUND, WHOLE, true, PHONE,
	PHONE, OTHER, NULL, "sip:2025@10.0.0.1", RS_FALSE, RS_TRUE, NULL},
    {"elsewhere, by a proxy on the way", OUTBOUND, WHOLE, true, PHONE, PROXY,
	OTHER, NULL, own, RS_UNKNOWN, RS_TRUE, NULL},
    {"a target whose address was not seen", OUTBOUND, WHOLE, false, PHONE,
	PHONE, OTHER, NULL, own, RS_UNKNOWN, RS_TRUE, NULL},
    {"a target that a log does not tell", OUTBOUND, CUT, true, PHONE, PHONE,
	OTHER, NULL, own, RS_UNKNOWN, RS_TRUE, NULL},
    {"never looked up", OUTBOUND, NO, false, PHONE, PHONE, OTHER, NULL, own,
	RS_UNKNOWN, RS_UNKNOWN, NULL},
    {"by its own name", OUTBOUND, NO, false, PHONE, PHONE, OTHER,
	"Proxy.Example.net", own, RS_TRUE, RS_UNKNOWN, NULL},
    {"an address", "192.0.2.89:5061", NO, false, PHONE, PHONE, HOP, NULL, own,
	RS_TRUE, RS_UNKNOWN, NULL},
    {"another address", "192.0.2.89:5061", NO, false, PHONE, PHONE, OTHER, NULL,
	own, RS_FALSE, RS_UNKNOWN, NULL},
    {"the registrar, where there is no outbound proxy", NULL, NO, false, PHONE,
	PHONE, OTHER, "voice.example.net", own, RS_TRUE, RS_UNKNOWN, NULL},
    {"elsewhere, to the domain in other letters", OUTBOUND, WHOLE, true, PHONE,
	PHONE, OTHER, NULL, own, RS_FALSE, RS_TRUE,
	"sip:2025@Voice.Example.net"},
    {"a user of that name, of another domain", OUTBOUND, WHOLE, true, PHONE,
	PHONE, OTHER, NULL, own, RS_UNKNOWN, RS_TRUE, "sip:2025@other.example"},
    {"no REGISTER", OUTBOUND, WHOLE, true, PHONE, PHONE, 0, NULL, own,
	RS_UNKNOWN, RS_TRUE, NULL},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct rec_problem p;
		struct rec_configured l;
		struct rec_list all;
		struct configured *c = phone(r->outbound, &p, &l, &all);
		unit_row(r->name);
		if (r->srv != NO)
			look(c, r->asker, SRV, answer(SRV, BOX, NULL));
		if (r->srv == CUT)
			look(c, r->asker, SRV, answer(SRV, NULL, NULL));
		if (r->a)
			look(c, r->asker, BOX, answer(BOX, NULL, "192.0.2.89"));
		if (r->to)
			registers(
			    c, r->client, r->to, r->as, r->contact, r->aor);
		struct rec_list out = configured_result(c);
		const struct rec_problem *told = out.v;
		const struct rec_configured *line = told->lines.v;
		CU_ASSERT_EQUAL(line->tried, r->tried);
		CU_ASSERT_EQUAL(line->looked_up, r->looked_up);
		CU_ASSERT_EQUAL(
		    line->went_to.at.addr.family, r->tried == RS_FALSE ? 4 : 0);
		CU_ASSERT_EQUAL(l.tried, RS_UNKNOWN); /* what was lent */
		configured_free(c);
	}
}

static void
test_none(void)
{
	struct rec_registration g;
	rec_init(&rec_registration_type, &g);
	CU_ASSERT_PTR_NULL(configured_new(NULL));
	configured_registration(NULL, &g);
	configured_free(NULL);
}

UNIT_MAIN("configured", UNIT(test_rows), UNIT(test_none))
