/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_tape.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_0, DATA_1, GAP, CLOSE };

static void
operation(const struct stream_tape_use *use, struct stream_tape *t, uint8_t op,
    struct rs_span s, const struct rs_stamp *at, size_t piece)
{
	enum rs_dir dir = op & 1 ? RS_S2C : RS_C2S;
	switch (op >> 1 & 3) {
	case GAP:
		stream_driver_gap(&t->d, dir, s.n + 1, at);
		if (use->gap)
			use->gap(t, dir, at);
		break;
	case CLOSE:
		stream_driver_close(&t->d, dir, at);
		if (use->close)
			use->close(t, dir, at);
		break;
	default:
		t->came += s.n;
		for (size_t i = 0; i < s.n; i += piece)
			stream_driver_push(
			    &t->d, dir, rs_span_part(s, i, piece), at);
		break;
	}
}

/* The flow, with what it told; *whole: nothing was missing. */
static struct stream_tape *
run(const struct stream_tape_use *use, const uint8_t *data, size_t size,
    size_t piece, bool *whole)
{
	struct stream_tape *t = calloc(1, use->size);
	uint64_t n = 0;
	if (t == NULL)
		abort();
	*whole = true;
	recorder_init(&t->r);
	t->r.stamps = true;
	use->begin(t);
	while (size >= 3) {
		uint8_t op = data[0];
		size_t want = (size_t)data[1] << 8 | data[2];
		size_t here = want < size - 3 ? want : size - 3;
		struct rs_stamp at =
		    rs_stamp_at((rs_time)n, (struct rs_frame){0, n + 1});
		n++;
		*whole = *whole && (op >> 1 & 3) < GAP;
		operation(
		    use, t, op, (struct rs_span){data + 3, here}, &at, piece);
		data += 3 + here;
		size -= 3 + here;
	}
	if (t->d.fault)
		fprintf(stderr, "contract: %s\n", t->d.fault);
	assert(t->d.fault == NULL);
	if (use->end)
		use->end(t);
	stream_driver_clear(&t->d);
	return t;
}

static void
drop(struct stream_tape *t)
{
	recorder_clear(&t->r);
	free(t);
}

void
stream_tape_play(
    const struct stream_tape_use *use, const uint8_t *data, size_t size)
{
	bool same, any;
	struct stream_tape *whole = run(use, data, size, SIZE_MAX / 2, &same);
	for (size_t piece = 1; same && size <= 4096 && piece < 8; piece += 3) {
		struct stream_tape *cut = run(use, data, size, piece, &any);
		if (strcmp(whole->r.text, cut->r.text) != 0) {
			fprintf(stderr, "whole:\n%scut in %zu:\n%s",
			    whole->r.text, piece, cut->r.text);
			abort();
		}
		drop(cut);
	}
	drop(whole);
}
