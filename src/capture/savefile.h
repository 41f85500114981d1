/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of savefile formats share: an input, what is known of the
 * file, and how a file that ends badly is told.
 */
#ifndef CAPTURE_SAVEFILE_H
#define CAPTURE_SAVEFILE_H

#include "capture/input.h"

enum savefile_order { SAVEFILE_LITTLE, SAVEFILE_BIG };

struct savefile {
	struct cap_source source; /* first: a source is cast to its savefile */
	struct cap_input *in;     /* NULL: over, and closed */
	struct cap_info info;
	uint64_t others;      /* that have numbers as frames do, and are none */
	uint64_t done, total; /* of the file on the disk, when it is over */
	char *path, *problem;
	bool over;
	enum cap_result (*read)(
	    struct savefile *, struct cap_frame *out, GError **error);
	/* As cap_source has it; NULL: none.  in is not NULL. */
	unsigned (*more)(struct savefile *, struct cap_frame *out, unsigned n,
	    rs_time before);
	struct cap_clock clock;           /* as it was given, of a log */
	void *state;                      /* the format's own */
	void (*clear)(struct savefile *); /* frees it */
};

/* Makes a savefile read an input that begins with this format's magic. */
void pcap_file_begin(struct savefile *s);
void pcapng_begin(struct savefile *s);
void textlog_begin(struct savefile *s, const struct cap_clock *clock);
/* Does the input begin as a log does?  What it peeks it leaves. */
bool textlog_probe(struct cap_input *in);
bool pcap_file_magic(const uint8_t four[4]);
bool pcapng_magic(const uint8_t four[4]);

static inline uint16_t
savefile_u16(const uint8_t *p, enum savefile_order o)
{
	return o == SAVEFILE_BIG ? (uint16_t)(p[0] << 8 | p[1])
				 : (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t
savefile_u32(const uint8_t *p, enum savefile_order o)
{
	uint32_t v;
	memcpy(&v, p, sizeof v);
	bool host_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	return host_big == (o == SAVEFILE_BIG) ? v : __builtin_bswap32(v);
}

/* A source over `in`, which it owns; `read` is what looks at its first bytes.
 */
struct cap_source *savefile_new(struct cap_input *in, const char *path,
    enum cap_result (*read)(
	struct savefile *, struct cap_frame *out, GError **error));
/* Can this source, which is none that is over, be opened once more? */
bool savefile_again(const struct cap_source *source);
/* Ends the file: damaged at this place.  CAP_ERROR, its message the problem. */
enum cap_result savefile_damaged(
    struct savefile *s, GError **error, const char *what);
/* The input ended where more bytes were due: CAP_END where none are left,
   CAP_IDLE where they may still come. */
enum cap_result savefile_ended(struct savefile *s, GError **error);
/* Ends one that is followed: nobody will write to it any more.  What is left of
   it is cut short. */
void savefile_leave(struct cap_source *source);
/* What fstat(2) says of it; false: it is closed, or no file. */
struct stat;
bool savefile_stat(const struct cap_source *source, struct stat *st);
/* Counts a frame and hands it on. */
static inline enum cap_result
savefile_frame(struct savefile *s, struct cap_frame *out, rs_time ts,
    const uint8_t *bytes, size_t n, uint32_t wire_len, int linktype)
{
	struct cap_info *i = &s->info;
	i->packets++;
	i->bytes += n;
	if (i->first == RS_NEVER || ts < i->first)
		i->first = ts;
	if (i->last == RS_NEVER || ts > i->last)
		i->last = ts;
	*out = (struct cap_frame){
	    .bytes = {bytes, n},
	    .wire_len = wire_len < n ? (uint32_t)n : wire_len,
	    .ts = ts,
	    .frame = {0, i->packets + s->others},
	    .linktype = linktype,
	};
	return CAP_FRAME;
}
void savefile_linktype(struct savefile *s, int linktype);

/* The most that a frame may hold: libpcap's limit for savefiles. */
enum { SAVEFILE_MAX_FRAME = 262144 };

#endif
