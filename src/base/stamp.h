/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When and where something was captured.
 *
 * Time is capture time in nanoseconds since 1970, signed because captures step
 * back.  A frame is named as Wireshark names it: the file (0 is the first one
 * given) and the frame's number in it, from 1.  The number 0 is "no frame".  A
 * log has lines where a capture has frames: what a log tells is named by line.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

typedef int64_t rs_time;

#define RS_NEVER INT64_MIN /* no time: not seen */
#define RS_USEC ((rs_time)1000)
#define RS_MSEC ((rs_time)1000000)
#define RS_SEC ((rs_time)1000000000)

/* One word, since everything that is remembered of packets names frames. */
struct rs_frame {
	uint64_t file : 20;
	uint64_t number : 44; /* with RS_LINE: of a line of a log */
};

#define RS_FILES (1U << 20) /* so many can be told apart */
#define RS_LINE (UINT64_C(1) << 43)
/* After all others. */
#define RS_LAST_FRAME ((struct rs_frame){RS_FILES - 1, RS_LINE * 2 - 1})

static inline bool
rs_frame_is_line(struct rs_frame f)
{
	return (f.number & RS_LINE) != 0;
}

/* Its number as people know it. */
static inline uint64_t
rs_frame_number(struct rs_frame f)
{
	return f.number & ~RS_LINE;
}

/*
 * What is known of a run of bytes: when its first byte came, when it was
 * complete (the latest first arrival among its bytes), the frame of its first
 * byte, and the frame that completed it.
 */
struct rs_stamp {
	rs_time first, complete;
	struct rs_frame from, to;
};

static inline bool
rs_frame_eq(struct rs_frame a, struct rs_frame b)
{
	return a.file == b.file && a.number == b.number;
}

/* Order of frames: by file, then by number. */
static inline int
rs_frame_cmp(struct rs_frame a, struct rs_frame b)
{
	if (a.file != b.file)
		return a.file < b.file ? -1 : 1;
	return a.number < b.number ? -1 : a.number > b.number;
}

static inline struct rs_stamp
rs_stamp_at(rs_time t, struct rs_frame f)
{
	return (struct rs_stamp){t, t, f, f};
}

#endif
