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

static enum cap_result
read_record(struct savefile *s, struct cap_frame *out, GError **error)
{
	struct pcap_file *f = s->state;
	if (!f->header_read && !read_header(s))
		return savefile_ended(s, error);

	const uint8_t *h = cap_input_peek(s->in, f->record_header);
	if (h == NULL)
		return savefile_ended(s, error);
	uint32_t sec = savefile_u32(h, f->order);
	uint32_t frac = savefile_u32(h + 4, f->order);
	uint32_t caplen = savefile_u32(h + 8, f->order);
	uint32_t wire = savefile_u32(h + 12, f->order);
	if (f->swapped_lengths && caplen > wire) {
		uint32_t first = caplen;
		caplen = wire;
		wire = first;
	}
	if (caplen > SAVEFILE_MAX_FRAME)
		return savefile_damaged(
		    s, error, "damaged: a frame over 262144 bytes");

	h = cap_input_peek(s->in, f->record_header + caplen);
	if (h == NULL)
		return savefile_ended(s, error);
	cap_input_take(s->in, f->record_header + caplen);
	rs_time ts = (rs_time)sec * RS_SEC + (rs_time)frac * f->unit;
	return savefile_frame(
	    s, out, ts, h + f->record_header, caplen, wire, f->linktype);
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
	s->clear = clear;
	s->info.format = "pcap";
}
