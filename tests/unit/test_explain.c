/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explaining codes: which are near to what was typed, and an entry's looks.
 */
#include "report/explain.h"
#include "unit.h"

#include <string.h>

static void
test_nearest(void)
{
	static const struct {
		const char *typed, *near; /* "": none */
	} rows[] = {
	    {"tls.self-singed", "tls.self-signed"},
	    {"TLS.Self-Signed", "tls.self-signed"},
	    {"self-signed", "tls.self-signed"},
	    {"tls.unknown_ca", "tls.unknown-ca"},
	    {"no-answer", "tcp.no-answer, sip.no-answer, dns.no-answer"},
	    {"tls.cert", "tls.certificate-expired"},
	    {"sip.", "sip.no-answer, sip.credentials-refused, "
		     "sip.digest-unsupported"},
	    {"tcp.refuse", "tcp.refused"},
	    {"lunch", ""},
	    {"x", ""},
	    {"", ""},
	    {"a-name-that-is-much-longer-than-any-code-may-be-so-that-it-does-"
	     "not-fit-the-row",
		""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *near = explain_nearest(rows[i].typed);
		unit_row(rows[i].typed);
		CU_ASSERT_STRING_EQUAL(near ? near : "", rows[i].near);
		CU_ASSERT(!explain_knows(rows[i].typed));
	}
	CU_ASSERT(explain_knows("tls.self-signed"));
}

static char *
printed(const char *code, unsigned columns)
{
	char *text = NULL;
	size_t n = 0;
	const char *const codes[] = {code, NULL};
	const struct explain_options o = {
	    .out = open_memstream(&text, &n), .columns = columns};
	CU_ASSERT(explain_print(&o, codes, NULL));
	fclose(o.out);
	return text;
}

static void
test_entry(void)
{
	char *rule = printed("tcp.refused", 60);
	CU_ASSERT(g_str_has_prefix(rule,
	    "tcp.refused\n"
	    "  The server refuses TCP connections\n"
	    "  stage tcp, error\n"
	    "\n"
	    "  Nothing listens on the port, or a firewall rejects the\n"
	    "  connection with a reset.\n"
	    "\n"
	    "  What must have been seen\n"
	    "    A RST in answer to the SYN.\n"
	    "\n"
	    "  What looks like it, and when it is not said\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(rule,
	    "\n\n"
	    "  What to check next\n"
	    "    Is the service running, and on this port? Is a firewall\n"
	    "    set to reject?\n"));
	free(rule);
}

UNIT_MAIN("explain", UNIT(test_nearest), UNIT(test_entry))
