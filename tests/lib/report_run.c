/* SPDX-License-Identifier: Apache-2.0 */
#include "report_run.h"

#include "report/page.h"
#include "unit.h"

#include <stdlib.h>

/* A User-Agent that would like to write on the terminal. */
#define HOSTILE "x\x1b[2J\x9b\r\n\xff\xe2\x80\xae\0y\xe4\xb8\xad\xe6\x96\x87"

void
run_begin_with(struct run *u, struct report_options o)
{
	*u = (struct run){0};
	u->f = open_memstream(&u->text, &u->n);
	o.out = u->f;
	o.version = "1";
	u->related = related_new(NULL, 0);
	u->r = report_new(&o, u->related, NULL);
	u->sink = report_sink(u->r);
	rec_init(&rec_coverage_type, &u->coverage);
	u->coverage.packets = u->coverage.decoded = 41218;
	u->coverage.first = RUN_T0;
	u->coverage.last = RUN_T0 + 3600 * RS_SEC;
}

void
run_begin(struct run *u, enum report_format format, unsigned columns)
{
	run_begin_with(
	    u, (struct report_options){.format = format, .columns = columns});
}

void
run_finish(struct run *u)
{
	GError *error = NULL;
	CU_ASSERT(report_finish(u->r, &u->coverage, &error));
	CU_ASSERT_PTR_NULL(error);
	u->status = report_status(u->r);
	report_free(u->r);
	related_free(u->related);
}

void
run_end(struct run *u)
{
	fclose(u->f);
	free(u->text);
}

void
run_attempt_of(struct run *u, uint64_t n, unsigned phone, unsigned line,
    enum rec_reg_kind kind, enum rec_outcome outcome)
{
	struct rec_arena a;
	struct rec_registration r;
	struct rs_frame end = {0, n + 1}; /* the frame that ended it */
	char aor[64];
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_registration_type, &r);
	g_snprintf(aor, sizeof aor, "sip:%u@example.com", 4000 + line);
	r.id.frame.number = n;
	r.started = RUN_T0 + (rs_time)n * RS_SEC;
	r.ended = r.started + 97 * RS_MSEC;
	r.aor = rs_span_str(aor);
	r.user_agent =
	    (struct rs_span){(const uint8_t *)HOSTILE, sizeof HOSTILE - 1};
	r.client.at =
	    (struct rs_endpoint){{{198, 51, 100, (uint8_t)phone}, 4}, 5060};
	r.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5060};
	r.visibility = REC_CLEAR;
	r.outcome = outcome;
	r.kind = kind;
	r.transport = REC_UDP;
	const struct rs_span superseded = RS_LIT("superseded");
	if (outcome == REC_CUT_OFF)
		*(struct rs_span *)rec_list_add(
		    &r.flaws, &a, sizeof superseded) = superseded;
	if (outcome == REC_UNREACHABLE) {
		r.icmp = RS_LIT("3/3");
		r.icmp_from.at.addr = (struct rs_addr){{192, 0, 2, 1}, 4};
		r.icmp_frame = (struct rs_frame){0, n + 2};
		end = r.icmp_frame;
	}
	if (outcome == REC_CHALLENGE_UNANSWERED) {
		r.status = 401;
		r.ended = r.started + 97 * RS_MSEC + 120 * RS_SEC;
	}
	if (outcome == REC_AUTH_FAILED) {
		r.status = 403;
		r.reason = RS_LIT("Forbidden");
	}
	struct rec_transaction *t =
	    rec_list_add(&r.transactions, &a, sizeof *t);
	rec_init(&rec_transaction_type, t);
	t->request_frame = r.id.frame;
	t->request_time = r.started;
	t->status = r.status;
	t->credentials = RS_TRUE;
	t->reason =
	    (struct rs_span){(const uint8_t *)HOSTILE, sizeof HOSTILE - 1};
	t->response_frame = (struct rs_frame){0, n + 1};
	t->response_time = r.started + 97 * RS_MSEC;
	if (outcome == REC_CONNECTION_LOST) {
		r.transport = REC_TCP;
		r.connection.frame.number = 9000;
		end.number = 9003;
	}
	*(struct rs_frame *)rec_list_add(&r.frames, &a, sizeof end) = r.id.frame;
	*(struct rs_frame *)rec_list_add(&r.frames, &a, sizeof end) = end;
	u->sink.record(u->sink.arg, &rec_registration_type, &r);
	rec_arena_clear(&a);
}

void
run_attempt(struct run *u, uint64_t n, unsigned phone, enum rec_outcome outcome)
{
	run_attempt_of(u, n, phone, phone, REC_INITIAL, outcome);
}

void
run_handshake(
    struct run *u, uint64_t n, uint16_t port, enum rec_handshake_state state)
{
	struct rec_handshake h;
	rec_init(&rec_handshake_type, &h);
	h.id.frame.number = n;
	h.connection.frame.number = n - 1;
	h.started = RUN_T0;
	h.client.at = (struct rs_endpoint){{{198, 51, 100, 200}, 4}, 50000};
	h.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, port};
	h.state = state;
	u->sink.record(u->sink.arg, &rec_handshake_type, &h);
}

void
run_check_lines(const struct run *u, unsigned columns)
{
	const char *line = u->text;
	for (const char *nl; (nl = strchr(line, '\n')); line = nl + 1) {
		struct rs_span s = {(const uint8_t *)line, (size_t)(nl - line)};
		bool clean = g_utf8_validate(line, nl - line, NULL) &&
			     (s.n == 0 || s.p[s.n - 1] != ' ');
		for (size_t i = 0; i < s.n; i++)
			clean = clean && s.p[i] >= 0x20 && s.p[i] != 0x7f;
		if (!clean || page_width(s) > columns) {
			printf("# %.*s\n", (int)s.n, line);
			CU_FAIL_FATAL("a line that is too long, or not clean");
		}
	}
	CU_ASSERT_STRING_EQUAL(line, "");
}

/* The text without its line ends and indentation; the caller frees it. */
char *
run_flat(const struct run *u)
{
	GString *out = g_string_new(NULL);
	for (const char *p = u->text; *p; p++) {
		bool blank = *p == '\n' || *p == ' ';
		if (!blank)
			g_string_append_c(out, *p);
		else if (out->len && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	return g_string_free(out, FALSE);
}

void
run_check_says(const struct run *u, const char *says)
{
	g_autofree char *all = run_flat(u);
	if (strstr(all, says) == NULL)
		printf("# wanted: %s\n# got: %s\n", says, all);
	CU_ASSERT_PTR_NOT_NULL(strstr(all, says));
}

void
run_check_silent(const struct run *u, const char *says)
{
	g_autofree char *all = run_flat(u);
	CU_ASSERT_PTR_NULL(strstr(all, says));
}
