/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digest against known passwords: the examples of the RFCs, and responses made
 * with Python's hashlib, each as
 *
 *	H = lambda s: hashlib.md5(s.encode()).hexdigest()
 *	H(H("4025:example.com:secret-4025") +
 *":abcNonce:00000001:0a4f113b:auth:"
 *	    + H("REGISTER:sip:example.com"))
 *
 * with what the row names in the place of the value that it should have.
 */
#include "auth/accounts.h"
#include "auth/verifier.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char accounts_text[] =
    "# what the registrar has\n"
    "[4025@example.com]\n"
    "password = secret-4025\n"
    "[4026@example.com]\n"
    "ha1 = 8c8351ae1155ee878c470a879d190e15\n"
    "ha1-sha-256 = 55584065a1a64128cd927273ac9819d61d9956b83fa4f35503dfc9df75617ad4\n"
    "\n"
    "[anywhere]\r\n"
    "password=s\r\n"
    "[blanks@example.com]\n"
    "password = \" b \"\n"
    "[full@example.com]\n"
    "password = f\n"
    "; more than one @, and a name of its own\n"
    "[Mufasa]\n"
    "user = Mufasa\n"
    "realm = testrealm@host.com\n"
    "password = Circle Of Life\n"
    "[Mufasa again]\n"
    "user = Mufasa\n"
    "realm = http-auth@example.org\n"
    "password = Circle of Life\n"
    "[doe]\n"
    "user = J\xc3\xa4s\xc3\xb8n Doe\n"
    "realm = api@example.org\n"
    "password = Secret, or not?\n"
    "[aka@example.com]\n"
    "res = 00FF10a5\n"
    "[a\"b@example.com]\n"
    "password = secret-4025\n";

#define WANT(r, p) .want = {SIP_DIGEST_##r, SIP_DIGEST_##p}
#define RIGHT WANT(RIGHT, PART_NONE)
#define WRONG(part) WANT(WRONG, part)
#define UNKNOWN_USER WANT(UNKNOWN_USER, PART_NONE)
#define NOT_VERIFIABLE WANT(NOT_VERIFIABLE, PART_NONE)

#define OFFER "Digest realm=\"example.com\", nonce=\"abcNonce\", qop=\"auth\""
#define SENT                                                                   \
 "Digest username=\"4025\", realm=\"example.com\", nonce=\"abcNonce\", "       \
 "uri=\"sip:example.com\""
#define WITH_QOP ", qop=auth, nc=00000001, cnonce=\"0a4f113b\""

static const struct row {
	const char *name, *credentials, *challenges; /* a line each */
	struct sip_digest_answer want;
	const char *method, *uri, *to, *body;
	bool body_cut;
} rows[] = {
    {"RFC 2617 3.5",
	"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
	"uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", "
	"response=\"6629fae49393a05397450978507c4ef1\", "
	"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
	"Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\"", RIGHT,
	.method = "GET"},
    {"RFC 7616 3.9.1, SHA-256",
	"Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
	"uri=\"/dir/index.html\", algorithm=SHA-256, "
	"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
	"nc=00000001, "
	"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
	"response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5"
	"856cb6c1\"",
	"Digest realm=\"http-auth@example.org\", algorithm=SHA-256\n"
	"Digest realm=\"http-auth@example.org\", algorithm=MD5",
	RIGHT, .method = "GET"},
    {"RFC 7616 3.9.1, MD5",
	"Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
	"uri=\"/dir/index.html\", algorithm=MD5, "
	"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
	"nc=00000001, "
	"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
	"response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	"Digest realm=\"http-auth@example.org\", algorithm=SHA-256\n"
	"Digest realm=\"http-auth@example.org\", algorithm=MD5",
	RIGHT, .method = "GET"},
    /* As printed it is SHA-512 cut to 256 bits; this is erratum 4897. */
    {"RFC 7616 3.9.2, erratum 4897",
	"Digest username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb"
	"624ed06ece9b0b\", realm=\"api@example.org\", uri=\"/doe.json\", "
	"algorithm=SHA-512-256, "
	"nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "
	"nc=00000001, "
	"cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v\", qop=auth, "
	"response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb"
	"1cec68a5\", userhash=true",
	"Digest realm=\"api@example.org\", algorithm=SHA-512-256", RIGHT,
	.method = "GET"},
    {"RFC 7616 3.9.2, the name itself",
	"Digest username=\"J\xc3\xa4s\xc3\xb8n Doe\", "
	"realm=\"api@example.org\", uri=\"/doe.json\", "
	"algorithm=SHA-512-256, "
	"nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "
	"nc=00000001, "
	"cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v\", qop=auth, "
	"response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb"
	"1cec68a5\", userhash=false",
	"Digest realm=\"api@example.org\", algorithm=SHA-512-256", RIGHT,
	.method = "GET"},
    {"no qop", /* MD5(MD5(4025:example.com:secret-4025):abcNonce:MD5(REGISTER:sip:example.com))
		*/
	SENT ", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"", OFFER, RIGHT},
    {"qop auth",
	SENT WITH_QOP ", response=\"2c8d45bdab5ae76810054f0001f01027\"", OFFER,
	RIGHT},
    {"no challenge seen",
	SENT WITH_QOP ", response=\"2c8d45bdab5ae76810054f0001f01027\"", NULL,
	RIGHT},
    {"algorithm in lower case",
	SENT WITH_QOP ", algorithm=md5"
		      ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, RIGHT},
    {"MD5",
	SENT WITH_QOP ", algorithm=MD5"
		      ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER ", algorithm=MD5", RIGHT},
    {"MD5 without qop",
	SENT ", cnonce=\"0a4f113b\", algorithm=MD5"
	     ", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"",
	OFFER ", algorithm=MD5", RIGHT},
    {"MD5-sess",
	SENT WITH_QOP ", algorithm=MD5-sess"
		      ", response=\"11af896de8bd80e42f557eb05aee7f71\"",
	OFFER ", algorithm=MD5-sess", RIGHT},
    {"MD5-sess without qop",
	SENT ", cnonce=\"0a4f113b\", algorithm=MD5-sess"
	     ", response=\"6991de23cd0fd62ca978f59c25ec8f09\"",
	OFFER ", algorithm=MD5-sess", RIGHT},
    {"SHA-256",
	SENT WITH_QOP
	", algorithm=SHA-256"
	", response=\"e1f9b837dbe4272fe9bf0cc126a8006917e24c55504c55d926e6e22c664857af\"",
	OFFER ", algorithm=SHA-256", RIGHT},
    {"SHA-256 without qop",
	SENT
	", cnonce=\"0a4f113b\", algorithm=SHA-256"
	", response=\"1fb1f977eeccbc174d2b895db42502567562fac2e4a530c114954a92866f28d5\"",
	OFFER ", algorithm=SHA-256", RIGHT},
    {"SHA-256-sess",
	SENT WITH_QOP
	", algorithm=SHA-256-sess"
	", response=\"61623d4d696a0acfb80c92e2de684b2fc0a85d7c8d85954b68133c2f1db1d28b\"",
	OFFER ", algorithm=SHA-256-sess", RIGHT},
    {"SHA-256-sess without qop",
	SENT
	", cnonce=\"0a4f113b\", algorithm=SHA-256-sess"
	", response=\"fef43b7bc19a3e13a40f50be937a166fba8c97a5c3e3182025e2803cfba410d6\"",
	OFFER ", algorithm=SHA-256-sess", RIGHT},
    {"SHA-512-256",
	SENT WITH_QOP
	", algorithm=SHA-512-256"
	", response=\"8d5ac4be796e1834d8b4a85620b89b2581c0675cb7307c086585405982509591\"",
	OFFER ", algorithm=SHA-512-256", RIGHT},
    {"SHA-512-256 without qop",
	SENT
	", cnonce=\"0a4f113b\", algorithm=SHA-512-256"
	", response=\"5794e067423c3502a8015970580416a84ec1f7b268cb7f232c3d18edbf5e763a\"",
	OFFER ", algorithm=SHA-512-256", RIGHT},
    {"SHA-512-256-sess",
	SENT WITH_QOP
	", algorithm=SHA-512-256-sess"
	", response=\"dc3ddfb455c54b85a4f9b1f28203f009c3a6a34a31d085de99e911f60ea0f135\"",
	OFFER ", algorithm=SHA-512-256-sess", RIGHT},
    {"SHA-512-256-sess without qop",
	SENT
	", cnonce=\"0a4f113b\", algorithm=SHA-512-256-sess"
	", response=\"4fa19e72e83e84b720afc8a05977851db5e5eb5d8ee4ee774424efc013c78c21\"",
	OFFER ", algorithm=SHA-512-256-sess", RIGHT},
    {"auth-int",
	SENT ", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"47015f149315dbecacf08b91a46475bf\"",
	OFFER, RIGHT, .body = "v=0"},
    {"auth-int, no body",
	SENT ", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"afef2bb7cb322b269a2f7eadc79dc8ef\"",
	OFFER, RIGHT},
    {"auth-int, body cut",
	SENT ", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"47015f149315dbecacf08b91a46475bf\"",
	OFFER, NOT_VERIFIABLE, .body = "v=", .body_cut = true},
    {"its own URI is not the request's",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:198.51.100.10:5060\"" WITH_QOP
	", response=\"4b656247ca5ad5f2c1f3b22ecf6dc58d\"",
	OFFER, RIGHT},
    {"escapes kept",
	"Digest username=\"a\\\"b\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"07c0f78b3f5e17cba6486a2d12beec57\"",
	OFFER, RIGHT},
    {"escapes dropped",
	"Digest username=\"a\\\"b\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"2a4f681ffe8a6549801175a37e29ec8b\"",
	OFFER, RIGHT},
    {"HA1 only",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"2131d35442840e41cee615232aac1a9b\"",
	OFFER, RIGHT},
    {"HA1 only, -sess",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", algorithm=MD5-sess"
	", response=\"23a06a1ade1e5501fd96763868809d28\"",
	OFFER ", algorithm=MD5-sess", RIGHT},
    {"HA1 of SHA-256",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", algorithm=SHA-256"
	", response=\"6f67c509749f95371fc4bed21caf8297483d89337b5b0fc2a41dcfe73f65de2c\"",
	OFFER ", algorithm=SHA-256", RIGHT},
    {"no HA1 of that",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", algorithm=SHA-512-256"
	", response=\"0117cff5d0e4ba35f9ce2b573c1db9a66c55486f64a5412980c38975f3047d8e\"",
	OFFER ", algorithm=SHA-512-256", NOT_VERIFIABLE},
    {"HA1 only, wrong",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"0fc007de169fdf783d90974edb6cd594\"",
	OFFER, WRONG(PASSWORD)},
    {"HA1 only, another URI",
	"Digest username=\"4026\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"99c697092c1381739eaaa16ba2934788\"",
	OFFER, WRONG(URI)},
    {"any realm",
	"Digest username=\"anywhere\", realm=\"R\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"ef99157a66d8f99d30b35d4bb1e21d8b\"",
	"Digest realm=\"R\""
	", nonce=\"abcNonce\", qop=\"auth\"",
	RIGHT},
    {"two challenges",
	SENT WITH_QOP
	", algorithm=SHA-256"
	", response=\"e1f9b837dbe4272fe9bf0cc126a8006917e24c55504c55d926e6e22c664857af\"",
	"Digest realm=\"other\""
	", nonce=\"abcNonce\", qop=\"auth\"\n" OFFER ", algorithm=SHA-256",
	RIGHT},
    {"wrong password",
	SENT WITH_QOP ", response=\"0a07405ccbe62b7b53b7b294c3d364e6\"", OFFER,
	WRONG(PASSWORD)},
    {"wrong password, no qop",
	SENT ", response=\"3a9a20316bed3740b6c989b1e459b460\"", OFFER,
	WRONG(PASSWORD)},
    {"wrong password, SHA-256",
	SENT WITH_QOP
	", algorithm=SHA-256"
	", response=\"58a5e592783b4c780c137152a72ca3a6a24c0ff85d74f1c5dfb95404ae6b0ab3\"",
	OFFER ", algorithm=SHA-256", WRONG(PASSWORD)},
    {"response is no hash", SENT WITH_QOP ", response=\"0\"", OFFER,
	NOT_VERIFIABLE},
    {"response of other characters",
	SENT WITH_QOP ", response=\"0123456789abcdefghijklmnopqrstuv\"", OFFER,
	NOT_VERIFIABLE},
    {"response is a hash of another length",
	SENT WITH_QOP ", algorithm=SHA-256"
		      ", response=\"0123456789abcdef0123456789abcdef\"",
	OFFER ", algorithm=SHA-256", WRONG(ALGORITHM)},
    {"password and blank",
	SENT WITH_QOP ", response=\"64bfb5f2063de53f2e4b739ed9b74266\"", OFFER,
	WRONG(PASSWORD_BLANKS)},
    {"password and line end",
	SENT WITH_QOP ", response=\"725b7acc8f73fab198e3b048ab25c6ce\"", OFFER,
	WRONG(PASSWORD_BLANKS)},
    {"password and CR LF",
	SENT WITH_QOP ", response=\"d17e163d50713844902682449d2bb8b1\"", OFFER,
	WRONG(PASSWORD_BLANKS)},
    {"password and blank before",
	SENT WITH_QOP ", response=\"3279df807e20242076e1ebe07269f216\"", OFFER,
	WRONG(PASSWORD_BLANKS)},
    {"blanks of the account",
	"Digest username=\"blanks\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"c8a96a49a69065326acef1b11e0ed405\"",
	OFFER, WRONG(PASSWORD_BLANKS)},
    {"realm is not the challenge's, and used",
	"Digest username=\"4025\", realm=\"pbx\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"a6d7295ed367aed849e247bd974eb57d\"",
	OFFER, WRONG(REALM)},
    {"realm is not the challenge's, and not used",
	"Digest username=\"4025\", realm=\"pbx\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(REALM)},
    {"realm of the To",
	SENT WITH_QOP ", response=\"7260ab5579ed8dff422b1769a0ca6d36\"", OFFER,
	WRONG(REALM), .to = "sip:4025@to.example.net"},
    {"empty realm",
	SENT WITH_QOP ", response=\"102b19247cc08814ee3e071f0835f498\"", OFFER,
	WRONG(REALM)},
    {"user with domain computed",
	SENT WITH_QOP ", response=\"0a5731b193458f34e6d8cc5da3f2ca61\"", OFFER,
	WRONG(USERNAME)},
    {"user without domain computed",
	"Digest username=\"full@example.com\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"cc618f4d306be20f78c6bf20612be829\"",
	OFFER, WRONG(USERNAME)},
    {"user with domain sent, all else right",
	"Digest username=\"4025@example.com\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"0a5731b193458f34e6d8cc5da3f2ca61\"",
	OFFER, WRONG(USERNAME)},
    {"user of the To computed",
	SENT WITH_QOP ", response=\"f048cb1fabdad454081e1571ec1cb041\"", OFFER,
	WRONG(USERNAME), .to = "sip:7777@example.com"},
    {"user of the To is the account",
	"Digest username=\"+15551234025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"deb0fc3b158b6823fa1977c9a61c4839\"",
	OFFER, WRONG(USERNAME)},
    {"user of the To is the account, wrong",
	"Digest username=\"+15551234025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"e6c0c0b6ea68a0d4d363ef61adbbc59b\"",
	OFFER, UNKNOWN_USER},
    {"SHA-256 said, MD5 computed",
	SENT WITH_QOP ", algorithm=SHA-256"
		      ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER ", algorithm=SHA-256", WRONG(ALGORITHM)},
    {"MD5 said, SHA-256 computed",
	SENT WITH_QOP
	", algorithm=MD5"
	", response=\"e1f9b837dbe4272fe9bf0cc126a8006917e24c55504c55d926e6e22c664857af\"",
	OFFER, WRONG(ALGORITHM)},
    {"MD5-sess said, MD5 computed",
	SENT WITH_QOP ", algorithm=MD5-sess"
		      ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER ", algorithm=MD5-sess", WRONG(ALGORITHM)},
    {"MD5 said, MD5-sess computed",
	SENT WITH_QOP ", algorithm=MD5"
		      ", response=\"11af896de8bd80e42f557eb05aee7f71\"",
	OFFER, WRONG(ALGORITHM)},
    {"not the algorithm of the challenge",
	SENT WITH_QOP
	", algorithm=SHA-256"
	", response=\"e1f9b837dbe4272fe9bf0cc126a8006917e24c55504c55d926e6e22c664857af\"",
	OFFER, WRONG(ALGORITHM)},
    {"Request-URI computed",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com:5060;transport=udp\"" WITH_QOP
	", response=\"2d669c1a1b743d8ca90411a9bf51fb47\"",
	OFFER, WRONG(URI), .uri = "sip:sbc.example.com"},
    {"To URI computed",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com:5060;transport=udp\"" WITH_QOP
	", response=\"2e445d17c681403dc4019e86c77c4350\"",
	OFFER, WRONG(URI)},
    {"URI without parameters",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com:5060;transport=udp\"" WITH_QOP
	", response=\"c01b39848141f4873a42910c28489717\"",
	OFFER, WRONG(URI)},
    {"URI without port",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com:5060;transport=udp\"" WITH_QOP
	", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(URI), .uri = "sip:sbc.example.com"},
    {"Request-URI without parameters",
	SENT WITH_QOP ", response=\"2d669c1a1b743d8ca90411a9bf51fb47\"", OFFER,
	WRONG(URI), .uri = "sip:sbc.example.com;lr"},
    {"URI with a port",
	SENT WITH_QOP ", response=\"c01b39848141f4873a42910c28489717\"", OFFER,
	WRONG(URI)},
    {"URI with transport",
	SENT WITH_QOP ", response=\"23ec9389cc45a911866d5237d1ca2375\"", OFFER,
	WRONG(URI)},
    {"URI of the realm",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:4025@192.0.2.9\"" WITH_QOP
	", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(URI), .uri = "sip:192.0.2.9"},
    {"no URI",
	"Digest username=\"4025\", realm=\"example.com\""
	", nonce=\"abcNonce\"" WITH_QOP
	", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(URI)},
    {"as without qop",
	SENT WITH_QOP ", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"", OFFER,
	WRONG(QOP)},
    {"qop computed, not sent",
	SENT ", nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(QOP)},
    {"auth computed for auth-int",
	SENT ", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(QOP), .body = "v=0"},
    {"auth-int without the body",
	SENT ", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"03cfb511f9a59c4b81a1c1b0174a4e3e\"",
	OFFER, WRONG(QOP), .body = "v=0"},
    {"the list of qops",
	SENT ", qop=\"auth,auth-int\", nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(QOP)},
    {"qop that nobody knows",
	SENT ", qop=secret, nc=00000001, cnonce=\"0a4f113b\""
	     ", response=\"b2176d47dbd977e90547df8112291f2b\"",
	OFFER, NOT_VERIFIABLE},
    {"nc without zeros",
	SENT WITH_QOP ", response=\"b4a2113a9869a92a979292779af33f83\"", OFFER,
	WRONG(NC)},
    {"nc sent without zeros",
	SENT ", qop=auth, nc=1, cnonce=\"0a4f113b\""
	     ", response=\"2c8d45bdab5ae76810054f0001f01027\"",
	OFFER, WRONG(NC)},
    {"nc of the next",
	SENT WITH_QOP ", response=\"ef4a4336164d5226fff602ccdc33be97\"", OFFER,
	WRONG(NC)},
    {"nc in quotes",
	SENT WITH_QOP ", response=\"368e512968d515b5039953770a2b29dc\"", OFFER,
	WRONG(NC)},
    {"nc in upper case",
	SENT ", qop=auth, nc=0000000a, cnonce=\"0a4f113b\""
	     ", response=\"11540e2824bd058fd0af903f4a6b7a9c\"",
	OFFER, WRONG(NC)},
    {"cnonce left out",
	SENT WITH_QOP ", response=\"5d8c5c0bd1276dd9bd64934c7f457397\"", OFFER,
	WRONG(CNONCE)},
    {"cnonce in quotes",
	SENT WITH_QOP ", response=\"72518818bd8f604eef9e1b86ee050b51\"", OFFER,
	WRONG(CNONCE)},
    {"method of another",
	SENT WITH_QOP ", response=\"17362962c159b0789505e041c4350750\"", OFFER,
	WRONG(METHOD)},
    {"response in upper case",
	SENT WITH_QOP ", response=\"2C8D45BDAB5AE76810054F0001F01027\"", OFFER,
	WRONG(CASE)},
    {"HA1 in upper case",
	SENT WITH_QOP ", response=\"7fbb52feca168184a8bf7a21d2bd1368\"", OFFER,
	WRONG(CASE)},
    {"unknown user",
	"Digest username=\"nobody\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"fc514964610b8cc72a39aefe93b3b694\"",
	OFFER, UNKNOWN_USER, .to = "sip:nobody@example.com"},
    {"known user, unknown realm",
	"Digest username=\"4025\", realm=\"pbx\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\"" WITH_QOP
	", response=\"02ee59cbe6d0d19b2422626c065167fb\"",
	"Digest realm=\"pbx\""
	", nonce=\"abcNonce\", qop=\"auth\"",
	UNKNOWN_USER},
    {"RES",
	"Digest username=\"aka\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\", algorithm=AKAv1-MD5"
	", response=\"0dfee7e8654aedcfe2f3035c3707a05d\"",
	OFFER ", algorithm=AKAv1-MD5", RIGHT},
    {"RES of another challenge",
	"Digest username=\"aka\", realm=\"example.com\""
	", nonce=\"abcNonce\", uri=\"sip:example.com\", algorithm=AKAv1-MD5"
	", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"",
	OFFER ", algorithm=AKAv1-MD5", NOT_VERIFIABLE},
    {"AKA and a password",
	SENT ", algorithm=AKAv1-MD5"
	     ", response=\"e60b50e1167d1d1df4f62858224c04a3\"",
	OFFER ", algorithm=AKAv1-MD5", NOT_VERIFIABLE},
    {"AKAv2",
	SENT ", algorithm=AKAv2-MD5"
	     ", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"",
	OFFER, NOT_VERIFIABLE},
    {"algorithm that nobody knows",
	SENT ", algorithm=SHA3-256"
	     ", response=\"8e54cda2a9bfc91c576b077de7adf6bb\"",
	OFFER, NOT_VERIFIABLE},
    {"Basic", "Basic NDAyNTpzZWNyZXQtNDAyNQ==", NULL, NOT_VERIFIABLE},
    {"Bearer", "Bearer abc", NULL, NOT_VERIFIABLE},
    {"IMS, before the challenge",
	"Digest username=\"4025\", realm=\"example.com\", "
	"uri=\"sip:example.com\", nonce=\"\", response=\"\"",
	NULL, NOT_VERIFIABLE},
};

static struct auth_accounts *
accounts(const char *text)
{
	struct auth_problem why;
	struct auth_accounts *a = auth_accounts_parse(rs_span_str(text), &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(why.trouble, AUTH_TROUBLE_NONE);
	return a;
}

static struct sip_digest_answer
ask(struct auth_verifier *v, const struct row *r)
{
	struct sip_auth auth, offer;
	struct sip_digest_offer offers[4];
	size_t n = 0;
	CU_ASSERT_FATAL(sip_auth_parse(&auth, rs_span_str(r->credentials)));
	struct rs_span rest = rs_span_str(r->challenges);
	while (rest.n) {
		size_t end = rs_span_find(rest, '\n');
		CU_ASSERT_FATAL(
		    sip_auth_parse(&offer, rs_span_part(rest, 0, end)));
		offers[n++] = (struct sip_digest_offer){
		    offer.realm, offer.algorithm, offer.qop};
		rest = rs_span_from(rest, end + 1);
	}
	const struct sip_digest_question q = {
	    .auth = &auth,
	    .method = rs_span_str(r->method ? r->method : "REGISTER"),
	    .uri = rs_span_str(r->uri ? r->uri : "sip:example.com"),
	    .to_uri = rs_span_str(r->to ? r->to : "sip:4025@example.com"),
	    .from_uri = rs_span_str(r->to ? r->to : "sip:4025@example.com"),
	    .body = rs_span_str(r->body),
	    .body_cut = r->body_cut,
	    .offers = offers,
	    .n_offers = n,
	};
	struct sip_digest_verifier lent = auth_verifier_lend(v);
	return lent.check(lent.arg, &q);
}

static void
expect(struct auth_verifier *v, const struct row *r)
{
	unit_row(r->name);
	struct sip_digest_answer x = ask(v, r);
	CU_ASSERT_EQUAL(x.result, r->want.result);
	CU_ASSERT_EQUAL(x.part, r->want.part);
}

static void
test_rows(void)
{
	struct auth_accounts *a = accounts(accounts_text);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct auth_verifier *v = auth_verifier_new(a);
		expect(v, &rows[i]);
		expect(v, &rows[i]); /* and again, what it remembers or not */
		auth_verifier_free(v);
	}
	auth_accounts_free(a);
}

#define ROUND(n, c, count, more)                                               \
 "Digest username=\"4025\", realm=\"example.com\", uri=\"sip:example.com\", "  \
 "qop=auth, nc=" count ", nonce=\"" n "\", cnonce=\"" c "\"" more

/* What is remembered of the round before. */
static void
test_rounds(void)
{
	static const struct row first = {"first",
	    ROUND("n1", "c1", "00000001",
		", response=\"465afb7446e19d83e04c12ef8fe880f0\""),
	    NULL, RIGHT};
	static const struct row later[] = {
	    {"cnonce of the round before",
		ROUND("n2", "c2", "00000001",
		    ", response=\"c419810532bbe71d66270954280baeeb\""),
		NULL, WRONG(CNONCE)},
	    {"nonce of the round before",
		ROUND("n2", "c2", "00000001",
		    ", response=\"c7e84a20ab6e5daeaf57b8be9aa206aa\""),
		NULL, WRONG(NONCE)},
	};
	/* RFC 7616 3.4.2: A1 stays that of the first request. */
	static const struct row session[] = {
	    {"session",
		ROUND("n1", "c1", "00000001",
		    ", algorithm=MD5-sess, "
		    "response=\"abf777f19d19c55079967e7d0323866b\""),
		NULL, RIGHT},
	    {"session, the next",
		ROUND("n1", "c2", "00000002",
		    ", algorithm=MD5-sess, "
		    "response=\"9910d8b84797126a731795cd053a7946\""),
		NULL, RIGHT},
	};
	struct auth_accounts *a = accounts(accounts_text);
	struct auth_verifier *v;
	for (size_t i = 0; i < 2; i++) {
		v = auth_verifier_new(a);
		expect(v, &first);
		expect(v, &later[i]);
		auth_verifier_free(v);
		v = auth_verifier_new(a); /* without a round before */
		unit_row("nothing is remembered");
		CU_ASSERT_EQUAL(ask(v, &later[i]).part, SIP_DIGEST_PASSWORD);
		auth_verifier_free(v);
	}
	v = auth_verifier_new(a);
	expect(v, &session[0]);
	expect(v, &session[1]);
	auth_verifier_free(v);
	auth_accounts_free(a);
}

/* Values that are too long to be a phone's cost nothing, and break nothing. */
static void
test_long(void)
{
	static char text[3000], credentials[8000];
	struct auth_accounts *a = accounts(accounts_text);
	struct auth_verifier *v = auth_verifier_new(a);
	static const char *const names[] = {
	    "username", "realm", "nonce", "uri", "nc", "cnonce", "qop"};
	memset(text, 'a', sizeof text - 1);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(credentials, sizeof credentials,
		    "Digest %s=\"%s\", username=\"4025\", nonce=n, "
		    "realm=\"example.com\", response=\"0123456789abcdef0123456789abcdef\"",
		    names[i], text);
		struct row r = {names[i], credentials, NULL, NOT_VERIFIABLE};
		expect(v, &r);
	}
	/* of a length that is just allowed, and all escapes */
	memset(text, '\\', 1024);
	text[1024] = 0;
	snprintf(credentials, sizeof credentials,
	    "Digest username=\"%s\", nonce=n, cnonce=\"%s\", "
	    "realm=\"example.com\", "
	    "response=\"0123456789abcdef0123456789abcdef\"",
	    text, text);
	struct row r = {"escapes", credentials, NULL, UNKNOWN_USER, .to = "x"};
	expect(v, &r);
	auth_verifier_free(v);
	auth_accounts_free(a);
}

/* ---- the file */

static void
test_accounts(void)
{
	struct auth_accounts *a = accounts(accounts_text);
	struct rs_span none = {NULL, 0};
	unit_row("found");
	CU_ASSERT_EQUAL(auth_accounts_n(a), 10);
	const struct auth_account *x = auth_accounts_find(
	    a, RS_LIT("Mufasa"), RS_LIT("testrealm@host.com"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT(rs_span_eq(x->password, RS_LIT("Circle Of Life")));
	CU_ASSERT_PTR_NULL(auth_accounts_find(a, RS_LIT("Mufasa"), none));
	CU_ASSERT_PTR_NULL(
	    auth_accounts_find(a, RS_LIT("4025"), RS_LIT("Example.com")));
	x = auth_accounts_find(a, RS_LIT("anywhere"), RS_LIT("x"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT_PTR_NULL(x->realm.p);
	CU_ASSERT_EQUAL(x->password.n, 1); /* without the CR */
	x = auth_accounts_find(a, RS_LIT("blanks"), RS_LIT("example.com"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT(rs_span_eq(x->password, RS_LIT(" b ")));
	auth_accounts_free(a);

	static const char odd[] = "\xef\xbb\xbf[a@b@c]\npassword = \\n=#;\"\n"
				  "[a]\npassword=\n[a@]\npassword=\"\"";
	a = accounts(odd);
	unit_row("odd");
	x = auth_accounts_find(a, RS_LIT("a@b"), RS_LIT("c"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT(rs_span_eq(x->password, RS_LIT("\\n=#;\"")));
	x = auth_accounts_find(a, RS_LIT("a"), RS_LIT("z"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT(x->password.p != NULL && x->password.n == 0);
	x = auth_accounts_find(a, RS_LIT("a"), RS_LIT(""));
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT(x->realm.p != NULL);
	auth_accounts_free(a);
}

static void
test_bad_files(void)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *what; /* part of it */
	} bad[] = {
	    {"", 0, "no account"},
	    {"# nothing\n\n", 0, "no account"},
	    {"password = hunter2\n", 1, "before the first"},
	    {"[a@b]\npassword: hunter2\n", 2, "key = value"},
	    {"[a@b]\nhunter2 = x\n", 2, "no such key"},
	    {"[a@b]\n\n[c@d]\npassword = hunter2\n", 1, "no key password"},
	    {"[c@d]\npassword = hunter2\n[a@b]\n", 3, "no key password"},
	    {"[a@b\npassword = hunter2\n", 1, "[user@realm]"},
	    {"[]\npassword = hunter2\n", 1, "[user@realm]"},
	    {"[@b]\npassword = hunter2\n", 1, "no user"},
	    {"[a@b]\nha1 = 0123\n", 2, "32 hex"},
	    {"[a@b]\nha1 = 0123456789abcdef0123456789abcdeg\n", 2, "32 hex"},
	    {"[a@b]\nha1-sha-256 = 0123456789abcdef0123456789abcdef\n", 2,
		"64 hex"},
	    {"[a]\nha1 = 0123456789abcdef0123456789abcdef\n", 1, "realm"},
	    {"[a@b]\nres = 123\n", 2, "RES"},
	    {"[a@b]\nres =\n", 2, "RES"},
	    {"[a@b]\npassword=hunter2\n[c@d]\npassword=\n[a@b]\npassword=x\n",
		5, "twice"},
	    {"[a]\npassword=hunter2\n[b]\nuser=a\npassword=x\n", 3, "twice"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct auth_problem why;
		unit_row(bad[i].text);
		CU_ASSERT_PTR_NULL(
		    auth_accounts_parse(rs_span_str(bad[i].text), &why));
		CU_ASSERT_EQUAL(why.trouble, AUTH_BAD_FILE);
		CU_ASSERT_EQUAL(why.line, bad[i].line);
		CU_ASSERT_PTR_NOT_NULL_FATAL(why.what);
		CU_ASSERT_PTR_NOT_NULL(strstr(why.what, bad[i].what));
		CU_ASSERT_PTR_NULL(strstr(why.what, "hunter2"));
	}
	struct auth_problem why;
	unit_row("bytes");
	CU_ASSERT_PTR_NULL(
	    auth_accounts_parse(RS_LIT("[a@b]\npassword=a\0b\n"), &why));
	CU_ASSERT_EQUAL(why.line, 2);
	static char text[4000];
	memset(text, 'a', sizeof text - 1);
	memcpy(text, "[a@b]\npassword=", 15);
	CU_ASSERT_PTR_NULL(auth_accounts_parse(rs_span_str(text), &why));
	text[1200] = 0;
	CU_ASSERT_PTR_NULL(auth_accounts_parse(rs_span_str(text), &why));
	CU_ASSERT_EQUAL(why.line, 2);
	text[1000] = 0;
	struct auth_accounts *a = auth_accounts_parse(rs_span_str(text), &why);
	CU_ASSERT_PTR_NOT_NULL(a);
	auth_accounts_free(a);
}

static void
test_load(void)
{
	char path[] = "/tmp/regscan-test-XXXXXX";
	int fd = mkstemp(path);
	struct auth_problem why;
	CU_ASSERT_FATAL(fd >= 0);
	unit_row("load");
	CU_ASSERT_EQUAL(write(fd, accounts_text, sizeof accounts_text - 1),
	    sizeof accounts_text - 1);
	struct auth_accounts *a = auth_accounts_load(path, &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(auth_accounts_n(a), 10);
	auth_accounts_free(a);
	CU_ASSERT_EQUAL(fchmod(fd, 0644), 0);
	CU_ASSERT_PTR_NULL(auth_accounts_load(path, &why));
	CU_ASSERT_EQUAL(why.trouble, AUTH_OTHERS_READ);
	CU_ASSERT_EQUAL(fchmod(fd, 0640), 0);
	CU_ASSERT_EQUAL(ftruncate(fd, 17 << 20), 0);
	CU_ASSERT_PTR_NULL(auth_accounts_load(path, &why));
	CU_ASSERT_EQUAL(why.trouble, AUTH_CANNOT_READ);
	CU_ASSERT_EQUAL(ftruncate(fd, 0), 0);
	CU_ASSERT_PTR_NULL(auth_accounts_load(path, &why));
	CU_ASSERT_EQUAL(why.trouble, AUTH_BAD_FILE);
	close(fd);
	unlink(path);
	CU_ASSERT_PTR_NULL(auth_accounts_load(path, &why));
	CU_ASSERT_EQUAL(why.trouble, AUTH_CANNOT_READ);
	CU_ASSERT(why.error != 0);
	CU_ASSERT_PTR_NULL(auth_accounts_load("/", &why));
	CU_ASSERT_EQUAL(why.trouble, AUTH_CANNOT_READ);
}

UNIT_MAIN("digest", UNIT(test_rows), UNIT(test_rounds), UNIT(test_long),
    UNIT(test_accounts), UNIT(test_bad_files), UNIT(test_load))
