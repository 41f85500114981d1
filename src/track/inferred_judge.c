/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From lengths, order, sides and times to a story, where only one fits.
 *
 * Messages become exchanges: a request and its answer.  A registration begins
 * with a request, an answer (401), and soon after it a request that is longer
 * by what an Authorization takes.  What the next answer is, its length does not
 * tell: a 200 and a 403 can be alike.  So more is asked for before anything is
 * said (each of these by itself fits something else, too):
 *
 * registered, either
 *  - later rounds of the same lengths, answered alike, and one at the end that
 *    is answered shorter, as is a removal, whose 200 lists no Contact, before
 *    the client closes.  Refusals do not grow shorter when a phone goes;
 *  - or at least two such rounds, regularly, an answer that is neither as long
 *    as the 401 nor shorter by all of its challenge, and between them requests
 *    of the server's that the client answers: it is reached over its binding.
 *
 * auth_failed: three or more requests with credentials on one another's heels,
 * and all answers, to the byte, as long as the first 401.
 *
 * Otherwise nothing: one request and one answer, a challenge that is answered
 * once, NOTIFYs right after the answer (a subscription), requests that do not
 * wait for answers.  Nor is anything said of mere rounds, however regular, with
 * keep-alives between: an OPTIONS that is challenged, and sent again and again,
 * looks the same.
 */
#include "track/inferred_state.h"

#include "tls/hello.h"

#include <glib.h>
#include <string.h>

enum {
	EXCHANGES = INFERRED_MESSAGES,
	AUTH_LEAST = 110,   /* bytes of an Authorization ... */
	AUTH_MOST = 700,    /* ... of several */
	LIKE_ASKED = 6,     /* CSeq, nc and branches that grow */
	LIKE_ANSWERED = 12, /* expires, and tags */
	NOT_401 = 14,       /* more than ", stale=true" makes */
	CHALLENGE = 50,     /* less than any WWW-Authenticate with its name */
	CONTACT = 25,       /* less than any Contact with its name */
	LOOP = 3,
};

static const rs_time AT_ONCE = RS_SEC; /* programs, not timers */
static const rs_time ANSWERING = 6 * RS_SEC;
static const rs_time LEAVING = 10 * RS_SEC;
/* A NOTIFY comes right after the answer (RFC 6665 4.2.1.2). */
static const rs_time PUSHED = 500 * RS_MSEC;

/* ---- lengths ---- */

void
inferred_cipher_init(
    struct inferred_cipher *c, uint16_t version, uint16_t cipher)
{
	const char *name = tls_cipher_name(cipher);
	bool tls13 = version == TLS_13;
	*c = (struct inferred_cipher){0};
	if (version < TLS_11 || version > TLS_13)
		return; /* TLS 1.0 cuts records in two, against BEAST */
	if (strstr(name, "_CCM_8") || strstr(name, "_CCM8"))
		c->overhead = 8;
	else if (strstr(name, "_GCM_") || strstr(name, "_CCM") ||
		 strstr(name, "_POLY1305"))
		c->overhead = 16;
	else if (strstr(name, "_CBC_SHA") && !strstr(name, "DES_"))
		c->range = true;
	else
		return;
	c->known = true;
	if (tls13) {
		c->overhead += 1; /* the type: RFC 8446 5.2 */
		c->finished = strstr(name, "_SHA384") ? 52 : 36;
	} else if (c->range) {
		c->overhead = strstr(name, "SHA384")   ? 16 + 48
			      : strstr(name, "SHA256") ? 16 + 32
						       : 16 + 20;
	} else if (!strstr(name, "_POLY1305")) {
		c->overhead += 8; /* the explicit nonce: RFC 5288 3 */
	}
}

struct inferred_size
inferred_size(const struct inferred_cipher *c, size_t record)
{
	int32_t n = (int32_t)record - c->overhead;
	struct inferred_size s = {n, n};
	if (c->range)
		s = (struct inferred_size){n - 16, n - 1};
	if (s.high < 0)
		return (struct inferred_size){-1, -1};
	if (s.low < 0)
		s.low = 0;
	return s;
}

/* By how much a is longer at least; less than 0: it may be shorter. */
static int32_t
longer(struct inferred_size a, struct inferred_size b)
{
	return a.low - b.high;
}

/* They may differ by so little. */
static bool
alike(struct inferred_size a, struct inferred_size b, int32_t by)
{
	return longer(a, b) <= by && longer(b, a) <= by;
}

static bool
same(struct inferred_size a, struct inferred_size b)
{
	return a.low == b.low && a.high == b.high;
}

/* ---- exchanges ---- */

struct exchange {
	const struct inferred_message *ask, *answer; /* answer may be NULL */
	bool pushed; /* the server asked something right after its answer */
};

struct talk {
	struct exchange v[EXCHANGES];
	uint32_t n;
	bool unanswered;  /* a last request, which is left out */
	uint32_t reached; /* requests of the server's, long after answers */
	/* After the answer: another answer, or a request of the server's. */
	const struct inferred_message *more;
};

/*
 * What `more` was, now that the client says m, or (NULL) nothing any more.  A
 * client that was asked something answers at once, and with less than it asks
 * itself; then true, as m is that.  An answer that follows another is longer:
 * the first was a 1xx (RFC 3261 8.2.6), or a session ticket.  `fits` false:
 * neither.
 */
static bool
settle(
    struct talk *t, const struct inferred_message *m, bool tickets, bool *fits)
{
	struct exchange *x = &t->v[t->n - 1];
	const struct inferred_message *more = t->more;
	t->more = NULL;
	if (m && m->at - more->at <= AT_ONCE &&
	    longer(t->v[0].ask->size, m->size) > 0) {
		if (more->at - x->answer->at <= PUSHED)
			x->pushed = true;
		else
			t->reached++;
		return true;
	}
	if ((t->n == 1 && tickets) || longer(more->size, x->answer->size) > 0)
		x->answer = more;
	else
		*fits = false;
	return false;
}

/* False where it is no talk of one who asks and waits for the answer. */
static bool
hear_client(struct talk *t, const struct inferred_message *m, bool tickets)
{
	bool fits = true;
	if (t->more && settle(t, m, tickets, &fits))
		return true;
	if (!fits || (t->n && t->v[t->n - 1].answer == NULL))
		return false;
	t->v[t->n++] = (struct exchange){.ask = m};
	return true;
}

static bool
hear_server(struct talk *t, const struct inferred_message *m, bool tickets)
{
	struct exchange *x = t->n ? &t->v[t->n - 1] : NULL;
	if (x == NULL)
		return tickets; /* else a server that speaks first: no SIP */
	if (x->answer == NULL)
		x->answer = m;
	else if (t->more && !(t->n == 1 && tickets))
		return false;
	else
		t->more = m;
	return true;
}

static bool
listen(struct talk *t, const struct inferred_connection *c)
{
	bool tickets = c->cipher.finished != 0, fits = true;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct inferred_message *m = &c->messages[i];
		if (m->client ? !hear_client(t, m, tickets)
			      : !hear_server(t, m, tickets))
			return false;
	}
	if (t->more)
		(void)settle(t, NULL, tickets, &fits);
	t->unanswered = t->n && t->v[t->n - 1].answer == NULL;
	t->n -= t->unanswered;
	return fits && t->n >= 2;
}

/* ---- the story ---- */

struct tale {
	const struct inferred_connection *c;
	struct talk t;
	uint32_t last;   /* exchange that ends the first round */
	uint32_t rounds; /* later ones that were answered alike */
	uint32_t asked_anew, pushed;
	rs_time shortest, longest; /* between beginnings of rounds */
	bool removed;
	int32_t removed_by; /* bytes */
};

static void
lean_on(struct inferred_story *s, const struct exchange *x)
{
	if (s->n_frames + 2 > INFERRED_USED)
		return;
	s->frames[s->n_frames++] = x->ask->frame;
	s->frames[s->n_frames++] = x->answer->frame;
}

G_GNUC_PRINTF(2, 3)
static void
reason(struct inferred_story *s, const char *format, ...)
{
	va_list args;
	if (s->n_reasons == INFERRED_REASONS)
		return;
	va_start(args, format);
	g_vsnprintf(s->reasons[s->n_reasons++], INFERRED_TEXT, format, args);
	va_end(args);
}

static bool
soon(const struct talk *t, uint32_t a, uint32_t b, rs_time within)
{
	return b < t->n && t->v[b].ask->at - t->v[a].answer->at <= within;
}

static bool
challenged(const struct talk *t)
{
	struct inferred_size a = t->v[0].ask->size, b = t->v[1].ask->size;
	return soon(t, 0, 1, ANSWERING) && !t->v[0].pushed &&
	       longer(b, a) >= AUTH_LEAST && -longer(a, b) <= AUTH_MOST;
}

/* With credentials again: they were refused, the nonce was too old, or the
   interval too short. */
static uint32_t
first_round(const struct talk *t)
{
	uint32_t k = 1;
	while (soon(t, k, k + 1, AT_ONCE) &&
	       alike(t->v[k + 1].ask->size, t->v[1].ask->size, LIKE_ASKED))
		k++;
	return k;
}

static bool
refused(const struct tale *x)
{
	const struct talk *t = &x->t;
	if (x->last < LOOP)
		return false;
	for (uint32_t i = 1; i < t->n; i++)
		if (!same(t->v[i].answer->size, t->v[0].answer->size) ||
		    t->v[i].pushed)
			return false;
	return true;
}

/* The exchange that ends the round which begins at i; 0: it is none.  A round
   is one request with credentials, or two where they were too old, or one
   without and one with them. */
static uint32_t
round_end(struct tale *x, uint32_t i)
{
	const struct talk *t = &x->t;
	struct inferred_size with = t->v[1].ask->size;
	struct inferred_size granted = t->v[x->last].answer->size;
	bool again = soon(t, i, i + 1, ANSWERING) &&
		     alike(t->v[i + 1].ask->size, with, LIKE_ASKED);
	if (alike(t->v[i].ask->size, with, LIKE_ASKED))
		return again && soon(t, i, i + 1, AT_ONCE) &&
			       !alike(
				   t->v[i].answer->size, granted, LIKE_ANSWERED)
			   ? i + 1
			   : i;
	x->asked_anew++;
	return again ? i + 1 : 0;
}

/* The round i to j; false where it does not go with the story. */
static bool
take_round(struct tale *x, uint32_t i, uint32_t j, rs_time before)
{
	const struct talk *t = &x->t;
	struct inferred_size granted = t->v[x->last].answer->size;
	struct inferred_size answer = t->v[j].answer->size;
	rs_time took = t->v[i].ask->at - before;
	x->pushed += t->v[j].pushed;
	if (alike(answer, granted, LIKE_ANSWERED)) {
		if (x->rounds == 0 || took < x->shortest)
			x->shortest = took;
		if (x->rounds == 0 || took > x->longest)
			x->longest = took;
		x->rounds++;
		return true;
	}
	x->removed_by = granted.low - answer.low;
	x->removed = j + 1 == t->n && !t->unanswered &&
		     longer(granted, answer) >= CONTACT && x->c->bye &&
		     !x->c->full &&
		     x->c->bye_at - t->v[j].answer->at <= LEAVING;
	return x->removed;
}

/* All that follows the first round; false where it does not fit. */
static bool
later_rounds(struct tale *x, struct inferred_story *s)
{
	const struct talk *t = &x->t;
	uint32_t before = x->last;
	rs_time began = t->v[0].ask->at;
	for (uint32_t i = x->last + 1; i < t->n; i++) {
		struct inferred_size ask = t->v[i].ask->size;
		if (!alike(ask, t->v[1].ask->size, LIKE_ASKED) &&
		    !alike(ask, t->v[0].ask->size, LIKE_ASKED))
			continue; /* another method */
		/* Another line, or another try: not a refresh. */
		if (soon(t, before, i, AT_ONCE))
			return false;
		uint32_t j = round_end(x, i);
		if (j == 0 || !take_round(x, i, j, began))
			return false;
		lean_on(s, &t->v[i]);
		if (j != i)
			lean_on(s, &t->v[j]);
		began = t->v[i].ask->at;
		before = i = j;
	}
	return true;
}

static bool
regular(const struct tale *x)
{
	return x->longest - x->shortest <= x->longest / 4;
}

/* Neither the challenge again, nor what is left of it in a bare refusal. */
static bool
like_granted(const struct tale *x)
{
	struct inferred_size first = x->t.v[0].answer->size;
	struct inferred_size last = x->t.v[x->last].answer->size;
	return longer(last, first) > -CHALLENGE;
}

static bool
registered(struct tale *x, struct inferred_story *s)
{
	const struct talk *t = &x->t;
	struct inferred_size first = t->v[0].answer->size;
	struct inferred_size last = t->v[x->last].answer->size;
	if (x->last > 2 || alike(last, first, NOT_401) ||
	    t->v[x->last].pushed ||
	    (x->last == 2 && alike(t->v[1].answer->size, last, LIKE_ANSWERED)))
		return false;
	for (uint32_t i = 0; i <= x->last; i++)
		lean_on(s, &t->v[i]);
	if (!later_rounds(x, s) || x->rounds == 0)
		return false;
	/* A subscription is notified after each (RFC 6665 4.2.1.2). */
	if (x->pushed >= x->rounds)
		return false;
	if (x->removed)
		return true;
	return x->rounds >= 2 && regular(x) && t->reached && like_granted(x);
}

/* ---- reasons ---- */

static const char *
length(char out[32], struct inferred_size s)
{
	if (s.low == s.high)
		g_snprintf(out, 32, "%d", s.low);
	else
		g_snprintf(out, 32, "%d to %d", s.low, s.high);
	return out;
}

static void
tell_challenge(const struct tale *x, struct inferred_story *s)
{
	const struct exchange *v = x->t.v;
	char a[32], b[32];
	const struct inferred_size more = {
	    longer(v[1].ask->size, v[0].ask->size),
	    -longer(v[0].ask->size, v[1].ask->size)};
	reason(s, "a request of %s bytes, an answer of %s",
	    length(a, v[0].ask->size), length(b, v[0].answer->size));
	reason(s, "then a request longer by %s, as by an Authorization",
	    length(a, more));
}

static void
tell_registered(const struct tale *x, struct inferred_story *s)
{
	const struct exchange *v = x->t.v;
	char a[32];
	tell_challenge(x, s);
	reason(s, "an answer of %s, which is no second challenge",
	    length(a, v[x->last].answer->size));
	if (x->rounds == 1)
		reason(s,
		    "1 later round, answered alike, after %" G_GINT64_FORMAT
		    " ms",
		    x->shortest / RS_MSEC);
	else
		reason(s,
		    "%u later rounds, answered alike, every %" G_GINT64_FORMAT
		    " to %" G_GINT64_FORMAT " ms",
		    x->rounds, x->shortest / RS_MSEC, x->longest / RS_MSEC);
	if (x->asked_anew == 0)
		reason(s, "these with credentials at once");
	if (x->removed)
		reason(s,
		    "the last answered shorter by %d, as without a "
		    "Contact, then closed",
		    x->removed_by);
	if (x->t.reached)
		reason(s, "%u requests of the server's that were answered",
		    x->t.reached);
	if (x->c->pings)
		reason(s, "%u keep-alives (CRLF)", x->c->pings);
}

void
inferred_judge(const struct inferred_connection *c, struct inferred_story *s)
{
	struct tale x = {.c = c};
	memset(s, 0, sizeof *s);
	if (!c->cipher.known || !c->started || c->odd || !listen(&x.t, c) ||
	    !challenged(&x.t))
		return;
	x.last = first_round(&x.t);
	s->started = x.t.v[0].ask->at;
	s->ended = x.t.v[x.last].answer->at;
	if (refused(&x)) {
		s->outcome = REC_AUTH_FAILED;
		for (uint32_t i = 0; i < x.t.n; i++)
			lean_on(s, &x.t.v[i]);
		tell_challenge(&x, s);
		reason(s,
		    "%u such requests at once, each answered at the "
		    "first one's length",
		    x.last);
	} else if (registered(&x, s)) {
		s->outcome = REC_REGISTERED;
		tell_registered(&x, s);
	}
}
