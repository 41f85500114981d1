/* SPDX-License-Identifier: Apache-2.0 */
/* What servers have shown to others. */
#include "track/shown.h"
#include "unit.h"

#include <stdio.h>

static struct rec_certificate certificate;
static const char key_a[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char key_b[] =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static struct rec_handshake
shake(uint64_t frame, const char *sni, const char *issuer, const char *key,
    bool completed)
{
	struct rec_handshake h;
	rec_init(&rec_handshake_type, &h);
	rec_init(&rec_certificate_type, &certificate);
	certificate.from = REC_SERVER;
	certificate.issuer = rs_span_str(issuer);
	certificate.spki_sha256 = rs_span_str(key);
	h.certificates = (struct rec_list){.v = &certificate, .n = 1};
	h.id.frame = (struct rs_frame){0, frame};
	h.sni = rs_span_str(sni);
	h.server.at.port = 8934;
	h.state = completed ? REC_COMPLETED : REC_FAILED;
	return h;
}

/* The frame of the other handshake; 0: there is none. */
static uint64_t
other(
    const struct shown *s, const char *sni, const char *issuer, const char *key)
{
	struct rec_handshake h = shake(99, sni, issuer, key, false);
	struct rec_id id;
	return shown_other(s, &h, &id) ? id.frame.number : 0;
}

static void
test_shown(void)
{
	struct shown *s = shown_new();
	struct rec_handshake h = shake(1, "a.example", "CN=A", key_a, false);
	CU_ASSERT(shown_add(s, &h));
	CU_ASSERT_EQUAL(other(s, "a.example", "CN=B", key_b), 0); /* refused */
	h = shake(2, "A.example", "CN=A", key_a, true);
	CU_ASSERT(shown_add(s, &h));
	h = shake(3, "a.example", "CN=A", key_a, true);
	CU_ASSERT(!shown_add(s, &h)); /* nothing new */
	CU_ASSERT_EQUAL(other(s, "a.example", "CN=B", key_b), 2);
	CU_ASSERT_EQUAL(other(s, "a.example", "CN=A", key_b), 0);
	CU_ASSERT_EQUAL(other(s, "a.example", "CN=B", key_a), 0); /* renewed */
	CU_ASSERT_EQUAL(other(s, "b.example", "CN=B", key_b), 0);
	/* without a name, by address and port */
	h = shake(4, "", "CN=A", key_a, true);
	CU_ASSERT(shown_add(s, &h));
	CU_ASSERT_EQUAL(other(s, "", "CN=B", key_b), 4);
	/* what was not read is no certificate of nobody */
	h = shake(5, "c.example", "", "", true);
	CU_ASSERT(!shown_add(s, &h));
	shown_free(s);
}

static void
test_bounds(void)
{
	struct shown *s = shown_new();
	char text[32];
	unsigned taken = 0;
	for (unsigned i = 0; i < 6; i++) {
		snprintf(text, sizeof text, "CN=%u", i);
		struct rec_handshake h = shake(i + 1, "x", text, key_a, true);
		taken += shown_add(s, &h);
	}
	CU_ASSERT_EQUAL(taken, 4);
	taken = 0;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof text, "%u.example", i);
		struct rec_handshake h =
		    shake(i + 1, text, "CN=A", key_a, true);
		taken += shown_add(s, &h);
	}
	CU_ASSERT_EQUAL(taken, 1023);
	shown_free(s);
}

UNIT_MAIN("shown", UNIT(test_shown), UNIT(test_bounds))
