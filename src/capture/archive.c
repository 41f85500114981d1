/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/archive.h"

#include "capture/problem.h"
#include "capture/savefile.h"
#include "log/log.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <zlib.h>

enum {
	DEEP = 3, /* archives in archives */
	ENTRIES = 4096,
	TAKEN = 64,
	NAME = 255,
	BLOCK = 65536,
	TAR_MAGIC = 257,
};
/* Text packs to a tenth or a twentieth; GROWTH times more than there is are no
   log.  Small ones may. */
enum { GROWTH = 200, SMALL = 64 * 1024 * 1024 };

/* An archive that is being read: a file, or a member of the one below. */
struct level {
	struct archive *a;
	struct level *below; /* NULL: a file */
	struct cap_raw *raw;
	uint8_t head[LOG_PROBE]; /* of the member below, read already */
	size_t n_head;
	uint64_t in, out; /* bytes of it, and of its members */
	uint8_t block[BLOCK];
	char *problem;
};

struct cap_member {
	struct level *level;
	char *problem;
};

/* Owned by the caller.  On one line: some of libarchive's texts end it. */
static char *
damaged(const struct level *l)
{
	const char *why = archive_error_string(l->a);
	char *text = g_strdup(why ? why : "it ends too early");
	g_strstrip(g_strdelimit(text, "\r\n", ' '));
	char *problem = g_strdup_printf("damaged archive (%s)", text);
	g_free(text);
	return problem;
}

/* ---- bytes ---- */

static size_t
level_read(struct level *l, uint8_t *to, size_t n)
{
	la_ssize_t got = archive_read_data(l->a, to, n);
	if (got < 0) {
		if (l->problem == NULL)
			l->problem = damaged(l);
		return 0;
	}
	l->out += (uint64_t)got;
	if (l->out > SMALL && l->out / GROWTH > l->in && l->problem == NULL)
		l->problem = g_strdup_printf(
		    "refused: unpacks to more than %d times its size", GROWTH);
	return l->problem ? 0 : (size_t)got;
}

/* libarchive's reader. */
static la_ssize_t
supply(struct archive *a, void *arg, const void **block)
{
	struct level *l = arg;
	size_t n;
	*block = l->block;
	if (l->n_head) {
		n = l->n_head;
		memcpy(l->block, l->head, n);
		l->n_head = 0;
	} else if (l->below) {
		n = level_read(l->below, l->block, sizeof l->block);
	} else {
		n = cap_raw_read(l->raw, l->block, sizeof l->block);
	}
	const char *problem = l->below ? l->below->problem : l->raw->failed;
	if (n == 0 && problem) {
		archive_set_error(a, EIO, "%s", problem);
		return -1;
	}
	l->in += n;
	return (la_ssize_t)n;
}

static void
level_free(struct level *l)
{
	while (l) {
		struct level *below = l->below;
		archive_read_free(l->a);
		cap_raw_free(l->raw);
		g_free(l->problem);
		g_free(l);
		l = below;
	}
}

/* Begins to read an archive; the level takes over `below` or raw. */
static struct level *
level_new(struct level *below, struct cap_raw *raw)
{
	struct level *l = g_new0(struct level, 1);
	l->below = below;
	l->raw = raw;
	l->a = archive_read_new();
	archive_read_support_filter_gzip(l->a);
	archive_read_support_filter_zstd(l->a);
	archive_read_support_filter_xz(l->a);
	archive_read_support_filter_bzip2(l->a);
	archive_read_support_format_tar(l->a);
	archive_read_support_format_zip_streamable(l->a);
	return l;
}

static bool
level_begin(struct level *l)
{
	if (archive_read_open(l->a, l, NULL, supply, NULL) == ARCHIVE_OK)
		return true;
	l->problem = damaged(l);
	return false;
}

/* ---- members ---- */

/* Their names are from anywhere: "./" is left out, and what is no printable
   text is '?'.  Owned by the caller; NULL: not a regular file. */
static char *
member_name(struct archive_entry *e)
{
	const char *s = archive_entry_pathname(e);
	if (s == NULL || archive_entry_filetype(e) != AE_IFREG ||
	    archive_entry_hardlink(e) || strlen(s) > NAME)
		return NULL;
	while (*s == '/' || (s[0] == '.' && s[1] == '/'))
		s += *s == '/' ? 1 : 2;
	char *name = g_utf8_make_valid(s, -1);
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return name;
}

/* The next regular file; NULL: none, or a problem. */
static char *
level_next(struct level *l, unsigned *entries)
{
	struct archive_entry *e;
	char *name = NULL;
	while (name == NULL && l->problem == NULL) {
		int r = archive_read_next_header(l->a, &e);
		if (r == ARCHIVE_EOF)
			return NULL;
		if (r < ARCHIVE_WARN)
			l->problem = damaged(l);
		else if (++*entries > ENTRIES)
			l->problem = g_strdup_printf(
			    "refused: more than %d files in an archive",
			    ENTRIES);
		else
			name = member_name(e);
	}
	return name;
}

/* The rest of a member: not by libarchive, which would not count. */
static void
level_skip(struct level *l)
{
	uint8_t block[8192];
	while (level_read(l, block, sizeof block))
		continue;
}

/* ---- what a member is ---- */

enum content { OTHER, READABLE, PROBLEM, ARCHIVE };

static bool
is_archive(const uint8_t *p, size_t n)
{
	return (n >= TAR_MAGIC + 5 && memcmp(p + TAR_MAGIC, "ustar", 5) == 0) ||
	       (n >= 4 && memcmp(p, "PK\3\4", 4) == 0);
}

static enum content
content_of(const uint8_t *p, size_t n)
{
	uint8_t plain[LOG_PROBE];
	if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b) { /* gzip: look inside */
		z_stream z = {0};
		if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
			return OTHER;
		uint8_t *in = g_memdup2(p, n);
		z.next_in = in;
		z.avail_in = (uInt)n;
		z.next_out = plain;
		z.avail_out = sizeof plain;
		(void)inflate(&z, Z_SYNC_FLUSH);
		n = sizeof plain - z.avail_out;
		inflateEnd(&z);
		g_free(in);
		p = plain;
	}
	if (is_archive(p, n))
		return ARCHIVE;
	if (n >= 4 && (pcap_file_magic(p) || pcapng_magic(p)))
		return READABLE;
	if (log_probe((struct rs_span){p, n}))
		return READABLE;
	return cap_problem_probe((struct rs_span){p, n}) ? PROBLEM : OTHER;
}

bool
cap_archive_is(const char *path)
{
	const struct cap_file_options sparing = {.sparing = true};
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return false;
	struct cap_input *in = cap_input_open(path, &sparing, NULL);
	if (in == NULL)
		return false;
	size_t n = TAR_MAGIC + 5;
	const uint8_t *p = cap_input_peek(in, n);
	if (p == NULL) /* a small zip file */
		p = cap_input_peek(in, n = 4);
	bool yes = p && is_archive(p, n);
	cap_input_close(in);
	return yes;
}

size_t
cap_archive_length(const char *path)
{
	for (size_t n = 1; path[0] && path[n]; n++) {
		if (path[n] != '/')
			continue;
		g_autofree char *part = g_strndup(path, n);
		if (g_file_test(part, G_FILE_TEST_IS_REGULAR))
			return n;
	}
	return strlen(path);
}

/* ---- all members ---- */

struct walk {
	struct cap_list *list; /* NULL: nobody wants it */
	unsigned entries, taken, deep;
	char *problem;
};

static void walk_level(struct walk *w, struct level *l, const char *path);

static void
walk_nested(struct walk *w, struct level *l, const char *path,
    const uint8_t *head, size_t n)
{
	if (w->deep == DEEP) {
		w->problem = g_strdup("refused: archives too deep in archives");
		return;
	}
	struct level *inner = level_new(l, NULL);
	memcpy(inner->head, head, n);
	inner->n_head = n;
	w->deep++;
	walk_level(w, inner, path);
	w->deep--;
	inner->below = NULL;
	level_free(inner);
}

static void
walk_member(struct walk *w, struct level *l, const char *path)
{
	uint8_t head[LOG_PROBE];
	size_t n = 0, got;
	while (n < sizeof head &&
	       (got = level_read(l, head + n, sizeof head - n)) != 0)
		n += got;
	enum content c = content_of(head, n);
	if (c == ARCHIVE) {
		walk_nested(w, l, path, head, n);
	} else if (c != OTHER && ++w->taken > TAKEN) {
		w->problem = g_strdup_printf(
		    "refused: more than %d captures and logs in an archive",
		    TAKEN);
	} else if (w->list) {
		g_ptr_array_add(c == READABLE  ? w->list->paths
				: c == PROBLEM ? w->list->problems
					       : w->list->skipped,
		    g_strdup(path));
	}
	level_skip(l);
}

static void
walk_level(struct walk *w, struct level *l, const char *path)
{
	char *name;
	if (level_begin(l))
		while (w->problem == NULL &&
		       (name = level_next(l, &w->entries)) != NULL) {
			g_autofree char *full =
			    g_strdup_printf("%s/%s", path, name);
			walk_member(w, l, full);
			g_free(name);
		}
	if (w->problem == NULL)
		w->problem = g_strdup(l->problem);
}

bool
cap_archive_list(const char *path, struct cap_list *list, GError **error)
{
	struct walk w = {.list = list};
	struct cap_raw *raw = cap_raw_open(path, false, false, error);
	if (raw == NULL)
		return false;
	struct level *l = level_new(NULL, raw);
	walk_level(&w, l, path);
	level_free(l);
	if (w.problem)
		g_set_error_literal(
		    error, REGSCAN_ERROR, REGSCAN_ERROR_READ, w.problem);
	bool ok = w.problem == NULL;
	g_free(w.problem);
	return ok;
}

/* ---- one member ---- */

/* Goes to the member, through the archives on the way. */
static struct level *
descend(struct level *l, const char *rest)
{
	unsigned entries = 0;
	char *name;
	bool begun = level_begin(l);
	for (unsigned deep = 0; begun;) {
		if ((name = level_next(l, &entries)) == NULL) {
			if (l->problem == NULL)
				l->problem = g_strdup("no such file in it");
			return l;
		}
		size_t n = strlen(name);
		bool is = strcmp(name, rest) == 0;
		bool above = n && strncmp(name, rest, n) == 0 && rest[n] == '/';
		g_free(name);
		if (is)
			return l;
		if (!above || deep++ == DEEP) {
			level_skip(l);
			continue;
		}
		rest += n + 1;
		l = level_new(l, NULL);
		begun = level_begin(l);
	}
	return l;
}

struct cap_member *
cap_member_open(const char *path, GError **error)
{
	g_autofree char *file = g_strdup(path);
	char *slash;
	while ((slash = strrchr(file, '/')) != NULL && slash > file) {
		*slash = 0;
		if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
			break;
	}
	struct cap_raw *raw = cap_raw_open(file, false, false, error);
	if (raw == NULL)
		return NULL;
	struct cap_member *m = g_new0(struct cap_member, 1);
	m->level = descend(level_new(NULL, raw), path + strlen(file) + 1);
	return m;
}

size_t
cap_member_read(
    struct cap_member *m, uint8_t *to, size_t n, const char **problem)
{
	size_t got = m->level->problem ? 0 : level_read(m->level, to, n);
	*problem = m->level->problem;
	return got;
}

void
cap_member_free(struct cap_member *m)
{
	if (m == NULL)
		return;
	level_free(m->level);
	g_free(m->problem);
	g_free(m);
}
