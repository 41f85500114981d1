/* SPDX-License-Identifier: Apache-2.0 */
#include "track/scanner.h"

#include <stddef.h>

static const struct {
	const char *name;
	enum scanner_agent agent;
} names[] = {
    {"friendly-scanner", SCANNER_AGENT_TOOL},
    {"gulp", SCANNER_AGENT_TOOL},
    {"iwar", SCANNER_AGENT_TOOL},
    {"pplsip", SCANNER_AGENT_TOOL},
    {"sip-scan", SCANNER_AGENT_TOOL},
    {"sipcli", SCANNER_AGENT_PRODUCT},
    {"sipvicious", SCANNER_AGENT_TOOL},
    {"sivus", SCANNER_AGENT_TOOL},
    {"smap", SCANNER_AGENT_TOOL},
    {"sundayddr", SCANNER_AGENT_TOOL},
    {"vaxsipuseragent", SCANNER_AGENT_PRODUCT},
};

static bool
word_goes_on(struct rs_span s, size_t at)
{
	if (at >= s.n)
		return false;
	uint8_t c = rs_ascii_lower(s.p[at]);
	return (c >= 'a' && c <= 'z') || rs_ascii_digit(c);
}

/* "sipcli/v1.8", not "Gulpie". */
enum scanner_agent
scanner_agent(struct rs_span user_agent)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct rs_span name = rs_span_str(names[i].name);
		if (rs_span_eq_nocase(
			rs_span_part(user_agent, 0, name.n), name) &&
		    !word_goes_on(user_agent, name.n))
			return names[i].agent;
	}
	return SCANNER_AGENT_NONE;
}

const char *
scanner_reason(const struct scanner_facts *f)
{
	bool many = f->users >= SCANNER_USERS;
	if (f->succeeded || f->answered)
		return NULL;
	if (f->agent == SCANNER_AGENT_TOOL)
		return "user_agent";
	if (f->agent == SCANNER_AGENT_PRODUCT && (f->challenged || many))
		return "user_agent";
	if (f->challenged && many && f->turned_away >= SCANNER_USERS &&
	    f->attempts <= SCANNER_TRIES * f->users)
		return "many_users";
	return NULL;
}
