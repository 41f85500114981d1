/* SPDX-License-Identifier: Apache-2.0 */
/* Key logs, key files, and keys made of secrets: the traces of RFC 8448. */
#include "tls/keys.h"
#include "tls/record.h"
#include "tls_kit.h"
#include "unit.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct rs_hash_seed seed = {1, 2};

#define R1 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define R2 "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define S32 "a0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define S48 S32 "0123456789abcdef0123456789ABCDEF"

/* Bytes of hexadecimal digits, blanks left out. */
static size_t
unhex(const char *text, uint8_t *out, size_t most)
{
	size_t n = 0;
	for (const char *p = text; *p;) {
		unsigned v;
		if (*p == ' ') {
			p++;
			continue;
		}
		int got = sscanf(p, "%2x", &v);
		assert(got == 1 && n < most);
		out[n++] = (uint8_t)v;
		p += 2;
	}
	return n;
}

static const struct tls_secret *
find(const struct tls_keylog *k, enum tls_secret_kind kind, const char *name)
{
	uint8_t b[32];
	size_t n = unhex(name, b, sizeof b);
	return tls_keylog_find(k, kind, (struct rs_span){b, n});
}

struct row {
	const char *name, *text;
	size_t n;      /* secrets */
	unsigned line; /* that is refused; 0: none */
};

static const struct row rows[] = {
    {"nothing", "", 0, 0},
    {"remarks", "# a remark\n\n  \n#\r\n", 0, 0},
    {"TLS 1.2", "CLIENT_RANDOM " R1 " " S48 "\n", 1, 0},
    {"without an end", "CLIENT_RANDOM " R1 " " S48, 1, 0},
    {"carriage return", "CLIENT_RANDOM " R1 " " S48 "\r\n", 1, 0},
    {"TLS 1.3",
	"CLIENT_EARLY_TRAFFIC_SECRET " R1 " " S32 "\n"
	"CLIENT_HANDSHAKE_TRAFFIC_SECRET " R1 " " S32 "\n"
	"SERVER_HANDSHAKE_TRAFFIC_SECRET " R1 " " S32 "\n"
	"CLIENT_TRAFFIC_SECRET_0 " R1 " " S48 "\n"
	"SERVER_TRAFFIC_SECRET_0 " R1 " " S48 "\n",
	5, 0},
    {"others",
	"EXPORTER_SECRET " R1 " " S32 "\nEARLY_EXPORTER_SECRET " R1 " " S32
	"\nSOME_LABEL_1 00 11\n",
	0, 0},
    {"RSA",
	"RSA 0011223344556677 " S48 "\nRSA Session-ID:" R1 " Master-Key:" S48
	"\nPMS_CLIENT_RANDOM " R1 " " S32 "\n",
	3, 0},
    {"the same twice",
	"CLIENT_RANDOM " R1 " " S48 "\nCLIENT_RANDOM " R1 " " S48 "\n", 1, 0},
    {"prose", "# ok\nhello, world\n", 0, 2},
    {"no secret", "CLIENT_RANDOM " R1 "\n", 0, 1},
    {"a secret too short", "CLIENT_RANDOM " R1 " " S32 "\n", 0, 1},
    {"a secret too long", "CLIENT_TRAFFIC_SECRET_0 " R1 " " S48 "00\n", 0, 1},
    {"a random too short", "CLIENT_RANDOM 00112233 " S48 "\n", 0, 1},
    {"no digits", "CLIENT_RANDOM " R1 " x" S48 "\n", 0, 1},
    {"half a byte", "CLIENT_RANDOM " R1 " " S48 "0\n", 0, 1},
    {"the rest is read",
	"bad\nCLIENT_RANDOM " R1 " " S48 "\nworse!\nCLIENT_RANDOM " R2 " " S48
	"\n",
	2, 1},
};

static void
test_lines(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_keylog *k = tls_keylog_new(&seed);
		struct tls_keylog_problem why;
		unit_row(rows[i].name);
		size_t n = strlen(rows[i].text);
		uint8_t *text = tls_guard(rows[i].text, n);
		bool good =
		    tls_keylog_parse(k, (struct rs_span){text, n}, &why);
		tls_unguard(text, n);
		CU_ASSERT_EQUAL(good, rows[i].line == 0);
		CU_ASSERT_EQUAL(why.line, rows[i].line);
		CU_ASSERT_EQUAL(tls_keylog_n(k), rows[i].n);
		CU_ASSERT(good || strstr(why.what, "SSLKEYLOGFILE"));
		tls_keylog_free(k);
	}
	unit_row(NULL);
}

static void
test_secrets(void)
{
	struct tls_keylog *k = tls_keylog_new(&seed);
	uint8_t secret[48];
	tls_keylog_parse(k,
	    RS_LIT("CLIENT_RANDOM " R1 " " S48 "\n"
		   "SERVER_TRAFFIC_SECRET_0 " R2 " " S32 "\n"),
	    NULL);
	const struct tls_secret *s = find(k, TLS_SECRET_MASTER, R1);
	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_EQUAL(s->n, unhex(S48, secret, sizeof secret));
	CU_ASSERT(memcmp(s->p, secret, 48) == 0);
	CU_ASSERT_PTR_NULL(find(k, TLS_SECRET_MASTER, R2));
	CU_ASSERT_PTR_NULL(find(k, TLS_SECRET_CLIENT_TRAFFIC, R2));
	s = find(k, TLS_SECRET_SERVER_TRAFFIC, R2);
	CU_ASSERT(s && s->n == 32);
	CU_ASSERT(tls_keylog_knows(k, (struct rs_span){secret, 32}) == false);
	tls_keylog_free(k);
}

/* More than are kept: the oldest go, and those that stay are found. */
static void
test_bounded(void)
{
	struct tls_keylog *k = tls_keylog_new(&seed);
	uint8_t name[32] = {0}, secret[48] = {1};
	const uint32_t all = TLS_KEYLOG_MOST + 1000;
	for (uint32_t i = 0; i < all; i++) {
		memcpy(name, &i, sizeof i);
		memcpy(secret + 1, &i, sizeof i);
		tls_keylog_add(k, TLS_SECRET_MASTER, (struct rs_span){name, 32},
		    (struct rs_span){secret, 48});
	}
	CU_ASSERT_EQUAL(tls_keylog_n(k), TLS_KEYLOG_MOST);
	unsigned wrong = 0;
	for (uint32_t i = 0; i < all; i++) {
		memcpy(name, &i, sizeof i);
		memcpy(secret + 1, &i, sizeof i);
		const struct tls_secret *s = tls_keylog_find(
		    k, TLS_SECRET_MASTER, (struct rs_span){name, 32});
		wrong += i < 1000 ? s != NULL
				  : s == NULL || memcmp(s->p, secret, 48) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	tls_keylog_free(k);
}

static int
file_of(const char *text, char path[64])
{
	strcpy(path, "/tmp/regscan-test-XXXXXX");
	int fd = mkstemp(path);
	assert(fd >= 0);
	ssize_t n = write(fd, text, strlen(text));
	assert(n == (ssize_t)strlen(text));
	return fd;
}

static void
append(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));
	assert(n == (ssize_t)strlen(text));
}

static void
test_followed(void)
{
	char path[64];
	struct tls_keylog_problem why;
	struct tls_keys *k = tls_keys_new(&seed);
	int fd = file_of("CLIENT_RANDOM " R1 " " S48 "\nCLIENT_RAN", path);
	CU_ASSERT(tls_keylog_load(k->log, path, &why));
	CU_ASSERT_PTR_NOT_NULL(find(k->log, TLS_SECRET_MASTER, R1));
	CU_ASSERT(!tls_keylog_more(k->log));
	append(fd, "DOM " R2 " ");
	CU_ASSERT(tls_keylog_more(k->log));
	append(fd, S48 "\nno line\nCLIENT_RANDOM " S32 " " S48 "\n");
	uint8_t name[32];
	size_t n = unhex(R2, name, sizeof name);
	const struct rs_span random = {name, n};
	CU_ASSERT_PTR_NULL(tls_keys_find(k, TLS_SECRET_MASTER, random));
	k->follow = true;
	CU_ASSERT_PTR_NOT_NULL(tls_keys_find(k, TLS_SECRET_MASTER, random));
	/* What comes after a line that is none counts as well. */
	while (tls_keylog_more(k->log))
		;
	CU_ASSERT_PTR_NOT_NULL(find(k->log, TLS_SECRET_MASTER, S32));
	close(fd);
	unlink(path);
	tls_keys_free(k);
}

static void
test_bad_files(void)
{
	char path[64];
	struct tls_keylog_problem why;
	struct tls_keylog *k = tls_keylog_new(&seed);
	CU_ASSERT(!tls_keylog_load(k, "/nonexistent/keys", &why));
	CU_ASSERT(why.cannot_read && why.error && why.line == 0);
	tls_keylog_free(k);

	k = tls_keylog_new(&seed);
	CU_ASSERT(!tls_keylog_load(k, "/dev/zero", &why));
	CU_ASSERT(!why.cannot_read && why.line == 1);
	tls_keylog_free(k);

	int fd = file_of("# fine\nnothing of the kind\n", path);
	k = tls_keylog_new(&seed);
	CU_ASSERT(!tls_keylog_load(k, path, &why));
	CU_ASSERT(!why.cannot_read && why.line == 2);
	tls_keylog_free(k);
	CU_ASSERT_PTR_NULL(tls_rsa_key_load(path, &why));
	CU_ASSERT(!why.cannot_read);
	CU_ASSERT_STRING_EQUAL(why.what, "no private key in PEM form");
	close(fd);
	unlink(path);
	CU_ASSERT_PTR_NULL(tls_rsa_key_load("/nonexistent/key", &why));
	CU_ASSERT(why.cannot_read && why.error);
}

/* A widely used vector of the PRF of TLS 1.2. */
static void
test_prf(void)
{
	struct tls_crypto c;
	uint8_t secret[16], s[16], want[100], got[100];
	unhex("9bbe436ba940f017b17652849a71db35", secret, 16);
	unhex("a0ba9f936cda311827a6f796ffd5198c", s, 16);
	unhex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"
	      "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab"
	      "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
	      "87347b66",
	    want, 100);
	tls_crypto_init(&c);
	CU_ASSERT(
	    tls_prf(&c, "SHA256", (struct rs_span){secret, 16}, "test label",
		(struct rs_span){s, 16}, (struct rs_span){0}, got, sizeof got));
	CU_ASSERT(memcmp(got, want, sizeof want) == 0);
	/* The seed in two parts is the seed. */
	CU_ASSERT(tls_prf(&c, "SHA256", (struct rs_span){secret, 16},
	    "test label", (struct rs_span){s, 5}, (struct rs_span){s + 5, 11},
	    got, sizeof got));
	CU_ASSERT(memcmp(got, want, sizeof want) == 0);
	CU_ASSERT(!tls_prf(&c, "NO-SUCH-HASH", (struct rs_span){secret, 16},
	    "test label", (struct rs_span){s, 16}, (struct rs_span){0}, got,
	    sizeof got));
	tls_crypto_clear(&c);
}

/* RFC 8448 3: secret, records of that side before it, a record, its content. */
static const struct {
	const char *name, *secret, *record, *content;
	uint64_t seq;
	uint8_t type;
} traces[] = {
    {"client Finished",
	"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
	"75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f8"
	"0338ac98fc46deb384bd1caeacab6867d726c40546",
	"14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2"
	"edd5ce61",
	0, 22},
    {"client data",
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
	"a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5"
	"b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb2169"
	"4915e4",
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	"202122232425262728292a2b2c2d2e2f3031",
	0, 23},
    {"server data, after its ticket",
	"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
	"2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d"
	"90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167"
	"c2955d",
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	"202122232425262728292a2b2c2d2e2f3031",
	1, 23},
    {"client close_notify",
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
	"c9872760655666b74d7ff1153efd6db6d0b0e3", "0100", 1, 21},
    {"server close_notify",
	"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
	"b58fd67166ebf599d24720cfbe7efa7a8864a9", "0100", 2, 21},
};

static void
test_rfc8448(void)
{
	struct tls_keys *k = tls_keys_new(&seed);
	const struct tls_params p = {
	    .version = 0x0304, .suite = tls_suite_find(0x1301)};
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
		uint8_t secret[32], body[128], content[128];
		struct tls_opener o = {0};
		struct tls_plain out;
		unit_row(traces[i].name);
		unhex(traces[i].secret, secret, sizeof secret);
		size_t n = unhex(traces[i].record, body, sizeof body);
		size_t m = unhex(traces[i].content, content, sizeof content);
		CU_ASSERT(tls_opener_key_13(
		    &o, &k->crypto, &p, (struct rs_span){secret, 32}));
		o.seq = traces[i].seq;
		const struct tls_sealed r = {23, 0x0303, {body, n}};
		CU_ASSERT(tls_opener_open(&o, &r, k->room, &out));
		CU_ASSERT_EQUAL(out.type, traces[i].type);
		CU_ASSERT(rs_span_eq(out.bytes, (struct rs_span){content, m}));
		CU_ASSERT_EQUAL(o.seq, traces[i].seq + 1);
		/* Not again, nor with any bit changed, nor cut short. */
		CU_ASSERT(!tls_opener_open(&o, &r, k->room, &out));
		o.seq = traces[i].seq;
		for (size_t bit = 0; bit < 8 * n; bit++) {
			body[bit / 8] ^= (uint8_t)(1 << bit % 8);
			CU_ASSERT(!tls_opener_open(&o, &r, k->room, &out));
			body[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t less = 0; less < n; less++) {
			const struct tls_sealed cut = {
			    23, 0x0303, {body, less}};
			CU_ASSERT(!tls_opener_open(&o, &cut, k->room, &out));
		}
		CU_ASSERT(tls_opener_open(&o, &r, k->room, &out));
		tls_opener_clear(&o);
	}
	unit_row(NULL);
	tls_keys_free(k);
}

static void
test_suites(void)
{
	static const struct {
		uint16_t number;
		const char *name;
		bool rsa;
	} all[] = {
	    {0x1301, "AES_128_GCM_SHA256", false},
	    {0x1305, "AES_128_CCM_8_SHA256", false},
	    {0x002f, "AES_128_CBC_SHA", true},
	    {0xc02b, "AES_128_GCM_SHA256", false},
	    {0xcca9, "CHACHA20_POLY1305_SHA256", false},
	    {0xc0ac, "AES_128_CCM", false},
	    {0xc09d, "AES_256_CCM", true},
	    {0x0005, NULL, true}, /* RC4 */
	    {0x1306, NULL, false},
	    {0x00ff, NULL, false},
	    {0x0000, NULL, false},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const struct tls_suite *s = tls_suite_find(all[i].number);
		CU_ASSERT((s == NULL) == (all[i].name == NULL));
		if (s && all[i].name)
			CU_ASSERT_STRING_EQUAL(s->name, all[i].name);
		CU_ASSERT_EQUAL(tls_suite_is_rsa(all[i].number), all[i].rsa);
	}
}

UNIT_MAIN("tls_keys", UNIT(test_lines), UNIT(test_secrets), UNIT(test_bounded),
    UNIT(test_followed), UNIT(test_bad_files), UNIT(test_prf),
    UNIT(test_rfc8448), UNIT(test_suites))
