/* SPDX-License-Identifier: Apache-2.0 */
/* Savefiles of every kind that is promised, and files that are none. */
#include "capture/capture.h"
#include "capture/filter.h"
#include "maker.h"
#include "unit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
test_pcap_magics(void)
{
	static const struct {
		const char *name;
		uint32_t magic;
		bool big, nano;
		unsigned extra;
	} rows[] = {
	    {"usec-little", 0xa1b2c3d4, false, false, 0},
	    {"usec-big", 0xa1b2c3d4, true, false, 0},
	    {"nsec-little", 0xa1b23c4d, false, true, 0},
	    {"nsec-big", 0xa1b23c4d, true, true, 0},
	    {"modified", 0xa1b2cd34, false, false, 8},
	    {"modified-big", 0xa1b2cd34, true, false, 8},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].name);
		struct maker m = maker_new(rows[i].big);
		pcap_header(&m, rows[i].magic, 1);
		pcap_frame(&m, 100, 7, 20, 60, rows[i].extra);
		pcap_frame(&m, 101, 0, 0, 0, rows[i].extra);
		struct cap_info info;
		struct result r = read_one(save(&m, rows[i].name), &info);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 2);
		CU_ASSERT_EQUAL(
		    r.ts[0], 100 * RS_SEC + (rows[i].nano ? 7 : 7 * RS_USEC));
		CU_ASSERT_EQUAL(r.n[0], 20);
		CU_ASSERT_EQUAL(r.wire[0], 60);
		CU_ASSERT_EQUAL(r.frame[1].number, 2);
		CU_ASSERT_EQUAL(info.nanoseconds, rows[i].nano);
		CU_ASSERT_EQUAL(info.packets, 2);
		CU_ASSERT_EQUAL(info.bytes, 20);
	}
}

/* IXIA's: the size of all records stands after the header; times are in micro-
   or nanoseconds, which the first tells. */
static void
test_lcap(void)
{
	static const uint32_t magics[] = {0x1c0001ac, 0x1c0001ab};
	for (unsigned i = 0; i < 4; i++) {
		struct maker m = maker_new(i & 1);
		pcap_header(&m, magics[i / 2], 1);
		put(&m, 36, 4);
		pcap_frame(&m, 100, i < 2 ? 999999 : 1000000, 20, 60, 0);
		pcap_frame(&m, 101, 7, 20, 60, 0);
		struct cap_info info;
		struct result r = read_one(save(&m, "lcap"), &info);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 2);
		CU_ASSERT_EQUAL(
		    r.ts[1], 101 * RS_SEC + (i < 2 ? 7 * RS_USEC : 7));
		CU_ASSERT_EQUAL(r.n[0], 20);
		CU_ASSERT_EQUAL(info.nanoseconds, i >= 2);

		m = maker_new(i & 1); /* without records */
		pcap_header(&m, magics[i / 2], 1);
		put(&m, 0, 4);
		r = read_one(save(&m, "lcap"), NULL);
		CU_ASSERT_EQUAL(r.errors, 0);
	}
}

/* Up to version 2.3 the length on the wire may come first; the upper bits of
   the link type tell of an FCS. */
static void
test_old_pcap(void)
{
	static const struct {
		unsigned major, minor;
		uint32_t first, second;
		size_t n;
		uint32_t wire;
	} rows[] = {
	    {2, 2, 60, 20, 20, 60},
	    {2, 3, 60, 20, 20, 60},
	    {2, 3, 20, 60, 20, 60},
	    {543, 0, 60, 20, 20, 60},
	    {2, 4, 20, 60, 20, 60},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct maker m = maker_new(i & 1);
		put(&m, 0xa1b2c3d4, 4);
		put(&m, rows[i].major, 2);
		put(&m, rows[i].minor, 2);
		put_zeros(&m, 12);
		put(&m, 0x24000001, 4);
		put_zeros(&m, 8);
		put(&m, rows[i].first, 4);
		put(&m, rows[i].second, 4);
		put_zeros(&m, 20);
		struct result r = read_one(save(&m, "old"), NULL);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 1);
		CU_ASSERT_EQUAL(r.n[0], rows[i].n);
		CU_ASSERT_EQUAL(r.wire[0], rows[i].wire);
		CU_ASSERT_EQUAL(r.linktype[0], 1);
	}
}

static void
test_pcapng_interfaces(void)
{
	for (int big = 0; big < 2; big++) {
		unit_row(big ? "big" : "little");
		struct maker m = maker_new(big);
		section(&m);
		interface(&m, 1, 0);
		interface(&m, 101, 9);
		interface(&m, 113, 0x80 | 10); /* units of 1/1024 s */
		enhanced(&m, 0, 5000001, 30);
		enhanced(&m, 1, 6000000007, 31);
		put(&m, 0xbad, 4); /* an unknown block */
		put(&m, 16, 4);
		put(&m, 0, 4);
		put(&m, 16, 4);
		enhanced(&m, 2, 7 * 1024 + 512, 0);
		section(&m); /* begins anew: its interface 0 is another */
		interface(&m, 0, 0);
		enhanced(&m, 0, 8000000, 4);
		struct cap_info info;
		struct result r = read_one(save(&m, "ng"), &info);
		CU_ASSERT_EQUAL(r.errors, 0);
		CU_ASSERT_EQUAL(r.frames, 4);
		CU_ASSERT_EQUAL(r.ts[0], 5 * RS_SEC + RS_USEC);
		CU_ASSERT_EQUAL(r.ts[1], 6 * RS_SEC + 7);
		CU_ASSERT_EQUAL(r.ts[2], 7 * RS_SEC + RS_SEC / 2);
		CU_ASSERT_EQUAL(r.ts[3], 8 * RS_SEC);
		CU_ASSERT_EQUAL(r.linktype[1], 101);
		CU_ASSERT_EQUAL(r.linktype[2], 113);
		CU_ASSERT_EQUAL(r.linktype[3], 0);
		CU_ASSERT_EQUAL(info.n_linktypes, 4);
		CU_ASSERT(info.nanoseconds);
	}
}

/* Times so far ahead that nothing could be added to them are none. */
static void
test_pcapng_late(void)
{
	static const uint64_t seconds[4] = {
	    0xffffffff, 4900000000, 4900000001, INT64_MAX / RS_SEC - 3};
	struct maker m = maker_new(false);
	section(&m);
	interface(&m, 1, 0);
	for (unsigned i = 0; i < 4; i++)
		enhanced(&m, 0, seconds[i] * 1000000, 0);
	struct result r = read_one(save(&m, "late"), NULL);
	CU_ASSERT_EQUAL(r.frames, 4);
	CU_ASSERT_EQUAL(r.ts[0], 0xffffffff * RS_SEC);
	CU_ASSERT_EQUAL(r.ts[1], 4900000000 * RS_SEC);
	CU_ASSERT_EQUAL(r.ts[2], 0);
	CU_ASSERT_EQUAL(r.ts[3], 0);
}

/* Every cut of a good file: what is whole is read, the rest is one error. */
static void
test_cut_short(void)
{
	for (int ng = 0; ng < 2; ng++) {
		struct maker m = maker_new(false);
		if (ng) {
			section(&m);
			interface(&m, 1, 0);
			enhanced(&m, 0, 1, 8);
			enhanced(&m, 0, 2, 8);
		} else {
			pcap_header(&m, 0xa1b2c3d4, 1);
			pcap_frame(&m, 1, 0, 8, 8, 0);
			pcap_frame(&m, 2, 0, 8, 8, 0);
		}
		/* where the file may end without anything missing */
		const size_t whole[2][4] = {
		    {24, 48, 72, 72}, {28, 48, 88, 128}};
		const unsigned frames[2][4] = {{0, 1, 2, 2}, {0, 0, 1, 2}};
		for (size_t n = 4; n <= m.b->len; n++) {
			unsigned want = 0;
			bool clean = false;
			for (int k = 0; k < 4; k++) {
				if (n >= whole[ng][k])
					want = frames[ng][k];
				clean |= n == whole[ng][k];
			}
			struct maker cut = maker_new(false);
			g_byte_array_append(cut.b, m.b->data, (guint)n);
			struct cap_info info;
			struct result r = read_one(save(&cut, "cut"), &info);
			CU_ASSERT_EQUAL(r.frames, want);
			CU_ASSERT_EQUAL(r.errors, clean ? 0 : 1);
			CU_ASSERT_EQUAL(info.cut_short, !clean);
		}
		g_byte_array_free(m.b, TRUE);
	}
}

static void
test_no_captures(void)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
		const char *says;
	} rows[] = {
	    {"empty", "", 0, "empty"},
	    {"text", "hello, world\n", 13, "neither pcap nor pcapng"},
	    {"three", "\xd4\xc3\xb2", 3, "neither pcap nor pcapng"},
	    {"gzip", "\x1f\x8b\x08\0", 4, "gzip data cut short"},
	    {"zstd", "\x28\xb5\x2f\xfd", 4, "zstd data cut short"},
	    {"xz", "\xfd\x37zXZ\0", 6, "xz -dc"},
	    {"bzip2", "BZh9", 4, "bzip2 -dc"},
	    {"netmon", "GMBU\0\2", 6, "NetMon"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_row(rows[i].name);
		struct maker m = maker_new(false);
		g_byte_array_append(
		    m.b, (const guint8 *)rows[i].bytes, (guint)rows[i].n);
		struct result r = read_one(save(&m, rows[i].name), NULL);
		CU_ASSERT_EQUAL(r.frames, 0);
		CU_ASSERT_EQUAL(r.errors, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, rows[i].says));
		CU_ASSERT_PTR_NULL(strchr(r.last_error, '\n'));
	}
	struct result r = read_one(g_strdup("captures.tmp/missing"), NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "No such file"));
	const char *const folder = ".";
	r = read_all(&folder, 1, NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "folder"));
}

static void
test_damaged(void)
{
	struct maker m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	pcap_frame(&m, 1, 0, 8, 8, 0);
	put(&m, 2, 4);
	put(&m, 0, 4);
	put(&m, 0x7fffffff, 4); /* a frame of 2 GB */
	put(&m, 0x7fffffff, 4);
	struct result r = read_one(save(&m, "huge"), NULL);
	CU_ASSERT_EQUAL(r.frames, 1);
	CU_ASSERT_EQUAL(r.errors, 1);

	m = maker_new(false);
	section(&m);
	interface(&m, 1, 0);
	enhanced(&m, 3, 1, 8); /* of an interface that is not there */
	r = read_one(save(&m, "no-interface"), NULL);
	CU_ASSERT_EQUAL(r.frames, 0);
	CU_ASSERT_EQUAL(r.errors, 1);

	m = maker_new(false);
	section(&m);
	put(&m, 6, 4);
	put(&m, 13, 4); /* not a multiple of four */
	put_zeros(&m, 40);
	r = read_one(save(&m, "odd"), NULL);
	CU_ASSERT_EQUAL(r.errors, 1);
}

/* Frames of several files come by time, and files have their numbers by it; a
   missing file stops nobody. */
static void
test_order(void)
{
	char *paths[3];
	struct maker m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	pcap_frame(&m, 3, 0, 1, 1, 0);
	pcap_frame(&m, 6, 0, 1, 1, 0);
	paths[0] = save(&m, "late");
	paths[1] = g_strdup("captures.tmp/missing");
	m = maker_new(true);
	pcap_header(&m, 0xa1b23c4d, 1);
	pcap_frame(&m, 1, 0, 2, 2, 0);
	pcap_frame(&m, 3, 0, 2, 2, 0);
	pcap_frame(&m, 4, 0, 2, 2, 0);
	paths[2] = save(&m, "early");
	const char *const names[] = {paths[0], paths[1], paths[2]};
	struct result r = read_all(names, 3, NULL);
	static const unsigned files[] = {0, 0, 1, 0, 1};
	static const unsigned numbers[] = {1, 2, 1, 3, 2};
	CU_ASSERT_EQUAL(r.errors, 1);
	CU_ASSERT_EQUAL(r.frames, 5);
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(r.frame[i].file, files[i]);
		CU_ASSERT_EQUAL(r.frame[i].number, numbers[i]);
	}
	for (int i = 0; i < 3; i++)
		unsave(paths[i]);
}

/* Where no file was being written for longer than anything takes, the frame
   after it says so; not where another one goes on, nor for a moment, nor for
   less than a file is silent within. */
static void
test_unseen(void)
{
	enum { FILES = 6 };
	static const unsigned at[FILES][2] = {
	    {1, 3}, {40, 160}, {100, 101}, {190, 191}, {240, 241}, {302, 303}};
	static const rs_time unseen[2 * FILES] = {[2] = 37, [10] = 61};
	char *paths[FILES];
	for (unsigned i = 0; i < FILES; i++) {
		struct maker m = maker_new(false);
		pcap_header(&m, 0xa1b2c3d4, 1);
		pcap_frame(&m, at[i][0], 0, 1, 1, 0);
		pcap_frame(&m, at[i][1], 0, 1, 1, 0);
		g_autofree char *name = g_strdup_printf("unseen-%u", i);
		paths[i] = save(&m, name);
	}
	struct cap_source *s =
	    cap_files_open((const char *const *)paths, FILES, false);
	struct cap_frame f;
	unsigned n = 0;
	while (s->next(s, &f, NULL) == CAP_FRAME && n < 2 * FILES)
		CU_ASSERT_EQUAL(f.unseen, unseen[n++] * RS_SEC);
	CU_ASSERT_EQUAL(n, 2 * FILES);
	s->close(s);
	for (unsigned i = 0; i < FILES; i++)
		unsave(paths[i]);
}

/* Frames at hand are those that next() would give, none of them after what the
   other file has; an end inside of a record is next()'s to tell. */
static void
test_at_hand(void)
{
	enum { FRAMES = 40, FILES = 2, ALL = FRAMES * FILES, AT_HAND = 7 };
	char *paths[FILES];
	for (unsigned i = 0; i < FILES; i++) {
		struct maker m = maker_new(i & 1);
		pcap_header(&m, 0xa1b2c3d4, 1);
		for (unsigned k = 0; k < FRAMES; k++)
			pcap_frame(&m, i * 20 + k, i, k, k + 9, 0);
		if (i == 1)
			pcap_frame(&m, 200, 0, 10, 10, 0);
		g_byte_array_set_size(m.b, m.b->len - i);
		g_autofree char *name = g_strdup_printf("at-hand-%u", i);
		paths[i] = save(&m, name);
	}
	struct cap_source *s =
	    cap_files_open((const char *const *)paths, FILES, false);
	struct cap_frame v[AT_HAND];
	unsigned seen = 0, wrong = 0, at_hand = 0, next[FILES] = {0};
	rs_time last = 0;
	while (s->next(s, v, NULL) == CAP_FRAME) {
		unsigned n = 1;
		do {
			seen += n;
			for (unsigned i = 0; i < n; i++) {
				unsigned file = v[i].frame.file,
					 k = next[file]++;
				wrong += v[i].frame.number != k + 1 ||
					 v[i].ts < last || v[i].bytes.n != k ||
					 v[i].wire_len != k + 9;
				last = v[i].ts;
			}
			at_hand += n = cap_more(s, v, AT_HAND);
			CU_ASSERT(n <= AT_HAND);
		} while (n);
	}
	CU_ASSERT_EQUAL(seen, ALL);
	CU_ASSERT_EQUAL(wrong, 0);
	/* Where they overlap it is always the other one's turn. */
	CU_ASSERT_EQUAL(at_hand, FRAMES);
	CU_ASSERT(s->info(s, 1)->cut_short);
	CU_ASSERT_EQUAL(s->info(s, 1)->packets, FRAMES);
	s->close(s);
	for (unsigned i = 0; i < FILES; i++)
		unsave(paths[i]);
}

/* More files at once than may be open: the same frames, in the same order, with
   the same numbers, and few descriptors. */
static void
test_many(void)
{
	enum { FILES = 100, EACH = 50 };
	char *paths[FILES];
	for (unsigned i = 0; i < FILES; i++) {
		struct maker m = maker_new(i & 1);
		pcap_header(&m, 0xa1b2c3d4, 1);
		for (unsigned k = 0; k < EACH; k++)
			pcap_frame(&m, 1000 + k, FILES - 1 - i, 1000, 1000, 0);
		g_autofree char *name = g_strdup_printf("many-%u", i);
		paths[i] = save(&m, name);
	}
	struct cap_source *s =
	    cap_files_open((const char *const *)paths, FILES, false);
	struct cap_frame f;
	unsigned n = 0, wrong = 0;
	int highest = 0;
	while (s->next(s, &f, NULL) == CAP_FRAME) {
		/* the last of them has the earliest frame */
		wrong +=
		    f.frame.file != n % FILES ||
		    f.frame.number != n / FILES + 1 ||
		    f.ts != (1000 + n / FILES) * RS_SEC + n % FILES * RS_USEC ||
		    f.bytes.n != 1000 || f.bytes.p[999] != (999 & 0xff);
		int fd = dup(0); /* the lowest that is free */
		highest = MAX(highest, fd);
		close(fd);
		n++;
	}
	CU_ASSERT_EQUAL(n, FILES * EACH);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(highest < 50);
	CU_ASSERT_STRING_EQUAL(s->info(s, 0)->name, paths[FILES - 1]);
	CU_ASSERT_EQUAL(s->info(s, 7)->packets, EACH);
	CU_ASSERT_PTR_NULL(s->info(s, FILES));
	uint64_t done, total;
	s->progress(s, &done, &total);
	CU_ASSERT_EQUAL(total, FILES * (24 + EACH * 1016));
	CU_ASSERT_EQUAL(done, total);
	s->close(s);
	for (unsigned i = 0; i < FILES; i++)
		unsave(paths[i]);
}

/* A folder stands for the captures in it, by their content. */
static void
test_list(void)
{
	struct maker m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	char *b = save(&m, "b.txt");
	m = maker_new(false);
	section(&m);
	char *a = save(&m, "a.log");
	m = maker_new(false);
	put_bytes(&m, "hello, world", 12);
	char *c = save(&m, "c.pcap");
	m = maker_new(false);
	pcap_header(&m, 0xa1b2c3d4, 1);
	char *hidden = save(&m, ".d.pcap");
	g_autofree char *dir = g_path_get_dirname(a);
	g_autofree char *below = g_build_filename(dir, "e.pcap", NULL);
	g_mkdir(below, 0700);
	const char *const given[] = {"-", dir, "no such file", c, below, NULL};
	const char *const want[] = {"-", a, b, "no such file", c, below};
	struct cap_list l;
	cap_list_init(&l, given);
	CU_ASSERT_EQUAL_FATAL(l.paths->len, G_N_ELEMENTS(want));
	for (unsigned i = 0; i < G_N_ELEMENTS(want); i++)
		CU_ASSERT_STRING_EQUAL(
		    (char *)g_ptr_array_index(l.paths, i), want[i]);
	CU_ASSERT_EQUAL_FATAL(l.skipped->len, 1);
	CU_ASSERT_STRING_EQUAL((char *)g_ptr_array_index(l.skipped, 0), c);
	cap_list_clear(&l);
	g_rmdir(below);
	unsave(hidden);
	unsave(c);
	unsave(b);
	unsave(a);
}

/* A file that grows by a byte at a time has the same frames, and no end. */
static void
test_follow(void)
{
	for (int ng = 0; ng < 2; ng++) {
		struct maker m = maker_new(ng), empty = maker_new(false);
		if (ng) {
			section(&m);
			interface(&m, 1, 0);
			enhanced(&m, 0, 1, 8);
			section(&m);
			interface(&m, 1, 0);
			enhanced(&m, 0, 2, 8);
		} else {
			pcap_header(&m, 0xa1b2c3d4, 1);
			pcap_frame(&m, 1, 0, 8, 8, 0);
			pcap_frame(&m, 2, 0, 8, 8, 0);
		}
		char *path = save(&empty, "follow");
		struct cap_source *s =
		    cap_files_open((const char *const *)&path, 1, true);
		struct cap_frame f;
		FILE *out = fopen(path, "a");
		unsigned frames = 0, others = 0;
		for (guint i = 0; i < m.b->len; i++) {
			fputc(m.b->data[i], out);
			fflush(out);
			enum cap_result r = s->next(s, &f, NULL);
			frames += r == CAP_FRAME;
			others += r != CAP_FRAME && r != CAP_IDLE;
		}
		CU_ASSERT_EQUAL(frames, 2);
		CU_ASSERT_EQUAL(others, 0);
		CU_ASSERT_EQUAL(s->next(s, &f, NULL), CAP_IDLE);
		CU_ASSERT(!s->info(s, 0)->cut_short);
		/* somebody began it anew */
		CU_ASSERT_EQUAL(ftruncate(fileno(out), 10), 0);
		GError *e = NULL;
		CU_ASSERT_EQUAL(s->next(s, &f, &e), CAP_ERROR);
		CU_ASSERT_PTR_NOT_NULL_FATAL(e);
		CU_ASSERT_PTR_NOT_NULL(strstr(e->message, "became shorter"));
		g_error_free(e);
		CU_ASSERT_EQUAL(s->next(s, &f, NULL), CAP_END);
		fclose(out);
		s->close(s);
		maker_free(&m);
		unsave(path);
	}
}

static void
test_filter(void)
{
	uint8_t packet[42] = {[12] = 8,
	    [14] = 0x45,
	    [17] = 28,
	    [23] = 17,
	    [36] = 0x13,
	    [37] = 0xc4}; /* UDP to 5060 */
	struct cap_frame f = {
	    .bytes = {packet, sizeof packet}, .wire_len = 42, .linktype = 1};
	GError *e = NULL;
	struct cap_filter *yes = cap_filter_new("udp port 5060", &e);
	CU_ASSERT_PTR_NOT_NULL_FATAL(yes);
	CU_ASSERT(cap_filter_match(yes, &f));
	f.linktype = 101; /* raw IP: the same bytes are no packet */
	CU_ASSERT(!cap_filter_match(yes, &f));
	cap_filter_free(yes);
	CU_ASSERT_PTR_NULL(cap_filter_new("udp port port", &e));
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	CU_ASSERT_EQUAL(e->code, REGSCAN_ERROR_USAGE);
	g_error_free(e);
}

UNIT_MAIN("capture", UNIT(test_pcap_magics), UNIT(test_lcap),
    UNIT(test_old_pcap), UNIT(test_pcapng_interfaces), UNIT(test_pcapng_late),
    UNIT(test_cut_short), UNIT(test_no_captures), UNIT(test_damaged),
    UNIT(test_order), UNIT(test_unseen), UNIT(test_at_hand), UNIT(test_many),
    UNIT(test_list), UNIT(test_follow), UNIT(test_filter))
