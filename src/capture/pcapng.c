/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, several
 * interfaces with their own link types and time resolutions, enhanced, simple
 * and obsolete packet blocks, interface statistics (drops), and the TLS key
 * logs of decryption secrets blocks.  Other blocks are passed over.
 */
#include "capture/savefile.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_SIMPLE = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED = 6,
	BLOCK_SECRETS = 10,
};

enum { BLOCK_HEADER = 8, BLOCK_TRAILER = 4 };
enum { SECRETS_TLS_KEY_LOG = 0x544c534b };
enum { OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };
enum { OPTION_IFDROP = 5, OPTION_OSDROP = 7 };

/* The year 2125: what may still be added to a time, up to the 2^32 s of an
   Expires header (RFC 3261 20.19), must fit in an rs_time. */
#define LATEST UINT64_C(4900000000)

struct interface {
	int linktype;
	uint32_t snaplen;
	uint64_t units; /* per second */
	int64_t offset; /* seconds */
};

struct pcapng {
	struct savefile base;
	enum savefile_order order;
	GArray *interfaces; /* of the current section */
};

/* One block: type and body, between header and trailing length. */
struct block {
	uint32_t type;
	const uint8_t *p;
	size_t n;
};

bool
pcapng_magic(const uint8_t four[4])
{
	return savefile_u32(four, SAVEFILE_BIG) == BLOCK_SECTION;
}

static uint64_t
u64(const uint8_t *p, enum savefile_order o)
{
	uint64_t a = savefile_u32(p, o), b = savefile_u32(p + 4, o);
	return o == SAVEFILE_BIG ? a << 32 | b : b << 32 | a;
}

/* The value of option `code`, at least n bytes, among those from p; or NULL. */
static const uint8_t *
option(const struct pcapng *f, const uint8_t *p, size_t left, unsigned code,
    size_t n)
{
	while (left >= 4) {
		unsigned type = savefile_u16(p, f->order);
		size_t len = savefile_u16(p + 2, f->order);
		size_t padded = (len + 3) & ~(size_t)3;
		if (type == 0 || padded > left - 4)
			return NULL;
		if (type == code && len >= n)
			return p + 4;
		p += 4 + padded;
		left -= 4 + padded;
	}
	return NULL;
}

static void
read_interface(struct pcapng *f, const struct block *b)
{
	if (b->n < 8)
		return;
	struct interface i = {
	    .linktype = savefile_u16(b->p, f->order),
	    .snaplen = savefile_u32(b->p + 4, f->order),
	    .units = 1000000,
	};
	const uint8_t *res = option(f, b->p + 8, b->n - 8, OPTION_TSRESOL, 1);
	if (res) {
		unsigned exp = *res & 0x7f;
		i.units = 1;
		if (*res & 0x80) /* a power of two */
			i.units = exp < 63 ? (uint64_t)1 << exp : 0;
		else
			for (unsigned k = 0; k < exp && i.units; k++)
				i.units = k < 18 ? i.units * 10 : 0;
		if (i.units == 0) /* finer than we can tell: as microseconds */
			i.units = 1000000;
	}
	const uint8_t *off = option(f, b->p + 8, b->n - 8, OPTION_TSOFFSET, 8);
	if (off)
		i.offset = (int64_t)u64(off, f->order);
	if (i.units > 1000000)
		f->base.info.nanoseconds = true;
	savefile_linktype(&f->base, i.linktype);
	g_array_append_val(f->interfaces, i);
}

static void
read_statistics(struct pcapng *f, const struct block *b)
{
	if (b->n < 12)
		return;
	struct cap_info *i = &f->base.info;
	const uint8_t *drop;
	if ((drop = option(f, b->p + 12, b->n - 12, OPTION_IFDROP, 8))) {
		i->drops_interface += u64(drop, f->order);
		i->has_drops = true;
	}
	if ((drop = option(f, b->p + 12, b->n - 12, OPTION_OSDROP, 8))) {
		i->drops_kernel += u64(drop, f->order);
		i->has_drops = true;
	}
}

static rs_time
when(const struct interface *i, uint64_t stamp)
{
	uint64_t sec = stamp / i->units, rest = stamp % i->units;
	/* units is at most 10^18 or 2^62: scale without overflow */
	uint64_t ns = i->units <= 1000000000 ? rest * (1000000000 / i->units)
					     : rest / (i->units / 1000000000);
	if (i->units <= 1000000000 && 1000000000 % i->units)
		ns = (uint64_t)((__uint128_t)rest * 1000000000 / i->units);
	uint64_t whole = sec + (uint64_t)i->offset;
	if (whole > LATEST)
		whole = 0; /* not a time, or before 1970 */
	return (rs_time)whole * RS_SEC + (rs_time)ns;
}

/* True when the block is a frame, which is then in *out. */
static bool
read_packet(struct pcapng *f, const struct block *b, struct cap_frame *out)
{
	uint32_t id = 0, caplen, wire;
	size_t head;
	rs_time ts;
	if (b->type == BLOCK_SIMPLE) {
		head = 4;
		if (b->n < head)
			return false;
		wire = caplen = savefile_u32(b->p, f->order);
	} else {
		head = 20;
		if (b->n < head)
			return false;
		id = b->type == BLOCK_ENHANCED ? savefile_u32(b->p, f->order)
					       : savefile_u16(b->p, f->order);
		caplen = savefile_u32(b->p + 12, f->order);
		wire = savefile_u32(b->p + 16, f->order);
	}
	if (id >= f->interfaces->len)
		return false;
	const struct interface *i =
	    &g_array_index(f->interfaces, struct interface, id);
	if (b->type == BLOCK_SIMPLE) {
		/* A simple packet has no time; it is put where we are. */
		ts = f->base.info.last == RS_NEVER ? 0 : f->base.info.last;
		if (i->snaplen && caplen > i->snaplen)
			caplen = i->snaplen;
	} else {
		uint64_t hi = savefile_u32(b->p + 4, f->order);
		ts = when(i, hi << 32 | savefile_u32(b->p + 8, f->order));
	}
	if (caplen > b->n - head || caplen > SAVEFILE_MAX_FRAME)
		return false;
	return savefile_frame(&f->base, out, ts, b->p + head, caplen, wire,
		   i->linktype) == CAP_FRAME;
}

/* True when the block is a TLS key log, which is then in *out. */
static bool
read_secrets(
    const struct pcapng *f, const struct block *b, struct cap_frame *out)
{
	if (b->n < 8 || savefile_u32(b->p, f->order) != SECRETS_TLS_KEY_LOG)
		return false;
	size_t n = savefile_u32(b->p + 4, f->order);
	if (n > b->n - 8)
		return false;
	out->bytes = (struct rs_span){b->p + 8, n};
	return true;
}

/* The order mark of a section header: false where there is none. */
static bool
section_order(struct pcapng *f)
{
	const uint8_t *h = cap_input_peek(f->base.in, BLOCK_HEADER + 4);
	if (h == NULL)
		return false;
	if (savefile_u32(h + 8, SAVEFILE_LITTLE) == 0x1a2b3c4d)
		f->order = SAVEFILE_LITTLE;
	else if (savefile_u32(h + 8, SAVEFILE_BIG) == 0x1a2b3c4d)
		f->order = SAVEFILE_BIG;
	else
		return false;
	g_array_set_size(f->interfaces, 0);
	return true;
}

/* CAP_FRAME: *b is the next block, still to be taken. */
static enum cap_result
next_block(struct pcapng *f, struct block *b, size_t *size, GError **error)
{
	struct savefile *s = &f->base;
	const uint8_t *h = cap_input_peek(s->in, BLOCK_HEADER);
	if (h == NULL)
		return savefile_ended(s, error);
	if (pcapng_magic(h) && !section_order(f)) {
		if (cap_input_left(s->in) < BLOCK_HEADER + 4)
			return savefile_ended(s, error);
		return savefile_damaged(
		    s, error, "damaged: a section without byte-order mark");
	}
	h = cap_input_peek(s->in, BLOCK_HEADER);
	b->type = savefile_u32(h, f->order);
	*size = savefile_u32(h + 4, f->order);
	if (*size < BLOCK_HEADER + BLOCK_TRAILER || *size % 4 ||
	    *size > CAP_INPUT_MAX)
		return savefile_damaged(
		    s, error, "damaged: a block of impossible length");
	h = cap_input_peek(s->in, *size);
	if (h == NULL)
		return savefile_ended(s, error);
	if (savefile_u32(h + *size - 4, f->order) != *size)
		return savefile_damaged(
		    s, error, "damaged: a block whose two lengths differ");
	b->p = h + BLOCK_HEADER;
	b->n = *size - BLOCK_HEADER - BLOCK_TRAILER;
	return CAP_FRAME;
}

static enum cap_result
read_frame(struct savefile *s, struct cap_frame *out, GError **error)
{
	struct pcapng *f = (struct pcapng *)s;
	for (;;) {
		struct block b = {0};
		size_t size = 0;
		enum cap_result r = next_block(f, &b, &size, error);
		if (r != CAP_FRAME)
			return r;
		cap_input_take(s->in, size);
		switch (b.type) {
		case BLOCK_INTERFACE:
			read_interface(f, &b);
			break;
		case BLOCK_STATISTICS:
			read_statistics(f, &b);
			break;
		case BLOCK_SECRETS:
			if (read_secrets(f, &b, out))
				return CAP_SECRETS;
			break;
		case BLOCK_ENHANCED:
		case BLOCK_PACKET_OLD:
		case BLOCK_SIMPLE:
			if (read_packet(f, &b, out))
				return CAP_FRAME;
			return savefile_damaged(
			    s, error, "damaged: an impossible packet block");
		default: /* unknown blocks are legal: passed over */
			break;
		}
	}
}

static void
clear(struct savefile *s)
{
	g_array_free(((struct pcapng *)s)->interfaces, TRUE);
}

struct savefile *
pcapng_new(void)
{
	struct pcapng *f = g_new0(struct pcapng, 1);
	f->interfaces = g_array_new(FALSE, FALSE, sizeof(struct interface));
	f->base.read = read_frame;
	f->base.clear = clear;
	f->base.info.format = "pcapng";
	return &f->base;
}
