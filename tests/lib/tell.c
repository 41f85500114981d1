/* SPDX-License-Identifier: Apache-2.0 */
#include "tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void __attribute__((format(printf, 2, 3)))
say(struct tell *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(t->text + t->n, sizeof t->text - t->n, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof t->text - t->n)
		t->n += (size_t)n;
}

static void
say_ms(struct tell *t, const char *name, int64_t v)
{
	if (v == REC_ABSENT)
		return;
	say(t, " %s=%s%lld.%03lld", name, v < 0 ? "-" : "",
	    (long long)(llabs(v) / RS_MSEC),
	    (long long)(llabs(v) / RS_USEC % 1000));
}

static void
say_expires(struct tell *t, const struct rec_registration *r)
{
	if (r->expires_requested != REC_ABSENT)
		say(t, " exp=%lld", (long long)r->expires_requested);
	if (r->expires_granted != REC_ABSENT)
		say(t, "/%lld", (long long)r->expires_granted);
}

static void
say_frames(struct tell *t, const struct rec_list *l)
{
	const struct rs_frame *f = l->v;
	say(t, " [");
	for (uint32_t i = 0; i < l->n; i++)
		say(t, "%s%llu", i ? " " : "", (unsigned long long)f[i].number);
	say(t, "]");
}

static void
say_transactions(struct tell *t, const struct rec_registration *r)
{
	const struct rec_transaction *x = r->transactions.v;
	say(t, " txns=");
	for (uint32_t i = 0; i < r->transactions.n && i < 8; i++) {
		say(t, "%s", i ? "," : "");
		if (x[i].status == REC_ABSENT)
			say(t, "-");
		else
			say(t, "%lld", (long long)x[i].status);
		if (x[i].retransmissions)
			say(t, "*%lld", (long long)x[i].retransmissions);
	}
	if (r->transactions.n > 8)
		say(t, ",..%u", r->transactions.n);
}

static void
tell_registration(struct tell *t, const struct rec_registration *r)
{
	char id[REC_ID_TEXT];
	rec_id_format(&r->id, id);
	struct rs_span user =
	    rs_span_part(r->aor, 0, rs_span_find(r->aor, '@'));
	user = rs_span_from(user, rs_span_find(user, ':') + 1);
	const char *kind = rec_reg_kind_name(r->kind);
	const char *outcome = rec_outcome_name(r->outcome);
	say(t, "%s %.*s %s %s", id, (int)user.n, (const char *)user.p,
	    outcome ? outcome : "?", kind ? kind : "?");
	if (r->status != REC_ABSENT)
		say(t, " %lld", (long long)r->status);
	say_ms(t, "rrd", r->rrd);
	say_ms(t, "auth", r->rrd_auth);
	say_ms(t, "ch", r->challenge);
	say_ms(t, "ca", r->client_auth);
	say_ms(t, "end", r->ended - TRANSCRIPT_START);
	say_expires(t, r);
	say_transactions(t, r);
	say_frames(t, &r->frames);
	if (r->icmp.p)
		say(t, " icmp=%.*s@%llu", (int)r->icmp.n,
		    (const char *)r->icmp.p,
		    (unsigned long long)r->icmp_frame.number);
	const struct rec_leg *g = r->legs.v;
	for (uint32_t i = 0; i < r->legs.n; i++) {
		say(t, " leg");
		say_ms(t, "delay", g[i].delay);
		say_frames(t, &g[i].frames);
	}
	const struct rec_contact *o = r->other_contacts.v;
	for (uint32_t i = 0; i < r->other_contacts.n; i++)
		say(t, " +%.*s", (int)o[i].uri.n, (const char *)o[i].uri.p);
	const struct rs_span *f = r->flaws.v;
	for (uint32_t i = 0; i < r->flaws.n; i++)
		say(t, " -%.*s", (int)f[i].n, (const char *)f[i].p);
	say(t, "\n");
}

static void
record(void *arg, const struct rec_type *type, const void *rec)
{
	struct tell *t = arg;
	if (!rec_write(type, rec, &t->bytes))
		say(t, "record lost\n");
	if (type == &rec_registration_type)
		tell_registration(t, rec);
	if (t->also)
		t->also->record(t->also->arg, type, rec);
}

static void
event(void *arg, const struct rs_event *ev)
{
	reg_tracker_event(arg, ev);
}

static void
advance(void *arg, rs_time now)
{
	reg_tracker_advance(arg, now);
}

void
tell_init(struct tell *t, size_t memory)
{
	*t = (struct tell){
	    .seed = {1, 2},
	    .limits = {.challenge_wait = 120 * RS_SEC, .timer_f = 32 * RS_SEC},
	};
	rs_account_init(&t->pay, memory ? memory : (size_t)1 << 30);
	rs_buf_init(&t->bytes, (size_t)1 << 24, NULL);
	rec_arena_init(&t->arena, NULL, NULL);
}

const char *
tell_run(struct tell *t, const char *transcript)
{
	const struct rec_sink sink = {record, t};
	struct reg_tracker *k =
	    reg_tracker_new(&t->limits, &t->seed, &t->pay, &sink);
	const struct transcript_out out = {event, advance, k};
	t->n = 0;
	t->text[0] = 0;
	t->end = transcript_run(transcript, &out);
	reg_tracker_finish(k, t->end);
	reg_tracker_counts(k, &t->counts, &t->arena);
	reg_tracker_free(k);
	return t->text;
}

bool
tell_clear(struct tell *t)
{
	rs_buf_clear(&t->bytes);
	rec_arena_clear(&t->arena);
	return t->pay.used == 0;
}
