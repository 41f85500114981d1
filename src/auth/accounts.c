/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of accounts: groups and keys as in an .ini file.
 *
 * Read by hand, since a library for such files quotes the line it does not
 * understand (a password, mostly), leaves copies in freed memory, and reads a
 * backslash in a password as an escape.  The text is copied once; accounts are
 * spans into that copy, so one wipe is enough.
 *
 * Accounts are sorted and searched by halves: what is looked up comes from the
 * wire, and no order of hashes is to be guessed.
 */
#include "auth/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 16 << 20 };

struct auth_accounts {
	uint8_t *text; /* what the accounts point into */
	size_t n_text;
	struct auth_account *v;
	size_t n, size;
};

static void *
need(void *p)
{
	if (p == NULL)
		abort(); /* as GLib: the file's size is limited */
	return p;
}

/* ---- reading */

struct reader {
	struct auth_accounts *a;
	struct auth_problem *why;
	unsigned line;
};

static bool
refuse(struct reader *r, unsigned line, const char *what)
{
	*r->why = (struct auth_problem){
	    .trouble = AUTH_BAD_FILE, .line = line, .what = what};
	return false;
}

/* Into lower case in place; false when it is not n digits. */
static bool
hex_fold(uint8_t *p, size_t n, size_t want)
{
	for (size_t i = 0; i < n; i++) {
		if (rs_ascii_hex(p[i]) < 0)
			return false;
		p[i] = rs_ascii_lower(p[i]);
	}
	return n == want;
}

/* Into bytes in place; their number, or 0. */
static size_t
hex_bytes(uint8_t *p, size_t n)
{
	if (n % 2)
		return 0;
	for (size_t i = 0; i < n; i += 2) {
		int high = rs_ascii_hex(p[i]), low = rs_ascii_hex(p[i + 1]);
		if (high < 0 || low < 0)
			return 0;
		p[i / 2] = (uint8_t)(high << 4 | low);
	}
	return n / 2;
}

/* The bytes of s, which are ours. */
static uint8_t *
ours(struct reader *r, struct rs_span s)
{
	return r->a->text + (s.p - r->a->text);
}

static bool
set_ha1(struct reader *r, struct auth_account *x, struct rs_span v,
    enum auth_algorithm algorithm)
{
	if (!hex_fold(ours(r, v), v.n, auth_algorithm_digits(algorithm)))
		return refuse(r, r->line,
		    algorithm == AUTH_MD5
			? "want 32 hexadecimal digits, of user:realm:password"
			: "want 64 hexadecimal digits, of user:realm:password");
	x->ha1[algorithm] = v;
	return true;
}

static bool
set(struct reader *r, struct rs_span key, struct rs_span v)
{
	struct auth_account *x = &r->a->v[r->a->n - 1];
	if (rs_span_eq(key, RS_LIT("password"))) {
		x->password = v;
	} else if (rs_span_eq(key, RS_LIT("user"))) {
		x->user = v;
	} else if (rs_span_eq(key, RS_LIT("realm"))) {
		x->realm = v;
	} else if (rs_span_eq(key, RS_LIT("ha1"))) {
		return set_ha1(r, x, v, AUTH_MD5);
	} else if (rs_span_eq(key, RS_LIT("ha1-sha-256"))) {
		return set_ha1(r, x, v, AUTH_SHA_256);
	} else if (rs_span_eq(key, RS_LIT("ha1-sha-512-256"))) {
		return set_ha1(r, x, v, AUTH_SHA_512_256);
	} else if (rs_span_eq(key, RS_LIT("res"))) {
		v.n = hex_bytes(ours(r, v), v.n);
		if (v.n == 0)
			return refuse(r, r->line,
			    "want pairs of hexadecimal digits, of the RES");
		x->res = v;
	} else {
		return refuse(r, r->line,
		    "no such key: want user, realm, password, ha1, "
		    "ha1-sha-256, ha1-sha-512-256 or res");
	}
	return true;
}

/* An account is whole when the next one begins, or the file ends. */
static bool
check(struct reader *r)
{
	if (r->a->n == 0)
		return true;
	const struct auth_account *x = &r->a->v[r->a->n - 1];
	bool ha1 = false;
	for (int i = 0; i < AUTH_ALGORITHM_N; i++)
		ha1 |= x->ha1[i].p != NULL;
	if (x->user.n == 0)
		return refuse(r, x->line, "the account has no user");
	if (!ha1 && x->password.p == NULL && x->res.p == NULL)
		return refuse(
		    r, x->line, "the account has no key password, ha1 or res");
	if (ha1 && x->realm.p == NULL)
		return refuse(r, x->line,
		    "ha1 is of one realm: write [user@realm], or a key realm");
	return true;
}

/* "user@realm": a user may have an "@" of its own, a realm rarely does. */
static bool
begin(struct reader *r, struct rs_span name)
{
	struct auth_accounts *a = r->a;
	if (!check(r))
		return false;
	if (a->n == a->size) {
		size_t size = a->size ? 2 * a->size : 16;
		a->v = need(reallocarray(a->v, size, sizeof *a->v));
		a->size = size;
	}
	struct auth_account *x = &a->v[a->n++];
	*x = (struct auth_account){.user = name, .line = r->line};
	for (size_t i = name.n; i-- > 0;) {
		if (name.p[i] == '@') {
			x->user = rs_span_part(name, 0, i);
			x->realm = rs_span_from(name, i + 1);
			break;
		}
	}
	return true;
}

static bool
read_line(struct reader *r, struct rs_span s)
{
	s = rs_span_trim(s);
	if (s.n == 0 || s.p[0] == '#' || s.p[0] == ';')
		return true;
	if (s.n > 2 * AUTH_MAX_VALUE)
		return refuse(r, r->line, "the line is too long");
	if (memchr(s.p, 0, s.n))
		return refuse(r, r->line, "not text: there is a byte 0");
	if (s.p[0] == '[') {
		if (s.p[s.n - 1] != ']' || s.n == 2)
			return refuse(r, r->line, "want [user@realm]");
		struct rs_span name = rs_span_part(s, 1, s.n - 2);
		if (name.n > AUTH_MAX_VALUE)
			return refuse(r, r->line, "the name is too long");
		return begin(r, rs_span_trim(name));
	}
	size_t eq = rs_span_find(s, '=');
	if (eq == s.n)
		return refuse(r, r->line, "want [user@realm] or key = value");
	if (r->a->n == 0)
		return refuse(
		    r, r->line, "a key before the first [user@realm]");
	struct rs_span v = rs_span_trim(rs_span_from(s, eq + 1));
	/* Quotes keep blanks at either end; nothing is escaped. */
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		v = rs_span_part(v, 1, v.n - 2);
	if (v.n > AUTH_MAX_VALUE)
		return refuse(r, r->line, "the value is too long");
	return set(r, rs_span_trim(rs_span_part(s, 0, eq)), v);
}

static int
compare(struct rs_span a, struct rs_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* By user, then realm; "any" is the first of its user. */
static int
order(struct rs_span user, struct rs_span realm, const struct auth_account *x)
{
	int c = compare(user, x->user);
	if (c == 0)
		c = (realm.p != NULL) - (x->realm.p != NULL);
	return c ? c : compare(realm, x->realm);
}

static int
order_of_two(const void *a, const void *b)
{
	const struct auth_account *x = a;
	return order(x->user, x->realm, b);
}

static bool
sort(struct reader *r)
{
	struct auth_accounts *a = r->a;
	if (a->n == 0)
		return refuse(r, 0, "no account: want [user@realm]");
	qsort(a->v, a->n, sizeof *a->v, order_of_two);
	for (size_t i = 1; i < a->n; i++) {
		unsigned one = a->v[i - 1].line, two = a->v[i].line;
		if (order_of_two(&a->v[i - 1], &a->v[i]) == 0)
			return refuse(r, one > two ? one : two,
			    "this user and realm stand there twice");
	}
	return true;
}

static bool
read_all(struct reader *r)
{
	struct rs_span rest = {r->a->text, r->a->n_text};
	if (rs_span_starts(rest, RS_LIT("\xef\xbb\xbf")))
		rest = rs_span_from(rest, 3);
	while (rest.n) {
		size_t n = rs_span_find(rest, '\n');
		r->line++;
		if (!read_line(r, rs_span_part(rest, 0, n)))
			return false;
		rest = rs_span_from(rest, n + 1);
	}
	return check(r) && sort(r);
}

/* Takes the text over. */
static struct auth_accounts *
accounts_new(uint8_t *text, size_t n, struct auth_problem *why)
{
	struct auth_accounts *a = need(calloc(1, sizeof *a));
	a->text = text;
	a->n_text = n;
	*why = (struct auth_problem){0};
	struct reader r = {.a = a, .why = why};
	if (read_all(&r))
		return a;
	auth_accounts_free(a);
	return NULL;
}

struct auth_accounts *
auth_accounts_parse(struct rs_span text, struct auth_problem *why)
{
	uint8_t *copy = need(malloc(text.n + 1));
	if (text.n)
		memcpy(copy, text.p, text.n);
	return accounts_new(copy, text.n, why);
}

static struct auth_accounts *
cannot(struct auth_problem *why, enum auth_trouble trouble, const char *what,
    int error)
{
	*why = (struct auth_problem){trouble, 0, error, what};
	return NULL;
}

static struct auth_accounts *
load(int fd, struct auth_problem *why)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return cannot(why, AUTH_CANNOT_READ, "cannot read", errno);
	/* A pipe, <(...), is nobody else's. */
	if (S_ISREG(st.st_mode) && (st.st_mode & (S_IROTH | S_IWOTH)))
		return cannot(why, AUTH_OTHERS_READ,
		    "everybody may read or write it: chmod o-rw", 0);
	if (S_ISREG(st.st_mode) && st.st_size > MAX_FILE)
		return cannot(why, AUTH_CANNOT_READ, "larger than 16 MiB", 0);
	/* Of one size from the start: realloc() would leave copies. */
	size_t size = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : MAX_FILE;
	uint8_t *text = need(malloc(size));
	size_t n = 0;
	ssize_t got;
	while ((got = read(fd, text + n, size - n)) > 0 ||
	       (got < 0 && errno == EINTR)) {
		n += got > 0 ? (size_t)got : 0;
		if (n == size)
			break;
	}
	if (got == 0)
		return accounts_new(text, n, why);
	int error = got < 0 ? errno : 0;
	OPENSSL_cleanse(text, n);
	free(text);
	return cannot(why, AUTH_CANNOT_READ,
	    error ? "cannot read" : "larger than 16 MiB, or it grows", error);
}

struct auth_accounts *
auth_accounts_load(const char *path, struct auth_problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cannot(why, AUTH_CANNOT_READ, "cannot open", errno);
	struct auth_accounts *a = load(fd, why);
	close(fd);
	return a;
}

void
auth_accounts_free(struct auth_accounts *a)
{
	if (a == NULL)
		return;
	OPENSSL_cleanse(a->text, a->n_text);
	free(a->text);
	free(a->v);
	free(a);
}

/* ---- asking */

size_t
auth_accounts_n(const struct auth_accounts *a)
{
	return a->n;
}

const struct auth_account *
auth_accounts_at(const struct auth_accounts *a, size_t i)
{
	return &a->v[i];
}

static const struct auth_account *
find(const struct auth_accounts *a, struct rs_span user, struct rs_span realm)
{
	size_t low = 0, high = a->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = order(user, realm, &a->v[mid]);
		if (c == 0)
			return &a->v[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct auth_account *
auth_accounts_find(
    const struct auth_accounts *a, struct rs_span user, struct rs_span realm)
{
	const struct auth_account *x = realm.p ? find(a, user, realm) : NULL;
	return x ? x : find(a, user, (struct rs_span){NULL, 0});
}
