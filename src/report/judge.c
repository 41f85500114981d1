/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same code about the same phone, server, AOR and kind of attempt is one
 * finding, with the evidence of its first occurrences and their number: a phone
 * that retries every minute has one problem, not a thousand.
 *
 * Findings wait here in the spool's form, as only a few of them are looked at
 * again.  Their number is bounded; past it, they are kept uncompared.  The
 * tree compares keys, so nobody can choose them to collide.
 */
#include "report/judge.h"

struct kept {
	char *key;
	uint8_t *bytes;
	size_t n;
	int64_t occurrences;
	bool closed; /* holds all the evidence that it will */
};

struct judge {
	GTree *by_key;          /* key -> struct kept, owned by `all` */
	GPtrArray *all;         /* in the order of finding */
	enum rec_reg_kind kind; /* of the registration that is judged */
	struct rec_arena rules, own;
	struct rs_buf buf;
};

static void
kept_free(void *p)
{
	struct kept *k = p;
	g_free(k->key);
	g_free(k->bytes);
	g_free(k);
}

static gint
key_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return strcmp(a, b);
}

struct judge *
judge_new(void)
{
	struct judge *j = g_new0(struct judge, 1);
	j->by_key = g_tree_new_full(key_cmp, NULL, NULL, NULL);
	j->all = g_ptr_array_new_with_free_func(kept_free);
	rec_arena_init(&j->rules, NULL);
	rec_arena_init(&j->own, NULL);
	rs_buf_init(&j->buf, 1 << 20, NULL);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	g_tree_destroy(j->by_key);
	g_ptr_array_free(j->all, TRUE);
	rec_arena_clear(&j->rules);
	rec_arena_clear(&j->own);
	rs_buf_clear(&j->buf);
	g_free(j);
}

/* Text from the wire may hold NUL: escaped, so that keys stay apart. */
static void
key_text(GString *s, struct rs_span t)
{
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] > ' ' && t.p[i] != '%')
			g_string_append_c(s, (char)t.p[i]);
		else
			g_string_append_printf(s, "%%%02x", t.p[i]);
	}
	g_string_append_c(s, ' ');
}

static char *
key_of(const struct judge *j, const struct rec_finding *f)
{
	GString *s = g_string_new(NULL);
	char addr[RS_ADDR_TEXT], server[RS_ENDPOINT_TEXT];
	key_text(s, f->code);
	rs_addr_format(&f->phone.at.addr, addr);
	rs_endpoint_format(&f->server.at, server);
	g_string_append_printf(s, "%s %s %u ", addr, server, j->kind);
	key_text(s, f->aor);
	return g_string_free(s, FALSE);
}

static void
keep(struct judge *j, struct kept *k, const struct rec_finding *f)
{
	j->buf.n = 0;
	if (!rec_write(&rec_finding_type, f, &j->buf))
		return; /* over a megabyte: what was kept stays */
	g_free(k->bytes);
	k->bytes = g_memdup2(j->buf.p, j->buf.n);
	k->n = j->buf.n;
}

/* Appends to `to` what it has room for; false when there was no more. */
static bool
join(struct rec_list *to, const struct rec_list *from, size_t size,
    struct rec_arena *a)
{
	for (uint32_t i = 0; i < from->n; i++) {
		if (to->n >= JUDGE_EVIDENCE)
			return false;
		memcpy(rec_list_add(to, a, size),
		    (const uint8_t *)from->v + i * size, size);
	}
	return true;
}

static void
again(struct judge *j, struct kept *k, const struct rec_finding *f)
{
	struct rec_finding old;
	k->occurrences++;
	if (k->closed || !rec_read(&rec_finding_type, &old,
			     (struct rs_span){k->bytes, k->n}, &j->own))
		return;
	k->closed = !join(
	    &old.evidence, &f->evidence, sizeof(struct rec_evidence), &j->own);
	k->closed |=
	    !join(&old.records, &f->records, sizeof(struct rs_span), &j->own);
	keep(j, k, &old);
	rec_arena_reset(&j->own);
}

static void
found(void *arg, const struct rec_finding *f)
{
	struct judge *j = arg;
	char *key = key_of(j, f);
	struct kept *k = g_tree_lookup(j->by_key, key);
	if (k) {
		again(j, k, f);
		g_free(key);
		return;
	}
	k = g_new0(struct kept, 1);
	k->key = key;
	k->occurrences = 1;
	keep(j, k, f);
	g_ptr_array_add(j->all, k);
	if (g_tree_nnodes(j->by_key) < JUDGE_FINDINGS)
		g_tree_insert(j->by_key, k->key, k);
}

void
judge_case(struct judge *j, const struct diag_case *c)
{
	struct diag_out out = {&j->rules, found, j};
	j->kind = c->registration ? c->registration->kind : REC_REG_KIND_NONE;
	diag_judge(c, &out);
	rec_arena_reset(&j->rules);
}

void
judge_finish(struct judge *j, struct spool *to)
{
	for (guint i = 0; i < j->all->len; i++) {
		const struct kept *k = g_ptr_array_index(j->all, i);
		struct rec_finding f;
		if (rec_read(&rec_finding_type, &f,
			(struct rs_span){k->bytes, k->n}, &j->own)) {
			f.occurrences = k->occurrences;
			(void)spool_add(to, &rec_finding_type, &f);
		}
		rec_arena_reset(&j->own);
	}
}
