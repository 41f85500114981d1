/* SPDX-License-Identifier: Apache-2.0 */
/* Values of SIP headers: names, URIs, addresses, Via, Contact, credentials. */
#include "guard.h"
#include "sip/addr.h"
#include "sip/auth.h"
#include "sip/contact.h"
#include "sip/hdr.h"
#include "sip/text.h"
#include "sip/uri.h"
#include "sip/via.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* "-" for absent, so that empty and absent differ. */
static const char *
show(char *to, size_t size, struct rs_span s)
{
	snprintf(to, size, "%.*s", s.p ? (int)s.n : 1,
	    s.p ? (const char *)s.p : "-");
	return to;
}

/* Spans joined by "|" against the text. */
static void
equal(const char *name, const char *expected, const struct rs_span *v, size_t n)
{
	char got[600] = "", one[300];
	for (size_t i = 0; i < n; i++) {
		if (i)
			strcat(got, "|");
		strcat(got, show(one, sizeof one, v[i]));
	}
	if (strcmp(got, expected) != 0)
		printf("# %s: %s\n", name, got);
	unit_row(name);
	CU_ASSERT_STRING_EQUAL(got, expected);
}
#define EQUAL(name, expected, ...)                                             \
 equal(name, expected, (const struct rs_span[]){__VA_ARGS__},                  \
     sizeof(const struct rs_span[]){__VA_ARGS__} / sizeof(struct rs_span))

static void
test_names(void)
{
	for (unsigned i = SIP_HDR_OTHER + 1; i < SIP_HDR_N; i++) {
		const char *name = sip_hdr_name((enum sip_hdr)i);
		char other[40];
		unit_row(name);
		CU_ASSERT(strlen(name) > 1);
		CU_ASSERT_EQUAL(sip_hdr_parse(rs_span_str(name)), i);
		for (size_t k = 0; k <= strlen(name); k++)
			other[k] =
			    (char)(name[k] ^
				   (name[k] >= 'A' ? 0x20 : 0)); /* cASE */
		CU_ASSERT_EQUAL(sip_hdr_parse(rs_span_str(other)), i);
		other[1] = '!'; /* same length and ends */
		if (strlen(name) > 2)
			CU_ASSERT_EQUAL(
			    sip_hdr_parse(rs_span_str(other)), SIP_HDR_OTHER);
		CU_ASSERT_EQUAL(sip_hdr_parse((struct rs_span){
				    (const uint8_t *)name, strlen(name) + 1}),
		    SIP_HDR_OTHER);
	}
	static const char letters[] = "cfiklmtvCFIKLMTV";
	static const enum sip_hdr ids[] = {SIP_HDR_CONTENT_TYPE, SIP_HDR_FROM,
	    SIP_HDR_CALL_ID, SIP_HDR_SUPPORTED, SIP_HDR_CONTENT_LENGTH,
	    SIP_HDR_CONTACT, SIP_HDR_TO, SIP_HDR_VIA};
	for (unsigned c = 0; c < 256; c++) {
		uint8_t b = (uint8_t)c;
		const char *at = c ? strchr(letters, (int)c) : NULL;
		CU_ASSERT_EQUAL(sip_hdr_parse((struct rs_span){&b, 1}),
		    at ? ids[(at - letters) % 8] : SIP_HDR_OTHER);
	}
	CU_ASSERT_EQUAL(sip_hdr_parse(RS_LIT("")), SIP_HDR_NONE);
	CU_ASSERT_EQUAL(sip_hdr_parse(RS_LIT("X-Vendor")), SIP_HDR_OTHER);
	CU_ASSERT_STRING_EQUAL(sip_hdr_name(SIP_HDR_N), "");
}

static void
test_uri(void)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned port;
		const char *expected; /* scheme|user|host|params|headers */
	} uris[] = {
	    {"sip:example.com", true, 0, "sip|-|example.com|-|-"},
	    {"sip:a@example.com:5070;transport=tcp;lr?x=y&z", true, 5070,
		"sip|a|example.com|transport=tcp;lr|x=y&z"},
	    {"SIPS:a:secret@h", true, 0, "SIPS|a|h|-|-"},
	    {"sip:a;b?c@h?d", true, 0, "sip|a;b?c|h|-|d"},
	    {"sip:@h", true, 0, "sip||h|-|-"},
	    {"sip:[2001:db8::1]:5061", true, 5061, "sip|-|[2001:db8::1]|-|-"},
	    {"sip:u@[::1];x", true, 0, "sip|u|[::1]|x|-"},
	    {"sip:h:99999", true, 0, "sip|-|h|-|-"},
	    {"sip:h:", true, 0, "sip|-|h|-|-"},
	    {"sip:h:5x;p", true, 5, "sip|-|h|p|-"},
	    {"tel:+12;phone-context=x", true, 0, "tel|+12|-|phone-context=x|-"},
	    {"urn:uuid:1", true, 0, "urn|-|-|-|-"},
	    {" sip:h ", true, 0, "sip|-|h|-|-"},
	    {"sip:", false, 0, ""},
	    {"sip:a@", false, 0, ""},
	    {"sip:[::1", false, 0, ""},
	    {"sip:2001:db8::10", false, 0, ""}, /* RFC 5118 4.2 */
	    {"sip:a@2001:db8::10;p", false, 0, ""},
	    {"sip:5060:5060::1", false, 0, ""},
	    {"sip:::1", false, 0, ""},
	    {"example.com", false, 0, ""},
	    {":x", false, 0, ""},
	    {"1sip:x", false, 0, ""},
	    {"", false, 0, ""},
	};
	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
		struct sip_uri u;
		unit_row(uris[i].text);
		CU_ASSERT_EQUAL(
		    sip_uri_parse(&u, rs_span_str(uris[i].text)), uris[i].ok);
		if (!uris[i].ok)
			continue;
		CU_ASSERT_EQUAL(u.port, uris[i].port);
		EQUAL(uris[i].text, uris[i].expected, u.scheme, u.user, u.host,
		    u.params, u.headers);
	}
	struct sip_uri u;
	CU_ASSERT(!sip_uri_parse(&u, (struct rs_span){NULL, 0}));
	static const struct {
		const char *a, *b;
		bool equal;
	} users[] = {{"4031", "%34031", true}, {"*4", "%2a4", true},
	    {"a%2fb", "a%2Fb", true}, {"a", "A", false}, {"a", "ab", false},
	    {"a%", "a%25", true}, {"a%4", "a%4", true}, {"a%4", "a%41", false},
	    {"%61", "b", false}, {"", "", true}, {"", "a", false}};
	for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
		struct rs_span a = rs_span_str(users[i].a);
		struct rs_span b = rs_span_str(users[i].b);
		CU_ASSERT_EQUAL(sip_user_eq(a, b), users[i].equal);
		CU_ASSERT_EQUAL(sip_user_eq(b, a), users[i].equal);
	}
}

static void
test_param(void)
{
	struct rs_span p =
	    RS_LIT(";a=1; B = \"x;c=2\\\"\" ;rport;e=;d=<u;f=1>;f=2");
	EQUAL("params", "1|x;c=2\\\"|||<u;f=1>|2|-|-",
	    sip_param(p, RS_LIT("A")), sip_param(p, RS_LIT("b")),
	    sip_param(p, RS_LIT("rport")), sip_param(p, RS_LIT("e")),
	    sip_param(p, RS_LIT("d")), sip_param(p, RS_LIT("f")),
	    sip_param(p, RS_LIT("c")),
	    sip_param((struct rs_span){NULL, 0}, RS_LIT("c")));
	EQUAL("unterminated", "x", sip_param(RS_LIT("a=\"x"), RS_LIT("a")));
	EQUAL("one quote", "", sip_param(RS_LIT("a=\""), RS_LIT("a")));
}

static void
test_addr(void)
{
	static const struct {
		const char *text;
		bool ok, uri_ok;
		const char *expected; /* display|uri|params|tag */
	} addrs[] = {
	    {"<sip:a@b>", true, true, "-|sip:a@b|-|-"},
	    {"sip:a@b;tag=1", true, true, "-|sip:a@b|tag=1|1"},
	    {"\"A \\\"<x>\" <sip:a@b;tag=no>;tag=1", true, true,
		"A \\\"<x>|sip:a@b;tag=no|tag=1|1"},
	    {"Bob B. <sip:a@b> ; TAG = 7", true, true,
		"Bob B.|sip:a@b| TAG = 7|7"},
	    {"<sip:a@b", true, true, "-|sip:a@b|-|-"},
	    {"\"Mr. User <sip:a@b>", true, true, "Mr. User|sip:a@b|-|-"},
	    {"<sip:a@b>;tag=1, <sip:c@d>;tag=2", true, true,
		"-|sip:a@b|tag=1|1"},
	    {"< sip:a@b >", true, true, "-|sip:a@b|-|-"},
	    {"nonsense", true, false, "-|nonsense|-|-"},
	    {"<>", false, false, ""},
	    {"\"name only\"", false, false, ""},
	    {"", false, false, ""},
	};
	for (size_t i = 0; i < sizeof addrs / sizeof *addrs; i++) {
		struct sip_addr a;
		unit_row(addrs[i].text);
		CU_ASSERT_EQUAL(sip_addr_parse(&a, rs_span_str(addrs[i].text)),
		    addrs[i].ok);
		CU_ASSERT_EQUAL(a.uri_ok, addrs[i].uri_ok);
		if (addrs[i].ok)
			EQUAL(addrs[i].text, addrs[i].expected, a.display,
			    a.uri_text, a.params, sip_addr_tag(&a));
	}
	struct sip_addr a;
	CU_ASSERT(!sip_addr_parse(&a, (struct rs_span){NULL, 0}));
}

static void
test_via(void)
{
	static const struct {
		const char *text;
		bool ok, cookie;
		unsigned port;
		const char *expected; /* transport|host|branch|received|rport */
	} vias[] = {
	    {"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK7", true, true, 5060,
		"UDP|192.0.2.1|z9hG4bK7|-|-"},
	    {"SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1"
	     " ;branch=z9hG4bKa7c6a8dlze.1",
		true, true, 4000,
		"UDP|first.example.com|z9hG4bKa7c6a8dlze.1|-|-"},
	    {"SIP/2.0/TLS [2001:db8::9:1];received=[2001:db8::9:255];rport;"
	     "branch=z9hg4bkas3",
		true, true, 0,
		"TLS|[2001:db8::9:1]|z9hg4bkas3|[2001:db8::9:255]|"},
	    {"SIP/2.0/TCP h;rport=5072;received=192.0.2.7;branch=old, "
	     "SIP/2.0/UDP x;branch=z9hG4bK1",
		true, false, 0, "TCP|h|old|192.0.2.7|5072"},
	    {"SIP/2.0/UDP h;branch=z9hG4bK", true, false, 0,
		"UDP|h|z9hG4bK|-|-"}, /* RFC 4475 3.2.1 */
	    {"SIP/2.0/UDP h , SIP/2.0/UDP x;branch=z", true, false, 0,
		"UDP|h|-|-|-"},
	    {"SIP/2.0/UDP h:70000", true, false, 0, "UDP|h|-|-|-"},
	    {"SIP/2.0/UDP", false, false, 0, ""},
	    {"SIP/2.0/UDP ;branch=z9hG4bK1", false, true, 0, ""},
	    {"HTTP/1.1 proxy", false, false, 0, ""},
	    {"", false, false, 0, ""},
	};
	for (size_t i = 0; i < sizeof vias / sizeof *vias; i++) {
		struct sip_via v;
		unit_row(vias[i].text);
		CU_ASSERT_EQUAL(
		    sip_via_parse(&v, rs_span_str(vias[i].text)), vias[i].ok);
		CU_ASSERT_EQUAL(v.cookie, vias[i].cookie);
		CU_ASSERT_EQUAL(v.port, vias[i].port);
		if (vias[i].ok)
			EQUAL(vias[i].text, vias[i].expected, v.transport,
			    v.host, v.branch, v.received, v.rport);
	}
	struct sip_via v;
	CU_ASSERT(!sip_via_parse(&v, (struct rs_span){NULL, 0}));
}

/* Whether a list is read as its parameters are one by one. */
static bool
same_params(struct rs_span list, uint8_t sep)
{
	struct sip_text_marks marks;
	struct sip_text_params l = sip_text_params(list, sep, &marks);
	struct sip_text_param p, odd;
	size_t i = 0;
	while (sip_text_param(&l, &p)) {
		if (i >= list.n)
			return false;
		i = sip_text_odd_param(list, i, sep, &odd);
		if (p.name.p != odd.name.p || p.name.n != odd.name.n ||
		    p.value.p != odd.value.p || p.value.n != odd.value.n)
			return false;
	}
	return i >= list.n;
}

/* What goes from mark to mark finds what any other list is read by. */
static void
test_lists(void)
{
	static const char letters[] = "ab=;,\"\\<> \r\naaaabbbb==;;\"\"";
	uint8_t text[300];
	uint32_t x = 1;
	struct guard g;
	guard_init(&g, sizeof text);
	for (unsigned k = 0; k < 200000; k++) {
		size_t n = k % 4 ? k % 40 : k / 4 % (sizeof text + 1);
		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			text[i] =
			    (uint8_t)letters[(x >> 16) % (sizeof letters - 1)];
		}
		struct rs_span list = guard_put(&g, (struct rs_span){text, n});
		if (same_params(list, k % 3 ? ';' : ','))
			continue;
		printf("# %.*s\n", (int)n, (const char *)list.p);
		CU_FAIL("read in two ways");
	}
	guard_clear(&g);
}

/* All contacts of a message with that Contact text, one a line. */
static void
contacts(const char *name, const char *headers, const char *expected)
{
	char text[1000], got[1000] = "", one[5][200];
	snprintf(text, sizeof text,
	    "REGISTER sip:a SIP/2.0\r\nTo: x, <y>\r\n%s\r\n\r\n", headers);
	struct sip_header h[SIP_MAX_HEADERS];
	struct sip_msg m;
	CU_ASSERT_FATAL(sip_msg_parse(&m, h, rs_span_str(text), strlen(text)));
	struct sip_contact_it it = sip_contact_first(&m);
	struct sip_contact c;
	while (sip_contact_next(&it, &c)) {
		char expires[20];
		strcpy(expires, c.bad_expires ? "bad" : "-");
		if (c.has_expires)
			snprintf(expires, sizeof expires, "%u", c.expires);
		size_t n = strlen(got);
		snprintf(got + n, sizeof got - n, "%s%s|%s|%s|%s\n",
		    c.star ? "STAR " : "",
		    show(one[0], sizeof one[0], c.addr.uri_text), expires,
		    show(one[1], sizeof one[1], c.instance),
		    show(one[2], sizeof one[2], c.reg_id));
	}
	if (strcmp(got, expected) != 0)
		printf("# %s: %s", name, got);
	unit_row(name);
	CU_ASSERT_STRING_EQUAL(got, expected);
	CU_ASSERT(!sip_contact_next(&it, &c));
}

static void
test_contacts(void)
{
	contacts("none", "X: y", "");
	contacts("star", "Contact: *", "STAR *|-|-|-\n");
	contacts(
	    "star in a list", "m: * , <sip:a>", "STAR *|-|-|-\nsip:a|-|-|-\n");
	contacts("several headers and values",
	    "Contact: \"a, <b>\" <sip:a,b@c;expires=1>;q=0.7;expires=60,\r\n"
	    " sip:d@e;expires=0\r\nX: y\r\nm: <sip:f>",
	    "sip:a,b@c;expires=1|60|-|-\nsip:d@e|0|-|-\nsip:f|-|-|-\n");
	contacts("outbound",
	    "Contact: <sip:a@b;ob>;reg-id=1;"
	    "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"",
	    "sip:a@b;ob|-|<urn:uuid:00000000-0000-1000-8000-000A95A0E128>|1\n");
	contacts("expires",
	    "m: <sip:a>;expires=99999999999,"
	    "<sip:b>;expires=\"9\",<sip:c>;expires=x,"
	    "<sip:d>;expires",
	    "sip:a|bad|-|-\nsip:b|9|-|-\nsip:c|bad|-|-\nsip:d|bad|-|-\n");
	contacts("holes", "m: , ,<sip:a>,,\r\nm:\r\nm: ,<>,\r\nm: <sip:b>",
	    "sip:a|-|-|-\nsip:b|-|-|-\n");
}

static void
test_seconds(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t value;
	} seconds[] = {
	    {"3600", true, 3600},
	    {" 0 ", true, 0},
	    {"18000;duration=3600", true, 18000},
	    {"120 (I'm in a meeting)", true, 120},
	    {"120(x)", true, 120},
	    {"4294967295", true, UINT32_MAX},
	    {"4294967296", false, 7},
	    {"99999999999999999999999999999", false, 7},
	    {"", false, 7},
	    {"-1", false, 7},
	    {"60s", false, 7},
	    {"Thu, 01 Dec 1994 16:00:00 GMT", false, 7},
	};
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		uint32_t v = 7;
		unit_row(seconds[i].text);
		CU_ASSERT_EQUAL(
		    sip_seconds_parse(&v, rs_span_str(seconds[i].text)),
		    seconds[i].ok);
		CU_ASSERT_EQUAL(v, seconds[i].value);
	}
	uint32_t v;
	CU_ASSERT(!sip_seconds_parse(&v, (struct rs_span){NULL, 0}));
}

static void
test_auth(void)
{
	static const struct {
		const char *text;
		enum sip_auth_scheme scheme;
		const char *expected; /* user|realm|uri|algorithm|qop|nc|nonce|
					 response|stale|opaque */
	} auths[] = {
	    {"Digest realm=\"a, b\", nonce=\"n=\",stale=TRUE,algorithm=MD5,"
	     "qop=\"auth,auth-int\", opaque=\"\"",
		SIP_AUTH_DIGEST, "-|a, b|-|MD5|auth,auth-int|-|n=|-|TRUE|"},
	    {"digest\r\n response = \"r\" ,\r\n nc=00000001,uri=\"sip:h\", "
	     "qop=auth, USERNAME=\"a\\\"b\", cnonce=\"c\",realm=r, nonce=\"n\"",
		SIP_AUTH_DIGEST, "a\\\"b|r|sip:h|-|auth|00000001|n|r|-|-"},
	    {"Digest realm=\"a\", Digest realm=\"b\", nonce=\"x\"",
		SIP_AUTH_DIGEST, "-|a|-|-|-|-|-|-|-|-"},
	    {"Digest realm=\"a\",,x=y, realm=\"b\"", SIP_AUTH_DIGEST,
		"-|a|-|-|-|-|-|-|-|-"},
	    {"Digest", SIP_AUTH_DIGEST, "-|-|-|-|-|-|-|-|-|-"},
	    {"Digest realm=\"open", SIP_AUTH_DIGEST, "-|open|-|-|-|-|-|-|-|-"},
	    {"Basic dXNlcjpwYXNz", SIP_AUTH_BASIC, "-|-|-|-|-|-|-|-|-|-"},
	    {"Bearer abc.def.ghi==", SIP_AUTH_BEARER, "-|-|-|-|-|-|-|-|-|-"},
	    {"Bearer realm=\"r\", authz_server=\"https://a\"", SIP_AUTH_BEARER,
		"-|r|-|-|-|-|-|-|-|-"},
	    {"NTLM realm=\"r\", opaque=\"o\"", SIP_AUTH_OTHER,
		"-|r|-|-|-|-|-|-|-|o"},
	    {"", SIP_AUTH_NONE, "-|-|-|-|-|-|-|-|-|-"},
	    {"\"Digest\" realm=x", SIP_AUTH_NONE, "-|-|-|-|-|-|-|-|-|-"},
	    {"realm=\"x\"", SIP_AUTH_NONE, "-|-|-|-|-|-|-|-|-|-"},
	};
	for (size_t i = 0; i < sizeof auths / sizeof *auths; i++) {
		struct sip_auth a;
		unit_row(auths[i].text);
		CU_ASSERT_EQUAL(sip_auth_parse(&a, rs_span_str(auths[i].text)),
		    auths[i].scheme != SIP_AUTH_NONE);
		CU_ASSERT_EQUAL(a.scheme, auths[i].scheme);
		EQUAL(auths[i].text, auths[i].expected, a.username, a.realm,
		    a.uri, a.algorithm, a.qop, a.nc, a.nonce, a.response,
		    a.stale, a.opaque);
	}
	struct sip_auth a;
	CU_ASSERT(!sip_auth_parse(&a, (struct rs_span){NULL, 0}));
}

UNIT_MAIN("sip_headers", UNIT(test_names), UNIT(test_uri), UNIT(test_param),
    UNIT(test_lists), UNIT(test_addr), UNIT(test_via), UNIT(test_contacts),
    UNIT(test_seconds), UNIT(test_auth))
