/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP over IPv4: RFC 2131 2, RFC 2132, and options in parts, RFC 3396. */
#include "dhcp/dhcp.h"

enum {
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	CHADDR = 28,
	SNAME = 44,
	FILENAME = 108,
	COOKIE = 236,
	IN_FILE = 1, /* option 52 */
	IN_SNAME = 2,
};

static const uint8_t codes[DHCP_OPTION_N] = {
    [DHCP_SUBNET] = 1,
    [DHCP_ROUTER] = 3,
    [DHCP_DNS] = 6,
    [DHCP_HOSTNAME] = 12,
    [DHCP_DOMAIN] = 15,
    [DHCP_NTP] = 42,
    [DHCP_VENDOR] = 43,
    [DHCP_REQUESTED] = 50,
    [DHCP_LEASE] = 51,
    [DHCP_OVERLOAD] = 52,
    [DHCP_MESSAGE_TYPE] = 53,
    [DHCP_SERVER_ID] = 54,
    [DHCP_PARAMETERS] = 55,
    [DHCP_MESSAGE] = 56,
    [DHCP_VENDOR_CLASS] = 60,
    [DHCP_CLIENT_ID] = 61,
    [DHCP_TFTP_NAME] = 66,
    [DHCP_BOOTFILE] = 67,
    [DHCP_RELAY_INFO] = 82,
    [DHCP_SIP_SERVERS] = 120,
    [DHCP_VENDOR_OPTIONS] = 125,
    [DHCP_TFTP_ADDRESSES] = 150,
    [DHCP_PROVISIONING] = 159,
    [DHCP_CONFIG_URL] = 160,
};

/* RFC 2132 9.6. */
static const enum dhcp_type types[] = {DHCP_NONE, DHCP_DISCOVER, DHCP_OFFER,
    DHCP_REQUEST, DHCP_DECLINE, DHCP_ACK, DHCP_NAK, DHCP_RELEASE, DHCP_INFORM};

uint8_t
dhcp_option_code(enum dhcp_option o)
{
	return (unsigned)o < DHCP_OPTION_N ? codes[o] : 0;
}

bool
dhcp4_probe(struct rs_span s)
{
	return s.n >= DHCP4_OPTIONS &&
	       (s.p[0] == BOOTREQUEST || s.p[0] == BOOTREPLY) && s.p[2] <= 16 &&
	       memcmp(s.p + COOKIE, "\x63\x82\x53\x63", 4) == 0;
}

bool
dhcp4_option(struct rs_cur *c, uint8_t *code, struct rs_span *value)
{
	enum { PAD = 0, END = 255 };
	do {
		if (rs_cur_left(c) == 0)
			return false;
		*code = rs_cur_u8(c);
	} while (*code == PAD);
	if (*code == END)
		return false;
	*value = rs_cur_span(c, rs_cur_u8(c));
	return !c->shrt;
}

/* RFC 3396 7: the parts of an option, one after the other. */
static void
join(struct dhcp_msg *m, struct rs_span *to, struct rs_span part)
{
	size_t old = to->n;
	bool last = old && to->p + old == m->joined + m->n_joined;
	size_t need = part.n + (last ? 0 : old);
	if (need > sizeof m->joined - m->n_joined) {
		m->flaws |= DHCP_TOO_LONG;
		return;
	}
	uint8_t *at = m->joined + m->n_joined;
	if (!last && old)
		memcpy(at, to->p, old);
	if (part.n)
		memcpy(at + (last ? 0 : old), part.p, part.n);
	if (!last)
		to->p = at;
	to->n = old + part.n;
	m->n_joined += need;
}

static void
take(struct dhcp_msg *m, uint8_t code, struct rs_span value)
{
	for (unsigned i = 0; i < DHCP_OPTION_N; i++) {
		struct rs_span *to = &m->option[i];
		if (codes[i] != code)
			continue;
		if (to->p)
			join(m, to, value);
		else
			*to = value;
		return;
	}
}

static void
walk(struct dhcp_msg *m, struct rs_span area)
{
	struct rs_cur c = rs_cur_init(area);
	struct rs_span value;
	uint8_t code;
	while (dhcp4_option(&c, &code, &value))
		take(m, code, value);
	if (c.shrt)
		m->flaws |= DHCP_CUT;
}

static struct rs_span
to_nul(struct rs_span s)
{
	s.n = rs_span_find(s, 0);
	return s.n ? s : (struct rs_span){0};
}

static struct rs_addr
address(const uint8_t *p)
{
	static const uint8_t none[4];
	return memcmp(p, none, 4) ? rs_addr_v4(p) : (struct rs_addr){0};
}

static void
fields(struct dhcp_msg *m, struct rs_span s)
{
	m->from_server = s.p[0] == BOOTREPLY;
	m->xid = (uint32_t)s.p[4] << 24 | (uint32_t)s.p[5] << 16 |
		 (uint32_t)s.p[6] << 8 | s.p[7];
	m->hops = s.p[3];
	if (s.p[2] == 6)
		m->mac = rs_span_part(s, CHADDR, 6);
	m->client = address(s.p + 12);
	m->offered = address(s.p + 16);
	m->next = address(s.p + 20);
	m->relay = address(s.p + 24);
}

bool
dhcp4_parse(struct dhcp_msg *m, struct rs_span s)
{
	*m = (struct dhcp_msg){.version = 4, .bytes = s};
	if (!dhcp4_probe(s))
		return false;
	fields(m, s);
	walk(m, rs_span_from(s, DHCP4_OPTIONS));
	struct rs_span over = m->option[DHCP_OVERLOAD];
	unsigned overload = over.n ? over.p[0] : 0;
	struct rs_span file = rs_span_part(s, FILENAME, COOKIE - FILENAME);
	struct rs_span sname = rs_span_part(s, SNAME, FILENAME - SNAME);
	/* RFC 2131 4.1: first the file field, then the server's name. */
	if (overload & IN_FILE)
		walk(m, file);
	else
		m->file = to_nul(file);
	if (overload & IN_SNAME)
		walk(m, sname);
	else
		m->sname = to_nul(sname);
	struct rs_span type = m->option[DHCP_MESSAGE_TYPE];
	struct rs_span lease = m->option[DHCP_LEASE];
	if (type.n == 0 || type.p[0] == 0 ||
	    type.p[0] >= sizeof types / sizeof *types)
		return false; /* BOOTP, or a kind of message that is not read */
	m->code = type.p[0];
	m->type = types[type.p[0]];
	if (lease.n >= 4) {
		struct rs_cur c = rs_cur_init(lease);
		m->leased = true;
		m->lease = rs_cur_u32(&c);
	}
	return true;
}
