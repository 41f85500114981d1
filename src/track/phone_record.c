/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a phone: its lines, its chain, and whether it is one at all. */
#include "track/phone_inner.h"
#include "track/scanner.h"

enum { MAX_EVIDENCE = 16, MAX_LINES = 16 /* that one phone has */ };

static const char *const stage_names[PHONE_STAGES] = {"tcp", "tls", "sip"};

/* The latest decided attempt of the phone; of its failed lines, if any is. */
static const struct phone_line *
last_line(const struct phone *ph)
{
	const struct phone_line *best = NULL;
	for (const struct phone_line *l = ph->lines; l; l = l->next) {
		if (l->decided.at == RS_NEVER)
			continue;
		bool bad = rec_outcome_failed(l->outcome);
		bool best_bad = best && rec_outcome_failed(best->outcome);
		if (best == NULL || bad > best_bad ||
		    (bad == best_bad && l->decided.at > best->decided.at))
			best = l;
	}
	return best;
}

/* The connection of a handshake may have no record of its own. */
static const struct phone_word *
good_word(const struct phone *ph, enum phone_stage st)
{
	const struct phone_word *good = ph->good[st];
	return st == PHONE_TCP && good == NULL ? ph->under_tls : good;
}

static enum rec_stage_state
stage_state(
    const struct phone *ph, enum phone_stage st, const struct phone_line *last)
{
	const struct phone_word *good = good_word(ph, st), *bad = ph->bad[st];
	bool only_udp = ph->by_udp && !ph->by_tcp && !ph->by_tls;
	if (st == PHONE_SIP && last)
		return rec_outcome_failed(last->outcome) ? REC_STAGE_FAILED
							 : REC_STAGE_OK;
	if (good && good->at >= phone_word_at(bad))
		return REC_STAGE_OK;
	if (bad)
		return REC_STAGE_FAILED;
	if (st == PHONE_TCP && only_udp)
		return REC_STAGE_NOT_APPLICABLE;
	if (st == PHONE_TLS && !ph->by_tls && (ph->by_udp || ph->by_tcp) &&
	    ph->lines)
		return REC_STAGE_NOT_APPLICABLE;
	return REC_STAGE_NOT_SEEN;
}

/* Who tried to connect from an address that several have is not known: it may
   have been another one that registered then. */
static bool
later_success(const struct phone *ph, enum phone_stage st)
{
	if (st != PHONE_SIP && ph->face_registered != RS_NEVER &&
	    ph->face_registered >= phone_word_at(ph->bad[st]))
		return true;
	for (int later = st + 1; later < PHONE_STAGES; later++)
		if (ph->good[later] &&
		    ph->good[later]->at >= phone_word_at(ph->bad[st]))
			return true;
	return false;
}

void
rec_stage_name(struct rec_stage *s, struct rs_span record, struct rs_frame from,
    struct rs_frame to, struct rec_arena *a)
{
	if (s->frames.n >= MAX_EVIDENCE)
		return;
	*(struct rs_span *)rec_list_add(
	    &s->records, a, sizeof(struct rs_span)) = rec_arena_text(a, record);
	*(struct rs_frame *)rec_list_add(
	    &s->frames, a, sizeof(struct rs_frame)) = from;
	if (!rs_frame_eq(from, to))
		*(struct rs_frame *)rec_list_add(
		    &s->frames, a, sizeof(struct rs_frame)) = to;
}

void
rec_stage_add(struct rec_stage *s, const struct rec_type *type,
    const struct rec_id *id, struct rs_frame from, struct rs_frame to,
    struct rec_arena *a)
{
	char text[REC_NAME_TEXT];
	size_t n = rec_name_format(type, id, text);
	rec_stage_name(
	    s, (struct rs_span){(const uint8_t *)text, n}, from, to, a);
}

static void
add_word(struct rec_stage *s, const struct phone_word *w, struct rec_arena *a)
{
	if (phone_word_at(w) != RS_NEVER)
		rec_stage_add(s, w->type, &w->id, w->from, w->to, a);
}

static void
fill_stage(const struct phone *ph, enum phone_stage st,
    const struct phone_line *last, struct rec_stage *s, struct rec_arena *a)
{
	s->stage = rs_span_str(stage_names[st]);
	s->state = stage_state(ph, st, last);
	if (st == PHONE_SIP && last && s->state != REC_STAGE_NONE)
		add_word(s, &last->decided, a);
	else if (s->state == REC_STAGE_OK)
		add_word(s, good_word(ph, st), a);
	else if (s->state == REC_STAGE_FAILED)
		add_word(s, ph->bad[st], a);
}

/*
 * The outcome of the phone as a whole, which is one of registrations.  Where a
 * handshake or connection that failed, with no registration after it, is the
 * last word, there is none: stopped_at tells.
 */
static enum rec_outcome
phone_outcome(const struct phone *ph, const struct phone_line *last)
{
	if (last && rec_outcome_failed(last->outcome))
		return last->outcome;
	for (int st = PHONE_TLS; st >= (int)PHONE_TCP; st--) {
		const struct phone_word *bad = ph->bad[st];
		if (bad == NULL || bad->at < phone_word_at(ph->good[st]) ||
		    bad->at < ph->registered_at ||
		    later_success(ph, (enum phone_stage)st))
			continue;
		return REC_OUTCOME_NONE;
	}
	/* A phone that was shut down took its binding away. */
	if (ph->other && !rec_outcome_failed(ph->other_outcome) &&
	    (last == NULL || (ph->other_outcome == REC_UNREGISTERED &&
				 ph->other->at > last->decided.at)))
		return ph->other_outcome;
	return last        ? last->outcome
	       : ph->lines ? REC_CUT_OFF
			   : REC_OUTCOME_NONE;
}

enum rec_outcome
phone_record_outcome(const struct phone *ph)
{
	return phone_outcome(ph, last_line(ph));
}

/* The first stage that failed, and that it did not pass later; NULL: none. */
static const char *
stopped_at(const struct phone *ph, const struct phone_line *last)
{
	for (int i = 0; i < PHONE_STAGES; i++) {
		enum phone_stage st = (enum phone_stage)i;
		if (stage_state(ph, st, last) == REC_STAGE_FAILED &&
		    !later_success(ph, st))
			return stage_names[st];
	}
	return NULL;
}

bool
phone_record_well(const struct phone *ph)
{
	const struct phone_line *last = last_line(ph);
	return phone_outcome(ph, last) == REC_REGISTERED &&
	       stopped_at(ph, last) == NULL;
}

static void
add_string(struct rec_list *l, struct rs_span s, struct rec_arena *a)
{
	*(struct rs_span *)rec_list_add(l, a, sizeof s) = s;
}

/* Was it alone when it was told to wait, the last time? */
static void
fill_wait(const struct phone_tracker *k, const struct phone_line *l,
    struct rec_line *to)
{
	struct rs_frame other;
	const struct phone_wait *w = l->wait;
	if (w == NULL || w->frame.number == 0)
		return;
	int64_t n = busy_at(k->busy, &w->server, w->given, to->aor, &other);
	if (n < 2)
		return;
	to->wait_frame = w->frame;
	to->told_at_once = n;
	to->at_once_frame = other;
}

static void
add_line(const struct phone_tracker *k, struct rec_phone *r,
    const struct phone_line *l, struct rec_arena *a)
{
	struct rec_line *to = rec_list_add(&r->lines, a, sizeof *to);
	rec_init(&rec_line_type, to);
	to->aor = (struct rs_span){l->aor, l->n};
	to->place = l->place;
	const struct rs_span *aors = r->aors.v;
	if (r->aors.n == 0 || !rs_span_eq(aors[r->aors.n - 1], to->aor))
		add_string(&r->aors, to->aor, a);
	to->registered = l->registered;
	to->registered_frame = l->registered_frame;
	to->registered_as = l->user;
	to->registered_realm = l->realm;
	if (l->told) {
		to->told = l->told->at;
		to->told_frame = l->told->frame;
		to->retry_after = l->told->seconds;
		to->retried = l->told->retried;
		to->retried_frame = l->told->retried_frame;
	}
	fill_wait(k, l, to);
	if (l->decided.at == RS_NEVER)
		return;
	to->outcome = l->outcome;
	to->decided = l->decided.at;
	to->frame = l->decided.to;
}

/* Users, each once, whatever hosts they have. */
static uint64_t
count_users(const struct phone *ph, uint64_t *turned_away)
{
	uint64_t n = 0;
	bool away = false;
	*turned_away = 0;
	for (const struct phone_line *l = ph->lines; l; l = l->next) {
		const struct phone_line *next = l->next;
		away |= l->turned_away;
		if (next && next->n == l->n &&
		    memcmp(next->aor, l->aor, l->n) == 0)
			continue;
		n++;
		*turned_away += away;
		away = false;
	}
	return n;
}

const char *
phone_record_scanner(const struct phone *ph)
{
	struct scanner_facts f = {.succeeded = ph->succeeded,
	    .answered = ph->answered,
	    .challenged = ph->challenged,
	    .attempts = ph->line_attempts};
	if (ph->succeeded || ph->answered)
		return NULL; /* and its names need not be looked at */
	f.users = count_users(ph, &f.turned_away);
	if (ph->agents)
		f.agent = SCANNER_AGENT_TOOL;
	for (const struct phone_agent *g = ph->agents; g; g = g->next) {
		enum scanner_agent a =
		    scanner_agent((struct rs_span){g->text, g->n});
		if (a < f.agent)
			f.agent = a;
	}
	return scanner_reason(&f);
}

/* Then several phones may share the address. */
static bool
several_hosts(const struct phone *ph)
{
	uint64_t one = PHONE_HOST_NONE;
	if (ph->several)
		return true;
	for (const struct phone_line *l = ph->lines; l; l = l->next) {
		if (l->contact_host == PHONE_HOST_NONE)
			continue;
		if (one != PHONE_HOST_NONE && l->contact_host != one)
			return true;
		one = l->contact_host;
	}
	return false;
}

bool
phone_record_shared(const struct phone *ph)
{
	return several_hosts(ph) ||
	       (ph->n_lines > MAX_LINES && phone_record_scanner(ph) == NULL);
}

/* Servers refuse an address, whoever is behind it. */
static const struct standing *
standing_of(const struct phone_tracker *k, const struct phone *ph)
{
	const struct rs_addr face = rs_addr_face(ph->address);
	const struct phone *all =
	    rs_addr_place(&ph->address) ? phone_at(k, &face) : ph;
	return all ? all->standing : NULL;
}

void
phone_record_fill(const struct phone_tracker *k, const struct phone *ph,
    struct rec_phone *to, struct rec_arena *a)
{
	struct rec_phone r;
	rec_init(&rec_phone_type, &r);
	const struct phone_line *last = last_line(ph);
	standing_view(standing_of(k, ph), &r.silenced, a);
	r.id = ph->id;
	r.started = ph->started;
	r.ended = ph->ended;
	r.client.at.addr = ph->address;
	r.attempts = ph->attempts;
	r.failed = ph->failed;
	r.suffered = ph->suffered;
	r.by_ip4 = ph->by_ip4;
	r.by_udp = ph->by_udp;
	r.by_tcp = ph->by_tcp;
	r.by_tls = ph->by_tls;
	r.several_hosts = several_hosts(ph);
	for (const struct phone_agent *g = ph->agents; g; g = g->next)
		add_string(&r.user_agents, (struct rs_span){g->text, g->n}, a);
	for (const struct phone_line *l = ph->lines; l; l = l->next)
		if (l->n)
			add_line(k, &r, l, a);
	for (int st = 0; st < PHONE_STAGES; st++) {
		struct rec_stage *s = rec_list_add(&r.chain, a, sizeof *s);
		fill_stage(ph, (enum phone_stage)st, last, s, a);
	}
	const char *stopped = stopped_at(ph, last);
	if (stopped)
		r.stopped_at = rs_span_str(stopped);
	r.outcome = phone_outcome(ph, last);
	if (ph->obeyed || ph->ignored) {
		r.retry_after_obeyed = ph->obeyed;
		r.retry_after_ignored = ph->ignored;
	}
	if (phone_record_shared(ph))
		r.shared = RS_TRUE;
	const char *why = phone_record_scanner(ph);
	if (why) {
		r.scanner = RS_TRUE;
		r.scanner_reason = rs_span_str(why);
	}
	*to = r;
}
