/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of findings: one for each cause, however many there are. */
#include "report/judge.h"
#include "unit.h"

/* A connection of that phone that was refused: tcp.refused. */
static void
refused(struct judge *j, uint32_t phone, uint64_t frame)
{
	struct rec_coverage coverage;
	struct rec_connection c;
	rec_init(&rec_coverage_type, &coverage);
	rec_init(&rec_connection_type, &c);
	c.id.frame = c.syn_frame = (struct rs_frame){0, frame};
	c.client.at.addr.family = c.server.at.addr.family = 4;
	memcpy(c.client.at.addr.b, &phone, sizeof phone);
	c.server.at.port = 5061;
	c.conn_state = RS_LIT("REJ");
	c.syns = 1;
	c.started = c.ended = RS_SEC;
	const struct diag_case k = {.connection = &c, .coverage = &coverage};
	judge_case(j, &k);
}

static void
count(void *arg, const struct rec_finding *f)
{
	*(unsigned *)arg += rs_span_eq(f->code, RS_LIT("tcp.refused"));
}

/* How many findings there are, and how often in all. */
static void
told(struct spool *s, unsigned *findings, int64_t *occurrences)
{
	struct spool_reader *r = spool_read(s, &rec_finding_type);
	*findings = 0;
	*occurrences = 0;
	for (const struct rec_finding *f; (f = spool_next(r)) != NULL;) {
		++*findings;
		*occurrences += f->occurrences;
	}
	spool_reader_free(r);
}

enum { PHONES = 300 };

/* All phones, and all of them once more. */
static void
storm(size_t most, unsigned *findings, int64_t *occurrences)
{
	struct spool *s = spool_new(NULL);
	const struct rs_hash_seed seed = {1, 2};
	struct judge *j = judge_new(s, most, &seed);
	unsigned each = 0;
	for (uint32_t i = 0; i < 2 * PHONES; i++)
		refused(j, 1 + i % PHONES, 1 + i);
	judge_each(j, 0, count, &each);
	CU_ASSERT_EQUAL(judge_errors(j), 2 * PHONES);
	judge_finish(j);
	told(s, findings, occurrences);
	CU_ASSERT_EQUAL(each, *findings);
	judge_free(j);
	spool_free(s);
}

static void
test_again(void)
{
	unsigned findings;
	int64_t occurrences;
	storm(1 << 20, &findings, &occurrences);
	CU_ASSERT_EQUAL(findings, PHONES);
	CU_ASSERT_EQUAL(occurrences, 2 * PHONES);
}

/* None is lost where there is room to compare a few only. */
static void
test_no_room(void)
{
	unsigned findings;
	int64_t occurrences;
	storm(20000, &findings, &occurrences);
	CU_ASSERT(findings > PHONES);
	CU_ASSERT(findings < 2 * PHONES);
	CU_ASSERT_EQUAL(occurrences, 2 * PHONES);
	storm(0, &findings, &occurrences);
	CU_ASSERT_EQUAL(findings, 2 * PHONES);
}

UNIT_MAIN("judge", UNIT(test_again), UNIT(test_no_room))
