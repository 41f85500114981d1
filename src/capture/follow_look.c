/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files there are to be followed.
 *
 * A name may come to stand for another file (rings and rotation by rename do
 * that), and a file may come to have another name: so files are known by their
 * inodes.  An inode is used again for another file once nobody has it open;
 * then the first bytes tell, which have the time of the first packet in them.
 */
#include "capture/archive.h"
#include "capture/follow_inner.h"
#include "capture/log_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 1024, ENOUGH = 64 };

/* FNV-1a: not against anybody, only for what differs by itself. */
static uint64_t
sum_of(const uint8_t *p, size_t n)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* The sum of its first bytes, up to *n of them, which becomes how many. */
static uint64_t
head_of(const char *path, size_t *n)
{
	uint8_t bytes[HEAD];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd < 0 ? 0 : pread(fd, bytes, *n, 0);
	if (fd >= 0)
		close(fd);
	*n = got > 0 ? (size_t)got : 0;
	return sum_of(bytes, *n);
}

static guint
inode_hash(gconstpointer p)
{
	const struct member *m = p;
	guint64 v = (guint64)m->inode * 31 + (guint64)m->device;
	return g_int64_hash(&v);
}

static gboolean
inode_equal(gconstpointer a, gconstpointer b)
{
	const struct member *x = a, *y = b;
	return x->inode == y->inode && x->device == y->device;
}

void
follow_tables(struct follow *o)
{
	o->by_path =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	o->by_inode = g_hash_table_new(inode_hash, inode_equal);
}

/* ---- what one is ---- */

static bool
is_compressed_copy(const struct follow *o, const char *path)
{
	static const char *const ends[] = {".gz", ".zst"};
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		if (!g_str_has_suffix(path, ends[i]))
			continue;
		g_autofree char *plain =
		    g_strndup(path, strlen(path) - strlen(ends[i]));
		const struct member *m = g_hash_table_lookup(o->by_path, plain);
		if (m && m->state != MEMBER_STRANGER)
			return true;
	}
	return false;
}

/* Of a file in a folder.  Logs are none of those that are rotated here. */
static void
tell_apart(struct follow *o, struct member *m)
{
	if (m->named)
		m->state = MEMBER_FOUND;
	else if (m->size == 0)
		m->state = MEMBER_EMPTY;
	else if (is_compressed_copy(o, m->path))
		m->state = MEMBER_STRANGER;
	else if (cap_file_is_capture(m->path) && !cap_file_is_log(m->path))
		m->state = MEMBER_FOUND;
	else
		m->state = m->size < ENOUGH ? MEMBER_EMPTY : MEMBER_STRANGER;
}

static void
see(struct member *m, const struct stat *st)
{
	m->device = st->st_dev;
	m->inode = st->st_ino;
	m->size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0;
	if (m->head_n < HEAD && S_ISREG(st->st_mode)) {
		m->head_n = HEAD;
		m->head = head_of(m->path, &m->head_n);
	}
}

static void
add(struct follow *o, const char *path, const struct stat *st, bool named)
{
	struct member *m = g_new0(struct member, 1);
	m->path = g_strdup(path);
	m->named = named;
	m->number = NOBODY;
	m->info = (struct cap_info){
	    .name = m->path, .first = RS_NEVER, .last = RS_NEVER};
	see(m, st);
	g_ptr_array_add(o->members, m);
	g_hash_table_replace(o->by_path, g_strdup(path), m);
	g_hash_table_replace(o->by_inode, m, m);
	tell_apart(o, m);
}

void
follow_again(struct follow *o, struct member *m)
{
	struct stat st;
	if (stat(m->path, &st) == 0)
		add(o, m->path, &st, m->named);
}

bool
follow_was_cut(const struct member *m)
{
	struct stat st;
	uint64_t done, total;
	if (!savefile_stat(m->source, &st) || !S_ISREG(st.st_mode))
		return false;
	m->source->progress(m->source, &done, &total);
	return (uint64_t)st.st_size < done;
}

/* ---- all of them ---- */

/* Is it the file that m is, whose inode it has? */
static bool
same(const struct member *m, const char *path, const struct stat *st)
{
	/* Nobody gets an inode that we have open. */
	if (m->state == MEMBER_OPEN || !S_ISREG(st->st_mode))
		return true;
	if ((uint64_t)st->st_size < m->size)
		return false;
	if ((uint64_t)st->st_size == m->size && strcmp(m->path, path) == 0)
		return true;
	size_t n = m->head_n;
	return head_of(path, &n) == m->head && n == m->head_n;
}

static void
look_at(struct follow *o, const char *path, bool named)
{
	struct stat st;
	if (stat(path, &st) < 0 || (!named && !S_ISREG(st.st_mode)))
		return;
	const struct member key = {.device = st.st_dev, .inode = st.st_ino};
	struct member *m = g_hash_table_lookup(o->by_inode, &key);
	if (m == NULL || !same(m, path, &st)) {
		add(o, path, &st, named);
		return;
	}
	see(m, &st);
	if (m->state == MEMBER_EMPTY)
		tell_apart(o, m);
	if (g_hash_table_lookup(o->by_path, path) != m)
		g_hash_table_replace(o->by_path, g_strdup(path), m);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
look_into(struct follow *o, const char *folder)
{
	GDir *d = g_dir_open(folder, 0, NULL);
	const char *name;
	if (d == NULL)
		return;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	while ((name = g_dir_read_name(d)))
		if (name[0] != '.')
			g_ptr_array_add(
			    found, g_build_filename(folder, name, NULL));
	g_dir_close(d);
	g_ptr_array_sort(found, by_name);
	for (guint i = 0; i < found->len; i++)
		look_at(o, found->pdata[i], false);
}

void
follow_look(struct follow *o)
{
	for (guint i = 0; i < o->paths->len; i++) {
		const char *path = o->paths->pdata[i];
		struct stat st;
		bool there = stat(path, &st) == 0;
		o->missing[i] &= !there;
		if (there && S_ISDIR(st.st_mode)) {
			o->folders = true;
			look_into(o, path);
		} else if (there) {
			look_at(o, path, true);
		} else if (!o->missing[i] &&
			   !g_hash_table_lookup(o->by_path, path)) {
			o->missing[i] = true;
			g_ptr_array_add(o->errors,
			    g_error_new(REGSCAN_ERROR, REGSCAN_ERROR_MISSING,
				"%s: cannot open: %s", path,
				g_strerror(errno)));
		}
	}
}
