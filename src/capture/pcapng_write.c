/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/pcapng_write.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_ENHANCED = 6,
	ORDER_MARK = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_APPLICATION = 4,
	OPTION_TSRESOL = 9,
	NANOSECONDS = 9,
	FLUSH = 256 * 1024,
	OPTION_MAX = 65535,
};

struct source {
	const char *name; /* the caller's; compared as text */
	int linktype;
};

struct pcapng_writer {
	int fd, error;
	GByteArray *out;
	GArray *sources; /* struct source, by interface number */
};

static void
bytes(struct pcapng_writer *w, const void *p, size_t n)
{
	static const uint8_t padding[4];
	g_byte_array_append(w->out, p, (guint)n);
	g_byte_array_append(w->out, padding, (guint)(-n & 3));
}

static void
u32(struct pcapng_writer *w, uint32_t v)
{
	bytes(w, &v, sizeof v);
}

static void
option(struct pcapng_writer *w, uint16_t code, const void *p, size_t n)
{
	const uint16_t head[2] = {code, (uint16_t)n};
	bytes(w, head, sizeof head);
	bytes(w, p, n);
}

static void
text(struct pcapng_writer *w, uint16_t code, const char *s)
{
	if (s)
		option(w, code, s, MIN(strlen(s), (size_t)OPTION_MAX));
}

/* Where the block begins: its length is not known yet. */
static guint
begin(struct pcapng_writer *w, uint32_t type)
{
	guint at = w->out->len;
	u32(w, type);
	u32(w, 0);
	return at;
}

static void
end(struct pcapng_writer *w, guint at)
{
	uint32_t n = w->out->len - at + 4;
	memcpy(w->out->data + at + 4, &n, sizeof n);
	u32(w, n);
}

static void
flush(struct pcapng_writer *w)
{
	for (guint done = 0; done < w->out->len && w->error == 0;) {
		ssize_t n =
		    write(w->fd, w->out->data + done, w->out->len - done);
		if (n > 0)
			done += (guint)n;
		else if (n == 0 || errno != EINTR)
			w->error = n ? errno : EIO;
	}
	g_byte_array_set_size(w->out, 0);
}

struct pcapng_writer *
pcapng_writer_new(int fd, const char *application, const char *comment)
{
	static const uint16_t version[2] = {1, 0};
	static const int64_t no_length = -1;
	struct pcapng_writer *w = g_new0(struct pcapng_writer, 1);
	w->fd = fd;
	w->out = g_byte_array_new();
	w->sources = g_array_new(FALSE, FALSE, sizeof(struct source));
	guint at = begin(w, BLOCK_SECTION);
	u32(w, ORDER_MARK);
	bytes(w, version, sizeof version);
	bytes(w, &no_length, sizeof no_length);
	text(w, OPTION_COMMENT, comment);
	text(w, OPTION_APPLICATION, application);
	option(w, OPTION_END, NULL, 0);
	end(w, at);
	return w;
}

/* The number of the interface that stands for that source. */
static uint32_t
interface_of(struct pcapng_writer *w, const char *name, int linktype)
{
	static const uint8_t resolution = NANOSECONDS;
	for (guint i = 0; i < w->sources->len; i++) {
		const struct source *s =
		    &g_array_index(w->sources, struct source, i);
		if (s->linktype == linktype && strcmp(s->name, name) == 0)
			return i;
	}
	const struct source s = {name, linktype};
	const uint16_t type[2] = {(uint16_t)linktype, 0};
	g_array_append_val(w->sources, s);
	guint at = begin(w, BLOCK_INTERFACE);
	bytes(w, type, sizeof type);
	u32(w, 0); /* no snaplen */
	text(w, OPTION_IF_NAME, name);
	option(w, OPTION_TSRESOL, &resolution, 1);
	option(w, OPTION_END, NULL, 0);
	end(w, at);
	return w->sources->len - 1;
}

void
pcapng_writer_packet(struct pcapng_writer *w, const struct cap_frame *f,
    const char *source, const char *comment)
{
	uint32_t interface = interface_of(w, source, f->linktype);
	uint64_t ts = (uint64_t)f->ts;
	guint at = begin(w, BLOCK_ENHANCED);
	u32(w, interface);
	u32(w, (uint32_t)(ts >> 32));
	u32(w, (uint32_t)ts);
	u32(w, (uint32_t)f->bytes.n);
	u32(w, f->wire_len);
	bytes(w, f->bytes.p, f->bytes.n);
	text(w, OPTION_COMMENT, comment);
	option(w, OPTION_END, NULL, 0);
	end(w, at);
	if (w->out->len >= FLUSH)
		flush(w);
}

int
pcapng_writer_close(struct pcapng_writer *w)
{
	flush(w);
	int error = w->error;
	g_byte_array_free(w->out, TRUE);
	g_array_free(w->sources, TRUE);
	g_free(w);
	return error;
}
