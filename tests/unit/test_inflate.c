/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed captures: whole, cut at every byte, damaged, one behind the
   other. */
#include "maker.h"
#include "unit.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { FRAMES = 12, FRAME = 900, RECORD = FRAME + 16 };

enum kind { GZIP, ZSTD, KINDS };
static const char *const names[] = {"gzip", "zstd"};

static struct maker
capture(void)
{
	struct maker m = maker_new(false);
	guint32 noise = 1;
	pcap_header(&m, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < FRAMES; i++) {
		pcap_frame(&m, i, 0, FRAME, FRAME, 0);
		/* what does not compress comes out bit by bit */
		for (guint k = 0; k < FRAME; k++)
			m.b->data[m.b->len - 1 - k] =
			    (guint8)((noise = noise * 1664525 + 1013904223) >>
				     24);
	}
	return m;
}

static void
compress_to(struct maker *to, enum kind kind, const guint8 *p, size_t n)
{
	size_t most = 2 * n + 1000;
	guint8 *out = g_malloc(most);
	if (kind == ZSTD) {
		put_bytes(to, out, ZSTD_compress(out, most, p, n, 3));
	} else {
		z_stream z = {.next_in = (guint8 *)(guintptr)p,
		    .avail_in = (uInt)n,
		    .next_out = out,
		    .avail_out = (uInt)most};
		deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, 0);
		deflate(&z, Z_FINISH);
		put_bytes(to, out, z.total_out);
		deflateEnd(&z);
	}
	g_free(out);
}

/* In so many members or frames, one behind the other. */
static struct maker
compressed(enum kind kind, size_t parts)
{
	struct maker plain = capture(), m = maker_new(false);
	size_t n = plain.b->len;
	for (size_t i = 0; i < parts; i++) {
		size_t from = n * i / parts, to = n * (i + 1) / parts;
		compress_to(&m, kind, plain.b->data + from, to - from);
	}
	maker_free(&plain);
	return m;
}

static void
test_whole(void)
{
	static const size_t parts[] = {1, 2, 7, 500};
	for (unsigned i = 0; i < KINDS * G_N_ELEMENTS(parts); i++) {
		enum kind kind = i % KINDS;
		unit_row(names[kind]);
		struct maker m = compressed(kind, parts[i / KINDS]);
		struct cap_info info;
		struct result r = read_one(save(&m, "whole"), &info);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, FRAMES);
		CU_ASSERT_EQUAL(r.n[FRAMES - 1], FRAME);
		CU_ASSERT_EQUAL(info.bytes, FRAMES * FRAME);
		CU_ASSERT_STRING_EQUAL(info.format, "pcap");
		CU_ASSERT_STRING_EQUAL(info.compression, names[kind]);
	}
}

enum { DENSE = 40, DENSE_FRAME = 50000, DENSE_RECORD = DENSE_FRAME + 16 };

/* What compresses so well that all of it is read at once, and its content comes
   by and by. */
static struct maker
dense(enum kind kind)
{
	struct maker plain = maker_new(false), m = maker_new(false);
	pcap_header(&plain, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < DENSE; i++)
		pcap_frame(&plain, i, 0, DENSE_FRAME, DENSE_FRAME, 0);
	compress_to(&m, kind, plain.b->data, plain.b->len);
	maker_free(&plain);
	return m;
}

/* How many whole records the library itself gets out of the first n bytes. */
static unsigned
records_in(enum kind kind, guint8 *p, size_t n)
{
	size_t most = 24 + DENSE * DENSE_RECORD, got;
	guint8 *out = g_malloc(most);
	if (kind == ZSTD) {
		ZSTD_DStream *d = ZSTD_createDStream();
		ZSTD_inBuffer from = {p, n, 0};
		ZSTD_outBuffer to = {out, most, 0};
		while (ZSTD_decompressStream(d, &to, &from) && from.pos < n)
			;
		ZSTD_freeDStream(d);
		got = to.pos;
	} else {
		z_stream z = {.next_in = p,
		    .avail_in = (uInt)n,
		    .next_out = out,
		    .avail_out = (uInt)most};
		inflateInit2(&z, 16 + 15);
		inflate(&z, Z_SYNC_FLUSH);
		inflateEnd(&z);
		got = z.total_out;
	}
	g_free(out);
	return got < 24 ? 0 : (unsigned)((got - 24) / DENSE_RECORD);
}

static void
test_dense(void)
{
	for (enum kind kind = GZIP; kind < KINDS; kind++) {
		struct maker m = dense(kind);
		unit_row(names[kind]);
		for (size_t n = m.b->len; n > 30; n -= 1 + n / 300) {
			struct maker cut = maker_new(false);
			put_bytes(&cut, m.b->data, n);
			struct result r = read_one(save(&cut, "dense"), NULL);
			CU_ASSERT_EQUAL(r.errors, n < m.b->len);
			CU_ASSERT_EQUAL(
			    r.frames, records_in(kind, m.b->data, n));
		}
		maker_free(&m);
	}
}

/* Cut anywhere but at a border: one error, and no frame that is not there;
   the longer the file, the more frames. */
static void
test_cut(void)
{
	for (enum kind kind = GZIP; kind < KINDS; kind++) {
		struct maker m = compressed(kind, 3);
		unsigned most = 0, clean = 0;
		for (size_t n = 4; n < m.b->len; n += 1 + n % 7) {
			struct maker cut = maker_new(false);
			put_bytes(&cut, m.b->data, n);
			struct cap_info info;
			struct result r = read_one(save(&cut, "cut"), &info);
			CU_ASSERT(r.frames >= most);
			most = MAX(most, r.frames);
			CU_ASSERT_EQUAL(r.errors, 1);
			clean += !info.cut_short;
			CU_ASSERT_PTR_NULL(strchr(r.last_error, '\n'));
		}
		/* of three parts, two are whole when the third is cut */
		CU_ASSERT(most >= FRAMES * 2 / 3);
		CU_ASSERT_EQUAL(clean, 0);
		maker_free(&m);
	}
}

/* A bit that is wrong is found by the check sum at the latest (zstd has none
   unless it is asked for): what was read until then is there. */
static void
test_flipped(void)
{
	struct maker m = compressed(GZIP, 1);
	/* past the header, whose time and system may be anything */
	for (size_t at = 10; at < m.b->len; at += 37) {
		struct maker bad = maker_new(false);
		put_bytes(&bad, m.b->data, m.b->len);
		bad.b->data[at] ^= (guint8)(1 << at % 8);
		struct result r = read_one(save(&bad, "flipped"), NULL);
		CU_ASSERT_EQUAL(r.errors, 1);
		CU_ASSERT(r.frames <= FRAMES);
	}
	maker_free(&m);
}

/* Where the last block of the only frame begins (RFC 8878 3.1.1). */
static size_t
last_block(const GByteArray *b)
{
	static const size_t content[] = {0, 2, 4, 8};
	guint8 descriptor = b->data[4];
	bool single = descriptor & 0x20;
	size_t at = 5 + !single + content[descriptor >> 6];
	at += single && descriptor >> 6 == 0;
	while (at + 3 < b->len && !(b->data[at] & 1))
		at += 3 + (b->data[at] >> 3 | (size_t)b->data[at + 1] << 5 |
			      (size_t)b->data[at + 2] << 13);
	return at;
}

/* One block of several that is damaged, of a file that is read at once: what
   the blocks before it hold is there. */
static void
test_damaged_block(void)
{
	enum { MANY = 300, BLOCKS = 2 * 128 * 1024 };
	struct maker plain = maker_new(false), m = maker_new(false);
	pcap_header(&plain, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < MANY; i++)
		pcap_frame(&plain, i, 0, FRAME, FRAME, 0);
	compress_to(&m, ZSTD, plain.b->data, plain.b->len);
	size_t at = last_block(m.b);
	CU_ASSERT_FATAL(at + 3 < m.b->len);
	m.b->data[at] |= 6; /* a reserved type */
	struct result r = read_one(save(&m, "block"), NULL);
	CU_ASSERT_EQUAL(r.errors, 1);
	CU_ASSERT_EQUAL(r.frames, (BLOCKS - 24) / RECORD);
	maker_free(&plain);
}

static void
test_behind(void)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
		unsigned errors;
	} rows[] = {
	    {"zeros", "\0\0\0\0\0\0\0", 7, 0},
	    {"text", "more", 4, 1},
	    {"zeros and text", "\0\0\0more", 7, 1},
	    {"half a magic", "\x1f", 1, 1},
	    {"another compression", "\x28\xb5\x2f\xfd", 4, 1},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].name);
		struct maker m = compressed(GZIP, 1);
		put_bytes(&m, rows[i].bytes, rows[i].n);
		struct result r = read_one(save(&m, "behind"), NULL);
		CU_ASSERT_EQUAL(r.frames, FRAMES);
		CU_ASSERT_EQUAL(r.errors, rows[i].errors);
	}
}

/* A skippable frame comes first in files of pzstd. */
static void
test_skippable(void)
{
	struct maker m = maker_new(false), z = compressed(ZSTD, 1);
	put(&m, 0x184d2a50, 4);
	put(&m, 6, 4);
	put_zeros(&m, 6);
	put_bytes(&m, z.b->data, z.b->len);
	maker_free(&z);
	struct result r = read_one(save(&m, "skippable"), NULL);
	CU_ASSERT_EQUAL(r.errors, 0);
	CU_ASSERT_EQUAL(r.frames, FRAMES);
}

/* Once is enough. */
static void
test_twice(void)
{
	for (enum kind kind = GZIP; kind < KINDS; kind++) {
		struct maker m = compressed(kind, 1), twice = maker_new(false);
		compress_to(&twice, GZIP, m.b->data, m.b->len);
		maker_free(&m);
		struct result r = read_one(save(&twice, "twice"), NULL);
		CU_ASSERT_EQUAL(r.frames, 0);
		CU_ASSERT_EQUAL(r.errors, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "twice"));
	}
}

/* A file may not ask for as much memory as it likes: here for 2 GiB. */
static void
test_window(void)
{
	struct maker m = maker_new(false);
	put_bytes(&m, "\x28\xb5\x2f\xfd\x00\xa8", 6);
	put_zeros(&m, 100);
	struct result r = read_one(save(&m, "window"), NULL);
	CU_ASSERT_EQUAL(r.errors, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "memory"));
}

/* Compressed files that are read sparingly, and one that grows. */
static void
test_sparing_and_growing(void)
{
	char *paths[30];
	for (unsigned i = 0; i < 30; i++) {
		struct maker m = compressed(i % KINDS, 1 + i % 3);
		g_autofree char *name = g_strdup_printf("sparing-%u", i);
		paths[i] = save(&m, name);
	}
	struct result r = read_all((const char *const *)paths, 30, NULL);
	CU_ASSERT_EQUAL(r.errors, 0);
	CU_ASSERT_EQUAL(r.frames, 30 * FRAMES);
	for (unsigned i = 0; i < 30; i++)
		unsave(paths[i]);

	for (enum kind kind = GZIP; kind < KINDS; kind++) {
		struct maker m = compressed(kind, 2), empty = maker_new(false);
		char *path = save(&empty, "growing");
		struct cap_source *s =
		    cap_files_open((const char *const *)&path, 1, true);
		struct cap_frame f;
		FILE *out = fopen(path, "a");
		unsigned frames = 0;
		for (guint i = 0; i < m.b->len; i++) {
			enum cap_result got;
			fputc(m.b->data[i], out);
			fflush(out);
			while ((got = s->next(s, &f, NULL)) == CAP_FRAME)
				frames++;
			CU_ASSERT_EQUAL_FATAL(got, CAP_IDLE);
		}
		CU_ASSERT_EQUAL(frames, FRAMES);
		fclose(out);
		s->close(s);
		maker_free(&m);
		unsave(path);
	}
}

UNIT_MAIN("inflate", UNIT(test_whole), UNIT(test_dense), UNIT(test_cut),
    UNIT(test_flipped), UNIT(test_damaged_block), UNIT(test_behind),
    UNIT(test_skippable), UNIT(test_twice), UNIT(test_window),
    UNIT(test_sparing_and_growing))
