/* SPDX-License-Identifier: Apache-2.0 */
#include "track/reading.h"

#include "sip/msg.h"
#include "track/table.h"

#include <stddef.h>

bool
reading_applies(const struct rs_event *ev)
{
	return ev->type == RS_EV_SIP_MESSAGE &&
	       ev->u.sip_message->method == SIP_METHOD_REGISTER;
}

int64_t
reading_seconds(const struct sip_contact *c, const struct sip_msg *m)
{
	uint32_t s;
	if (c && c->has_expires)
		return c->expires;
	if (c && c->bad_expires)
		return REC_ABSENT;
	struct rs_span v = sip_msg_header(m, SIP_HDR_EXPIRES);
	return v.p && sip_seconds_parse(&s, v) ? (int64_t)s : REC_ABSENT;
}

/* ---- credentials and challenges ---- */

/* Credentials, and not what IMS phones send first: a user name with an empty
   nonce and response (3GPP TS 24.229 5.1.1.2). */
static bool
is_credentials(const struct sip_auth *auth)
{
	return auth->scheme != SIP_AUTH_DIGEST || auth->response.n > 0;
}

static uint64_t
hash_nonce(struct rs_span nonce, const struct rs_hash_seed *seed)
{
	struct table_key b;
	table_key_init(&b, seed);
	table_key_text(&b, nonce);
	return nonce.n ? table_key_hash(&b) : 0;
}

static void
read_auths(struct reading *to, const struct sip_msg *m,
    const struct rs_hash_seed *seed)
{
	static const enum sip_hdr ids[2][2] = {
	    {SIP_HDR_WWW_AUTHENTICATE, SIP_HDR_PROXY_AUTHENTICATE},
	    {SIP_HDR_AUTHORIZATION, SIP_HDR_PROXY_AUTHORIZATION}};
	to->n_auth = 0;
	for (unsigned i = 0; i < 2; i++) {
		const enum sip_hdr id = ids[m->request][i];
		struct rs_span v;
		size_t at = 0;
		while (to->n_auth < READING_AUTHS &&
		       (v = sip_msg_next(m, id, &at)).p) {
			struct sip_auth *auth = &to->auth[to->n_auth];
			if (!sip_auth_parse(auth, v) ||
			    (m->request && !is_credentials(auth)))
				continue;
			to->nonces[to->n_auth] = hash_nonce(auth->nonce, seed);
			to->proxy[to->n_auth++] = i == 1;
		}
	}
}

/* ---- contacts ---- */

static void
read_contacts(struct reading *to, const struct sip_msg *m)
{
	struct sip_contact_it it = sip_contact_first(m);
	to->n_contacts = 0;
	while (sip_contact_next(&it, &to->contacts[to->n_contacts]))
		if (++to->n_contacts == READING_CONTACTS) {
			to->more = it;
			break;
		}
}

/* user@host of a URI into a key: host in lower case (RFC 3261 19.1.4), no
   scheme, port or parameters. */
static void
key_uri(struct table_key *b, const struct sip_addr *a)
{
	if (!a->uri_ok || a->uri.host.n == 0 || a->uri.host.n > 255) {
		table_key_text(b, a->uri_text);
		return;
	}
	uint8_t host[255];
	for (size_t i = 0; i < a->uri.host.n; i++)
		host[i] = rs_ascii_lower(a->uri.host.p[i]);
	table_key_text(b, a->uri.user);
	table_key_text(b, (struct rs_span){host, a->uri.host.n});
}

/* A removal leaves nothing bound. */
static bool
is_removal(const struct reading *r, const struct sip_msg *m)
{
	for (uint32_t i = 0; i < r->n_contacts; i++)
		if (reading_seconds(&r->contacts[i], m) != 0)
			return false;
	return true;
}

static void
key_contact(struct reading *r, struct table_key *b, const struct sip_msg *m)
{
	const struct sip_contact *c = r->contacts;
	r->kind = REC_REG_KIND_NONE;
	if (r->n_contacts == 0) {
		r->kind = REC_QUERY;
		table_key_number(b, 0);
	} else if (c->star) {
		r->kind = REC_REMOVAL;
		table_key_number(b, 1);
	} else {
		if (c->instance.n) { /* RFC 5626 6 */
			table_key_number(b, 2);
			table_key_text(b, c->instance);
			table_key_text(b, c->reg_id);
		} else {
			table_key_number(b, 3);
			key_uri(b, &c->addr);
		}
		if (is_removal(r, m))
			r->kind = REC_REMOVAL;
	}
}

/* ---- keys ---- */

static uint64_t
hop_of(const struct rs_hash_seed *seed, const struct sip_msg *m,
    uint64_t call_id, const struct sip_addr *to)
{
	struct rs_span user =
	    to->uri_ok && to->uri.user.n ? to->uri.user : to->uri_text;
	struct table_key b;
	if (sip_msg_header(m, SIP_HDR_CALL_ID).n == 0 || user.n == 0 ||
	    m->flaws & SIP_FLAW_NO_CSEQ)
		return 0;
	table_key_init(&b, seed);
	table_key_pair(&b, call_id, m->cseq);
	table_key_text(&b, user);
	return table_key_hash(&b);
}

uint64_t
reading_hop(const struct rs_hash_seed *seed, const struct sip_msg *m)
{
	struct sip_addr to;
	struct table_key b;
	if (!sip_addr_parse(&to, sip_msg_header(m, SIP_HDR_TO)))
		return 0;
	table_key_init(&b, seed);
	table_key_text(&b, sip_msg_header(m, SIP_HDR_CALL_ID));
	return hop_of(seed, m, table_key_hash(&b), &to);
}

/* Call-ID, and what txn.c tells transactions by; b has the seed. */
static void
key_transaction(struct reading *r, struct table_key b, const struct sip_msg *m,
    const struct rs_addr *client)
{
	table_key_text(&b, sip_msg_header(m, SIP_HDR_CALL_ID));
	r->call_id = table_key_hash(&b);
	table_key_addr(&b, client);
	table_key_pair(&b, m->cseq, r->via.port);
	table_key_text(&b, r->via.branch);
	table_key_text(&b, r->via.host);
	if (!r->via.cookie) { /* RFC 3261 17.2.3 */
		struct sip_addr from;
		struct rs_span tag = {NULL, 0};
		if (sip_addr_parse(&from, sip_msg_header(m, SIP_HDR_FROM)))
			tag = sip_addr_tag(&from);
		table_key_text(&b, tag);
	}
	r->transaction = table_key_hash(&b);
}

static void
key_attempt(struct reading *r, struct table_key b, const struct sip_msg *m,
    const struct rs_addr *client)
{
	table_key_addr(&b, client);
	key_uri(&b, &r->to);
	struct table_key all = b;
	key_contact(r, &b, m);
	r->attempt = table_key_hash(&b);
	table_key_number(&all, 1);
	r->attempt_at_all = table_key_hash(&all);
}

size_t
reading_take(struct reading *to, const struct rs_event *ev,
    const struct rs_hash_seed *seed)
{
	const struct sip_msg *m = ev->u.sip_message;
	/* Whoever sends the request, and gets the response, is the client,
	   whatever side of the flow that is. */
	const enum rs_dir from = m->request ? ev->dir : rs_dir_other(ev->dir);
	const struct rs_addr *client = &ev->flow->end[from].addr;
	struct table_key b;
	/* One by one: most of it is room for contacts. */
	if (!sip_via_parse(&to->via, sip_msg_header(m, SIP_HDR_VIA)))
		to->via = (struct sip_via){0};
	read_auths(to, m, seed);
	read_contacts(to, m);
	table_key_init(&b, seed);
	key_transaction(to, b, m, client);
	if (m->request) {
		if (!sip_addr_parse(&to->to, sip_msg_header(m, SIP_HDR_TO)))
			to->to = (struct sip_addr){0};
		key_attempt(to, b, m, client);
		to->hop = hop_of(seed, m, to->call_id, &to->to);
	}
	return offsetof(struct reading, contacts) +
	       to->n_contacts * sizeof *to->contacts;
}
