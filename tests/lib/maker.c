/* SPDX-License-Identifier: Apache-2.0 */
#include "maker.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct maker
maker_new(bool big)
{
	return (struct maker){g_byte_array_new(), big};
}

void
maker_free(struct maker *m)
{
	g_byte_array_free(m->b, TRUE);
}

void
put(struct maker *m, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (m->big ? bytes - 1 - i : i);
		guint8 c = (guint8)(v >> shift);
		g_byte_array_append(m->b, &c, 1);
	}
}

void
put_zeros(struct maker *m, size_t n)
{
	while (n--)
		put(m, 0, 1);
}

void
put_bytes(struct maker *m, const void *bytes, size_t n)
{
	g_byte_array_append(m->b, bytes, (guint)n);
}

void
pcap_header(struct maker *m, uint32_t magic, uint32_t linktype)
{
	put(m, magic, 4);
	put(m, 2, 2);
	put(m, 4, 2);
	put_zeros(m, 8);
	put(m, 65535, 4);
	put(m, linktype, 4);
}

void
pcap_frame(struct maker *m, uint32_t sec, uint32_t frac, uint32_t n,
    uint32_t wire, unsigned extra)
{
	put(m, sec, 4);
	put(m, frac, 4);
	put(m, n, 4);
	put(m, wire, 4);
	put_zeros(m, extra);
	for (uint32_t i = 0; i < n; i++)
		put(m, i, 1);
}

size_t
block(struct maker *m, uint32_t type)
{
	size_t began = m->b->len;
	put(m, type, 4);
	put(m, 0, 4);
	return began;
}

void
block_end(struct maker *m, size_t began)
{
	put_zeros(m, -m->b->len & 3);
	size_t size = m->b->len - began + 4;
	for (unsigned i = 0; i < 4; i++)
		m->b->data[began + 4 + i] =
		    (guint8)(size >> 8 * (m->big ? 3 - i : i));
	put(m, size, 4);
}

void
option(struct maker *m, unsigned code, const void *value, unsigned n)
{
	put(m, code, 2);
	put(m, n, 2);
	put_bytes(m, value, n);
	put_zeros(m, -n & 3);
}

void
option_u64(struct maker *m, unsigned code, uint64_t value)
{
	put(m, code, 2);
	put(m, 8, 2);
	put(m, value, 8);
}

void
section(struct maker *m)
{
	put(m, 0x0a0d0d0a, 4);
	put(m, 28, 4);
	put(m, 0x1a2b3c4d, 4);
	put(m, 1, 2);
	put(m, 0, 2);
	put(m, UINT64_MAX, 8);
	put(m, 28, 4);
}

void
interface(struct maker *m, unsigned linktype, unsigned resolution)
{
	unsigned size = resolution ? 32 : 20;
	put(m, 1, 4);
	put(m, size, 4);
	put(m, linktype, 2);
	put(m, 0, 2);
	put(m, 0, 4);
	if (resolution) {
		put(m, 9, 2);
		put(m, 1, 2);
		put(m, resolution, 1);
		put_zeros(m, 3);
		put(m, 0, 4);
	}
	put(m, size, 4);
}

void
enhanced(struct maker *m, unsigned id, uint64_t stamp, unsigned n)
{
	unsigned padded = (n + 3) & ~3u;
	put(m, 6, 4);
	put(m, 32 + padded, 4);
	put(m, id, 4);
	put(m, stamp >> 32, 4);
	put(m, stamp & UINT32_MAX, 4);
	put(m, n, 4);
	put(m, n, 4);
	put_zeros(m, padded);
	put(m, 32 + padded, 4);
}

char *
save(struct maker *m, const char *name)
{
	g_autofree char *dir = g_strdup_printf("captures.%d.tmp", getpid());
	g_mkdir_with_parents(dir, 0700);
	char *path = g_build_filename(dir, name, NULL);
	g_file_set_contents(
	    path, (const char *)m->b->data, (gssize)m->b->len, NULL);
	maker_free(m);
	return path;
}

void
unsave(char *path)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
}

struct result
read_all(const char *const *paths, unsigned n, struct cap_info *info)
{
	struct result r = {0};
	struct cap_source *s = cap_files_open(paths, n, false);
	struct cap_frame f;
	GError *e = NULL;
	enum cap_result got;
	while ((got = s->next(s, &f, &e)) != CAP_END) {
		if (got == CAP_ERROR) {
			r.errors++;
			g_strlcpy(
			    r.last_error, e->message, sizeof r.last_error);
			g_clear_error(&e);
			continue;
		}
		if (got == CAP_SECRETS) {
			size_t k = MIN(f.bytes.n, sizeof r.secret - 1);
			memcpy(r.secret, f.bytes.p, k);
			r.secret[k] = 0;
			r.secrets++;
			continue;
		}
		if (r.frames < 16) {
			r.ts[r.frames] = f.ts;
			r.frame[r.frames] = f.frame;
			r.linktype[r.frames] = f.linktype;
			r.n[r.frames] = f.bytes.n;
			r.wire[r.frames] = f.wire_len;
		}
		r.frames++;
	}
	if (info) {
		*info = *s->info(s, 0);
		info->name = info->problem = NULL;
		info->comments = NULL;
	}
	s->close(s);
	return r;
}

struct result
read_one(char *path, struct cap_info *info)
{
	const char *const paths[] = {path};
	struct result r = read_all(paths, 1, info);
	unsave(path);
	return r;
}
