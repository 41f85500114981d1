/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP messages in logs.
 *
 *	voice- =====> Send (TLS) [192.0.2.10]:8934 SIP MSG:: REGISTER sip:...
 *	voice- <==== Recv (TCP) [192.0.2.10]:8934 SIP MSG:: SIP/2.0 401 ...
 *	<--- Transmitting SIP request (463 bytes) to UDP:192.0.2.10:5060 --->
 *	<--- Received SIP response (512 bytes) from UDP:192.0.2.10:5060 --->
 *
 * and, of sipdump, a block of "name: value" lines between two rulers.
 */
#include "log/facts.h"
#include "log/log.h"
#include "log/scan.h"

static const char ruler[] = "~~~~~~~~~~~~~~~~~~~~\n";
static const char bars[] = "||||||||||||||||||||";

/* ---- lines ---- */

/* The next line of s, with its LF; n 0: there is none. */
static struct rs_span
line_of(struct rs_span s)
{
	size_t n = rs_span_find(s, '\n');
	return rs_span_part(s, 0, n < s.n ? n + 1 : n);
}

/* Without its end, be that LF, CR LF or "^M" LF. */
static struct rs_span
bare(struct rs_span line)
{
	while (line.n &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n >= 2 && memcmp(line.p + line.n - 2, "^M", 2) == 0)
		line.n -= 2;
	return line;
}

/* ---- what a line says ---- */

/* "=====> Send (" or "<==== Recv (" near the front, whatever the tag. */
static bool
phone_arrow(struct rs_span text, bool *sent, struct scan *after)
{
	enum { NEAR = 40 };
	struct rs_span near = rs_span_part(text, 0, NEAR);
	size_t at = scan_find(near, RS_LIT("=> Send ("));
	*sent = at < near.n;
	if (!*sent)
		at = scan_find(near, RS_LIT("== Recv ("));
	after->s = rs_span_from(text, at + 9);
	return at < near.n;
}

/* "<--- Received SIP response (": the number is next. */
static bool
asterisk_arrow(struct rs_span text, bool *sent, struct scan *after)
{
	size_t at = scan_find(text, RS_LIT("<--- "));
	after->s = rs_span_from(text, at + 5);
	*sent = scan_word(after, RS_LIT("Transmitting SIP "));
	if (at == text.n ||
	    (!*sent && !scan_word(after, RS_LIT("Received SIP "))))
		return false;
	return (scan_word(after, RS_LIT("request (")) ||
		scan_word(after, RS_LIT("response (")));
}

enum log_what
log_classify(enum log_form form, struct rs_span text)
{
	struct log_fact f;
	struct scan s;
	bool sent;
	switch (form) {
	case LOG_FORM_PHONE:
		if (phone_arrow(text, &sent, &s))
			return LOG_SIP;
		if (!log_fact_parse(text, &f))
			return LOG_UNKNOWN;
		/* the head of a request goes on over the next lines */
		return f.kind == LOG_HTTP_REQUEST  ? LOG_SIP
		       : log_fact_is_note(f.kind) ? LOG_NOTE
						  : LOG_FACT;
	case LOG_FORM_ASTERISK:
		return asterisk_arrow(text, &sent, &s) ? LOG_SIP : LOG_UNKNOWN;
	case LOG_FORM_KAMAILIO:
		return LOG_SIP;
	case LOG_FORM_NONE:
		break;
	}
	return LOG_UNKNOWN;
}

/* ---- where it ends ---- */

/* What is known of a message while its lines are read. */
struct extent {
	bool headers_end, has_length;
	uint32_t length, body;
};

/* Takes one more line of it; true when it is whole now. */
static bool
extent_add(struct extent *e, struct rs_span line)
{
	struct rs_span s = bare(line);
	if (e->headers_end) {
		e->body += (uint32_t)s.n + 2;
		return e->body >= e->length;
	}
	if (s.n == 0) {
		e->headers_end = true;
		return !e->has_length || e->length == 0;
	}
	size_t colon = rs_span_find(s, ':');
	struct rs_span name = rs_span_trim(rs_span_part(s, 0, colon));
	if (rs_span_eq_nocase(name, RS_LIT("Content-Length")) ||
	    rs_span_eq_nocase(name, RS_LIT("l")))
		e->has_length = rs_span_u32(
		    rs_span_trim(rs_span_from(s, colon + 1)), &e->length);
	return false;
}

/* Up to the next line that is no part of it. */
static size_t
size_by_lines(enum log_form form, struct rs_span s, bool last)
{
	struct extent e = {0};
	struct log_line l;
	struct rs_span line = line_of(s);
	size_t at = line.n, joined = log_line_joined(form, line);
	if (joined < line.n)
		return joined;
	while (at < s.n && at < LOG_ENTRY) {
		line = line_of(rs_span_from(s, at));
		bool ends = line.n && line.p[line.n - 1] == '\n';
		if (!ends && !last && s.n < LOG_ENTRY)
			return 0;
		if (log_line_parse(form, line, &l))
			return at;
		joined = log_line_joined(form, line);
		at += joined;
		if (joined < line.n || extent_add(&e, line))
			return at;
	}
	return last || at >= LOG_ENTRY ? at : 0;
}

/* sipdump: to the bars and their line's end. */
static size_t
size_of_dump(struct rs_span s, bool last)
{
	struct rs_span most = rs_span_part(s, 0, LOG_ENTRY);
	size_t at = scan_find(most, rs_span_str(bars));
	if (at < most.n) {
		size_t end = at + rs_span_find(rs_span_from(most, at), '\n');
		if (end < most.n)
			return end + 1;
	}
	return last || most.n == LOG_ENTRY ? most.n : 0;
}

size_t
log_sip_size(enum log_form form, struct rs_span s, bool last)
{
	if (form == LOG_FORM_KAMAILIO)
		return size_of_dump(s, last);
	return size_by_lines(form, rs_span_part(s, 0, LOG_ENTRY), last);
}

/* ---- whose it is ---- */

static enum rs_carrier
carrier(struct rs_span name)
{
	static const struct {
		const char *name;
		enum rs_carrier over;
	} rows[] = {{"UDP", RS_OVER_UDP}, {"TCP", RS_OVER_TCP},
	    {"TLS", RS_OVER_TLS}, {"WS", RS_OVER_WS}, {"WSS", RS_OVER_WSS}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rs_span_eq_nocase(name, rs_span_str(rows[i].name)))
			return rows[i].over;
	return 0;
}

static void
port(struct rs_endpoint *e, struct rs_span s)
{
	uint32_t v;
	size_t n = 0;
	while (n < s.n && rs_ascii_digit(s.p[n]))
		n++;
	if (rs_span_u32(rs_span_part(s, 0, n), &v) && v <= UINT16_MAX)
		e->port = (uint16_t)v;
}

/* "[192.0.2.10]:8934 SIP MSG:: ...", after the arrow's parenthesis. */
static bool
phone_peer(struct scan *s, struct log_sip *p)
{
	struct rs_span name, address;
	if (!scan_until(s, ')', &name))
		return false;
	p->over = carrier(name);
	scan_blanks(s);
	if (!scan_byte(s, '[') || !scan_until(s, ']', &address))
		return false;
	(void)rs_addr_parse(&p->peer.addr, address);
	p->peer_text = address;
	if (scan_byte(s, ':'))
		port(&p->peer, s->s);
	size_t at = scan_find(s->s, RS_LIT("MSG::"));
	s->s = rs_span_from(s->s, at + 5);
	return true;
}

/* "463 bytes) to UDP:192.0.2.10:5060 --->" */
static bool
asterisk_peer(struct scan *s, struct log_sip *p)
{
	struct rs_span name, at;
	if (!scan_until(s, ')', &name) || !scan_blanks(s) ||
	    (!scan_word(s, RS_LIT("to ")) && !scan_word(s, RS_LIT("from "))) ||
	    !scan_until(s, ':', &name) || !scan_until(s, ' ', &at))
		return false;
	p->over = carrier(name);
	size_t colon = at.n;
	while (colon && at.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	p->peer_text = rs_span_part(at, 0, colon - 1);
	(void)rs_addr_parse(&p->peer.addr, p->peer_text);
	port(&p->peer, rs_span_from(at, colon));
	return true;
}

static struct rs_span
dump_value(struct rs_span head, struct rs_span name)
{
	size_t at = scan_find(head, name);
	struct rs_span v = rs_span_from(head, at + name.n);
	return at < head.n ? bare(line_of(v)) : (struct rs_span){NULL, 0};
}

static bool
dump_parse(struct rs_span entry, struct log_sip *p)
{
	size_t at = scan_find(entry, rs_span_str(ruler));
	struct rs_span head = rs_span_part(entry, 0, at), seconds;
	struct rs_endpoint from = {0}, to = {0};
	uint32_t s;
	if (at == entry.n)
		return false;
	p->message = rs_span_from(entry, at + sizeof ruler - 1);
	p->message.n = scan_find(p->message, rs_span_str(bars));
	p->sent =
	    rs_span_eq(dump_value(head, RS_LIT("\ntag: ")), RS_LIT("snd"));
	struct scan time = {dump_value(head, RS_LIT("\ntime: "))};
	if (!scan_until(&time, '.', &seconds) || !rs_span_u32(seconds, &s))
		return false;
	uint32_t micros = 0;
	(void)rs_span_u32(time.s, &micros);
	p->line.at = (struct log_time){
	    .absolute = true, .epoch = s, .nanos = micros % 1000000 * 1000};
	struct rs_span proto = dump_value(head, RS_LIT("\nproto: "));
	p->over = carrier(rs_span_part(proto, 0, rs_span_find(proto, ' ')));
	(void)rs_addr_parse(&from.addr, dump_value(head, RS_LIT("\nsrcip: ")));
	(void)rs_addr_parse(&to.addr, dump_value(head, RS_LIT("\ndstip: ")));
	port(&from, dump_value(head, RS_LIT("\nsrcport: ")));
	port(&to, dump_value(head, RS_LIT("\ndstport: ")));
	p->peer = p->sent ? to : from;
	p->own = p->sent ? from : to;
	return true;
}

/* Does it begin as a start-line does? */
static bool
headed(struct rs_span message)
{
	struct rs_span line = bare(line_of(message));
	size_t blank = rs_span_find(line, ' ');
	struct rs_span rest = rs_span_from(line, blank + 1);
	if (rs_span_starts(line, RS_LIT("SIP/2.0 ")))
		return rest.n >= 3 && rs_ascii_digit(rest.p[0]) &&
		       rs_ascii_digit(rest.p[1]) && rs_ascii_digit(rest.p[2]);
	return rest.n > 8 && memcmp(rest.p + rest.n - 8, " SIP/2.0", 8) == 0;
}

bool
log_sip_parse(enum log_form form, struct rs_span entry, struct log_sip *p)
{
	struct scan s;
	*p = (struct log_sip){0};
	if (form == LOG_FORM_KAMAILIO) {
		if (!dump_parse(entry, p))
			return false;
	} else {
		struct rs_span line = line_of(entry);
		if (!log_line_parse(form, line, &p->line))
			return false;
		bool phone = form == LOG_FORM_PHONE;
		if (phone ? !phone_arrow(p->line.text, &p->sent, &s) ||
				!phone_peer(&s, p)
			  : !asterisk_arrow(p->line.text, &p->sent, &s) ||
				!asterisk_peer(&s, p))
			return false;
		p->message = rs_span_from(entry, line.n);
		if (phone) { /* it begins on this line */
			size_t at = (size_t)(s.s.p - entry.p);
			while (at < entry.n && entry.p[at] == ' ')
				at++;
			p->message = rs_span_from(entry, at);
		}
	}
	p->headless = !headed(p->message);
	return true;
}

/* ---- its text ---- */

static bool
redacted(struct rs_span line)
{
	static const char *const marks[] = {
	    "XXX", "xxx.xxx", "_ADDRESS>", "***", "MAC_ADDRESS"};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (scan_find(line, rs_span_str(marks[i])) < line.n)
			return true;
	return false;
}

struct log_text
log_sip_text(struct rs_span message, uint8_t *to, size_t room)
{
	struct log_text t = {0};
	struct extent e = {0};
	bool first = true;
	while (message.n && !t.whole) {
		struct rs_span line = line_of(message), s = bare(line);
		message = rs_span_from(message, line.n);
		if (t.n + s.n + 2 > room)
			break;
		t.redacted |= redacted(s);
		if (s.n)
			memcpy(to + t.n, s.p, s.n);
		t.n += s.n;
		memcpy(to + t.n, "\r\n", 2);
		t.n += 2;
		if (!first)
			t.whole = extent_add(&e, line);
		first = false;
	}
	if (e.headers_end && e.body > e.length) /* a body's last line has no
						   end */
		t.n -= e.body - e.length < t.n ? e.body - e.length : 0;
	/* The empty line is often left out where no body follows. */
	if (!e.headers_end && e.has_length && e.length == 0 &&
	    t.n + 2 <= room) {
		memcpy(to + t.n, "\r\n", 2);
		t.n += 2;
		t.whole = true;
	}
	return t;
}
