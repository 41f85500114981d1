/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcap savefiles (draft-ietf-opsawg-pcap): both byte orders, micro- and
 * nanoseconds, and the "modified" format whose records carry eight bytes more.
 */
#include "capture/savefile.h"

enum { FILE_HEADER = 24, RECORD_HEADER = 16, MODIFIED_HEADER = 24 };

enum {
	MAGIC_USEC = 0xa1b2c3d4,
	MAGIC_NSEC = 0xa1b23c4d,
	MAGIC_MODIFIED = 0xa1b2cd34,
};

struct pcap_file {
	struct savefile base;
	enum savefile_order order;
	bool header_read;
	size_t record_header;
	int linktype;
};

static bool
magic(const uint8_t four[4], uint32_t *which, enum savefile_order *order)
{
	for (int o = SAVEFILE_LITTLE; o <= SAVEFILE_BIG; o++) {
		uint32_t m = savefile_u32(four, (enum savefile_order)o);
		if (m == MAGIC_USEC || m == MAGIC_NSEC || m == MAGIC_MODIFIED) {
			*which = m;
			*order = (enum savefile_order)o;
			return true;
		}
	}
	return false;
}

bool
pcap_file_magic(const uint8_t four[4])
{
	uint32_t which;
	enum savefile_order order;
	return magic(four, &which, &order);
}

static bool
read_header(struct pcap_file *f)
{
	struct savefile *s = &f->base;
	const uint8_t *h = cap_input_peek(s->in, FILE_HEADER);
	uint32_t which;
	if (h == NULL || !magic(h, &which, &f->order))
		return false;
	s->info.nanoseconds = which == MAGIC_NSEC;
	f->record_header =
	    which == MAGIC_MODIFIED ? MODIFIED_HEADER : RECORD_HEADER;
	/* The upper bits tell of an FCS, not of the link type. */
	f->linktype = (int)(savefile_u32(h + 20, f->order) & 0x03ffffff);
	savefile_linktype(s, f->linktype);
	cap_input_take(s->in, FILE_HEADER);
	f->header_read = true;
	return true;
}

static enum cap_result
read_record(struct savefile *s, struct cap_frame *out, GError **error)
{
	struct pcap_file *f = (struct pcap_file *)s;
	if (!f->header_read && !read_header(f))
		return savefile_ended(s, error);

	const uint8_t *h = cap_input_peek(s->in, f->record_header);
	if (h == NULL)
		return savefile_ended(s, error);
	uint32_t sec = savefile_u32(h, f->order);
	uint32_t frac = savefile_u32(h + 4, f->order);
	uint32_t caplen = savefile_u32(h + 8, f->order);
	uint32_t wire = savefile_u32(h + 12, f->order);
	if (caplen > SAVEFILE_MAX_FRAME)
		return savefile_damaged(
		    s, error, "damaged: a frame over 262144 bytes");

	h = cap_input_peek(s->in, f->record_header + caplen);
	if (h == NULL)
		return savefile_ended(s, error);
	cap_input_take(s->in, f->record_header + caplen);
	rs_time ts = (rs_time)sec * RS_SEC +
		     (rs_time)frac * (s->info.nanoseconds ? 1 : RS_USEC);
	return savefile_frame(
	    s, out, ts, h + f->record_header, caplen, wire, f->linktype);
}

struct savefile *
pcap_file_new(void)
{
	struct pcap_file *f = g_new0(struct pcap_file, 1);
	f->base.read = read_record;
	f->base.info.format = "pcap";
	return &f->base;
}
