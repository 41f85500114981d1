/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_talk.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

static EVP_PKEY *
make_key(EVP_PKEY **kept)
{
	if (*kept == NULL)
		*kept = EVP_RSA_gen(2048);
	assert(*kept);
	return *kept;
}

EVP_PKEY *
talk_key(void)
{
	static EVP_PKEY *key;
	return make_key(&key);
}

EVP_PKEY *
talk_other_key(void)
{
	static EVP_PKEY *key;
	return make_key(&key);
}

static X509 *
certificate(void)
{
	static X509 *x;
	if (x)
		return x;
	x = X509_new();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 360000);
	X509_set_pubkey(x, talk_key());
	X509_NAME *n = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const uint8_t *)"hosted01.example.net", -1, -1, 0);
	X509_set_issuer_name(x, n);
	int size = X509_sign(x, talk_key(), EVP_sha256());
	assert(size > 0);
	return x;
}

static void
log_line(const SSL *ssl, const char *line)
{
	struct talk *t = SSL_get_app_data(ssl);
	size_t n = strlen(line);
	assert(t->n_keylog + n + 1 < sizeof t->keylog);
	memcpy(t->keylog + t->n_keylog, line, n);
	t->n_keylog += n;
	t->keylog[t->n_keylog++] = '\n';
}

static void
set_options(SSL_CTX *ctx, const struct talk_options *o)
{
	SSL_CTX_set_min_proto_version(ctx, o->version);
	SSL_CTX_set_max_proto_version(ctx, o->version);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_options(ctx, o->off);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	int good = o->version == TLS1_3_VERSION
		       ? SSL_CTX_set_ciphersuites(ctx, o->ciphers)
		       : SSL_CTX_set_cipher_list(ctx, o->ciphers);
	assert(good == 1);
}

/* What this side has to send goes to the other: one turn. */
static bool
move(struct talk *t, enum rs_dir dir)
{
	BIO *out = SSL_get_wbio(t->ssl[dir]);
	BIO *in = SSL_get_rbio(t->ssl[rs_dir_other(dir)]);
	size_t n = BIO_ctrl_pending(out);
	if (n == 0)
		return false;
	assert(t->n_turns < TALK_TURNS);
	struct talk_turn *turn = &t->turns[t->n_turns++];
	*turn = (struct talk_turn){dir, malloc(n), n};
	int got = BIO_read(out, turn->p, (int)n);
	assert(got == (int)n);
	got = BIO_write(in, turn->p, (int)n);
	assert(got == (int)n);
	return true;
}

/* Each reads what there is; nothing but tickets and the like may come. */
static void
settle(struct talk *t)
{
	uint8_t b[1];
	for (int i = 0; i < 8; i++) {
		int got = SSL_peek(t->ssl[RS_C2S], b, sizeof b);
		assert(got <= 0);
		move(t, RS_C2S);
		got = SSL_peek(t->ssl[RS_S2C], b, sizeof b);
		assert(got <= 0);
		move(t, RS_S2C);
	}
}

static void
shake(struct talk *t)
{
	for (int i = 0; i < 16; i++) {
		SSL_do_handshake(t->ssl[RS_C2S]);
		move(t, RS_C2S);
		SSL_do_handshake(t->ssl[RS_S2C]);
		move(t, RS_S2C);
		if (SSL_is_init_finished(t->ssl[RS_C2S]) &&
		    SSL_is_init_finished(t->ssl[RS_S2C]))
			break;
	}
	if (!SSL_is_init_finished(t->ssl[RS_C2S])) {
		ERR_print_errors_fp(stderr);
		fprintf(stderr, "%s\n", t->ciphers);
	}
	assert(SSL_is_init_finished(t->ssl[RS_C2S]));
	settle(t);
}

static void
said(struct talk *t, enum rs_dir dir, const void *p, size_t n)
{
	assert(t->n_said[dir] + n <= sizeof t->said[dir]);
	memcpy(t->said[dir] + t->n_said[dir], p, n);
	t->n_said[dir] += n;
}

static void
early(struct talk *t, const struct talk_options *o)
{
	size_t n = strlen(o->early), done = 0;
	char got[256];
	SSL_write_early_data(t->ssl[RS_C2S], o->early, n, &done);
	assert(done == n);
	move(t, RS_C2S);
	said(t, RS_C2S, o->early, n);
	int r = SSL_read_early_data(t->ssl[RS_S2C], got, sizeof got, &done);
	assert(r == SSL_READ_EARLY_DATA_SUCCESS && done == n);
}

static SSL_SESSION *
talk_session(const struct talk *t)
{
	return SSL_get1_session(t->ssl[RS_C2S]);
}

/* A server; the same one, where it is to know a session. */
static SSL_CTX *
server_of(const struct talk_options *o)
{
	static const uint8_t id[] = "talk";
	if (o->after) {
		SSL_CTX_up_ref(o->after->ctx[RS_S2C]);
		return o->after->ctx[RS_S2C];
	}
	SSL_CTX *server = SSL_CTX_new(TLS_server_method());
	set_options(server, o);
	SSL_CTX_use_certificate(server, certificate());
	SSL_CTX_use_PrivateKey(server, talk_key());
	SSL_CTX_set_options(
	    server, SSL_OP_ALLOW_CLIENT_RENEGOTIATION | SSL_OP_NO_ANTI_REPLAY);
	SSL_CTX_set_max_early_data(server, 1024);
	SSL_CTX_set_dh_auto(server, 1);
	SSL_CTX_set_session_id_context(server, id, sizeof id);
	if (o->groups)
		SSL_CTX_set1_groups_list(server, (void *)(uintptr_t)o->groups);
	return server;
}

struct talk *
talk_new(const struct talk_options *o)
{
	struct talk *t = calloc(1, sizeof *t);
	t->ciphers = o->ciphers;
	t->ctx[RS_C2S] = SSL_CTX_new(TLS_client_method());
	set_options(t->ctx[RS_C2S], o);
	SSL_CTX_set_keylog_callback(t->ctx[RS_C2S], log_line);
	t->ctx[RS_S2C] = server_of(o);
	for (int i = 0; i < 2; i++) {
		t->ssl[i] = SSL_new(t->ctx[i]);
		SSL_set_app_data(t->ssl[i], t);
		SSL_set_bio(
		    t->ssl[i], BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	}
	SSL_set_connect_state(t->ssl[RS_C2S]);
	SSL_set_accept_state(t->ssl[RS_S2C]);
	SSL_SESSION *session = o->after ? talk_session(o->after) : NULL;
	if (session)
		SSL_set_session(t->ssl[RS_C2S], session);
	if (o->early)
		early(t, o);
	shake(t);
	assert(SSL_session_reused(t->ssl[RS_C2S]) == (session != NULL));
	SSL_SESSION_free(session);
	return t;
}

void
talk_free(struct talk *t)
{
	for (int i = 0; i < 2; i++) {
		SSL_free(t->ssl[i]);
		SSL_CTX_free(t->ctx[i]);
	}
	for (size_t i = 0; i < t->n_turns; i++)
		free(t->turns[i].p);
	free(t);
}

void
talk_say(struct talk *t, enum rs_dir dir, const void *p, size_t n)
{
	uint8_t got[16384];
	size_t done = 0;
	said(t, dir, p, n);
	int r = SSL_write(t->ssl[dir], p, (int)n);
	assert(r == (int)n);
	while (move(t, dir))
		;
	while (done < n) {
		r = SSL_read(t->ssl[rs_dir_other(dir)], got, sizeof got);
		assert(r > 0);
		done += (size_t)r;
	}
}

void
talk_update(struct talk *t, enum rs_dir dir, bool both)
{
	int good = SSL_key_update(t->ssl[dir],
	    both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
	assert(good == 1);
	SSL_do_handshake(t->ssl[dir]);
	move(t, dir);
	settle(t);
}

void
talk_renegotiate(struct talk *t)
{
	int good = SSL_renegotiate(t->ssl[RS_C2S]);
	assert(good == 1);
	for (int i = 0; i < 8; i++) {
		uint8_t b[1];
		SSL_do_handshake(t->ssl[RS_C2S]);
		move(t, RS_C2S);
		SSL_peek(t->ssl[RS_S2C], b, 1);
		SSL_do_handshake(t->ssl[RS_S2C]);
		move(t, RS_S2C);
	}
	assert(!SSL_renegotiate_pending(t->ssl[RS_C2S]));
}

void
talk_bye(struct talk *t)
{
	SSL_shutdown(t->ssl[RS_C2S]);
	move(t, RS_C2S);
	SSL_shutdown(t->ssl[RS_S2C]);
	move(t, RS_S2C);
}
