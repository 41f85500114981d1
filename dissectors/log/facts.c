/* SPDX-License-Identifier: Apache-2.0 */
#include "log/facts.h"
#include "log/scan.h"
#include "log/url.h"

static struct rs_span
word(struct scan *s)
{
	size_t n = rs_span_find(s->s, ' ');
	struct rs_span w = rs_span_part(s->s, 0, n);
	s->s = rs_span_from(s->s, n);
	scan_blanks(s);
	return w;
}

static struct rs_span
printed(struct rs_span text)
{
	text = rs_span_trim(text);
	if (text.n >= 2 && memcmp(text.p + text.n - 2, "^M", 2) == 0)
		text.n -= 2;
	return text;
}

/* ---- DHCP ---- */

static bool
dhcp(struct scan *s, struct log_fact *f)
{
	static const char *const known[] = {"hostname", "ipaddr", "netmask",
	    "router1", "domain", "ntpsvr1", "ntpsvr2", "tftpsvr1", "tftpsvr2",
	    "dns1", "dns2", "option66", "option125", "option150", "option159",
	    "option160"};
	if (!scan_until(s, ':', &f->name))
		return false;
	f->value = printed(s->s);
	f->kind = LOG_DHCP;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (rs_span_eq(f->name, rs_span_str(known[i])))
			return true;
	return false;
}

/* ---- DNS ---- */

static const struct {
	const char *name;
	uint16_t type;
} types[] = {{"A", 1}, {"AAAA", 28}, {"SRV", 33}, {"NAPTR", 35}};

static uint16_t
type_of(struct rs_span name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (rs_span_eq(name, rs_span_str(types[i].name)))
			return types[i].type;
	return 0;
}

bool
log_type_known(uint16_t type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return true;
	return false;
}

/* "NAME is VALUE" */
static bool
is_value(struct scan *s, struct log_fact *f, enum log_fact_kind kind)
{
	f->kind = kind;
	f->name = word(s);
	if (!scan_word(s, RS_LIT("is ")))
		return false;
	f->value = printed(s->s);
	return f->name.n && f->value.n;
}

static bool
dnsmasq(struct scan *s, struct log_fact *f)
{
	struct rs_span pid, type;
	if (!scan_until(s, ']', &pid) || !scan_word(s, RS_LIT(": ")))
		return false;
	if (scan_word(s, RS_LIT("query[")) && scan_until(s, ']', &type)) {
		scan_blanks(s);
		f->kind = LOG_DNS_QUERY;
		f->type = type_of(type);
		f->name = word(s);
		return f->type && f->name.n;
	}
	if (scan_word(s, RS_LIT("forwarded "))) {
		f->kind = LOG_DNS_FORWARD;
		f->name = word(s);
		if (!scan_word(s, RS_LIT("to ")))
			return false;
		f->value = printed(s->s);
		return f->name.n && f->value.n;
	}
	if (scan_word(s, RS_LIT("reply ")))
		return is_value(s, f, LOG_DNS_REPLY);
	if (scan_word(s, RS_LIT("cached ")))
		return is_value(s, f, LOG_DNS_CACHED);
	return false;
}

uint16_t
log_reply_type(struct rs_span value)
{
	enum { A = 1, AAAA = 28 };
	struct rs_addr a;
	if (rs_addr_parse(&a, value))
		return a.family == 4 ? A : AAAA;
	if (rs_span_starts(value, RS_LIT("NODATA-IPv4")))
		return A;
	return rs_span_starts(value, RS_LIT("NODATA-IPv6")) ? AAAA : 0;
}

/* ---- servers ---- */

static bool
hex(struct scan *s, uint16_t *v)
{
	unsigned sum = 0;
	size_t n = 0;
	for (; n < s->s.n && n < 4 && rs_ascii_hex(s->s.p[n]) >= 0; n++)
		sum = sum * 16 + (unsigned)rs_ascii_hex(s->s.p[n]);
	*v = (uint16_t)sum;
	s->s = rs_span_from(s->s, n);
	return n > 0;
}

static bool
number_after(struct rs_span text, struct rs_span name, uint16_t *v)
{
	uint32_t n;
	struct scan s = {rs_span_from(text, scan_find(text, name) + name.n)};
	if (scan_find(text, name) == text.n || !scan_number(&s, 5, &n) ||
	    n > UINT16_MAX)
		return false;
	*v = (uint16_t)n;
	return true;
}

static bool
servers(struct scan *s, struct log_fact *f)
{
	if (scan_word(s, RS_LIT("getting SRV:"))) {
		f->kind = LOG_SRV_LIST;
		f->name = printed(s->s);
		return f->name.n > 0;
	}
	if (!scan_word(s, RS_LIT("new priority:")) &&
	    !scan_word(s, RS_LIT("old priority:")))
		return false;
	f->kind = LOG_SRV_TARGET;
	if (!hex(s, &f->priority) || !scan_word(s, RS_LIT(" by host: ")))
		return false;
	f->name = word(s);
	f->whole = number_after(s->s, RS_LIT("weight:"), &f->weight) &&
		   number_after(s->s, RS_LIT("port:"), &f->port);
	return f->name.n > 0;
}

/* ---- configuration ---- */

static bool
is_method(struct rs_span text)
{
	return rs_span_starts(text, RS_LIT("GET /")) ||
	       rs_span_starts(text, RS_LIT("POST /")) ||
	       rs_span_starts(text, RS_LIT("HEAD /"));
}

static bool
unresolved(struct rs_span text, struct log_fact *f)
{
	size_t at = scan_find(text, RS_LIT("resolve host '"));
	struct scan s = {rs_span_from(text, at + 14)};
	f->kind = LOG_UNRESOLVED;
	return at < text.n && scan_until(&s, '\'', &f->name) &&
	       log_url_is_name(f->name);
}

static bool
ends(struct rs_span s, struct rs_span with)
{
	return s.n >= with.n && memcmp(s.p + s.n - with.n, with.p, with.n) == 0;
}

/* What follows `words`; false: they are not there. */
static bool
after(struct rs_span text, struct rs_span words, struct rs_span *rest)
{
	size_t at = scan_find(text, words);
	*rest = printed(rs_span_from(text, at + words.n));
	return at < text.n;
}

/* The defaults of Log_Resync_Request_Msg, Log_Resync_Success_Msg and
   Log_Resync_Failure_Msg. */
static bool
resync(struct rs_span text, struct log_fact *f)
{
	size_t at = scan_find(text, RS_LIT("esync "));
	struct rs_span before = rs_span_part(text, 0, at);
	if (at == text.n || at == 0)
		return false;
	f->value = printed(rs_span_from(text, at + 6));
	if (ends(before, RS_LIT("Requesting r"))) {
		f->kind = LOG_URL;
		f->value.n = rs_span_find(f->value, ' ');
		return scan_find(f->value, RS_LIT("://")) < f->value.n;
	}
	if (ends(before, RS_LIT("Successful r"))) {
		f->kind = LOG_RESYNCED;
		f->value.n = rs_span_find(f->value, ' ');
		return true;
	}
	f->kind = LOG_RESYNC_FAILED;
	if (!ends(before, RS_LIT("R")) ||
	    !rs_span_starts(f->value, RS_LIT("failed:")))
		return false;
	f->value = rs_span_trim(rs_span_from(f->value, 7));
	return true;
}

/* A profile rule: options, if any, and a URL. */
static bool
profile(struct rs_span text, struct log_fact *f)
{
	struct scan s = {text};
	size_t at = scan_find(text, RS_LIT("://"));
	f->kind = LOG_PROFILE;
	if (!scan_until(&s, ']', &f->value))
		f->value = text; /* cut */
	if (at >= f->value.n)
		return false;
	while (at && text.p[at - 1] != ' ')
		at--;
	f->value = rs_span_from(f->value, at);
	f->value.n = rs_span_find(f->value, ' ');
	return true;
}

static bool
sending(struct rs_span text, struct log_fact *f)
{
	f->kind = LOG_SENDING;
	if (after(text, RS_LIT("url: "), &f->value))
		f->value.n = rs_span_find(f->value, ' ');
	if (scan_find(f->value, RS_LIT("://")) == f->value.n)
		f->value.n = 0;
	return true;
}

/* Lines are cut: "6" at the end of one may have been "60". */
static bool
transfer(struct rs_span text, struct log_fact *f)
{
	struct scan s;
	struct rs_span rest;
	if (!after(text, RS_LIT("[res] = "), &rest))
		return false;
	s.s = rest;
	f->kind = LOG_TRANSFER;
	f->whole = scan_number(&s, 3, &f->result) &&
		   (s.s.n || rest.n > 1 || f->result == 0);
	return rest.n > s.s.n && (s.s.n == 0 || !rs_ascii_digit(*s.s.p));
}

static bool
tls_least(struct rs_span text, struct log_fact *f)
{
	size_t n = 0;
	f->kind = LOG_TLS_LEAST;
	if (!after(text, RS_LIT("min_TLS_verson is "), &f->value) &&
	    !after(text, RS_LIT("min_TLS_version is "), &f->value))
		return false;
	if (!rs_span_starts(f->value, RS_LIT("TLS ")))
		return false;
	for (n = 4; n < f->value.n && n < 7; n++)
		if (n == 5 ? f->value.p[n] != '.'
			   : !rs_ascii_digit(f->value.p[n]))
			return false;
	f->value.n = n;
	return n == 7; /* "TLS 1.1" */
}

/* Of whose names the first letters are one of these; the rest is many lines,
   and none of them is looked through. */
static bool
voice(struct rs_span text, struct log_fact *f)
{
	if (rs_span_starts(text, RS_LIT("reqByCurlInternal return")))
		return transfer(text, f);
	if (rs_span_starts(text, RS_LIT("reqByCurlInternal sending")))
		return sending(text, f);
	if (rs_span_starts(text, RS_LIT("QPE:RESYNC profile=[")))
		return profile(rs_span_from(text, 20), f);
	if (rs_span_starts(text, RS_LIT("sec_set_min_TLS_version")))
		return tls_least(text, f);
	return resync(text, f);
}

bool
log_fact_parse(struct rs_span text, struct log_fact *f)
{
	struct scan s = {text};
	*f = (struct log_fact){0};
	if (text.n == 0)
		return false;
	switch (*text.p) {
	case 'D':
		return scan_word(&s, RS_LIT("DHCP-")) && dhcp(&s, f);
	case 'd':
		return scan_word(&s, RS_LIT("dnsmasq[")) && dnsmasq(&s, f);
	case 'v':
		if (!scan_word(&s, RS_LIT("voice-")))
			return false;
		if (scan_word(&s, RS_LIT("RSE_DEBUG: ")))
			return servers(&s, f);
		return voice(s.s, f);
	case 'G':
	case 'P':
		f->kind = LOG_HTTP_REQUEST;
		f->value = text;
		return is_method(text);
	case 'H':
		f->kind = rs_span_starts(text, RS_LIT("HTTP/1."))
			      ? LOG_HTTP_STATUS
			      : LOG_HTTP_REQUEST;
		f->value = printed(text);
		return f->kind == LOG_HTTP_STATUS || is_method(text);
	case 'C':
	case '"':
		return unresolved(text, f);
	}
	return false;
}
