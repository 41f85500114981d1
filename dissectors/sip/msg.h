/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SIP message (RFC 3261 7) as spans into the bytes it was parsed from.
 *
 * One pass over the headers fills a caller-lent table in message order, with an
 * index of the first header of each known name.  Typed values are parsed on
 * demand (via.h, cseq.h, contact.h, auth.h, addr.h, uri.h).  What was odd is a
 * bit in `flaws`; the message is still told as far as it can be.
 */
#ifndef SIP_MSG_H
#define SIP_MSG_H

#include "base/span.h"
#include "sip/hdr.h"

enum { SIP_MAX_HEADERS = 128 };

enum sip_method { /* RFC 3261 7.1: method names are case-sensitive */
	SIP_METHOD_NONE,
	SIP_METHOD_OTHER, /* a token, but none that is known here */
	SIP_METHOD_REGISTER,
	SIP_METHOD_INVITE,
	SIP_METHOD_ACK,
	SIP_METHOD_BYE,
	SIP_METHOD_CANCEL,
	SIP_METHOD_OPTIONS,
	SIP_METHOD_PRACK,
	SIP_METHOD_SUBSCRIBE,
	SIP_METHOD_NOTIFY,
	SIP_METHOD_PUBLISH,
	SIP_METHOD_INFO,
	SIP_METHOD_REFER,
	SIP_METHOD_MESSAGE,
	SIP_METHOD_UPDATE,
	SIP_METHOD_N
};

enum sip_flaw {
	SIP_FLAW_LF_ONLY = 1 << 0,          /* lines end in LF alone */
	SIP_FLAW_TOO_MANY_HEADERS = 1 << 1, /* the rest was not kept */
	SIP_FLAW_BAD_HEADER = 1 << 2, /* a line without a name or a colon, or a
					 name of over 65535 bytes */
	SIP_FLAW_NO_CONTENT_LENGTH = 1 << 3, /* on a stream */
	SIP_FLAW_BAD_CONTENT_LENGTH =
	    1 << 4,                    /* not a number, or two that differ */
	SIP_FLAW_BODY_CUT = 1 << 5,    /* fewer bytes than Content-Length */
	SIP_FLAW_BODY_EXTRA = 1 << 6,  /* a datagram with more than that */
	SIP_FLAW_HEADERS_CUT = 1 << 7, /* no empty line: cut by the capture */
	SIP_FLAW_NO_CALL_ID = 1 << 8,
	SIP_FLAW_NO_CSEQ = 1 << 9,
	SIP_FLAW_NO_VIA = 1 << 10,
	SIP_FLAW_NO_TO = 1 << 11,
	SIP_FLAW_NO_FROM = 1 << 12,
	SIP_FLAW_REPEATED = 1 << 13, /* a header that may stand once, twice */
	SIP_FLAW_CSEQ_METHOD = 1 << 14, /* CSeq names another method */
	SIP_FLAW_FOLDED = 1 << 15,      /* legal, but rare: RFC 3261 7.3.1 */
	SIP_FLAW_BAD_VERSION = 1 << 16, /* not SIP/2.0 */
	SIP_FLAW_START_LINE = 1 << 17, /* blanks or "<>" where none may stand */
	SIP_FLAW_BAD_EXPIRES = 1 << 18, /* no number, or over 32 bits */
};

/* Offsets in the bytes of the message, so that a copy of both is a header. */
struct sip_header {
	uint32_t name;           /* as on the wire */
	uint32_t value, value_n; /* trimmed; may hold folded line ends */
	uint16_t name_n;
	uint8_t id; /* enum sip_hdr; SIP_HDR_OTHER where it is not known */
};

struct sip_msg {
	bool request;
	enum sip_method method; /* of a request; of the CSeq in a response */
	struct rs_span method_name;
	struct rs_span uri; /* Request-URI */
	uint16_t status;    /* of a response: 100 to 699 */
	struct rs_span reason;
	struct sip_header *headers; /* lent by the caller */
	size_t n_headers;
	uint64_t repeated;        /* bits of those that stand more than once */
	uint8_t first[SIP_HDR_N]; /* index + 1 of the first of each; 0: none */
	uint32_t cseq;            /* valid unless SIP_FLAW_NO_CSEQ */
	struct rs_span cseq_method;
	bool has_content_length; /* there is one, and it can be used */
	uint32_t content_length;
	struct rs_span body;
	struct rs_span bytes; /* all spans point into these */
	uint32_t flaws;
	size_t size; /* of the whole message on the wire */
};

/* Name and value of header i < n_headers. */
static inline struct rs_span
sip_msg_name(const struct sip_msg *m, size_t i)
{
	const struct sip_header *h = &m->headers[i];
	return (struct rs_span){m->bytes.p + h->name, h->name_n};
}

static inline struct rs_span
sip_msg_value(const struct sip_msg *m, size_t i)
{
	const struct sip_header *h = &m->headers[i];
	return (struct rs_span){m->bytes.p + h->value, h->value_n};
}

/* The value of the first header of that name; an absent span (p NULL). */
static inline struct rs_span
sip_msg_header(const struct sip_msg *m, enum sip_hdr id)
{
	size_t i = m->first[id];
	return i ? sip_msg_value(m, i - 1) : (struct rs_span){NULL, 0};
}

/* See sip_msg_next(): the second one and on. */
struct rs_span sip_msg_another(
    const struct sip_msg *m, enum sip_hdr id, size_t *at);

/*
 * The value of the next header of that name from index *at on (start with 0);
 * absent where there is none.  *at becomes where to go on.
 */
static inline struct rs_span
sip_msg_next(const struct sip_msg *m, enum sip_hdr id, size_t *at)
{
	if (*at < m->first[id]) {
		*at = m->first[id];
		return sip_msg_value(m, *at - 1);
	}
	if (m->repeated >> id & 1)
		return sip_msg_another(m, id, at);
	return (struct rs_span){NULL, 0};
}

/* The known method of that exact name, SIP_METHOD_OTHER for another token. */
enum sip_method sip_method_parse(struct rs_span name);
/* A constant string such as "REGISTER"; "" for NONE and OTHER. */
const char *sip_method_name(enum sip_method m);

/*
 * Parses start-line and headers of `bytes`, whose headers end at `head`
 * (offset past the empty line; bytes.n where it is missing).  The body is what
 * follows; the framing (sip.c) has decided its length and set it beforehand in
 * bytes.n.  headers has room for SIP_MAX_HEADERS.  What is past 4 GiB is not
 * looked at.  False when the first line is no SIP start-line.
 */
bool sip_msg_parse(struct sip_msg *m, struct sip_header *headers,
    struct rs_span bytes, size_t head);

/*
 * The same in two steps, for the framing, which knows the length of the body
 * only after the headers.  *head becomes the offset past the empty line, or 0
 * where it is missing: what stands in the last line without an end is dropped
 * then, for a number that is cut is another number.  A header that was not
 * seen in a message with SIP_FLAW_HEADERS_CUT may well have been sent.
 */
bool sip_msg_head_parse(struct sip_msg *m, struct sip_header *headers,
    struct rs_span bytes, size_t *head);
/* Sets the body to what follows head in bytes, and the flaws about it. */
void sip_msg_set_body(struct sip_msg *m, struct rs_span bytes, size_t head);

/*
 * A copy of m that leans on nothing of its own: headers has room for
 * m->n_headers, bytes for m->bytes.n.
 */
void sip_msg_copy(struct sip_msg *to, struct sip_header *headers,
    uint8_t *bytes, const struct sip_msg *m);

#endif
