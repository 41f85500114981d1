/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer writes, the reader reads: bytes, times, link types, comments,
   at all lengths. */
#include "capture/pcapng_write.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PACKETS = 70 };

static const int linktypes[] = {1, 276, 101};
static const char *const sources[] = {"eth0", "any", "a file"};

static struct cap_frame
packet(uint8_t bytes[PACKETS], unsigned i)
{
	memset(bytes, (int)i, i);
	return (struct cap_frame){
	    .bytes = {bytes, i},
	    .wire_len = i * 2,
	    .ts = INT64_C(1693838841456262123) + i,
	    .linktype = linktypes[i % 3],
	};
}

static void
write_all(const char *path)
{
	uint8_t bytes[PACKETS];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CU_ASSERT_FATAL(fd >= 0);
	struct pcapng_writer *w =
	    pcapng_writer_new(fd, "test", "of the section");
	for (unsigned i = 0; i < PACKETS; i++) {
		struct cap_frame f = packet(bytes, i);
		char comment[16];
		g_snprintf(comment, sizeof comment, "%.*s#%u", (int)(i % 5),
		    "....", i);
		pcapng_writer_packet(
		    w, &f, sources[i % 3], i % 2 ? comment : NULL);
	}
	CU_ASSERT_EQUAL(pcapng_writer_close(w), 0);
	close(fd);
}

static void
test_round(void)
{
	const char *path = "test_pcapng_write.tmp";
	const struct cap_file_options o = {0};
	uint8_t bytes[PACKETS];
	write_all(path);
	struct cap_source *s = cap_file_open(path, &o, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	struct cap_frame got;
	for (unsigned i = 0; i < PACKETS; i++) {
		struct cap_frame want = packet(bytes, i);
		CU_ASSERT_FATAL(s->next(s, &got, NULL) == CAP_FRAME);
		CU_ASSERT_EQUAL(got.ts, want.ts);
		CU_ASSERT_EQUAL(got.wire_len, want.wire_len);
		CU_ASSERT_EQUAL(got.linktype, want.linktype);
		CU_ASSERT_EQUAL(got.bytes.n, want.bytes.n);
		CU_ASSERT(memcmp(got.bytes.p, want.bytes.p, got.bytes.n) == 0);
	}
	CU_ASSERT(s->next(s, &got, NULL) == CAP_END);
	const struct cap_info *info = s->info(s, 0);
	CU_ASSERT_EQUAL(info->n_linktypes, 3);
	CU_ASSERT_EQUAL(info->n_comments, 16);
	CU_ASSERT_STRING_EQUAL(info->comments[0].text, "of the section");
	CU_ASSERT_EQUAL(info->comments[0].frame, 0);
	CU_ASSERT_STRING_EQUAL(info->comments[1].text, ".#1");
	CU_ASSERT_EQUAL(info->comments[1].frame, 2);
	CU_ASSERT_PTR_NULL(info->problem);
	s->close(s);
	unlink(path);
}

/* The first error is told; nothing more is written. */
static void
test_full(void)
{
	uint8_t bytes[PACKETS];
	int fd = open("/dev/full", O_WRONLY);
	if (fd < 0)
		return;
	struct pcapng_writer *w = pcapng_writer_new(fd, NULL, NULL);
	for (unsigned i = 0; i < 10000; i++) {
		struct cap_frame f = packet(bytes, 60);
		pcapng_writer_packet(w, &f, "x", NULL);
	}
	CU_ASSERT_EQUAL(pcapng_writer_close(w), ENOSPC);
	close(fd);
}

UNIT_MAIN("pcapng_write", UNIT(test_round), UNIT(test_full))
