/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common parts of findings: the display filter, and words.
 */
#include "diag/finding.h"
#include "unit.h"

static char filter[512];

static void
found(void *arg, const struct rec_finding *f)
{
	(void)arg;
	snprintf(filter, sizeof filter, "%.*s", (int)f->filter.n,
	    f->filter.p ? (const char *)f->filter.p : "");
}

static void
test_filter(void)
{
	static const struct {
		const char *name;
		uint64_t frames[16];
		const char *filter;
	} rows[] = {
	    {"none", {0}, ""},
	    {"a few, each by its number", {1, 2, 3, 4},
		"frame.number in {1, 2, 3, 4}"},
	    {"in order, each once", {9, 4, 9, 4}, "frame.number in {4, 9}"},
	    {"eight", {1, 2, 3, 4, 5, 6, 7, 8},
		"frame.number in {1, 2, 3, 4, 5, 6, 7, 8}"},
	    {"more: ranges", {3, 4, 5, 6, 7, 8, 9, 10, 34, 35, 40},
		"frame.number in {3..10, 34..35, 40}"},
	    {"more, apart", {1, 3, 5, 7, 9, 11, 13, 15, 17},
		"frame.number in {1, 3, 5, 7, 9, 11, 13, 15, 17}"},
	};
	static const struct diag_rule rule = {.code = "x.y",
	    .stage = "sip",
	    .title = "title",
	    .advice = "advice"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct finding f;
		rec_arena_init(&a, NULL, NULL);
		const struct diag_out out = {&a, found, NULL};
		const struct diag_case c = {0};
		unit_row(rows[i].name);
		finding_begin(&f, &rule, &c, &out, REC_CERTAIN);
		for (size_t k = 0; k < 16; k++)
			finding_evidence(&f,
			    (struct rs_frame){0, rows[i].frames[k]}, 1,
			    RS_LIT("x"));
		finding_say(&f);
		CU_ASSERT_STRING_EQUAL(filter, rows[i].filter);
		rec_arena_clear(&a);
	}
}

static void
test_words(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"client_hello", "ClientHello"},
	    {"server_hello_done", "ServerHelloDone"},
	    {"encrypted_record", "EncryptedRecord"},
	    {"fin", "FIN"},
	    {"rst", "RST"},
	};
	char s[FINDING_WORD];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CU_ASSERT_STRING_EQUAL(
		    finding_message(s, rs_span_str(rows[i].in)), rows[i].out);
	CU_ASSERT_STRING_EQUAL(
	    finding_message(s, (struct rs_span){0}), "nothing");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 400 * RS_USEC), "0.4 ms");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 0), "less than 0.1 ms");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 31 * RS_MSEC), "31 ms");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 9999 * RS_MSEC), "9999 ms");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 17278 * RS_MSEC), "17.3 s");
	CU_ASSERT_STRING_EQUAL(finding_time(s, 266137 * RS_SEC), "73 h 55 min");
}

UNIT_MAIN("finding", UNIT(test_filter), UNIT(test_words))
