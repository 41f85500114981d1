/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate in its two forms: RFC 5246 7.4.2, and RFC 8446 4.4.2 with a
 * request context and extensions of each certificate; CertificateRequest in
 * its three: RFC 4346 7.4.4 (as RFC 6101), RFC 5246 7.4.4, RFC 8446 4.3.2.
 */
#include "tls/certmsg.h"

#include "base/cursor.h"
#include "tls/hello.h"

enum { /* RFC 8446 4.2 */
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_CERTIFICATE_AUTHORITIES = 47,
};

bool
tls_certificate_list_parse(
    struct tls_certificate_list *l, struct rs_span body, bool tls13)
{
	*l = (struct tls_certificate_list){0};
	struct rs_cur c = rs_cur_init(body);
	if (tls13)
		(void)rs_cur_block8(&c); /* certificate_request_context */
	struct rs_cur list = rs_cur_block24(&c);
	if (c.shrt || rs_cur_left(&c))
		return false;
	while (rs_cur_left(&list)) {
		struct rs_cur b = rs_cur_block24(&list);
		if (tls13)
			(void)rs_cur_block16(&list);
		if (list.shrt || rs_cur_left(&b) == 0)
			return false;
		if (l->n < TLS_MAX_CHAIN)
			l->der[l->n++] = rs_cur_rest(&b);
		l->total++;
	}
	return true;
}

/* RFC 8446 4.3.2: a context, then extensions. */
static bool
request13(struct tls_certificate_request *r, struct rs_cur *c)
{
	(void)rs_cur_block8(c);
	struct rs_cur e = rs_cur_block16(c);
	while (rs_cur_left(&e)) {
		uint16_t type = rs_cur_u16(&e);
		struct rs_cur ext = rs_cur_block16(&e);
		if (type == EXT_SIGNATURE_ALGORITHMS ||
		    type == EXT_CERTIFICATE_AUTHORITIES) {
			struct rs_cur b = rs_cur_block16(&ext);
			struct rs_span s = rs_cur_rest(&b);
			if (ext.shrt || rs_cur_left(&ext))
				return false;
			if (type == EXT_SIGNATURE_ALGORITHMS)
				r->signatures = s;
			else
				r->authorities = s;
		}
	}
	return !c->shrt && !e.shrt && rs_cur_left(c) == 0;
}

bool
tls_certificate_request_parse(
    struct tls_certificate_request *r, struct rs_span body, uint16_t version)
{
	*r = (struct tls_certificate_request){0};
	struct rs_cur c = rs_cur_init(body);
	if (version >= TLS_13)
		return request13(r, &c);
	struct rs_cur types = rs_cur_block8(&c);
	r->types = rs_cur_rest(&types);
	if (version >= TLS_12) {
		struct rs_cur sigs = rs_cur_block16(&c);
		r->signatures = rs_cur_rest(&sigs);
	}
	struct rs_cur names = rs_cur_block16(&c);
	r->authorities = rs_cur_rest(&names);
	return !c.shrt && rs_cur_left(&c) == 0 && r->signatures.n % 2 == 0;
}
