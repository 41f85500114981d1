/* SPDX-License-Identifier: Apache-2.0 */
/* Names of versions, groups and handshake messages (IANA); those of cipher
   suites are in ciphers.c. */
#include "tls/hello.h"

const char *
tls_version_name(uint16_t version)
{
	switch (version) {
	case 0x0002:
		return "SSL 2.0";
	case TLS_SSL30:
		return "SSL 3.0";
	case TLS_10:
		return "TLS 1.0";
	case TLS_11:
		return "TLS 1.1";
	case TLS_12:
		return "TLS 1.2";
	case TLS_13:
		return "TLS 1.3";
	default: /* RFC 8446 in its drafts: 4.2.1.1 of each */
		return version >> 8 == 0x7f ? "TLS 1.3 draft" : "";
	}
}

struct group {
	uint16_t number;
	const char *name;
};

/* RFC 8446 4.2.7, RFC 8422, RFC 7919, RFC 8734 and later registrations. */
static const struct group groups[] = {
    {1, "sect163k1"},
    {2, "sect163r1"},
    {3, "sect163r2"},
    {4, "sect193r1"},
    {5, "sect193r2"},
    {6, "sect233k1"},
    {7, "sect233r1"},
    {8, "sect239k1"},
    {9, "sect283k1"},
    {10, "sect283r1"},
    {11, "sect409k1"},
    {12, "sect409r1"},
    {13, "sect571k1"},
    {14, "sect571r1"},
    {15, "secp160k1"},
    {16, "secp160r1"},
    {17, "secp160r2"},
    {18, "secp192k1"},
    {19, "secp192r1"},
    {20, "secp224k1"},
    {21, "secp224r1"},
    {22, "secp256k1"},
    {23, "secp256r1"},
    {24, "secp384r1"},
    {25, "secp521r1"},
    {26, "brainpoolP256r1"},
    {27, "brainpoolP384r1"},
    {28, "brainpoolP512r1"},
    {29, "x25519"},
    {30, "x448"},
    {31, "brainpoolP256r1tls13"},
    {32, "brainpoolP384r1tls13"},
    {33, "brainpoolP512r1tls13"},
    {34, "GC256A"},
    {35, "GC256B"},
    {36, "GC256C"},
    {37, "GC256D"},
    {38, "GC512A"},
    {39, "GC512B"},
    {40, "GC512C"},
    {41, "curveSM2"},
    {256, "ffdhe2048"},
    {257, "ffdhe3072"},
    {258, "ffdhe4096"},
    {259, "ffdhe6144"},
    {260, "ffdhe8192"},
    {512, "MLKEM512"},
    {513, "MLKEM768"},
    {514, "MLKEM1024"},
    {4587, "SecP256r1MLKEM768"},
    {4588, "X25519MLKEM768"},
    {4589, "SecP384r1MLKEM1024"},
    {25497, "X25519Kyber768Draft00"},
    {25498, "SecP256r1Kyber768Draft00"},
    {65281, "arbitrary_explicit_prime_curves"},
    {65282, "arbitrary_explicit_char2_curves"},
};

const char *
tls_group_name(uint16_t group)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (groups[i].number == group)
			return groups[i].name;
	return "";
}

const char *
tls_handshake_name(uint8_t type)
{
	static const char *const names[256] = {
	    [TLS_HS_HELLO_REQUEST] = "hello_request",
	    [TLS_HS_CLIENT_HELLO] = "client_hello",
	    [TLS_HS_SERVER_HELLO] = "server_hello",
	    [TLS_HS_NEW_SESSION_TICKET] = "new_session_ticket",
	    [TLS_HS_END_OF_EARLY_DATA] = "end_of_early_data",
	    [6] = "hello_retry_request", /* drafts of TLS 1.3 */
	    [TLS_HS_ENCRYPTED_EXTENSIONS] = "encrypted_extensions",
	    [TLS_HS_CERTIFICATE] = "certificate",
	    [TLS_HS_SERVER_KEY_EXCHANGE] = "server_key_exchange",
	    [TLS_HS_CERTIFICATE_REQUEST] = "certificate_request",
	    [TLS_HS_SERVER_HELLO_DONE] = "server_hello_done",
	    [TLS_HS_CERTIFICATE_VERIFY] = "certificate_verify",
	    [TLS_HS_CLIENT_KEY_EXCHANGE] = "client_key_exchange",
	    [TLS_HS_FINISHED] = "finished",
	    [21] = "certificate_url",
	    [TLS_HS_CERTIFICATE_STATUS] = "certificate_status",
	    [23] = "supplemental_data",
	    [TLS_HS_KEY_UPDATE] = "key_update",
	    [25] = "compressed_certificate",
	    [67] = "next_protocol",
	    [TLS_HS_HELLO_RETRY_REQUEST] = "hello_retry_request",
	};
	return names[type] ? names[type] : "";
}
