/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to look at next after a final answer that no finding explains.
 *
 * The status alone names no cause; it says on whose side to look (RFC 3261 21).
 */
#include "report/text_part.h"

enum { INDENT = 2 };

#define UNKNOWN_USER                                                            \
 "Does the registrar have this user, and serve this domain? Compare both with " \
 "the phone's profile."
#define NOT_ACCEPTABLE                                                         \
 "Something in the REGISTER is not acceptable to it: look at the registrar's " \
 "log, and at transport, Contact and options in the phone's profile."

static const struct {
	int64_t from, to;
	const char *advice;
} next[] = {
    {404, 404, UNKNOWN_USER},
    {408, 408,
	"The server waited for another one in vain: look at its log, and at "
	"the registrar behind it."},
    {410, 410, UNKNOWN_USER},
    {480, 480,
	"Is the account set up and enabled? Look at the registrar's log."},
    {488, 488, NOT_ACCEPTABLE},
    {500, 599,
	"By its status the fault is the server's own: look at its log, and at "
	"what it needs itself (a database, a server behind it)."},
    {604, 604, UNKNOWN_USER},
    {606, 606, NOT_ACCEPTABLE},
    {400, 699,
	"Look at the registrar's log, which may say why it refuses this "
	"REGISTER."},
};

void
text_next(struct text *t, const struct rec_registration *r)
{
	const struct rec_transaction *x = r->transactions.v;
	size_t i = 0;
	if (r->outcome != REC_REJECTED || r->transactions.n == 0)
		return;
	x += r->transactions.n - 1;
	if (x->status < 400 || x->status > 699)
		return;
	while (x->status < next[i].from || x->status > next[i].to)
		i++; /* the last one takes all */
	page_to(&t->page, INDENT);
	page_styled(&t->page, PAGE_BOLD, "Next:");
	page_str(&t->page, " ");
	page_flow(&t->page, INDENT, rs_span_str(next[i].advice));
	page_end(&t->page);
}
