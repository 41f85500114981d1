/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of each record is compared among phones.
 *
 * A transport is that of SIP, or of TLS below it: a TCP connection that never
 * came up does not tell what would have been spoken on it.  Of answers of DNS
 * the subject is the question, so that phones are compared that asked the same.
 * The name of a server is the one that DNS gave with its address: of an SRV
 * answer the target that was chosen.
 */
#include "report/odd_inner.h"

#include "base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
server_of(struct odd *o, struct odd_who *who, const struct rec_endpoint *s)
{
	char text[RS_ENDPOINT_TEXT];
	if (s->at.addr.family && !odd_over(o, ODD_SERVER)) {
		size_t n = rs_endpoint_format(&s->at, text);
		odd_value(o, who, ODD_SERVER,
		    (struct rs_span){(const uint8_t *)text, n}, 0);
	}
}

/* TTL and MSS as they were captured: what a phone began with, and the hops that
   it has lost by then, are not known apart.  Families differ by themselves. */
static void
of_path(struct odd *o, struct odd_who *who, enum odd_what what, int64_t n)
{
	char text[sizeof "IPv6 " + RS_DECIMAL_TEXT] = "IPv6 ";
	size_t subject = who->client->family == 6 ? strlen(text) : 0;
	if (n < 0 || odd_over(o, what))
		return; /* REC_ABSENT, too */
	size_t end = subject + rs_decimal(text + subject, (uint64_t)n);
	odd_value(o, who, what, (struct rs_span){(const uint8_t *)text, end},
	    subject);
}

static void
registration(struct odd *o, const struct rec_registration *r)
{
	struct odd_who who = {.client = &r->client.at.addr};
	const char *transport = rec_transport_name(r->transport);
	odd_value(o, &who, ODD_FIRMWARE, r->user_agent, 0);
	odd_value(o, &who, ODD_TRANSPORT, rs_span_str(transport), 0);
	server_of(o, &who, &r->server);
	odd_value(o, &who, ODD_SERVER_NAME, r->server.name, 0);
	of_path(o, &who, ODD_TTL, r->ttl);
}

static void
handshake(struct odd *o, const struct rec_handshake *h)
{
	struct odd_who who = {.client = &h->client.at.addr};
	const struct rec_certificate *c = h->certificates.v;
	odd_value(o, &who, ODD_TRANSPORT, RS_LIT("tls"), 0);
	odd_value(o, &who, ODD_JA4, h->ja4, 0);
	server_of(o, &who, &h->server);
	for (uint32_t i = 0; i < h->certificates.n; i++)
		if (c[i].from == REC_SERVER) {
			odd_value(o, &who, ODD_ISSUER, c[i].issuer, 0);
			break;
		}
}

static void
connection(struct odd *o, const struct rec_connection *c)
{
	struct odd_who who = {.client = &c->client.at.addr};
	server_of(o, &who, &c->server);
	odd_value(o, &who, ODD_SERVER_NAME, c->server.name, 0);
	of_path(o, &who, ODD_TTL, c->ttl);
	of_path(o, &who, ODD_MSS, c->mss);
}

/* ---- DNS ---- */

enum { MOST = 8, LONG = 80 };

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What an answer of that type is about, in the order of its text: servers
   shuffle them. */
static size_t
answers(const struct rec_lookup *l, char to[MOST][LONG])
{
	const struct rec_answer *v = l->answers.v;
	size_t n = 0;
	for (uint32_t i = 0; i < l->answers.n && n < MOST; i++) {
		struct rs_span s = v[i].target.p ? v[i].target : v[i].address;
		if (v[i].additional == RS_TRUE ||
		    !rs_span_eq(v[i].type, l->type))
			continue;
		if (v[i].port != REC_ABSENT)
			(void)snprintf(to[n++], LONG, "%.*s:%d",
			    s.n < 64 ? (int)s.n : 64, (const char *)s.p,
			    (int)v[i].port);
		else
			(void)snprintf(to[n++], LONG, "%.*s",
			    s.n < 64 ? (int)s.n : 64, (const char *)s.p);
	}
	qsort(to, n, LONG, by_text);
	return n;
}

static void
lookup(struct odd *o, const struct rec_lookup *l)
{
	struct odd_who who = {.client = &l->client.at.addr};
	char to[MOST][LONG], text[512], addr[RS_ADDR_TEXT];
	const char *state = rec_lookup_state_name(l->state);
	if (l->name.n > 128 || l->type.n > 16 || state == NULL ||
	    l->state == REC_LOOKUP_CUT_OFF)
		return;
	if (l->answer_frame.number) {
		rs_addr_format(&l->server.at.addr, addr);
		odd_value(o, &who, ODD_RESOLVER, rs_span_str(addr), 0);
	}
	int n = snprintf(text, sizeof text, "%.*s %.*s: ", (int)l->type.n,
	    (const char *)l->type.p, (int)l->name.n, (const char *)l->name.p);
	size_t subject = (size_t)n, at = subject;
	size_t count = l->state == REC_ANSWERED ? answers(l, to) : 0;
	for (size_t i = 0; i < count && at < sizeof text - LONG - 2; i++)
		at += (size_t)snprintf(
		    text + at, sizeof text - at, "%s%s", i ? " " : "", to[i]);
	if (count == 0)
		(void)snprintf(text + at, sizeof text - at, "%s", state);
	odd_value(o, &who, ODD_ANSWER, rs_span_str(text), subject);
}

/* ---- DHCP ---- */

/* Texts, one after the other. */
static void
texts(struct odd *o, struct odd_who *who, enum odd_what what,
    const struct rec_list *l)
{
	char text[ODD_TEXT + 1];
	const struct rs_span *v = l->v;
	size_t at = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (v[i].n + 2 > sizeof text - at)
			break;
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s",
		    i ? " " : "", (int)v[i].n, (const char *)v[i].p);
	}
	odd_value(o, who, what, (struct rs_span){(const uint8_t *)text, at}, 0);
}

static void
options(struct odd *o, struct odd_who *who, const struct rec_list *l)
{
	char text[ODD_TEXT + 1] = "none";
	const struct rec_option *v = l->v;
	size_t at = 0;
	for (uint32_t i = 0; i < l->n && at < sizeof text - 32; i++) {
		struct rs_span s = rs_span_part(v[i].value, 0, 64);
		int n = snprintf(text + at, sizeof text - at, "%s%d %.*s",
		    i ? ", " : "", (int)v[i].code, (int)s.n,
		    s.p ? (const char *)s.p : "");
		at += (size_t)n < sizeof text - at ? (size_t)n
						   : sizeof text - at - 1;
	}
	odd_value(o, who, ODD_DHCP_OPTIONS, rs_span_str(text), 0);
}

static void
vlan(struct odd *o, struct odd_who *who, int64_t tag)
{
	char text[32] = "untagged";
	if (tag == REC_ABSENT)
		return;
	if (tag)
		(void)snprintf(text, sizeof text, "%d", (int)tag);
	odd_value(o, who, ODD_VLAN, rs_span_str(text), 0);
}

static void
lease(struct odd *o, const struct rec_lease *l)
{
	struct odd_who who = {.client = &l->client.at.addr, .mac = l->mac};
	char text[RS_ADDR_TEXT];
	vlan(o, &who, l->vlan);
	if (l->state != REC_BOUND && l->state != REC_INFORMED)
		return;
	if (l->server.at.addr.family) {
		rs_addr_format(&l->server.at.addr, text);
		odd_value(o, &who, ODD_DHCP_SERVER, rs_span_str(text), 0);
	}
	options(o, &who, &l->terms.provisioning);
	texts(o, &who, ODD_ROUTER, &l->terms.routers);
	texts(o, &who, ODD_NAME_SERVERS, &l->terms.dns);
}

/* Tags are those of the phone where no router is between. */
static void
host(struct odd *o, const struct rec_host *h)
{
	struct odd_who who = {.client = &h->client.at.addr};
	if (h->router != RS_TRUE)
		vlan(o, &who, h->vlan);
}

void
odd_add(struct odd *o, const struct rec_type *type, const void *rec)
{
	if (type == &rec_registration_type)
		registration(o, rec);
	else if (type == &rec_handshake_type)
		handshake(o, rec);
	else if (type == &rec_connection_type)
		connection(o, rec);
	else if (type == &rec_lookup_type)
		lookup(o, rec);
	else if (type == &rec_lease_type)
		lease(o, rec);
	else if (type == &rec_host_type)
		host(o, rec);
}
