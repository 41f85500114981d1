/* SPDX-License-Identifier: Apache-2.0 */
/* pcapng beyond its packets: drops, comments, key logs, offsets, odd blocks. */
#include "maker.h"
#include "unit.h"

#include <string.h>

enum {
	SIMPLE = 3,
	OLD = 2,
	NAMES = 4,
	STATISTICS = 5,
	ENHANCED = 6,
	SECRETS = 10
};

static void
simple(struct maker *m, unsigned wire, unsigned n)
{
	size_t b = block(m, SIMPLE);
	put(m, wire, 4);
	put_zeros(m, n);
	block_end(m, b);
}

static void
old(struct maker *m, unsigned id, unsigned drops, uint64_t stamp, unsigned n)
{
	size_t b = block(m, OLD);
	put(m, id, 2);
	put(m, drops, 2);
	put(m, stamp >> 32, 4);
	put(m, stamp & UINT32_MAX, 4);
	put(m, n, 4);
	put(m, n, 4);
	put_zeros(m, n);
	block_end(m, b);
}

static void
statistics(struct maker *m, unsigned id, uint64_t ifdrop, uint64_t osdrop)
{
	size_t b = block(m, STATISTICS);
	put(m, id, 4);
	put_zeros(m, 8);
	option_u64(m, 5, ifdrop);
	option_u64(m, 7, osdrop);
	put_zeros(m, 4);
	block_end(m, b);
}

/* Simple packets have no time and no length of their own; old ones a short
   number of the interface. */
static void
test_other_packets(void)
{
	for (int big = 0; big < 2; big++) {
		unit_row(big ? "big" : "little");
		struct maker m = maker_new(big);
		section(&m);
		size_t b = block(&m, 1);
		put(&m, 113, 2);
		put(&m, 0, 2);
		put(&m, 10, 4); /* snaplen */
		block_end(&m, b);
		interface(&m, 1, 9);
		simple(&m, 7, 7);
		old(&m, 1, 0, 5000000007, 5);
		simple(&m, 60, 10);
		struct cap_info info;
		struct result r = read_one(save(&m, "other"), &info);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 3);
		CU_ASSERT_EQUAL(r.n[0], 7);
		CU_ASSERT_EQUAL(r.ts[0], 0);
		CU_ASSERT_EQUAL(r.linktype[0], 113);
		CU_ASSERT_EQUAL(r.linktype[1], 1);
		CU_ASSERT_EQUAL(r.ts[1], 5 * RS_SEC + 7);
		CU_ASSERT_EQUAL(r.n[2], 10);
		CU_ASSERT_EQUAL(r.wire[2], 60);
		CU_ASSERT_EQUAL(r.ts[2], r.ts[1]);
	}
}

static void
test_offset(void)
{
	static const struct {
		const char *name;
		int64_t offset;
		rs_time ts;
	} rows[] = {
	    {"later", 1000, 1100 * RS_SEC + RS_SEC / 2},
	    {"earlier", -50, 50 * RS_SEC + RS_SEC / 2},
	    /* none: before 1970, or beyond what can be told */
	    {"before 1970", -101, RS_SEC / 2},
	    {"too late", INT64_MAX, RS_SEC / 2},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].name);
		struct maker m = maker_new(i & 1);
		section(&m);
		size_t b = block(&m, 1);
		put(&m, 1, 2);
		put_zeros(&m, 6);
		option(&m, 9, "\3", 1); /* milliseconds */
		option_u64(&m, 14, (uint64_t)rows[i].offset);
		put_zeros(&m, 4);
		block_end(&m, b);
		enhanced(&m, 0, 100500, 1);
		struct result r = read_one(save(&m, "offset"), NULL);
		CU_ASSERT_EQUAL(r.frames, 1);
		CU_ASSERT_EQUAL(r.ts[0], rows[i].ts);
	}
}

/* The last statistics of an interface count; those of others, and of other
   sections, are added. */
static void
test_drops(void)
{
	struct cap_info info;
	struct maker m = maker_new(false);
	section(&m);
	interface(&m, 1, 0);
	enhanced(&m, 0, 1, 4);
	read_one(save(&m, "drops"), &info);
	CU_ASSERT(!info.has_drops);

	m = maker_new(true);
	section(&m);
	interface(&m, 1, 0);
	interface(&m, 1, 0);
	statistics(&m, 0, 1, 10);
	statistics(&m, 1, 2, 0);
	statistics(&m, 0, 3, 30);
	statistics(&m, 7, 1000, 1000); /* of an interface that is not there */
	section(&m);
	interface(&m, 1, 0);
	statistics(&m, 0, 5, 500);
	struct result r = read_one(save(&m, "drops"), &info);
	CU_ASSERT_EQUAL(r.errors, 0);
	CU_ASSERT(info.has_drops);
	CU_ASSERT_EQUAL(info.drops_interface, 3 + 2 + 5);
	CU_ASSERT_EQUAL(info.drops_kernel, 30 + 500);
}

/* What packets tell of is the same that statistics tell of, or more. */
static void
test_drops_between(void)
{
	static const struct {
		const char *name;
		int ifdrop, osdrop;
		unsigned interface, kernel;
	} rows[] = {
	    {"no statistics", -1, -1, 0, 5},
	    {"the same", 1, 4, 1, 4},
	    {"less", 1, 1, 1, 4},
	    {"more", 2, 8, 2, 8},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].name);
		struct maker m = maker_new(false);
		section(&m);
		interface(&m, 1, 0);
		size_t b = block(&m, ENHANCED);
		put_zeros(&m, 20);
		option_u64(&m, 4, 3); /* epb_dropcount */
		put_zeros(&m, 4);
		block_end(&m, b);
		old(&m, 0, 2, 9, 0);
		old(&m, 0, 0xffff, 9, 0); /* not known */
		if (rows[i].ifdrop >= 0)
			statistics(&m, 0, (uint64_t)rows[i].ifdrop,
			    (uint64_t)rows[i].osdrop);
		struct cap_info info;
		struct result r = read_one(save(&m, "drops"), &info);
		CU_ASSERT_EQUAL(r.frames, 3);
		CU_ASSERT(info.has_drops);
		CU_ASSERT_EQUAL(info.drops_interface, rows[i].interface);
		CU_ASSERT_EQUAL(info.drops_kernel, rows[i].kernel);
	}
}

/* The time in which they were lost: since the packet before on that interface.
 */
static void
test_drops_since(void)
{
	struct maker m = maker_new(true);
	section(&m);
	interface(&m, 1, 0);
	interface(&m, 1, 0);
	old(&m, 0, 3, 1000000, 4);
	old(&m, 1, 0, 2000000, 4);
	old(&m, 0, 4, 3000000, 4);
	char *path = save(&m, "since");
	struct cap_source *s =
	    cap_files_open((const char *const *)&path, 1, false);
	struct cap_frame f;
	s->next(s, &f, NULL);
	CU_ASSERT_EQUAL(f.drops, 3);
	CU_ASSERT_EQUAL(f.drops_since, RS_NEVER);
	s->next(s, &f, NULL);
	CU_ASSERT_EQUAL(f.drops, 0);
	s->next(s, &f, NULL);
	CU_ASSERT_EQUAL(f.drops, 4);
	CU_ASSERT_EQUAL(f.drops_since, RS_SEC);
	s->close(s);
	unsave(path);
}

static void
commented(struct maker *m, const char *text, size_t n)
{
	size_t b = block(m, ENHANCED);
	put_zeros(m, 12);
	put(m, 1, 4);
	put(m, 1, 4);
	put_zeros(m, 4); /* a byte and its padding */
	option(m, 2, "\0\0\0\0", 4);
	option(m, 1, text, (unsigned)n);
	put_zeros(m, 4);
	option(m, 1, "behind the end", 14);
	block_end(m, b);
}

static void
test_comments(void)
{
	struct maker m = maker_new(true);
	size_t b = block(&m, 0x0a0d0d0a);
	put(&m, 0x1a2b3c4d, 4);
	put(&m, 1, 2);
	put(&m, 0, 2);
	put(&m, UINT64_MAX, 8);
	option(&m, 1, "all of it", 9);
	option(&m, 1, "", 0);
	block_end(&m, b);
	interface(&m, 1, 0);
	commented(&m, "first", 5);
	char text[1000];
	memset(text, 'x', sizeof text);
	for (unsigned i = 0; i < 40; i++)
		commented(&m, text, sizeof text);
	char *path = save(&m, "comments");
	struct cap_source *s =
	    cap_files_open((const char *const *)&path, 1, false);
	struct cap_frame f;
	unsigned frames = 0;
	while (s->next(s, &f, NULL) == CAP_FRAME)
		frames++;
	const struct cap_info *i = s->info(s, 0);
	CU_ASSERT_EQUAL(frames, 41);
	CU_ASSERT_EQUAL_FATAL(i->n_comments, 16);
	CU_ASSERT_EQUAL(i->comments[0].frame, 0);
	CU_ASSERT_STRING_EQUAL(i->comments[0].text, "all of it");
	CU_ASSERT_EQUAL(i->comments[1].frame, 1);
	CU_ASSERT_STRING_EQUAL(i->comments[1].text, "first");
	CU_ASSERT_EQUAL(i->comments[15].frame, 15);
	CU_ASSERT_EQUAL(strlen(i->comments[15].text), 200);
	s->close(s);
	unsave(path);
}

static void
secrets(struct maker *m, uint32_t type, uint32_t n, const char *text)
{
	size_t b = block(m, SECRETS);
	put(m, type, 4);
	put(m, n, 4);
	put_bytes(m, text, strlen(text));
	block_end(m, b);
}

static void
test_secrets(void)
{
	for (int big = 0; big < 2; big++) {
		unit_row(big ? "big" : "little");
		struct maker m = maker_new(big);
		section(&m);
		secrets(&m, 0x544c534b, 5, "lines");
		secrets(&m, 0x57474b4c, 5, "other"); /* WireGuard's */
		secrets(&m, 0x544c534b, 500, "too short");
		interface(&m, 1, 0);
		enhanced(&m, 0, 1, 4);
		struct result r = read_one(save(&m, "secrets"), NULL);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 1);
		CU_ASSERT_EQUAL(r.secrets, 1);
		CU_ASSERT_STRING_EQUAL(r.secret, "lines");
	}
}

static void
named(struct maker *m, unsigned type, const char *value, unsigned n)
{
	option(m, type, value, n); /* the same form */
}

#define SIX "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"

/* The first name of each record; of records that are too short none, and of one
   that goes on behind the block nothing. */
static void
test_names(void)
{
	static const struct {
		const char *text;
		uint8_t family, last;
	} want[] = {{"a.example", 4, 1}, {"six", 6, 1}, {"open", 4, 4}};
	for (int big = 0; big < 2; big++) {
		unit_row(big ? "big" : "little");
		struct maker m = maker_new(big);
		section(&m);
		interface(&m, 1, 0);
		enhanced(&m, 0, 1, 4);
		size_t b = block(&m, NAMES);
		named(&m, 1, "\xc0\0\2\1a.example\0b.example", 24);
		named(&m, 2, SIX "six", 20);
		named(&m, 1, "\xc0\0\2\2", 4); /* no name */
		named(&m, 1, "\xc0\0\2", 3);
		named(&m, 1, "\xc0\0\2\3\0x", 6); /* an empty one */
		named(&m, 2, SIX, 16);
		named(&m, 3, "\0\0\x5e\0\x53\1mac", 10);
		named(&m, 77, "\xc0\0\2\5x", 5);
		named(&m, 1, "\xc0\0\2\4open", 8);
		put(&m, 0, 4);
		option(&m, 2, "dns.example", 11); /* ns_dnsname */
		block_end(&m, b);
		b = block(&m, NAMES);
		put(&m, 1, 2);
		put(&m, 400, 2);
		put_bytes(&m, "\xc0\0\2\6x", 5);
		block_end(&m, b);
		b = block(&m, NAMES); /* empty */
		block_end(&m, b);
		char *path = save(&m, "names");
		struct cap_source *s =
		    cap_files_open((const char *const *)&path, 1, false);
		struct cap_frame f;
		CU_ASSERT_EQUAL(s->next(s, &f, NULL), CAP_FRAME);
		CU_ASSERT_EQUAL(s->next(s, &f, NULL), CAP_END);
		const struct cap_info *i = s->info(s, 0);
		CU_ASSERT_EQUAL_FATAL(i->n_names, G_N_ELEMENTS(want));
		for (size_t k = 0; k < G_N_ELEMENTS(want); k++) {
			const struct rs_addr *a = &i->names[k].addr;
			CU_ASSERT_STRING_EQUAL(i->names[k].text, want[k].text);
			CU_ASSERT_EQUAL(a->family, want[k].family);
			CU_ASSERT_EQUAL(
			    a->b[a->family == 4 ? 3 : 15], want[k].last);
		}
		s->close(s);
		unsave(path);
	}
}

/* However many there are, so many are kept, in so many bytes. */
static void
test_many_names(void)
{
	static const struct {
		unsigned length, kept;
	} rows[] = {{1, 512}, {255, 64}, {256, 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char value[4 + 256];
		memset(value, 'n', sizeof value);
		struct maker m = maker_new(false);
		section(&m);
		for (unsigned k = 0; k < 600; k++) {
			size_t b = block(&m, NAMES);
			named(&m, 1, value, 4 + rows[i].length);
			block_end(&m, b);
		}
		char *path = save(&m, "names");
		struct cap_source *s =
		    cap_files_open((const char *const *)&path, 1, false);
		struct cap_frame f;
		CU_ASSERT_EQUAL(s->next(s, &f, NULL), CAP_END);
		CU_ASSERT_EQUAL(s->info(s, 0)->n_names, rows[i].kept);
		s->close(s);
		unsave(path);
	}
}

/* Journal entries, custom blocks: none of them is ours.  Those that
   Wireshark numbers as frames have numbers here too. */
static void
test_passed_over(void)
{
	static const uint32_t types[] = {
	    4, 7, 8, 9, 0xbad, 0x40000bad, 0x204, 0x80000001, 0, UINT32_MAX};
	struct maker m = maker_new(false);
	section(&m);
	interface(&m, 1, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		size_t b = block(&m, types[i]);
		put_zeros(&m, 4 * i);
		block_end(&m, b);
		enhanced(&m, 0, i, 1);
	}
	struct result r = read_one(save(&m, "blocks"), NULL);
	CU_ASSERT_EQUAL(r.errors, 0);
	CU_ASSERT_EQUAL(r.frames, G_N_ELEMENTS(types));
	static const unsigned numbers[] = {1, 2, 3, 5, 7, 9, 11, 12, 13, 14};
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		CU_ASSERT_EQUAL(r.frame[i].number, numbers[i]);
}

/* Options that do not fit are not read, and stop nobody. */
static void
test_bad_options(void)
{
	struct maker m = maker_new(false);
	section(&m);
	size_t b = block(&m, 1);
	put(&m, 1, 2);
	put_zeros(&m, 6);
	put(&m, 9, 2); /* if_tsresol */
	put(&m, 400, 2);
	put(&m, 9, 4);
	block_end(&m, b);
	b = block(&m, 1);
	put(&m, 1, 2);
	put_zeros(&m, 6);
	option(&m, 9, "\x7f", 1); /* 10^-127 s */
	block_end(&m, b);
	enhanced(&m, 0, 7, 0);
	enhanced(&m, 1, 8, 0);
	b = block(&m, STATISTICS); /* without a time */
	put(&m, 0, 4);
	block_end(&m, b);
	struct result r = read_one(save(&m, "options"), NULL);
	CU_ASSERT_EQUAL(r.errors, 0);
	CU_ASSERT_EQUAL(r.ts[0], 7 * RS_USEC);
	CU_ASSERT_EQUAL(r.ts[1], 8 * RS_USEC);
}

static void
test_damaged(void)
{
	struct maker m = maker_new(false);
	section(&m);
	interface(&m, 1, 0);
	enhanced(&m, 0, 7, 0);
	size_t b = block(&m, 0x0a0d0d0a); /* of version 2 */
	put(&m, 0x1a2b3c4d, 4);
	put(&m, 2, 2);
	put(&m, 0, 2);
	put(&m, UINT64_MAX, 8);
	block_end(&m, b);
	struct result r = read_one(save(&m, "version"), NULL);
	CU_ASSERT_EQUAL(r.frames, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "unknown version"));

	m = maker_new(false);
	section(&m);
	for (unsigned i = 0; i < 65537; i++)
		interface(&m, 1, 0);
	r = read_one(save(&m, "interfaces"), NULL);
	CU_ASSERT_EQUAL(r.errors, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "interface"));
}

UNIT_MAIN("pcapng", UNIT(test_other_packets), UNIT(test_offset),
    UNIT(test_drops), UNIT(test_drops_between), UNIT(test_drops_since),
    UNIT(test_comments), UNIT(test_secrets), UNIT(test_names),
    UNIT(test_many_names), UNIT(test_passed_over), UNIT(test_bad_options),
    UNIT(test_damaged))
