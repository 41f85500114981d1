/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, several
 * interfaces with their own link types and time resolutions, enhanced, simple
 * and obsolete packet blocks, drops, comments, the names of addresses, and the
 * TLS key logs of decryption secrets blocks.  Other blocks are passed over.
 */
#include "capture/savefile.h"

#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_SIMPLE = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED = 6,
	BLOCK_SECRETS = 10,
	/* not read, but Wireshark numbers them as frames */
	BLOCK_JOURNAL = 9,
	BLOCK_CUSTOM = 0xbad,
	BLOCK_CUSTOM_TO_KEEP = 0x40000bad,
	BLOCK_SYSDIG = 0x204,
	BLOCK_SYSDIG_2 = 0x216,
	BLOCK_SYSDIG_2_LARGE = 0x221,
};

enum { BLOCK_HEADER = 8, BLOCK_TRAILER = 4, SECTION_BODY = 16 };
enum { SECRETS_TLS_KEY_LOG = 0x544c534b };
enum { OPTION_END = 0, OPTION_COMMENT = 1 };
enum { OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };
enum { OPTION_IFDROP = 5, OPTION_OSDROP = 7 };
enum { OPTION_DROPCOUNT = 4 };
enum { NAMES_IPV4 = 1, NAMES_IPV6 = 2 }; /* 0 ends them, as options */

/* No sum of so many overflows. */
#define DROPS (UINT64_C(1) << 40)

/* A file decides how much of these there is. */
enum { INTERFACES = 65536, COMMENTS = 16, COMMENT_BYTES = 200 };
enum { NAMES = 512, NAME_BYTES = 255, NAMES_BYTES = 16384 };

/* The year 2125: what may still be added to a time, up to the 2^32 s of an
   Expires header (RFC 3261 20.19), must fit in an rs_time. */
#define LATEST UINT64_C(4900000000)

struct interface {
	int linktype;
	uint32_t snaplen;
	uint64_t units; /* per second */
	int64_t offset; /* seconds */
	rs_time last;   /* of its packets; RS_NEVER */
	/* since its capture began: as statistics say, as packets say */
	uint64_t by_interface, by_kernel, between;
};

struct pcapng {
	enum savefile_order order;
	GArray *interfaces; /* of the current section */
	GArray *comments;   /* struct cap_comment */
	GArray *names;      /* struct cap_name */
	size_t names_bytes; /* of their text */
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

/* What is left of a block's options. */
struct options {
	const uint8_t *p;
	size_t left;
	unsigned code;
	struct rs_span value;
};

/* The options that follow the first n bytes of a block. */
static struct options
options_of(const struct block *b, size_t n)
{
	return n <= b->n ? (struct options){.p = b->p + n, .left = b->n - n}
			 : (struct options){0};
}

static bool
next_option(const struct pcapng *f, struct options *o)
{
	if (o->left < 4)
		return false;
	size_t len = savefile_u16(o->p + 2, f->order);
	size_t padded = (len + 3) & ~(size_t)3;
	o->code = savefile_u16(o->p, f->order);
	if (o->code == OPTION_END || padded > o->left - 4)
		return false;
	o->value = (struct rs_span){o->p + 4, len};
	o->p += 4 + padded;
	o->left -= 4 + padded;
	return true;
}

/* frame 0: it is about more than one. */
static void
comment(struct savefile *s, uint64_t frame, struct rs_span text)
{
	struct pcapng *f = s->state;
	if (f->comments->len == COMMENTS || text.n == 0)
		return;
	const struct cap_comment c = {
	    .frame = frame,
	    .text = g_strndup(
		(const char *)text.p, MIN(text.n, (size_t)COMMENT_BYTES)),
	};
	g_array_append_val(f->comments, c);
	s->info.comments = (const struct cap_comment *)f->comments->data;
	s->info.n_comments = f->comments->len;
}

/* What an interface dropped by all that was told of it, taken off the sums or
   added to them.  A packet tells of drops since the one before it, statistics
   of all since the beginning: which may be the same. */
static void
count_drops(struct savefile *s, const struct interface *i, bool add)
{
	uint64_t told = i->by_interface + i->by_kernel;
	uint64_t kernel =
	    i->by_kernel + (i->between > told ? i->between - told : 0);
	s->info.drops_interface += add ? i->by_interface : -i->by_interface;
	s->info.drops_kernel += add ? kernel : -kernel;
	s->info.has_drops = true;
}

/* if_tsresol: a negative power of ten, or with the highest bit of two.  What
   is finer than can be told is taken for microseconds. */
static uint64_t
units(uint8_t resolution)
{
	unsigned exp = resolution & 0x7f;
	uint64_t n = 1;
	if (resolution & 0x80)
		return exp < 63 ? (uint64_t)1 << exp : 1000000;
	if (exp > 18)
		return 1000000;
	while (exp--)
		n *= 10;
	return n;
}

static bool
read_interface(struct savefile *s, const struct block *b)
{
	struct pcapng *f = s->state;
	if (b->n < 8 || f->interfaces->len == INTERFACES)
		return false;
	struct interface i = {
	    .linktype = savefile_u16(b->p, f->order),
	    .snaplen = savefile_u32(b->p + 4, f->order),
	    .units = 1000000,
	    .last = RS_NEVER,
	};
	for (struct options o = options_of(b, 8); next_option(f, &o);)
		if (o.code == OPTION_COMMENT)
			comment(s, 0, o.value);
		else if (o.code == OPTION_TSRESOL && o.value.n >= 1)
			i.units = units(*o.value.p);
		else if (o.code == OPTION_TSOFFSET && o.value.n >= 8)
			i.offset = (int64_t)u64(o.value.p, f->order);
	if (i.units > 1000000)
		s->info.nanoseconds = true;
	savefile_linktype(s, i.linktype);
	g_array_append_val(f->interfaces, i);
	return true;
}

/* Counts are of the whole capture: the last of an interface is the one.  Its
   comments are no people's: "Counters provided by dumpcap". */
static void
read_statistics(struct savefile *s, const struct block *b)
{
	struct pcapng *f = s->state;
	uint32_t id = b->n >= 12 ? savefile_u32(b->p, f->order) : UINT32_MAX;
	if (id >= f->interfaces->len)
		return;
	struct interface *i =
	    &g_array_index(f->interfaces, struct interface, id);
	for (struct options o = options_of(b, 12); next_option(f, &o);) {
		if (o.value.n < 8 ||
		    (o.code != OPTION_IFDROP && o.code != OPTION_OSDROP))
			continue;
		uint64_t n = MIN(u64(o.value.p, f->order), DROPS);
		count_drops(s, i, false);
		*(o.code == OPTION_IFDROP ? &i->by_interface : &i->by_kernel) =
		    n;
		count_drops(s, i, true);
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

/* What a packet was told to be lost before it. */
static void
dropped(
    struct savefile *s, struct interface *i, uint64_t n, struct cap_frame *out)
{
	out->drops = (uint32_t)MIN(n, UINT32_MAX);
	out->drops_since = i->last;
	count_drops(s, i, false);
	i->between = MIN(i->between + MIN(n, DROPS), DROPS);
	count_drops(s, i, true);
}

static void
packet_options(struct savefile *s, const struct block *b, struct interface *i,
    size_t n, struct cap_frame *out)
{
	for (struct options o = options_of(b, n); next_option(s->state, &o);)
		if (o.code == OPTION_COMMENT)
			comment(s, out->frame.number, o.value);
		else if (o.code == OPTION_DROPCOUNT && o.value.n >= 8 &&
			 b->type == BLOCK_ENHANCED)
			dropped(s, i,
			    u64(o.value.p, ((struct pcapng *)s->state)->order),
			    out);
}

/* What stands before the bytes of a packet. */
struct packet {
	uint32_t id, caplen, wire;
	unsigned drops; /* obsolete block; UINT16_MAX: not known */
	uint64_t stamp;
	size_t head;
};

static bool
read_packet_head(
    const struct pcapng *f, const struct block *b, struct packet *p)
{
	bool enhanced = b->type == BLOCK_ENHANCED;
	*p = (struct packet){
	    .drops = UINT16_MAX, .head = b->type == BLOCK_SIMPLE ? 4 : 20};
	if (b->n < p->head)
		return false;
	if (b->type == BLOCK_SIMPLE) {
		p->wire = p->caplen = savefile_u32(b->p, f->order);
		return true;
	}
	p->id = enhanced ? savefile_u32(b->p, f->order)
			 : savefile_u16(b->p, f->order);
	if (!enhanced)
		p->drops = savefile_u16(b->p + 2, f->order);
	p->stamp = (uint64_t)savefile_u32(b->p + 4, f->order) << 32 |
		   savefile_u32(b->p + 8, f->order);
	p->caplen = savefile_u32(b->p + 12, f->order);
	p->wire = savefile_u32(b->p + 16, f->order);
	return true;
}

/* True when the block is a frame, which is then in *out. */
static bool
read_packet(struct savefile *s, const struct block *b, struct cap_frame *out)
{
	struct pcapng *f = s->state;
	struct packet p;
	rs_time ts;
	if (!read_packet_head(f, b, &p) || p.id >= f->interfaces->len)
		return false;
	struct interface *i =
	    &g_array_index(f->interfaces, struct interface, p.id);
	if (b->type == BLOCK_SIMPLE) {
		/* A simple packet has no time; it is put where we are. */
		ts = s->info.last == RS_NEVER ? 0 : s->info.last;
		if (i->snaplen && p.caplen > i->snaplen)
			p.caplen = i->snaplen;
	} else {
		ts = when(i, p.stamp);
	}
	if (p.caplen > b->n - p.head || p.caplen > SAVEFILE_MAX_FRAME)
		return false;
	savefile_frame(
	    s, out, ts, b->p + p.head, p.caplen, p.wire, i->linktype);
	if (p.drops != UINT16_MAX)
		dropped(s, i, p.drops, out);
	size_t end = p.head + ((p.caplen + 3) & ~(size_t)3);
	if (b->type != BLOCK_SIMPLE && end < b->n)
		packet_options(s, b, i, end, out);
	i->last = ts;
	return true;
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

/* The first of the names that an address has, each with a NUL behind it; what
   does not fit into the rest of the record is its end. */
static void
name(struct savefile *s, struct rs_addr addr, struct rs_span names)
{
	struct pcapng *f = s->state;
	size_t n = 0;
	while (n < names.n && names.p[n] != 0)
		n++;
	if (n == 0 || n > NAME_BYTES || f->names->len == NAMES ||
	    f->names_bytes + n > NAMES_BYTES)
		return;
	const struct cap_name x = {
	    .addr = addr, .text = g_strndup((const char *)names.p, n)};
	f->names_bytes += n;
	g_array_append_val(f->names, x);
	s->info.names = (const struct cap_name *)f->names->data;
	s->info.n_names = f->names->len;
}

/* draft-ietf-opsawg-pcapng 4.5: records {type, length, value}, padded as
   options are, up to one of type 0; the options behind it say which server gave
   them. */
static void
read_names(struct savefile *s, const struct block *b)
{
	struct pcapng *f = s->state;
	for (struct options o = options_of(b, 0); next_option(f, &o);) {
		struct rs_span v = o.value;
		if (o.code == NAMES_IPV4 && v.n > 4)
			name(s, rs_addr_v4(v.p), rs_span_from(v, 4));
		else if (o.code == NAMES_IPV6 && v.n > 16)
			name(s, rs_addr_v6(v.p), rs_span_from(v, 16));
	}
}

/* The order mark of a section header: false where there is none. */
static bool
section_order(struct savefile *s)
{
	struct pcapng *f = s->state;
	const uint8_t *h = cap_input_peek(s->in, BLOCK_HEADER + 4);
	if (h == NULL)
		return false;
	if (savefile_u32(h + 8, SAVEFILE_LITTLE) == 0x1a2b3c4d)
		f->order = SAVEFILE_LITTLE;
	else if (savefile_u32(h + 8, SAVEFILE_BIG) == 0x1a2b3c4d)
		f->order = SAVEFILE_BIG;
	else
		return false;
	return true;
}

/* A section begins anew with its interfaces. */
static bool
read_section(struct savefile *s, const struct block *b)
{
	struct pcapng *f = s->state;
	if (b->n < SECTION_BODY || savefile_u16(b->p + 4, f->order) != 1)
		return false; /* another major version has other blocks */
	g_array_set_size(f->interfaces, 0);
	for (struct options o = options_of(b, SECTION_BODY);
	     next_option(f, &o);)
		if (o.code == OPTION_COMMENT)
			comment(s, 0, o.value);
	return true;
}

/* CAP_FRAME: *b is the next block, still to be taken. */
static enum cap_result
next_block(struct savefile *s, struct block *b, size_t *size, GError **error)
{
	struct pcapng *f = s->state;
	const uint8_t *h = cap_input_peek(s->in, BLOCK_HEADER);
	if (h == NULL)
		return savefile_ended(s, error);
	if (pcapng_magic(h) && !section_order(s)) {
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

/* CAP_END: it was none that goes up. */
static enum cap_result
read_block(struct savefile *s, const struct block *b, struct cap_frame *out,
    GError **error)
{
	switch (b->type) {
	case BLOCK_SECTION:
		return read_section(s, b)
			   ? CAP_END
			   : savefile_damaged(s, error,
				 "damaged: a section of unknown version");
	case BLOCK_INTERFACE:
		return read_interface(s, b)
			   ? CAP_END
			   : savefile_damaged(s, error,
				 "damaged: an impossible interface block");
	case BLOCK_STATISTICS:
		read_statistics(s, b);
		return CAP_END;
	case BLOCK_NAMES:
		read_names(s, b);
		return CAP_END;
	case BLOCK_SECRETS:
		return read_secrets(s->state, b, out) ? CAP_SECRETS : CAP_END;
	case BLOCK_ENHANCED:
	case BLOCK_PACKET_OLD:
	case BLOCK_SIMPLE:
		return read_packet(s, b, out)
			   ? CAP_FRAME
			   : savefile_damaged(s, error,
				 "damaged: an impossible packet block");
	case BLOCK_JOURNAL:
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM_TO_KEEP:
	case BLOCK_SYSDIG:
	case BLOCK_SYSDIG_2:
	case BLOCK_SYSDIG_2_LARGE:
		s->others++;
		return CAP_END;
	default: /* unknown blocks are legal: passed over */
		return CAP_END;
	}
}

static enum cap_result
read_frame(struct savefile *s, struct cap_frame *out, GError **error)
{
	for (;;) {
		struct block b = {0};
		size_t size = 0;
		enum cap_result r = next_block(s, &b, &size, error);
		if (r != CAP_FRAME)
			return r;
		cap_input_take(s->in, size);
		r = read_block(s, &b, out, error);
		if (r != CAP_END)
			return r;
	}
}

static void
clear(struct savefile *s)
{
	struct pcapng *f = s->state;
	g_array_free(f->interfaces, TRUE);
	for (guint i = 0; i < f->comments->len; i++)
		g_free(g_array_index(f->comments, struct cap_comment, i).text);
	g_array_free(f->comments, TRUE);
	for (guint i = 0; i < f->names->len; i++)
		g_free(g_array_index(f->names, struct cap_name, i).text);
	g_array_free(f->names, TRUE);
	g_free(f);
}

void
pcapng_begin(struct savefile *s)
{
	struct pcapng *f = g_new0(struct pcapng, 1);
	f->interfaces = g_array_new(FALSE, FALSE, sizeof(struct interface));
	f->comments = g_array_new(FALSE, FALSE, sizeof(struct cap_comment));
	f->names = g_array_new(FALSE, FALSE, sizeof(struct cap_name));
	s->state = f;
	s->read = read_frame;
	s->clear = clear;
	s->info.format = "pcapng";
}
