/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "loop.h"

#include "auth/verifier.h"
#include "inputs.h"
#include "report/past.h"
#include "say.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
	IDLE_MS = 200,
	LOOK_EVERY = 256, /* turns */
	AT_HAND = 16,     /* frames, besides the first of a turn */
};

static volatile sig_atomic_t stop_asked, report_asked, reopen_asked;

static void
on_signal(int number)
{
	if (number == SIGUSR1)
		report_asked = 1;
	else if (number == SIGHUP)
		reopen_asked = 1;
	else
		stop_asked = 1;
}

void
loop_signals(bool reopens)
{
	const struct sigaction action = {.sa_handler = on_signal};
	/* A closed pipe is an error of writing, not a death. */
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	if (reopens)
		sigaction(SIGHUP, &action, NULL);
}

bool
loop_endless(const struct run *r)
{
	return r->live || r->o->follow;
}

/* ---- records ---- */

/* On the engine's other thread: to the report of this interval, and to whoever
   else wants to know. */
static void
take(void *arg, const struct rec_type *type, const void *rec)
{
	struct run *r = arg;
	const struct rec_sink to = report_sink(r->report);
	to.record(to.arg, type, rec);
	if (type == &rec_registration_type) {
		const struct rec_registration *g = rec;
		atomic_fetch_add(&r->closed, 1);
		if (rec_outcome_failed(g->outcome))
			atomic_fetch_add(&r->failed, 1);
	}
	if (r->flight)
		flight_record(r->flight, type, rec);
	if (report_broken(r->report))
		atomic_store(&r->unwritten, true);
}

/* Likewise: of records that come soon. */
static void
soon(void *arg, const struct rec_type *type, const void *rec)
{
	const struct run *r = arg;
	report_ahead(r->report, type, rec);
}

/* ---- reports ---- */

static struct report *
new_report(struct run *r, GError **error)
{
	const struct report_options o = {
	    .format = r->o->format,
	    .out = r->out.to,
	    .all_tls = r->o->all_tls,
	    .all_lookups = r->o->all_lookups,
	    .phone = r->o->phone,
	    .problems = &r->problems.records,
	    .profiles = r->profiles,
	    .live = loop_endless(r),
	    .prompt = loop_endless(r) || r->piped,
	    .colour = output_colour(r->o, r->out.to),
	    .columns = output_columns(r->out.to, 100),
	    .memory_limit = (size_t)r->o->memory_mib << 20,
	    .version = VERSION,
	    .past = r->past,
	};
	return report_new(&o, r->related, error);
}

static void
coverage_now(struct run *r, struct rec_coverage *c, struct rec_arena *a)
{
	rec_init(&rec_coverage_type, c);
	inputs_coverage(r->source, &r->files, c, a);
	engine_coverage(r->engine, c, a);
	int64_t forgotten = (int64_t)past_evicted(r->past);
	if (forgotten)
		*(struct rec_count *)rec_list_add(
		    &c->evictions, a, sizeof(struct rec_count)) =
		    (struct rec_count){RS_LIT("past"), forgotten};
}

/* Half of what is the report's: see report_new(). */
static size_t
past_room(const struct run *r)
{
	enum { DEFAULT_MIB = 256 };
	size_t mib = r->o->memory_mib ? (size_t)r->o->memory_mib : DEFAULT_MIB;
	return (mib << 20) / 16;
}

/* What failed, to its files: while the engine is at rest. */
static void
serve_recorder(struct run *r)
{
	struct rec_arena arena;
	struct rec_coverage c;
	if (r->flight == NULL || !flight_due(r->flight))
		return;
	rec_arena_init(&arena, NULL, NULL);
	coverage_now(r, &c, &arena);
	flight_serve(r->flight, r->report, &c);
	rec_arena_clear(&arena);
}

/* 1 before 0 before 4, over all intervals. */
static void
add_status(struct run *r, int status)
{
	if (status == 1 || r->judged == 4)
		r->judged = status;
}

/* Writes the report of this interval, while the engine is at rest. */
static bool
write_report(struct run *r)
{
	g_autoptr(GError) e = NULL;
	struct rec_arena arena;
	struct rec_coverage c;
	serve_recorder(r);
	rec_arena_init(&arena, NULL, NULL);
	coverage_now(r, &c, &arena);
	interval_next(&r->interval, &c, &arena);
	inputs_names(r->source, r->report);
	bool ok = report_finish(r->report, &c, &e);
	if (!ok)
		say_failure(e);
	if (report_phone_unknown(r->report))
		say_error("--phone %s: nothing was seen of it", r->o->phone);
	add_status(r, report_status(r->report));
	report_free(r->report);
	r->report = NULL;
	rec_arena_clear(&arena);
	return ok;
}

static void
known(void *arg, const struct rec_type *type, const void *rec)
{
	report_known(arg, type, rec);
}

/* A report now; what ends from here on is for the next one. */
static void
report_now(struct run *r)
{
	g_autoptr(GError) e = NULL;
	engine_sync(r->engine);
	engine_tell(r->engine, &(struct rec_sink){known, r->report});
	if (!write_report(r))
		atomic_store(&r->unwritten, true);
	if (r->o->format == REPORT_TEXT)
		(void)fputc('\n', r->out.to);
	(void)fflush(r->out.to);
	r->report = new_report(r, &e);
	if (r->report == NULL) {
		say_failure(e);
		atomic_store(&r->unwritten, true);
	}
}

static void
reopen(struct run *r)
{
	g_autoptr(GError) e = NULL;
	engine_sync(r->engine); /* nobody else writes now */
	if (!output_reopen(&r->out, &e))
		say_failure(e);
}

/* ---- the loop ---- */

/* What was lost, by the kernel or while an interface was down. */
static void
look_at_drops(struct run *r, rs_time last, rs_time wall)
{
	const struct cap_info *i;
	uint64_t drops = 0;
	bool away = false;
	for (unsigned k = 0; (i = r->source->info(r->source, k)); k++) {
		drops += i->drops_kernel + i->drops_interface;
		away |= i->is_away;
	}
	rs_time since = r->drops_seen_at ? r->drops_seen_at : last;
	if (drops > r->drops)
		engine_drops(r->engine, drops - r->drops, since, wall);
	else if (away)
		engine_drops(r->engine, 1, since, wall);
	r->drops = drops;
	r->drops_seen_at = wall;
}

static void
tell_status(struct run *r, gint64 now)
{
	notify_alive(&r->notify, now);
	if (notify_status_due(&r->notify, now))
		notify_send(&r->notify,
		    "STATUS=%" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT
		    " dropped; %" G_GUINT64_FORMAT
		    " registrations ended, %" G_GUINT64_FORMAT " failed",
		    (guint64)r->taken, (guint64)r->drops,
		    (guint64)atomic_load(&r->closed),
		    (guint64)atomic_load(&r->failed));
}

/* A clock that was put forward: by whoever woke a machine that slept, in which
   nobody captured, or by a clock that is right, which nobody can tell. */
static void
look_at_sleep(struct run *r, gint64 now, rs_time wall)
{
	rs_time more = (wall - r->wall) - (now - r->looked) * RS_USEC;
	if (r->wall && more > RS_SEC)
		engine_drops(r->engine, 0, r->wall, wall);
}

/* Of what has no end by itself. */
static void
look_at_clock(struct run *r, rs_time last)
{
	gint64 now = g_get_monotonic_time();
	if (now - r->looked < G_USEC_PER_SEC / 2)
		return;
	if (r->live) {
		rs_time wall = g_get_real_time() * RS_USEC;
		look_at_drops(r, last, wall);
		look_at_sleep(r, now, wall);
		r->wall = wall;
	}
	r->looked = now;
	tell_status(r, now);
	if (r->o->interval && (now - r->reported) * RS_USEC >= r->o->interval) {
		/* In step with the clock, however long a report takes. */
		gint64 each = r->o->interval / RS_USEC;
		r->reported += (now - r->reported) / each * each;
		report_asked = 1;
	}
	if (r->o->duration && (now - r->started) * RS_USEC >= r->o->duration)
		stop_asked = 1;
}

/* What was asked for since the last packet. */
static void
serve(struct run *r)
{
	if (reopen_asked) {
		reopen_asked = 0;
		reopen(r);
	}
	if (report_asked) {
		report_asked = 0;
		report_now(r);
	}
	if (r->flight && r->report && flight_due(r->flight)) {
		engine_sync(r->engine);
		serve_recorder(r);
	}
}

static void
take_frame(struct run *r, const struct cap_frame *f)
{
	if (f->unseen)
		engine_drops(r->engine, 0, f->ts - f->unseen, f->ts);
	if (r->filter && f->linktype < CAP_LINK_LOG &&
	    !cap_filter_match(r->filter, f))
		return;
	if (f->drops)
		engine_drops(
		    r->engine, f->drops, MAX(f->drops_since, 0), f->ts);
	engine_packet(r->engine, f);
	if (r->flight && f->linktype < CAP_LINK_LOG) /* lines are no packets */
		flight_packet(r->flight, f, engine_look(r->engine));
	r->taken++;
}

/* Those that are at hand in one go: what is asked for meanwhile waits for it,
   unless it may not. */
static void
take_more(struct run *r, struct cap_frame *last)
{
	struct cap_frame v[AT_HAND];
	if (r->o->count || r->flight)
		return;
	unsigned n = cap_more(r->source, v, AT_HAND);
	for (unsigned i = 0; i < n; i++)
		take_frame(r, &v[i]);
	if (n)
		*last = v[n - 1];
}

/* Nothing is there to be read: time passes without packets.  What came until
   the clock was looked at, before that, was read, but for a second, for what is
   still on its way through the kernel: a process that was stopped for long has
   its packets before it, and the time is that of these. */
static void
pass_time(struct run *r, rs_time last)
{
	if (!r->live) /* what was read is to be told */
		engine_advance(r->engine, last);
	else if (r->wall)
		engine_advance(r->engine, r->wall - RS_SEC);
}

/* False: there is no more to come. */
static bool
turn(struct run *r, struct cap_frame *frame)
{
	g_autoptr(GError) e = NULL;
	switch (r->source->next(r->source, frame, &e)) {
	case CAP_END:
		return false;
	case CAP_ERROR:
		progress_clear(&r->bar);
		say_failure(e);
		/* It may come yet: at the end it is asked for. */
		r->broken |=
		    !g_error_matches(e, REGSCAN_ERROR, REGSCAN_ERROR_MISSING);
		return !r->live;
	case CAP_SECRETS:
		keyring_secrets(&r->keys, frame->bytes);
		break;
	case CAP_IDLE:
		pass_time(r, frame->ts);
		r->source->wait(r->source, IDLE_MS);
		break;
	case CAP_FRAME:
		take_frame(r, frame);
		take_more(r, frame);
		return r->o->count == 0 || r->taken != (uint64_t)r->o->count;
	}
	return true;
}

static void
loop(struct run *r)
{
	struct cap_frame frame = {.ts = RS_NEVER};
	uint64_t turns = 0;
	bool more = true;
	while (!stop_asked && (more = turn(r, &frame))) {
		if (loop_endless(r))
			look_at_clock(r, frame.ts);
		else if (++turns % LOOK_EVERY == 0)
			progress_draw(&r->bar, r->source);
		serve(r);
		if (atomic_load_explicit(&r->unwritten, memory_order_relaxed))
			break;
	}
	progress_clear(&r->bar);
	if (stop_asked && more && !loop_endless(r) && !r->piped) {
		say_error("interrupted; what came before is reported");
		r->broken = true;
	}
}

static struct engine *
new_engine(struct run *r, struct auth_verifier *verifier)
{
	const struct rec_sink ahead = {soon, r};
	struct engine_options o = {
	    .soon = &ahead,
	    .memory_limit = (size_t)r->o->memory_mib << 20,
	    .challenge_wait = r->o->challenge_wait * RS_SEC,
	    .related = r->related,
	    .trust = r->certificates.trust,
	    .keys = r->keys.tls,
	    .join = r->logs.join,
	    .seed = r->o->hash_seed,
	    .threads = true,
	    .events = certificates_sink(&r->certificates),
	    .looks = r->flight != NULL,
	    .profiles = r->profiles,
	    .chosen = r->o->filter != NULL,
	};
	const struct rec_sink sink = {take, r};
	if (verifier)
		o.digest = auth_verifier_lend(verifier);
	return engine_new(&o, &sink);
}

/* The end: what is still open is closed, and told. */
static int
finish(struct run *r)
{
	if (r->report == NULL) /* none could be made: it was said */
		return STATUS_IO;
	engine_finish(r->engine);
	bool ok = write_report(r);
	ok = certificates_written(&r->certificates, r->o) && ok;
	if (r->flight && flight_error(r->flight))
		ok = false;
	if (r->source->missing && r->source->missing(r->source))
		ok = false;
	return ok && !r->broken && !atomic_load(&r->unwritten) ? r->judged
							       : STATUS_IO;
}

int
loop_run(struct run *r)
{
	g_autoptr(GError) e = NULL;
	r->related = profiles_related(r->profiles, r->o);
	r->piped = inputs_piped(r->o->files);
	if (loop_endless(r))
		r->past = past_new(past_room(r));
	r->report = new_report(r, &e);
	r->judged = 4;
	int status = STATUS_IO;
	if (r->report == NULL) {
		say_failure(e);
	} else {
		struct auth_verifier *verifier =
		    r->keys.accounts ? auth_verifier_new(r->keys.accounts)
				     : NULL;
		interval_init(&r->interval);
		r->engine = new_engine(r, verifier);
		r->started = r->reported = g_get_monotonic_time();
		r->bar = (struct progress){
		    .wanted = !loop_endless(r) && isatty(STDERR_FILENO),
		    .started = r->started,
		};
		notify_send(&r->notify, "READY=1");
		loop(r);
		notify_send(&r->notify, "STOPPING=1");
		status = finish(r);
		engine_free(r->engine);
		auth_verifier_free(verifier);
		interval_clear(&r->interval);
		report_free(r->report);
	}
	past_free(r->past);
	related_free(r->related);
	return status;
}
