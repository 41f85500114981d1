/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From TLS messages to the fields of a handshake's record.
 *
 * Every list is bounded here: a hostile handshake fills its record and no more.
 * Text that is a constant stays where it is; what is from the wire is copied
 * into the handshake's arena.
 */
#include "track/handshake_state.h"

#include "base/certname.h"
#include "base/cursor.h"

#include <stdio.h>

enum { MAX_ALPN = 16, MAX_NAME = 512 };

static const struct {
	size_t most;
	const char *(*name)(uint16_t);
} offers[OFFER_N] = {
    [OFFER_VERSIONS] = {16, tls_version_name},
    [OFFER_CIPHERS] = {128, tls_cipher_name},
    [OFFER_GROUPS] = {64, tls_group_name},
};

static struct rs_span
text(struct shake *s, struct rs_span t)
{
	return rec_arena_text(&s->arena, rs_span_part(t, 0, MAX_NAME));
}

static void
add_text(struct shake *s, struct rec_list *l, struct rs_span t)
{
	*(struct rs_span *)rec_list_add(l, &s->arena, sizeof t) = t;
}

void
handshake_record_init(struct shake *s, const struct rs_event *ev)
{
	struct rec_handshake *r = &s->rec;
	r->id.frame = ev->at.from;
	r->started = ev->at.first;
	r->client.at = ev->flow->end[s->client];
	r->server.at = ev->flow->end[rs_dir_other(s->client)];
	r->connection.frame = ev->flow->first;
}

void
handshake_record_first_bytes(
    struct shake *s, enum rec_side from, struct rs_span bytes)
{
	struct rec_first_bytes *f = &s->rec.first_bytes;
	if (f->from != REC_SIDE_NONE || bytes.n == 0)
		return;
	f->from = from;
	f->text = text(s, rs_span_part(bytes, 0, SHAKE_FIRST_BYTES));
}

static void
add_frame(struct shake *s, struct rs_frame f)
{
	struct rec_list *l = &s->rec.frames;
	struct rs_frame *v = l->v;
	if (f.number == 0 || l->n >= SHAKE_FRAMES)
		return;
	/* Nearly always the newest; sides may overtake each other. */
	uint32_t at = l->n;
	while (at > 0 && rs_frame_cmp(v[at - 1], f) > 0)
		at--;
	if (at > 0 && rs_frame_eq(v[at - 1], f))
		return;
	rec_list_add(l, &s->arena, sizeof f);
	v = l->v;
	memmove(v + at + 1, v + at, (l->n - 1 - at) * sizeof f);
	v[at] = f;
}

void
handshake_record_step(struct shake *s, enum rec_side from, const char *what,
    const struct rs_stamp *at)
{
	struct rec_list *l = &s->rec.steps;
	const struct rs_span word = rs_span_str(what);
	add_frame(s, at->from);
	if (!rs_frame_eq(at->to, at->from))
		add_frame(s, at->to);
	if (l->n >= SHAKE_STEPS)
		return;
	if (l->n) {
		const struct rec_step *last =
		    (struct rec_step *)l->v + (l->n - 1);
		if (rs_frame_eq(last->frame, at->to) && last->from == from &&
		    rs_span_eq(last->what, word))
			return; /* many sealed records in one frame */
	}
	struct rec_step *st = rec_list_add(l, &s->arena, sizeof *st);
	*st = (struct rec_step){from, word, at->complete, at->to};
}

void
handshake_record_history(struct shake *s, enum rec_side from, char letter)
{
	if (s->n_history == SHAKE_HISTORY || letter == 0)
		return;
	if (from == REC_CLIENT)
		letter = (char)(letter & ~0x20);
	s->history[s->n_history++] = letter;
}

char
handshake_record_letter(uint8_t type)
{
	switch (type) {
	case TLS_HS_HELLO_REQUEST:
		return 'h';
	case TLS_HS_CLIENT_HELLO:
		return 'c';
	case TLS_HS_SERVER_HELLO:
		return 's';
	case 3: /* DTLS only, RFC 6347 4.2.1 */
		return 'v';
	case TLS_HS_NEW_SESSION_TICKET:
		return 't';
	case TLS_HS_END_OF_EARLY_DATA:
		return 'e';
	case TLS_HS_HELLO_RETRY_REQUEST:
		return 'j';
	case TLS_HS_ENCRYPTED_EXTENSIONS:
		return 'o';
	case TLS_HS_CERTIFICATE:
		return 'x';
	case TLS_HS_SERVER_KEY_EXCHANGE:
		return 'k';
	case TLS_HS_CERTIFICATE_REQUEST:
		return 'r';
	case TLS_HS_SERVER_HELLO_DONE:
		return 'n';
	case TLS_HS_CERTIFICATE_VERIFY:
		return 'y';
	case TLS_HS_CLIENT_KEY_EXCHANGE:
		return 'g';
	case TLS_HS_FINISHED:
		return 'f';
	case 21: /* certificate_url, RFC 6066 5 */
		return 'w';
	case TLS_HS_CERTIFICATE_STATUS:
		return 'u';
	case 23: /* supplemental_data, RFC 4680 */
		return 'a';
	case TLS_HS_KEY_UPDATE:
		return 'p';
	default:
		return 'z';
	}
}

void
handshake_record_flaw(struct shake *s, const char *name)
{
	struct rec_list *l = &s->rec.flaws;
	struct rs_span n = rs_span_str(name);
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(((struct rs_span *)l->v)[i], n))
			return;
	add_text(s, l, n);
}

void
handshake_record_close(
    struct shake *s, enum rec_side by, enum rs_ending how, rs_time at)
{
	if (at == RS_NEVER || (s->closed_at != RS_NEVER && s->closed_at <= at))
		return;
	s->closed_by = by;
	s->closed_how = how;
	s->closed_at = at;
}

static void
closes(struct shake *s, enum rec_side by, const struct rs_half_facts *h)
{
	if (h->fin.number)
		handshake_record_close(s, by, RS_END_FIN, h->fin_at);
	if (h->rst.number)
		handshake_record_close(s, by, RS_END_RST, h->rst_at);
}

void
handshake_record_brief(struct shake *s, const struct rs_conn_brief *b)
{
	enum rs_dir client = s->client, server = rs_dir_other(client);
	if (!b->heard[client] && !b->heard[server])
		return;
	s->side[SHAKE_CLIENT].heard |= b->heard[client];
	s->side[SHAKE_SERVER].heard |= b->heard[server];
	s->side[SHAKE_CLIENT].begun = b->begun[client];
	s->side[SHAKE_SERVER].begun = b->begun[server];
	s->server_bytes = b->bytes[server];
	s->lacks = b->lacks[server];
	if (b->syns == RS_NEVER)
		return;
	rs_time rtt = client == RS_C2S ? b->syns : -b->syns;
	if (rtt >= 0)
		s->rec.tcp_rtt = rtt;
}

void
handshake_record_conn(struct shake *s, const struct rs_conn_facts *c)
{
	if (c == NULL)
		return;
	const struct rs_conn_brief brief = rs_conn_brief(c);
	handshake_record_brief(s, &brief);
	/* What was no longer followed has its closes here only. */
	closes(s, REC_CLIENT, &c->half[s->client]);
	closes(s, REC_SERVER, &c->half[rs_dir_other(s->client)]);
}

static bool
has_step(const struct shake *s, enum rec_side from, const char *what)
{
	const struct rec_step *v = s->rec.steps.v;
	for (uint32_t i = 0; i < s->rec.steps.n; i++)
		if (v[i].from == from &&
		    rs_span_eq(v[i].what, rs_span_str(what)))
			return true;
	return false;
}

void
handshake_record_unheard_closes(struct shake *s, const struct rs_conn_facts *c)
{
	for (int d = 0; c && d < 2; d++) {
		const struct rs_half_facts *h = &c->half[d];
		enum rec_side from = shake_side_of(s, (enum rs_dir)d);
		struct rs_stamp fin = rs_stamp_at(h->fin_at, h->fin);
		struct rs_stamp rst = rs_stamp_at(h->rst_at, h->rst);
		if (h->fin.number && !has_step(s, from, "fin"))
			handshake_record_step(s, from, "fin", &fin);
		if (h->rst.number && !has_step(s, from, "rst"))
			handshake_record_step(s, from, "rst", &rst);
	}
}

/* A registered name, or the number. */
static struct rs_span
name_or_number(struct rec_arena *a, const char *name, unsigned number)
{
	char b[12];
	if (name[0])
		return rs_span_str(name);
	snprintf(b, sizeof b, "0x%04x", number);
	return rec_arena_text(a, rs_span_str(b));
}

static struct rec_list
names_of(enum offer kind, struct rs_span numbers, struct rec_arena *a)
{
	size_t n = numbers.n / 2, most = offers[kind].most;
	struct rs_span *names =
	    rec_arena_alloc(a, (n < most ? n : most) * sizeof *names);
	struct rec_list l = {.v = names};
	for (size_t i = 0; i < n && l.n < most; i++) {
		uint16_t v = tls_u16_at(numbers, i);
		if (!tls_is_grease(v))
			names[l.n++] =
			    name_or_number(a, offers[kind].name(v), v);
	}
	l.size = l.n; /* full: whoever adds to it, copies */
	return l;
}

static struct rec_list
offered(struct shake *s, enum offer kind, struct rs_span numbers)
{
	struct shake_offers *o = s->offers;
	if (numbers.n < 2)
		return (struct rec_list){0};
	for (unsigned i = 0; i < o->n[kind]; i++)
		if (rs_span_eq(o->v[kind][i].numbers, numbers))
			return o->v[kind][i].names;
	struct rec_arena *a = &s->arena;
	bool keep =
	    o->n[kind] < SHAKE_OFFERS && numbers.n / 2 <= offers[kind].most;
	if (keep)
		a = &o->arena;
	struct rec_list names = names_of(kind, numbers, a);
	if (keep) {
		unsigned i = o->n[kind]++;
		o->v[kind][i].numbers = rec_arena_text(a, numbers);
		o->v[kind][i].names = names;
	}
	return names;
}

static void
client_hello(struct shake *s, const struct tls_client_hello *h)
{
	struct rec_handshake *r = &s->rec;
	if (s->hellos++ > 0)
		return; /* the second answers a HelloRetryRequest */
	r->sni = text(s, h->sni);
	r->server.name = r->sni;
	struct rs_span list = h->alpn, name;
	while (r->alpn_offered.n < MAX_ALPN && tls_alpn_next(&list, &name))
		add_text(s, &r->alpn_offered, text(s, name));
	/* RFC 8446 4.2.1: where given, legacy_version says nothing. */
	if (h->versions.n)
		r->client_versions = offered(s, OFFER_VERSIONS, h->versions);
	else
		add_text(s, &r->client_versions,
		    name_or_number(&s->arena,
			tls_version_name(h->legacy_version),
			h->legacy_version));
	r->client_ciphers = offered(s, OFFER_CIPHERS, h->ciphers);
	r->client_groups = offered(s, OFFER_GROUPS, h->groups);
	s->early_data = h->early_data;
	if (h->ech)
		r->ech = RS_TRUE;
	if (h->ja3[0])
		r->ja3 = text(s, rs_span_str(h->ja3));
	if (h->ja4[0])
		r->ja4 = text(s, rs_span_str(h->ja4));
}

static void
server_hello(struct shake *s, const struct tls_server_hello *h)
{
	struct rec_handshake *r = &s->rec;
	s->version = h->version;
	s->cipher = h->cipher;
	r->version =
	    name_or_number(&s->arena, tls_version_name(h->version), h->version);
	r->cipher =
	    name_or_number(&s->arena, tls_cipher_name(h->cipher), h->cipher);
	if (h->group)
		r->group = name_or_number(
		    &s->arena, tls_group_name(h->group), h->group);
	if (h->alpn.p)
		r->alpn = text(s, h->alpn);
	if (h->ja3s[0])
		r->ja3s = text(s, rs_span_str(h->ja3s));
	if (h->version >= TLS_13)
		r->resumed = h->psk ? RS_TRUE : RS_FALSE;
}

/* RFC 8422 5.4: curve_type named_curve, then the group. */
static void
server_key_exchange(struct shake *s, struct rs_span body)
{
	const char *cipher = tls_cipher_name(s->cipher);
	if (strstr(cipher, "_ECDH") == NULL || body.n < 3 || body.p[0] != 3)
		return;
	uint16_t group = (uint16_t)(body.p[1] << 8 | body.p[2]);
	s->rec.group = name_or_number(&s->arena, tls_group_name(group), group);
}

static void
fill_certificate(struct shake *s, struct rec_certificate *c,
    const struct tls_certificate_facts *f)
{
	c->subject = text(s, f->subject);
	c->issuer = text(s, f->issuer);
	c->serial = text(s, f->serial);
	c->key = text(s, f->key);
	c->signature = text(s, f->signature);
	c->sha256 = text(s, f->sha256);
	c->spki_sha256 = text(s, f->spki_sha256);
	if (f->issuer_url.n)
		c->issuer_url = text(s, f->issuer_url);
	if (f->weak_key)
		add_text(s, &c->weak, RS_LIT("key"));
	if (f->weak_signature)
		add_text(s, &c->weak, RS_LIT("signature"));
	if (f->not_for_servers && c->from == REC_SERVER &&
	    s->rec.certificates.n == 1)
		add_text(s, &c->weak, RS_LIT("usage"));
	c->not_before = f->not_before;
	c->not_after = f->not_after;
	c->self_signed = f->self_signed ? RS_TRUE : RS_FALSE;
	for (size_t i = 0; i < f->n_san && i < SHAKE_SAN; i++)
		add_text(s, &c->san, text(s, f->san[i]));
}

static enum rs_fact
truth(bool fact)
{
	return fact ? RS_TRUE : RS_FALSE;
}

static void
fill_chain(
    struct shake *s, struct rec_chain *c, const struct tls_chain_facts *f)
{
	if (f->readable) {
		c->path = (int64_t)f->path;
		c->in_order = truth(f->in_order);
		c->root = truth(f->root);
	}
	if (f->missing.n)
		c->missing = text(s, f->missing);
	if (f->missing_url.n)
		c->missing_url = text(s, f->missing_url);
	if (f->verification.n == 0)
		return;
	c->store = text(s, f->store);
	c->verification = text(s, f->verification);
	c->verified = truth(f->verified);
	if (!f->verified)
		c->depth = f->depth;
}

/* What the certificates just recorded are together; first: the sender's own. */
static void
add_chain(struct shake *s, const struct rec_certificate *first,
    const struct tls_certificate_list *l, const struct rs_event *ev,
    const struct tls_certificate_reader *reader)
{
	struct rec_chain *c =
	    rec_list_add(&s->rec.chains, &s->arena, sizeof *c);
	rec_init(&rec_chain_type, c);
	c->from = first->from;
	c->frame = first->frame;
	c->sent = (int64_t)l->total;
	if (c->from == REC_SERVER && s->rec.sni.n && first->subject.p &&
	    s->rec.ech != RS_TRUE)
		c->names_sni = truth(
		    rs_certname_host(first->san.v, first->san.n, s->rec.sni));
	const struct tls_chain_facts *f = NULL;
	if (reader && reader->chain && l->n == l->total)
		f = reader->chain(
		    reader->arg, l, ev->at.complete, c->from == REC_CLIENT);
	if (f)
		fill_chain(s, c, f);
}

static void
certificates(struct shake *s, enum rec_side from,
    const struct tls_certificate_list *l, const struct rs_event *ev,
    const struct tls_certificate_reader *reader)
{
	struct shake_side *side = shake_at(s, from);
	if (from == REC_CLIENT)
		s->rec.client_certificate =
		    l->total ? REC_CC_SENT : REC_CC_NONE_SENT;
	else if (s->version < TLS_13)
		s->rec.resumed = RS_FALSE;
	if (side->chain)
		return;
	side->chain = true;
	uint32_t first = s->rec.certificates.n;
	for (size_t i = 0; i < l->n && i < SHAKE_CHAIN; i++) {
		struct rec_certificate *c =
		    rec_list_add(&s->rec.certificates, &s->arena, sizeof *c);
		c->from = from;
		c->frame = ev->at.to;
		c->not_before = c->not_after = RS_NEVER;
		const struct tls_certificate_facts *f = NULL;
		if (reader && reader->read)
			f = reader->read(reader->arg, l->der[i]);
		if (f)
			fill_certificate(s, c, f);
	}
	const struct rec_certificate *all = s->rec.certificates.v;
	if (s->rec.certificates.n > first)
		add_chain(s, &all[first], l, ev, reader);
}

static void
server_done(struct shake *s)
{
	s->hello_done = true;
	s->rec.resumed = RS_FALSE;
	if (!s->requested && !s->side[SHAKE_SERVER].gap)
		s->rec.client_certificate = REC_CC_NOT_REQUESTED;
}

/* RFC 8446 4.3.1: of TLS 1.3, with the name that was chosen (RFC 7301). */
static void
encrypted_extensions(struct shake *s, struct rs_span body)
{
	enum { ALPN = 16 };
	struct rs_cur outer = rs_cur_init(body);
	struct rs_cur c = rs_cur_block16(&outer);
	while (rs_cur_left(&c)) {
		uint16_t type = rs_cur_u16(&c);
		struct rs_cur e = rs_cur_block16(&c);
		struct rs_cur names = rs_cur_block16(&e);
		struct rs_span list = rs_cur_rest(&names), name;
		if (type == ALPN && !c.shrt && !e.shrt &&
		    tls_alpn_next(&list, &name))
			s->rec.alpn = text(s, name);
	}
}

void
handshake_record_message(struct shake *s, const struct rs_event *ev,
    const struct tls_certificate_reader *reader)
{
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	enum rec_side from = shake_side_of(s, ev->dir);
	switch (m->type) {
	case TLS_HS_CLIENT_HELLO:
		s->client_hello = true;
		if (s->hello_at == RS_NEVER)
			s->hello_at = ev->at.complete;
		if (m->u.client_hello)
			client_hello(s, m->u.client_hello);
		break;
	case TLS_HS_HELLO_RETRY_REQUEST:
		s->retry = true;
		s->rec.hello_retry = RS_TRUE;
		break;
	case TLS_HS_SERVER_HELLO:
		if (s->server_hello)
			break;
		s->server_hello = true;
		if (s->hello_at != RS_NEVER && ev->at.complete >= s->hello_at)
			s->rec.hello = ev->at.complete - s->hello_at;
		if (s->client_hello && s->rec.hello_retry == RS_UNKNOWN)
			s->rec.hello_retry = RS_FALSE;
		if (m->u.server_hello)
			server_hello(s, m->u.server_hello);
		break;
	case TLS_HS_CERTIFICATE:
		if (m->u.certificates)
			certificates(s, from, m->u.certificates, ev, reader);
		break;
	case TLS_HS_SERVER_KEY_EXCHANGE:
		server_key_exchange(s, m->body);
		break;
	case TLS_HS_CERTIFICATE_REQUEST:
		s->requested = true;
		break;
	case TLS_HS_SERVER_HELLO_DONE:
		server_done(s);
		break;
	case TLS_HS_ENCRYPTED_EXTENSIONS:
		encrypted_extensions(s, m->body);
		break;
	case TLS_HS_FINISHED: /* of TLS 1.3: RFC 8446 2 */
		if (s->version >= TLS_13 && from == REC_SERVER &&
		    !s->requested && !s->side[SHAKE_SERVER].gap)
			s->rec.client_certificate = REC_CC_NOT_REQUESTED;
		break;
	default:
		break;
	}
}

void
handshake_record_alert(struct shake *s, enum rec_side from,
    const struct tls_alert *alert, rs_time at, struct rs_frame frame)
{
	struct rec_list *l = &s->rec.alerts;
	if (l->n >= SHAKE_ALERTS)
		return;
	struct rec_alert *a = rec_list_add(l, &s->arena, sizeof *a);
	*a = (struct rec_alert){.from = from,
	    .level = REC_ABSENT,
	    .number = REC_ABSENT,
	    .encrypted = alert->encrypted ? RS_TRUE : RS_FALSE,
	    .frame = frame,
	    .at = at};
	a->after = from == REC_CLIENT ? s->rec.last_message_server
				      : s->rec.last_message_client;
	if (alert->encrypted)
		return;
	a->level = alert->level;
	a->number = alert->number;
	a->name = name_or_number(
	    &s->arena, tls_alert_name(alert->number), alert->number);
}
