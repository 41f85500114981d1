/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone and its registrar say: REGISTER and its answers, with the
 * headers that desk phones send and SBCs answer with (RFC 3261 10, RFC 5626,
 * RFC 8760).  A message is a function of the phone's state alone, so that a
 * retransmission is the same bytes.
 *
 * No password is behind the digests: they are numbers.
 */
#include "gen.h"

#define REALM "example.com"

struct model {
	const char *agent, *oui;
};

static const struct model models[] = {
    {"Cisco-CP-8851-3PCC/12.0.3_00d4bf7a1c20", "00d4bf"},
    {"Cisco-CP-7841-3PCC/11.3.7_2c31246f9a11", "2c3124"},
    {"Cisco-DP-9861/3.2.1 (00a5bf3d; Webex)", "00a5bf"},
    {"PolyEdge-E350-UA/8.2.0.3234", "64167f"},
};

static const struct model *
model_of(const struct sip_phone *p)
{
	uint64_t pick = gen_mix(p->index) % (sizeof models / sizeof *models);

	return &models[pick];
}

static void
put_ip(struct blob *b, uint32_t ip)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		blob_number(b, ip >> shift & 255);
		if (shift > 0)
			blob_text(b, ".");
	}
}

static void
put_user(struct blob *b, const struct sip_phone *p)
{
	blob_text(b, "u");
	blob_number(b, 100000 + p->index);
}

/* The part of Via, From, To, Call-ID and CSeq that both sides send. */
static void
put_common(struct blob *b, const struct sip_phone *p, bool answer)
{
	blob_text(b, "Via: SIP/2.0/");
	blob_text(b, p->tcp ? "TCP " : "UDP ");
	put_ip(b, p->self.ip);
	blob_text(b, ":");
	blob_number(b, p->self.port);
	blob_text(b, ";branch=z9hG4bK-");
	blob_hex(b, p->branch, 16);
	blob_text(b, ";rport");
	if (answer) { /* RFC 3581 4 */
		blob_text(b, "=");
		blob_number(b, p->self.port);
		blob_text(b, ";received=");
		put_ip(b, p->self.ip);
	}
	blob_text(b, "\r\nFrom: \"Phone ");
	blob_number(b, 100000 + p->index);
	blob_text(b, "\" <sip:");
	put_user(b, p);
	blob_text(b, "@" REALM ">;tag=");
	blob_hex(b, gen_mix(p->call), 16);
	blob_text(b, "o0\r\nTo: \"Phone ");
	blob_number(b, 100000 + p->index);
	blob_text(b, "\" <sip:");
	put_user(b, p);
	blob_text(b, "@" REALM ">");
	if (answer) {
		blob_text(b, ";tag=");
		blob_hex(b, gen_mix(p->branch), 12);
	}
	blob_text(b, "\r\nCall-ID: ");
	blob_hex(b, p->call, 8);
	blob_text(b, "-");
	blob_hex(b, p->call >> 32, 8);
	blob_text(b, "@");
	put_ip(b, p->self.ip);
	blob_text(b, "\r\nCSeq: ");
	blob_number(b, p->cseq);
	blob_text(b, " REGISTER\r\n");
}

static void
put_contact(struct blob *b, const struct sip_phone *p, unsigned expires)
{
	const struct model *m = model_of(p);

	blob_text(b, "Contact: <sip:");
	put_user(b, p);
	blob_text(b, "@");
	put_ip(b, p->self.ip);
	blob_text(b, ":");
	blob_number(b, p->self.port);
	blob_text(b, p->tcp ? ";transport=tcp>" : ">");
	blob_text(b, ";expires=");
	blob_number(b, expires);
	blob_text(b, ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-");
	blob_text(b, m->oui);
	blob_hex(b, gen_mix(p->index), 6);
	blob_text(b, ">\";reg-id=1\r\n");
}

static void
put_authorization(struct blob *b, const struct sip_phone *p)
{
	uint64_t x = gen_mix(p->nonce ^ p->cseq);

	blob_text(b, "Authorization: Digest username=\"");
	put_user(b, p);
	blob_text(b, "\",realm=\"" REALM "\",nonce=\"");
	blob_hex(b, p->nonce, 16);
	blob_hex(b, gen_mix(p->nonce), 16);
	blob_text(b, "\",uri=\"sip:" REALM "\",algorithm=MD5,response=\"");
	blob_hex(b, x, 16);
	blob_hex(b, gen_mix(x), 16);
	blob_text(b, "\",qop=auth,cnonce=\"");
	blob_hex(b, gen_mix(x + 1), 8);
	blob_text(b, "\",nc=00000001\r\n");
}

void
sip_register(struct blob *b, const struct sip_phone *p)
{
	b->n = 0;
	blob_text(b, "REGISTER sip:" REALM " SIP/2.0\r\n");
	put_common(b, p, false);
	blob_text(b, "Max-Forwards: 70\r\n");
	if (p->credentials)
		put_authorization(b, p);
	put_contact(b, p, 3600);
	blob_text(b, "User-Agent: ");
	blob_text(b, model_of(p)->agent);
	blob_text(b, "\r\nSession-ID: ");
	blob_hex(b, gen_mix(p->call + 1), 16);
	blob_hex(b, gen_mix(p->call + 2), 16);
	blob_text(b,
	    ";remote=00000000000000000000000000000000\r\n"
	    "Allow: ACK, BYE, CANCEL, INFO, INVITE, NOTIFY, OPTIONS, PRACK, "
	    "REFER, UPDATE, MESSAGE\r\n"
	    "Allow-Events: hold,talk,conference\r\n"
	    "Supported: replaces, sec-agree, record-aware, outbound, path\r\n"
	    "Content-Length: 0\r\n\r\n");
}

static void
put_challenge(struct blob *b, const struct sip_phone *p)
{
	blob_text(b, "WWW-Authenticate: Digest realm=\"" REALM
		     "\",qop=\"auth\",nonce=\"");
	blob_hex(b, p->nonce, 16);
	blob_hex(b, gen_mix(p->nonce), 16);
	blob_text(b, "\",algorithm=MD5,stale=FALSE\r\n");
}

void
sip_answer(struct blob *b, const struct sip_phone *p, unsigned status)
{
	b->n = 0;
	blob_text(b, "SIP/2.0 ");
	blob_number(b, status);
	if (status == 100)
		blob_text(b, " Trying\r\n");
	else if (status == 200)
		blob_text(b, " OK\r\n");
	else if (status == 401)
		blob_text(b, " Unauthorized\r\n");
	else
		blob_text(b, " Forbidden\r\n");
	put_common(b, p, true);
	if (status == 401)
		put_challenge(b, p);
	if (status == 200) {
		put_contact(b, p, 120);
		blob_text(b, "Require: outbound\r\n"
			     "Path: <sip:edge.example.com;lr;ob>\r\n"
			     "Service-Route: <sip:core.example.com;lr>\r\n"
			     "P-Associated-URI: <sip:");
		put_user(b, p);
		blob_text(b,
		    "@" REALM ">\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
	}
	if (status != 100)
		blob_text(b,
		    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER, INFO, "
		    "PRACK, SUBSCRIBE, NOTIFY, UPDATE, REFER\r\n"
		    "Server: Example-SBC/7.4.2\r\n");
	blob_text(b, "Content-Length: 0\r\n\r\n");
}
