/* SPDX-License-Identifier: Apache-2.0 */
#include "track/lease_record.h"

#include "dhcp/values.h"

#include <stdio.h>

/* More than phones are given; what is over is left out. */
enum { MOST_ADDRESSES = 8, MOST_ASKED = 64, MOST_TEXT = 255 };

struct rs_span
lease_text(struct rec_arena *a, struct rs_span s)
{
	if (s.n == 0)
		return (struct rs_span){0};
	return rec_arena_text(a, rs_span_part(s, 0, MOST_TEXT));
}

static struct rs_span
hex(struct rec_arena *a, struct rs_span s)
{
	static const char digit[] = "0123456789abcdef";
	char out[2 * 64];
	size_t n = 0;
	for (size_t i = 0; i < s.n && n + 2 <= sizeof out; i++) {
		out[n++] = digit[s.p[i] >> 4];
		out[n++] = digit[s.p[i] & 15];
	}
	return lease_text(a, (struct rs_span){(const uint8_t *)out, n});
}

struct rs_span
lease_mac(struct rec_arena *a, struct rs_span six)
{
	static const char digits[] = "0123456789abcdef";
	char s[17];
	if (six.n != 6)
		return (struct rs_span){0};
	for (size_t i = 0; i < 6; i++) {
		s[3 * i] = digits[six.p[i] >> 4];
		s[3 * i + 1] = digits[six.p[i] & 15];
		if (i < 5)
			s[3 * i + 2] = ':';
	}
	return lease_text(a, (struct rs_span){(const uint8_t *)s, sizeof s});
}

struct rs_span
lease_address(struct rec_arena *a, const struct rs_addr *addr)
{
	char s[RS_ADDR_TEXT];
	size_t n = addr->family ? rs_addr_format(addr, s) : 0;
	return lease_text(a, (struct rs_span){(const uint8_t *)s, n});
}

static void
add_address(struct rec_list *l, const struct rs_addr *addr, struct rec_arena *a)
{
	if (l->n < MOST_ADDRESSES)
		*(struct rs_span *)rec_list_add(l, a, sizeof(struct rs_span)) =
		    lease_address(a, addr);
}

/* A list of addresses of that version; 0.0.0.0 is none. */
static void
addresses(
    struct rec_list *l, struct rs_span s, uint8_t version, struct rec_arena *a)
{
	static const uint8_t none[16];
	size_t size = version == 6 ? 16 : 4;
	for (size_t i = 0; i + size <= s.n; i += size) {
		struct rs_addr addr =
		    version == 6 ? rs_addr_v6(s.p + i) : rs_addr_v4(s.p + i);
		if (memcmp(s.p + i, none, size))
			add_address(l, &addr, a);
	}
}

/* RFC 1035 3.1: labels, without pointers (RFC 3361 3.1 forbids them). */
static struct rs_span
labels(struct rec_arena *a, struct rs_span s)
{
	char out[MOST_TEXT];
	size_t n = 0, i = 0;
	while (i < s.n) {
		size_t l = s.p[i++];
		if (l > s.n - i || n + l + 1 > sizeof out)
			break;
		if (l == 0 && n && out[n - 1] == '.')
			out[n - 1] = ',';
		memcpy(out + n, s.p + i, l);
		n += l;
		if (l)
			out[n++] = '.';
		i += l;
	}
	while (n && (out[n - 1] == ',' || out[n - 1] == '.'))
		n--;
	return lease_text(a, (struct rs_span){(const uint8_t *)out, n});
}

/* URLs may hold a password: scheme://user:password@host, which may have a '/'
   or a '@' where it is not escaped. */
static struct rs_span
without_password(struct rec_arena *a, struct rs_span s)
{
	char out[MOST_TEXT];
	size_t from = 0, n = 0;
	for (size_t i = 0; i + 3 <= s.n && from == 0; i++)
		if (memcmp(s.p + i, "://", 3) == 0)
			from = i + 3;
	size_t end = from, at = s.n;
	for (; end < s.n && s.p[end] != ' '; end++)
		if (s.p[end] == '@')
			at = end;
	if (at == s.n || from > sizeof out - 2)
		return lease_text(a, s);
	memcpy(out, s.p, from);
	n = from;
	out[n++] = '*';
	struct rs_span rest = rs_span_part(s, at, sizeof out - n);
	memcpy(out + n, rest.p, rest.n);
	return lease_text(
	    a, (struct rs_span){(const uint8_t *)out, n + rest.n});
}

/* A number of one byte or two. */
static size_t
number(struct rs_span s, size_t at, size_t width)
{
	return width == 1 ? s.p[at]
			  : (size_t)s.p[at] << 8 | (size_t)s.p[at + 1];
}

/* Vendor options are suboptions: what of them is text, else all in hex.  Their
   codes and lengths are of `width` bytes: two in RFC 8415 21.17. */
static struct rs_span
vendor(struct rec_arena *a, struct rs_span s, size_t skip, size_t width)
{
	char out[MOST_TEXT];
	size_t n = 0, i = skip;
	while (i + 2 * width <= s.n) {
		size_t code = number(s, i, width);
		size_t size = number(s, i + width, width);
		struct rs_span v = rs_span_part(s, i + 2 * width, size);
		struct rs_span t = dhcp_value_text(v);
		if (v.n < size)
			return hex(a, s);
		if (t.n >= 4) {
			t = without_password(a, t);
			if (t.n + 8 > sizeof out - n)
				break;
			n += (size_t)snprintf(out + n, sizeof out - n,
			    "%s%zu=%.*s", n ? " " : "", code, (int)t.n,
			    (const char *)t.p);
		}
		i += 2 * width + size;
	}
	return n ? lease_text(a, (struct rs_span){(const uint8_t *)out, n})
		 : hex(a, s);
}

/* RFC 3361 3: names or addresses, by its first byte. */
static void
sip_servers(struct rec_option *o, struct rs_span s, uint8_t version,
    struct rec_arena *a)
{
	struct rs_span rest = rs_span_from(s, 1);
	if (version == 6)
		o->value = labels(a, s);
	else if (s.n && s.p[0] == 1)
		addresses(&o->addresses, rest, 4, a);
	else
		o->value = labels(a, rest);
}

static void
servers(struct rec_option *o, struct rs_span s, struct rec_arena *a)
{
	struct rs_addr v[MOST_ADDRESSES];
	size_t n = dhcp_value_servers(s, v, MOST_ADDRESSES);
	struct rs_span t = dhcp_value_text(s);
	for (size_t i = 0; i < n; i++)
		add_address(&o->addresses, &v[i], a);
	if (t.p)
		o->value = without_password(a, t);
	else if (n == 0)
		o->value = hex(a, s);
}

static void
provisioning(struct rec_list *to, const struct dhcp_msg *m, struct rec_arena *a)
{
	static const enum dhcp_option from[] = {DHCP_VENDOR, DHCP_TFTP_NAME,
	    DHCP_BOOTFILE, DHCP_SIP_SERVERS, DHCP_VENDOR_OPTIONS,
	    DHCP_TFTP_ADDRESSES, DHCP_PROVISIONING, DHCP_CONFIG_URL,
	    DHCP_SIP_ADDRESSES};
	static const uint8_t codes_6[DHCP_OPTION_N] = {[DHCP_SIP_SERVERS] = 21,
	    [DHCP_SIP_ADDRESSES] = 22,
	    [DHCP_VENDOR_OPTIONS] = 17};
	for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
		struct rs_span s = m->option[from[i]];
		if (s.n == 0)
			continue;
		struct rec_option *o = rec_list_add(to, a, sizeof *o);
		rec_init(&rec_option_type, o);
		o->code = m->version == 6 ? codes_6[from[i]]
					  : dhcp_option_code(from[i]);
		if (from[i] == DHCP_SIP_SERVERS)
			sip_servers(o, s, m->version, a);
		else if (from[i] == DHCP_SIP_ADDRESSES)
			addresses(&o->addresses, s, 6, a);
		else if (from[i] == DHCP_VENDOR)
			o->value = vendor(a, s, 0, 1);
		else if (from[i] == DHCP_VENDOR_OPTIONS)
			o->value = m->version == 6 ? vendor(a, s, 4, 2)
						   : vendor(a, s, 5, 1);
		else
			servers(o, s, a);
	}
}

void
lease_terms(struct rec_terms *to, const struct dhcp_msg *m, struct rec_arena *a)
{
	struct rs_span subnet = m->option[DHCP_SUBNET];
	struct rs_span domain = m->option[DHCP_DOMAIN];
	const struct rs_addr *mine =
	    m->offered.family ? &m->offered : &m->client;
	to->address = lease_address(a, mine);
	if (m->leased)
		to->seconds = m->lease;
	if (subnet.n == 4) {
		struct rs_addr mask = rs_addr_v4(subnet.p);
		to->subnet = lease_address(a, &mask);
	}
	addresses(&to->routers, m->option[DHCP_ROUTER], m->version, a);
	addresses(&to->dns, m->option[DHCP_DNS], m->version, a);
	addresses(&to->ntp, m->option[DHCP_NTP], m->version, a);
	to->domain = m->version == 6 ? labels(a, domain)
				     : lease_text(a, dhcp_value_text(domain));
	provisioning(&to->provisioning, m, a);
}

void
lease_server(struct rec_endpoint *to, struct rs_span *duid,
    const struct dhcp_msg *m, const struct rs_endpoint *from,
    struct rec_arena *a)
{
	struct rs_span id = m->option[DHCP_SERVER_ID];
	*to = (struct rec_endpoint){.at = {from->addr, 0}};
	if (m->version == 6 && id.n)
		*duid = hex(a, id);
	else if (id.n >= 4)
		to->at.addr = rs_addr_v4(id.p);
}

static void
asked(
    struct rec_list *to, struct rs_span s, uint8_t version, struct rec_arena *a)
{
	char number[8];
	size_t step = version == 6 ? 2 : 1;
	for (size_t i = 0; i + step <= s.n && to->n < MOST_ASKED; i += step) {
		unsigned code =
		    step == 2 ? (unsigned)(s.p[i] << 8 | s.p[i + 1]) : s.p[i];
		int n = snprintf(number, sizeof number, "%u", code);
		*(struct rs_span *)rec_list_add(to, a, sizeof s) = lease_text(
		    a, (struct rs_span){(const uint8_t *)number, (size_t)n});
	}
}

void
lease_client(
    struct rec_lease *to, const struct dhcp_msg *m, struct rec_arena *a)
{
	struct rs_span requested = m->option[DHCP_REQUESTED];
	if (to->mac.p == NULL)
		to->mac = lease_mac(a, m->mac);
	if (to->client_id.p == NULL)
		to->client_id = hex(a, m->option[DHCP_CLIENT_ID]);
	if (to->hostname.p == NULL && m->version == 6)
		to->hostname = labels(a, m->option[DHCP_HOSTNAME]);
	else if (to->hostname.p == NULL)
		to->hostname = lease_text(a, m->option[DHCP_HOSTNAME]);
	if (to->vendor_class.p == NULL)
		to->vendor_class = lease_text(a, m->option[DHCP_VENDOR_CLASS]);
	if (to->asked.n == 0)
		asked(&to->asked, m->option[DHCP_PARAMETERS], m->version, a);
	if (to->requested.p == NULL && requested.n == 4) {
		struct rs_addr addr = rs_addr_v4(requested.p);
		to->requested = lease_address(a, &addr);
	}
}
