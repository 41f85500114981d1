/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs that hold SIP messages in clear, as text: of a Cisco MPP phone (logcat
 * and messages of its problem report), of Asterisk ("pjsip set logger on") and
 * of Kamailio (module sipdump).
 *
 * An entry is a line, or a line and the message that follows it.  Lines may be
 * cut, joined, repeated or out of order, ends of lines may be written as "^M",
 * and somebody may have written XXX over what is private.  What is not
 * understood is LOG_UNKNOWN, and nobody guesses.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include "dissector.h"

enum log_form {
	LOG_FORM_NONE,
	LOG_FORM_PHONE, /* Cisco MPP */
	LOG_FORM_ASTERISK,
	LOG_FORM_KAMAILIO,
};

/* LOG_PROBE: bytes of a file within which its form shows; LOG_ENTRY: the most
   that an entry has. */
enum { LOG_PROBE = 16384, LOG_LINE = 65536, LOG_ENTRY = 131072 };

/* Which log begins with these bytes, if any. */
enum log_form log_probe(struct rs_span head);
/* "phone log"; NULL for none. */
const char *log_form_name(enum log_form f);

/* What a line writes of the time. */
struct log_time {
	int64_t epoch; /* seconds since 1970; only where `absolute` */
	bool absolute; /* nothing is left to know */
	uint16_t year; /* 0: not written */
	uint8_t month, day, hour, minute, second; /* month 0: no time at all */
	uint32_t nanos;
};

/* The time as if it were UTC, in the given year where none is written;
   RS_NEVER where there is no time or no such day. */
rs_time log_time_of(const struct log_time *t, int year);

struct log_line {
	struct log_time at;
	bool numbered;
	uint32_t sequence;
	uint32_t thread; /* of the phone; 0: not written */
	struct rs_span text; /* what follows, without the line's end */
};

/* Reads what a line of that log begins with; false where it has no such
   beginning: it goes on with what the line before has begun. */
bool log_line_parse(
    enum log_form form, struct rs_span line, struct log_line *l);
/* Where in a line, after its own beginning, another one begins that was joined
   to it; line.n: nowhere. */
size_t log_line_joined(enum log_form form, struct rs_span line);

enum log_what {
	LOG_UNKNOWN,
	LOG_SIP,  /* a message begins, of SIP or HTTP, and goes on over the
		     next lines */
	LOG_FACT, /* a line that facts.h understands */
	LOG_NOTE, /* the same, of which nothing would be on the wire */
};

/* What a line with that text says. */
enum log_what log_classify(enum log_form form, struct rs_span text);

/* The size of the entry that s begins with, an entry of kind LOG_SIP: to the
   end of its message.  0: more bytes are needed to know, unless `last`. */
size_t log_sip_size(enum log_form form, struct rs_span s, bool last);

/* A SIP message of a log. */
struct log_sip {
	struct log_line line;
	bool sent;                    /* by whoever wrote the log */
	enum rs_carrier over;         /* 0: not said, or not known here */
	struct rs_endpoint peer, own; /* no address where it is redacted */
	struct rs_span peer_text;     /* as written, without the port */
	struct rs_span message; /* as in the log; from its start-line on */
	bool headless;          /* the start-line itself was cut away */
};

/* False: none, or nobody knows whose it is. */
bool log_sip_parse(enum log_form form, struct rs_span entry, struct log_sip *s);

/* How the text of a message in a log differs from what was sent. */
struct log_text {
	size_t n;      /* bytes written */
	bool redacted; /* something private was written over */
	bool whole;    /* its headers end, and so does its body */
};

/* The message with CRLF at the ends of its lines, into `to`, which has room
   for that many bytes. */
struct log_text log_sip_text(struct rs_span message, uint8_t *to, size_t room);

#endif
