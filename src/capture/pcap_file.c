/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcap savefiles (draft-ietf-opsawg-pcap): both byte orders, micro- and
 * nanoseconds, and their relatives: Kuznetzov's "modified" format, whose
 * records carry eight bytes more, and IXIA's "lcap", which has the size of all
 * records after the file header.
 */
#include "capture/savefile.h"

enum resolution {
	MICROSECONDS,
	NANOSECONDS,
	EITHER, /* readers disagree: as the first record looks */
};

struct kind {
	uint32_t magic;
	enum resolution resolution;
	uint8_t file_header, record_header;
};

static const struct kind kinds[] = {
    {0xa1b2c3d4, MICROSECONDS, 24, 16}, {0xa1b23c4d, NANOSECONDS, 24, 16},
    {0xa1b2cd34, MICROSECONDS, 24, 24}, /* modified */
    {0x1c0001ac, EITHER, 28, 16},       /* lcap, times by hardware */
    {0x1c0001ab, EITHER, 28, 16},       /* lcap, times by software */
};

struct pcap_file {
	enum savefile_order order;
	bool header_read;
	bool swapped_lengths; /* what is on the wire comes first */
	size_t record_header;
	rs_time unit;
	int linktype;
};

static const struct kind *
kind_of(const uint8_t four[4], enum savefile_order *order)
{
	for (int o = SAVEFILE_LITTLE; o <= SAVEFILE_BIG; o++) {
		uint32_t m = savefile_u32(four, (enum savefile_order)o);
		for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
			if (m == kinds[i].magic) {
				*order = (enum savefile_order)o;
				return &kinds[i];
			}
	}
	return NULL;
}

bool
pcap_file_magic(const uint8_t four[4])
{
	enum savefile_order order;
	return kind_of(four, &order) != NULL;
}

static bool
read_header(struct savefile *s)
{
	struct pcap_file *f = s->state;
	const uint8_t *h = cap_input_peek(s->in, 4);
	const struct kind *k = h ? kind_of(h, &f->order) : NULL;
	if (k == NULL || (h = cap_input_peek(s->in, k->file_header)) == NULL)
		return false;
	s->info.nanoseconds = k->resolution == NANOSECONDS;
	if (k->resolution == EITHER) {
		h = cap_input_peek(s->in, k->file_header + 8u);
		if (h == NULL && cap_input_dry(s->in))
			return false;
		/* no record: it does not matter */
		s->info.nanoseconds = h && savefile_u32(h + k->file_header + 4,
					       f->order) >= 1000000;
		h = cap_input_peek(s->in, k->file_header);
	}
	f->unit = s->info.nanoseconds ? 1 : RS_USEC;
	f->record_header = k->record_header;
	/* Before version 2.3 the lengths were the other way round; those who
	   wrote 2.3, and DG/UX with its 543.0, did either (libpcap). */
	unsigned major = savefile_u16(h + 4, f->order);
	f->swapped_lengths =
	    major == 543 || (major == 2 && savefile_u16(h + 6, f->order) <= 3);
	/* The upper bits tell of an FCS, not of the link type.  It may stay:
	   what is behind an IP packet is none of it. */
	f->linktype = (int)(savefile_u32(h + 20, f->order) & 0x03ffffff);
	savefile_linktype(s, f->linktype);
	cap_input_take(s->in, k->file_header);
	f->header_read = true;
	return true;
}

struct lengths {
	uint32_t captured, wire;
};

static inline struct lengths
lengths(const struct pcap_file *f, const uint8_t *h)
{
	struct lengths l = {
	    savefile_u32(h + 8, f->order), savefile_u32(h + 12, f->order)};
	if (f->swapped_lengths && l.captured > l.wire)
		return (struct lengths){l.wire, l.captured};
	return l;
}

static inline rs_time
time_of(const struct pcap_file *f, const uint8_t *h)
{
	return (rs_time)savefile_u32(h, f->order) * RS_SEC +
	       (rs_time)savefile_u32(h + 4, f->order) * f->unit;
}

/* The record at h, which is all there. */
static inline enum cap_result
take(struct savefile *s, const uint8_t *h, struct lengths l,
    struct cap_frame *out)
{
	const struct pcap_file *f = s->state;
	cap_input_take(s->in, f->record_header + l.captured);
	return savefile_frame(s, out, time_of(f, h), h + f->record_header,
	    l.captured, l.wire, f->linktype);
}

static enum cap_result
read_record(struct savefile *s, struct cap_frame *out, GError **error)
{
	struct pcap_file *f = s->state;
	if (!f->header_read && !read_header(s))
		return savefile_ended(s, error);

	const uint8_t *h = cap_input_peek(s->in, f->record_header);
	if (h == NULL)
		return savefile_ended(s, error);
	struct lengths l = lengths(f, h);
	if (l.captured > SAVEFILE_MAX_FRAME)
		return savefile_damaged(
		    s, error, "damaged: a frame over 262144 bytes");

	h = cap_input_peek(s->in, f->record_header + l.captured);
	if (h == NULL)
		return savefile_ended(s, error);
	return take(s, h, l, out);
}

/* Whatever is not plain is left to read_record(). */
static unsigned
more_records(
    struct savefile *s, struct cap_frame *out, unsigned n, rs_time before)
{
	const struct pcap_file *f = s->state;
	unsigned i = 0;
	for (size_t left; i < n; i++) {
		left = cap_input_left(s->in);
		if (!f->header_read || left < f->record_header)
			break;
		const uint8_t *h = cap_input_peek(s->in, f->record_header);
		struct lengths l = lengths(f, h);
		if (l.captured > SAVEFILE_MAX_FRAME ||
		    l.captured > left - f->record_header ||
		    time_of(f, h) >= before)
			break;
		(void)take(s, h, l, &out[i]);
	}
	return i;
}

static void
clear(struct savefile *s)
{
	g_free(s->state);
}

void
pcap_file_begin(struct savefile *s)
{
	s->state = g_new0(struct pcap_file, 1);
	s->read = read_record;
	s->more = more_records;
	s->clear = clear;
	s->info.format = "pcap";
}
