/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets lie in one array, a ring once it is full, and are found by a hash
 * table of indices beside it: a key log of a busy server has a line for each
 * connection of months, and the one wanted is looked for at each ClientHello.
 */
#include "tls/keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_LINE = 1024, CHUNK = 64 * 1024, MORE_AT_ONCE = 4 << 20 };
enum { RANDOM = 32, FIRST_SIZE = 64 };

struct entry {
	uint8_t kind, n_name;
	uint8_t name[TLS_SECRET_NAME_MAX];
	struct tls_secret secret;
	uint32_t next; /* of its bucket, +1; 0: none */
};

struct tls_keylog {
	struct rs_hash_seed seed;
	struct entry *v;
	uint32_t *buckets; /* of index + 1 */
	size_t n, size;    /* size: of both, a power of two */
	size_t at;         /* the next to be replaced, once it is full */
	bool has[TLS_SECRET_KINDS];
	int fd;        /* of the file that is followed; -1 */
	unsigned line; /* of it, that was read last */
	size_t n_rest;
	char rest[MAX_LINE]; /* a line of it that has no end yet */
	bool skipping;       /* the rest of one that is too long */
};

/* How a line begins, and what must follow. */
static const struct label {
	const char *name;
	enum tls_secret_kind kind;
	uint8_t n_name; /* bytes; 0: up to TLS_SECRET_NAME_MAX */
} labels[] = {
    {"CLIENT_RANDOM", TLS_SECRET_MASTER, RANDOM},
    {"CLIENT_EARLY_TRAFFIC_SECRET", TLS_SECRET_CLIENT_EARLY, RANDOM},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TLS_SECRET_CLIENT_HANDSHAKE, RANDOM},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TLS_SECRET_SERVER_HANDSHAKE, RANDOM},
    {"CLIENT_TRAFFIC_SECRET_0", TLS_SECRET_CLIENT_TRAFFIC, RANDOM},
    {"SERVER_TRAFFIC_SECRET_0", TLS_SECRET_SERVER_TRAFFIC, RANDOM},
    {"PMS_CLIENT_RANDOM", TLS_SECRET_PREMASTER, RANDOM},
    {"RSA", TLS_SECRET_RSA_PREMASTER, 8},
};

static void *
need(void *p)
{
	if (p == NULL)
		abort(); /* as GLib: what is kept is limited */
	return p;
}

/* ---- the table ---- */

static size_t
bucket_of(const struct tls_keylog *k, uint8_t kind, struct rs_span name)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &k->seed);
	rs_hasher_number(&h, kind);
	rs_hasher_bytes(&h, name);
	return rs_hasher_end(&h) & (k->size - 1);
}

static struct rs_span
name_of(const struct entry *e)
{
	return (struct rs_span){e->name, e->n_name};
}

static void
link_entry(struct tls_keylog *k, size_t i)
{
	struct entry *e = &k->v[i];
	uint32_t *b = &k->buckets[bucket_of(k, e->kind, name_of(e))];
	e->next = *b;
	*b = (uint32_t)i + 1;
}

static void
unlink_entry(struct tls_keylog *k, size_t i)
{
	struct entry *e = &k->v[i];
	uint32_t *b = &k->buckets[bucket_of(k, e->kind, name_of(e))];
	while (*b != i + 1)
		b = &k->v[*b - 1].next;
	*b = e->next;
}

static void
wipe(struct tls_keylog *k)
{
	if (k->v)
		OPENSSL_cleanse(k->v, k->size * sizeof *k->v);
	free(k->v);
	free(k->buckets);
}

/* Not realloc(): what it leaves behind would not be wiped. */
static void
grow(struct tls_keylog *k)
{
	size_t size = k->size ? k->size * 2 : FIRST_SIZE;
	struct entry *v = need(calloc(size, sizeof *v));
	uint32_t *buckets = need(calloc(size, sizeof *buckets));
	if (k->n)
		memcpy(v, k->v, k->n * sizeof *v);
	wipe(k);
	k->v = v;
	k->buckets = buckets;
	k->size = size;
	for (size_t i = 0; i < k->n; i++)
		link_entry(k, i);
}

static struct entry *
find(const struct tls_keylog *k, uint8_t kind, struct rs_span name)
{
	if (k->n == 0)
		return NULL;
	for (uint32_t i = k->buckets[bucket_of(k, kind, name)]; i;
	     i = k->v[i - 1].next) {
		struct entry *e = &k->v[i - 1];
		if (e->kind == kind && rs_span_eq(name_of(e), name))
			return e;
	}
	return NULL;
}

void
tls_keylog_add(struct tls_keylog *k, enum tls_secret_kind kind,
    struct rs_span name, struct rs_span secret)
{
	if (name.n > TLS_SECRET_NAME_MAX || secret.n > TLS_SECRET_MAX ||
	    secret.n == 0)
		return;
	struct entry *e = find(k, (uint8_t)kind, name);
	if (e == NULL) {
		size_t i = k->n;
		if (k->n == TLS_KEYLOG_MOST) {
			i = k->at++ % TLS_KEYLOG_MOST;
			unlink_entry(k, i);
		} else {
			if (k->n == k->size)
				grow(k);
			k->n++;
		}
		e = &k->v[i];
		*e = (struct entry){
		    .kind = (uint8_t)kind, .n_name = (uint8_t)name.n};
		if (name.n)
			memcpy(e->name, name.p, name.n);
		link_entry(k, i);
	}
	k->has[kind] = true;
	e->secret.n = (uint8_t)secret.n;
	memcpy(e->secret.p, secret.p, secret.n);
}

const struct tls_secret *
tls_keylog_find(
    const struct tls_keylog *k, enum tls_secret_kind kind, struct rs_span name)
{
	const struct entry *e = find(k, (uint8_t)kind, name);
	return e ? &e->secret : NULL;
}

bool
tls_keylog_knows(const struct tls_keylog *k, struct rs_span client_random)
{
	for (uint8_t kind = TLS_SECRET_MASTER; kind <= TLS_SECRET_PREMASTER;
	     kind++)
		if (find(k, kind, client_random))
			return true;
	return false;
}

bool
tls_keylog_has(const struct tls_keylog *k, enum tls_secret_kind kind)
{
	return k->has[kind];
}

size_t
tls_keylog_n(const struct tls_keylog *k)
{
	return k->n;
}

struct tls_keylog *
tls_keylog_new(const struct rs_hash_seed *seed)
{
	struct tls_keylog *k = need(calloc(1, sizeof *k));
	k->seed = *seed;
	k->fd = -1;
	return k;
}

void
tls_keylog_free(struct tls_keylog *k)
{
	if (k == NULL)
		return;
	if (k->fd >= 0)
		close(k->fd);
	wipe(k);
	OPENSSL_cleanse(k, sizeof *k);
	free(k);
}

/* ---- lines ---- */

/* Digits to bytes; how many, or 0 where they are none, or more than most. */
static size_t
hex_bytes(struct rs_span s, uint8_t *out, size_t most)
{
	if (s.n % 2 || s.n / 2 > most)
		return 0;
	for (size_t i = 0; i < s.n; i += 2) {
		int high = rs_ascii_hex(s.p[i]), low = rs_ascii_hex(s.p[i + 1]);
		if (high < 0 || low < 0)
			return 0;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return s.n / 2;
}

static struct rs_span
word(struct rs_span *line)
{
	struct rs_span w = rs_span_part(*line, 0, rs_span_find(*line, ' '));
	*line = rs_span_trim(rs_span_from(*line, w.n));
	return w;
}

/* What a label that is not known looks like. */
static bool
looks_like_label(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
		    !rs_ascii_digit(s.p[i]) && s.p[i] != '_')
			return false;
	return s.n > 0;
}

/* How long a secret of its kind is: of TLS 1.3, a hash (RFC 8446 7.1). */
static bool
length_fits(enum tls_secret_kind kind, size_t n)
{
	switch (kind) {
	case TLS_SECRET_MASTER:
	case TLS_SECRET_SESSION:
	case TLS_SECRET_TICKET:
	case TLS_SECRET_RSA_PREMASTER:
		return n == 48; /* RFC 5246 8.1, 7.4.7.1 */
	case TLS_SECRET_PREMASTER:
		return n > 0;
	case TLS_SECRET_CLIENT_EARLY:
	case TLS_SECRET_CLIENT_HANDSHAKE:
	case TLS_SECRET_SERVER_HANDSHAKE:
	case TLS_SECRET_CLIENT_TRAFFIC:
	case TLS_SECRET_SERVER_TRAFFIC:
		return n == 32 || n == 48;
	case TLS_SECRET_NONE:
	case TLS_SECRET_KINDS:
		break;
	}
	return false;
}

/* RSA Session-ID:0123 Master-Key:4567, of NSS. */
static bool
session_line(struct tls_keylog *k, struct rs_span id, struct rs_span master)
{
	const struct rs_span a = RS_LIT("Session-ID:");
	const struct rs_span b = RS_LIT("Master-Key:");
	uint8_t name[TLS_SECRET_NAME_MAX], secret[TLS_SECRET_MAX];
	if (!rs_span_starts(id, a) || !rs_span_starts(master, b))
		return false;
	size_t n = hex_bytes(rs_span_from(id, a.n), name, sizeof name);
	size_t m = hex_bytes(rs_span_from(master, b.n), secret, sizeof secret);
	bool good = n && length_fits(TLS_SECRET_SESSION, m);
	if (good)
		tls_keylog_add(k, TLS_SECRET_SESSION, (struct rs_span){name, n},
		    (struct rs_span){secret, m});
	OPENSSL_cleanse(secret, sizeof secret);
	return good;
}

static bool
read_line(struct tls_keylog *k, struct rs_span line)
{
	line = rs_span_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return true;
	struct rs_span name = word(&line), by = word(&line), key = line;
	const struct label *l = NULL;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (rs_span_eq(name, rs_span_str(labels[i].name)))
			l = &labels[i];
	if (l == NULL)
		return looks_like_label(name) && by.n && key.n;
	if (l->kind == TLS_SECRET_RSA_PREMASTER && session_line(k, by, key))
		return true;
	uint8_t b[TLS_SECRET_NAME_MAX], secret[TLS_SECRET_MAX];
	bool good = hex_bytes(by, b, sizeof b) == l->n_name;
	size_t n = hex_bytes(key, secret, sizeof secret);
	good = good && length_fits(l->kind, n);
	if (good)
		tls_keylog_add(k, l->kind, (struct rs_span){b, l->n_name},
		    (struct rs_span){secret, n});
	OPENSSL_cleanse(secret, sizeof secret);
	return good;
}

static void
bad_line(struct tls_keylog_problem *why, unsigned line)
{
	if (why->what)
		return; /* the first one is told */
	*why = (struct tls_keylog_problem){.line = line,
	    .what = "no line of a key log: want LABEL CLIENT_RANDOM SECRET, "
		    "as SSLKEYLOGFILE has them"};
}

bool
tls_keylog_parse(
    struct tls_keylog *k, struct rs_span text, struct tls_keylog_problem *why)
{
	struct tls_keylog_problem first = {0};
	for (unsigned line = 1; text.n; line++) {
		size_t n = rs_span_find(text, '\n');
		if (!read_line(k, rs_span_part(text, 0, n)))
			bad_line(&first, line);
		text = rs_span_from(text, n + 1);
	}
	if (why)
		*why = first;
	return first.what == NULL;
}

/* ---- the file ---- */

/* Lines out of the next bytes of the file. */
static void
take(struct tls_keylog *k, struct rs_span in, struct tls_keylog_problem *why)
{
	while (in.n) {
		size_t n = rs_span_find(in, '\n');
		struct rs_span part = rs_span_part(in, 0, n);
		bool ends = n < in.n;
		in = rs_span_from(in, n + 1);
		if (part.n > sizeof k->rest - k->n_rest)
			k->skipping = true;
		if (!k->skipping && part.n) {
			memcpy(k->rest + k->n_rest, part.p, part.n);
			k->n_rest += part.n;
		}
		if (!ends && !k->skipping)
			return;
		if (k->skipping) /* of no line, told once */
			bad_line(why, k->line + 1);
		else if (!read_line(
			     k, (struct rs_span){
				    (const uint8_t *)k->rest, k->n_rest}))
			bad_line(why, k->line + 1);
		k->line += ends;
		k->skipping = k->skipping && !ends;
		k->n_rest = 0;
	}
}

/* True where there was something; errno of a failure in *failed. */
static bool
read_file(struct tls_keylog *k, size_t most, struct tls_keylog_problem *why,
    int *failed)
{
	uint8_t chunk[CHUNK];
	size_t all = 0;
	*failed = 0;
	while (all < most && why->what == NULL) {
		ssize_t n = read(k->fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			*failed = errno;
		if (n <= 0)
			break;
		take(k, (struct rs_span){chunk, (size_t)n}, why);
		all += (size_t)n;
	}
	if (all)
		OPENSSL_cleanse(chunk, sizeof chunk);
	return all > 0;
}

bool
tls_keylog_load(
    struct tls_keylog *k, const char *path, struct tls_keylog_problem *why)
{
	int failed = 0;
	*why = (struct tls_keylog_problem){0};
	k->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (k->fd < 0)
		failed = errno;
	else
		(void)read_file(k, SIZE_MAX, why, &failed);
	if (failed) {
		*why = (struct tls_keylog_problem){.error = failed,
		    .cannot_read = true,
		    .what = "cannot read"};
		return false;
	}
	/* The last line may lack its end, and may still be written. */
	if (k->n_rest)
		(void)read_line(
		    k, (struct rs_span){(const uint8_t *)k->rest, k->n_rest});
	return why->what == NULL;
}

bool
tls_keylog_more(struct tls_keylog *k)
{
	struct tls_keylog_problem why = {0};
	int failed;
	return k->fd >= 0 && read_file(k, MORE_AT_ONCE, &why, &failed);
}
