/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/inflate.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* WINDOW_LOG: 128 MiB, the most that zstd(1) takes without being asked to; the
   file says how much, and so would decide over our memory. */
enum { RAW = 128 * 1024, WINDOW_LOG = 27, BLOCK_HEADER = 3 };

enum kind { NONE, GZIP, ZSTD };

struct cap_inflate {
	enum kind kind;
	uint8_t *raw;
	size_t at, end; /* of raw: not taken yet */
	bool inside;    /* a member or frame has begun and not ended */
	bool held;      /* more output may come without input */
	bool cut;
	char *problem;
	z_stream z;
	ZSTD_DStream *d;
	size_t first, want; /* bytes, of a frame and next */
};

static enum kind
kind_of(const uint8_t *p, size_t n)
{
	if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8)
		return GZIP;
	if (n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
		return ZSTD;
	/* a skippable frame (RFC 8878 3.1.2): pzstd begins with one */
	if (n >= 4 && (p[0] & 0xf0) == 0x50 &&
	    memcmp(p + 1, "\x2a\x4d\x18", 3) == 0)
		return ZSTD;
	return NONE;
}

static const char *
name_of(enum kind k)
{
	return k == GZIP ? "gzip" : k == ZSTD ? "zstd" : NULL;
}

const char *
cap_inflate_magic(const uint8_t *head, size_t n)
{
	return name_of(kind_of(head, n));
}

struct cap_inflate *
cap_inflate_new(const uint8_t *head, size_t n)
{
	struct cap_inflate *f = g_new0(struct cap_inflate, 1);
	f->kind = kind_of(head, n);
	f->raw = g_malloc(MAX(n, RAW));
	memcpy(f->raw, head, n);
	f->end = n;
	if (f->kind == GZIP) {
		int r = inflateInit2(&f->z, 16 + MAX_WBITS); /* gzip only */
		g_assert(r == Z_OK);
	} else {
		f->d = ZSTD_createDStream();
		g_assert(f->d);
		f->first = f->want = ZSTD_initDStream(f->d);
		ZSTD_DCtx_setParameter(f->d, ZSTD_d_windowLogMax, WINDOW_LOG);
	}
	return f;
}

void
cap_inflate_free(struct cap_inflate *f)
{
	if (f == NULL)
		return;
	if (f->kind == GZIP)
		inflateEnd(&f->z);
	ZSTD_freeDStream(f->d);
	g_free(f->problem);
	g_free(f->raw);
	g_free(f);
}

static void
damaged(struct cap_inflate *f, const char *why)
{
	f->problem = g_strdup_printf(
	    "damaged %s data (%s)", name_of(f->kind), why ? why : "no data");
}

/* Zeros may pad what was on a tape; anything else must be the next member. */
static bool
between_members(struct cap_inflate *f)
{
	while (f->at < f->end && f->raw[f->at] == 0)
		f->at++;
	if (f->at == f->end)
		return false;
	if (f->raw[f->at] == 0x1f)
		return true;
	damaged(f, "something else follows it");
	return false;
}

static size_t
step_gzip(struct cap_inflate *f, uint8_t *to, size_t n)
{
	if (!f->inside && !between_members(f))
		return 0;
	f->inside = true;
	f->z.next_in = f->raw + f->at;
	f->z.avail_in = (uInt)(f->end - f->at);
	f->z.next_out = to;
	f->z.avail_out = (uInt)MIN(n, G_MAXINT);
	int r = inflate(&f->z, Z_NO_FLUSH);
	f->at = f->end - f->z.avail_in;
	f->held = f->z.avail_out == 0;
	if (r == Z_STREAM_END) {
		f->inside = f->held = false;
		inflateReset(&f->z);
	} else if (r != Z_OK && r != Z_BUF_ERROR) {
		damaged(f, f->z.msg);
	}
	return (size_t)(f->z.next_out - to);
}

/* It gets a block at a time, without the header of the next one, which it would
   like to have as well: with an error it gives nothing of what the same call
   had read before. */
static size_t
step_zstd(struct cap_inflate *f, uint8_t *to, size_t n)
{
	ZSTD_inBuffer in = {
	    f->raw, f->at + MIN(f->want, f->end - f->at), f->at};
	ZSTD_outBuffer out = {to, n, 0};
	size_t r = ZSTD_decompressStream(f->d, &out, &in);
	f->at = in.pos;
	if (ZSTD_isError(r))
		damaged(f, ZSTD_getErrorName(r));
	f->want = r == 0 || ZSTD_isError(r) ? f->first
		  : r > BLOCK_HEADER        ? r - BLOCK_HEADER
					    : r;
	f->inside = r != 0;
	f->held = r != 0 && out.pos == n;
	return out.pos;
}

size_t
cap_inflate_read(
    struct cap_inflate *f, struct cap_raw *raw, uint8_t *to, size_t n)
{
	size_t got = 0;
	while (got == 0 && f->problem == NULL) {
		if (f->at == f->end && !f->held) {
			f->at = 0;
			f->end = cap_raw_read(raw, f->raw, RAW);
			if (f->end == 0)
				break;
		}
		got =
		    f->kind == GZIP ? step_gzip(f, to, n) : step_zstd(f, to, n);
	}
	if (got == 0 && f->problem == NULL && f->inside &&
	    raw->state == CAP_RAW_ENDED) {
		f->cut = true;
		f->problem =
		    g_strdup_printf("%s data cut short", name_of(f->kind));
	}
	return got;
}

const char *
cap_inflate_name(const struct cap_inflate *f)
{
	return name_of(f->kind);
}

const char *
cap_inflate_problem(const struct cap_inflate *f)
{
	return f->problem;
}

bool
cap_inflate_cut(const struct cap_inflate *f)
{
	return f->cut;
}
