/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of RFC 4475 and RFC 5118 (tests/torture/), as a datagram and on
 * a stream before two messages more, against the facts that were written of
 * each by hand.  The facts are compared as text; tests/torture/README says what
 * the lines mean.
 */
#include "event.h"
#include "sip/auth.h"
#include "sip/contact.h"
#include "sip/sip.h"
#include "sip/via.h"
#include "stream_driver.h"
#include "unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NEXT                                                                   \
 "OPTIONS sip:next@example.com SIP/2.0\r\n"                                    \
 "Via: SIP/2.0/TCP 192.0.2.99;branch=z9hG4bKnext\r\n"                          \
 "From: <sip:next@example.com>;tag=n\r\nTo: <sip:next@example.com>\r\n"        \
 "Call-ID: next\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n"

enum { NEXT_SIZE = sizeof NEXT - 1, TEXT_MAX = 8192, FILE_MAX = 65536 };

/* A text that grows. */
struct text {
	char s[TEXT_MAX];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(t->s + t->n, sizeof t->s - t->n, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof t->s - t->n)
		abort();
	t->n += (size_t)n;
}

static void
put_span(struct text *t, const char *before, struct rs_span s)
{
	put(t, "%s", before);
	for (size_t i = 0; i < s.n; i++)
		put(t, s.p[i] >= ' ' && s.p[i] < 0x7f ? "%c" : "\\x%02x",
		    s.p[i]);
}

/* One message as lines of facts. */
struct teller {
	struct text facts;  /* of the first message */
	struct text events; /* all of them, a line each */
	unsigned messages;
};

static void
put_uri(struct text *t, const char *before, struct rs_span text)
{
	struct sip_uri u;
	if (!sip_uri_parse(&u, text)) {
		put(t, "%snone", before);
		return;
	}
	put_span(t, before, u.scheme);
	if (u.user.p)
		put_span(t, " user=", u.user);
	if (u.host.p)
		put_span(t, " host=", u.host);
	if (u.port)
		put(t, ":%u", u.port);
	if (u.params.p)
		put_span(t, " params=", u.params);
	if (u.headers.p)
		put_span(t, " headers=", u.headers);
}

static void
put_addr(struct text *t, const char *name, const struct sip_addr *a)
{
	put(t, "%s", name);
	if (a->display.p)
		put_span(t, " display=", a->display);
	put_uri(t, " ", a->uri_text);
}

static void
put_peer(
    struct text *t, const struct sip_msg *m, enum sip_hdr id, const char *name)
{
	struct sip_addr a;
	if (!sip_addr_parse(&a, sip_msg_header(m, id)))
		return;
	put_addr(t, name, &a);
	if (sip_addr_tag(&a).p)
		put_span(t, " tag=", sip_addr_tag(&a));
	put(t, "\n");
}

static void
put_via(struct text *t, const struct sip_msg *m)
{
	struct sip_via v;
	size_t at = 0;
	unsigned n = 0;
	CU_ASSERT(sip_via_parse(&v, sip_msg_header(m, SIP_HDR_VIA)));
	put_span(t, "via ", v.transport);
	put_span(t, " ", v.host);
	if (v.port)
		put(t, ":%u", v.port);
	if (v.branch.p)
		put_span(t, " branch=", v.branch);
	if (v.received.p)
		put_span(t, " received=", v.received);
	while (sip_msg_next(m, SIP_HDR_VIA, &at).p)
		n++;
	put(t, "%s\nvias %u\n", v.cookie ? "" : " old", n);
}

static void
put_contacts(struct text *t, const struct sip_msg *m)
{
	struct sip_contact_it it = sip_contact_first(m);
	struct sip_contact c;
	while (sip_contact_next(&it, &c)) {
		put_addr(t, "contact", &c.addr);
		if (c.has_expires)
			put(t, " expires=%u", (unsigned)c.expires);
		put(t, "%s\n", c.bad_expires ? " expires=bad" : "");
	}
}

static void
put_seconds(
    struct text *t, const struct sip_msg *m, enum sip_hdr id, const char *name)
{
	struct rs_span v = sip_msg_header(m, id);
	uint32_t seconds;
	if (v.p == NULL)
		return;
	if (sip_seconds_parse(&seconds, v))
		put(t, "%s %u\n", name, (unsigned)seconds);
	else
		put(t, "%s bad\n", name);
}

static void
put_auth(struct text *t, const struct sip_msg *m)
{
	static const char *const names[] = {
	    "none", "digest", "basic", "bearer", "unknown"};
	struct rs_span v = sip_msg_header(m, SIP_HDR_AUTHORIZATION);
	struct sip_auth a;
	if (v.p)
		put(t, "auth %s\n",
		    sip_auth_parse(&a, v) ? names[a.scheme] : "bad");
}

/* As the recorder names them, from its line. */
static void
put_flaws(struct text *t, const char *before, const char *line)
{
	const char *flaws = strstr(line, " flaws=");
	if (flaws)
		put(t, "%s%.*s", before, (int)strcspn(flaws + 7, "\n"),
		    flaws + 7);
}

static void
put_message(struct text *t, const struct sip_msg *m, const char *line)
{
	if (m->request) {
		put_span(t, "request ", m->method_name);
		put_span(t, " ", m->uri);
		put_uri(t, "\nuri ", m->uri);
	} else {
		put(t, "status %u", m->status);
		put_span(t, m->reason.n ? " " : "", m->reason);
	}
	if (sip_msg_header(m, SIP_HDR_CALL_ID).n)
		put_span(t, "\ncall-id ", sip_msg_header(m, SIP_HDR_CALL_ID));
	put(t, "\ncseq ");
	if (m->flaws & SIP_FLAW_NO_CSEQ)
		put(t, "none");
	else
		put(t, "%u", (unsigned)m->cseq);
	put_span(t, " ", m->cseq_method);
	put(t, "\n");
	put_via(t, m);
	put_peer(t, m, SIP_HDR_FROM, "from");
	put_peer(t, m, SIP_HDR_TO, "to");
	put_contacts(t, m);
	put_auth(t, m);
	if (m->has_content_length)
		put(t, "length %u\n", (unsigned)m->content_length);
	else
		put(t, "length %s\n",
		    m->flaws & SIP_FLAW_BAD_CONTENT_LENGTH ? "bad" : "none");
	put_seconds(t, m, SIP_HDR_EXPIRES, "expires");
	put_seconds(t, m, SIP_HDR_RETRY_AFTER, "retry-after");
	put(t, "body %zu\n", m->body.n);
	put_flaws(t, "flaws ", line);
	if (m->flaws)
		put(t, "\n");
}

static void
hear(void *arg, const struct rs_event *ev)
{
	struct teller *r = arg;
	struct text *t = &r->events;
	struct recorder one;
	recorder_init(&one);
	one.sink.emit(one.sink.arg, ev);
	if (ev->type == RS_EV_SIP_MESSAGE) {
		const struct sip_msg *m = ev->u.sip_message;
		if (r->messages++ == 0)
			put_message(&r->facts, m, one.text);
		if (rs_span_eq(
			sip_msg_header(m, SIP_HDR_CALL_ID), RS_LIT("next"))) {
			put(t, "next");
		} else {
			put_span(t, "", m->method_name);
			if (!m->request)
				put(t, "%u", m->status);
			put(t, " body=%zu", m->body.n);
		}
		put_flaws(t, " flaws=", one.text);
	} else if (ev->type == RS_EV_SIP_KEEPALIVE) {
		put(t, "keepalive");
	} else {
		const char *kind = strstr(one.text, "ANOMALY ");
		CU_ASSERT_PTR_NOT_NULL_FATAL(kind);
		put(t, "%.*s", (int)strcspn(kind + 8, "\n"), kind + 8);
	}
	put(t, "\n");
	recorder_clear(&one);
}

/* What is told of these parts, in order; the stream then closes. */
static void
play(struct teller *r, enum rs_carrier over, const struct rs_span *parts,
    size_t n)
{
	const struct rs_sink out = {hear, r};
	struct stream_driver d;
	struct rs_stamp at = {0};
	stream_driver_init(&d, &sip_dissector, over, &out);
	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < n; i++) {
		at.from.number = at.to.number = i + 1;
		stream_driver_push(&d, RS_C2S, parts[i], &at);
	}
	stream_driver_close(&d, RS_C2S, &at);
	CU_ASSERT_PTR_NULL(d.fault);
	stream_driver_clear(&d);
}

/* One message, and what its section of the facts says. */
struct torture {
	char name[64], path[200];
	struct text facts, stream, lf;
	bool probe, same;
	uint8_t bytes[FILE_MAX], wire[FILE_MAX];
	struct rs_span archived, sent;
};

static void
same_text(const char *name, const char *what, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("# %s, %s, got:\n%s# but it should be:\n%s", name, what,
		    got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

/* LF becomes CRLF, and headers get their empty line (RFC 3261 7). */
static void
to_wire(struct torture *t)
{
	size_t n = 0;
	struct rs_span s = t->archived;
	bool empty = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			t->wire[n++] = '\r';
		t->wire[n++] = s.p[i];
		empty |= i && s.p[i] == '\n' && s.p[i - 1] == '\n';
	}
	if (!empty) {
		t->wire[n++] = '\r';
		t->wire[n++] = '\n';
	}
	t->sent = (struct rs_span){t->wire, n};
}

static void
check_stream(const struct torture *t, const struct teller *datagram)
{
	const struct rs_span next = {(const uint8_t *)NEXT, NEXT_SIZE};
	const struct rs_span parts[] = {t->sent, next, next};
	struct teller r;
	struct text want = t->stream;
	play(&r, RS_OVER_TCP, parts, 3);
	if (t->same) {
		same_text(
		    t->name, "facts on a stream", r.facts.s, datagram->facts.s);
		put(&want, "%.*s\nnext\n",
		    (int)strcspn(datagram->events.s, "\n"), datagram->events.s);
	}
	if (strstr(want.s, "truncated") == NULL)
		put(&want, "next\n");
	same_text(t->name, "stream", r.events.s, want.s);
}

/* However it is cut, the same is told, and nothing is read past the end. */
static void
check_cuts(const struct torture *t)
{
	const struct stream_part parts[] = {
	    {RS_C2S, t->sent}, {RS_C2S, RS_LIT(NEXT)}};
	const struct stream_script s = {.dissector = &sip_dissector,
	    .over = RS_OVER_TCP,
	    .parts = parts,
	    .n_parts = 2};
	char why[STREAM_WHY];
	bool ok = stream_check_split(&s, why) && stream_check_truncate(&s, why);
	if (!ok)
		printf("# %s: %s\n", t->name, why);
	CU_ASSERT(ok);
}

static void
check(const struct torture *t)
{
	struct teller r;
	unit_row(t->name);
	play(&r, RS_OVER_UDP, &t->sent, 1);
	const char *more = strchr(r.events.s, '\n') + 1;
	if (r.messages == 0) {
		put(&r.facts, "refused\n");
		more = r.events.s;
	}
	struct text got = r.facts;
	if (*more)
		put(&got, "also %s", more);
	same_text(t->name, "datagram", got.s, t->facts.s);
	CU_ASSERT_EQUAL(sip_dissector.probe(t->sent, RS_OVER_UDP),
	    t->probe ? RS_YES : RS_NO);
	check_stream(t, &r);
	check_cuts(t);
	if (t->lf.n == 0)
		return;
	play(&r, RS_OVER_UDP, &t->archived, 1);
	const char *body = strstr(r.events.s, "body=");
	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	same_text(t->name, "with LF", body, t->lf.s);
}

/* Reads the file of the section; false where it is not as long as said. */
static bool
read_bytes(struct torture *t, const char *rfc, size_t size)
{
	const char *src = getenv("srcdir");
	snprintf(t->path, sizeof t->path, "%s/tests/torture/rfc%s/%s%s",
	    src ? src : ".", rfc, t->name, strcmp(rfc, "4475") ? "" : ".dat");
	FILE *f = fopen(t->path, "rb");
	if (f == NULL)
		return false;
	size_t n = fread(t->bytes, 1, sizeof t->bytes / 2, f);
	fclose(f);
	t->archived = t->sent = (struct rs_span){t->bytes, n};
	if (strcmp(rfc, "4475") != 0)
		to_wire(t);
	return n == size;
}

/* "sip-skipped 8 and the next": with the size of the message that follows. */
static void
add_stream(struct torture *t, const char *line)
{
	char kind[40];
	long n;
	int end = 0;
	if (strcmp(line, "same") == 0)
		t->same = true;
	else if (strcmp(line, "sip-truncated all") == 0)
		put(&t->stream, "sip-truncated %zu\n",
		    t->sent.n + 2 * NEXT_SIZE);
	else if (sscanf(line, "%39s %ld and the next%n", kind, &n, &end) == 2 &&
		 end)
		put(&t->stream, "%s %ld\n", kind, n + NEXT_SIZE);
	else
		put(&t->stream, "%s\n", line);
}

/* Does the line begin with the word?  *rest is what follows it. */
static bool
word(const char *line, const char *name, const char **rest)
{
	size_t n = strlen(name);
	*rest = line + n + 1;
	return strncmp(line, name, n) == 0 && line[n] == ' ';
}

static void
add_line(struct torture *t, const char *line)
{
	const char *rest;
	if (line[0] == '#' || line[0] == '\0')
		return;
	if (word(line, "stream", &rest))
		add_stream(t, rest);
	else if (word(line, "probe", &rest))
		t->probe = strcmp(rest, "no") != 0;
	else if (word(line, "lf", &rest))
		put(&t->lf, "%s\n", rest);
	else
		put(&t->facts, "%s\n", line);
}

static void
test_torture(void)
{
	static struct torture t;
	static char line[TEXT_MAX];
	const char *src = getenv("srcdir");
	unsigned sections = 0;
	char path[200], rfc[8], number[16];
	size_t size;
	snprintf(
	    path, sizeof path, "%s/tests/torture/facts.txt", src ? src : ".");
	FILE *f = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "== ", 3) != 0) {
			add_line(&t, line);
			continue;
		}
		if (sections++)
			check(&t);
		memset(&t, 0, sizeof t);
		t.probe = true;
		CU_ASSERT_FATAL(sscanf(line, "== %7s %15s %63s %zu", rfc,
				    number, t.name, &size) == 4);
		unit_row(t.name);
		CU_ASSERT_FATAL(read_bytes(&t, rfc, size));
	}
	fclose(f);
	check(&t);
	CU_ASSERT_EQUAL(sections, 49 + 12);
}

UNIT_MAIN("torture", UNIT(test_torture))
