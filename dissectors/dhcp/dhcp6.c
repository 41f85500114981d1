/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP over IPv6: RFC 8415. */
#include "dhcp/dhcp.h"

#include "base/cursor.h"

enum {
	ADVERTISE = 2,
	REPLY = 7,
	RECONFIGURE = 10,
	RELAY_FORW = 12,
	RELAY_REPL = 13,
	RELAY_HEADER = 34,
	IA_OPTIONS = 12,
	IAADDR_SIZE = 24,
	NO_ADDRS_AVAIL = 2,
};

/* RFC 8415 7.3, in the words of version 4. */
static const enum dhcp_type types[] = {
    DHCP_NONE,
    DHCP_DISCOVER, /* SOLICIT */
    DHCP_OFFER,    /* ADVERTISE */
    DHCP_REQUEST,
    DHCP_REQUEST, /* CONFIRM */
    DHCP_REQUEST, /* RENEW */
    DHCP_REQUEST, /* REBIND */
    DHCP_ACK,     /* REPLY */
    DHCP_RELEASE,
    DHCP_DECLINE,
    DHCP_NONE, /* RECONFIGURE */
    DHCP_INFORM,
};

/* The next option; false at the end, or where it would end past it. */
static bool
next(struct rs_cur *c, uint16_t *code, struct rs_span *value)
{
	if (rs_cur_left(c) == 0)
		return false;
	*code = rs_cur_u16(c);
	size_t n = rs_cur_u16(c);
	*value = rs_cur_span(c, n);
	return !c->shrt;
}

static bool
is_duid(struct rs_span s)
{
	return s.n >= 3 && s.n <= 130 && s.p[0] == 0 && s.p[1] >= 1 &&
	       s.p[1] <= 4;
}

/* Its options fill it to the end, and one of them has to be there: a first byte
   below 14 is a weak sign. */
bool
dhcp6_probe(struct rs_span s)
{
	if (s.n < 8 || s.p[0] == 0 || s.p[0] > RELAY_REPL ||
	    s.p[0] == RECONFIGURE)
		return false;
	bool relay = s.p[0] >= RELAY_FORW;
	struct rs_cur c =
	    rs_cur_init(rs_span_from(s, relay ? RELAY_HEADER : 4));
	struct rs_span value;
	uint16_t code;
	bool known = false;
	while (next(&c, &code, &value)) {
		if (code == 0 || code > 255)
			return false;
		known |= relay ? code == 9 : code == 1 && is_duid(value);
	}
	return known && !c.shrt;
}

/* RFC 8415 11.2, 11.4: a DUID may hold the link-layer address. */
static struct rs_span
mac_of(struct rs_span duid)
{
	size_t at = duid.n == 14 && duid.p[1] == 1   ? 8
		    : duid.n == 10 && duid.p[1] == 3 ? 4
						     : 0;
	bool ethernet =
	    at && duid.p[0] == 0 && duid.p[2] == 0 && duid.p[3] == 1;
	return ethernet ? rs_span_part(duid, at, 6) : (struct rs_span){0};
}

static void
status(struct dhcp_msg *m, struct rs_span value)
{
	struct rs_cur c = rs_cur_init(value);
	uint16_t code = rs_cur_u16(&c);
	if (c.shrt || code == 0 || m->status)
		return;
	m->status = code;
	m->option[DHCP_MESSAGE] = rs_cur_rest(&c);
}

static void
ia_address(struct dhcp_msg *m, struct rs_span value)
{
	if (value.n < IAADDR_SIZE || m->offered.family)
		return;
	struct rs_cur c = rs_cur_init(rs_span_from(value, 20));
	m->offered = rs_addr_v6(value.p);
	m->leased = true;
	m->lease = rs_cur_u32(&c); /* valid-lifetime */
}

static void
ia(struct dhcp_msg *m, struct rs_span value)
{
	struct rs_cur c = rs_cur_init(rs_span_from(value, IA_OPTIONS));
	struct rs_span inner;
	uint16_t code;
	while (next(&c, &code, &inner)) {
		if (code == 5)
			ia_address(m, inner);
		else if (code == 13)
			status(m, inner);
	}
	if (c.shrt)
		m->flaws |= DHCP_CUT;
}

static void
set(struct dhcp_msg *m, enum dhcp_option o, struct rs_span value)
{
	if (m->option[o].p == NULL)
		m->option[o] = value;
}

/* RFC 5908 4: of its suboptions the first address of a server. */
static void
ntp(struct dhcp_msg *m, struct rs_span value)
{
	struct rs_cur c = rs_cur_init(value);
	struct rs_span inner;
	uint16_t code;
	while (next(&c, &code, &inner))
		if (code == 1 && inner.n == 16)
			set(m, DHCP_NTP, inner);
}

/* RFC 8415 21.16: enterprise number, then texts with their lengths. */
static void
vendor_class(struct dhcp_msg *m, struct rs_span value)
{
	struct rs_cur c = rs_cur_init(rs_span_from(value, 4));
	size_t n = rs_cur_u16(&c);
	struct rs_span text = rs_cur_span(&c, n);
	if (!c.shrt)
		set(m, DHCP_VENDOR_CLASS, text);
}

static void
take(struct dhcp_msg *m, uint16_t code, struct rs_span value)
{
	switch (code) {
	case 1:
		set(m, DHCP_CLIENT_ID, value);
		if (m->mac.p == NULL)
			m->mac = mac_of(value);
		break;
	case 2:
		set(m, DHCP_SERVER_ID, value);
		break;
	case 3:
		ia(m, value);
		break;
	case 6:
		set(m, DHCP_PARAMETERS, value);
		break;
	case 13:
		status(m, value);
		break;
	case 16:
		vendor_class(m, value);
		break;
	case 17:
		set(m, DHCP_VENDOR_OPTIONS, value);
		break;
	case 21:
		set(m, DHCP_SIP_SERVERS, value);
		break;
	case 22:
		set(m, DHCP_SIP_ADDRESSES, value);
		break;
	case 23:
		set(m, DHCP_DNS, value);
		break;
	case 24:
		set(m, DHCP_DOMAIN, value);
		break;
	case 31:
		set(m, DHCP_NTP, value);
		break;
	case 39:
		set(m, DHCP_HOSTNAME, rs_span_from(value, 1));
		break;
	case 56:
		ntp(m, value);
		break;
	default:
		break;
	}
}

/* RFC 8415 9, RFC 6939: the header of a relay, and the message within. */
static struct rs_span
relayed(struct dhcp_msg *m, struct rs_span s)
{
	static const uint8_t none[16];
	struct rs_cur c = rs_cur_init(rs_span_from(s, RELAY_HEADER));
	struct rs_span value, within = {0};
	uint16_t code;
	if (s.n < RELAY_HEADER)
		return within;
	m->hops++;
	if (memcmp(s.p + 2, none, 16))
		m->relay = rs_addr_v6(s.p + 2);
	while (next(&c, &code, &value)) {
		if (code == 9)
			within = value;
		else if (code == 79 && value.n == 8 && value.p[1] == 1)
			m->mac = rs_span_from(value, 2);
	}
	if (c.shrt)
		m->flaws |= DHCP_CUT;
	return within;
}

bool
dhcp6_parse(struct dhcp_msg *m, struct rs_span s)
{
	*m = (struct dhcp_msg){.version = 6, .bytes = s};
	struct rs_span value;
	uint16_t code;
	while (s.n && (s.p[0] == RELAY_FORW || s.p[0] == RELAY_REPL)) {
		if (m->hops == DHCP_RELAYS) {
			m->flaws |= DHCP_TOO_DEEP;
			return false;
		}
		s = relayed(m, s);
	}
	if (s.n < 4 || s.p[0] >= sizeof types / sizeof *types ||
	    types[s.p[0]] == DHCP_NONE)
		return false;
	m->code = s.p[0];
	m->type = types[m->code];
	m->from_server = m->code == ADVERTISE || m->code == REPLY;
	m->xid = (uint32_t)s.p[1] << 16 | (uint32_t)s.p[2] << 8 | s.p[3];
	struct rs_cur c = rs_cur_init(rs_span_from(s, 4));
	while (next(&c, &code, &value))
		take(m, code, value);
	if (c.shrt)
		m->flaws |= DHCP_CUT;
	/* RFC 8415 18.3.2, 18.3.9: it has no address for the client. */
	if (m->from_server && m->status && m->offered.family == 0)
		m->type = m->status == NO_ADDRS_AVAIL && m->code == ADVERTISE
			      ? DHCP_OFFER
			      : DHCP_NAK;
	return true;
}
