/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain is known by the hashes of its certificates, which the cache of
 * certificates has already; only a new one, or one whose time is over, is read
 * again.
 *
 * Order: RFC 5246 7.4.2 wants each certificate to certify the one before.  RFC
 * 8446 4.4.2 asks to be ready for any order and for what does not belong there,
 * which old phones are not.  A link is what names, key identifiers and key
 * usage say (X509_check_issued()); signatures are checked with a store only.
 */
#include "tls/chain.h"

#include "base/stamp.h"
#include "tls/trust_store.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum { MAX_ENTRIES = 256, HASH = 64 /* hexadecimal digits of SHA-256 */ };

struct entry {
	struct entry *newer;
	size_t charged; /* 0: stands outside the budget */
	char key[TLS_MAX_CHAIN * HASH + 1];
	size_t n_key;
	rs_time from, to; /* when `facts` hold: from <= t < to */
	struct tls_chain_facts facts;
	uint8_t *text; /* of the issuer that is missing */
};

struct tls_chain_cache {
	struct tls_certificate_reader certificates;
	const struct tls_trust *trust;
	struct rs_account *pay;
	struct entry *oldest, *newest;
	size_t n;
	uint64_t verified;
};

/* The certificates of a chain that is being read. */
struct chain {
	X509 *x[TLS_MAX_CHAIN];
	size_t n;
	size_t path[TLS_MAX_CHAIN]; /* indices, from the first certificate on */
	size_t n_path;
	rs_time from, to;
};

static void *
need(void *p)
{
	if (p == NULL)
		abort(); /* as GLib: sizes are small */
	return p;
}

struct tls_chain_cache *
tls_chain_cache_new(const struct tls_certificate_reader *certificates,
    const struct tls_trust *trust, struct rs_account *pay)
{
	struct tls_chain_cache *c = need(calloc(1, sizeof *c));
	c->certificates = *certificates;
	c->trust = trust;
	c->pay = pay;
	return c;
}

static void
evict_oldest(struct tls_chain_cache *c)
{
	struct entry *e = c->oldest;
	c->oldest = e->newer;
	if (c->oldest == NULL)
		c->newest = NULL;
	c->n--;
	if (e->charged)
		rs_account_refund(c->pay, e->charged);
	free(e->text);
	free(e);
}

void
tls_chain_cache_free(struct tls_chain_cache *c)
{
	if (c == NULL)
		return;
	while (c->oldest)
		evict_oldest(c);
	free(c);
}

uint64_t
tls_chain_cache_verified(const struct tls_chain_cache *c)
{
	return c->verified;
}

/* ---- reading one */

static bool
chain_read(struct chain *ch, const struct tls_certificate_list *l)
{
	*ch = (struct chain){.from = RS_NEVER, .to = INT64_MAX};
	for (; ch->n < l->n; ch->n++) {
		const unsigned char *p = l->der[ch->n].p;
		size_t n = l->der[ch->n].n;
		ch->x[ch->n] =
		    n <= LONG_MAX ? d2i_X509(NULL, &p, (long)n) : NULL;
		if (ch->x[ch->n] == NULL)
			return false;
	}
	return ch->n > 0;
}

static void
chain_clear(struct chain *ch)
{
	for (size_t i = 0; i < ch->n; i++)
		X509_free(ch->x[i]);
	ERR_clear_error();
}

static bool
issued(X509 *issuer, X509 *subject)
{
	return X509_check_issued(issuer, subject) == X509_V_OK;
}

static bool
in_path(const struct chain *ch, size_t i)
{
	for (size_t k = 0; k < ch->n_path; k++)
		if (ch->path[k] == i)
			return true;
	return false;
}

/* Walks from the first certificate to its issuer, and so on, as far as what
   was sent goes; the next one first, where several would do. */
static void
chain_walk(struct chain *ch)
{
	ch->path[ch->n_path++] = 0;
	for (;;) {
		size_t at = ch->path[ch->n_path - 1], next = ch->n;
		if (issued(ch->x[at], ch->x[at]))
			return;
		for (size_t k = 1; k < ch->n && next == ch->n; k++) {
			size_t i = (at + k) % ch->n;
			if (!in_path(ch, i) && issued(ch->x[i], ch->x[at]))
				next = i;
		}
		if (next == ch->n)
			return;
		ch->path[ch->n_path++] = next;
	}
}

static bool
chain_in_order(const struct chain *ch)
{
	for (size_t i = 0; i < ch->n_path; i++)
		if (ch->path[i] != i)
			return false;
	return ch->n_path == ch->n;
}

/* ---- verifying one */

static void
boundary(struct chain *ch, const ASN1_TIME *limit, time_t at, time_t after)
{
	int days, seconds;
	ASN1_TIME *now = ASN1_TIME_set(NULL, at);
	if (now && ASN1_TIME_diff(&days, &seconds, now, limit) == 1) {
		/* the first second at which the answer may be another one */
		int64_t s =
		    (int64_t)at + (int64_t)days * 86400 + seconds + after;
		if (s <= at && s > ch->from)
			ch->from = s;
		if (s > at && s < ch->to)
			ch->to = s;
	}
	ASN1_TIME_free(now);
}

/* The time around `at` in which none of these begins or ends; seconds. */
static void
boundaries(struct chain *ch, const STACK_OF(X509) * all, time_t at)
{
	for (int i = 0; i < sk_X509_num(all); i++) {
		const X509 *x = sk_X509_value(all, i);
		boundary(ch, X509_get0_notBefore(x), at, 0);
		boundary(ch, X509_get0_notAfter(x), at, 1);
	}
}

static rs_time
nanoseconds(int64_t s, rs_time otherwise)
{
	bool fits = s < INT64_MAX / RS_SEC && s > -(INT64_MAX / RS_SEC);
	return fits ? s * RS_SEC : otherwise;
}

/* Floor: times before 1970 too. */
static time_t
second_of(rs_time at)
{
	return (time_t)(at / RS_SEC - (at % RS_SEC < 0));
}

static void
chain_verify(struct tls_chain_cache *c, struct entry *e, struct chain *ch,
    rs_time at, bool client)
{
	time_t when = second_of(at);
	X509_STORE_CTX *ctx = need(X509_STORE_CTX_new());
	STACK_OF(X509) *rest = need(sk_X509_new_null());
	for (size_t i = 0; i < ch->n; i++)
		(void)sk_X509_push(rest, ch->x[i]);
	c->verified++;
	e->facts.store = rs_span_str(tls_trust_name(c->trust));
	if (X509_STORE_CTX_init(
		ctx, tls_trust_store(c->trust), ch->x[0], rest) == 1) {
		(void)X509_STORE_CTX_set_default(
		    ctx, client ? "ssl_client" : "ssl_server");
		X509_VERIFY_PARAM_set_time(
		    X509_STORE_CTX_get0_param(ctx), when);
		e->facts.verified = X509_verify_cert(ctx) == 1;
		e->facts.error = X509_STORE_CTX_get_error(ctx);
		e->facts.depth = X509_STORE_CTX_get_error_depth(ctx);
		e->facts.verification =
		    rs_span_str(X509_verify_cert_error_string(e->facts.error));
		const STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(ctx);
		boundaries(ch, rest, when);
		if (built)
			boundaries(ch, built, when);
	}
	e->from = nanoseconds(ch->from, RS_NEVER);
	e->to = nanoseconds(ch->to, INT64_MAX);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(rest);
}

/* ---- the cache */

/* The issuer that the last certificate of the path names. */
static void
missing(struct tls_chain_cache *c, struct entry *e, struct rs_span der)
{
	const struct tls_certificate_facts *f =
	    c->certificates.read(c->certificates.arg, der);
	if (f == NULL)
		return;
	size_t n = f->issuer.n, m = f->issuer_url.n;
	e->text = need(malloc(n + m + 1));
	if (n)
		memcpy(e->text, f->issuer.p, n);
	if (m)
		memcpy(e->text + n, f->issuer_url.p, m);
	e->facts.missing = (struct rs_span){e->text, n};
	e->facts.missing_url = (struct rs_span){e->text + n, m};
}

static void
entry_read(struct tls_chain_cache *c, struct entry *e,
    const struct tls_certificate_list *l, rs_time at, bool client)
{
	struct chain ch;
	free(e->text);
	e->text = NULL;
	e->facts = (struct tls_chain_facts){0};
	e->from = RS_NEVER;
	e->to = INT64_MAX;
	if (chain_read(&ch, l)) {
		chain_walk(&ch);
		size_t last = ch.path[ch.n_path - 1];
		e->facts.readable = true;
		e->facts.in_order = chain_in_order(&ch);
		e->facts.path = ch.n_path;
		e->facts.root = issued(ch.x[last], ch.x[last]);
		if (!e->facts.root)
			missing(c, e, l->der[last]);
		if (c->trust)
			chain_verify(c, e, &ch, at, client);
	}
	chain_clear(&ch);
}

/* False where one of them cannot be read. */
static bool
key_of(struct tls_chain_cache *c, struct entry *e,
    const struct tls_certificate_list *l, bool client)
{
	e->key[e->n_key++] = client ? 'c' : 's';
	for (size_t i = 0; i < l->n; i++) {
		const struct tls_certificate_facts *f =
		    c->certificates.read(c->certificates.arg, l->der[i]);
		if (f == NULL || f->sha256.n != HASH)
			return false;
		memcpy(e->key + e->n_key, f->sha256.p, HASH);
		e->n_key += HASH;
	}
	return l->n > 0;
}

static struct entry *
find(const struct tls_chain_cache *c, const struct entry *like)
{
	struct entry *e = c->oldest;
	while (e && (e->n_key != like->n_key ||
			memcmp(e->key, like->key, e->n_key) != 0))
		e = e->newer;
	return e;
}

static struct entry *
add(struct tls_chain_cache *c, const struct entry *like)
{
	struct entry *e = need(malloc(sizeof *e));
	*e = *like;
	while (c->oldest && (c->n >= MAX_ENTRIES || c->oldest->charged == 0))
		evict_oldest(c);
	bool paid = rs_account_charge(c->pay, sizeof *e);
	while (!paid && c->oldest) {
		evict_oldest(c);
		paid = rs_account_charge(c->pay, sizeof *e);
	}
	e->charged = paid ? sizeof *e : 0;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
	c->n++;
	return e;
}

static const struct tls_chain_facts *
cache_chain(
    void *arg, const struct tls_certificate_list *l, int64_t at, bool client)
{
	struct tls_chain_cache *c = arg;
	struct entry like = {.from = INT64_MAX};
	if (!key_of(c, &like, l, client))
		return NULL;
	struct entry *e = find(c, &like);
	if (e == NULL)
		e = add(c, &like);
	if (at < e->from || at >= e->to)
		entry_read(c, e, l, at, client);
	return &e->facts;
}

static const struct tls_certificate_facts *
cache_read(void *arg, struct rs_span der)
{
	const struct tls_chain_cache *c = arg;
	return c->certificates.read(c->certificates.arg, der);
}

struct tls_certificate_reader
tls_chain_cache_reader(struct tls_chain_cache *c)
{
	return (struct tls_certificate_reader){cache_read, cache_chain, c};
}
