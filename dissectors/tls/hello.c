/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello and ServerHello (RFC 8446 4.1.2, 4.1.3; RFC 5246 7.4.1; RFC 6101
 * 5.6.1, which has no extensions).
 *
 * What frames the message must be right to its last byte.  An extension whose
 * own content is wrong is left unread, so that one odd extension does not hide
 * the rest of the hello: it counts as not seen.
 */
#include "tls/hello.h"

#include "base/cursor.h"

enum {                                 /* RFC 8446 4.2 and the IANA registry */
	EXT_SERVER_NAME = 0,           /* RFC 6066 3 */
	EXT_SUPPORTED_GROUPS = 10,     /* RFC 8422 5.1.1, RFC 7919 */
	EXT_SIGNATURE_ALGORITHMS = 13, /* RFC 5246 7.4.1.4.1 */
	EXT_ALPN = 16,                 /* RFC 7301 3.1 */
	EXT_SESSION_TICKET = 35,       /* RFC 5077 3.2 */
	EXT_PRE_SHARED_KEY = 41,       /* RFC 8446 4.2.11 */
	EXT_EARLY_DATA = 42,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_ECH = 0xfe0d, /* RFC 9849 5 */
};

/* Content of a vector with a two-byte length that is all there is, and made of
   items of `item` bytes; absent where it is not that. */
static struct rs_span
list16(struct rs_span ext, size_t item)
{
	struct rs_cur c = rs_cur_init(ext);
	struct rs_cur b = rs_cur_block16(&c);
	struct rs_span s = rs_cur_rest(&b);
	if (c.shrt || rs_cur_left(&c) || s.n % item)
		return (struct rs_span){0};
	return s;
}

static struct rs_span
list8(struct rs_span ext)
{
	struct rs_cur c = rs_cur_init(ext);
	struct rs_cur b = rs_cur_block8(&c);
	struct rs_span s = rs_cur_rest(&b);
	if (c.shrt || rs_cur_left(&c) || s.n % 2)
		return (struct rs_span){0};
	return s;
}

/* RFC 6066 3: the first host_name of the list. */
static struct rs_span
host_name(struct rs_span ext)
{
	struct rs_span list = list16(ext, 1);
	struct rs_cur c = rs_cur_init(list);
	while (rs_cur_left(&c)) {
		uint8_t type = rs_cur_u8(&c);
		struct rs_cur b = rs_cur_block16(&c);
		struct rs_span name = rs_cur_rest(&b);
		if (c.shrt)
			break;
		if (type == 0)
			return name;
	}
	return (struct rs_span){0};
}

static void
client_extension(struct tls_client_hello *h, uint16_t type, struct rs_span ext)
{
	switch (type) {
	case EXT_SERVER_NAME:
		h->sni = host_name(ext);
		break;
	case EXT_SUPPORTED_GROUPS:
		h->groups = list16(ext, 2);
		break;
	case EXT_SIGNATURE_ALGORITHMS:
		h->signatures = list16(ext, 2);
		break;
	case EXT_ALPN:
		h->alpn = list16(ext, 1);
		break;
	case EXT_SESSION_TICKET:
		h->ticket = ext.n > 0;
		break;
	case EXT_PRE_SHARED_KEY:
		h->psk = true;
		break;
	case EXT_EARLY_DATA:
		h->early_data = true;
		break;
	case EXT_SUPPORTED_VERSIONS:
		h->versions = list8(ext);
		break;
	case EXT_KEY_SHARE:
		h->key_shares = list16(ext, 1);
		break;
	case EXT_ECH:
		h->ech = true;
		break;
	default:
		break;
	}
}

bool
tls_client_hello_parse(struct tls_client_hello *h, struct rs_span body)
{
	*h = (struct tls_client_hello){0};
	struct rs_cur c = rs_cur_init(body);
	h->legacy_version = rs_cur_u16(&c);
	h->random = rs_cur_span(&c, 32);
	struct rs_cur id = rs_cur_block8(&c);
	h->session_id = rs_cur_rest(&id);
	struct rs_cur ciphers = rs_cur_block16(&c);
	h->ciphers = rs_cur_rest(&ciphers);
	struct rs_cur compression = rs_cur_block8(&c);
	if (c.shrt || h->legacy_version >> 8 != 3 || h->session_id.n > 32 ||
	    h->ciphers.n == 0 || h->ciphers.n % 2 ||
	    rs_cur_left(&compression) == 0)
		return false;
	if (rs_cur_left(&c) == 0)
		return true;

	struct rs_cur e = rs_cur_block16(&c);
	if (c.shrt || rs_cur_left(&c))
		return false;
	struct rs_cur all = e;
	h->extensions = rs_cur_rest(&all);
	while (rs_cur_left(&e)) {
		uint16_t type = rs_cur_u16(&e);
		struct rs_cur b = rs_cur_block16(&e);
		if (e.shrt)
			return false;
		client_extension(h, type, rs_cur_rest(&b));
	}
	return true;
}

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[32] = {
    0xcf,
    0x21,
    0xad,
    0x74,
    0xe5,
    0x9a,
    0x61,
    0x11,
    0xbe,
    0x1d,
    0x8c,
    0x02,
    0x1e,
    0x65,
    0xb8,
    0x91,
    0xc2,
    0xa2,
    0x11,
    0x16,
    0x7a,
    0xbb,
    0x8c,
    0x5e,
    0x07,
    0x9e,
    0x09,
    0xe2,
    0xc8,
    0xa8,
    0x33,
    0x9c,
};

/* RFC 7301 3.1: exactly one name. */
static struct rs_span
one_name(struct rs_span ext)
{
	struct rs_span list = list16(ext, 1), name;
	return tls_alpn_next(&list, &name) && list.n == 0 ? name
							  : (struct rs_span){0};
}

static void
server_extension(struct tls_server_hello *h, uint16_t type, struct rs_span ext)
{
	struct rs_cur c = rs_cur_init(ext);
	switch (type) {
	case EXT_ALPN:
		h->alpn = one_name(ext);
		break;
	case EXT_PRE_SHARED_KEY:
		h->psk = true;
		break;
	case EXT_SUPPORTED_VERSIONS:
		if (ext.n == 2)
			h->version = rs_cur_u16(&c);
		break;
	case EXT_KEY_SHARE: /* the group alone in a HelloRetryRequest */
		h->group = rs_cur_u16(&c);
		break;
	default:
		break;
	}
}

bool
tls_server_hello_parse(struct tls_server_hello *h, struct rs_span body)
{
	*h = (struct tls_server_hello){0};
	struct rs_cur c = rs_cur_init(body);
	h->legacy_version = h->version = rs_cur_u16(&c);
	h->random = rs_cur_span(&c, 32);
	struct rs_cur id = rs_cur_block8(&c);
	h->session_id = rs_cur_rest(&id);
	h->cipher = rs_cur_u16(&c);
	rs_cur_skip(&c, 1); /* compression method */
	if (c.shrt || h->legacy_version >> 8 != 3 || h->session_id.n > 32)
		return false;
	h->retry = memcmp(h->random.p, retry_random, sizeof retry_random) == 0;
	if (rs_cur_left(&c) == 0)
		return true;

	struct rs_cur e = rs_cur_block16(&c);
	if (c.shrt || rs_cur_left(&c))
		return false;
	struct rs_cur all = e;
	h->extensions = rs_cur_rest(&all);
	while (rs_cur_left(&e)) {
		uint16_t type = rs_cur_u16(&e);
		struct rs_cur b = rs_cur_block16(&e);
		if (e.shrt)
			return false;
		server_extension(h, type, rs_cur_rest(&b));
	}
	return true;
}

uint16_t
tls_u16_at(struct rs_span list, size_t i)
{
	if (i >= list.n / 2)
		return 0;
	return (uint16_t)(list.p[2 * i] << 8 | list.p[2 * i + 1]);
}

bool
tls_is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

bool
tls_alpn_next(struct rs_span *list, struct rs_span *name)
{
	struct rs_cur c = rs_cur_init(*list);
	struct rs_cur b = rs_cur_block8(&c);
	*name = rs_cur_rest(&b);
	*list = rs_cur_rest(&c);
	return !c.shrt && name->n > 0;
}
