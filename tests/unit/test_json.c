/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"
#include "json_check.h"
#include "report/json.h"
#include "report/model.h"
#include "unit.h"

#include <stdlib.h>

struct sheet {
	char *text;
	size_t n;
	FILE *f;
	struct out out;
	struct json_writer j;
};

static struct sheet *
sheet_new(unsigned spread)
{
	struct sheet *s = calloc(1, sizeof *s);
	s->f = open_memstream(&s->text, &s->n);
	out_init(&s->out, s->f);
	json_writer_init(&s->j, &s->out, spread);
	return s;
}

static void
sheet_free(struct sheet *s)
{
	fclose(s->f);
	free(s->text);
	free(s);
}

#define SPAN(s)                                                                \
 {                                                                             \
  (const uint8_t *)(s), sizeof(s) - 1                                          \
 }

static void
test_text_is_escaped(void)
{
	static const struct {
		struct rs_span in;
		const char *out;
	} rows[] = {
	    {SPAN(""), "\"\""},
	    {SPAN("plain ~"), "\"plain ~\""},
	    {SPAN("a\"b\\c/"), "\"a\\\"b\\\\c/\""},
	    {SPAN("0123456789abcdef\"0123\\56"),
		"\"0123456789abcdef\\\"0123\\\\56\""},
	    {SPAN("01234567\x1f"
		  "8901234\x7f"),
		"\"01234567\\u001f8901234\\u007f\""},
	    {SPAN("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
	    {SPAN("\0\x01\x1b[31m\x7f"),
		"\"\\u0000\\u0001\\u001b[31m\\u007f\""},
	    {SPAN("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"),
		"\"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80\""},
	    {SPAN("\xc3"), "\"\\ufffd\""},
	    {SPAN("\xff\xfe!"), "\"\\ufffd\\ufffd!\""},
	    {SPAN("\xc0\xaf"), "\"\\ufffd\\ufffd\""}, /* overlong */
	    {SPAN("\xe0\x80\xaf"), "\"\\ufffd\\ufffd\\ufffd\""},
	    {SPAN("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\""}, /* surrogate */
	    {SPAN("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
	    {SPAN("\xe2\x82"), "\"\\ufffd\\ufffd\""},
	    {SPAN("\xc2\x85\xe2\x80\xa8\xe2\x80\xae"),
		"\"\\u0085\\u2028\\u202e\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sheet *s = sheet_new(0);
		unit_row(rows[i].out);
		s->j.w.text(&s->j.w, NULL, rows[i].in);
		CU_ASSERT(s->j.w.end(&s->j.w));
		CU_ASSERT_STRING_EQUAL(s->text, rows[i].out);
		CU_ASSERT(json_valid(s->text, s->n));
		sheet_free(s);
	}
}

static void
test_numbers(void)
{
	static const struct {
		int64_t v;
		unsigned digits;
		const char *out;
	} rows[] = {
	    {0, 6, "0"},
	    {97123456, 6, "97.123456"},
	    {97123000, 6, "97.123"},
	    {97000000, 6, "97"},
	    {1, 6, "0.000001"},
	    {-1500000, 6, "-1.5"},
	    {56, 1, "5.6"},
	    {1000, 1, "100"},
	    {-7, 0, "-7"},
	    {INT64_MAX, 0, "9223372036854775807"},
	    {INT64_MIN, 6, "-9223372036854.775808"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char s[OUT_NUMBER_TEXT];
		unit_row(rows[i].out);
		CU_ASSERT_EQUAL(format_decimal(s, rows[i].v, rows[i].digits),
		    strlen(rows[i].out));
		CU_ASSERT_STRING_EQUAL(s, rows[i].out);
	}
}

static void
test_times(void)
{
	static const struct {
		rs_time t;
		unsigned digits;
		const char *out;
	} rows[] = {
	    {0, 6, "1970-01-01T00:00:00.000000Z"},
	    {1693838841456262000, 6, "2023-09-04T14:47:21.456262Z"},
	    {1693838841456262789, 9, "2023-09-04T14:47:21.456262789Z"},
	    {1693838841456262789, 3, "2023-09-04T14:47:21.456Z"},
	    {1693838841456262789, 0, "2023-09-04T14:47:21Z"},
	    {951782399 * RS_SEC, 0, "2000-02-28T23:59:59Z"},
	    {951782400 * RS_SEC, 0, "2000-02-29T00:00:00Z"},
	    {951868800 * RS_SEC, 0, "2000-03-01T00:00:00Z"},
	    {4107542400 * RS_SEC, 0, "2100-03-01T00:00:00Z"},
	    {-1, 9, "1969-12-31T23:59:59.999999999Z"},
	    {INT64_MAX, 9, "2262-04-11T23:47:16.854775807Z"},
	    {INT64_MIN + 1, 9, "1677-09-21T00:12:43.145224193Z"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char s[OUT_TIME_TEXT];
		unit_row(rows[i].out);
		CU_ASSERT_EQUAL(format_time(s, rows[i].t, rows[i].digits),
		    strlen(rows[i].out));
		CU_ASSERT_STRING_EQUAL(s, rows[i].out);
	}
}

static void
test_nesting(void)
{
	struct sheet *s = sheet_new(0);
	struct report_writer *w = &s->j.w;
	w->open(w, NULL, false);
	w->open(w, "empty", true);
	w->shut(w);
	w->open(w, "none", false);
	w->shut(w);
	w->open(w, "list", true);
	w->number(w, NULL, 1);
	w->truth(w, "tags are left out in lists", true);
	w->open(w, NULL, false);
	w->text(w, "quo\"ted", RS_LIT("x"));
	w->decimal(w, "d", 15, 1);
	w->shut(w);
	w->shut(w);
	w->truth(w, "no", false);
	w->time(w, "at", 0);
	w->shut(w);
	CU_ASSERT(w->end(w));
	CU_ASSERT_STRING_EQUAL(s->text,
	    "{\"empty\": [], \"none\": {}, \"list\": [1, true, "
	    "{\"quo\\\"ted\": \"x\", \"d\": 1.5}], \"no\": false, "
	    "\"at\": \"1970-01-01T00:00:00.000000Z\"}\n");
	sheet_free(s);
}

static void
test_spread(void)
{
	struct sheet *s = sheet_new(2);
	struct report_writer *w = &s->j.w;
	w->open(w, NULL, false);
	w->open(w, "a", true);
	w->shut(w);
	w->open(w, "b", true);
	for (int i = 0; i < 2; i++) {
		w->open(w, NULL, false);
		w->number(w, "x", i);
		w->number(w, "y", i);
		w->shut(w);
	}
	w->shut(w);
	w->shut(w);
	CU_ASSERT(w->end(w));
	CU_ASSERT_STRING_EQUAL(s->text,
	    "{\n\t\"a\": [],\n\t\"b\": [\n\t\t{\"x\": 0, \"y\": 0},\n"
	    "\t\t{\"x\": 1, \"y\": 1}\n\t]\n}\n");
	sheet_free(s);
}

static const struct rec_type *const types[] = {&rec_registration_type,
    &rec_binding_type, &rec_handshake_type, &rec_connection_type,
    &rec_phone_type, &rec_finding_type, &rec_coverage_type, &rec_summary_type};

/* Every field of every record comes out, under its name, as valid JSON. */
static void
test_all_records(void)
{
	uint64_t seed = 3;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct sheet *s = sheet_new(i % 4);
		struct rec_arena a;
		unit_row(types[i]->name);
		rec_arena_init(&a, NULL, NULL);
		void *rec = malloc(types[i]->size);
		fill_record(types[i], rec, &a, &seed);
		model_record(&s->j.w, NULL, types[i], rec);
		CU_ASSERT(s->j.w.end(&s->j.w));
		CU_ASSERT(json_valid(s->text, s->n));
		for (size_t k = 0; k < types[i]->n_fields; k++) {
			char name[80];
			if (types[i]->fields[k].name == NULL)
				continue;
			snprintf(name, sizeof name,
			    "\"%s\": ", types[i]->fields[k].name);
			CU_ASSERT_PTR_NOT_NULL(strstr(s->text, name));
		}
		free(rec);
		rec_arena_clear(&a);
		sheet_free(s);
	}
}

static void
test_absent_is_not_written(void)
{
	struct sheet *s = sheet_new(0);
	struct rec_handshake h;
	rec_init(&rec_handshake_type, &h);
	model_record(&s->j.w, NULL, &rec_handshake_type, &h);
	CU_ASSERT(s->j.w.end(&s->j.w));
	CU_ASSERT_STRING_EQUAL(s->text,
	    "{\"alpn_offered\": [], \"client_versions\": [], "
	    "\"client_ciphers\": [], \"client_groups\": [], "
	    "\"certificates\": [], \"alerts\": [], \"steps\": [], "
	    "\"frames\": [], \"flaws\": []}\n");
	sheet_free(s);
}

static void
test_event_envelope(void)
{
	struct sheet *s = sheet_new(0);
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	r.id.frame.number = 17;
	r.started = 0;
	r.client.at = (struct rs_endpoint){{{192, 0, 2, 1}, 4}, 5060};
	r.server.at =
	    (struct rs_endpoint){{{0x20, 1, 0xd, 0xb8, [15] = 1}, 6}, 5061};
	r.transport = REC_TLS;
	model_event(&s->j.w, &rec_registration_type, &r, RS_NEVER);
	CU_ASSERT(s->j.w.end(&s->j.w));
	static const char want[] =
	    "{\"timestamp\": \"1970-01-01T00:00:00.000000Z\", "
	    "\"event_type\": \"registration\", \"src_ip\": \"192.0.2.1\", "
	    "\"src_port\": 5060, \"dest_ip\": \"2001:db8::1\", "
	    "\"dest_port\": 5061, \"proto\": \"TCP\", "
	    "\"registration\": {\"id\": \"0-17\", ";
	CU_ASSERT_EQUAL(strncmp(s->text, want, sizeof want - 1), 0);
	CU_ASSERT(json_valid(s->text, s->n));
	CU_ASSERT_PTR_EQUAL(strchr(s->text, '\n'), s->text + s->n - 1);
	sheet_free(s);
}

static void
test_full_disk_is_told(void)
{
	FILE *f = fopen("/dev/full", "w");
	if (f == NULL)
		return;
	struct out *o = malloc(sizeof *o);
	out_init(o, f);
	for (int i = 0; i < 3 * OUT_SIZE; i++)
		out_char(o, 'x');
	CU_ASSERT(!out_flush(o));
	CU_ASSERT(o->error != 0);
	CU_ASSERT(!out_flush(o)); /* it sticks */
	free(o);
	fclose(f);
}

UNIT_MAIN("json", UNIT(test_text_is_escaped), UNIT(test_numbers),
    UNIT(test_times), UNIT(test_nesting), UNIT(test_spread),
    UNIT(test_all_records), UNIT(test_absent_is_not_written),
    UNIT(test_event_envelope), UNIT(test_full_disk_is_told))
