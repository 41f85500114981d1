/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: their common parts, their evidence in the order of frames, and the
 * Wireshark filter that shows it.
 *
 * Frame numbers are of one file; the filter names those of the file of the
 * first piece of evidence.  Wireshark 4 wants commas in a set, and knows 3..34.
 */
#include "diag/finding.h"

#include "base/decimal.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_DETAIL = 512, MAX_FILTER = 512, MAX_EVIDENCE = 32 };
enum { MAX_SINGLE = 8 }; /* frames that a filter names one by one */

void
finding_record(
    struct finding *f, const struct rec_type *type, const struct rec_id *id)
{
	char text[REC_NAME_TEXT];
	if (!rec_id_is(id))
		return;
	size_t n = rec_name_format(type, id, text);
	struct rec_finding *r = &f->rec;
	struct rs_span *s = rec_list_add(&r->records, f->out->arena, sizeof *s);
	*s = rec_arena_text(
	    f->out->arena, (struct rs_span){(const uint8_t *)text, n});
	if (!rec_id_is(&r->id))
		r->id = *id;
}

static void
about(struct finding *f, const struct rec_endpoint *client,
    const struct rec_endpoint *server, rs_time at)
{
	struct rec_finding *r = &f->rec;
	if (r->phone.at.addr.family == 0) {
		r->phone = *client;
		r->server = *server;
	}
	if (r->at == RS_NEVER)
		r->at = at;
}

static void
of_download(struct finding *f, const struct rec_download *d)
{
	finding_record(f, &rec_download_type, &d->id);
	about(f, &d->client, &d->server, d->started);
	f->rec.transport = d->protocol == REC_TFTP    ? REC_UDP
			   : d->protocol == REC_HTTPS ? REC_TLS
						      : REC_TCP;
}

/* Either may be NULL. */
static void
of_boot(struct finding *f, const struct rec_link *k, const struct rec_lease *l)
{
	if (k) {
		finding_record(f, &rec_link_type, &k->id);
		about(f, &k->client, &k->server, k->started);
		f->rec.mac = k->mac;
	}
	if (l) {
		finding_record(f, &rec_lease_type, &l->id);
		about(f, &l->client, &l->server, l->started);
		if (k == NULL)
			f->rec.mac = l->mac;
	}
}

void
finding_begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_case *c, const struct diag_out *out,
    enum rec_certainty certainty)
{
	f->out = out;
	rec_init(&rec_finding_type, &f->rec);
	f->rec.code = rs_span_str(rule->code);
	f->rec.severity = rule->severity;
	f->rec.stage = rs_span_str(rule->stage);
	f->rec.title = rs_span_str(rule->title);
	f->rec.advice = rs_span_str(rule->advice);
	f->rec.certainty = certainty;
	const struct rec_registration *r = c->registration;
	const struct rec_handshake *h = c->handshake;
	const struct rec_connection *n = c->connection;
	/* The id is that of the record of the rule's own stage. */
	bool sip = rs_span_eq(f->rec.stage, RS_LIT("sip"));
	bool tls = rs_span_eq(f->rec.stage, RS_LIT("tls"));
	const struct rec_download *d = c->download;
	if (d)
		of_download(f, d);
	if (sip && r)
		finding_record(f, &rec_registration_type, &r->id);
	if (tls && h)
		finding_record(f, &rec_handshake_type, &h->id);
	const struct rec_binding *b = c->binding;
	const struct rec_phone *ph = c->phone;
	f->rec.transport = d   ? f->rec.transport
			   : r ? r->transport
			   : b ? b->transport
			   : n ? n->transport
			   : h ? REC_TLS
			       : REC_TRANSPORT_NONE;
	if (n) {
		finding_record(f, &rec_connection_type, &n->id);
		about(f, &n->client, &n->server, n->started);
	}
	if (h) {
		if (!tls)
			finding_record(f, &rec_handshake_type, &h->id);
		about(f, &h->client, &h->server, h->started);
	}
	if (r) {
		if (!sip)
			finding_record(f, &rec_registration_type, &r->id);
		about(f, &r->client, &r->server, r->started);
		f->rec.aor = r->aor;
	}
	if (b) {
		finding_record(f, &rec_binding_type, &b->id);
		about(f, &b->client, &b->server, b->started);
		f->rec.aor = b->aor;
	}
	if (f->rec.records.n == 0) /* else it only leans on them */
		of_boot(f, c->link, c->lease);
	/* Where there is another record, that is what it is about. */
	if (ph && f->rec.records.n == 0) {
		finding_record(f, &rec_phone_type, &ph->id);
		about(f, &ph->client, &(struct rec_endpoint){0}, ph->started);
	}
}

void
finding_alternative(struct finding *f, const char *code)
{
	struct rec_list *l = &f->rec.alternatives;
	struct rs_span *s = rec_list_add(l, f->out->arena, sizeof *s);
	*s = rs_span_str(code);
}

void
finding_detail(struct finding *f, const char *format, ...)
{
	char text[MAX_DETAIL];
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	f->rec.detail = rec_arena_text(
	    f->out->arena, (struct rs_span){(const uint8_t *)text, len});
}

/* Lines of logs after frames, which a filter can show. */
static int
compare(struct rs_frame a, struct rs_frame b)
{
	int lines = rs_frame_is_line(a) - rs_frame_is_line(b);
	return lines ? lines : rs_frame_cmp(a, b);
}

void
finding_evidence(
    struct finding *f, struct rs_frame frame, rs_time at, struct rs_span what)
{
	struct rec_list *l = &f->rec.evidence;
	struct rec_evidence *v = l->v;
	if (frame.number == 0 || l->n >= MAX_EVIDENCE)
		return;
	uint32_t to = l->n;
	while (to > 0 && compare(v[to - 1].frame, frame) > 0)
		to--;
	if (to > 0 && rs_frame_eq(v[to - 1].frame, frame) &&
	    rs_span_eq(v[to - 1].what, what))
		return;
	rec_list_add(l, f->out->arena, sizeof *v);
	v = l->v;
	memmove(v + to + 1, v + to, (l->n - 1 - to) * sizeof *v);
	v[to] = (struct rec_evidence){
	    frame, at, rec_arena_text(f->out->arena, what)};
}

void
finding_frames(struct finding *f, const struct rec_list *frames, rs_time first,
    struct rs_span what)
{
	const struct rs_frame *v = frames->v;
	for (uint32_t i = 0; i < frames->n; i++)
		finding_evidence(f, v[i], i == 0 ? first : RS_NEVER, what);
}

void
finding_steps(struct finding *f, const struct rec_handshake *h,
    enum rec_side from, const char *what)
{
	const struct rec_step *s = h->steps.v;
	for (uint32_t i = 0; i < h->steps.n; i++)
		if (s[i].from == from &&
		    rs_span_eq(s[i].what, rs_span_str(what)))
			finding_evidence(f, s[i].frame, s[i].at, s[i].what);
}

const char *
finding_message(char out[FINDING_WORD], struct rs_span name)
{
	static const char *const own[][2] = {{"", "nothing"}, {"fin", "FIN"},
	    {"rst", "RST"}, {"syn", "SYN"}, {"not_tls", "what is no TLS"},
	    {"sslv2_hello", "an SSL 2.0 ClientHello"}};
	size_t n = 0;
	bool up = true;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (rs_span_eq(name, rs_span_str(own[i][0]))) {
			snprintf(out, FINDING_WORD, "%s", own[i][1]);
			return out;
		}
	for (size_t i = 0; i < name.n && n + 1 < FINDING_WORD; i++) {
		char c = (char)name.p[i];
		bool blank = c == '_';
		if (!blank)
			out[n++] = up && c >= 'a' && c <= 'z'
				       ? (char)(c - 'a' + 'A')
				       : c;
		up = blank;
	}
	out[n] = 0;
	return out;
}

const char *
finding_time(char out[FINDING_WORD], int64_t ns)
{
	long long tenths = (ns + RS_MSEC / 20) / (RS_MSEC / 10);
	if (tenths < 1)
		snprintf(out, FINDING_WORD, "less than 0.1 ms");
	else if (tenths < 100)
		snprintf(out, FINDING_WORD, "%lld.%lld ms", tenths / 10,
		    tenths % 10);
	else if (ns < 10 * RS_SEC)
		snprintf(out, FINDING_WORD, "%lld ms", (tenths + 5) / 10);
	else if (ns < 7200 * RS_SEC)
		snprintf(out, FINDING_WORD, "%lld.%lld s",
		    (tenths + 500) / 10000, (tenths + 500) / 1000 % 10);
	else
		snprintf(out, FINDING_WORD, "%lld h %lld min",
		    (long long)(ns / (3600 * RS_SEC)),
		    (long long)(ns / (60 * RS_SEC) % 60));
	return out;
}

/* The next frame of the first one's file after `last`, or 0: evidence need not
   be in order. */
static uint64_t
next_frame(const struct rec_list *l, uint64_t last)
{
	const struct rec_evidence *v = l->v;
	uint64_t next = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		uint64_t n = v[i].frame.number;
		if (v[i].frame.file == v[0].frame.file &&
		    !rs_frame_is_line(v[i].frame) && n > last &&
		    (next == 0 || n < next))
			next = n;
	}
	return next;
}

static uint32_t
count_frames(const struct rec_list *l)
{
	uint32_t n = 0;
	for (uint64_t last = 0; (last = next_frame(l, last)) != 0;)
		n++;
	return n;
}

static size_t
put(char *to, const char *text)
{
	size_t n = strlen(text);
	memcpy(to, text, n);
	return n;
}

/* Many frames are written as ranges where they follow each other. */
void
finding_filter(struct rec_finding *f, struct rec_arena *a)
{
	/* What one of them takes, and at most; and what ends them. */
	enum { USUAL = 48, ONE = 20 + 2 * RS_DECIMAL_TEXT };
	const struct rec_list *l = &f->evidence;
	char text[MAX_FILTER + ONE];
	size_t n = 0;
	bool ranges = l->n > MAX_SINGLE && count_frames(l) > MAX_SINGLE;
	uint64_t from = next_frame(l, 0);
	while (from && n + USUAL < MAX_FILTER) {
		uint64_t to = from, next = next_frame(l, to);
		while (ranges && next == to + 1) {
			to = next;
			next = next_frame(l, to);
		}
		n += put(text + n, n ? ", " : "frame.number in {");
		n += rs_decimal(text + n, from);
		if (to > from) {
			n += put(text + n, "..");
			n += rs_decimal(text + n, to);
		}
		from = next;
	}
	if (n == 0)
		return;
	text[n++] = '}';
	f->filter =
	    rec_arena_text(a, (struct rs_span){(const uint8_t *)text, n});
}

void
finding_say(struct finding *f)
{
	finding_filter(&f->rec, f->out->arena);
	f->out->found(f->out->arg, &f->rec);
}
