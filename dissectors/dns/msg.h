/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One DNS message (RFC 1035 4).
 *
 * The header and the question are read at once; records are walked through when
 * somebody wants them, as most messages are never looked at again.  All spans
 * point into the message, which compressed names need as a whole.
 *
 * Names become text: labels with dots between, lower case (RFC 4343), no dot at
 * the end, "." for the root.  A byte that is no printable ASCII, and a dot or
 * backslash within a label, becomes \DDD (RFC 1035 5.1).
 */
#ifndef DNS_MSG_H
#define DNS_MSG_H

#include "base/addr.h"
#include "base/span.h"

#include <stddef.h>

enum { DNS_HEADER = 12, DNS_PORT = 53 };

/* RFC 1035 3.2.2, 3596, 2782, 3403, 6891. */
enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33,
	DNS_TYPE_NAPTR = 35,
	DNS_TYPE_OPT = 41,
};

/* RFC 1035 4.1.1; above 15 by EDNS, RFC 6891 6.1.3. */
enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

/* Room for 255 bytes on the wire, each escaped, would be four times as much:
   what does not fit makes the name unreadable.  Host names always fit. */
enum { DNS_NAME_TEXT = 256 };

struct dns_name {
	uint16_t n;
	uint8_t text[DNS_NAME_TEXT]; /* no NUL at its end */
};

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTION_N };

struct dns_msg {
	struct rs_span bytes;
	uint16_t id;
	uint8_t opcode;
	uint16_t rcode;
	bool response, authoritative, truncated;
	bool edns;
	bool cut; /* it ends before its records do */
	uint16_t questions, counts[DNS_SECTION_N];
	uint16_t type, class;
	size_t records; /* where they begin */
	/* Of the first question; n 0: there is none.  Last: few are long. */
	struct dns_name name;
};

/* Of its size, what is in use. */
static inline size_t
dns_msg_size(const struct dns_msg *m)
{
	return offsetof(struct dns_msg, name.text) + m->name.n;
}

struct dns_record {
	struct dns_name name;
	uint16_t type, class;
	uint32_t ttl; /* seconds */
	enum dns_section section;
	struct rs_span data; /* within the message */
};

/* Where a walk through the records is. */
struct dns_walk {
	size_t at;
	unsigned section, nth; /* nth: of that section */
};

struct dns_srv { /* RFC 2782 */
	uint16_t priority, weight, port;
	struct dns_name target;
};

struct dns_naptr { /* RFC 3403 4.1 */
	uint16_t order, preference;
	struct rs_span flags, service, regexp;
	struct dns_name replacement;
};

static inline struct rs_span
dns_name_span(const struct dns_name *n)
{
	return (struct rs_span){n->text, n->n};
}

/* False: this is no DNS message, or not one that is read (RFC 1035 4.1). */
bool dns_msg_parse(struct dns_msg *m, struct rs_span bytes);
/* The same, but that no record is looked at: `edns`, `cut` and the upper bits
   of `rcode` are not known. */
bool dns_msg_begin(struct dns_msg *m, struct rs_span bytes);
struct dns_walk dns_walk_init(const struct dns_msg *m);
/* The next record; false at the end, or where the rest cannot be read. */
bool dns_walk_next(
    const struct dns_msg *m, struct dns_walk *w, struct dns_record *r);
/* Of an A or AAAA record. */
bool dns_record_addr(const struct dns_record *r, struct rs_addr *out);
/* Of a CNAME, NS or PTR record. */
bool dns_record_name(
    const struct dns_msg *m, const struct dns_record *r, struct dns_name *out);
bool dns_record_srv(
    const struct dns_msg *m, const struct dns_record *r, struct dns_srv *out);
bool dns_record_naptr(
    const struct dns_msg *m, const struct dns_record *r, struct dns_naptr *out);
/* Of a SOA record: how long its zone's "no" may be kept, seconds (RFC 2308 5).
 */
bool dns_record_minimum(
    const struct dns_msg *m, const struct dns_record *r, uint32_t *out);

/* "SRV", or NULL: no name is known. */
const char *dns_type_name(uint16_t type);
/* "NXDOMAIN", or NULL. */
const char *dns_rcode_name(uint16_t rcode);

#endif
