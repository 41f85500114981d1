/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of savefiles alone: pcap, pcapng, gzip, zstd, and several files
 * in order.  The input is a capture file, so it can be handed to regscan and
 * shared with fuzz_pcap.
 *
 * Beyond no crash: a file that is still being written, and comes in pieces,
 * gives the frames that the whole file gives; so does one among files that are
 * read sparingly, each frame as often as there are files (which takes longest,
 * and is tried where the length is a multiple of 8).
 */
#include "config.h"

#include "capture/capture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAME = 26, NAME = 40 }; /* SAME: more than may be open at once */

/* What was read: of frames their number and a sum over all there is to them. */
struct seen {
	uint64_t frames, secrets, sum;
	unsigned errors;
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_savefile: %s\n", what);
	abort();
}

static uint64_t
mix(uint64_t sum, uint64_t v)
{
	return (sum ^ v) * UINT64_C(0x9e3779b97f4a7c15) + (sum >> 29);
}

static uint64_t
frame_sum(const struct cap_frame *f)
{
	uint64_t sum = mix(f->frame.number, (uint64_t)f->ts);
	sum = mix(mix(sum, f->wire_len), (uint64_t)f->linktype);
	/* of long frames every so many bytes, and the last one */
	size_t step = 1 + f->bytes.n / 64;
	for (size_t i = 0; i < f->bytes.n; i += step)
		sum = mix(sum, f->bytes.p[i]);
	return f->bytes.n ? mix(sum, f->bytes.p[f->bytes.n - 1]) : sum;
}

/* Until there is nothing more for now: CAP_IDLE or CAP_END.  Sums are added:
   of several files frames may come in any order. */
static enum cap_result
read_on(struct cap_source *s, struct seen *seen)
{
	struct cap_frame f;
	for (;;) {
		GError *e = NULL;
		enum cap_result r = s->next(s, &f, &e);
		if (r == CAP_IDLE || r == CAP_END)
			return r;
		if (r == CAP_FRAME) {
			must(f.wire_len >= f.bytes.n, "more than on the wire");
			seen->frames++;
			seen->sum += frame_sum(&f);
		} else if (r == CAP_SECRETS) {
			seen->secrets++;
		} else {
			must(e && strchr(e->message, '\n') == NULL,
			    "an error is one line");
			seen->errors++;
		}
		g_clear_error(&e);
	}
}

static void
check_info(struct cap_source *s, const struct seen *seen)
{
	const struct cap_info *i = s->info(s, 0);
	uint64_t done, total;
	s->progress(s, &done, &total);
	must(i->packets == seen->frames, "packets");
	must((seen->frames == 0) == (i->first == RS_NEVER), "first");
	must(i->first <= i->last, "first and last");
	must(i->n_comments <= 16 && i->n_linktypes <= 8, "counts");
	must(i->n_names <= 512, "names");
	for (unsigned k = 0; k < i->n_names; k++)
		must(i->names[k].addr.family != 0 &&
			 strlen(i->names[k].text) - 1 < 255,
		    "a name");
	must(done <= total, "progress");
	must(i->problem == NULL || seen->errors, "a problem without an error");
}

static void
fill(int fd, const uint8_t *data, size_t n)
{
	must(write(fd, data, n) == (ssize_t)n, "memfd");
}

static struct seen
whole(const char *path)
{
	struct seen seen = {0};
	struct cap_source *s = cap_files_open(&path, 1, false);
	must(read_on(s, &seen) == CAP_END, "the end");
	must(seen.errors <= 1, "more than one error");
	check_info(s, &seen);
	s->close(s);
	return seen;
}

static struct seen
in_pieces(const char *path, int fd, const uint8_t *data, size_t size)
{
	struct seen seen = {0};
	struct cap_source *s = cap_files_open(&path, 1, true);
	size_t step = 1 + size / 16;
	for (size_t at = 0; at < size; at += step) {
		fill(fd, data + at, MIN(step, size - at));
		if (read_on(s, &seen) == CAP_END)
			break;
	}
	s->close(s);
	return seen;
}

static struct seen
many(const char *path)
{
	const char *paths[SAME];
	struct seen seen = {0};
	for (unsigned i = 0; i < SAME; i++)
		paths[i] = path;
	struct cap_source *s = cap_files_open(paths, SAME, false);
	must(read_on(s, &seen) == CAP_END, "the end of many");
	s->close(s);
	return seen;
}

static void
check_many(const char *path, const struct seen *all)
{
	struct seen lot = many(path);
	must(lot.frames == SAME * all->frames && lot.sum == SAME * all->sum,
	    "other frames when read sparingly");
	must(lot.errors == SAME * all->errors, "other errors");
	must(lot.secrets >= SAME * all->secrets, "fewer secrets");
}

static int
memory(char path[NAME])
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	must(fd >= 0, "memfd");
	snprintf(path, NAME, "/proc/self/fd/%d", fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[NAME];
	int fd = memory(path);
	fill(fd, data, size);
	struct seen all = whole(path);
	if (size % 8 == 0)
		check_many(path, &all);
	close(fd);

	fd = memory(path);
	struct seen piece = in_pieces(path, fd, data, size);
	must(piece.frames == all.frames && piece.sum == all.sum &&
		 piece.secrets == all.secrets,
	    "other frames when it comes in pieces");
	close(fd);
	return 0;
}
