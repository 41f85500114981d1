/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"
#include "track/spool.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The i-th of n ids, far from their order; i and n below 2^32. */
static struct rec_id
scattered(uint64_t i)
{
	uint64_t x = (i * 7919) % 1000003; /* a prime: no two alike */
	return (struct rec_id){{(uint32_t)(x % 3), x + 1}, (uint32_t)(x % 2)};
}

static void
add(struct spool *s, uint64_t i)
{
	struct rec_binding b;
	char text[32];
	rec_init(&rec_binding_type, &b);
	b.id = scattered(i);
	b.refreshes = (int64_t)i;
	g_snprintf(text, sizeof text, "sip:%u@example.com", (unsigned)i);
	b.aor = rs_span_str(text);
	CU_ASSERT(
	    spool_add_marked(s, &rec_binding_type, &b, (uint32_t)i % 100));
}

static void
check_all(struct spool *s, uint64_t n)
{
	struct spool_reader *r = spool_read(s, &rec_binding_type);
	struct rec_id before = {0};
	const struct rec_binding *b;
	uint64_t seen = 0, sum = 0;
	while ((b = spool_next(r)) != NULL) {
		struct rec_id id = scattered((uint64_t)b->refreshes);
		if (rec_id_cmp(&before, &b->id) >= 0 ||
		    rec_id_cmp(&b->id, &id) != 0)
			CU_FAIL("out of order, or not the record of its id");
		before = b->id;
		sum += (uint64_t)b->refreshes;
		seen++;
	}
	CU_ASSERT_EQUAL(seen, n);
	CU_ASSERT_EQUAL(sum, n * (n - 1) / 2);
	spool_reader_free(r);
}

static void
test_order_of_ids(void)
{
	static const uint64_t rows[] = {
	    0, 1, 2, 2047, 2048, 2049, 40000, 200000};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spool *s = spool_new(NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		for (uint64_t k = 0; k < rows[i]; k++)
			add(s, k);
		check_all(s, rows[i]);
		check_all(s, rows[i]); /* reading changes nothing */
		CU_ASSERT_EQUAL(spool_lost(s), 0);
		spool_free(s);
	}
}

static void
test_find(void)
{
	enum { N = 50000 };
	struct spool *s = spool_new(NULL);
	struct rec_arena a;
	struct rec_binding b;
	rec_arena_init(&a, NULL, NULL);
	for (uint64_t k = 0; k < N; k++)
		add(s, k);
	for (uint64_t k = 0; k < N; k += 97) {
		struct rec_id id = scattered(k);
		CU_ASSERT(spool_find(s, &rec_binding_type, &id, &b, &a));
		CU_ASSERT_EQUAL(b.refreshes, (int64_t)k);
	}
	struct rec_id none = scattered(N + 1);
	CU_ASSERT(!spool_find(s, &rec_binding_type, &none, &b, &a));
	CU_ASSERT(!spool_find(s, &rec_handshake_type, &none, &b, &a));
	rec_arena_clear(&a);
	spool_free(s);
}

static void
test_brief_and_whole(void)
{
	enum { N = 5000 };
	struct spool *s = spool_new(NULL);
	struct rec_finding f;
	struct rec_arena a;
	struct rs_buf written;
	rec_arena_init(&a, NULL, NULL);
	rs_buf_init(&written, 4096, NULL);
	rec_init(&rec_finding_type, &f);
	for (uint64_t i = 0; i < 3; i++)
		rec_list_add(&f.evidence, &a, sizeof(struct rec_evidence));
	for (uint64_t i = 0; i < N; i++) {
		f.id = scattered(i);
		f.occurrences = (int64_t)i;
		written.n = 0;
		CU_ASSERT(rec_write(&rec_finding_type, &f, &written));
		CU_ASSERT(i % 2 ? spool_add(s, &rec_finding_type, &f)
				: spool_add_written(s, &rec_finding_type, &f.id,
				      0, rs_buf_view(&written)));
	}
	struct spool_reader *r = spool_read_brief(s, &rec_finding_type);
	const struct rec_finding *x;
	uint64_t n = 0;
	for (; (x = spool_next(r)) != NULL; n++) {
		const struct rec_id id = scattered((uint64_t)x->occurrences);
		CU_ASSERT(rec_id_cmp(&x->id, &id) == 0);
		CU_ASSERT_EQUAL(x->evidence.n, 0);
		if (n % 3)
			continue;
		CU_ASSERT_PTR_EQUAL(spool_whole(r), x);
		CU_ASSERT(rec_id_cmp(&x->id, &id) == 0);
		CU_ASSERT_EQUAL(x->evidence.n, 3);
	}
	CU_ASSERT_EQUAL(n, N);
	CU_ASSERT_EQUAL(spool_lost(s), 0);
	spool_reader_free(r);
	rs_buf_clear(&written);
	rec_arena_clear(&a);
	spool_free(s);
}

static bool
wants_mark(const void *arg, uint32_t mark)
{
	return mark == *(const uint32_t *)arg;
}

/* In memory, in runs and in runs of runs; a mark that nobody has, too. */
static void
test_picked_by_mark(void)
{
	static const uint64_t rows[] = {0, 100, 2100, 40000};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spool *s = spool_new(NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		for (uint64_t k = 0; k < rows[i]; k++)
			add(s, k);
		for (uint32_t mark = 0; mark <= 100; mark += 25) {
			struct spool_reader *r =
			    spool_read(s, &rec_binding_type);
			struct rec_id before = {0};
			const struct rec_binding *b;
			uint64_t seen = 0;
			spool_pick(r, wants_mark, &mark);
			while ((b = spool_next(r)) != NULL) {
				CU_ASSERT_EQUAL(b->refreshes % 100, mark);
				CU_ASSERT(rec_id_cmp(&before, &b->id) < 0);
				before = b->id;
				seen++;
			}
			CU_ASSERT_EQUAL(seen, mark < 100 ? rows[i] / 100 : 0);
			CU_ASSERT_EQUAL(spool_passed(r), rows[i] - seen);
			spool_reader_free(r);
		}
		spool_free(s);
	}
}

static void
test_types_apart_and_read_while_adding(void)
{
	struct spool *s = spool_new(NULL);
	struct rec_registration reg;
	struct rec_finding f;
	rec_init(&rec_registration_type, &reg);
	rec_init(&rec_finding_type, &f);
	for (uint32_t i = 0; i < 5000; i++) {
		reg.id = (struct rec_id){{0, 5000 - i}, 0};
		CU_ASSERT(spool_add(s, &rec_registration_type, &reg));
	}
	struct spool_reader *r = spool_read(s, &rec_registration_type);
	const struct rec_registration *x;
	uint64_t n = 0;
	while ((x = spool_next(r)) != NULL) {
		CU_ASSERT_EQUAL(x->id.frame.number, ++n);
		f.id = x->id;
		CU_ASSERT(spool_add(s, &rec_finding_type, &f));
	}
	CU_ASSERT_EQUAL(n, 5000);
	spool_reader_free(r);
	r = spool_read(s, &rec_finding_type);
	for (n = 0; spool_next(r); n++)
		;
	CU_ASSERT_EQUAL(n, 5000);
	spool_reader_free(r);
	spool_free(s);
}

static void
test_without_ids_in_order_of_adding(void)
{
	struct spool *s = spool_new(NULL);
	struct rec_coverage c;
	rec_init(&rec_coverage_type, &c);
	for (c.packets = 0; c.packets < 10; c.packets++)
		CU_ASSERT(spool_add(s, &rec_coverage_type, &c));
	struct spool_reader *r = spool_read(s, &rec_coverage_type);
	const struct rec_coverage *x;
	for (int64_t i = 0; (x = spool_next(r)) != NULL; i++)
		CU_ASSERT_EQUAL(x->packets, i);
	spool_reader_free(r);
	spool_free(s);
}

static void
test_large_records(void)
{
	struct spool *s = spool_new(NULL);
	struct rec_binding b;
	uint8_t *text = g_malloc(300000);
	memset(text, 'x', 300000);
	rec_init(&rec_binding_type, &b);
	for (uint32_t i = 1; i <= 20; i++) {
		b.id.frame.number = i;
		b.aor = (struct rs_span){text, i * 15000};
		CU_ASSERT(spool_add(s, &rec_binding_type, &b));
	}
	struct spool_reader *r = spool_read(s, &rec_binding_type);
	const struct rec_binding *x;
	uint64_t n = 0;
	while ((x = spool_next(r)) != NULL)
		CU_ASSERT_EQUAL(x->aor.n, ++n * 15000);
	CU_ASSERT_EQUAL(n, 20);
	spool_reader_free(r);
	spool_free(s);
	g_free(text);
}

/* A disk that is full, by the limit on the size of files. */
static void
test_full_disk_is_counted(void)
{
	struct rlimit old, small;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1 << 20;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &small), 0);

	struct spool *s = spool_new(NULL);
	struct rec_binding b;
	char text[1000];
	uint64_t added = 0, read = 0, refused = 0;
	memset(text, 'x', sizeof text);
	rec_init(&rec_binding_type, &b);
	b.aor = (struct rs_span){(const uint8_t *)text, sizeof text};
	for (uint64_t i = 1; i <= 3000; i++) {
		b.id.frame.number = i;
		if (spool_add(s, &rec_binding_type, &b))
			added++;
		else
			refused++;
	}
	CU_ASSERT(refused > 0);
	struct spool_reader *r = spool_read(s, &rec_binding_type);
	while (spool_next(r))
		read++;
	spool_reader_free(r);
	CU_ASSERT(read > 500 && read < added);
	CU_ASSERT_EQUAL(read + spool_lost(s), 3000);
	spool_free(s);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
}

/* No temporary file to be had, for want of descriptors. */
static void
test_no_place(void)
{
	GError *error = NULL;
	struct rlimit old, none;
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	CU_ASSERT_PTR_NULL(spool_new(&error));
	setrlimit(RLIMIT_NOFILE, &old);
	CU_ASSERT_PTR_NOT_NULL_FATAL(error);
	g_error_free(error);
}

UNIT_MAIN("spool", UNIT(test_order_of_ids), UNIT(test_find),
    UNIT(test_brief_and_whole), UNIT(test_picked_by_mark),
    UNIT(test_types_apart_and_read_while_adding),
    UNIT(test_without_ids_in_order_of_adding), UNIT(test_large_records),
    UNIT(test_full_disk_is_counted), UNIT(test_no_place))
