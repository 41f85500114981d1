/* SPDX-License-Identifier: Apache-2.0 */
/* JA3, JA3S and JA4, against what their authors published. */
#include "tls/fingerprint.h"
#include "unit.h"

#include <string.h>

enum { MAX_LIST = 32, END = -1 };

/* A hello by its values; lists end with END. */
struct hello {
	const char *name;
	uint16_t version;
	int ciphers[MAX_LIST], extensions[MAX_LIST], groups[MAX_LIST],
	    formats[MAX_LIST], versions[MAX_LIST], signatures[MAX_LIST];
	const char *alpn; /* the first name; NULL: none */
	size_t n_alpn;    /* 0: of a string */
	const char *ja3, *ja4;
};

struct bytes {
	uint8_t p[70000];
	size_t n;
};

static void
u8(struct bytes *b, unsigned v)
{
	b->p[b->n++] = (uint8_t)v;
}

static void
u16(struct bytes *b, unsigned v)
{
	u8(b, v >> 8);
	u8(b, v & 255);
}

/* Room for a length of so many bytes; length_end() fills it in. */
static size_t
length_begin(struct bytes *b, unsigned size)
{
	b->n += size;
	return b->n;
}

static void
length_end(struct bytes *b, size_t from, unsigned size)
{
	size_t n = b->n - from;
	for (unsigned i = 1; i <= size; i++, n >>= 8)
		b->p[from - i] = (uint8_t)n;
}

static void
list(struct bytes *b, const int *v, unsigned length, unsigned item)
{
	size_t at = length_begin(b, length);
	for (; *v != END; v++)
		item == 1 ? u8(b, (unsigned)*v) : u16(b, (unsigned)*v);
	length_end(b, at, length);
}

static void
extension(struct bytes *b, const struct hello *h, int type)
{
	u16(b, (unsigned)type);
	size_t at = length_begin(b, 2);
	if (type == 10)
		list(b, h->groups, 2, 2);
	else if (type == 11)
		list(b, h->formats, 1, 1);
	else if (type == 13)
		list(b, h->signatures, 2, 2);
	else if (type == 43)
		list(b, h->versions, 1, 2);
	else if (type == 16 && h->alpn) {
		size_t n = h->n_alpn ? h->n_alpn : strlen(h->alpn);
		size_t all = length_begin(b, 2), one = length_begin(b, 1);
		memcpy(b->p + b->n, h->alpn, n);
		b->n += n;
		length_end(b, one, 1);
		u8(b, 2);
		u16(b, 'x' << 8 | 'y'); /* not the first: not looked at */
		length_end(b, all, 2);
	}
	length_end(b, at, 2);
}

static void
hello_bytes(struct bytes *b, const struct hello *h)
{
	b->n = 0;
	u16(b, h->version);
	memset(b->p + b->n, 'r', 32);
	b->n += 32;
	u8(b, 0);
	list(b, h->ciphers, 2, 2);
	u16(b, 0x0100);
	if (h->extensions[0] == END)
		return;
	size_t at = length_begin(b, 2);
	for (const int *v = h->extensions; *v != END; v++)
		extension(b, h, *v);
	length_end(b, at, 2);
}

/* The ciphers and so on of JA4.md's example; GREASE put in where clients do. */
#define EXAMPLE_CIPHERS                                                        \
 0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,       \
     0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035
#define EXAMPLE_EXTENSIONS                                                     \
 0xcaca, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d,       \
     0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x3a3a, 0x0015
#define EXAMPLE_SIGNATURES                                                     \
 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601
/* Those of the ALPN examples: one cipher, extension 16 alone. */
#define NAMED(name, text, n, ja4_)                                             \
 {                                                                             \
  name, TLS_12, {0x002f, END}, {16, END}, {END}, {END}, {END}, {END}, text, n, \
      NULL, ja4_                                                               \
 }
#define NAMED_REST "_ba72b8082249_000000000000"

static const struct hello hellos[] = {
    {"JA3's first example", 769,
	{47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4, END},
	{0, 10, 11, END}, {23, 24, 25, END}, {0, END}, {END}, {END}, NULL, 0,
	"ada70206e40642a3e4461f35503241d5", NULL},
    {"JA3's example without extensions", 769,
	{4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99, END}, {END}, {END}, {END},
	{END}, {END}, NULL, 0, "de350869b8c85de67a350c8d186f11e6", NULL},
    {"JA3's first example, with GREASE in each list", 769,
	{0x0a0a, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4, END},
	{0x1a1a, 0, 10, 11, 0xfafa, END}, {0xbaba, 23, 24, 25, END}, {0, END},
	{END}, {END}, NULL, 0, "ada70206e40642a3e4461f35503241d5", NULL},
    {"JA4's example", TLS_12, {EXAMPLE_CIPHERS, END}, {EXAMPLE_EXTENSIONS, END},
	{0xaaaa, 29, 23, 24, END}, {0, END}, {0x8a8a, 0x0304, 0x0303, END},
	{EXAMPLE_SIGNATURES, END}, "h2", 0, NULL,
	"t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {"JA4's example, with GREASE among the signatures", TLS_12,
	{EXAMPLE_CIPHERS, END}, {EXAMPLE_EXTENSIONS, END}, {29, END}, {0, END},
	{0x0303, 0x0304, END}, {0x5a5a, EXAMPLE_SIGNATURES, END}, "h2", 0, NULL,
	"t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {"JA4's example without signatures", TLS_12, {EXAMPLE_CIPHERS, END},
	{EXAMPLE_EXTENSIONS, END}, {29, END}, {0, END}, {0x0304, END}, {END},
	"http/1.1", 0, NULL, "t13d1516h1_8daaf6152771_6d807ffa2a79"},
    /* FoxIO's python/test/testdata/badcurveball.pcap.json */
    {"a browser of 2020, by FoxIO's own program", TLS_12,
	{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
	    0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035, 0x000a, END},
	{0x0000, 0x0017, 0xff01, 0x000a, 0x000b, 0x0023, 0x0010, 0x0005, 0x000d,
	    0x0012, 0x0033, 0x002d, 0x002b, 0x001b, 0x0015, END},
	{29, 23, 24, END}, {0, END},
	{0xdada, 0x0304, 0x0303, 0x0302, 0x0301, END},
	{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
	    END},
	"h2", 0, NULL, "t13d1615h2_46e7e9700bed_45f260be83e2"},
    NAMED("no name", NULL, 0, "t12i010100" NAMED_REST),
    NAMED("one character", "x", 1, "t12i0101xx" NAMED_REST),
    NAMED("0xab", "\xab", 1, "t12i0101ab" NAMED_REST),
    NAMED("0xab 0xcd", "\xab\xcd", 2, "t12i0101ad" NAMED_REST),
    NAMED("0x30 0xab", "\x30\xab", 2, "t12i01013b" NAMED_REST),
    NAMED(
	"0x30 0x31 0xab 0xcd", "\x30\x31\xab\xcd", 4, "t12i01013d" NAMED_REST),
    NAMED(
	"0x30 0xab 0xcd 0x31", "\x30\xab\xcd\x31", 4, "t12i010101" NAMED_REST),
    {"only GREASE", TLS_SSL30, {0x0a0a, END}, {0x1a1a, END}, {END}, {END},
	{END}, {END}, NULL, 0, NULL, "ts3i000000_000000000000_000000000000"},
};

static struct tls_fingerprinter *prints;
static struct bytes bytes;

static void
test_client(void)
{
	for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
		struct tls_client_hello h;
		unit_row(hellos[i].name);
		hello_bytes(&bytes, &hellos[i]);
		CU_ASSERT_FATAL(tls_client_hello_parse(
		    &h, (struct rs_span){bytes.p, bytes.n}));
		tls_fingerprint_client(prints, &h, 't');
		if (hellos[i].ja3)
			CU_ASSERT_STRING_EQUAL(h.ja3, hellos[i].ja3);
		if (hellos[i].ja4)
			CU_ASSERT_STRING_EQUAL(h.ja4, hellos[i].ja4);
		CU_ASSERT_EQUAL(strlen(h.ja3), 32);
	}
}

static void
test_transport(void)
{
	struct tls_client_hello h;
	hello_bytes(&bytes, &hellos[3]);
	CU_ASSERT(
	    tls_client_hello_parse(&h, (struct rs_span){bytes.p, bytes.n}));
	tls_fingerprint_client(prints, &h, 'q');
	CU_ASSERT_STRING_EQUAL(h.ja4, "q13d1516h2_8daaf6152771_e5627efa2ab1");
}

/* JA3S as published, the vector of CyberChef, and one without extensions. */
static void
test_server(void)
{
	static const struct {
		int extensions[8];
		uint16_t version, cipher;
		const char *ja3s;
	} rows[] = {
	    {{65281, 0, 11, 35, 5, 16, END}, 769, 47,
		"836ce314215654b5b1f85f97c73e506f"},
	    {{65281, 11, 35, END}, 769, 49169,
		"bed95e1b525d2f41db3a6d68fac5b566"},
	    {{END}, 769, 47, "18e962e106761869a61045bed0e81c2c"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_server_hello h;
		struct bytes *b = &bytes;
		b->n = 0;
		u16(b, rows[i].version);
		memset(b->p + b->n, 'r', 32);
		b->n += 32;
		u8(b, 0);
		u16(b, rows[i].cipher);
		u8(b, 0);
		size_t at = length_begin(b, 2);
		for (const int *v = rows[i].extensions; *v != END; v++) {
			u16(b, (unsigned)*v);
			u16(b, 0);
		}
		length_end(b, at, 2);
		CU_ASSERT_FATAL(
		    tls_server_hello_parse(&h, (struct rs_span){b->p, b->n}));
		tls_fingerprint_server(prints, &h);
		CU_ASSERT_STRING_EQUAL(h.ja3s, rows[i].ja3s);
	}
}

/* As many values as there can be, in falling order: sorted all the same, and
   the counts stop at 99. */
static void
test_most(void)
{
	struct tls_client_hello h = {.legacy_version = TLS_12};
	static uint8_t ciphers[65534];
	for (size_t i = 0; i < sizeof ciphers / 2; i++) {
		ciphers[2 * i] = (uint8_t)((0xffff - i) >> 8);
		ciphers[2 * i + 1] = (uint8_t)(0xffff - i);
	}
	h.ciphers = (struct rs_span){ciphers, sizeof ciphers};
	tls_fingerprint_client(prints, &h, 't');
	char falling[sizeof h.ja4];
	memcpy(falling, h.ja4, sizeof falling);
	CU_ASSERT_EQUAL(memcmp(falling, "t12i990000_", 11), 0);
	for (size_t i = 0; i < sizeof ciphers / 2; i++) {
		ciphers[2 * i] = (uint8_t)((0x8001 + i) >> 8);
		ciphers[2 * i + 1] = (uint8_t)(0x8001 + i);
	}
	tls_fingerprint_client(prints, &h, 't');
	CU_ASSERT_STRING_EQUAL(h.ja4, falling);
}

/* Whatever byte of a hello is another one: one that has seen them all tells of
   it what one tells that has seen none. */
static void
test_known(void)
{
	for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
		hello_bytes(&bytes, &hellos[i]);
		for (size_t at = 0; at < bytes.n; at++) {
			struct tls_client_hello h, fresh;
			struct rs_span s = {bytes.p, bytes.n};
			bytes.p[at] ^= 1u << at % 8;
			if (tls_client_hello_parse(&h, s)) {
				struct tls_fingerprinter *f =
				    tls_fingerprinter_new();
				fresh = h;
				tls_fingerprint_client(f, &fresh, 't');
				tls_fingerprinter_free(f);
				tls_fingerprint_client(prints, &h, 't');
				CU_ASSERT_STRING_EQUAL(h.ja3, fresh.ja3);
				CU_ASSERT_STRING_EQUAL(h.ja4, fresh.ja4);
			}
			bytes.p[at] ^= 1u << at % 8;
		}
	}
}

/* The same of a server's, whose hellos are told apart from clients'. */
static void
test_known_servers(void)
{
	uint8_t body[] = {3, 3, [34] = 0, 0xc0, 0x2f, 0, 0, 16, 0xff, 1, 0, 1,
	    0, 0, 11, 0, 2, 1, 0, 0, 35, 0, 0};
	for (size_t at = 0; at < sizeof body; at++) {
		struct tls_server_hello h, fresh;
		body[at] ^= 1u << at % 8;
		if (tls_server_hello_parse(
			&h, (struct rs_span){body, sizeof body})) {
			struct tls_fingerprinter *f = tls_fingerprinter_new();
			fresh = h;
			tls_fingerprint_server(f, &fresh);
			tls_fingerprinter_free(f);
			tls_fingerprint_server(prints, &h);
			CU_ASSERT_STRING_EQUAL(h.ja3s, fresh.ja3s);
		}
		body[at] ^= 1u << at % 8;
	}
}

int
main(void)
{
	static const struct unit_test tests[] = {UNIT(test_client),
	    UNIT(test_transport), UNIT(test_server), UNIT(test_most),
	    UNIT(test_known), UNIT(test_known_servers)};
	prints = tls_fingerprinter_new();
	int status =
	    unit_run("fingerprint", tests, sizeof tests / sizeof *tests);
	tls_fingerprinter_free(prints);
	return status;
}
