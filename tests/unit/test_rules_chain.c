/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a chain of certificates is, and what others were shown: rows
 * where each fires, and near misses.
 */
#include "rules_kit.h"

static const char here[] = "CN=Example CA", proxy[] = "CN=FortiGate CA",
		  unknown[] = "CN=Other CA";

struct row {
	const char *name;
	int alert; /* of the client; -1: it closes */
	const char *issuer;
	bool weak, in_order, root;
	enum rs_fact verified;
	const char *others; /* issuer that another phone took; NULL: none */
	bool others_old;    /* ... and which has expired since */
	const char *san, *aor;
	const char *codes, *alternatives;
	enum rec_certainty certainty;
};

#define DOMAIN "DNS:example.com"
static const struct row rows[] = {
    {"48, another issuer elsewhere", 48, unknown, 0, 1, 0, 0, here, 0, NULL,
	NULL, "tls.intercepted", "tls.unknown-ca", REC_LIKELY},
    {"46, another issuer elsewhere", 46, unknown, 0, 1, 0, 0, here, 0, NULL,
	NULL, "tls.intercepted", "tls.unknown-ca", REC_LIKELY},
    {"closed, another issuer elsewhere", -1, unknown, 0, 1, 0, 0, here, 0, NULL,
	NULL, "tls.intercepted", "tls.closed-silently,tls.unknown-ca",
	REC_LIKELY},
    {"another issuer, but the old certificate ended", 48, unknown, 0, 1, 0, 0,
	here, 1, NULL, NULL, "tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"45, another issuer elsewhere", 45, unknown, 0, 1, 0, 0, here, 0, NULL,
	NULL, "tls.phone-clock", "tls.certificate-expired", REC_LIKELY},
    {"48, a proxy's name", 48, proxy, 0, 1, 0, 0, NULL, 0, NULL, NULL,
	"tls.intercepted", "tls.unknown-ca", REC_INFERRED},
    {"closed, a proxy's name", -1, proxy, 0, 1, 0, 0, NULL, 0, NULL, NULL,
	"tls.closed-silently",
	"tls.unknown-ca,tls.chain-incomplete,tls.phone-clock", REC_LIKELY},
    {"48, nothing else", 48, unknown, 0, 1, 0, 0, NULL, 0, NULL, NULL,
	"tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"48, a hole in the chain", 48, unknown, 0, 0, 0, 0, NULL, 0, NULL, NULL,
	"tls.chain-incomplete", "tls.unknown-ca", REC_LIKELY},
    {"48, a hole that a store fills", 48, unknown, 0, 0, 0, RS_TRUE, NULL, 0,
	NULL, NULL, "tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"48, turned but whole", 48, unknown, 0, 0, 1, 0, NULL, 0, NULL, NULL,
	"tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"42, weak", 42, unknown, 1, 1, 0, 0, NULL, 0, NULL, NULL,
	"tls.unsupported-certificate",
	"tls.unknown-ca,tls.name-mismatch,tls.phone-clock", REC_LIKELY},
    {"48, weak", 48, unknown, 1, 1, 0, 0, NULL, 0, NULL, NULL, "tls.unknown-ca",
	"tls.intercepted", REC_LIKELY},
    {"46, of the domain", 46, unknown, 0, 1, 0, 0, NULL, 0, DOMAIN,
	"sip:1@example.com", "tls.unknown-ca",
	"tls.name-mismatch,tls.chain-incomplete,tls.phone-clock,"
	"tls.unsupported-certificate",
	REC_LIKELY},
    {"46, of another domain", 46, unknown, 0, 1, 0, 0, NULL, 0, DOMAIN,
	"sip:1@example.org", "tls.name-mismatch",
	"tls.unknown-ca,tls.phone-clock", REC_LIKELY},
};

static void
add_text(struct rec_list *l, struct rec_arena *a, const char *text)
{
	*(struct rs_span *)rec_list_add(l, a, sizeof(struct rs_span)) =
	    rs_span_str(text);
}

static struct rec_certificate *
add_certificate(struct rec_handshake *h, struct rec_arena *a,
    const char *subject, const char *issuer)
{
	struct rec_certificate *c =
	    rec_list_add(&h->certificates, a, sizeof *c);
	rec_init(&rec_certificate_type, c);
	c->from = REC_SERVER;
	c->subject = rs_span_str(subject);
	c->issuer = rs_span_str(issuer);
	c->not_before = 0;
	c->not_after = 5000 * RS_SEC;
	c->self_signed = RS_FALSE;
	c->frame = (struct rs_frame){0, 6};
	return c;
}

static void
fill(struct rec_handshake *h, struct rec_arena *a, const struct row *r)
{
	rec_init(&rec_handshake_type, h);
	h->id.frame = (struct rs_frame){0, 4};
	h->started = h->ended = 100 * RS_SEC;
	h->client.at.addr.family = h->server.at.addr.family = 4;
	h->sni = RS_LIT("sbc.example.net");
	h->state = REC_FAILED;
	h->failed_by = REC_CLIENT;
	h->reason = r->alert < 0 ? REC_REASON_CLOSED : REC_REASON_ALERT;
	h->version = RS_LIT("TLS 1.2");
	struct rec_certificate *c = add_certificate(h, a, "CN=sbc", r->issuer);
	add_text(&c->san, a, r->san ? r->san : "DNS:sbc.example.net");
	if (r->weak)
		add_text(&c->weak, a, "signature");
	add_certificate(h, a, r->issuer, "CN=Root");
	struct rec_chain *chain = rec_list_add(&h->chains, a, sizeof *chain);
	rec_init(&rec_chain_type, chain);
	chain->from = REC_SERVER;
	chain->in_order = r->in_order ? RS_TRUE : RS_FALSE;
	chain->root = r->root ? RS_TRUE : RS_FALSE;
	chain->verified = r->verified;
	chain->missing = RS_LIT("CN=Middle");
	chain->missing_url = RS_LIT("http://ca.example.com/m.cer");
	struct rec_step *s = rec_list_add(&h->steps, a, sizeof *s);
	*s = (struct rec_step){
	    REC_CLIENT, RS_LIT("client_hello"), h->started, h->id.frame};
	if (r->alert < 0)
		return;
	struct rec_alert *l = rec_list_add(&h->alerts, a, sizeof *l);
	*l = (struct rec_alert){.from = REC_CLIENT,
	    .level = 2,
	    .number = r->alert,
	    .encrypted = RS_FALSE,
	    .frame = {0, 9}};
}

static void
fill_other(struct rec_handshake *o, struct rec_arena *a, const struct row *r)
{
	rec_init(&rec_handshake_type, o);
	o->id.frame = (struct rs_frame){0, 40};
	o->state = REC_COMPLETED;
	o->client.at.addr = rs_addr_v4((const uint8_t[4]){192, 0, 2, 99});
	struct rec_certificate *c = add_certificate(o, a, "CN=sbc", r->others);
	c->frame = (struct rs_frame){0, 42};
	if (r->others_old)
		c->not_after = 50 * RS_SEC;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct rec_arena a;
		struct rec_handshake h, o;
		struct rec_phone p;
		rec_arena_init(&a, NULL, NULL);
		rec_init(&rec_phone_type, &p);
		fill(&h, &a, r);
		if (r->others)
			fill_other(&o, &a, r);
		if (r->aor)
			add_text(&p.aors, &a, r->aor);
		const struct diag_case k = {.handshake = &h,
		    .other = r->others ? &o : NULL,
		    .phone = r->aor ? &p : NULL};
		judge(&k);
		expect(r->name, r->codes);
		CU_ASSERT_STRING_EQUAL(said_more, r->alternatives);
		CU_ASSERT_EQUAL(certainty, r->certainty);
		if (strcmp(said, "tls.intercepted") == 0 && r->others) {
			CU_ASSERT_PTR_NOT_NULL(strstr(detail, "192.0.2.99"));
			CU_ASSERT_PTR_NOT_NULL(strstr(detail, r->others));
			CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "42 cert"));
		}
		if (strcmp(said, "tls.chain-incomplete") == 0)
			CU_ASSERT_PTR_NOT_NULL(
			    strstr(detail, "http://ca.example.com/m.cer"));
		rec_arena_clear(&a);
	}
}

UNIT_MAIN("rules_chain", UNIT(test_rows))
