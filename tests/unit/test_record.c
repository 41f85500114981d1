/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"
#include "track/records.h"
#include "unit.h"

#include <glib.h>
#include <stdlib.h>

static const struct rec_type *const types[] = {&rec_registration_type,
    &rec_binding_type, &rec_handshake_type, &rec_connection_type,
    &rec_phone_type, &rec_finding_type, &rec_coverage_type, &rec_summary_type};
enum { N_TYPES = sizeof types / sizeof *types };

/* As large as any of them. */
union any {
	struct rec_registration a;
	struct rec_binding b;
	struct rec_handshake c;
	struct rec_connection d;
	struct rec_phone e;
	struct rec_finding f;
	struct rec_coverage g;
	struct rec_summary h;
};

/* A record with all its fields, written, and what is read of that. */
struct round {
	struct rec_arena arena;
	struct rs_buf out;
	union any x, y;
};

static void
round_begin(struct round *r, const struct rec_type *type, uint64_t *seed)
{
	unit_row(type->name);
	rec_arena_init(&r->arena, NULL, NULL);
	rs_buf_init(&r->out, 1 << 20, NULL);
	fill_record(type, &r->x, &r->arena, seed);
	CU_ASSERT(rec_write(type, &r->x, &r->out));
}

static void
round_end(struct round *r)
{
	rs_buf_clear(&r->out);
	rec_arena_clear(&r->arena);
}

static void
test_all_fields_come_back(void)
{
	uint64_t seed = 1;
	for (size_t i = 0; i < N_TYPES; i++) {
		struct round r;
		round_begin(&r, types[i], &seed);
		CU_ASSERT(
		    rec_read(types[i], &r.y, rs_buf_view(&r.out), &r.arena));
		CU_ASSERT(fill_equal(types[i], &r.x, &r.y));
		round_end(&r);
	}
}

/* Nothing of these lists, nor of those in structs that are in place. */
static void
empty_lists(const struct rec_type *type, void *rec)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		void *p = (uint8_t *)rec + f->offset;
		if (f->kind == REC_LIST)
			*(struct rec_list *)p = (struct rec_list){0};
		else if (f->kind == REC_STRUCT)
			empty_lists(f->more, p);
	}
}

static void
test_brief(void)
{
	uint64_t seed = 5;
	for (size_t i = 0; i < N_TYPES; i++) {
		struct round r;
		round_begin(&r, types[i], &seed);
		CU_ASSERT(rec_read_brief(
		    types[i], &r.y, rs_buf_view(&r.out), &r.arena));
		CU_ASSERT(types[i] != &rec_finding_type ||
			  !fill_equal(types[i], &r.x, &r.y));
		empty_lists(types[i], &r.x);
		CU_ASSERT(fill_equal(types[i], &r.x, &r.y));
		round_end(&r);
	}
}

static void
test_absent_stays_absent(void)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		struct rec_arena a;
		struct rs_buf out;
		union any x, y;
		unit_row(types[i]->name);
		rec_arena_init(&a, NULL, NULL);
		rs_buf_init(&out, 1 << 20, NULL);
		rec_init(types[i], &x);
		memset(&y, 0x55, sizeof y);
		CU_ASSERT(rec_write(types[i], &x, &out));
		CU_ASSERT_EQUAL(out.n, (types[i]->n_fields + 7) / 8);
		CU_ASSERT(rec_read(types[i], &y, rs_buf_view(&out), &a));
		CU_ASSERT(fill_equal(types[i], &x, &y));
		CU_ASSERT_EQUAL(a.held, 0);
		rs_buf_clear(&out);
	}
}

static void
test_empty_is_not_absent(void)
{
	struct rec_arena a;
	struct rs_buf out;
	struct rec_registration x, y;
	rec_arena_init(&a, NULL, NULL);
	rs_buf_init(&out, 4096, NULL);
	rec_init(&rec_registration_type, &x);
	x.aor = RS_LIT("");
	x.status = 0;
	x.server.at.port = 5060;
	*(struct rs_span *)rec_list_add(&x.flaws, &a, sizeof(struct rs_span)) =
	    RS_LIT("");
	CU_ASSERT(rec_write(&rec_registration_type, &x, &out));
	CU_ASSERT(rec_read(&rec_registration_type, &y, rs_buf_view(&out), &a));
	CU_ASSERT(y.aor.p != NULL && y.aor.n == 0);
	CU_ASSERT_EQUAL(y.status, 0);
	CU_ASSERT_EQUAL(y.server.at.port, 5060);
	CU_ASSERT_EQUAL(y.server.at.addr.family, 0);
	CU_ASSERT_EQUAL(y.flaws.n, 1);
	CU_ASSERT(((struct rs_span *)y.flaws.v)->p != NULL);
	CU_ASSERT(y.call_id.p == NULL);
	CU_ASSERT_EQUAL(y.rrd, REC_ABSENT);
	CU_ASSERT_EQUAL(y.started, RS_NEVER);
	rs_buf_clear(&out);
	rec_arena_clear(&a);
}

/* Reads n bytes that end where an allocation ends, for the sanitizer. */
static bool
read_tight(
    const struct rec_type *type, const uint8_t *p, size_t n, size_t *held)
{
	union any y;
	struct rec_arena a;
	uint8_t *copy = malloc(n ? n : 1);
	memcpy(copy, p, n);
	rec_arena_init(&a, NULL, NULL);
	const struct rs_span bytes = {copy, n};
	bool ok = rec_read(type, &y, bytes, &a);
	*held = a.held;
	rec_arena_reset(&a);
	/* Who reads less finds fault with less. */
	CU_ASSERT(rec_read_brief(type, &y, bytes, &a) || !ok);
	rec_arena_clear(&a);
	free(copy);
	return ok;
}

static void
test_damaged_bytes(void)
{
	uint64_t seed = 77;
	for (size_t i = 0; i < N_TYPES; i++) {
		struct rec_arena a;
		struct rs_buf out;
		union any x;
		size_t held;
		unit_row(types[i]->name);
		rec_arena_init(&a, NULL, NULL);
		rs_buf_init(&out, 1 << 20, NULL);
		fill_record(types[i], &x, &a, &seed);
		CU_ASSERT(rec_write(types[i], &x, &out));
		for (size_t n = 0; n < out.n; n++)
			CU_ASSERT(!read_tight(types[i], out.p, n, &held));
		CU_ASSERT(rs_buf_add(&out, RS_LIT("x")));
		CU_ASSERT(!read_tight(types[i], out.p, out.n, &held));
		out.n--;
		static const uint8_t twist[] = {0x01, 0x80, 0xff, 0x7f};
		for (size_t n = 0; n < out.n; n++) {
			for (size_t t = 0; t < sizeof twist; t++) {
				out.p[n] ^= twist[t];
				read_tight(types[i], out.p, out.n, &held);
				CU_ASSERT(held < out.n * 2048);
				out.p[n] ^= twist[t];
			}
		}
		rs_buf_clear(&out);
		rec_arena_clear(&a);
	}
}

static void
test_random_bytes(void)
{
	GRand *r = g_rand_new_with_seed(42);
	uint8_t bytes[200];
	size_t held;
	for (int n = 0; n < 20000; n++) {
		size_t len = (size_t)g_rand_int_range(r, 0, sizeof bytes);
		for (size_t i = 0; i < len; i++)
			bytes[i] = g_rand_boolean(r)
				       ? (uint8_t)g_rand_int(r)
				       : (uint8_t)(g_rand_int(r) % 4);
		read_tight(types[n % N_TYPES], bytes, len, &held);
		CU_ASSERT(held < 1 << 20);
	}
	g_rand_free(r);
}

static void
test_no_room_leaves_the_buffer(void)
{
	struct rec_arena a;
	struct rs_buf out;
	struct rec_registration x;
	uint64_t seed = 5;
	rec_arena_init(&a, NULL, NULL);
	rs_buf_init(&out, 100, NULL);
	fill_record(&rec_registration_type, &x, &a, &seed);
	CU_ASSERT(rs_buf_add(&out, RS_LIT("before")));
	CU_ASSERT(!rec_write(&rec_registration_type, &x, &out));
	CU_ASSERT(rs_span_eq(rs_buf_view(&out), RS_LIT("before")));
	rs_buf_clear(&out);
	rec_arena_clear(&a);
}

static void
test_arena_pays_and_reuses(void)
{
	struct rs_account pay;
	struct rec_arena a;
	rs_account_init(&pay, 1000);
	rec_arena_init(&a, &pay, NULL);
	CU_ASSERT_EQUAL(pay.used, 0);
	uint8_t *p = rec_arena_alloc(&a, 100);
	memset(p, 0xee, 100);
	CU_ASSERT_EQUAL((uintptr_t)p % 16, 0);
	CU_ASSERT(pay.used > 1000); /* by force */
	CU_ASSERT(pay.used <= 2048);
	CU_ASSERT(!rs_account_charge(&pay, 1));
	CU_ASSERT_EQUAL(pay.used, a.held);
	rec_arena_reset(&a);
	CU_ASSERT_PTR_EQUAL(rec_arena_alloc(&a, 100), p);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(p[i], 0);
	memset(rec_arena_alloc(&a, 1 << 20), 1, 1 << 20);
	CU_ASSERT(a.held >= 1 << 20);
	rec_arena_reset(&a);
	CU_ASSERT(a.held <= 64 * 1024);
	rec_arena_clear(&a);
	CU_ASSERT_EQUAL(pay.used, 0);
	CU_ASSERT_EQUAL(a.held, 0);
}

static void
test_lists_grow(void)
{
	struct rec_arena a;
	struct rec_list l = {0};
	rec_arena_init(&a, NULL, NULL);
	for (uint64_t i = 1; i <= 1000; i++) {
		struct rs_frame *f = rec_list_add(&l, &a, sizeof *f);
		CU_ASSERT_EQUAL(f->number, 0);
		f->number = i;
	}
	CU_ASSERT_EQUAL(l.n, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(((struct rs_frame *)l.v)[i].number, i + 1);
	rec_arena_clear(&a);
}

static void
test_ids(void)
{
	static const struct {
		const char *text;
		struct rec_id id;
	} rows[] = {
	    {"0-17", {{0, 17}, 0}},
	    {"0-17-1", {{0, 17}, 1}},
	    {"0-18", {{0, 18}, 0}},
	    {"2-1", {{2, 1}, 0}},
	    {"1048575-8796093022207-4294967295",
		{{RS_FILES - 1, RS_LINE - 1}, UINT32_MAX}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char s[REC_ID_TEXT];
		unit_row(rows[i].text);
		CU_ASSERT_EQUAL(
		    rec_id_format(&rows[i].id, s), strlen(rows[i].text));
		CU_ASSERT_STRING_EQUAL(s, rows[i].text);
		for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
			int c = rec_id_cmp(&rows[i].id, &rows[j].id);
			CU_ASSERT_EQUAL(c < 0, i < j);
			CU_ASSERT_EQUAL(c > 0, i > j);
		}
	}
}

static void
test_names(void)
{
	CU_ASSERT_PTR_NULL(rec_outcome_name(REC_OUTCOME_NONE));
	CU_ASSERT_STRING_EQUAL(rec_outcome_name(REC_REGISTERED), "registered");
	CU_ASSERT_STRING_EQUAL(rec_outcome_name(REC_CUT_OFF), "cut_off");
	CU_ASSERT_STRING_EQUAL(
	    rec_outcome_name(REC_UNREACHABLE), "unreachable");
	CU_ASSERT_PTR_NULL(rec_outcome_name(REC_OUTCOME_N));
	CU_ASSERT_STRING_EQUAL(rec_transport_name(REC_WSS), "wss");
	CU_ASSERT_STRING_EQUAL(rec_visibility_name(REC_LOG), "log");
	CU_ASSERT_STRING_EQUAL(rec_reg_kind_name(REC_QUERY), "query");
	CU_ASSERT_STRING_EQUAL(
	    rec_handshake_reason_name(REC_REASON_MALFORMED), "malformed");
	CU_ASSERT_STRING_EQUAL(
	    rec_client_certificate_name(REC_CC_SENT), "sent");
	CU_ASSERT_STRING_EQUAL(
	    rec_stage_state_name(REC_STAGE_NOT_APPLICABLE), "not_applicable");
	CU_ASSERT_STRING_EQUAL(
	    rec_binding_state_name(REC_BINDING_UNKNOWN), "unknown");
	CU_ASSERT_STRING_EQUAL(rec_severity_name(REC_INFO), "info");
	CU_ASSERT_STRING_EQUAL(rec_certainty_name(REC_INFERRED), "inferred");
	CU_ASSERT_STRING_EQUAL(rec_side_name(REC_NETWORK), "network");
	CU_ASSERT_STRING_EQUAL(
	    rec_handshake_state_name(REC_MIDSTREAM), "midstream");
}

UNIT_MAIN("record", UNIT(test_all_fields_come_back), UNIT(test_brief),
    UNIT(test_absent_stays_absent), UNIT(test_empty_is_not_absent),
    UNIT(test_damaged_bytes), UNIT(test_random_bytes),
    UNIT(test_no_room_leaves_the_buffer), UNIT(test_arena_pays_and_reuses),
    UNIT(test_lists_grow), UNIT(test_ids), UNIT(test_names))
