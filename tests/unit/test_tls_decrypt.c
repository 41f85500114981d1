/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of OpenSSL with itself, read with their keys: every family of
 * ciphers in every version, and what changes keys on the way.
 */
#include "tls/keys.h"
#include "tls_kit.h"
#include "tls_talk.h"
#include "unit.h"

#include <assert.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct rs_hash_seed seed = {1, 2};
static const char request[] = "REGISTER sip:example.com SIP/2.0\r\n\r\n";
static const char answer[] = "SIP/2.0 200 OK\r\n\r\n";

static struct rs_span
log_of(const struct talk *t)
{
	return (struct rs_span){(const uint8_t *)t->keylog, t->n_keylog};
}

static struct tls_keys *
keys_of(const struct talk *t)
{
	struct tls_keys *k = tls_keys_new(&seed);
	struct tls_keylog_problem why;
	CU_ASSERT(tls_keylog_parse(k->log, log_of(t), &why));
	CU_ASSERT(tls_keylog_n(k->log) > 0);
	return k;
}

/* What an observer with these keys sees, the segments cut into pieces. */
static struct tls_flow *
observe(const struct talk *t, struct tls_keys *k, size_t piece)
{
	struct tls_flow *f = tls_flow_new(true);
	tls_session_decrypt(f->session, k, &f->pay, f->state);
	for (size_t i = 0; i < t->n_turns; i++) {
		const struct talk_turn *x = &t->turns[i];
		size_t step = piece ? piece : x->n;
		for (size_t at = 0; at < x->n; at += step)
			tls_flow_feed(f, x->dir, x->p + at,
			    x->n - at < step ? x->n - at : step);
	}
	return f;
}

static bool
read_all(const struct talk *t, const struct tls_flow *f)
{
	bool same = true;
	for (int d = 0; d < 2; d++)
		same = same && f->plain[d].n == t->n_said[d] &&
		       memcmp(f->plain[d].p, t->said[d], t->n_said[d]) == 0;
	CU_ASSERT(same);
	for (int i = TLS_SEAL_NO_KEYS; i < TLS_SEAL_N; i++)
		CU_ASSERT_EQUAL(f->seals[i], 0);
	CU_ASSERT(strstr(f->log, "> finished") != NULL);
	CU_ASSERT(strstr(f->log, "< finished") != NULL);
	CU_ASSERT(strstr(f->log, " encrypted ") == NULL);
	CU_ASSERT(strstr(f->log, "bad-") == NULL);
	if (!same || strstr(f->log, " encrypted "))
		printf("# %s\n", f->log);
	return same;
}

static void
conversation(struct talk *t)
{
	static char many[20000];
	memset(many, 'x', sizeof many);
	talk_say(t, RS_C2S, request, sizeof request - 1);
	talk_say(t, RS_S2C, answer, sizeof answer - 1);
	for (size_t n = 1; n < 20; n++) /* every length of padding */
		talk_say(t, RS_C2S, request, n);
	talk_say(t, RS_C2S, many, sizeof many);
	talk_say(t, RS_S2C, many, 16384);
	talk_say(t, RS_S2C, answer, sizeof answer - 1);
}

struct row {
	const char *name;
	int version;
	const char *ciphers;
	uint64_t off;
};

#define PLAIN_MAC SSL_OP_NO_ENCRYPT_THEN_MAC
#define V10 TLS1_VERSION
#define V11 TLS1_1_VERSION
#define V12 TLS1_2_VERSION
#define V13 TLS1_3_VERSION

static const struct row rows[] = {
    {"1.0 AES-CBC, MAC first", V10, "ECDHE-RSA-AES128-SHA", PLAIN_MAC},
    {"1.0 AES-CBC, MAC last", V10, "ECDHE-RSA-AES256-SHA", 0},
    {"1.1 AES-CBC, MAC first", V11, "ECDHE-RSA-AES128-SHA", PLAIN_MAC},
    {"1.1 AES-CBC, MAC last", V11, "ECDHE-RSA-AES128-SHA", 0},
    {"1.2 AES-CBC SHA", V12, "ECDHE-RSA-AES128-SHA", PLAIN_MAC},
    {"1.2 AES-CBC SHA, MAC last", V12, "ECDHE-RSA-AES128-SHA", 0},
    {"1.2 AES-CBC SHA256", V12, "ECDHE-RSA-AES128-SHA256", PLAIN_MAC},
    {"1.2 AES-CBC SHA384", V12, "ECDHE-RSA-AES256-SHA384", PLAIN_MAC},
    {"1.2 AES-CBC SHA384, MAC last", V12, "ECDHE-RSA-AES256-SHA384", 0},
    {"1.2 Camellia", V12, "DHE-RSA-CAMELLIA256-SHA", PLAIN_MAC},
    {"1.2 AES-128-GCM", V12, "ECDHE-RSA-AES128-GCM-SHA256", 0},
    {"1.2 AES-256-GCM", V12, "ECDHE-RSA-AES256-GCM-SHA384", 0},
    {"1.2 ChaCha20", V12, "ECDHE-RSA-CHACHA20-POLY1305", 0},
    {"1.2 AES-CCM", V12, "DHE-RSA-AES128-CCM", 0},
    {"1.2 AES-CCM-8", V12, "DHE-RSA-AES256-CCM8", 0},
    {"1.2 ARIA", V12, "ECDHE-ARIA256-GCM-SHA384", 0},
    {"1.2 without encryption", V12, "NULL-SHA256", 0},
    {"1.2 old master secret", V12, "ECDHE-RSA-AES128-GCM-SHA256",
	SSL_OP_NO_EXTENDED_MASTER_SECRET},
    {"1.2 RSA", V12, "AES128-GCM-SHA256", 0},
    {"1.3 AES-128-GCM", V13, "TLS_AES_128_GCM_SHA256", 0},
    {"1.3 AES-256-GCM", V13, "TLS_AES_256_GCM_SHA384", 0},
    {"1.3 ChaCha20", V13, "TLS_CHACHA20_POLY1305_SHA256", 0},
    {"1.3 AES-CCM", V13, "TLS_AES_128_CCM_SHA256", 0},
    {"1.3 AES-CCM-8", V13, "TLS_AES_128_CCM_8_SHA256", 0},
};

/* Some of them. */
enum { CBC_12 = 5, GCM_12 = 10, GCM_13 = 19 };

static struct talk *
talk_of(const struct row *r)
{
	const struct talk_options o = {
	    .version = r->version, .ciphers = r->ciphers, .off = r->off};
	return talk_new(&o);
}

static void
test_ciphers(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk *t = talk_of(&rows[i]);
		struct tls_keys *k = keys_of(t);
		conversation(t);
		talk_bye(t);
		struct tls_flow *f = observe(t, k, 0);
		if (!read_all(t, f))
			printf("# %s, %s\n", rows[i].name,
			    SSL_get_cipher(t->ssl[0]));
		CU_ASSERT(strstr(f->log, "> alert 1 close_notify *\n") != NULL);
		CU_ASSERT(strstr(f->log, "< alert 1 close_notify *\n") != NULL);
		CU_ASSERT(!tls_session_opaque(f->session));
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(t);
	}
}

/* Another secret of the same length, under the same names. */
static void
spoil(struct talk *t)
{
	for (size_t i = 1; i < t->n_keylog; i++)
		if (t->keylog[i] == '\n')
			t->keylog[i - 1] = t->keylog[i - 1] == '0' ? '1' : '0';
}

static void
test_wrong_keys(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk *t = talk_of(&rows[i]);
		spoil(t);
		struct tls_keys *k = keys_of(t);
		conversation(t);
		for (int n = 0; n < 20; n++)
			talk_say(t, RS_S2C, answer, sizeof answer - 1);
		struct tls_flow *f = observe(t, k, 0);
		CU_ASSERT_EQUAL(f->plain[RS_C2S].n, 0);
		CU_ASSERT_EQUAL(f->plain[RS_S2C].n, 0);
		CU_ASSERT_EQUAL(f->seals[TLS_SEAL_OPENED], 0);
		CU_ASSERT(f->seals[TLS_SEAL_WRONG_KEYS] > 4);
		CU_ASSERT(tls_session_opaque(f->session));
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(t);
	}
}

static void
test_no_keys(void)
{
	struct talk *t = talk_of(&rows[GCM_12]),
		    *other = talk_of(&rows[GCM_12]);
	struct tls_keys *k = keys_of(other);
	conversation(t);
	struct tls_flow *f = observe(t, k, 0);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_OPENED], 0);
	CU_ASSERT(f->seals[TLS_SEAL_NO_KEYS] > 4);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
	talk_free(other);
}

static void
test_pieces(void)
{
	static const size_t which[] = {0, GCM_12, GCM_13};
	for (size_t i = 0; i < 3; i++) {
		struct talk *t = talk_of(&rows[which[i]]);
		struct tls_keys *k = keys_of(t);
		talk_say(t, RS_C2S, request, sizeof request - 1);
		talk_say(t, RS_S2C, answer, sizeof answer - 1);
		struct tls_flow *whole = observe(t, k, 0);
		read_all(t, whole);
		for (size_t piece = 1; piece < 8; piece++) {
			struct tls_flow *f = observe(t, k, piece);
			read_all(t, f);
			tls_log_is(f->log, whole->log);
			tls_flow_free(f);
		}
		tls_flow_free(whole);
		tls_keys_free(k);
		talk_free(t);
	}
}

/* A flow whose sides were taken for each other */
static void
test_turned(void)
{
	static const size_t which[] = {CBC_12, GCM_12, GCM_13};
	for (size_t i = 0; i < 3; i++) {
		struct talk *t = talk_of(&rows[which[i]]);
		struct tls_keys *k = keys_of(t);
		talk_say(t, RS_C2S, request, sizeof request - 1);
		talk_say(t, RS_S2C, answer, sizeof answer - 1);
		for (size_t n = 0; n < t->n_turns; n++)
			t->turns[n].dir = rs_dir_other(t->turns[n].dir);
		struct tls_flow *f = observe(t, k, 0);
		CU_ASSERT_EQUAL(f->plain[RS_S2C].n, sizeof request - 1);
		CU_ASSERT_EQUAL(f->plain[RS_C2S].n, sizeof answer - 1);
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(t);
	}
}

/* Ends that come anywhere: no more is read than was there. */
static void
test_truncated(void)
{
	struct talk *t = talk_of(&rows[CBC_12]);
	struct tls_keys *k = keys_of(t);
	talk_say(t, RS_C2S, request, sizeof request - 1);
	struct talk_turn *last = &t->turns[t->n_turns - 1];
	size_t n = last->n;
	for (last->n = 0; last->n < n; last->n++) {
		struct tls_flow *f = observe(t, k, 0);
		tls_flow_close(f, RS_C2S);
		CU_ASSERT_EQUAL(f->plain[RS_C2S].n, 0);
		tls_flow_free(f);
	}
	tls_keys_free(k);
	talk_free(t);
}

/* Feeds all but one turn, which is a gap. */
static struct tls_flow *
without(const struct talk *t, struct tls_keys *k, size_t which)
{
	struct tls_flow *f = tls_flow_new(true);
	tls_session_decrypt(f->session, k, &f->pay, f->state);
	for (size_t i = 0; i < t->n_turns; i++) {
		const struct talk_turn *x = &t->turns[i];
		if (i == which)
			tls_flow_gap(f, x->dir, x->n);
		else
			tls_flow_feed(f, x->dir, x->p, x->n);
	}
	return f;
}

static void
test_gap(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk *t = talk_of(&rows[i]);
		struct tls_keys *k = keys_of(t);
		talk_say(t, RS_C2S, "one ", 4);
		size_t gap = t->n_turns;
		talk_say(t, RS_C2S, "two ", 4);
		/* TLS 1.0: the last block of "two " is an IV, but OpenSSL
		   sends an empty record first */
		talk_say(t, RS_C2S, "three ", 6);
		talk_say(t, RS_C2S, "four ", 5);
		struct tls_flow *f = without(t, k, gap);
		struct rs_span got = {f->plain[0].p, f->plain[0].n};
		unit_row(rows[i].name);
		CU_ASSERT(rs_span_eq(got, RS_LIT("one three four ")));
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(t);
	}
}

/* So many records are missing that the place is not found again. */
static void
test_gap_too_long(void)
{
	struct talk *t = talk_of(&rows[GCM_13]);
	struct tls_keys *k = keys_of(t);
	talk_say(t, RS_C2S, "one ", 4);
	size_t gap = t->n_turns;
	for (int i = 0; i < 300; i++) {
		talk_say(t, RS_C2S, "x", 1);
		while (t->n_turns > gap + 1)
			free(t->turns[--t->n_turns].p);
	}
	for (int i = 0; i < 10; i++)
		talk_say(t, RS_C2S, "y", 1);
	struct tls_flow *f = without(t, k, gap);
	CU_ASSERT_EQUAL(f->plain[0].n, 4);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_GAP], 10);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_WRONG_KEYS], 0);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

static void
test_key_update(void)
{
	struct talk *t = talk_of(&rows[GCM_13]);
	struct tls_keys *k = keys_of(t);
	talk_say(t, RS_C2S, "one", 3);
	talk_update(t, RS_C2S, false);
	talk_say(t, RS_C2S, "two", 3);
	talk_say(t, RS_S2C, "zwei", 4);
	talk_update(t, RS_S2C, true);
	talk_say(t, RS_S2C, "drei", 4);
	talk_say(t, RS_C2S, "three", 5);
	talk_update(t, RS_C2S, false);
	talk_say(t, RS_C2S, "four", 4);
	struct tls_flow *f = observe(t, k, 0);
	read_all(t, f);
	CU_ASSERT(strstr(f->log, "> key_update 5 *") != NULL);
	CU_ASSERT(strstr(f->log, "< key_update 5 *") != NULL);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

static void
test_renegotiation(void)
{
	struct talk *t = talk_of(&rows[GCM_12]);
	talk_say(t, RS_C2S, "one", 3);
	talk_renegotiate(t);
	talk_say(t, RS_C2S, "two", 3);
	talk_say(t, RS_S2C, "zwei", 4);
	struct tls_keys *k = keys_of(t);
	struct tls_flow *f = observe(t, k, 0);
	read_all(t, f);
	const char *first = strstr(f->log, "> client_hello");
	CU_ASSERT(first && strstr(first + 1, "> client_hello"));
	CU_ASSERT(strstr(f->log, "< server_hello_done 4 *") != NULL);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

static void
test_resumption(int version, const char *ciphers, uint64_t off)
{
	struct talk_options o = {
	    .version = version, .ciphers = ciphers, .off = off};
	struct talk *first = talk_new(&o);
	o.after = first;
	struct talk *t = talk_new(&o);
	conversation(t);
	struct tls_keys *k = keys_of(t);
	struct tls_flow *f = observe(t, k, 0);
	read_all(t, f);
	CU_ASSERT(strstr(f->log, "< certificate ") == NULL);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(first);
	talk_free(t);
}

static void
test_resumptions(void)
{
	test_resumption(V10, "ECDHE-RSA-AES128-SHA", SSL_OP_NO_TICKET);
	test_resumption(V12, "ECDHE-RSA-AES128-GCM-SHA256", 0);
	test_resumption(V12, "ECDHE-RSA-AES128-GCM-SHA256", SSL_OP_NO_TICKET);
	test_resumption(V13, "TLS_AES_128_GCM_SHA256", 0);
}

static void
test_early_data(void)
{
	for (size_t i = GCM_13; i < sizeof rows / sizeof *rows; i++) {
		struct talk_options o = {
		    .version = V13, .ciphers = rows[i].ciphers};
		struct talk *first = talk_new(&o);
		o.after = first;
		o.early = request;
		struct talk *t = talk_new(&o);
		conversation(t);
		struct tls_keys *k = keys_of(t);
		struct tls_flow *f = observe(t, k, 0);
		if (!read_all(t, f))
			printf("# %s\n", rows[i].name);
		CU_ASSERT(strstr(f->log, "> end_of_early_data 4 *") != NULL);
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(first);
		talk_free(t);
	}
}

static void
test_hello_retry(void)
{
	const struct talk_options o = {.version = V13,
	    .ciphers = "TLS_AES_256_GCM_SHA384",
	    .groups = "P-384"};
	struct talk *t = talk_new(&o);
	conversation(t);
	struct tls_keys *k = keys_of(t);
	struct tls_flow *f = observe(t, k, 0);
	read_all(t, f);
	CU_ASSERT(strstr(f->log, "< hello_retry_request") != NULL);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

/* ---- the server's RSA key ---- */

static struct tls_keys *
keys_with_rsa(EVP_PKEY *key)
{
	char path[] = "/tmp/regscan-test-XXXXXX";
	struct tls_keylog_problem why;
	int fd = mkstemp(path);
	assert(fd >= 0);
	FILE *file = fdopen(fd, "w");
	int good = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	assert(good == 1);
	fclose(file);
	struct tls_keys *k = tls_keys_new(&seed);
	k->rsa = tls_rsa_key_load(path, &why);
	CU_ASSERT_PTR_NOT_NULL(k->rsa);
	unlink(path);
	return k;
}

static void
test_rsa_row(int version, const char *ciphers, uint64_t off)
{
	struct talk_options o = {
	    .version = version, .ciphers = ciphers, .off = off};
	struct talk *t = talk_new(&o);
	conversation(t);
	struct tls_keys *k = keys_with_rsa(talk_key());
	struct tls_flow *f = observe(t, k, 0);
	read_all(t, f);
	tls_flow_free(f);
	/* The same keys go on to know the connection that resumes it. */
	o.after = t;
	struct talk *next = talk_new(&o);
	conversation(next);
	f = observe(next, k, 0);
	read_all(next, f);
	CU_ASSERT(strstr(f->log, "client_key_exchange") == NULL);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
	talk_free(next);
}

static void
test_rsa(void)
{
	test_rsa_row(V10, "AES128-SHA", SSL_OP_NO_EXTENDED_MASTER_SECRET);
	test_rsa_row(V10, "AES128-SHA", 0);
	test_rsa_row(V11, "AES256-SHA", SSL_OP_NO_TICKET);
	test_rsa_row(V12, "AES128-GCM-SHA256", 0);
	test_rsa_row(V12, "AES256-GCM-SHA384", SSL_OP_NO_TICKET);
	test_rsa_row(V12, "AES256-SHA256", SSL_OP_NO_EXTENDED_MASTER_SECRET);
}

static void
test_wrong_rsa(void)
{
	const struct talk_options o = {
	    .version = V12, .ciphers = "AES128-GCM-SHA256"};
	struct talk *t = talk_new(&o);
	conversation(t);
	struct tls_keys *k = keys_with_rsa(talk_other_key());
	struct tls_flow *f = observe(t, k, 0);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_OPENED], 0);
	CU_ASSERT(f->seals[TLS_SEAL_WRONG_KEYS] > 4);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

/* It cannot open what ephemeral keys protect: that is no wrong key. */
static void
test_rsa_in_vain(void)
{
	struct talk *t = talk_of(&rows[GCM_12]);
	conversation(t);
	struct tls_keys *k = keys_with_rsa(talk_key());
	struct tls_flow *f = observe(t, k, 0);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_OPENED], 0);
	CU_ASSERT(f->seals[TLS_SEAL_NO_KEYS] > 4);
	CU_ASSERT_EQUAL(f->seals[TLS_SEAL_WRONG_KEYS], 0);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

/* ---- keys that come late, or in part ---- */

static void
test_late(void)
{
	static const size_t which[] = {0, CBC_12, GCM_12, GCM_12 + 2, GCM_13};
	for (size_t i = 0; i < 5; i++) {
		struct talk *t = talk_of(&rows[which[i]]);
		talk_say(t, RS_C2S, "one ", 4);
		talk_say(t, RS_C2S, "two ", 4);
		size_t then = t->n_turns;
		talk_say(t, RS_C2S, "three ", 6);
		talk_say(t, RS_S2C, "drei ", 5);
		struct tls_keys *k = tls_keys_new(&seed);
		struct tls_flow *f = tls_flow_new(true);
		k->follow = true; /* as live */
		tls_session_decrypt(f->session, k, &f->pay, f->state);
		for (size_t n = 0; n < t->n_turns; n++) {
			const struct talk_turn *x = &t->turns[n];
			if (n == then)
				tls_keylog_parse(k->log, log_of(t), NULL);
			tls_flow_feed(f, x->dir, x->p, x->n);
		}
		CU_ASSERT(
		    rs_span_eq((struct rs_span){f->plain[0].p, f->plain[0].n},
			RS_LIT("three ")));
		CU_ASSERT(
		    rs_span_eq((struct rs_span){f->plain[1].p, f->plain[1].n},
			RS_LIT("drei ")));
		tls_flow_free(f);
		tls_keys_free(k);
		talk_free(t);
	}
}

/* A key log without the secrets of the handshake: what follows opens. */
static void
test_traffic_only(void)
{
	struct talk *t = talk_of(&rows[GCM_13]);
	conversation(t);
	for (char *p = t->keylog; (p = strstr(p, "HANDSHAKE")); p++)
		*p = 'X';
	struct tls_keys *k = keys_of(t);
	struct tls_flow *f = observe(t, k, 0);
	CU_ASSERT_EQUAL(f->plain[0].n, t->n_said[0]);
	CU_ASSERT_EQUAL(f->plain[1].n, t->n_said[1]);
	CU_ASSERT(f->seals[TLS_SEAL_NO_KEYS] > 0);
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

static void
test_stop(void)
{
	struct talk *t = talk_of(&rows[GCM_13]);
	struct tls_keys *k = keys_of(t);
	conversation(t);
	for (int n = 0; n < 20; n++)
		talk_say(t, RS_S2C, answer, sizeof answer - 1);
	struct tls_flow *f = tls_flow_new(true);
	tls_session_decrypt(f->session, k, &f->pay, f->state);
	tls_session_stop(f->session);
	for (size_t n = 0; n < t->n_turns; n++)
		tls_flow_feed(f, t->turns[n].dir, t->turns[n].p, t->turns[n].n);
	CU_ASSERT_EQUAL(f->plain[0].n, 0);
	CU_ASSERT(tls_session_opaque(f->session));
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

/* ---- TLS 1.0: the IV is the end of the record before ---- */

static const struct row chained[] = {
    {"MAC first", V10, "ECDHE-RSA-AES256-SHA",
	PLAIN_MAC | SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS},
    {"MAC last", V10, "ECDHE-RSA-AES256-SHA",
	SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS},
};

/* Three blocks, of which only the first one needs the IV. */
#define BLOCKS "2: a text of three blocks, no less. "

/* What is read of "one ", BLOCKS, BLOCKS and "last", where half of the first
   BLOCKS, or all of it, is missing, and where keys come that early or late. */
static void
expect_read(
    const struct row *r, unsigned half, unsigned keys, struct rs_span text)
{
	struct talk *t = talk_of(r);
	size_t turn = t->n_turns;
	talk_say(t, RS_C2S, "one ", 4);
	talk_say(t, RS_C2S, BLOCKS, sizeof BLOCKS - 1);
	talk_say(t, RS_C2S, BLOCKS, sizeof BLOCKS - 1);
	talk_say(t, RS_C2S, "last", 4);
	struct tls_keys *k = tls_keys_new(&seed);
	struct tls_flow *f = tls_flow_new(true);
	k->follow = true;
	tls_session_decrypt(f->session, k, &f->pay, f->state);
	for (size_t i = 0; i < t->n_turns; i++) {
		const struct talk_turn *x = &t->turns[i];
		size_t there = i == turn + 1 ? x->n * half / 2 : x->n;
		if (i == (keys ? turn + keys : 0))
			tls_keylog_parse(k->log, log_of(t), NULL);
		tls_flow_feed(f, x->dir, x->p, there);
		if (there < x->n)
			tls_flow_gap(f, x->dir, x->n - there);
	}
	unit_row(r->name);
	CU_ASSERT(
	    rs_span_eq((struct rs_span){f->plain[0].p, f->plain[0].n}, text));
	tls_flow_free(f);
	tls_keys_free(k);
	talk_free(t);
}

static void
test_chained(void)
{
	for (size_t i = 0; i < 2; i++) {
		const struct row *r = &chained[i];
		expect_read(r, 2, 0, RS_LIT("one " BLOCKS BLOCKS "last"));
		expect_read(r, 2, 1, RS_LIT(BLOCKS BLOCKS "last"));
		expect_read(r, 0, 0, RS_LIT("one last"));
		expect_read(r, 1, 0, RS_LIT("one last"));
		expect_read(r, 0, 2, RS_LIT("last"));
		expect_read(r, 1, 2, RS_LIT("last"));
	}
}

UNIT_MAIN("tls_decrypt", {"every cipher", test_ciphers},
    {"wrong keys", test_wrong_keys}, {"no keys", test_no_keys},
    {"pieces", test_pieces}, {"turned", test_turned},
    {"truncated", test_truncated}, {"gap", test_gap},
    {"gap too long", test_gap_too_long}, {"key update", test_key_update},
    {"renegotiation", test_renegotiation}, {"resumption", test_resumptions},
    {"early data", test_early_data}, {"hello retry", test_hello_retry},
    {"RSA key", test_rsa}, {"wrong RSA key", test_wrong_rsa},
    {"RSA key in vain", test_rsa_in_vain}, {"late keys", test_late},
    {"traffic secrets only", test_traffic_only}, {"stop", test_stop},
    {"chained", test_chained})
