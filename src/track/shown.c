/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree compares names, which come from the wire: nobody can choose them to
 * collide.  A certificate that was renewed by another CA often keeps its key;
 * one that a proxy makes cannot.
 */
#include "track/shown.h"

#include <glib.h>

/* A name, or an endpoint where there is none. */
_Static_assert(255 >= (int)RS_ENDPOINT_TEXT, "MAX_NAME");
enum { MAX_NAMES = 1024, ISSUERS = 4, MAX_NAME = 255, MAX_ISSUER = 512 };

struct seen {
	char issuer[MAX_ISSUER];
	size_t n_issuer;
	char key[64]; /* spki_sha256 */
	bool completed;
	struct rec_id id;
};

struct name {
	struct seen seen[ISSUERS];
	unsigned n;
};

struct shown {
	GTree *names; /* lower-case C strings -> struct name */
};

static int
by_name(const void *a, const void *b, void *arg)
{
	(void)arg;
	return strcmp(a, b);
}

struct shown *
shown_new(void)
{
	struct shown *s = g_new0(struct shown, 1);
	s->names = g_tree_new_full(by_name, NULL, g_free, g_free);
	return s;
}

void
shown_free(struct shown *s)
{
	if (s == NULL)
		return;
	g_tree_unref(s->names);
	g_free(s);
}

/* The server's own certificate; NULL: not seen, or not read. */
static const struct rec_certificate *
leaf(const struct rec_handshake *h)
{
	const struct rec_certificate *c = h->certificates.v;
	for (uint32_t i = 0; i < h->certificates.n; i++)
		if (c[i].from == REC_SERVER)
			return c[i].issuer.n && c[i].spki_sha256.n == 64 ? &c[i]
									 : NULL;
	return NULL;
}

static void
name_of(const struct rec_handshake *h, char out[MAX_NAME + 1])
{
	size_t n = MIN(h->sni.n, MAX_NAME);
	for (size_t i = 0; i < n; i++)
		out[i] = h->sni.p[i] ? (char)rs_ascii_lower(h->sni.p[i]) : '?';
	out[n] = 0;
	if (n == 0)
		rs_endpoint_format(&h->server.at, out);
}

static bool
same_issuer(const struct seen *x, const struct rec_certificate *c)
{
	return x->n_issuer == MIN(c->issuer.n, MAX_ISSUER) &&
	       memcmp(x->issuer, c->issuer.p, x->n_issuer) == 0;
}

static struct name *
name_touch(struct shown *s, const struct rec_handshake *h)
{
	char key[MAX_NAME + 1];
	name_of(h, key);
	struct name *n = g_tree_lookup(s->names, key);
	if (n == NULL && g_tree_nnodes(s->names) < MAX_NAMES) {
		n = g_new0(struct name, 1);
		g_tree_insert(s->names, g_strdup(key), n);
	}
	return n;
}

bool
shown_add(struct shown *s, const struct rec_handshake *h)
{
	const struct rec_certificate *c = leaf(h);
	struct name *n = c ? name_touch(s, h) : NULL;
	if (n == NULL)
		return false;
	bool completed = h->state == REC_COMPLETED;
	struct seen *x = n->seen;
	while (x < n->seen + n->n && !same_issuer(x, c))
		x++;
	bool known = x < n->seen + n->n;
	if (x == n->seen + ISSUERS || (known && (x->completed || !completed)))
		return false;
	n->n += !known;
	*x = (struct seen){.completed = completed, .id = h->id};
	x->n_issuer = MIN(c->issuer.n, MAX_ISSUER);
	memcpy(x->issuer, c->issuer.p, x->n_issuer);
	memcpy(x->key, c->spki_sha256.p, sizeof x->key);
	return true;
}

bool
shown_other(
    const struct shown *s, const struct rec_handshake *h, struct rec_id *id)
{
	const struct rec_certificate *c = leaf(h);
	char key[MAX_NAME + 1];
	if (c == NULL)
		return false;
	name_of(h, key);
	const struct name *n = g_tree_lookup(s->names, key);
	for (unsigned i = 0; n && i < n->n; i++) {
		const struct seen *x = &n->seen[i];
		if (!x->completed || same_issuer(x, c) ||
		    memcmp(x->key, c->spki_sha256.p, sizeof x->key) == 0)
			continue;
		*id = x->id;
		return true;
	}
	return false;
}
