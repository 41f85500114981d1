/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladders: who sent what to whom, when, in which frame; a line each.
 */
#include "report/text_part.h"

#include <glib.h>

enum {
	COL_FRAME = 4,
	COL_TIME = 11,
	COL_ARROW = 25, /* plus six where times have their date */
	COL_WHAT = 38,
	COL_DETAIL = 60, /* on pages wide enough; else right behind */
	WIRE_TEXT = 64,  /* bytes of a text from the wire, at most */
	RUNGS = 16,      /* first ones and last ones, where there are more */
};

static unsigned
column(const struct text *t, unsigned c)
{
	return c + (t->many_days ? 6 : 0) + (t->many_files ? 2 : 0);
}

/* Up to what is said about the message. */
static void
rung(struct text *t, struct rs_frame f, rs_time at, enum rec_side from)
{
	char clock[PAGE_TEXT];
	page_to(&t->page, COL_FRAME);
	text_frame(t, f);
	page_to(&t->page, COL_TIME + (t->many_files ? 2 : 0));
	if (at != RS_NEVER)
		page_str(&t->page, text_clock(t, clock, at));
	page_to(&t->page, column(t, COL_ARROW));
	page_str(&t->page, from == REC_CLIENT    ? "phone > sbc"
			   : from == REC_SERVER  ? "sbc > phone"
			   : from == REC_NETWORK ? "network"
						 : "");
	page_to(&t->page, column(t, COL_WHAT));
}

/* Ends the line with what else is known of the message; takes s. */
static void
rung_end(struct text *t, GString *s)
{
	if (s && s->len) {
		if (t->page.columns >= 100)
			page_to(&t->page, column(t, COL_DETAIL));
		page_to(&t->page, t->page.at + 1);
		page_to(&t->page, t->page.at + 1);
		page_flow(&t->page, column(t, COL_WHAT) + 2,
		    (struct rs_span){(const uint8_t *)s->str, s->len});
	}
	if (s)
		g_string_free(s, TRUE);
	page_end(&t->page);
}

/* Text from the wire, no more than is useful; the page escapes it. */
static void
append_wire(GString *s, struct rs_span x)
{
	size_t n = x.n < WIRE_TEXT ? x.n : WIRE_TEXT;
	g_string_append_len(s, (const char *)x.p, (gssize)n);
	if (n < x.n)
		g_string_append(s, "...");
}

static void
skipped(struct text *t, uint32_t n)
{
	page_to(&t->page, COL_FRAME);
	page_printf(&t->page, "... %u more ...", (unsigned)n);
	page_end(&t->page);
}

/* True when rung i of n is left out; tells so once. */
static bool
leave_out(struct text *t, uint32_t i, uint32_t n, uint32_t most)
{
	if (n <= most || i < most / 2 || i >= n - most / 2)
		return false;
	if (i == most / 2)
		skipped(t, n - most);
	return true;
}

/* ---- SIP ---- */

static void
request(struct text *t, const struct rec_transaction *x)
{
	GString *s = g_string_new(NULL);
	rung(t, x->request_frame, x->request_time, REC_CLIENT);
	page_str(&t->page, "REGISTER");
	if (x->cseq != REC_ABSENT)
		g_string_append_printf(s, "cseq %" G_GINT64_FORMAT, x->cseq);
	if (x->credentials == RS_TRUE)
		g_string_append(s, ", with credentials");
	if (text_sum(x->retransmissions)) {
		const struct rs_frame *f = x->request_frames.v;
		g_string_append(s, ", sent again");
		if (x->retransmissions > 1)
			g_string_append_printf(s, " %" G_GINT64_FORMAT " times",
			    x->retransmissions);
		if (x->request_frames.n) {
			g_string_append(
			    s, x->retransmissions > 1 ? " until " : " in ");
			text_frame_name(t, s, f[x->request_frames.n - 1]);
		}
	}
	rung_end(t, s);
}

static void
challenges(GString *s, const struct rec_transaction *x)
{
	const struct rec_challenge *c = x->challenges.v;
	for (uint32_t i = 0; i < x->challenges.n && i < 2; i++) {
		g_string_append(s, i ? "; realm " : "realm ");
		append_wire(s, c[i].realm);
		if (c[i].algorithm.p) {
			g_string_append(s, ", ");
			append_wire(s, c[i].algorithm);
		}
		if (c[i].stale == RS_TRUE)
			g_string_append(s, ", stale");
	}
}

static void
response(struct text *t, const struct rec_transaction *x)
{
	GString *s;
	if (x->status == REC_ABSENT)
		return;
	s = g_string_new(NULL);
	rung(t, x->response_frame, x->response_time, REC_SERVER);
	page_printf(&t->page, "%" G_GINT64_FORMAT " ", x->status);
	page_span_most(&t->page, x->reason, 30);
	challenges(s, x);
	if (x->min_expires != REC_ABSENT)
		g_string_append_printf(
		    s, " Min-Expires %" G_GINT64_FORMAT, x->min_expires);
	if (x->retry_after != REC_ABSENT)
		g_string_append_printf(
		    s, " Retry-After %" G_GINT64_FORMAT " s", x->retry_after);
	if (x->redirected_to.n) {
		g_string_append(s, " to ");
		append_wire(s, x->redirected_to);
	}
	if (x->warning.n) {
		g_string_append(s, s->len ? ", " : "");
		append_wire(s, x->warning);
	}
	rung_end(t, s);
}

static void
provisional(struct text *t, const struct rec_transaction *x)
{
	if (x->provisional == REC_ABSENT || x->status != REC_ABSENT)
		return; /* what came of it is more telling */
	rung(t, x->provisional_frame, RS_NEVER, REC_SERVER);
	page_printf(&t->page, "%" G_GINT64_FORMAT, x->provisional);
	rung_end(t, NULL);
}

static void message_name(struct page *p, struct rs_span s);

static void
icmp_rung(struct text *t, struct rs_span icmp, const struct rec_endpoint *from,
    struct rs_frame frame, rs_time at)
{
	char addr[RS_ADDR_TEXT];
	if (frame.number == 0)
		return;
	rung(t, frame, at, REC_NETWORK);
	page_str(&t->page, "ICMP ");
	page_span(&t->page, icmp);
	if (from->at.addr.family) {
		rs_addr_format(&from->at.addr, addr);
		page_printf(&t->page, " from %s", addr);
	}
	page_end(&t->page);
}

static void
silence(struct text *t, const char *what, rs_time from, rs_time to)
{
	char d[PAGE_TEXT];
	if (from == RS_NEVER || to == RS_NEVER || to < from)
		return;
	page_to(&t->page, column(t, COL_WHAT));
	page_printf(&t->page, "%s in %s", what, page_duration(d, to - from));
	page_end(&t->page);
}

/* When it ended, where that is the frame that ended it. */
static rs_time
ended_by(const struct rec_registration *r, struct rs_frame f)
{
	const struct rs_frame *v = r->frames.v;
	uint32_t n = r->frames.n;
	return n && rs_frame_eq(v[n - 1], f) ? r->ended : RS_NEVER;
}

/* How its connection ended, where that is of this attempt: it lost it, or
   soon thereafter. */
static void
closing(struct text *t, const struct rec_registration *r,
    const struct rec_connection *c)
{
	bool lost = r->outcome == REC_CONNECTION_LOST;
	const struct rs_frame *f = r->frames.v;
	if (c->close_frame.number == 0)
		return;
	if (!lost &&
	    (r->ended == RS_NEVER || c->ended - r->ended > 32 * RS_SEC ||
		(r->frames.n &&
		    rs_frame_cmp(c->close_frame, f[r->frames.n - 1]) < 0)))
		return;
	rung(t, c->close_frame,
	    lost ? ended_by(r, c->close_frame) : RS_NEVER, c->closed_by);
	message_name(&t->page, c->closed_how);
	page_end(&t->page);
}

/* What came in the place of an answer, or after it. */
static void
ending(struct text *t, const struct rec_registration *r,
    const struct rec_connection *c)
{
	const struct rec_transaction *x = r->transactions.v;
	const struct rec_transaction *last =
	    r->transactions.n ? &x[r->transactions.n - 1] : NULL;
	icmp_rung(t, r->icmp, &r->icmp_from, r->icmp_frame,
	    r->outcome == REC_UNREACHABLE ? ended_by(r, r->icmp_frame)
					  : RS_NEVER);
	if (last && r->outcome == REC_CHALLENGE_UNANSWERED)
		silence(t, "no REGISTER with credentials", last->response_time,
		    r->ended);
	if (last && r->outcome == REC_TIMED_OUT)
		silence(t, "no answer", last->request_time, r->ended);
	if (c == NULL)
		return;
	if (r->icmp_frame.number == 0)
		icmp_rung(t, c->icmp, &c->icmp_from, c->icmp_frame, RS_NEVER);
	closing(t, r, c);
}

void
text_ladder_registration(struct text *t, const struct rec_registration *r,
    const struct rec_connection *c)
{
	const struct rec_transaction *x = r->transactions.v;
	for (uint32_t i = 0; i < r->transactions.n; i++) {
		if (leave_out(t, i, r->transactions.n, RUNGS / 2))
			continue;
		request(t, &x[i]);
		provisional(t, &x[i]);
		response(t, &x[i]);
	}
	ending(t, r, c);
}

/* ---- TLS ---- */

/* "client_hello" as "ClientHello", "fin" as "FIN". */
static void
message_name(struct page *p, struct rs_span s)
{
	static const char *const own[][2] = {{"fin", "FIN"}, {"rst", "RST"},
	    {"syn", "SYN"}, {"not_tls", "not TLS"}, {"gap", "(gap)"},
	    {"malformed", "malformed"}};
	bool up = true;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (rs_span_eq(s, rs_span_str(own[i][0]))) {
			page_str(p, own[i][1]);
			return;
		}
	}
	for (size_t i = 0; i < s.n; i++) {
		char c[2] = {(char)s.p[i], 0};
		if (c[0] != '_' && up)
			c[0] = g_ascii_toupper(c[0]);
		up = c[0] == '_';
		if (!up)
			page_span(p, (struct rs_span){(uint8_t *)c, 1});
	}
}

static void
alert_name(struct page *p, const struct rec_alert *a)
{
	page_str(p, "alert");
	if (a->number != REC_ABSENT)
		page_printf(p, " %" G_GINT64_FORMAT, a->number);
	if (a->name.p) {
		page_str(p, " ");
		page_span(p, a->name);
	}
	if (a->level == 1)
		page_str(p, " (warning)");
	if (a->encrypted == RS_TRUE && a->number == REC_ABSENT)
		page_str(p, " (encrypted)");
}

static const struct rec_alert *
alert_of(const struct rec_handshake *h, const struct rec_step *s)
{
	const struct rec_alert *a = h->alerts.v;
	if (!rs_span_eq(s->what, RS_LIT("alert")) &&
	    !rs_span_eq(s->what, RS_LIT("encrypted_alert")))
		return NULL; /* the FIN that travels in the same frame */
	for (uint32_t i = 0; i < h->alerts.n; i++)
		if (rs_frame_eq(a[i].frame, s->frame) && a[i].from == s->from)
			return &a[i];
	return NULL;
}

static void
certificate_detail(
    GString *s, const struct rec_handshake *h, const struct rec_step *step)
{
	const struct rec_certificate *c = h->certificates.v;
	char date[PAGE_TEXT];
	for (uint32_t i = 0; i < h->certificates.n; i++) {
		if (!rs_frame_eq(c[i].frame, step->frame) ||
		    c[i].from != step->from)
			continue;
		if (c[i].not_after != RS_NEVER)
			g_string_append_printf(
			    s, "until %s, ", page_date(date, c[i].not_after));
		append_wire(s, c[i].subject);
		/* who made it matters where it is refused */
		if (h->state == REC_FAILED && c[i].issuer.p) {
			g_string_append(s, ", issued by ");
			append_wire(s, c[i].issuer);
		}
		return;
	}
	if (step->from == REC_CLIENT &&
	    h->client_certificate == REC_CC_NONE_SENT)
		g_string_append(s, "none");
}

/* What is worth knowing of the message of a step. */
static GString *
step_detail(const struct rec_handshake *h, const struct rec_step *step)
{
	GString *s = g_string_new(NULL);
	if (rs_span_eq(step->what, RS_LIT("client_hello"))) {
		const struct rs_span *v = h->client_versions.v;
		for (uint32_t i = 0; i < h->client_versions.n && i < 4; i++) {
			g_string_append(s, i ? ", " : "");
			append_wire(s, v[i]);
		}
		if (h->sni.p) {
			g_string_append(s, s->len ? ", SNI " : "SNI ");
			append_wire(s, h->sni);
		}
	} else if (rs_span_eq(step->what, RS_LIT("server_hello"))) {
		append_wire(s, h->version);
		if (h->cipher.p) {
			g_string_append(s, ", ");
			append_wire(s, h->cipher);
		}
	} else if (rs_span_eq(step->what, RS_LIT("certificate"))) {
		certificate_detail(s, h, step);
	}
	return s;
}

/* The steps in the order of time: a gap is known only after what follows it,
   and stands behind that in the record. */
static const struct rec_step **
steps_in_time(const struct rec_handshake *h)
{
	const struct rec_step *v = h->steps.v;
	const struct rec_step **s = g_new(const struct rec_step *, h->steps.n);
	for (uint32_t i = 0; i < h->steps.n; i++) {
		uint32_t k = i;
		for (; k && s[k - 1]->at > v[i].at && v[i].at != RS_NEVER; k--)
			s[k] = s[k - 1];
		s[k] = &v[i];
	}
	return s;
}

void
text_ladder_handshake(struct text *t, const struct rec_handshake *h)
{
	g_autofree const struct rec_step **s = steps_in_time(h);
	for (uint32_t i = 0; i < h->steps.n; i++) {
		const struct rec_alert *a = alert_of(h, s[i]);
		if (leave_out(t, i, h->steps.n, RUNGS))
			continue;
		rung(t, s[i]->frame, s[i]->at, s[i]->from);
		if (a)
			alert_name(&t->page, a);
		else
			message_name(&t->page, s[i]->what);
		rung_end(t, step_detail(h, s[i]));
	}
}

/* ---- TCP ---- */

void
text_ladder_connection(struct text *t, const struct rec_connection *c)
{
	struct page *p = &t->page;
	if (c->syn_frame.number) {
		rung(t, c->syn_frame, c->started, REC_CLIENT);
		page_str(p, "SYN");
		if (text_sum(c->syns) > 1)
			page_printf(
			    p, ", sent %" G_GINT64_FORMAT " times", c->syns);
		page_end(p);
	}
	if (c->syn_ack_frame.number) {
		rung(t, c->syn_ack_frame, RS_NEVER, REC_SERVER);
		page_str(p, "SYN-ACK");
		page_end(p);
	}
	icmp_rung(t, c->icmp, &c->icmp_from, c->icmp_frame, RS_NEVER);
	if (c->close_frame.number) {
		rung(t, c->close_frame, c->ended, c->closed_by);
		message_name(p, c->closed_how);
		page_end(p);
	}
}

/* ---- outcomes in words ---- */

void
text_outcome(struct page *p, const struct rec_registration *r)
{
	char words[PAGE_TEXT];
	const char *name = rec_outcome_name(r->outcome);
	page_str(p, text_words(words, name ? name : "open"));
	if (r->kind == REC_REFRESH || r->kind == REC_REMOVAL ||
	    (r->kind == REC_QUERY && !text_flawed(r, "message_cut")))
		page_printf(p, " on %s", rec_reg_kind_name(r->kind));
	if (r->status != REC_ABSENT) {
		/* Of an earlier request than the one that ended it. */
		bool before = r->outcome == REC_TIMED_OUT ||
			      r->outcome == REC_UNREACHABLE ||
			      r->outcome == REC_CONNECTION_LOST ||
			      r->outcome == REC_CUT_OFF;
		page_printf(p, "%s %" G_GINT64_FORMAT " ",
		    before ? " after" : ":", r->status);
		page_span_most(p, r->reason, 40);
	}
}

void
text_handshake_outcome(struct page *p, const struct rec_handshake *h)
{
	char words[PAGE_TEXT];
	const char *state = rec_handshake_state_name(h->state);
	const char *reason = rec_handshake_reason_name(h->reason);
	const char *by = rec_side_name(h->failed_by);
	const struct rec_alert *a = h->alerts.v;
	page_printf(
	    p, "TLS %s", text_words(words, state ? state : "undecided"));
	if (by)
		page_printf(p, " by %s",
		    h->failed_by == REC_CLIENT   ? "phone"
		    : h->failed_by == REC_SERVER ? "sbc"
						 : by);
	if (h->reason == REC_REASON_ALERT && h->alerts.n) {
		const struct rec_alert *last = &a[h->alerts.n - 1];
		for (uint32_t i = 0; i < h->alerts.n; i++)
			if (a[i].from == h->failed_by && a[i].number != 0)
				last = &a[i]; /* others answer, or say goodbye */
		page_str(p, ": ");
		alert_name(p, last);
	} else if (reason) {
		page_printf(p, ": %s", text_words(words, reason));
	}
}

void
text_connection_outcome(struct page *p, const struct rec_connection *c)
{
	static const char *const words[][2] = {{"REJ", "refused"},
	    {"S0", "no answer to the SYN"}, {"SH", "no answer seen"},
	    {"RSTOS0", "given up by the phone"}};
	page_str(p, "TCP not established");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (rs_span_eq(c->conn_state, rs_span_str(words[i][0])))
			page_printf(p, ": %s", words[i][1]);
	if (c->icmp.p) {
		page_str(p, ", ICMP ");
		page_span(p, c->icmp);
	}
}
