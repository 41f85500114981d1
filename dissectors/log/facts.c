/* SPDX-License-Identifier: Apache-2.0 */
#include "log/facts.h"
#include "log/scan.h"

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

static uint16_t
type_of(struct rs_span name)
{
	static const struct {
		const char *name;
		uint16_t type;
	} rows[] = {{"A", 1}, {"AAAA", 28}, {"SRV", 33}, {"NAPTR", 35}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rs_span_eq(name, rs_span_str(rows[i].name)))
			return rows[i].type;
	return 0;
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
	return at < text.n && scan_until(&s, '\'', &f->name) && f->name.n;
}

static bool
resync(struct rs_span text, struct log_fact *f)
{
	size_t at = scan_find(text, RS_LIT("Requesting resync "));
	f->kind = LOG_URL;
	f->value = printed(rs_span_from(text, at + 18));
	f->value.n = rs_span_find(f->value, ' ');
	return at < text.n && scan_find(f->value, RS_LIT("://")) < f->value.n;
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
		return resync(s.s, f);
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
