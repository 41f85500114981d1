/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/master.h"

#include "base/cursor.h"

enum { HEADER = 4, MAX_HELLO = 65536 };
enum { /* extensions: RFC 7366, RFC 7627, RFC 5077 */
	ENCRYPT_THEN_MAC = 22,
	EXTENDED_MASTER_SECRET = 23,
	SESSION_TICKET = 35,
};

/* ---- hellos ---- */

/* The content of an extension; absent where there is none. */
static struct rs_span
extension(struct rs_span block, uint16_t type)
{
	struct rs_cur c = rs_cur_init(block);
	while (rs_cur_left(&c)) {
		uint16_t t = rs_cur_u16(&c);
		struct rs_cur body = rs_cur_block16(&c);
		if (c.shrt)
			break;
		if (t == type)
			return rs_cur_rest(&body);
	}
	return (struct rs_span){0};
}

static void
keep_random(uint8_t to[TLS_RANDOM], struct rs_span random)
{
	if (random.n == TLS_RANDOM)
		memcpy(to, random.p, TLS_RANDOM);
}

void
tls_agreed_client(struct tls_agreed *a, const struct tls_client_hello *h)
{
	struct rs_span ticket = extension(h->extensions, SESSION_TICKET);
	*a = (struct tls_agreed){
	    .client = true,
	    .offered = h->legacy_version,
	    .early_data = h->early_data,
	    .has_ticket = ticket.n > 0,
	};
	keep_random(a->client_random, h->random);
	if (ticket.n)
		a->has_ticket = tls_sha256(ticket, a->ticket);
}

void
tls_agreed_server(struct tls_agreed *a, const struct tls_server_hello *h)
{
	a->server = true;
	a->version = h->version;
	a->cipher = h->cipher;
	/* SSL 3.0 has other keys: RFC 6101 6.2. */
	a->suite = h->version >= TLS_10 ? tls_suite_find(h->cipher) : NULL;
	keep_random(a->server_random, h->random);
	a->n_session_id = 0;
	if (h->session_id.n && h->session_id.n <= sizeof a->session_id) {
		memcpy(a->session_id, h->session_id.p, h->session_id.n);
		a->n_session_id = (uint8_t)h->session_id.n;
	}
	a->encrypt_then_mac =
	    a->suite && a->suite->mode == TLS_MODE_CBC &&
	    extension(h->extensions, ENCRYPT_THEN_MAC).p != NULL;
	a->extended_master =
	    extension(h->extensions, EXTENDED_MASTER_SECRET).p != NULL;
}

const char *
tls_prf_hash(const struct tls_agreed *a)
{
	return a->version < TLS_12 ? "MD5-SHA1" : a->suite->hash;
}

/* ---- the master secret ---- */

void
tls_master_init(
    struct tls_master *m, struct tls_keys *keys, struct rs_account *pay)
{
	*m = (struct tls_master){.keys = keys};
	rs_buf_init(&m->hello, MAX_HELLO, pay);
}

void
tls_master_clear(struct tls_master *m)
{
	rs_buf_clear(&m->hello);
	tls_transcript_clear(&m->transcript);
	tls_wipe(m, sizeof *m);
}

void
tls_master_gap(struct tls_master *m)
{
	rs_buf_clear(&m->hello);
	tls_transcript_clear(&m->transcript);
}

static struct rs_span
random_of(const struct tls_agreed *a)
{
	return (struct rs_span){a->client_random, TLS_RANDOM};
}

/* Whether a premaster secret may be found at all. */
static bool
premasters(const struct tls_keys *k)
{
	return k->rsa || tls_keylog_has(k->log, TLS_SECRET_PREMASTER) ||
	       tls_keylog_has(k->log, TLS_SECRET_RSA_PREMASTER);
}

/* ClientKeyExchange with RSA: RFC 5246 7.4.7.1. */
static void
open_premaster(
    struct tls_master *m, const struct tls_agreed *a, struct rs_span body)
{
	struct rs_cur c = rs_cur_init(body);
	struct rs_cur block = rs_cur_block16(&c);
	struct rs_span encrypted = rs_cur_rest(&block);
	if (c.shrt || !tls_suite_is_rsa(a->cipher))
		return;
	const struct tls_secret *s = tls_keys_find(
	    m->keys, TLS_SECRET_RSA_PREMASTER, rs_span_part(encrypted, 0, 8));
	if (s) {
		memcpy(m->premaster, s->p, s->n);
		m->n_premaster = s->n;
		return;
	}
	/* It begins with the version of the ClientHello: else another key. */
	if (m->keys->rsa == NULL ||
	    !tls_rsa_key_open(m->keys->rsa, encrypted, m->premaster) ||
	    m->premaster[0] != a->offered >> 8 ||
	    m->premaster[1] != (a->offered & 0xff))
		return;
	m->n_premaster = TLS_MASTER;
}

/* RFC 5077 3.3: lifetime, ticket. */
static void
learn_ticket(struct tls_master *m, struct rs_span body)
{
	uint8_t name[32];
	struct rs_cur c = rs_cur_init(body);
	rs_cur_skip(&c, 4);
	struct rs_cur block = rs_cur_block16(&c);
	struct rs_span ticket = rs_cur_rest(&block);
	if (!c.shrt && ticket.n && m->known && m->from_rsa &&
	    tls_sha256(ticket, name))
		tls_keylog_add(m->keys->log, TLS_SECRET_TICKET,
		    (struct rs_span){name, sizeof name},
		    (struct rs_span){m->secret, TLS_MASTER});
}

static void
begin(struct tls_master *m, struct rs_span hello)
{
	tls_master_gap(m);
	tls_wipe(m->secret, sizeof m->secret);
	m->known = m->from_rsa = false;
	m->n_premaster = m->n_hash = 0;
	if (premasters(m->keys))
		(void)rs_buf_add(&m->hello, hello);
}

void
tls_master_message(struct tls_master *m, const struct tls_agreed *a,
    uint8_t type, struct rs_span whole)
{
	if (type == TLS_HS_CLIENT_HELLO) {
		begin(m, whole);
		return;
	}
	if (type == TLS_HS_NEW_SESSION_TICKET)
		learn_ticket(m, rs_span_from(whole, HEADER));
	if (type == TLS_HS_SERVER_HELLO && m->hello.n) {
		if (a->suite && a->version < TLS_13 &&
		    tls_transcript_begin(&m->transcript, tls_prf_hash(a)))
			tls_transcript_add(
			    &m->transcript, rs_buf_view(&m->hello));
		rs_buf_clear(&m->hello);
	}
	if (type != TLS_HS_HELLO_REQUEST) /* RFC 5246 7.4.1.1 */
		tls_transcript_add(&m->transcript, whole);
	if (type == TLS_HS_CLIENT_KEY_EXCHANGE) {
		m->n_hash = tls_transcript_hash(&m->transcript, m->hash);
		tls_transcript_clear(&m->transcript);
		open_premaster(m, a, rs_span_from(whole, HEADER));
	}
}

static bool
have(struct tls_master *m, const struct tls_secret *s)
{
	if (s == NULL || s->n != TLS_MASTER)
		return false;
	memcpy(m->secret, s->p, TLS_MASTER);
	m->known = true;
	return true;
}

static bool
from_premaster(struct tls_master *m, const struct tls_agreed *a)
{
	const struct rs_span premaster = {m->premaster, m->n_premaster};
	const struct rs_span client = random_of(a);
	const struct rs_span server = {a->server_random, TLS_RANDOM};
	const struct rs_span hash = {m->hash, m->n_hash};
	const struct tls_crypto *c = &m->keys->crypto;
	if (m->n_premaster == 0 || a->suite == NULL)
		return false;
	if (a->extended_master) /* RFC 7627 4 */
		return m->n_hash &&
		       tls_prf(c, tls_prf_hash(a), premaster,
			   "extended master secret", hash, (struct rs_span){0},
			   m->secret, TLS_MASTER);
	return tls_prf(c, tls_prf_hash(a), premaster, "master secret", client,
	    server, m->secret, TLS_MASTER);
}

bool
tls_master_find(struct tls_master *m, const struct tls_agreed *a)
{
	struct tls_keys *k = m->keys;
	const struct rs_span id = {a->session_id, a->n_session_id};
	const struct rs_span ticket = {a->ticket, sizeof a->ticket};
	if (m->known)
		return true;
	if (have(m, tls_keys_find(k, TLS_SECRET_MASTER, random_of(a))))
		return true;
	if (m->n_premaster == 0 && m->n_hash) {
		const struct tls_secret *s =
		    tls_keylog_find(k->log, TLS_SECRET_PREMASTER, random_of(a));
		if (s) {
			memcpy(m->premaster, s->p, s->n);
			m->n_premaster = s->n;
		}
	}
	if (from_premaster(m, a)) {
		m->known = m->from_rsa = true;
		if (id.n)
			tls_keylog_add(k->log, TLS_SECRET_SESSION, id,
			    (struct rs_span){m->secret, TLS_MASTER});
		return true;
	}
	m->from_rsa = true; /* if at all, by an earlier one */
	return (id.n &&
		   have(m, tls_keylog_find(k->log, TLS_SECRET_SESSION, id))) ||
	       (a->has_ticket &&
		   have(m, tls_keylog_find(k->log, TLS_SECRET_TICKET, ticket)));
}
