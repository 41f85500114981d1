/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pure parsers of handshake messages.  The first byte says which one, the
 * rest is the message.  Beyond "no crash": every span that comes out lies in
 * what went in.
 */
#include "tls/certmsg.h"
#include "tls/hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct rs_span s, struct rs_span body)
{
	if (s.p == NULL ? s.n != 0
			: s.p < body.p || s.p > body.p + body.n ||
			      s.n > (size_t)(body.p + body.n - s.p))
		abort();
}

static void
client(struct rs_span body)
{
	struct tls_client_hello h;
	(void)tls_client_hello_parse(&h, body);
	const struct rs_span all[] = {h.session_id, h.ciphers, h.extensions,
	    h.sni, h.alpn, h.versions, h.groups, h.signatures, h.key_shares};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		inside(all[i], body);
	struct rs_span list = h.alpn, name;
	for (size_t before = list.n + 1; tls_alpn_next(&list, &name);) {
		inside(name, body);
		if (list.n >= before)
			abort();
		before = list.n;
	}
	if (tls_u16_at(h.groups, h.groups.n / 2) != 0)
		abort();
}

static void
server(struct rs_span body)
{
	struct tls_server_hello h;
	if (tls_server_hello_parse(&h, body))
		inside(h.random, body);
	inside(h.session_id, body);
	inside(h.extensions, body);
	inside(h.alpn, body);
	(void)tls_version_name(h.version);
	(void)tls_cipher_name(h.cipher);
	(void)tls_group_name(h.group);
}

static void
certificates(struct rs_span body, bool tls13)
{
	struct tls_certificate_list l;
	(void)tls_certificate_list_parse(&l, body, tls13);
	if (l.n > TLS_MAX_CHAIN || l.n > l.total)
		abort();
	for (size_t i = 0; i < l.n; i++)
		inside(l.der[i], body);
}

static void
request(struct rs_span body, uint16_t version)
{
	struct tls_certificate_request r;
	(void)tls_certificate_request_parse(&r, body, version);
	inside(r.types, body);
	inside(r.signatures, body);
	inside(r.authorities, body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct rs_span body = {data + 1, size - 1};
	switch (data[0] % 7) {
	case 0:
		client(body);
		break;
	case 1:
		server(body);
		break;
	case 2:
		certificates(body, false);
		break;
	case 3:
		certificates(body, true);
		break;
	default:
		request(body,
		    (uint16_t)(TLS_10 + data[0] % 7 - 4 + (data[0] % 7 > 4)));
		break;
	}
	return 0;
}
