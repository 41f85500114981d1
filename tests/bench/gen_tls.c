/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) as a capture shows them: handshake
 * messages that parse, with real certificates, and noise where a capture
 * would have ciphertext.  Nothing here is cryptography.
 */
#include "gen.h"

enum record { CHANGE = 20, ALERT, HANDSHAKE, DATA };

enum message {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	NEW_SESSION_TICKET = 4,
	CERTIFICATE = 11,
	SERVER_KEY_EXCHANGE = 12,
	SERVER_HELLO_DONE = 14,
	CLIENT_KEY_EXCHANGE = 16,
};

static size_t
record_open(struct blob *b, enum record type, unsigned version)
{
	blob_u8(b, type);
	blob_u16(b, version);
	return blob_open(b, 2);
}

static void
record_shut(struct blob *b, size_t mark)
{
	blob_shut(b, mark, 2);
}

static size_t
message_open(struct blob *b, enum message type)
{
	blob_u8(b, type);
	return blob_open(b, 3);
}

static void
message_shut(struct blob *b, size_t mark)
{
	blob_shut(b, mark, 3);
}

static size_t
extension_open(struct blob *b, unsigned type)
{
	blob_u16(b, type);
	return blob_open(b, 2);
}

static void
extension_shut(struct blob *b, size_t mark)
{
	blob_shut(b, mark, 2);
}

static void
put_numbers(struct blob *b, const uint16_t *numbers, size_t n)
{
	size_t mark = blob_open(b, 2);

	for (size_t i = 0; i < n; i++)
		blob_u16(b, numbers[i]);
	blob_shut(b, mark, 2);
}

static void
put_change(struct blob *b)
{
	size_t record = record_open(b, CHANGE, 0x0303);

	blob_u8(b, 1);
	record_shut(b, record);
}

static void
put_secret(struct blob *b, struct gen *g, enum record type, size_t n)
{
	size_t record = record_open(b, type, 0x0303);

	blob_noise(b, g, n);
	record_shut(b, record);
}

static void
put_server_name(struct blob *b, const struct tls_talk *t)
{
	size_t extension = extension_open(b, 0);
	size_t list = blob_open(b, 2), name;

	blob_u8(b, 0);
	name = blob_open(b, 2);
	blob_text(b, "sbc");
	blob_number(b, t->sbc + 1);
	blob_text(b, ".example.com");
	blob_shut(b, name, 2);
	blob_shut(b, list, 2);
	extension_shut(b, extension);
}

static void
put_protocol(struct blob *b)
{
	size_t extension = extension_open(b, 16);
	size_t list = blob_open(b, 2);

	blob_u8(b, 5); /* RFC 7301 */
	blob_text(b, "sip/2");
	blob_shut(b, list, 2);
	extension_shut(b, extension);
}

static void
put_share(struct blob *b, struct gen *g, unsigned group)
{
	bool point = group == TLS_SECP256R1;

	blob_u16(b, group);
	blob_u16(b, point ? 65 : 32);
	if (point)
		blob_u8(b, 4); /* uncompressed */
	blob_noise(b, g, point ? 64 : 32);
}

static void
put_client_13(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	size_t extension = extension_open(b, 43), list;

	blob_u8(b, 4);
	blob_u16(b, 0x0304);
	blob_u16(b, 0x0303);
	extension_shut(b, extension);
	extension = extension_open(b, 45);
	blob_u8(b, 1);
	blob_u8(b, 1); /* psk_dhe_ke */
	extension_shut(b, extension);
	extension = extension_open(b, 51);
	list = blob_open(b, 2);
	put_share(b, g, t->group);
	blob_shut(b, list, 2);
	extension_shut(b, extension);
}

static void
put_client_extensions(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	static const uint16_t groups[] = {0x001d, 0x0017, 0x001e, 0x0019, 0x18};
	static const uint16_t schemes[] = {0x0403, 0x0503, 0x0603, 0x0807,
	    0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601};
	size_t extension;

	put_server_name(b, t);
	extension = extension_open(b, 11); /* point formats */
	blob_u8(b, 1);
	blob_u8(b, 0);
	extension_shut(b, extension);
	extension = extension_open(b, 10);
	put_numbers(b, groups, sizeof groups / sizeof *groups);
	extension_shut(b, extension);
	extension_shut(b, extension_open(b, 35)); /* session ticket */
	if (t->sbc % 2 == 0)
		put_protocol(b);
	extension_shut(b, extension_open(b, 22)); /* encrypt-then-MAC */
	extension_shut(b, extension_open(b, 23)); /* extended secret */
	extension = extension_open(b, 13);
	put_numbers(b, schemes, sizeof schemes / sizeof *schemes);
	extension_shut(b, extension);
	if (t->version == 0x0304)
		put_client_13(b, g, t);
}

void
tls_client_hello(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	static const uint16_t ciphers[] = {0x1302, 0x1303, 0x1301, 0xc02c,
	    0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e,
	    0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0x009d, 0x009c,
	    0x003d, 0x003c, 0x0035, 0x002f, 0x00ff};
	size_t skip = t->version == 0x0304 ? 0 : 3;
	size_t record = record_open(b, HANDSHAKE, 0x0301);
	size_t message = message_open(b, CLIENT_HELLO);
	size_t session, extensions;

	blob_u16(b, 0x0303);
	blob_put(b, t->random, sizeof t->random);
	session = blob_open(b, 1);
	if (t->version == 0x0304 || t->resumed)
		blob_put(b, t->session, sizeof t->session);
	blob_shut(b, session, 1);
	put_numbers(b, ciphers + skip, sizeof ciphers / sizeof *ciphers - skip);
	blob_u16(b, 0x0100); /* no compression */
	extensions = blob_open(b, 2);
	put_client_extensions(b, g, t);
	blob_shut(b, extensions, 2);
	message_shut(b, message);
	record_shut(b, record);
}

void
tls_hello_retry(struct blob *b, const struct tls_talk *t, enum tls_group wanted)
{
	/* RFC 8446 4.1.3: what makes a ServerHello a HelloRetryRequest */
	static const uint8_t random[32] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
	    0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
	    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2,
	    0xc8, 0xa8, 0x33, 0x9c};
	size_t record = record_open(b, HANDSHAKE, 0x0303);
	size_t message = message_open(b, SERVER_HELLO);
	size_t extensions, extension;

	blob_u16(b, 0x0303);
	blob_put(b, random, sizeof random);
	blob_u8(b, 32);
	blob_put(b, t->session, sizeof t->session);
	blob_u16(b, 0x1302);
	blob_u8(b, 0);
	extensions = blob_open(b, 2);
	extension = extension_open(b, 43);
	blob_u16(b, 0x0304);
	extension_shut(b, extension);
	extension = extension_open(b, 51);
	blob_u16(b, wanted);
	extension_shut(b, extension);
	blob_shut(b, extensions, 2);
	message_shut(b, message);
	record_shut(b, record);
	put_change(b);
}

static void
put_server_hello(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	bool new = t->version == 0x0304;
	size_t message = message_open(b, SERVER_HELLO);
	size_t extensions, extension;

	blob_u16(b, 0x0303);
	blob_noise(b, g, 32);
	blob_u8(b, 32);
	blob_put(b, t->session, sizeof t->session);
	blob_u16(b, new ? 0x1302 : 0xc030);
	blob_u8(b, 0);
	extensions = blob_open(b, 2);
	if (new) {
		extension = extension_open(b, 43);
		blob_u16(b, 0x0304);
		extension_shut(b, extension);
		extension = extension_open(b, 51);
		put_share(b, g, t->group);
		extension_shut(b, extension);
	} else {
		extension_shut(b, extension_open(b, 23));
		extension_shut(b, extension_open(b, 35));
		if (t->sbc % 2 == 0)
			put_protocol(b);
	}
	blob_shut(b, extensions, 2);
	message_shut(b, message);
}

static void
put_server_keys(struct blob *b, struct gen *g)
{
	size_t message = message_open(b, SERVER_KEY_EXCHANGE);

	blob_u8(b, 3); /* RFC 8422 5.4: a named curve */
	blob_u16(b, TLS_X25519);
	blob_u8(b, 32);
	blob_noise(b, g, 32);
	blob_u16(b, 0x0804);
	blob_u16(b, 256);
	blob_noise(b, g, 256);
	message_shut(b, message);
}

static void
put_certificate(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	const struct gen_chain *chain = &g->chains[t->sbc % g->n_chains];
	size_t message = message_open(b, CERTIFICATE);
	size_t list = blob_open(b, 3);

	blob_put(b, chain->bytes, chain->n);
	blob_shut(b, list, 3);
	message_shut(b, message);
}

/* Servers differ: a record for each message, or one for all. */
static size_t
next_record(struct blob *b, size_t record, bool each)
{
	if (!each)
		return record;
	record_shut(b, record);
	return record_open(b, HANDSHAKE, 0x0303);
}

static void
server_flight_12(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	bool each = t->sbc % 2 == 0;
	size_t record = record_open(b, HANDSHAKE, 0x0303);

	put_server_hello(b, g, t);
	if (t->resumed) {
		record_shut(b, record);
		put_change(b);
		put_secret(b, g, HANDSHAKE, 40);
		return;
	}
	record = next_record(b, record, each);
	put_certificate(b, g, t);
	record = next_record(b, record, each);
	put_server_keys(b, g);
	record = next_record(b, record, each);
	message_shut(b, message_open(b, SERVER_HELLO_DONE));
	record_shut(b, record);
}

void
tls_server_flight(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	const struct gen_chain *chain = &g->chains[t->sbc % g->n_chains];
	size_t record;

	if (t->version < 0x0304) {
		server_flight_12(b, g, t);
		return;
	}
	record = record_open(b, HANDSHAKE, 0x0303);
	put_server_hello(b, g, t);
	record_shut(b, record);
	put_change(b);
	/* EncryptedExtensions, Certificate, CertificateVerify, Finished */
	put_secret(b, g, DATA, 23);
	put_secret(b, g, DATA, chain->n + 30);
	put_secret(b, g, DATA, 281);
	put_secret(b, g, DATA, 69);
}

void
tls_client_finish(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	if (t->version < 0x0304 && !t->resumed) {
		size_t record = record_open(b, HANDSHAKE, 0x0303);
		size_t message = message_open(b, CLIENT_KEY_EXCHANGE);

		blob_u8(b, 32);
		blob_noise(b, g, 32);
		message_shut(b, message);
		record_shut(b, record);
	}
	put_change(b);
	if (t->version < 0x0304)
		put_secret(b, g, HANDSHAKE, 40);
	else
		put_secret(b, g, DATA, 69);
}

void
tls_server_finish(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	size_t record, message;

	if (t->version == 0x0304) { /* two tickets */
		put_secret(b, g, DATA, 250);
		put_secret(b, g, DATA, 250);
		return;
	}
	if (t->resumed)
		return;
	record = record_open(b, HANDSHAKE, 0x0303);
	message = message_open(b, NEW_SESSION_TICKET);
	blob_u16(b, 0); /* RFC 5077: lifetime in seconds */
	blob_u16(b, 7200);
	blob_u16(b, 176);
	blob_noise(b, g, 176);
	message_shut(b, message);
	record_shut(b, record);
	put_change(b);
	put_secret(b, g, HANDSHAKE, 40);
}

void
tls_data(struct blob *b, struct gen *g, size_t n)
{
	put_secret(b, g, DATA, n);
}

void
tls_alert(struct blob *b, unsigned level, unsigned description)
{
	size_t record = record_open(b, ALERT, 0x0303);

	blob_u8(b, level);
	blob_u8(b, description);
	record_shut(b, record);
}

void
tls_secret_alert(struct blob *b, struct gen *g, const struct tls_talk *t)
{
	if (t->version < 0x0304)
		put_secret(b, g, ALERT, 26);
	else
		put_secret(b, g, DATA, 19);
}
