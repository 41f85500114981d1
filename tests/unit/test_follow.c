/* SPDX-License-Identifier: Apache-2.0 */
/* Files that grow, rotate, are cut and deleted while they are read. */
#include "maker.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A folder, the source that follows it, and the seconds of its frames. */
struct bench {
	char *dir;
	struct cap_source *s;
	GString *seen; /* "1@0 2@0 3@1 ": second and file of each frame */
	char *error;   /* the last one */
	unsigned errors, ends;
};

static char *
at(const struct bench *b, const char *name)
{
	return g_build_filename(b->dir, name, NULL);
}

static void
bench_init(struct bench *b)
{
	*b = (struct bench){
	    .dir = g_dir_make_tmp("follow.XXXXXX", NULL),
	    .seen = g_string_new(NULL),
	};
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->dir);
}

static void
follow(struct bench *b, const char *const *names)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	for (; *names; names++)
		g_ptr_array_add(paths, at(b, *names));
	b->s = cap_follow_open((const char *const *)paths->pdata, paths->len);
	g_ptr_array_free(paths, TRUE);
}

static void
bench_clear(struct bench *b)
{
	const char *name;
	if (b->s)
		b->s->close(b->s);
	GDir *d = g_dir_open(b->dir, 0, NULL);
	while ((name = g_dir_read_name(d))) {
		g_autofree char *path = at(b, name);
		g_unlink(path);
	}
	g_dir_close(d);
	g_rmdir(b->dir);
	g_free(b->dir);
	g_free(b->error);
	g_string_free(b->seen, TRUE);
}

/* Appends frames of these seconds, "3 4 5"; a new file has its header first. */
static void
write_to(struct bench *b, const char *name, const char *seconds, size_t but)
{
	struct maker m = maker_new(false);
	g_autofree char *path = at(b, name);
	g_auto(GStrv) each = g_strsplit(seconds, " ", 0);
	FILE *f = fopen(path, "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fseek(f, 0, SEEK_END);
	if (ftell(f) == 0)
		pcap_header(&m, 0xa1b2c3d4, 1);
	for (char **s = each; *s; s++)
		if (**s)
			pcap_frame(&m, (uint32_t)atoi(*s), 0, 40, 40, 0);
	fwrite(m.b->data, 1, m.b->len - but, f);
	fclose(f);
	maker_free(&m);
}

/* Reads until nothing came for two looks; what came, then forgets it. */
static const char *
reads(struct bench *b)
{
	struct cap_frame f;
	g_string_truncate(b->seen, 0);
	for (unsigned idle = 0; idle < 11;) {
		GError *e = NULL;
		enum cap_result r = b->s->next(b->s, &f, &e);
		if (r == CAP_END) {
			b->ends++;
			break;
		}
		idle = r == CAP_IDLE ? idle + 1 : 0;
		if (r == CAP_FRAME)
			g_string_append_printf(b->seen, "%d@%u ",
			    (int)(f.ts / RS_SEC), f.frame.file);
		if (r == CAP_ERROR) {
			b->errors++;
			g_free(b->error);
			b->error = g_strdup(e->message);
		}
		g_clear_error(&e);
	}
	return b->seen->str;
}

static const char *const folder[] = {"", NULL};

static void
test_rotated(void)
{
	struct bench b;
	bench_init(&b);
	write_to(&b, "b", "1 2", 0); /* no order by name */
	write_to(&b, "c", "3 4", 0);
	follow(&b, folder);
	CU_ASSERT_STRING_EQUAL(reads(&b), "1@0 2@0 3@1 4@1 ");
	write_to(&b, "c", "5", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "5@1 ");
	/* The next one is there before it is seen that this one has grown. */
	write_to(&b, "c", "6 7", 0);
	write_to(&b, "a", "8 9", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "6@1 7@1 8@2 9@2 ");
	/* two that grow */
	write_to(&b, "a", "11 13", 0);
	write_to(&b, "c", "10 12 14", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "10@1 11@2 12@1 13@2 14@1 ");
	CU_ASSERT_EQUAL(b.errors + b.ends, 0);
	const struct cap_info *i = b.s->info(b.s, 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(i);
	CU_ASSERT_EQUAL(i->packets, 4);
	CU_ASSERT_PTR_NULL(b.s->info(b.s, 3));
	bench_clear(&b);
}

/* A frame that is not whole yet, a file that is empty yet, one that is none. */
static void
test_begins(void)
{
	struct bench b;
	bench_init(&b);
	write_to(&b, "a", "1 2", 30);
	g_autofree char *text = at(&b, "text"), *empty = at(&b, "empty");
	g_file_set_contents(text,
	    "no capture, whatever comes behind it, and "
	    "long enough that this is known",
	    -1, NULL);
	g_file_set_contents(empty, "", 0, NULL);
	write_to(&b, ".hidden", "1", 0);
	follow(&b, folder);
	CU_ASSERT_STRING_EQUAL(reads(&b), "1@0 ");
	write_to(&b, "empty", "4", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "4@1 ");
	struct maker m = maker_new(false);
	pcap_frame(&m, 2, 0, 40, 40, 0);
	g_autofree char *path = at(&b, "a");
	FILE *f = fopen(path, "a");
	fwrite(m.b->data + m.b->len - 30, 1, 30, f);
	fclose(f);
	maker_free(&m);
	CU_ASSERT_STRING_EQUAL(reads(&b), "2@0 ");
	CU_ASSERT_EQUAL(b.errors + b.ends, 0);
	bench_clear(&b);
}

/* By rename, as logrotate does it: the old one stays what it was. */
static void
test_renamed(void)
{
	static const char *const named[] = {"x", NULL};
	for (int by_name = 0; by_name < 2; by_name++) {
		struct bench b;
		bench_init(&b);
		unit_row(by_name ? "by name" : "folder");
		write_to(&b, "x", "1", 0);
		follow(&b, by_name ? named : folder);
		CU_ASSERT_STRING_EQUAL(reads(&b), "1@0 ");
		g_autofree char *x = at(&b, "x"), *old = at(&b, "x.1");
		g_rename(x, old);
		CU_ASSERT_STRING_EQUAL(reads(&b), "");
		write_to(&b, "x.1", "2", 0);
		write_to(&b, "x", "3", 0);
		CU_ASSERT_STRING_EQUAL(reads(&b), "2@0 3@1 ");
		/* compressed then, and deleted */
		g_autofree char *gz = at(&b, "x.1.gz");
		g_autofree char *content = NULL;
		gsize n;
		g_file_get_contents(old, &content, &n, NULL);
		g_file_set_contents(gz, content, (gssize)n, NULL);
		CU_ASSERT_STRING_EQUAL(reads(&b), "");
		g_unlink(old);
		CU_ASSERT_STRING_EQUAL(reads(&b), "");
		write_to(&b, "x", "4", 0);
		CU_ASSERT_STRING_EQUAL(reads(&b), "4@1 ");
		CU_ASSERT_EQUAL(b.errors + b.ends, 0);
		bench_clear(&b);
	}
}

/* A ring of files under the same names: each is cut and written anew. */
static void
test_cut(void)
{
	struct bench b;
	bench_init(&b);
	write_to(&b, "0", "1 2 3", 0);
	write_to(&b, "1", "4 5 6", 0);
	follow(&b, folder);
	CU_ASSERT_STRING_EQUAL(reads(&b), "1@0 2@0 3@0 4@1 5@1 6@1 ");
	g_autofree char *path = at(&b, "0");
	CU_ASSERT_EQUAL(truncate(path, 0), 0);
	write_to(&b, "0", "7", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "7@2 ");
	write_to(&b, "0", "8", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "8@2 ");
	CU_ASSERT_EQUAL(b.errors + b.ends, 0);
	bench_clear(&b);
}

static unsigned
descriptors(void)
{
	unsigned n = 0;
	DIR *d = opendir("/proc/self/fd");
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* A ring that deletes the oldest: its inode is used again, as a rule. */
static void
test_deleted(void)
{
	struct bench b;
	bench_init(&b);
	follow(&b, folder);
	CU_ASSERT_STRING_EQUAL(reads(&b), "");
	unsigned before = descriptors();
	for (int i = 1; i < 50; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);
		g_autofree char *old = g_strdup_printf("%s/%d", b.dir, i - 2);
		g_autofree char *want = g_strdup_printf("%d@%d ", i, i - 1);
		g_unlink(old);
		write_to(&b, name, name, 0);
		CU_ASSERT_STRING_EQUAL(reads(&b), want);
	}
	CU_ASSERT_EQUAL(b.errors + b.ends, 0);
	CU_ASSERT(descriptors() <= before + 3); /* room on the disk is free */
	bench_clear(&b);
}

/* More than may be open, one behind the other, and all at once. */
static void
test_many(void)
{
	enum { FILES = 60 };
	for (int overlap = 0; overlap < 2; overlap++) {
		struct bench b;
		g_autoptr(GString) want = g_string_new(NULL);
		bench_init(&b);
		unit_row(overlap ? "overlapping" : "in turn");
		for (int i = 0; i < FILES; i++) {
			g_autofree char *name =
			    g_strdup_printf("%d", (i * 7) % FILES);
			g_autofree char *when = g_strdup_printf("%d %d",
			    overlap ? 1 + i : 1 + 2 * i,
			    overlap ? 100 + i : 2 + 2 * i);
			write_to(&b, name, when, 0);
		}
		for (int i = 0; i < 2 * FILES; i++)
			g_string_append_printf(want, "%d@%d ",
			    !overlap    ? 1 + i
			    : i < FILES ? 1 + i
					: 100 + i - FILES,
			    overlap ? i % FILES : i / 2);
		follow(&b, folder);
		unsigned before = descriptors();
		CU_ASSERT_STRING_EQUAL(reads(&b), want->str);
		CU_ASSERT(descriptors() <= before + 26);
		write_to(&b, "x", "999", 0);
		CU_ASSERT_STRING_EQUAL(reads(&b), "999@60 ");
		CU_ASSERT_EQUAL(b.errors + b.ends, 0);
		bench_clear(&b);
	}
}

/* One that is not there is said once, and read when it is. */
static void
test_missing(void)
{
	static const char *const named[] = {"a", "b", NULL};
	struct bench b;
	bench_init(&b);
	write_to(&b, "a", "1", 0);
	follow(&b, named);
	CU_ASSERT_STRING_EQUAL(reads(&b), "1@0 ");
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.error, "/b: cannot open: No such"));
	write_to(&b, "b", "2", 0);
	CU_ASSERT_STRING_EQUAL(reads(&b), "2@1 ");
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_EQUAL(b.ends, 0);
	bench_clear(&b);
}

/* Where nothing can come any more, it ends. */
static void
test_damaged(void)
{
	static const char *const named[] = {"a", NULL};
	struct bench b;
	bench_init(&b);
	g_autofree char *path = at(&b, "a");
	g_file_set_contents(path, "hello, world", -1, NULL);
	follow(&b, named);
	CU_ASSERT_STRING_EQUAL(reads(&b), "");
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_EQUAL(b.ends, 1);
	bench_clear(&b);
}

UNIT_MAIN("follow", UNIT(test_rotated), UNIT(test_begins), UNIT(test_renamed),
    UNIT(test_cut), UNIT(test_deleted), UNIT(test_many), UNIT(test_missing),
    UNIT(test_damaged))
