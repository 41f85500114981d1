/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an attempt is undecided: what was still to come, and what kept it from
 * being told: a flaw of the record, or the end of the capture.
 */
#include "report/text_part.h"

#include <glib.h>

enum { INDENT = 4 };

/* What was still to come: "no answer to the REGISTER #17". */
static void
missing(struct text *t, const struct rec_registration *r)
{
	const struct rec_transaction *x = r->transactions.v;
	const char *what;
	if (r->transactions.n == 0) {
		page_str(&t->page, "nothing of it could be read");
		return;
	}
	x += r->transactions.n - 1;
	if (x->status == REC_ABSENT)
		what = text_flawed(r, "message_cut")
			   ? "no answer can be told of the REGISTER"
			   : "no answer yet to the REGISTER";
	else if (x->status == 401 || x->status == 407)
		what = x->credentials == RS_TRUE
			   ? "nothing yet after the refusal"
			   : "no credentials yet after the challenge";
	else
		what = "nothing yet after the answer";
	page_printf(&t->page, "%s ", what);
	text_frame(
	    t, x->status == REC_ABSENT ? x->request_frame : x->response_frame);
}

/* Why that may be the capture's fault. */
static void
doubt(struct text *t, const struct rec_registration *r)
{
	static const char *const words[][2] = {
	    {"superseded", "the phone began anew before it was due"},
	    {"evicted", "the memory limit was hit"},
	    {"not_logged", "the capture has an answer that the log lacks"},
	    {"answer_first", "its answer stands before it in the capture"},
	    {"gap", "bytes of its connection were not captured"},
	    {"drops", "packets of that time were dropped or not captured"},
	    {"challenge_not_captured",
		"it answers a challenge that was not captured, or could not be "
		"read: what came of that may be lacking, too"},
	    {"message_cut", "a message was cut by the snap length"}};
	char s[PAGE_TEXT];
	bool told = false;
	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (text_flawed(r, words[k][0])) {
			page_item(&t->page, INDENT, "; ", words[k][1]);
			told = true;
		}
	rs_time end = t->in->coverage->last;
	const struct rec_transaction *x = r->transactions.v;
	if (told || end == RS_NEVER || r->transactions.n == 0)
		return;
	x += r->transactions.n - 1;
	rs_time at =
	    x->status == REC_ABSENT ? x->request_time : x->response_time;
	if (at == RS_NEVER || at > end)
		return;
	g_autofree char *rest =
	    end - at < RS_MSEC ? g_strdup("the capture ends there")
			       : g_strdup_printf("the capture ends %s later",
				     page_duration(s, end - at));
	page_item(&t->page, INDENT, "; ", rest);
}

/* Headers that RFC 3261 8.1.1 wants and the REGISTER does not have. */
static void
lacks(struct text *t, const struct rec_registration *r)
{
	static const char *const words[][2] = {{"no_call_id", "Call-ID"},
	    {"no_cseq", "CSeq"}, {"no_via", "Via"}, {"no_to", "To"},
	    {"no_from", "From"}};
	const char *glue = "; it lacks ";
	if (text_flawed(r, "message_cut"))
		return; /* they may be in what was cut off */
	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (text_flawed(r, words[k][0])) {
			page_item(&t->page, INDENT, glue, words[k][1]);
			glue = ", ";
		}
}

void
text_undecided(struct text *t, const struct rec_registration *r)
{
	page_to(&t->page, INDENT);
	missing(t, r);
	doubt(t, r);
	lacks(t, r);
	page_end(&t->page);
}
