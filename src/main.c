/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regscan: wiring.  Opens what a run needs, gives up what it does not, and ends
 * with an exit status.
 */
#include "config.h"

#include "base/pages.h"
#include "capture/archive.h"
#include "loop.h"
#include "options.h"
#include "report/explain.h"
#include "sandbox.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By their names, as they are given: which files there are changes. */
static struct cap_source *
follow_files(struct run *r)
{
	r->files.paths = g_ptr_array_new_with_free_func(g_free);
	for (char **f = r->o->files; *f; f++)
		g_ptr_array_add(r->files.paths, g_strdup(*f));
	return cap_follow_open(
	    (const char *const *)r->files.paths->pdata, r->files.paths->len);
}

static struct cap_source *
open_source(struct run *r, GError **error)
{
	const struct options *o = r->o;
	if (o->follow && strcmp(o->files[0], "-") != 0)
		return follow_files(r);
	if (o->files && o->files[0]) {
		cap_list_init(&r->files, (const char *const *)o->files);
		if (r->files.paths->len > RS_FILES) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%u files: at most %u at a time can be told apart; "
			    "name fewer",
			    r->files.paths->len, RS_FILES);
			return NULL;
		}
		problems_load(&r->problems, &r->files);
		logs_learn(&r->logs, &r->files, &r->problems, o, &r->keys);
		struct cap_source *files = cap_files_open(
		    (const char *const *)r->files.paths->pdata,
		    r->files.paths->len, o->follow);
		if (r->logs.clocks)
			cap_files_clocks(files, r->logs.clocks);
		return files;
	}
	const struct cap_live_options live = {
	    .interfaces = (const char *const *)o->interfaces,
	    .filter = o->filter,
	    .promiscuous = !o->no_promiscuous,
	    .snaplen = o->snaplen,
	    .buffer_kib = o->buffer_kib,
	};
	struct cap_source *s = o->hep_listen
				   ? cap_hep_open(o->hep_listen, error)
				   : cap_live_open(&live, error);
	if (s && !cap_drop_privileges(error)) {
		s->close(s);
		s = NULL;
	}
	return s;
}

static bool
open_recorder(struct run *r, GError **error)
{
	const struct flight_options o = {
	    .bytes = r->o->recorder_bytes,
	    .age = r->o->recorder_age,
	    .folder = r->o->on_fail,
	    .max_files = (unsigned)r->o->on_fail_max,
	    .version = VERSION,
	};
	if (o.folder == NULL)
		return true;
	r->flight = flight_new(&o, error);
	return r->flight != NULL;
}

/* A member of an archive is read out of that. */
static void
read_file(struct sandbox *s, const char *path)
{
	g_autofree char *file = g_strndup(path, cap_archive_length(path));
	sandbox_read(s, file);
}

/* What is followed by its name may be another file later: the folder where that
   is, and, as names may be links, the one where the file is now. */
static void
read_followed(struct sandbox *s, const char *path)
{
	if (strcmp(path, "-") == 0)
		return;
	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		sandbox_read(s, path);
		return;
	}
	g_autofree char *folder = g_path_get_dirname(path);
	char *real = realpath(path, NULL);
	sandbox_read(s, folder);
	if (real) {
		g_autofree char *there = g_path_get_dirname(real);
		sandbox_read(s, there);
	}
	free(real);
}

/* What is still opened by name while it runs, and nothing else. */
static bool
enter_sandbox(const struct run *r, GError **error)
{
	const struct options *o = r->o;
	struct sandbox s;
	if (o->no_sandbox)
		return true;
	sandbox_init(&s);
	s.live = r->live;
	for (unsigned i = 0; r->files.paths && i < r->files.paths->len; i++)
		(o->follow ? read_followed : read_file)(
		    &s, r->files.paths->pdata[i]);
	if (r->live) { /* libpcap's counters of drops */
		sandbox_read(&s, "/sys/class/net");
		sandbox_read(&s, "/sys/devices");
	}
	if (loop_endless(r) && r->out.path) {
		g_autofree char *folder = g_path_get_dirname(r->out.path);
		sandbox_write(&s, folder);
	}
	if (o->certificates)
		sandbox_write(&s, o->certificates);
	if (o->on_fail)
		sandbox_write(&s, o->on_fail);
	/* Spools, of each interval. */
	sandbox_write(&s, g_get_tmp_dir());
	bool ok = sandbox_enter(&s, error);
	sandbox_clear(&s);
	return ok;
}

static bool
spares(const struct run *r, const char *path, GError **error)
{
	if (path == NULL || !output_is(&r->out, path))
		return true;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
	    "%s: is read, and the output would overwrite it: name another",
	    path);
	return false;
}

/* Does the output overwrite nothing that is read?  Of folders it may be one of
   the files. */
static bool
spares_all(const struct run *r, GError **error)
{
	const struct options *o = r->o;
	const char *const one[] = {
	    o->keylog, o->credentials, o->rsa_key, o->profile};
	struct cap_list l = {0};
	bool ok = true;
	if (!output_overwrites(&r->out))
		return true;
	for (size_t i = 0; ok && i < G_N_ELEMENTS(one); i++)
		ok = spares(r, one[i], error);
	for (char **f = o->ca_files; ok && f && *f; f++)
		ok = spares(r, *f, error);
	if (o->files)
		cap_list_init(&l, (const char *const *)o->files);
	for (guint i = 0; ok && l.paths && i < l.paths->len; i++)
		ok = spares(r, l.paths->pdata[i], error);
	for (guint i = 0; ok && l.problems && i < l.problems->len; i++)
		ok = spares(r, l.problems->pdata[i], error);
	cap_list_clear(&l);
	return ok;
}

/* In this order: files that root alone may read, then the capture, which gives
   up root; then what is written as the lesser user. */
static bool
open_all(struct run *r, GError **error)
{
	const struct options *o = r->o;
	if ((r->profiles = profiles_load(o, error)) == NULL ||
	    !keyring_load(&r->keys, o, error) ||
	    !certificates_load(&r->certificates, o, error) ||
	    !output_open(&r->out, o->output, error) || !spares_all(r, error) ||
	    !output_begin(&r->out, error))
		return false;
	if (!r->live && o->filter &&
	    (r->filter = cap_filter_new(o->filter, error)) == NULL)
		return false;
	notify_open(&r->notify);
	r->source = open_source(r, error);
	return r->source && certificates_open(&r->certificates, o, error) &&
	       open_recorder(r, error) && enter_sandbox(r, error);
}

static int
run(const struct options *o)
{
	g_autoptr(GError) e = NULL, at_end = NULL;
	struct run r = {
	    .o = o,
	    .live = o->interfaces || o->hep_listen,
	    .notify = {.fd = -1},
	};
	int status;
	if (open_all(&r, &e)) {
		status = loop_run(&r);
	} else {
		say_failure(e);
		status =
		    e->code == REGSCAN_ERROR_USAGE ? STATUS_USAGE : STATUS_IO;
	}
	if (!output_close(&r.out, &at_end) && status != STATUS_IO) {
		say_failure(at_end);
		status = STATUS_IO;
	}
	if (r.source)
		r.source->close(r.source);
	flight_free(r.flight);
	notify_close(&r.notify);
	certificates_clear(&r.certificates);
	problems_clear(&r.problems);
	cap_list_clear(&r.files);
	cap_filter_free(r.filter);
	logs_clear(&r.logs);
	keyring_clear(&r.keys);
	profile_set_free(r.profiles);
	return status;
}

/* `regscan explain`; the exit status. */
static int
explain_codes(const struct options *o)
{
	g_autoptr(GError) e = NULL;
	const struct explain_options options = {
	    .out = stdout,
	    .columns = output_columns(stdout, 80),
	    .colour = output_colour(o, stdout),
	};
	for (char **c = o->codes; c && *c; c++) {
		if (explain_knows(*c))
			continue;
		g_autofree char *near = explain_nearest(*c);
		say_error("explain %s: no such code; %s%s", *c,
		    near ? "near it: " : "'regscan explain' lists them",
		    near ? near : "");
		return STATUS_USAGE;
	}
	if (explain_print(&options, (const char *const *)o->codes, &e))
		return 0;
	say_failure(e);
	return STATUS_IO;
}

/* Who starts us with one of the three closed shall not find the report in the
   file that took its number: what is put there cannot be read or written. */
static void
hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null",
			    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	hold_standard_files();
	setlocale(LC_CTYPE, "");
	g_autoptr(GError) e = NULL;
	struct options o;
	int status = 0;
	rs_pages_heap();
	bool parsed = options_parse(&o, argc, argv, &e);
	/* Without a log that may be moved, SIGHUP ends the run. */
	loop_signals(parsed && o.output && strcmp(o.output, "-") != 0 &&
		     (o.interfaces || o.hep_listen || o.follow));
	if (!parsed) {
		say_failure(e);
		status = STATUS_USAGE;
	} else if (o.help) {
		status = 0; /* it is printed */
	} else if (o.explain) {
		status = explain_codes(&o);
	} else if (o.version) {
		printf("regscan %s\n", VERSION);
	} else if (o.list_interfaces) {
		if (!cap_live_list(stdout, &e)) {
			say_failure(e);
			status = STATUS_IO;
		}
	} else {
		status = run(&o);
	}
	options_clear(&o);
	/* What was printed rather than reported: a version, a list. */
	if (status == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		say_error("cannot write: %s", g_strerror(errno));
		status = STATUS_IO;
	}
	return status;
}
