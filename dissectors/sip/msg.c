/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a SIP message (RFC 3261 7, 25.1).
 *
 * Lenient, once somebody has decided that this is SIP: a damaged message is
 * told as far as it can be read, and the damage with it.  The one pass goes by
 * lines, reads a name of each and leaves the values alone, but for CSeq and
 * Content-Length, without which nothing can be paired or framed.
 */
#include "sip/msg.h"
#include "sip/hdr_inner.h"
#include "sip/seconds.h"
#include "sip/text.h"

static const struct {
	uint8_t n;
	char name[15]; /* NUL to the eighth byte and on: compared as words */
} methods[SIP_METHOD_N] = {
    [SIP_METHOD_REGISTER] = {8, "REGISTER"},
    [SIP_METHOD_INVITE] = {6, "INVITE"},
    [SIP_METHOD_ACK] = {3, "ACK"},
    [SIP_METHOD_BYE] = {3, "BYE"},
    [SIP_METHOD_CANCEL] = {6, "CANCEL"},
    [SIP_METHOD_OPTIONS] = {7, "OPTIONS"},
    [SIP_METHOD_PRACK] = {5, "PRACK"},
    [SIP_METHOD_SUBSCRIBE] = {9, "SUBSCRIBE"},
    [SIP_METHOD_NOTIFY] = {6, "NOTIFY"},
    [SIP_METHOD_PUBLISH] = {7, "PUBLISH"},
    [SIP_METHOD_INFO] = {4, "INFO"},
    [SIP_METHOD_REFER] = {5, "REFER"},
    [SIP_METHOD_MESSAGE] = {7, "MESSAGE"},
    [SIP_METHOD_UPDATE] = {6, "UPDATE"},
};

/* Headers that stand at most once (RFC 3261 7.3.1, 20). */
#define ONE(id) (UINT64_C(1) << (id))
static const uint64_t once =
    ONE(SIP_HDR_CALL_ID) | ONE(SIP_HDR_CONTENT_LENGTH) |
    ONE(SIP_HDR_CONTENT_TYPE) | ONE(SIP_HDR_CSEQ) | ONE(SIP_HDR_DATE) |
    ONE(SIP_HDR_EXPIRES) | ONE(SIP_HDR_FLOW_TIMER) | ONE(SIP_HDR_FROM) |
    ONE(SIP_HDR_MAX_FORWARDS) | ONE(SIP_HDR_MIN_EXPIRES) |
    ONE(SIP_HDR_RETRY_AFTER) | ONE(SIP_HDR_SERVER) | ONE(SIP_HDR_TO) |
    ONE(SIP_HDR_USER_AGENT);
_Static_assert(SIP_HDR_N <= 64, "a bit for each header");

enum sip_method
sip_method_parse(struct rs_span name)
{
	if (name.n == 0)
		return SIP_METHOD_NONE;
	if (name.n > 9)
		return SIP_METHOD_OTHER;
	uint64_t word = sip_text_word(name.p, name.n < 8 ? name.n : 8);
	for (unsigned i = SIP_METHOD_REGISTER; i < SIP_METHOD_N; i++)
		if (sip_text_load8((const uint8_t *)methods[i].name) == word &&
		    methods[i].n == name.n)
			return name.n < 9 || name.p[8] == methods[i].name[8]
				   ? (enum sip_method)i
				   : SIP_METHOD_OTHER;
	return SIP_METHOD_OTHER;
}

const char *
sip_method_name(enum sip_method m)
{
	return m < SIP_METHOD_N ? methods[m].name : "";
}

struct rs_span
sip_msg_another(const struct sip_msg *m, enum sip_hdr id, size_t *at)
{
	for (size_t i = *at; i < m->n_headers; i++) {
		if (m->headers[i].id == id) {
			*at = i + 1;
			return sip_msg_value(m, i);
		}
	}
	*at = m->n_headers;
	return (struct rs_span){NULL, 0};
}

/* How many blanks s begins with. */
static size_t
blanks(struct rs_span s)
{
	size_t n = 0;
	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

/* "SIP/" 1*DIGIT "." 1*DIGIT at the start of s; its length, or 0. */
static size_t
version_length(struct rs_span s)
{
	if (rs_span_starts(s, RS_LIT("SIP/2.0")) && (s.n == 7 || s.p[7] == ' '))
		return 7;
	if (s.n < 4 || s.p[3] != '/' ||
	    !rs_span_eq_nocase(rs_span_part(s, 0, 3), RS_LIT("SIP")))
		return 0;
	size_t i = 4, dot;
	while (i < s.n && rs_ascii_digit(s.p[i]))
		i++;
	dot = i;
	if (dot == 4 || i == s.n || s.p[i] != '.')
		return 0;
	for (i++; i < s.n && rs_ascii_digit(s.p[i]);)
		i++;
	return i > dot + 1 ? i : 0;
}

static uint32_t
version_flaw(struct rs_span v)
{
	return v.n == 7 && memcmp(v.p + 4, "2.0", 3) == 0
		   ? 0
		   : SIP_FLAW_BAD_VERSION;
}

/* SIP-Version SP Status-Code SP Reason-Phrase */
static bool
parse_status_line(struct sip_msg *m, struct rs_span line, size_t version)
{
	struct rs_span s = rs_span_from(line, version);
	size_t sp = blanks(s);
	struct rs_span code = rs_span_part(s, sp, 3);
	uint32_t status;
	if (sp == 0 || code.n != 3 || !rs_span_u32(code, &status))
		return false;
	s = rs_span_from(s, sp + 3);
	if (status < 100 || status > 699 || (s.n && blanks(s) == 0))
		return false;
	m->status = (uint16_t)status;
	m->reason = rs_span_trim(rs_span_from(s, blanks(s)));
	m->flaws |= version_flaw(rs_span_part(line, 0, version));
	if (sp != 1)
		m->flaws |= SIP_FLAW_START_LINE;
	return true;
}

/* Method SP Request-URI SP SIP-Version */
static bool
parse_request_line(struct sip_msg *m, struct rs_span line)
{
	size_t n = sip_text_stop(line, 0, SIP_TEXT_BLANK);
	m->method = sip_method_parse(rs_span_part(line, 0, n));
	if (m->method <= SIP_METHOD_OTHER)
		n = sip_text_token_n(line);
	struct rs_span rest = rs_span_from(line, n);
	size_t before = blanks(rest);
	if (n == 0 || before == 0)
		return false;
	struct rs_span s = rs_span_trim(rs_span_from(rest, before));
	/* All but a few lines end so, and need no search. */
	bool usual = s.n >= 8 && memcmp(s.p + s.n - 8, " SIP/2.0", 8) == 0;
	size_t last = usual ? s.n - 7 : s.n;
	while (!usual && last && s.p[last - 1] != ' ' && s.p[last - 1] != '\t')
		last--;
	struct rs_span version = rs_span_from(s, last);
	if (last == 0 || version_length(version) != version.n || !version.n)
		return false;
	m->request = true;
	m->method_name = rs_span_part(line, 0, n);
	if (m->method <= SIP_METHOD_OTHER)
		m->method = sip_method_parse(m->method_name);
	m->uri = rs_span_trim(rs_span_part(s, 0, last - 1));
	m->flaws |= version_flaw(version);
	/* RFC 3261 7.1: single SP, no blanks in a URI, and no "<>". */
	if (before != 1 || rest.p[0] != ' ' || rest.n != s.n + 1 ||
	    m->uri.n + 1 != last || s.p[last - 1] != ' ' || s.p[0] == '<' ||
	    sip_text_stop(m->uri, 0, SIP_TEXT_BLANK) < m->uri.n)
		m->flaws |= SIP_FLAW_START_LINE;
	return true;
}

/* One Content-Length; a second one may only repeat the first. */
static void
note_length(struct sip_msg *m, struct rs_span value)
{
	uint32_t n;
	if (!rs_span_u32(value, &n) ||
	    (m->has_content_length && n != m->content_length)) {
		m->has_content_length = false;
		m->flaws |= SIP_FLAW_BAD_CONTENT_LENGTH;
	} else if (!(m->flaws & SIP_FLAW_BAD_CONTENT_LENGTH)) {
		m->has_content_length = true;
		m->content_length = n;
	}
}

/* One comparison for nearly every byte. */
static inline bool
blank(uint8_t c)
{
	return c <= ' ' && rs_ascii_blank(c);
}

/* A header for which there is no room. */
static void
note_surplus(struct sip_msg *m, enum sip_hdr id, struct rs_span value)
{
	m->flaws |= SIP_FLAW_TOO_MANY_HEADERS;
	if (m->first[id])
		m->repeated |= ONE(id);
	if (id == SIP_HDR_CONTENT_LENGTH)
		note_length(m, value);
}

/* Adds the header of those offsets; NULL where there is no room. */
static inline struct sip_header *
put_header(struct sip_msg *m, enum sip_hdr id, size_t name, size_t name_n,
    size_t value, size_t value_n)
{
	size_t n = m->n_headers;
	if (n == SIP_MAX_HEADERS) {
		note_surplus(m, id, rs_span_part(m->bytes, value, value_n));
		return NULL;
	}
	struct sip_header *h = &m->headers[n];
	h->name = (uint32_t)name;
	h->name_n = (uint16_t)name_n;
	h->id = (uint8_t)id;
	h->value = (uint32_t)value;
	h->value_n = (uint32_t)value_n;
	m->n_headers = ++n;
	if (m->first[id] == 0)
		m->first[id] = (uint8_t)n;
	else
		m->repeated |= ONE(id);
	return h;
}

/*
 * Adds the header of the line from pos to lf, if it is as nearly all are: a
 * name of letters and dashes, a colon, a blank, a value without more blanks
 * around it, CR.  Otherwise NULL.
 */
static inline struct sip_header *
add_usual(struct sip_msg *m, struct rs_span bytes, size_t pos, size_t lf)
{
	const uint8_t *p = bytes.p + pos;
	if (bytes.n - pos < 16)
		return NULL;
	sip_text_bytes x = sip_text_load16(p);
	size_t n = sip_text_colon_n(x), v = pos + n + 2;
	if (lf < v + 2 || memcmp(p + n, ": ", 2) != 0 || p[n + 2] <= ' ' ||
	    bytes.p[lf - 2] <= ' ' || bytes.p[lf - 1] != '\r')
		return NULL;
	/* If there is no name, the last one is of the line before. */
	uint8_t last = bytes.p[pos + n - 1];
	enum sip_hdr id = sip_hdr_slots[SIP_HDR_SLOT(n, p[0], last)];
	if (!sip_hdr_begins(id, x, n)) {
		if (n == 0 || sip_text_letters_n(x) < n)
			return NULL;
		id = n == 1 ? sip_hdr_compact(p[0]) : SIP_HDR_OTHER;
	}
	return put_header(m, id, pos, n, v, lf - 1 - v);
}

/*
 * Adds the header of any line from pos to end.  NULL where there is none or no
 * room; a folded line after it then has nowhere to go.
 */
static struct sip_header *
add_header(struct sip_msg *m, size_t pos, size_t end)
{
	const uint8_t *p = m->bytes.p;
	struct rs_span line = rs_span_part(m->bytes, pos, end - pos);
	size_t v = pos + rs_span_find(line, ':'), e = v;
	/* RFC 3261 7.3.1, 25.1: HCOLON allows blanks before the colon. */
	while (e > pos && blank(p[e - 1]))
		e--;
	struct rs_span name = {p + pos, e - pos};
	enum sip_hdr id = v < end ? sip_hdr_parse(name) : SIP_HDR_NONE;
	if (id <= SIP_HDR_OTHER && (id == SIP_HDR_NONE || name.n > UINT16_MAX ||
				       sip_text_token_n(name) != name.n)) {
		m->flaws |= SIP_FLAW_BAD_HEADER;
		return NULL;
	}
	/* Of a value that is empty, the end of the line is the place. */
	for (v++; v < end && blank(p[v]);)
		v++;
	while (end > v && blank(p[end - 1]))
		end--;
	return put_header(m, id, pos, name.n, v, end - v);
}

/* The last line has no end: it is not kept, nor what it would go on. */
static void
drop_cut(struct sip_msg *m, struct sip_header *folded)
{
	if (folded == NULL)
		return;
	m->n_headers--;
	if (m->first[folded->id] == m->n_headers + 1)
		m->first[folded->id] = 0;
}

/* RFC 3261 7.3.1: a line up to end goes on with the header before it. */
static void
fold(struct sip_msg *m, struct sip_header *last, size_t end)
{
	m->flaws |= last || m->flaws & SIP_FLAW_TOO_MANY_HEADERS
			? SIP_FLAW_FOLDED
			: SIP_FLAW_BAD_HEADER;
	if (last) {
		struct rs_span v = rs_span_trim(
		    rs_span_part(m->bytes, last->value, end - last->value));
		last->value = (uint32_t)(v.p - m->bytes.p);
		last->value_n = (uint32_t)v.n;
	}
}

/* Any line from pos to lf.  True when it is the empty one. */
__attribute__((noinline)) static bool
odd_line(struct sip_msg *m, struct sip_header **last, size_t pos, size_t lf)
{
	const uint8_t *p = m->bytes.p;
	size_t end = lf;
	if (end > pos && p[end - 1] == '\r')
		end--;
	else
		m->flaws |= SIP_FLAW_LF_ONLY;
	if (end == pos)
		return true;
	if (p[pos] == ' ' || p[pos] == '\t')
		fold(m, *last, end);
	else
		*last = add_header(m, pos, end);
	return false;
}

/* All header lines from pos on; the offset past the empty line, or 0. */
__attribute__((noinline)) static size_t
parse_headers(struct sip_msg *m, size_t pos)
{
	struct sip_header *last = NULL, *usual;
	const struct rs_span bytes = m->bytes;
	for (size_t at = pos; at < bytes.n; at += 64) {
		uint64_t hits = sip_text_block(bytes, at, SIP_TEXT_LF);
		for (size_t lf; hits; pos = lf + 1) {
			lf = at + (size_t)__builtin_ctzll(hits);
			hits &= hits - 1;
			if ((usual = add_usual(m, bytes, pos, lf)))
				last = usual;
			else if (odd_line(m, &last, pos, lf))
				return lf + 1;
		}
	}
	if (pos < bytes.n && (bytes.p[pos] == ' ' || bytes.p[pos] == '\t'))
		drop_cut(m, last);
	return 0;
}

/* CSeq = 1*DIGIT LWS Method (RFC 3261 20.16) */
static void
parse_cseq(struct sip_msg *m)
{
	struct rs_span v = sip_msg_header(m, SIP_HDR_CSEQ);
	size_t n = 0;
	uint64_t number = sip_text_number(v, &n, UINT32_MAX);
	if (n && number <= UINT32_MAX)
		m->cseq = (uint32_t)number;
	else
		m->flaws |= SIP_FLAW_NO_CSEQ;
	if (n == v.n || !rs_ascii_blank(v.p[n]))
		m->flaws |= SIP_FLAW_NO_CSEQ;
	else
		n++;
	m->cseq_method = rs_span_trim(rs_span_from(v, n));
	if (m->cseq_method.n == 0)
		m->flaws |= SIP_FLAW_NO_CSEQ;
	else if (!m->request)
		m->method = sip_method_parse(m->cseq_method);
	else if (!rs_span_eq(m->cseq_method, m->method_name))
		m->flaws |= SIP_FLAW_CSEQ_METHOD;
}

/* One to eight digits, which is what nearly every Expires is. */
static inline bool
few_digits(struct rs_span s)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030);
	if (s.n == 0 || s.n > 8)
		return false;
	uint64_t w = sip_text_word(s.p, s.n) ^ zeros >> 8 * (8 - s.n);
	uint64_t over = w + UINT64_C(0x7676767676767676); /* 10 is 0x80 then */
	return ((w | over) & UINT64_C(0x8080808080808080)) == 0;
}

/* RFC 3261 20.19, RFC 4475 3.1.2.4 */
static void
check_expires(struct sip_msg *m)
{
	struct rs_span v = sip_msg_header(m, SIP_HDR_EXPIRES);
	uint32_t seconds;
	if (v.p && !few_digits(v) && !sip_seconds_parse(&seconds, v))
		m->flaws |= SIP_FLAW_BAD_EXPIRES;
}

/* What the headers say together. */
static void
finish_head(struct sip_msg *m)
{
	static const struct {
		enum sip_hdr id;
		uint32_t flaw;
	} needed[] = {
	    {SIP_HDR_CALL_ID, SIP_FLAW_NO_CALL_ID},
	    {SIP_HDR_VIA, SIP_FLAW_NO_VIA},
	    {SIP_HDR_TO, SIP_FLAW_NO_TO},
	    {SIP_HDR_FROM, SIP_FLAW_NO_FROM},
	};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (sip_msg_header(m, needed[i].id).n == 0)
			m->flaws |= needed[i].flaw;
	parse_cseq(m);
	check_expires(m);
	if (m->repeated & once)
		m->flaws |= SIP_FLAW_REPEATED;
	size_t at = 0;
	struct rs_span v;
	while ((v = sip_msg_next(m, SIP_HDR_CONTENT_LENGTH, &at)).p)
		note_length(m, v);
}

/* Each by itself: a block, or one from the other, takes longer. */
static inline void
begin(struct sip_msg *m, struct sip_header *headers, struct rs_span bytes)
{
	const struct rs_span none = {NULL, 0};
	m->request = m->has_content_length = false;
	m->method = SIP_METHOD_NONE;
	m->method_name = none;
	m->uri = none;
	m->reason = none;
	m->cseq_method = none;
	m->body = none;
	m->status = 0;
	m->headers = headers;
	m->n_headers = 0;
	m->repeated = 0;
	memset(m->first, 0, sizeof m->first);
	m->cseq = m->content_length = 0;
	m->bytes = bytes;
	m->flaws = 0;
	m->size = 0;
}

bool
sip_msg_head_parse(struct sip_msg *m, struct sip_header *headers,
    struct rs_span bytes, size_t *head)
{
	bytes = rs_span_part(bytes, 0, UINT32_MAX);
	begin(m, headers, bytes);
	*head = 0;
	size_t lf = rs_span_find(bytes, '\n');
	struct rs_span line = rs_span_part(bytes, 0, lf);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	else if (lf < bytes.n)
		m->flaws |= SIP_FLAW_LF_ONLY;
	size_t version = version_length(line);
	if (version ? !parse_status_line(m, line, version)
		    : !parse_request_line(m, line))
		return false;
	*head = parse_headers(m, lf + 1);
	if (*head == 0)
		m->flaws |= SIP_FLAW_HEADERS_CUT;
	finish_head(m);
	return true;
}

void
sip_msg_set_body(struct sip_msg *m, struct rs_span bytes, size_t head)
{
	m->bytes = bytes;
	m->body = rs_span_from(bytes, head);
	m->size = bytes.n;
	if (m->has_content_length && m->content_length > m->body.n)
		m->flaws |= SIP_FLAW_BODY_CUT;
	if (m->has_content_length && m->content_length < m->body.n)
		m->flaws |= SIP_FLAW_BODY_EXTRA;
}

bool
sip_msg_parse(struct sip_msg *m, struct sip_header *headers,
    struct rs_span bytes, size_t head)
{
	size_t found;
	if (!sip_msg_head_parse(
		m, headers, rs_span_part(bytes, 0, head), &found))
		return false;
	sip_msg_set_body(m, bytes, found ? found : bytes.n);
	return true;
}

void
sip_msg_copy(struct sip_msg *to, struct sip_header *headers, uint8_t *bytes,
    const struct sip_msg *m)
{
	const struct rs_span from = m->bytes;
	if (from.n)
		memcpy(bytes, from.p, from.n);
	*to = *m;
	to->headers = headers;
	to->bytes.p = bytes;
	to->method_name = rs_span_moved(m->method_name, from, bytes);
	to->uri = rs_span_moved(m->uri, from, bytes);
	to->reason = rs_span_moved(m->reason, from, bytes);
	to->cseq_method = rs_span_moved(m->cseq_method, from, bytes);
	to->body = rs_span_moved(m->body, from, bytes);
	if (m->n_headers)
		memcpy(headers, m->headers, m->n_headers * sizeof *headers);
}
