/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same code about the same phone, server, AOR and kind of attempt is one
 * finding, with the evidence of its first occurrences and their number: a phone
 * that retries every minute has one problem, not a thousand.  What is graver
 * takes the place of a remark, whichever comes first.
 *
 * Findings wait here in the spool's form, as only a few of them are looked at
 * again.  Their memory is bounded; past that, new ones go to the spool as they
 * are.  Keys are hashed by a seed, so that nobody can choose them to collide.
 */
#include "report/judge.h"

#include "base/pool.h"
#include "diag/finding.h"
#include "track/queue.h"
#include "track/table.h"

struct kept {
	struct table_node node; /* by the key */
	struct rs_span key; /* binary; in the pool, as is all that is kept */
	struct rs_span bytes;
	struct rec_id id;
	enum rec_severity severity;
	uint32_t mark; /* as the spool will have it */
	int64_t occurrences;
	/* What later occurrences add to what is in bytes. */
	struct rec_list evidence, records;
	uint32_t n_evidence, n_records; /* with those in bytes */
	bool closed; /* holds all the evidence that it will */
};

struct judge {
	struct spool *spool;
	struct rs_hash_seed seed;
	struct table by_key;
	GPtrArray *all;         /* in the order of finding */
	enum rec_reg_kind kind; /* of the registration that is judged */
	uint64_t errors, findings;
	struct rec_arena rules, own, kept; /* the last: what is added later */
	struct rs_pool pool;
	size_t held, most; /* bytes */
	struct rs_buf buf, key;
};

static uint64_t
key_hash(const struct judge *j, struct rs_span key)
{
	struct table_key k;
	table_key_init(&k, &j->seed);
	table_key_text(&k, key);
	return table_key_hash(&k);
}

static struct kept *
kept_find(const struct judge *j, struct rs_span key)
{
	struct table_node *n = table_first(&j->by_key, key_hash(j, key));
	for (; n; n = table_next(n)) {
		struct kept *k = TRACK_OF(n, struct kept, node);
		if (rs_span_eq(k->key, key))
			return k;
	}
	return NULL;
}

struct judge *
judge_new(struct spool *to, size_t most, const struct rs_hash_seed *seed)
{
	struct judge *j = g_new0(struct judge, 1);
	j->spool = to;
	j->most = most;
	j->seed = *seed;
	table_init(&j->by_key, NULL);
	j->all = g_ptr_array_new();
	rec_arena_init(&j->rules, NULL, NULL);
	rec_arena_init(&j->own, NULL, NULL);
	rec_arena_init(&j->kept, NULL, NULL);
	rs_pool_init(&j->pool);
	rs_buf_init(&j->buf, 1 << 20, NULL);
	rs_buf_init(&j->key, 1 << 20, NULL);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	table_clear(&j->by_key);
	g_ptr_array_free(j->all, TRUE);
	rec_arena_clear(&j->rules);
	rec_arena_clear(&j->own);
	rec_arena_clear(&j->kept);
	rs_pool_clear(&j->pool);
	rs_buf_clear(&j->buf);
	rs_buf_clear(&j->key);
	g_free(j);
}

static void
key_bytes(struct judge *j, const void *p, size_t n)
{
	uint8_t *to = rs_buf_reserve(&j->key, n);
	if (to == NULL || n == 0)
		return;
	memcpy(to, p, n);
	j->key.n += n;
}

/* All of a known size but the code, which holds no NUL, and what ends it. */
static struct rs_span
key_of(struct judge *j, const struct rec_finding *f)
{
	j->key.n = 0;
	key_bytes(j, f->code.p, f->code.n);
	key_bytes(j, "", 1);
	key_bytes(j, f->phone.at.addr.b, sizeof f->phone.at.addr.b);
	key_bytes(j, f->server.at.addr.b, sizeof f->server.at.addr.b);
	uint8_t rest[5] = {(uint8_t)j->kind, f->phone.at.addr.family,
	    f->server.at.addr.family, (uint8_t)(f->server.at.port >> 8),
	    (uint8_t)f->server.at.port};
	key_bytes(j, rest, sizeof rest);
	key_bytes(j, f->aor.p, f->aor.n);
	key_bytes(j, "", 1);
	key_bytes(j, f->mac.p, f->mac.n);
	return (struct rs_span){j->key.p, j->key.n};
}

static bool
same_evidence(const struct rec_evidence *a, const struct rec_evidence *b)
{
	return rs_frame_eq(a->frame, b->frame) && rs_span_eq(a->what, b->what);
}

static bool
has_evidence(const struct rec_list *l, const struct rec_evidence *e)
{
	const struct rec_evidence *v = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (same_evidence(&v[i], e))
			return true;
	return false;
}

static bool
has_text(const struct rec_list *l, const struct rs_span *s)
{
	const struct rs_span *v = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(v[i], *s))
			return true;
	return false;
}

/* Appends what is new, as far as there is room; `n` is what there is already
   with what was written.  False when there was no more room. */
static bool
join_evidence(struct judge *j, struct kept *k, const struct rec_finding *first,
    const struct rec_finding *f)
{
	const struct rec_evidence *e = f->evidence.v;
	for (uint32_t i = 0; i < f->evidence.n; i++) {
		if (has_evidence(&first->evidence, &e[i]) ||
		    has_evidence(&k->evidence, &e[i]))
			continue;
		if (k->n_evidence >= JUDGE_EVIDENCE)
			return false;
		*(struct rec_evidence *)rec_list_add(
		    &k->evidence, &j->kept, sizeof *e) = e[i];
		k->n_evidence++;
	}
	return true;
}

static bool
join_records(struct judge *j, struct kept *k, const struct rec_finding *first,
    const struct rec_finding *f)
{
	const struct rs_span *s = f->records.v;
	for (uint32_t i = 0; i < f->records.n; i++) {
		if (has_text(&first->records, &s[i]) ||
		    has_text(&k->records, &s[i]))
			continue;
		if (k->n_records >= JUDGE_EVIDENCE)
			return false;
		*(struct rs_span *)rec_list_add(
		    &k->records, &j->kept, sizeof *s) = s[i];
		k->n_records++;
	}
	return true;
}

/* The rules' text is gone after the case. */
static void
own_text(struct judge *j, struct kept *k, uint32_t evidence, uint32_t records)
{
	struct rec_evidence *e = k->evidence.v;
	struct rs_span *r = k->records.v;
	for (; evidence < k->evidence.n; evidence++)
		e[evidence].what = rec_arena_text(&j->kept, e[evidence].what);
	for (; records < k->records.n; records++)
		r[records] = rec_arena_text(&j->kept, r[records]);
}

static void
again(struct judge *j, struct kept *k, const struct rec_finding *f)
{
	uint32_t evidence = k->evidence.n, records = k->records.n;
	k->occurrences++;
	if (k->closed)
		return;
	struct rec_finding first;
	if (!rec_read(&rec_finding_type, &first, k->bytes, &j->own))
		rec_init(&rec_finding_type, &first);
	k->closed = !join_evidence(j, k, &first, f);
	k->closed |= !join_records(j, k, &first, f);
	own_text(j, k, evidence, records);
	rec_arena_reset(&j->own);
}

static struct rs_span
keep(struct judge *j, const uint8_t *p, size_t n)
{
	j->held += n;
	if (n > RS_POOL_KEPT)
		return rec_arena_text(&j->kept, (struct rs_span){p, n});
	uint8_t *to = rs_pool_keep(&j->pool, n);
	return (struct rs_span){memcpy(to, p, n), n};
}

/* Into k, which has a key, or into a new one. */
static void
add(struct judge *j, struct kept *k, const struct rec_finding *found)
{
	struct rec_finding once = *found, *f = &once;
	once.occurrences = 1;
	j->buf.n = 0;
	if (!rec_write(&rec_finding_type, f, &j->buf)) /* over a megabyte */
		return;
	struct kept whole = {.key = k ? k->key : keep(j, j->key.p, j->key.n),
	    .bytes = keep(j, j->buf.p, j->buf.n),
	    .id = f->id,
	    .severity = f->severity,
	    .mark = told_finding_mark(f),
	    .occurrences = 1,
	    .n_evidence = f->evidence.n,
	    .n_records = f->records.n};
	if (k) {
		whole.node = k->node;
		*k = whole;
		return;
	}
	k = rs_pool_keep(&j->pool, sizeof *k);
	*k = whole;
	g_ptr_array_add(j->all, k);
	table_add(&j->by_key, &k->node, key_hash(j, k->key));
}

static void
found(void *arg, const struct rec_finding *f)
{
	struct judge *j = arg;
	struct rs_span key = key_of(j, f);
	j->findings++;
	j->errors += f->severity == REC_ERROR;
	struct kept *k = kept_find(j, key);
	if (k && f->severity == k->severity) {
		again(j, k, f);
	} else if (k == NULL && j->held >= j->most) {
		struct rec_finding alone = *f;
		alone.occurrences = 1;
		(void)spool_add_marked(j->spool, &rec_finding_type, &alone,
		    told_finding_mark(&alone));
	} else if (k == NULL || f->severity < k->severity) {
		add(j, k, f);
	}
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
judge_each(struct judge *j, enum told_bit bits,
    void (*each)(void *arg, const struct rec_finding *f), void *arg)
{
	for (guint i = 0; i < j->all->len; i++) {
		const struct kept *k = g_ptr_array_index(j->all, i);
		struct rec_finding f;
		if (!told_wants(&bits, k->mark))
			continue;
		if (rec_read(&rec_finding_type, &f, k->bytes, &j->own))
			each(arg, &f);
		rec_arena_reset(&j->own);
	}
	struct spool_reader *r = spool_read(j->spool, &rec_finding_type);
	spool_pick(r, told_wants, &bits);
	for (const void *f; (f = spool_next(r)) != NULL;)
		each(arg, f);
	spool_reader_free(r);
}

uint64_t
judge_findings(const struct judge *j)
{
	return j->findings;
}

uint64_t
judge_errors(const struct judge *j)
{
	return j->errors;
}

static void
append(struct rec_list *to, const struct rec_list *from, size_t size,
    struct rec_arena *a)
{
	for (uint32_t i = 0; i < from->n; i++)
		memcpy(rec_list_add(to, a, size),
		    (const uint8_t *)from->v + i * size, size);
}

static void
finish(struct judge *j, const struct kept *k)
{
	struct rec_finding f;
	if (!rec_read(&rec_finding_type, &f, k->bytes, &j->own))
		return;
	append(&f.evidence, &k->evidence, sizeof(struct rec_evidence), &j->own);
	append(&f.records, &k->records, sizeof(struct rs_span), &j->own);
	f.occurrences = k->occurrences;
	if (k->evidence.n) /* it shows what is told */
		finding_filter(&f, &j->own);
	(void)spool_add_marked(
	    j->spool, &rec_finding_type, &f, told_finding_mark(&f));
	rec_arena_reset(&j->own);
}

void
judge_finish(struct judge *j)
{
	for (guint i = 0; i < j->all->len; i++) {
		const struct kept *k = g_ptr_array_index(j->all, i);
		if (k->occurrences == 1) /* as it was written */
			(void)spool_add_written(j->spool, &rec_finding_type,
			    &k->id, k->mark, k->bytes);
		else
			finish(j, k);
	}
}
