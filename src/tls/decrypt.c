/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/decrypt.h"

#include "tls/hello.h"
#include "tls/master.h"
#include "tls/tls.h"

enum {
	STRIKES = 16,  /* records of a side in a row that do not open */
	WINDOW = 256,  /* sequence numbers that are tried after a gap */
	TRIALS = 8192, /* of these in all, of a side */
	KEY_BLOCK = 2 * (64 + 32 + 16),
	TAIL = 20 + 16, /* TLS 1.0: a MAC and a block */
};

/* Which keys a side's records are under.  Those of TLS 1.3 in their order. */
enum epoch { CLEAR, EARLY, HANDSHAKE, TRAFFIC, SEALED };

struct side {
	enum epoch epoch;
	struct tls_opener opener;
	uint8_t secret[TLS_SECRET_MAX]; /* TLS 1.3: of the epoch */
	size_t n_secret;
	/* Of the last record that passed without keys, if all of it did. */
	uint8_t tail[TAIL];
	uint8_t n_tail;
	uint64_t passed; /* such records of this epoch */
	unsigned strikes, trials;
	bool paid;          /* for OpenSSL's contexts */
	bool opened;        /* a record did, ever */
	bool astray;        /* the sequence number is to be found */
	bool gapped;        /* before keys: a ChangeCipherSpec may be in it */
	enum tls_seal dead; /* why it never will again; NONE: it may */
};

struct tls_decrypt {
	struct rs_account *pay;
	struct rs_pool *pool;
	struct tls_keys *keys;
	struct tls_agreed agreed;
	struct tls_master master;
	struct side side[2]; /* by the rs_dir of the flow */
	enum rs_dir client;  /* whose ClientHello it was */
	bool hope;           /* keys for it are known, or may come */
	bool stopped;
	bool retried; /* a HelloRetryRequest was seen */
};

struct tls_decrypt *
tls_decrypt_new(
    struct tls_keys *keys, struct rs_account *pay, struct rs_pool *pool)
{
	if (!rs_account_charge(pay, sizeof(struct tls_decrypt)))
		return NULL;
	struct tls_decrypt *d = rs_pool_zeroed(pool, sizeof *d);
	d->pay = pay;
	d->pool = pool;
	d->keys = keys;
	tls_master_init(&d->master, keys, pay);
	return d;
}

void
tls_decrypt_free(struct tls_decrypt *d)
{
	if (d == NULL)
		return;
	struct rs_account *pay = d->pay;
	struct rs_pool *pool = d->pool;
	for (int i = 0; i < 2; i++) {
		tls_opener_clear(&d->side[i].opener);
		if (d->side[i].paid)
			rs_account_refund(pay, TLS_OPENER_COST);
	}
	tls_master_clear(&d->master);
	tls_wipe(d, sizeof *d);
	rs_pool_give(pool, d, sizeof *d);
	rs_account_refund(pay, sizeof *d);
}

/* As seen by TLS: a flow whose beginning is missing may be the wrong way
   round. */
static enum rs_dir
role(const struct tls_decrypt *d, enum rs_dir dir)
{
	return dir == d->client ? RS_C2S : RS_S2C;
}

static bool
is_13(const struct tls_decrypt *d)
{
	return d->agreed.version >= TLS_13;
}

/* ---- keys of a side ---- */

static struct tls_params
params(const struct tls_decrypt *d)
{
	return (struct tls_params){.version = d->agreed.version,
	    .suite = d->agreed.suite,
	    .encrypt_then_mac = d->agreed.encrypt_then_mac};
}

/* Records of this epoch are missing, or this one's end is. */
static void
stray(struct side *s)
{
	s->astray = true;
	s->opener.iv_lost = true;
	s->n_tail = 0;
}

/* Under other keys from the next record on; which, is found when needed. */
static void
enter(struct side *s, enum epoch e)
{
	s->epoch = e;
	s->opener.params.version = 0;
	s->n_secret = 0;
	s->n_tail = 0;
	s->passed = 0;
	s->astray = false;
	s->strikes = 0;
	s->dead = TLS_SEAL_NONE;
}

/* RFC 5246 6.3: MAC keys of both, then keys, then IVs. */
static bool
key_before13(struct tls_decrypt *d, enum rs_dir dir)
{
	uint8_t block[KEY_BLOCK];
	const struct tls_agreed *a = &d->agreed;
	const struct tls_suite *s = a->suite;
	const struct tls_params p = params(d);
	if (!tls_master_find(&d->master, a))
		return false;
	size_t iv = 0, mac = s->mac_size, at = role(d, dir);
	if (s->mode == TLS_MODE_CBC && a->version < TLS_11)
		iv = s->block;
	else if (s->mode == TLS_MODE_GCM || s->mode == TLS_MODE_CCM)
		iv = 4;
	else if (s->mode == TLS_MODE_CHACHA)
		iv = 12;
	size_t n = 2 * (mac + s->key + iv);
	bool good =
	    n <= sizeof block &&
	    tls_prf(&d->keys->crypto, tls_prf_hash(a),
		(struct rs_span){d->master.secret, TLS_MASTER}, "key expansion",
		(struct rs_span){a->server_random, TLS_RANDOM},
		(struct rs_span){a->client_random, TLS_RANDOM}, block, n);
	const struct tls_direction_keys keys = {
	    .mac = {block + at * mac, mac},
	    .key = {block + 2 * mac + at * s->key, s->key},
	    .iv = {block + 2 * (mac + s->key) + at * iv, iv},
	};
	good = good && tls_opener_key(
			   &d->side[dir].opener, &d->keys->crypto, &p, &keys);
	tls_wipe(block, sizeof block);
	return good;
}

static enum tls_secret_kind
kind_of(enum epoch e, enum rs_dir dir)
{
	switch (e) {
	case EARLY:
		return dir == RS_C2S ? TLS_SECRET_CLIENT_EARLY
				     : TLS_SECRET_NONE;
	case HANDSHAKE:
		return dir == RS_C2S ? TLS_SECRET_CLIENT_HANDSHAKE
				     : TLS_SECRET_SERVER_HANDSHAKE;
	case TRAFFIC:
		return dir == RS_C2S ? TLS_SECRET_CLIENT_TRAFFIC
				     : TLS_SECRET_SERVER_TRAFFIC;
	case CLEAR:
	case SEALED:
		break;
	}
	return TLS_SECRET_NONE;
}

static bool
key_with(struct tls_decrypt *d, struct side *s, const struct tls_params *p,
    struct rs_span secret)
{
	if (!tls_opener_key_13(&s->opener, &d->keys->crypto, p, secret))
		return false;
	memmove(s->secret, secret.p, secret.n);
	s->n_secret = secret.n;
	return true;
}

/* The secret of that epoch of a side of TLS 1.3; NULL: not known. */
static const struct tls_secret *
secret_of(struct tls_decrypt *d, enum rs_dir dir, enum epoch e)
{
	return tls_keys_find(d->keys, kind_of(e, role(d, dir)),
	    (struct rs_span){d->agreed.client_random, TLS_RANDOM});
}

static bool
key_13(struct tls_decrypt *d, enum rs_dir dir, enum epoch e)
{
	const struct tls_secret *x = secret_of(d, dir, e);
	const struct tls_params p = params(d);
	return x && p.suite &&
	       key_with(d, &d->side[dir], &p, (struct rs_span){x->p, x->n});
}

/* RFC 8446 7.2 */
static void
next_generation(struct tls_decrypt *d, struct side *s)
{
	uint8_t next[TLS_SECRET_MAX];
	const struct tls_params p = params(d);
	size_t n = s->n_secret;
	bool good =
	    n && tls_expand_label(&d->keys->crypto, p.suite->hash,
		     (struct rs_span){s->secret, n}, "traffic upd", next, n);
	if (!good || !key_with(d, s, &p, (struct rs_span){next, n}))
		enter(s, TRAFFIC);
	tls_wipe(next, sizeof next);
}

/* ---- what is heard ---- */

static void
hear_client_hello(
    struct tls_decrypt *d, enum rs_dir dir, const struct tls_client_hello *h)
{
	struct side *s = &d->side[dir];
	d->client = dir;
	/* The second one of TLS 1.3 has the random of the first. */
	tls_agreed_client(&d->agreed, h);
	const struct rs_span random = {d->agreed.client_random, TLS_RANDOM};
	const struct rs_span id = h->session_id;
	d->hope = d->keys->rsa || d->keys->follow ||
		  tls_keylog_knows(d->keys->log, random) ||
		  tls_keylog_has(d->keys->log, TLS_SECRET_RSA_PREMASTER) ||
		  tls_keylog_find(d->keys->log, TLS_SECRET_SESSION, id);
	if (s->epoch != SEALED) /* else a renegotiation under older keys */
		enter(s, d->agreed.early_data && !d->retried ? EARLY : CLEAR);
}

static void
hear_server_hello(
    struct tls_decrypt *d, enum rs_dir dir, const struct tls_server_hello *h)
{
	struct side *server = &d->side[dir];
	struct side *client = &d->side[rs_dir_other(dir)];
	tls_agreed_server(&d->agreed, h);
	if (!d->agreed.client)
		return;
	if (is_13(d)) {
		enter(server, HANDSHAKE);
		if (client->epoch != EARLY)
			enter(client, HANDSHAKE);
	} else if (client->epoch == EARLY) {
		enter(client, CLEAR);
	}
	const struct rs_span random = {d->agreed.client_random, TLS_RANDOM};
	const struct rs_span id = {
	    d->agreed.session_id, d->agreed.n_session_id};
	if (!tls_suite_is_rsa(d->agreed.cipher) && !d->keys->follow &&
	    !tls_keylog_knows(d->keys->log, random) &&
	    !tls_keylog_find(d->keys->log, TLS_SECRET_SESSION, id))
		d->hope = false; /* an RSA key is of no use here */
}

void
tls_decrypt_message(struct tls_decrypt *d, enum rs_dir dir,
    const struct tls_handshake_msg *m, struct rs_span whole)
{
	struct side *s = &d->side[dir];
	switch (m->type) {
	case TLS_HS_CLIENT_HELLO:
		if (m->u.client_hello)
			hear_client_hello(d, dir, m->u.client_hello);
		break;
	case TLS_HS_HELLO_RETRY_REQUEST:
		d->retried = true; /* RFC 8446 4.2.10: no early data now */
		return;
	case TLS_HS_SERVER_HELLO:
		if (m->u.server_hello)
			hear_server_hello(d, dir, m->u.server_hello);
		break;
	case TLS_HS_END_OF_EARLY_DATA:
		if (s->epoch == EARLY)
			enter(s, HANDSHAKE);
		break;
	case TLS_HS_FINISHED:
		if (s->epoch == HANDSHAKE)
			enter(s, TRAFFIC);
		break;
	case TLS_HS_KEY_UPDATE:
		if (s->epoch == TRAFFIC)
			next_generation(d, s);
		break;
	default:
		break;
	}
	if (!is_13(d))
		tls_master_message(&d->master, &d->agreed, m->type, whole);
}

void
tls_decrypt_ccs(struct tls_decrypt *d, enum rs_dir dir)
{
	/* RFC 8446 D.4: it changes nothing in TLS 1.3, where it may come before
	   ServerHello too. */
	if (d->agreed.server && !is_13(d))
		enter(&d->side[dir], SEALED);
}

void
tls_decrypt_gap(struct tls_decrypt *d, enum rs_dir dir)
{
	struct side *s = &d->side[dir];
	s->gapped = s->epoch == CLEAR;
	if (!s->gapped)
		stray(s);
	s->trials = 0;
	tls_master_gap(&d->master);
}

void
tls_decrypt_stop(struct tls_decrypt *d)
{
	d->stopped = true;
}

bool
tls_decrypt_wants(const struct tls_decrypt *d)
{
	const struct side *c = &d->side[RS_C2S], *v = &d->side[RS_S2C];
	return d->hope && !d->stopped && !(c->dead && v->dead);
}

/* ---- records ---- */

/* Before ServerHello the suite of early data is not known, only that its hash
   is as long as the secret (RFC 8446 4.2.10): which opens it? */
static bool
open_early(struct tls_decrypt *d, struct side *s, const struct tls_secret *x,
    const struct tls_sealed *r, struct tls_plain *out)
{
	static const uint16_t suites[] = {0x1301, 0x1303, 0x1304, 0x1305};
	const struct rs_span secret = {x->p, x->n};
	struct tls_params p = {
	    .version = TLS_13, .suite = tls_suite_find(0x1302)};
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		if (x->n == 32)
			p.suite = tls_suite_find(suites[i]);
		if (key_with(d, s, &p, secret) &&
		    tls_opener_open(&s->opener, r, d->keys->room, out))
			return true;
	}
	s->opener.params.version = 0;
	return false;
}

/* Keys for the epoch, where it has none yet. */
static bool
keyed(struct tls_decrypt *d, enum rs_dir dir)
{
	struct side *s = &d->side[dir];
	if (s->opener.params.version)
		return true;
	if (d->agreed.suite == NULL)
		return false;
	if (s->epoch != SEALED) {
		if (!key_13(d, dir, s->epoch))
			return false;
		s->astray |= s->passed > 0;
		return true;
	}
	if (!key_before13(d, dir))
		return false;
	const struct rs_span tail = {s->tail, s->n_tail};
	if (s->passed || s->astray) {
		s->opener.iv_lost = true;
		tls_opener_skip(&s->opener, &(struct tls_sealed){.body = tail});
	}
	s->opener.seq = s->passed;
	return true;
}

/* With the sequence number that is due, or, out of step, one of the next. */
static bool
open_in_step(struct tls_decrypt *d, struct side *s, const struct tls_sealed *r,
    struct tls_plain *out)
{
	struct tls_opener *o = &s->opener;
	uint8_t *room = d->keys->room;
	if (tls_opener_open(o, r, room, out))
		return true;
	uint64_t due = o->seq;
	for (unsigned k = 1; s->astray && k < WINDOW; k++) {
		if (s->trials++ >= TRIALS)
			break;
		o->seq = due + k;
		if (tls_opener_open(o, r, room, out)) {
			s->astray = false;
			return true;
		}
	}
	o->seq = due;
	return false;
}

/* The side may have gone on to the next keys of TLS 1.3, by a message that we
   did not see: early data that was refused, a handshake without secrets. */
static bool
open_next_epoch(struct tls_decrypt *d, enum rs_dir dir,
    const struct tls_sealed *r, struct tls_plain *out)
{
	struct side *s = &d->side[dir];
	for (enum epoch e = s->epoch + 1; e <= TRAFFIC; e++) {
		struct side now = *s;
		if (d->agreed.suite == NULL || !key_13(d, dir, e))
			continue;
		if (open_in_step(d, s, r, out)) {
			s->epoch = e;
			tls_wipe(&now, sizeof now);
			return true;
		}
		/* Back to the keys that were. */
		const struct rs_span old = {now.secret, now.n_secret};
		s->opener.params.version = 0;
		s->trials = now.trials;
		s->astray = now.astray;
		if (now.opener.params.version &&
		    key_with(d, s, &now.opener.params, old))
			s->opener.seq = now.opener.seq;
		s->n_secret = now.n_secret;
		tls_wipe(&now, sizeof now);
	}
	return false;
}

static bool
pay_for(struct tls_decrypt *d, struct side *s)
{
	if (!s->paid)
		s->paid = rs_account_charge(d->pay, TLS_OPENER_COST);
	return s->paid;
}

static bool
open_sealed(struct tls_decrypt *d, enum rs_dir dir, const struct tls_sealed *r,
    struct tls_plain *out)
{
	struct side *s = &d->side[dir];
	if (s->epoch == EARLY && s->opener.params.version == 0) {
		const struct tls_secret *x = secret_of(d, dir, EARLY);
		if (x && open_early(d, s, x, r, out))
			return true;
	} else if (keyed(d, dir) && open_in_step(d, s, r, out)) {
		return true;
	}
	return s->epoch < TRAFFIC && open_next_epoch(d, dir, r, out);
}

/* The record stays shut: why, and what that means for the next one. */
static enum tls_seal
shut(struct tls_decrypt *d, struct side *s, const struct tls_sealed *r)
{
	if (s->opener.params.version == 0) {
		size_t n = r->body.n < TAIL ? r->body.n : TAIL;
		memcpy(s->tail, r->body.p + r->body.n - n, n);
		s->n_tail = (uint8_t)n;
		s->passed++;
		if (++s->strikes >= 4 * STRIKES)
			s->dead = TLS_SEAL_NO_KEYS;
		/* A premaster went by, which the RSA key does not open. */
		return d->keys->rsa && tls_suite_is_rsa(d->agreed.cipher) &&
			       d->master.n_hash
			   ? TLS_SEAL_WRONG_KEYS
			   : TLS_SEAL_NO_KEYS;
	}
	enum tls_seal why = s->opened ? TLS_SEAL_GAP : TLS_SEAL_WRONG_KEYS;
	if (s->astray)
		why = TLS_SEAL_GAP;
	tls_opener_skip(&s->opener, r);
	if (++s->strikes >= STRIKES)
		s->dead = why;
	return why;
}

/* Whether the record is one that keys were used on. */
static bool
is_sealed(struct tls_decrypt *d, enum rs_dir dir, const struct tls_record *r)
{
	struct side *s = &d->side[dir];
	/* Up to TLS 1.2 data never goes in clear: the ChangeCipherSpec is in
	   the gap. */
	if (s->epoch == CLEAR && s->gapped && d->agreed.server && !is_13(d) &&
	    r->type == TLS_APPLICATION_DATA) {
		enter(s, SEALED);
		stray(s);
	}
	switch (s->epoch) {
	case CLEAR:
	case EARLY:
	case HANDSHAKE:
	case TRAFFIC:
		return r->type == TLS_APPLICATION_DATA;
	case SEALED:
		return true;
	}
	return false;
}

enum tls_seal
tls_decrypt_record(struct tls_decrypt *d, enum rs_dir dir,
    const struct tls_record *r, struct tls_plain *out)
{
	struct side *s = &d->side[dir];
	const struct tls_sealed sealed = {r->type, r->version, r->body};
	if (d->stopped || !is_sealed(d, dir, r))
		return TLS_SEAL_NONE;
	if (!d->agreed.client || s->epoch == CLEAR)
		return TLS_SEAL_HELLO;
	if (!d->hope)
		return TLS_SEAL_NO_KEYS;
	if (d->agreed.server && d->agreed.suite == NULL)
		return s->dead = TLS_SEAL_CIPHER;
	if (s->dead)
		return s->dead;
	if (r->body.p == NULL || r->cut) {
		stray(s);
		return TLS_SEAL_GAP;
	}
	if (!pay_for(d, s))
		return s->dead = TLS_SEAL_NO_ROOM;
	if (!open_sealed(d, dir, &sealed, out))
		return shut(d, s, &sealed);
	s->opened = true;
	s->strikes = 0;
	return TLS_SEAL_OPENED;
}
