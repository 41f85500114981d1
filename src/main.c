/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regscan: wiring.  Opens the inputs, turns the loop, and ends with a report
 * and an exit status.
 */
#include "config.h"

#include "auth/verifier.h"
#include "capture/filter.h"
#include "certificates.h"
#include "engine/engine.h"
#include "inputs.h"
#include "keyring.h"
#include "logs.h"
#include "options.h"
#include "progress.h"
#include "report/explain.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { STATUS_USAGE = 2, STATUS_IO = 3 };
enum { IDLE_MS = 200, LOOK_EVERY = 4096 };

/* Set by SIGINT and SIGTERM: the capture ends and the report comes. */
static volatile sig_atomic_t stopped;

static void
stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static void
complain(const GError *e)
{
	fprintf(stderr, "regscan: %s\n", e->message);
}

/* ---- the loop ---- */

struct run {
	const struct options *o;
	struct cap_list files;
	struct cap_source *source;
	struct cap_filter *filter; /* files; NULL: none */
	struct keyring keys;
	struct logs logs;
	struct certificates certificates;
	struct engine *engine;
	struct progress bar;
	bool live, broken;      /* broken: an input could not be read */
	gint64 started, looked; /* monotonic microseconds */
	rs_time drops_seen_at;
	uint64_t drops;
	uint64_t taken; /* frames that were looked at */
};

static void
look_at_duration(const struct run *r, gint64 now)
{
	if (r->o->duration && (now - r->started) * RS_USEC >= r->o->duration)
		stopped = 1;
}

/* Live: time passes without packets, and the kernel may have lost some. */
static void
look_at_clock(struct run *r, rs_time last)
{
	gint64 now = g_get_monotonic_time();
	if (now - r->looked < G_USEC_PER_SEC / 2)
		return;
	r->looked = now;
	rs_time wall = g_get_real_time() * RS_USEC;
	const struct cap_info *i = r->source->info(r->source, 0);
	uint64_t drops = i->drops_kernel + i->drops_interface;
	if (drops > r->drops) {
		engine_drops(r->engine, drops - r->drops,
		    r->drops_seen_at ? r->drops_seen_at : last, wall);
		r->drops = drops;
	}
	r->drops_seen_at = wall;
	/* A second behind, for what is still on its way through the kernel. */
	engine_advance(r->engine, wall - RS_SEC);
	look_at_duration(r, now);
}

static void
loop(struct run *r)
{
	struct cap_frame frame = {.ts = RS_NEVER};
	uint64_t turns = 0;
	while (!stopped) {
		g_autoptr(GError) e = NULL;
		enum cap_result got = r->source->next(r->source, &frame, &e);
		if (got == CAP_END)
			break;
		if (got == CAP_ERROR) {
			progress_clear(&r->bar);
			complain(e);
			r->broken = true;
			if (r->live)
				break;
			continue;
		}
		if (got == CAP_SECRETS) {
			keyring_secrets(&r->keys, frame.bytes);
		} else if (got == CAP_IDLE) {
			if (r->o->follow) /* what was read is to be told */
				engine_advance(r->engine, frame.ts);
			r->source->wait(r->source, IDLE_MS);
		} else if (got == CAP_FRAME &&
			   (r->filter == NULL || frame.linktype >= CAP_LINK_LOG ||
			       cap_filter_match(r->filter, &frame))) {
			if (frame.drops)
				engine_drops(r->engine, frame.drops,
				    MAX(frame.drops_since, 0), frame.ts);
			engine_packet(r->engine, &frame);
			if (++r->taken == (uint64_t)r->o->count)
				break;
		}
		if (r->live)
			look_at_clock(r, frame.ts);
		else if (r->o->follow)
			look_at_duration(r, g_get_monotonic_time());
		else if (++turns % LOOK_EVERY == 0)
			progress_draw(&r->bar, r->source);
	}
	progress_clear(&r->bar);
}

/* ---- the report's surroundings ---- */

static bool
finish(struct run *r, struct report *report)
{
	g_autoptr(GError) e = NULL;
	struct rec_arena arena;
	struct rec_coverage c;
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &c);
	engine_finish(r->engine);
	inputs_coverage(r->source, &r->files, &c, &arena);
	engine_coverage(r->engine, &c, &arena);
	bool ok = report_finish(report, &c, &e);
	if (!ok)
		complain(e);
	rec_arena_clear(&arena);
	return ok;
}

static unsigned
columns(FILE *out, unsigned otherwise)
{
	struct winsize w;
	const char *text = g_getenv("COLUMNS");
	if (text && atoi(text) >= 40)
		return (unsigned)atoi(text);
	if (ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return otherwise;
}

static bool
colour(const struct options *o, FILE *out)
{
	const char *no = g_getenv("NO_COLOR");
	if (o->colour >= 0)
		return o->colour;
	return isatty(fileno(out)) && (no == NULL || *no == 0);
}

static struct cap_source *
open_source(struct run *r, GError **error)
{
	const struct options *o = r->o;
	if (o->files && o->files[0]) {
		cap_list_init(&r->files, (const char *const *)o->files);
		if (o->follow && r->files.paths->len != 1) {
			g_set_error_literal(error, REGSCAN_ERROR,
			    REGSCAN_ERROR_USAGE, "--follow is for one file");
			return NULL;
		}
		logs_learn(&r->logs, &r->files, o, &r->keys);
		struct cap_source *files = cap_files_open(
		    (const char *const *)r->files.paths->pdata,
		    r->files.paths->len, o->follow);
		if (r->logs.clocks)
			cap_files_clocks(files, r->logs.clocks);
		return files;
	}
	const struct cap_live_options live = {
	    .interface = o->interface,
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

static FILE *
open_output(const struct options *o, GError **error)
{
	if (o->output == NULL || strcmp(o->output, "-") == 0)
		return stdout;
	FILE *out = fopen(o->output, "we");
	if (out == NULL)
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_WRITE,
		    "%s: cannot write: %s", o->output, g_strerror(errno));
	return out;
}

/* Runs the capture through; the exit status. */
static int
analyse(struct run *r, struct related *related, FILE *out)
{
	const struct options *o = r->o;
	g_autoptr(GError) e = NULL;
	const struct report_options report_options = {
	    .format = o->format,
	    .out = out,
	    .all_tls = o->all_tls,
	    .all_lookups = o->all_lookups,
	    .live = r->live || o->follow,
	    .colour = colour(o, out),
	    .columns = columns(out, 100),
	    .memory_limit = (size_t)o->memory_mib << 20,
	    .version = VERSION,
	};
	struct report *report = report_new(&report_options, related, &e);
	if (report == NULL) {
		complain(e);
		return STATUS_IO;
	}
	struct auth_verifier *verifier =
	    r->keys.accounts ? auth_verifier_new(r->keys.accounts) : NULL;
	struct engine_options engine_options = {
	    .memory_limit = (size_t)o->memory_mib << 20,
	    .challenge_wait = o->challenge_wait * RS_SEC,
	    .related = related,
	    .trust = r->certificates.trust,
	    .keys = r->keys.tls,
	    .join = r->logs.join,
	    .seed = o->hash_seed,
	    .threads = true,
	    .events = certificates_sink(&r->certificates),
	};
	if (verifier)
		engine_options.digest = auth_verifier_lend(verifier);
	struct rec_sink sink = report_sink(report);
	r->engine = engine_new(&engine_options, &sink);
	r->started = g_get_monotonic_time();
	r->bar = (struct progress){
	    .wanted = !report_options.live && isatty(STDERR_FILENO),
	    .started = r->started,
	};
	loop(r);
	bool written =
	    finish(r, report) && certificates_written(&r->certificates, o);
	int status = written && !r->broken ? report_status(report) : STATUS_IO;
	engine_free(r->engine);
	auth_verifier_free(verifier);
	report_free(report);
	return status;
}

static int
run(const struct options *o)
{
	g_autoptr(GError) e = NULL;
	struct run r = {.o = o, .live = o->interface || o->hep_listen};
	struct related *related = related_new(o->tls_ports, o->n_tls_ports);
	FILE *out = NULL;
	if (keyring_load(&r.keys, o, &e) &&
	    certificates_load(&r.certificates, o, &e))
		out = open_output(o, &e);
	if (out && !r.live && o->filter)
		r.filter = cap_filter_new(o->filter, &e);
	if (out && e == NULL)
		r.source = open_source(&r, &e);
	int status;
	if (r.source && certificates_open(&r.certificates, o, &e)) {
		status = analyse(&r, related, out);
	} else {
		complain(e);
		status =
		    e->code == REGSCAN_ERROR_USAGE ? STATUS_USAGE : STATUS_IO;
	}
	if (out && out != stdout && fclose(out) != 0 && status != STATUS_IO) {
		fprintf(stderr, "regscan: %s: cannot write: %s\n", o->output,
		    g_strerror(errno));
		status = STATUS_IO;
	}
	if (r.source)
		r.source->close(r.source);
	certificates_clear(&r.certificates);
	cap_list_clear(&r.files);
	cap_filter_free(r.filter);
	logs_clear(&r.logs);
	keyring_clear(&r.keys);
	related_free(related);
	return status;
}

/* `regscan explain`; the exit status. */
static int
explain_codes(const struct options *o)
{
	g_autoptr(GError) e = NULL;
	const struct explain_options options = {
	    .out = stdout,
	    .columns = columns(stdout, 80),
	    .colour = colour(o, stdout),
	};
	for (char **c = o->codes; c && *c; c++) {
		if (explain_knows(*c))
			continue;
		g_autofree char *near = explain_nearest(*c);
		fprintf(stderr, "regscan: explain %s: no such code; %s%s\n", *c,
		    near ? "near it: " : "'regscan explain' lists them",
		    near ? near : "");
		return STATUS_USAGE;
	}
	if (explain_print(&options, (const char *const *)o->codes, &e))
		return 0;
	complain(e);
	return STATUS_IO;
}

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	g_autoptr(GError) e = NULL;
	struct options o;
	int status = 0;
	/* A closed pipe is an error of writing, not a death. */
	signal(SIGPIPE, SIG_IGN);
	const struct sigaction on_stop = {.sa_handler = stop};
	sigaction(SIGINT, &on_stop, NULL);
	sigaction(SIGTERM, &on_stop, NULL);
	if (!options_parse(&o, argc, argv, &e)) {
		complain(e);
		status = STATUS_USAGE;
	} else if (o.explain) {
		status = explain_codes(&o);
	} else if (o.version) {
		printf("regscan %s\n", VERSION);
	} else if (o.list_interfaces) {
		if (!cap_live_list(stdout, &e)) {
			complain(e);
			status = STATUS_IO;
		}
	} else {
		status = run(&o);
	}
	options_clear(&o);
	return status;
}
