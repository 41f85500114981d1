/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_kit.h"

#include "tls/alert.h"
#include "tls/hello.h"
#include "unit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void
tls_bytes_add(struct tls_bytes *b, const void *p, size_t n)
{
	assert(n <= sizeof b->p - b->n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
tls_bytes_record(struct tls_bytes *b, uint8_t type, uint16_t version,
    const void *body, size_t n)
{
	const uint8_t head[] = {type, (uint8_t)(version >> 8), (uint8_t)version,
	    (uint8_t)(n >> 8), (uint8_t)n};
	tls_bytes_add(b, head, sizeof head);
	tls_bytes_add(b, body, n);
}

void
tls_bytes_message(struct tls_bytes *b, uint8_t type, const void *body, size_t n)
{
	const uint8_t head[] = {
	    type, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
	tls_bytes_add(b, head, sizeof head);
	tls_bytes_add(b, body, n);
}

uint8_t *
tls_guard(const void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (n + page - 1) / page * page;
	uint8_t *m = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(m != MAP_FAILED);
	int r = mprotect(m + room, page, PROT_NONE);
	assert(r == 0);
	if (n)
		memcpy(m + room - n, p, n);
	return m + room - n;
}

void
tls_unguard(uint8_t *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (n + page - 1) / page * page;
	munmap(p + n - room, room + page);
}

__attribute__((format(printf, 2, 3))) static void
say(struct tls_flow *f, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(
	    f->log + f->n_log, sizeof f->log - f->n_log, format, args);
	va_end(args);
	f->n_log += (size_t)n;
	assert(f->n_log < sizeof f->log);
}

static void
say_anomaly(struct tls_flow *f, const struct rs_event *ev)
{
	static const char *const names[RS_ANOMALY_N] = {
	    [RS_ANOMALY_TLS_NOT_TLS] = "not-tls",
	    [RS_ANOMALY_TLS_BAD_RECORD] = "bad-record",
	    [RS_ANOMALY_TLS_BAD_HANDSHAKE] = "bad-handshake",
	    [RS_ANOMALY_TLS_TOO_LONG] = "too-long",
	    [RS_ANOMALY_TLS_TRUNCATED] = "truncated",
	    [RS_ANOMALY_TLS_SSLV2] = "sslv2",
	};
	assert(names[ev->u.anomaly.kind]);
	say(f, "%s %lu", names[ev->u.anomaly.kind],
	    (unsigned long)ev->u.anomaly.bytes);
}

static void
say_event(void *arg, const struct rs_event *ev)
{
	struct tls_flow *f = arg;
	enum tls_seal seal = TLS_SEAL_NONE;
	say(f, "%c ", ev->dir == RS_C2S ? '>' : '<');
	if (ev->type == RS_EV_TLS_HANDSHAKE) {
		const struct tls_handshake_msg *m = &ev->u.tls_handshake;
		const char *name = m->type == TLS_HS_UNREADABLE
				       ? "unreadable"
				       : tls_handshake_name(m->type);
		bool parsed = m->type == TLS_HS_CLIENT_HELLO ||
			      m->type == TLS_HS_SERVER_HELLO ||
			      m->type == TLS_HS_HELLO_RETRY_REQUEST ||
			      m->type == TLS_HS_CERTIFICATE ||
			      m->type == TLS_HS_CERTIFICATE_REQUEST;
		say(f, "%s %zu%s", m->encrypted ? "encrypted" : name, m->size,
		    !m->encrypted && parsed && m->u.client_hello == NULL
			? " unparsed"
			: "");
		seal = m->seal;
	} else if (ev->type == RS_EV_TLS_ALERT) {
		const struct tls_alert *a = &ev->u.tls_alert;
		seal = a->seal;
		if (a->encrypted)
			say(f, "alert encrypted");
		else
			say(f, "alert %u %s", a->level,
			    tls_alert_name(a->number));
	} else if (ev->type == RS_EV_TLS_CCS) {
		say(f, "ccs");
	} else if (ev->type == RS_EV_TLS_DATA) {
		say(f, "data %u %zu", ev->u.tls_data.type, ev->u.tls_data.size);
		seal = ev->u.tls_data.seal;
		tls_bytes_add(&f->plain[ev->dir], ev->u.tls_data.plain.p,
		    ev->u.tls_data.plain.n);
	} else if (ev->type == RS_EV_TLS_RECORD) {
		const struct tls_record *r = &ev->u.tls_record;
		say(f, "record %u %04x %zu%s%s", r->type, r->version, r->size,
		    r->body.p == NULL ? " opaque" : "", r->cut ? " cut" : "");
		if (r->body.p)
			CU_ASSERT_EQUAL(r->body.n, r->size);
	} else {
		assert(ev->type == RS_EV_ANOMALY);
		say_anomaly(f, ev);
	}
	f->seals[seal]++;
	if (seal == TLS_SEAL_OPENED)
		say(f, " *");
	if (f->frames)
		say(f, " %lu-%lu", (unsigned long)ev->at.from.number,
		    (unsigned long)ev->at.to.number);
	say(f, "\n");
}

static void
hear_record(void *arg, const struct rs_event *ev)
{
	struct tls_flow *f = arg;
	struct rs_sink out = {say_event, f};
	if (f->session)
		tls_session_event(f->session, ev, &out);
	else
		say_event(f, ev);
}

struct tls_flow *
tls_flow_new(bool session)
{
	struct tls_flow *f = calloc(1, sizeof *f);
	assert(f);
	f->state = calloc(1, tls_dissector.state_size);
	assert(f->state);
	rs_account_init(&f->pay, 1 << 20);
	if (session)
		f->session = tls_session_new(&f->pay, NULL);
	return f;
}

void
tls_flow_free(struct tls_flow *f)
{
	tls_session_free(f->session);
	CU_ASSERT_EQUAL(f->pay.used, 0);
	free(f->state);
	free(f);
}

/* As the stream layer: what a dissector has done with goes, and with it the
   arrivals that end there. */
static void
consume(struct tls_flow *f, enum rs_dir dir, size_t n)
{
	struct tls_bytes *b = &f->wait[dir];
	assert(n > 0 && n <= b->n);
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
	size_t kept = 0;
	for (size_t i = 0; i < f->n_where[dir]; i++) {
		struct rs_arrival a = f->where[dir][i];
		if (a.end <= n)
			continue;
		a.end -= n;
		f->where[dir][kept++] = a;
	}
	f->n_where[dir] = kept;
}

void
tls_flow_feed(struct tls_flow *f, enum rs_dir dir, const void *p, size_t n)
{
	struct tls_bytes *b = &f->wait[dir];
	const struct rs_sink out = {hear_record, f};
	f->n_frames++;
	struct rs_stamp at = rs_stamp_at(
	    (rs_time)f->n_frames, (struct rs_frame){0, f->n_frames});
	if (f->given_up[dir])
		return;
	tls_bytes_add(b, p, n);
	/* bytes that come one by one: the last entry stands for many */
	size_t *nw = &f->n_where[dir];
	if (*nw == 64)
		(*nw)--;
	f->where[dir][(*nw)++] = (struct rs_arrival){b->n, at};

	while (b->n && b->n >= f->need[dir]) {
		uint8_t *guarded = tls_guard(b->p, b->n);
		struct rs_where where = {f->where[dir], f->n_where[dir]};
		struct rs_progress r = tls_dissector.feed(f->state, RS_OVER_TCP,
		    dir, (struct rs_span){guarded, b->n}, &where, &out);
		tls_unguard(guarded, b->n);
		f->need[dir] = 0;
		if (r.how == RS_MORE) {
			CU_ASSERT(r.need > b->n);
			f->need[dir] = r.need;
		} else if (r.how == RS_GIVEN_UP) {
			f->given_up[dir] = true;
			b->n = f->n_where[dir] = 0;
		} else {
			consume(f, dir, r.consumed);
		}
	}
}

void
tls_flow_gap(struct tls_flow *f, enum rs_dir dir, uint64_t missing)
{
	const struct rs_sink out = {hear_record, f};
	struct rs_stamp at = rs_stamp_at(
	    (rs_time)f->n_frames, (struct rs_frame){0, f->n_frames});
	f->wait[dir].n = f->n_where[dir] = f->need[dir] = 0;
	tls_dissector.gap(f->state, dir, missing, &at, &out);
	if (f->session)
		tls_session_gap(f->session, dir);
}

void
tls_flow_close(struct tls_flow *f, enum rs_dir dir)
{
	const struct rs_sink out = {hear_record, f};
	struct rs_stamp at = rs_stamp_at(
	    (rs_time)f->n_frames, (struct rs_frame){0, f->n_frames});
	tls_dissector.close(f->state, dir,
	    (struct rs_span){f->wait[dir].p, f->wait[dir].n}, &at, &out);
}

bool
tls_log_is(const char *log, const char *expected)
{
	CU_ASSERT_STRING_EQUAL(log, expected);
	if (strcmp(log, expected) == 0)
		return true;
	const char *const both[] = {"expected", expected, "got", log};
	for (size_t i = 0; i < 4; i += 2) {
		printf("# %s\n", both[i]);
		for (const char *p = both[i + 1]; *p;) {
			int n = (int)strcspn(p, "\n");
			printf("#   %.*s\n", n, p);
			p += n + (p[n] == '\n');
		}
	}
	return false;
}

void
tls_replay(const struct tls_turn *t, size_t n, size_t piece, bool session,
    char out[32768])
{
	struct tls_flow *f = tls_flow_new(session);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = t[i].p;
		size_t step = piece ? piece : t[i].n;
		for (size_t off = 0; off < t[i].n; off += step) {
			size_t left = t[i].n - off;
			tls_flow_feed(
			    f, t[i].dir, p + off, left < step ? left : step);
		}
	}
	tls_flow_close(f, RS_C2S);
	tls_flow_close(f, RS_S2C);
	memcpy(out, f->log, f->n_log + 1);
	tls_flow_free(f);
}

static void
replay_cut(const struct tls_turn *t, size_t n, size_t which, size_t at,
    bool session, char out[32768])
{
	struct tls_flow *f = tls_flow_new(session);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = t[i].p;
		size_t first = i == which ? at : t[i].n;
		tls_flow_feed(f, t[i].dir, p, first);
		if (first < t[i].n)
			tls_flow_feed(f, t[i].dir, p + first, t[i].n - first);
	}
	tls_flow_close(f, RS_C2S);
	tls_flow_close(f, RS_S2C);
	memcpy(out, f->log, f->n_log + 1);
	tls_flow_free(f);
}

void
tls_replay_split(
    const struct tls_turn *t, size_t n, bool session, const char *expected)
{
	static char log[32768];
	for (size_t piece = 1; piece < 10; piece++) {
		tls_replay(t, n, piece, session, log);
		if (!tls_log_is(log, expected))
			return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t at = 1; at < t[i].n; at++) {
			replay_cut(t, n, i, at, session, log);
			if (!tls_log_is(log, expected))
				return;
		}
}
