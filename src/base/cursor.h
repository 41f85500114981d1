/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of big-endian wire formats with a sticky error.
 *
 * After the first short read every read gives 0 and `shrt` stays set, so a
 * parser reads a whole header and tests once (Knot's wire_ctx).  A sub-cursor
 * is a length-prefixed block (TLS vectors); it must be read to its own end,
 * and the outer cursor goes on after it.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/span.h"

struct rs_cur {
	const uint8_t *p, *end;
	bool shrt; /* something was read that was not there */
};

static inline struct rs_cur
rs_cur_init(struct rs_span s)
{
	static const uint8_t nothing;
	const uint8_t *p = s.p ? s.p : &nothing;
	return (struct rs_cur){p, p + s.n, false};
}

static inline size_t
rs_cur_left(const struct rs_cur *c)
{
	return (size_t)(c->end - c->p);
}

/* The next n bytes; an empty span, and the error, where there are fewer. */
static inline struct rs_span
rs_cur_span(struct rs_cur *c, size_t n)
{
	struct rs_span s = {c->p, n};
	if (c->shrt || n > rs_cur_left(c)) {
		c->shrt = true;
		c->p = c->end;
		return (struct rs_span){c->end, 0};
	}
	c->p += n;
	return s;
}

static inline void
rs_cur_skip(struct rs_cur *c, size_t n)
{
	(void)rs_cur_span(c, n);
}

/* All that is left. */
static inline struct rs_span
rs_cur_rest(struct rs_cur *c)
{
	return rs_cur_span(c, rs_cur_left(c));
}

static inline uint8_t
rs_cur_u8(struct rs_cur *c)
{
	struct rs_span s = rs_cur_span(c, 1);
	return s.n ? s.p[0] : 0;
}

static inline uint16_t
rs_cur_u16(struct rs_cur *c)
{
	struct rs_span s = rs_cur_span(c, 2);
	return s.n ? (uint16_t)(s.p[0] << 8 | s.p[1]) : 0;
}

static inline uint32_t
rs_cur_u24(struct rs_cur *c)
{
	struct rs_span s = rs_cur_span(c, 3);
	return s.n ? (uint32_t)s.p[0] << 16 | (uint32_t)s.p[1] << 8 | s.p[2]
		   : 0;
}

static inline uint32_t
rs_cur_u32(struct rs_cur *c)
{
	struct rs_span s = rs_cur_span(c, 4);
	return s.n ? (uint32_t)s.p[0] << 24 | (uint32_t)s.p[1] << 16 |
			 (uint32_t)s.p[2] << 8 | s.p[3]
		   : 0;
}

/* Blocks with a length of one, two or three bytes before them. */
static inline struct rs_cur
rs_cur_block8(struct rs_cur *c)
{
	size_t n = rs_cur_u8(c);
	return rs_cur_init(rs_cur_span(c, n));
}

static inline struct rs_cur
rs_cur_block16(struct rs_cur *c)
{
	size_t n = rs_cur_u16(c);
	return rs_cur_init(rs_cur_span(c, n));
}

static inline struct rs_cur
rs_cur_block24(struct rs_cur *c)
{
	size_t n = rs_cur_u24(c);
	return rs_cur_init(rs_cur_span(c, n));
}

#endif
