/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the odd one out share: odd_add.c knows what is compared,
 * odd.c compares.
 */
#ifndef REPORT_ODD_INNER_H
#define REPORT_ODD_INNER_H

#include "report/odd.h"

enum odd_what {
	ODD_FIRMWARE,
	ODD_TRANSPORT,
	ODD_SERVER,
	ODD_SERVER_NAME,
	ODD_JA4,
	ODD_ISSUER,
	ODD_VLAN,
	ODD_TTL,
	ODD_MSS,
	ODD_DHCP_SERVER,
	ODD_DHCP_OPTIONS,
	ODD_ROUTER,
	ODD_NAME_SERVERS,
	ODD_RESOLVER,
	ODD_ANSWER,
	ODD_WHATS
};

enum { ODD_TEXT = 200 };

struct member;

/* Of whom something is known; either may be absent. */
struct odd_who {
	const struct rs_addr *client;
	struct rs_span mac;
	/* odd_value's own: at its first value it is found, or has no room. */
	bool found;
	struct member *member;
};

/*
 * That client has this value.  The first `subject` bytes say what it is of:
 * only values of the same subject are compared (answers to a question).
 */
void odd_value(struct odd *o, struct odd_who *who, enum odd_what what,
    struct rs_span value, size_t subject);
/* There was no room for some of it, so that nothing is told of it, and there is
   none for anybody else: values of it change nothing. */
bool odd_over(const struct odd *o, enum odd_what what);

#endif
