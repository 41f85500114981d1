/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parsers: hellos of all versions, certificate messages, names.  Each
   row is also parsed at every length against a guard page. */
#include "tls/alert.h"
#include "tls/certmsg.h"
#include "tls/hello.h"
#include "tls_kit.h"
#include "unit.h"

#include <string.h>

#define SPAN(s) ((struct rs_span){(const uint8_t *)(s), sizeof(s) - 1})
#define RANDOM "0123456789abcdef0123456789abcdef"

/* SHA-256 of "HelloRetryRequest", RFC 8446 4.1.3 */
#define RETRY                                                                  \
 "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"            \
 "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

static const char client_ssl3[] = "\x03\x00" RANDOM /* version, random */
				  "\x00"            /* no session */
				  "\x00\x04\x00\x05\x00\x0a" /* ciphers */
				  "\x01\x00"; /* compression: none */

static const char client_12[] =
    "\x03\x03" RANDOM "\x04sess"
    "\x00\x06\xc0\x2b\xc0\x2f\x00\xff" /* ciphers, SCSV */
    "\x01\x00"
    "\x00\x48"                                        /* extensions */
    "\x00\x00\x00\x10\x00\x0e\x00\x00\x0bsip.example" /* server_name */
    "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"        /* groups */
    "\x00\x0d\x00\x06\x00\x04\x04\x03\x08\x04"        /* signatures */
    "\x00\x10\x00\x0b\x00\x09\x03sip\x04http"         /* ALPN */
    "\x00\x23\x00\x04tick"                            /* ticket */
    "\x00\x17\x00\x00"                                /* not ours */
    "\xff\x01\x00\x01\x00";                           /* renegotiation */

static const char client_13[] =
    "\x03\x03" RANDOM "\x00"
    "\x00\x06\x1a\x1a\x13\x01\x13\x02" /* GREASE first, RFC 8701 */
    "\x01\x00"
    "\x00\x3e"
    "\x3a\x3a\x00\x00"                                 /* GREASE */
    "\x00\x2b\x00\x07\x06\x9a\x9a\x03\x04\x03\x03"     /* supported_versions */
    "\x00\x0a\x00\x08\x00\x06\xca\xca\x11\xec\x00\x1d" /* groups */
    "\x00\x33\x00\x09\x00\x07\xca\xca\x00\x03key"      /* key_share */
    "\xfe\x0d\x00\x04\x00\x00\x01\x00"                 /* ECH */
    "\x00\x2a\x00\x00"                                 /* early_data */
    "\x00\x23\x00\x00"                                 /* no ticket yet */
    "\x00\x29\x00\x02..";                              /* pre_shared_key */

static const char client_odd[] =
    "\x03\x03" RANDOM "\x00"
    "\x00\x02\x13\x01\x01\x00"
    "\x00\x12"
    "\x00\x00\x00\x05\x00\x09\x00\x00\x01"  /* a name longer than the list */
    "\x00\x0a\x00\x05\x00\x03\x00\x1d\x00"; /* half a group */

static void
test_client(void)
{
	struct tls_client_hello h;
	CU_ASSERT(tls_client_hello_parse(&h, SPAN(client_ssl3)));
	CU_ASSERT_EQUAL(h.legacy_version, TLS_SSL30);
	CU_ASSERT(rs_span_eq(h.random, SPAN(RANDOM)));
	CU_ASSERT_EQUAL(h.ciphers.n, 4);
	CU_ASSERT_PTR_NULL(h.extensions.p);
	CU_ASSERT_PTR_NULL(h.sni.p);

	CU_ASSERT(tls_client_hello_parse(&h, SPAN(client_12)));
	CU_ASSERT_EQUAL(h.legacy_version, TLS_12);
	CU_ASSERT(rs_span_eq(h.session_id, SPAN("sess")));
	CU_ASSERT(rs_span_eq(h.sni, SPAN("sip.example")));
	CU_ASSERT_EQUAL(tls_u16_at(h.ciphers, 1), 0xc02f);
	CU_ASSERT_EQUAL(tls_u16_at(h.ciphers, 3), 0);
	CU_ASSERT_EQUAL(tls_u16_at(h.groups, 0), 29);
	CU_ASSERT_EQUAL(tls_u16_at(h.signatures, 1), 0x0804);
	CU_ASSERT(h.ticket && !h.psk && !h.early_data && !h.ech);
	CU_ASSERT_PTR_NULL(h.versions.p);
	struct rs_span list = h.alpn, name;
	CU_ASSERT(tls_alpn_next(&list, &name));
	CU_ASSERT(rs_span_eq(name, SPAN("sip")));
	CU_ASSERT(tls_alpn_next(&list, &name));
	CU_ASSERT(rs_span_eq(name, SPAN("http")));
	CU_ASSERT(!tls_alpn_next(&list, &name));

	CU_ASSERT(tls_client_hello_parse(&h, SPAN(client_13)));
	CU_ASSERT(tls_is_grease(tls_u16_at(h.ciphers, 0)));
	CU_ASSERT_EQUAL(h.versions.n, 6);
	CU_ASSERT_EQUAL(tls_u16_at(h.versions, 1), TLS_13);
	CU_ASSERT_EQUAL(tls_u16_at(h.groups, 1), 4588);
	CU_ASSERT_EQUAL(h.key_shares.n, 7);
	CU_ASSERT(h.ech && h.early_data && h.psk && !h.ticket);

	/* an odd extension is not seen; the rest of the hello is */
	CU_ASSERT(tls_client_hello_parse(&h, SPAN(client_odd)));
	CU_ASSERT_PTR_NULL(h.sni.p);
	CU_ASSERT_PTR_NULL(h.groups.p);
	CU_ASSERT_EQUAL(h.extensions.n, 18);
}

static const char server_ssl3[] = "\x03\x00" RANDOM "\x02id\x00\x05\x00";
static const char server_12[] = "\x03\x03" RANDOM "\x00\xc0\x2f\x00"
				"\x00\x0e"
				"\xff\x01\x00\x01\x00"
				"\x00\x10\x00\x05\x00\x03\x02h2";
static const char server_13[] = "\x03\x03" RANDOM "\x04sess\x13\x02\x00"
				"\x00\x17"
				"\x00\x2b\x00\x02\x03\x04"
				"\x00\x33\x00\x07\x00\x1d\x00\x03key"
				"\x00\x29\x00\x02\x00\x00";
static const char server_retry[] = "\x03\x03" RETRY "\x00\x13\x01\x00"
				   "\x00\x0c"
				   "\x00\x2b\x00\x02\x03\x04"
				   "\x00\x33\x00\x02\x00\x17";

static void
test_server(void)
{
	static const struct {
		const char *name;
		struct rs_span body;
		uint16_t version, cipher, group;
		bool psk, retry;
	} rows[] = {
	    {"SSL 3.0", SPAN(server_ssl3), TLS_SSL30, 0x0005, 0, false, false},
	    {"TLS 1.2", SPAN(server_12), TLS_12, 0xc02f, 0, false, false},
	    {"TLS 1.3", SPAN(server_13), TLS_13, 0x1302, 29, true, false},
	    {"retry", SPAN(server_retry), TLS_13, 0x1301, 23, false, true},
	};
	struct tls_server_hello h;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		CU_ASSERT(tls_server_hello_parse(&h, rows[i].body));
		CU_ASSERT_EQUAL(h.version, rows[i].version);
		CU_ASSERT_EQUAL(h.cipher, rows[i].cipher);
		CU_ASSERT_EQUAL(h.group, rows[i].group);
		CU_ASSERT_EQUAL(h.psk, rows[i].psk);
		CU_ASSERT_EQUAL(h.retry, rows[i].retry);
	}
	CU_ASSERT(tls_server_hello_parse(&h, SPAN(server_12)));
	CU_ASSERT(rs_span_eq(h.alpn, SPAN("h2")));
	CU_ASSERT(tls_server_hello_parse(&h, SPAN(server_ssl3)));
	CU_ASSERT(rs_span_eq(h.session_id, SPAN("id")));
}

/* Two certificates of three and two bytes. */
static const char certificates_12[] = "\x00\x00\x0b\x00\x00\x03one\x00\x00\x02"
				      "xy";
static const char certificates_13[] = "\x01r\x00\x00\x11"
				      "\x00\x00\x03one\x00\x02"
				      "ex"
				      "\x00\x00\x02xy\x00\x00";

static void
test_certificates(void)
{
	struct tls_certificate_list l;
	CU_ASSERT(tls_certificate_list_parse(&l, SPAN(certificates_12), false));
	CU_ASSERT_EQUAL(l.n, 2);
	CU_ASSERT_EQUAL(l.total, 2);
	CU_ASSERT(rs_span_eq(l.der[0], SPAN("one")));
	CU_ASSERT(rs_span_eq(l.der[1], SPAN("xy")));
	CU_ASSERT(tls_certificate_list_parse(&l, SPAN(certificates_13), true));
	CU_ASSERT_EQUAL(l.n, 2);
	CU_ASSERT(rs_span_eq(l.der[1], SPAN("xy")));
	/* each in the other's form */
	CU_ASSERT(!tls_certificate_list_parse(&l, SPAN(certificates_12), true));
	CU_ASSERT(
	    !tls_certificate_list_parse(&l, SPAN(certificates_13), false));
	/* none sent: RFC 5246 7.4.6, RFC 8446 4.4.2.4 */
	CU_ASSERT(tls_certificate_list_parse(&l, SPAN("\0\0\0"), false));
	CU_ASSERT_EQUAL(l.total, 0);
	CU_ASSERT(tls_certificate_list_parse(&l, SPAN("\0\0\0\0"), true));
	/* an empty certificate is none */
	CU_ASSERT(!tls_certificate_list_parse(&l, SPAN("\0\0\3\0\0\0"), false));

	/* more than are kept are still counted */
	uint8_t many[3 + 12 * 4] = {0, 0, 12 * 4};
	for (size_t i = 0; i < 12; i++)
		many[3 + 4 * i + 2] = 1;
	CU_ASSERT(tls_certificate_list_parse(
	    &l, (struct rs_span){many, sizeof many}, false));
	CU_ASSERT_EQUAL(l.n, TLS_MAX_CHAIN);
	CU_ASSERT_EQUAL(l.total, 12);
}

static const char request_11[] = "\x02\x01\x40\x00\x05\x00\x03 ca";
static const char request_12[] = "\x01\x01\x00\x04\x04\x03\x04\x01\x00\x00";
static const char request_13[] = "\x00\x00\x13"
				 "\x00\x0d\x00\x04\x00\x02\x04\x03"
				 "\x00\x2f\x00\x07\x00\x05\x00\x03 ca";

static void
test_requests(void)
{
	struct tls_certificate_request r;
	CU_ASSERT(tls_certificate_request_parse(&r, SPAN(request_11), TLS_10));
	CU_ASSERT_EQUAL(r.types.n, 2);
	CU_ASSERT_EQUAL(r.authorities.n, 5);
	CU_ASSERT_PTR_NULL(r.signatures.p);
	CU_ASSERT(tls_certificate_request_parse(&r, SPAN(request_12), TLS_12));
	CU_ASSERT_EQUAL(r.types.n, 1);
	CU_ASSERT_EQUAL(tls_u16_at(r.signatures, 1), 0x0401);
	CU_ASSERT_EQUAL(r.authorities.n, 0);
	CU_ASSERT(tls_certificate_request_parse(&r, SPAN(request_13), TLS_13));
	CU_ASSERT_EQUAL(tls_u16_at(r.signatures, 0), 0x0403);
	CU_ASSERT_EQUAL(r.authorities.n, 5);
	CU_ASSERT(!tls_certificate_request_parse(&r, SPAN(request_12), TLS_10));
	CU_ASSERT(!tls_certificate_request_parse(&r, SPAN(request_12), TLS_13));
}

/* No prefix of a message is one, but where only the extensions are left out;
   none is read past its end. */
static void
test_truncated(void)
{
	static const struct {
		const char *name;
		struct rs_span body;
		size_t also; /* a prefix that is whole by itself; 0: none */
	} rows[] = {
	    {"client, SSL 3.0", SPAN(client_ssl3), 0},
	    {"client, TLS 1.2", SPAN(client_12), 49},
	    {"client, TLS 1.3", SPAN(client_13), 45},
	    {"client, odd", SPAN(client_odd), 41},
	    {"server, SSL 3.0", SPAN(server_ssl3), 0},
	    {"server, TLS 1.2", SPAN(server_12), 38},
	    {"server, TLS 1.3", SPAN(server_13), 42},
	    {"server, retry", SPAN(server_retry), 38},
	    {"certificates", SPAN(certificates_12), 0},
	    {"certificates, 1.3", SPAN(certificates_13), 0},
	    {"request, 1.1", SPAN(request_11), 0},
	    {"request, 1.2", SPAN(request_12), 0},
	    {"request, 1.3", SPAN(request_13), 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		for (size_t n = 0; n <= rows[i].body.n; n++) {
			union {
				struct tls_client_hello c;
				struct tls_server_hello s;
				struct tls_certificate_list l;
				struct tls_certificate_request r;
			} u;
			uint8_t *p = tls_guard(rows[i].body.p, n);
			struct rs_span s = {p, n};
			bool got[] = {tls_client_hello_parse(&u.c, s),
			    tls_server_hello_parse(&u.s, s),
			    tls_certificate_list_parse(&u.l, s, false),
			    tls_certificate_list_parse(&u.l, s, true),
			    tls_certificate_request_parse(&u.r, s, TLS_11),
			    tls_certificate_request_parse(&u.r, s, TLS_12),
			    tls_certificate_request_parse(&u.r, s, TLS_13)};
			static const size_t which[] = {
			    0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6};
			CU_ASSERT_EQUAL(got[which[i]],
			    n == rows[i].body.n || (n && n == rows[i].also));
			tls_unguard(p, n);
		}
	}
}

static void
test_names(void)
{
	CU_ASSERT_STRING_EQUAL(tls_version_name(0x0304), "TLS 1.3");
	CU_ASSERT_STRING_EQUAL(tls_version_name(0x0305), "");
	CU_ASSERT_STRING_EQUAL(
	    tls_cipher_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
	CU_ASSERT_STRING_EQUAL(
	    tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	CU_ASSERT_STRING_EQUAL(
	    tls_cipher_name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
	CU_ASSERT_STRING_EQUAL(tls_cipher_name(0x1a1a), "");
	CU_ASSERT_STRING_EQUAL(tls_cipher_name(0xffff), "");
	CU_ASSERT_STRING_EQUAL(tls_group_name(29), "x25519");
	CU_ASSERT_STRING_EQUAL(tls_group_name(0x0a0a), "");
	CU_ASSERT_STRING_EQUAL(tls_alert_name(40), "handshake_failure");
	CU_ASSERT_STRING_EQUAL(tls_alert_name(255), "");
	CU_ASSERT_STRING_EQUAL(tls_handshake_name(16), "client_key_exchange");
	CU_ASSERT(tls_is_grease(0x0a0a) && tls_is_grease(0xfafa));
	CU_ASSERT(!tls_is_grease(0x0a1a) && !tls_is_grease(0x1301));
	/* every number leads to its own row: the table is in order */
	size_t named = 0;
	for (unsigned v = 0; v <= 0xffff; v++)
		named += tls_cipher_name((uint16_t)v)[0] != '\0';
	CU_ASSERT(named > 340);
}

UNIT_MAIN("tls_hello", UNIT(test_client), UNIT(test_server),
    UNIT(test_certificates), UNIT(test_requests), UNIT(test_truncated),
    UNIT(test_names))
