/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account.h"
#include "base/addr.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/date.h"
#include "base/hash.h"
#include "dissector.h"
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

static void
test_span_u32(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t value;
	} rows[] = {
	    {"0", true, 0},
	    {"3600", true, 3600},
	    {"4294967295", true, UINT32_MAX},
	    {"4294967296", false, 0},
	    {"99999999999999999999", false, 0},
	    {"", false, 0},
	    {" 1", false, 0},
	    {"1a", false, 0},
	    {"-1", false, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t v = 7;
		unit_row(rows[i].text);
		CU_ASSERT_EQUAL(
		    rs_span_u32(rs_span_str(rows[i].text), &v), rows[i].ok);
		CU_ASSERT_EQUAL(v, rows[i].ok ? rows[i].value : 7);
	}
}

static void
test_span_parts(void)
{
	struct rs_span s = RS_LIT("abcdef");
	CU_ASSERT(rs_span_eq(rs_span_part(s, 2, 3), RS_LIT("cde")));
	CU_ASSERT(rs_span_eq(rs_span_part(s, 4, SIZE_MAX), RS_LIT("ef")));
	CU_ASSERT_EQUAL(rs_span_part(s, 9, 1).n, 0);
	CU_ASSERT(
	    rs_span_eq(rs_span_trim(RS_LIT(" \t\r\nx y\r\n")), RS_LIT("x y")));
	CU_ASSERT(rs_span_eq_nocase(RS_LIT("Call-ID"), RS_LIT("cALL-id")));
	CU_ASSERT(!rs_span_eq_nocase(RS_LIT("@"), RS_LIT("`")));
	CU_ASSERT_EQUAL(rs_span_find(s, 'c'), 2);
	CU_ASSERT_EQUAL(rs_span_find(s, 'z'), 6);
}

static void
test_cursor_is_sticky(void)
{
	static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct rs_cur c = rs_cur_init((struct rs_span){bytes, sizeof bytes});
	CU_ASSERT_EQUAL(rs_cur_u8(&c), 1);
	CU_ASSERT_EQUAL(rs_cur_u16(&c), 0x0203);
	CU_ASSERT_EQUAL(rs_cur_u24(&c), 0x040506);
	CU_ASSERT_EQUAL(rs_cur_left(&c), 4);
	CU_ASSERT_EQUAL(rs_cur_u32(&c), 0x0708090a);
	CU_ASSERT(!c.shrt);
	CU_ASSERT_EQUAL(rs_cur_u8(&c), 0);
	CU_ASSERT(c.shrt);

	c = rs_cur_init((struct rs_span){bytes, 3});
	CU_ASSERT_EQUAL(rs_cur_u32(&c), 0);
	CU_ASSERT(c.shrt);
	CU_ASSERT_EQUAL(rs_cur_u8(&c), 0); /* though a byte is there */
}

static void
test_cursor_blocks(void)
{
	static const uint8_t bytes[] = {2, 'h', 'i', 0, 1, '!', 9, 'x'};
	struct rs_cur c = rs_cur_init((struct rs_span){bytes, sizeof bytes});
	struct rs_cur b = rs_cur_block8(&c);
	CU_ASSERT(rs_span_eq(rs_cur_rest(&b), RS_LIT("hi")));
	b = rs_cur_block16(&c);
	CU_ASSERT(rs_span_eq(rs_cur_rest(&b), RS_LIT("!")));
	b = rs_cur_block8(&c); /* says nine, has one */
	CU_ASSERT(c.shrt);
	CU_ASSERT_EQUAL(rs_cur_left(&b), 0);
}

static void
test_buf_and_account(void)
{
	struct rs_account pay;
	struct rs_buf b;
	rs_account_init(&pay, 1000);
	rs_buf_init(&b, 600, &pay);
	CU_ASSERT(rs_buf_add(&b, RS_LIT("hello ")));
	CU_ASSERT(rs_buf_add(&b, RS_LIT("world")));
	CU_ASSERT(rs_span_eq(rs_buf_view(&b), RS_LIT("hello world")));
	rs_buf_drop(&b, 6);
	CU_ASSERT(rs_span_eq(rs_buf_view(&b), RS_LIT("world")));
	CU_ASSERT_PTR_NULL(rs_buf_reserve(&b, 596)); /* over its own cap */
	CU_ASSERT_PTR_NOT_NULL(rs_buf_reserve(&b, 595));
	CU_ASSERT_EQUAL(pay.used, 600);

	struct rs_buf other;
	rs_buf_init(&other, 5000, &pay);
	CU_ASSERT_PTR_NULL(rs_buf_reserve(&other, 500)); /* over the budget */
	CU_ASSERT_EQUAL(pay.refused, 1);
	rs_buf_clear(&b);
	rs_buf_clear(&other);
	CU_ASSERT_EQUAL(pay.used, 0);
	CU_ASSERT_EQUAL(pay.highest, 600);
}

static void
test_hash_vectors(void)
{
	/* SipHash-1-3, key 00..0f, input 00..n-1: the published vectors. */
	static const struct {
		size_t n;
		uint64_t hash;
	} rows[] = {
	    {0, 0xabac0158050fc4dcu},
	    {1, 0xc9f49bf37d57ca93u},
	};
	const struct rs_hash_seed key = {
	    0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
	uint8_t in[8] = {0, 1, 2, 3, 4, 5, 6, 7};
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(rs_hash(&key, (struct rs_span){in, rows[i].n}),
		    rows[i].hash);
	CU_ASSERT_NOT_EQUAL(rs_hash(&key, (struct rs_span){in, 7}),
	    rs_hash(&key, (struct rs_span){in, 8}));
}

static uint64_t
hash_of_parts(struct rs_span a, struct rs_span b, uint64_t n)
{
	const struct rs_hash_seed key = {0x1234, 0x5678};
	struct rs_hasher h;
	rs_hasher_init(&h, &key);
	rs_hasher_bytes(&h, a);
	rs_hasher_number(&h, n);
	rs_hasher_bytes(&h, b);
	return rs_hasher_end(&h);
}

/* Each byte of a part of each length counts, and so does where parts end. */
static void
test_hash_parts(void)
{
	enum { MAX = 70, BASE = MAX + 1 };
	uint8_t in[MAX], b[] = "b";
	uint64_t seen[BASE * BASE];
	size_t n_seen = 0;
	memset(in, 'x', sizeof in);
	for (size_t n = 0; n <= MAX; n++) {
		struct rs_span s = {in, n}, rest = {in, MAX - n};
		seen[n_seen++] = hash_of_parts(s, (struct rs_span){b, 1}, n);
		CU_ASSERT_EQUAL(seen[n_seen - 1],
		    hash_of_parts(s, (struct rs_span){b, 1}, n));
		seen[n_seen++] = hash_of_parts(s, rest, 0);
		for (size_t i = 0; i < n; i++) {
			in[i] ^= 1;
			seen[n_seen++] =
			    hash_of_parts(s, (struct rs_span){b, 1}, n);
			in[i] ^= 1;
		}
	}
	size_t alike = 0;
	for (size_t i = 0; i < n_seen; i++)
		for (size_t j = 0; j < i; j++)
			alike += seen[i] == seen[j];
	CU_ASSERT_EQUAL(alike, 0);
}

/* Likewise of long ones, and the order of their words. */
static void
test_hash_long(void)
{
	static const size_t sizes[] = {129, 192, 193, 255, 320};
	enum { WORD = 8, MAX = 320 };
	static uint64_t seen[5 * (MAX + MAX / WORD + 1)];
	const struct rs_span none = {0};
	size_t n_seen = 0, alike = 0;
	uint8_t in[MAX];
	for (size_t i = 0; i < MAX; i++)
		in[i] = (uint8_t)(i * 7 + i / 64);
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct rs_span s = {in, sizes[k]};
		seen[n_seen++] = hash_of_parts(s, none, 0);
		for (size_t i = 0; i < s.n; i++) {
			in[i] ^= 0x80;
			seen[n_seen++] = hash_of_parts(s, none, 0);
			in[i] ^= 0x80;
		}
		for (size_t i = WORD; i + WORD <= s.n; i += WORD) {
			uint8_t first[WORD];
			memcpy(first, in, WORD);
			memcpy(in, in + i, WORD);
			memcpy(in + i, first, WORD);
			seen[n_seen++] = hash_of_parts(s, none, 0);
			memcpy(in + i, in, WORD);
			memcpy(in, first, WORD);
		}
	}
	for (size_t i = 0; i < n_seen; i++)
		for (size_t j = 0; j < i; j++)
			alike += seen[i] == seen[j];
	CU_ASSERT_EQUAL(alike, 0);
}

static void
test_addr(void)
{
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "::"};
	char out[RS_ENDPOINT_TEXT];
	for (size_t i = 0; i < 3; i++) {
		struct rs_addr a;
		unit_row(texts[i]);
		CU_ASSERT_FATAL(rs_addr_parse(&a, rs_span_str(texts[i])));
		rs_addr_format(&a, out);
		CU_ASSERT_STRING_EQUAL(out, texts[i]);
	}
	struct rs_endpoint e = {.port = 5061};
	CU_ASSERT(rs_addr_parse(&e.addr, RS_LIT("[2001:db8::2]")));
	rs_endpoint_format(&e, out);
	CU_ASSERT_STRING_EQUAL(out, "[2001:db8::2]:5061");
	struct rs_addr a;
	CU_ASSERT(!rs_addr_parse(&a, RS_LIT("192.0.2")));
	CU_ASSERT(!rs_addr_parse(&a, RS_LIT("example.com")));
	CU_ASSERT(!rs_addr_parse(&a, RS_LIT("192.0.2.1\0")));
}

/* What the C library says of them, too. */
static void
test_addr_v4(void)
{
	static const char *const texts[] = {"0.0.0.0", "255.255.255.255",
	    "1.20.30.4", "256.1.1.1", "1.1.1.999", "4294967297.1.1.1",
	    "01.1.1.1", "1.00.1.1", "1.1.1.", ".1.1.1", "1..1.1", "1.1.1.1.",
	    "1.1.1.1.1", "1.1.1.1 ", " 1.1.1.1", "1.1.1.-1", "1.1.1.a", ".",
	    "1", "1.1.1.1:1", "::1.2.3.4", "::ffff:1.2.3.4"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct rs_addr a;
		uint8_t b[4], six[16];
		unit_row(texts[i]);
		bool v4 = inet_pton(AF_INET, texts[i], b) == 1;
		bool v6 = inet_pton(AF_INET6, texts[i], six) == 1;
		bool is = rs_addr_parse(&a, rs_span_str(texts[i]));
		CU_ASSERT_EQUAL(is, v4 || v6);
		CU_ASSERT_EQUAL(a.family, v4 ? 4 : v6 ? 6 : 0);
		if (v4)
			CU_ASSERT_EQUAL(memcmp(a.b, b, sizeof b), 0);
	}
}

static void
test_where_stamp(void)
{
	const struct rs_arrival v[] = {
	    {4, {10, 10, {0, 1}, {0, 1}}},
	    {8, {30, 30, {0, 3}, {0, 3}}}, /* came late */
	    {12, {20, 20, {0, 2}, {0, 2}}},
	};
	const struct rs_where w = {v, 3};
	struct rs_stamp s = rs_where_stamp(&w, 0, 12);
	CU_ASSERT_EQUAL(s.first, 10);
	CU_ASSERT_EQUAL(s.complete, 30);
	CU_ASSERT_EQUAL(s.from.number, 1);
	CU_ASSERT_EQUAL(s.to.number, 3);
	s = rs_where_stamp(&w, 8, 4);
	CU_ASSERT_EQUAL(s.complete, 20);
	s = rs_where_stamp(&w, 4, 1);
	CU_ASSERT_EQUAL(s.from.number, 3);
}

static void
test_where_part(void)
{
	const struct rs_arrival v[] = {{.end = 4}, {.end = 8}, {.end = 12}};
	const struct rs_where w = {v, 3};
	struct rs_where part = rs_where_part(&w, 0, 12);
	CU_ASSERT(part.v == v && part.n == 3);
	part = rs_where_part(&w, 4, 5);
	CU_ASSERT(part.v == v + 1 && part.n == 2);
	part = rs_where_part(&w, 0, 4);
	CU_ASSERT(part.v == v && part.n == 1);
	part = rs_where_part(&w, 8, 1);
	CU_ASSERT(part.v == v + 2 && part.n == 1);
}

static void
test_dates(void)
{
	static const struct {
		const char *text;
		rs_time want; /* seconds */
	} rows[] = {
	    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
	    {"Sat, 13 Nov 2010 23:29:00 GMT", 1289690940},
	    {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
	    {"Wed, 31 Dec 2200 23:59:60 GMT", 7289654400},
	    {"Sat, 13 Nov 2010 24:29:00 GMT", RS_NEVER},
	    {"Sat, 13 Foo 2010 23:29:00 GMT", RS_NEVER},
	    {"Sat, 00 Nov 2010 23:29:00 GMT", RS_NEVER},
	    {"Fri, 31 Dec 1969 23:59:59 GMT", RS_NEVER},
	    {"Sat, 13 Nov 2010 23:29:00 EST", RS_NEVER},
	    {"Sat, 13 Nov 2010 23.29.00 GMT", RS_NEVER},
	    {"Sun, 06 Nov 1994 08:49:37", RS_NEVER},
	    {"now", RS_NEVER},
	    {"", RS_NEVER},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rs_time t = rs_date_parse(rs_span_str(rows[i].text));
		unit_row(rows[i].text);
		CU_ASSERT_EQUAL(t, rows[i].want == RS_NEVER
				       ? RS_NEVER
				       : rows[i].want * RS_SEC);
	}
	CU_ASSERT_EQUAL(rs_date_days(1969, 12, 31), -1);
	CU_ASSERT_EQUAL(rs_date_days(2000, 3, 1), 11017);
}

UNIT_MAIN("base", UNIT(test_span_u32), UNIT(test_span_parts),
    UNIT(test_cursor_is_sticky), UNIT(test_cursor_blocks),
    UNIT(test_buf_and_account), UNIT(test_hash_vectors), UNIT(test_hash_parts),
    UNIT(test_hash_long), UNIT(test_addr), UNIT(test_addr_v4),
    UNIT(test_where_stamp), UNIT(test_where_part), UNIT(test_dates))
