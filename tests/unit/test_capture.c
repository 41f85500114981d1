/* SPDX-License-Identifier: Apache-2.0 */
/* Savefiles of every kind that is promised, and files that are none. */
#include "capture/capture.h"
#include "capture/filter.h"
#include "unit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A file being put together, of either byte order. */
struct maker {
	GByteArray *b;
	bool big;
};

static struct maker
maker_new(bool big)
{
	return (struct maker){g_byte_array_new(), big};
}

static void
put(struct maker *m, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (m->big ? bytes - 1 - i : i);
		guint8 c = (guint8)(v >> shift);
		g_byte_array_append(m->b, &c, 1);
	}
}

static void
put_zeros(struct maker *m, size_t n)
{
	while (n--)
		put(m, 0, 1);
}

static void
pcap_header(struct maker *m, uint32_t magic, uint32_t linktype)
{
	put(m, magic, 4);
	put(m, 2, 2);
	put(m, 4, 2);
	put_zeros(m, 8);
	put(m, 65535, 4);
	put(m, linktype, 4);
}

static void
pcap_frame(struct maker *m, uint32_t sec, uint32_t frac, uint32_t n,
    uint32_t wire, unsigned extra)
{
	put(m, sec, 4);
	put(m, frac, 4);
	put(m, n, 4);
	put(m, wire, 4);
	put_zeros(m, extra);
	for (uint32_t i = 0; i < n; i++)
		put(m, i, 1);
}

static void
section(struct maker *m)
{
	put(m, 0x0a0d0d0a, 4);
	put(m, 28, 4);
	put(m, 0x1a2b3c4d, 4);
	put(m, 1, 2);
	put(m, 0, 2);
	put(m, UINT64_MAX, 8);
	put(m, 28, 4);
}

/* resolution: the if_tsresol byte; 0: no such option. */
static void
interface(struct maker *m, unsigned linktype, unsigned resolution)
{
	unsigned size = resolution ? 32 : 20;
	put(m, 1, 4);
	put(m, size, 4);
	put(m, linktype, 2);
	put(m, 0, 2);
	put(m, 0, 4);
	if (resolution) {
		put(m, 9, 2);
		put(m, 1, 2);
		put(m, resolution, 1);
		put_zeros(m, 3);
		put(m, 0, 4);
	}
	put(m, size, 4);
}

static void
enhanced(struct maker *m, unsigned id, uint64_t stamp, unsigned n)
{
	unsigned padded = (n + 3) & ~3u;
	put(m, 6, 4);
	put(m, 32 + padded, 4);
	put(m, id, 4);
	put(m, stamp >> 32, 4);
	put(m, stamp & UINT32_MAX, 4);
	put(m, n, 4);
	put(m, n, 4);
	put_zeros(m, padded);
	put(m, 32 + padded, 4);
}

static char *
save(struct maker *m, const char *name)
{
	static const char dir[] = "test_capture.tmp";
	g_mkdir_with_parents(dir, 0700);
	char *path = g_build_filename(dir, name, NULL);
	g_file_set_contents(
	    path, (const char *)m->b->data, (gssize)m->b->len, NULL);
	g_byte_array_free(m->b, TRUE);
	return path;
}

struct result {
	unsigned frames, errors;
	rs_time ts[16];
	struct rs_frame frame[16];
	int linktype[16];
	size_t n[16];
	uint32_t wire[16];
	char last_error[256];
};

static struct result
read_all(const char *const *paths, unsigned n, struct cap_info *info)
{
	struct result r = {0};
	struct cap_source *s = cap_files_open(paths, n, false);
	struct cap_frame f;
	GError *e = NULL;
	enum cap_result got;
	while ((got = s->next(s, &f, &e)) != CAP_END) {
		if (got == CAP_ERROR) {
			r.errors++;
			g_strlcpy(
			    r.last_error, e->message, sizeof r.last_error);
			g_clear_error(&e);
			continue;
		}
		if (r.frames < 16) {
			r.ts[r.frames] = f.ts;
			r.frame[r.frames] = f.frame;
			r.linktype[r.frames] = f.linktype;
			r.n[r.frames] = f.bytes.n;
			r.wire[r.frames] = f.wire_len;
		}
		r.frames++;
	}
	if (info) {
		*info = *s->info(s, 0);
		info->name = info->problem = NULL;
	}
	s->close(s);
	return r;
}

static struct result
read_one(char *path, struct cap_info *info)
{
	const char *const paths[] = {path};
	struct result r = read_all(paths, 1, info);
	g_unlink(path);
	g_free(path);
	return r;
}

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
	struct result r = read_one(g_strdup("test_capture.tmp/missing"), NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last_error, "No such file"));
	r = read_one(g_strdup("."), NULL);
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
	paths[1] = g_strdup("test_capture.tmp/missing");
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
	for (int i = 0; i < 3; i++) {
		g_unlink(paths[i]);
		g_free(paths[i]);
	}
	g_rmdir("test_capture.tmp");
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

UNIT_MAIN("capture", UNIT(test_pcap_magics), UNIT(test_pcapng_interfaces),
    UNIT(test_pcapng_late), UNIT(test_cut_short), UNIT(test_no_captures),
    UNIT(test_damaged), UNIT(test_order), UNIT(test_filter))
