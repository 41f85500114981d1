/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage by interval: each is by how much the counters grew. */
#include "interval.h"

#include "unit.h"

/* A coverage as an engine has it after so many packets. */
static void
coverage(struct rec_coverage *c, struct rec_arena *a, int64_t packets,
    rs_time last, int64_t responses, const char *label)
{
	rec_init(&rec_coverage_type, c);
	struct rec_file *f = rec_list_add(&c->files, a, sizeof *f);
	rec_init(&rec_file_type, f);
	f->path = RS_LIT("tap0");
	f->packets = packets;
	f->first = 1 * RS_SEC;
	f->last = last;
	f->outages = 2;
	f->away = 5 * RS_SEC;
	c->first = 1 * RS_SEC;
	c->last = last;
	c->packets = packets;
	c->drops_kernel = packets / 10;
	c->memory_limit = 1 << 20;
	struct rec_count *n = rec_list_add(&c->sip_responses, a, sizeof *n);
	*n = (struct rec_count){RS_LIT("200"), responses};
	struct rec_label *l = rec_list_add(&c->other_traffic, a, sizeof *l);
	*l = (struct rec_label){rs_span_str(label), 1, packets, packets * 100};
}

static void
test_growth(void)
{
	struct interval i;
	struct rec_arena a;
	struct rec_coverage c;
	rec_arena_init(&a, NULL, NULL);
	interval_init(&i);
	coverage(&c, &a, 100, 10 * RS_SEC, 7, "RTP");
	interval_next(&i, &c, &a);
	CU_ASSERT_EQUAL(c.packets, 100); /* the first is all there was */
	CU_ASSERT_EQUAL(c.first, 1 * RS_SEC);
	rec_arena_reset(&a);

	coverage(&c, &a, 150, 20 * RS_SEC, 7, "RTP");
	interval_next(&i, &c, &a);
	const struct rec_file *f = c.files.v;
	CU_ASSERT_EQUAL(c.packets, 50);
	CU_ASSERT_EQUAL(c.drops_kernel, 5);
	CU_ASSERT_EQUAL(c.first, 10 * RS_SEC);
	CU_ASSERT_EQUAL(c.last, 20 * RS_SEC);
	CU_ASSERT_EQUAL(c.memory_limit, 1 << 20); /* no counter */
	CU_ASSERT_EQUAL(c.tcp_gaps, REC_ABSENT);
	CU_ASSERT_EQUAL(c.sip_responses.n, 0); /* did not grow */
	CU_ASSERT_EQUAL(c.files.n, 1);
	CU_ASSERT_EQUAL(f->packets, 50);
	CU_ASSERT_EQUAL(f->first, 10 * RS_SEC);
	CU_ASSERT_EQUAL(f->outages, REC_ABSENT);
	const struct rec_label *l = c.other_traffic.v;
	CU_ASSERT_EQUAL(c.other_traffic.n, 1);
	CU_ASSERT_EQUAL(l->packets, 50);
	CU_ASSERT_EQUAL(l->bytes, 5000);
	rec_arena_reset(&a);

	/* Of the third it is the growth since the second. */
	coverage(&c, &a, 151, 30 * RS_SEC, 9, "DNS");
	interval_next(&i, &c, &a);
	const struct rec_count *n = c.sip_responses.v;
	CU_ASSERT_EQUAL(c.packets, 1);
	CU_ASSERT_EQUAL(c.sip_responses.n, 1);
	CU_ASSERT_EQUAL(n->n, 2);
	CU_ASSERT_EQUAL(((const struct rec_label *)c.other_traffic.v)->packets,
	    151); /* was not there before */
	rec_arena_reset(&a);

	coverage(&c, &a, 151, 40 * RS_SEC, 9, "DNS");
	interval_next(&i, &c, &a);
	f = c.files.v;
	CU_ASSERT_EQUAL(c.packets, 0);
	CU_ASSERT_EQUAL(f->first, RS_NEVER);
	CU_ASSERT_EQUAL(c.other_traffic.n, 0);
	rec_arena_reset(&a);

	/* An outage that goes on is no new one, and takes its time. */
	coverage(&c, &a, 151, 50 * RS_SEC, 9, "DNS");
	((struct rec_file *)c.files.v)->away += 3 * RS_SEC;
	interval_next(&i, &c, &a);
	f = c.files.v;
	CU_ASSERT_EQUAL(f->outages, 0);
	CU_ASSERT_EQUAL(f->away, 3 * RS_SEC);
	interval_clear(&i);
	rec_arena_clear(&a);
}

UNIT_MAIN("interval", UNIT(test_growth))
