/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/vantage.h"

#include <stdio.h>

enum {
	MAX_HOPS = 30, /* more are no distance, but another first value */
	MUCH = 5,      /* so many times the other half of a handshake */
};
/* Of both halves together: on a shorter way the hosts' own time tells. */
static const rs_time LEAST = 2 * RS_MSEC;

/* Routers that a packet passed, or -1. */
static int
hops(uint8_t ttl)
{
	int first = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
	int n = first - ttl;
	return ttl == 0 || n > MAX_HOPS ? -1 : n;
}

void
vantage_ttl(struct vantage *v, uint8_t phone, uint8_t registrar)
{
	int p = hops(phone), r = hops(registrar);
	if (p < 0 || r < 0)
		return;
	if (p == 0 && r == 0)
		v->one_link++;
	else if (p == 0)
		v->by_ttl[VANTAGE_PHONE]++;
	else if (r == 0)
		v->by_ttl[VANTAGE_REGISTRAR]++;
	else
		v->by_ttl[VANTAGE_MIDDLE]++;
}

void
vantage_handshake(struct vantage *v, const struct rs_conn_facts *f)
{
	const struct rs_half_facts *c = &f->half[0], *s = &f->half[1];
	/* A repeated SYN makes it unknown which one was answered. */
	if (c->syns != 1 || s->syns != 1 || c->syn_at == RS_NEVER ||
	    s->syn_at == RS_NEVER || f->established_at == RS_NEVER)
		return;
	rs_time there = s->syn_at - c->syn_at;
	rs_time here = f->established_at - s->syn_at;
	if (there < 0 || here < 0 || there + here < LEAST)
		return;
	if (here * MUCH < there)
		v->by_handshake[VANTAGE_PHONE]++;
	else if (there * MUCH < here)
		v->by_handshake[VANTAGE_REGISTRAR]++;
	else
		v->by_handshake[VANTAGE_MIDDLE]++;
}

static uint64_t
sum(const uint64_t votes[VANTAGE_N])
{
	return votes[VANTAGE_PHONE] + votes[VANTAGE_MIDDLE] +
	       votes[VANTAGE_REGISTRAR];
}

/* Nine in ten, or nobody. */
static enum vantage_place
elected(const uint64_t votes[VANTAGE_N])
{
	uint64_t all = sum(votes);
	for (enum vantage_place p = VANTAGE_PHONE; p < VANTAGE_N; p++)
		if (all && votes[p] * 10 >= all * 9)
			return p;
	return VANTAGE_UNKNOWN;
}

static enum vantage_place
by_ttl(enum vantage_place p, char *reason)
{
	static const char *const words[VANTAGE_N] = {
	    [VANTAGE_PHONE] = "the phones' packets come with a fresh TTL, "
			      "the registrar's passed routers",
	    [VANTAGE_MIDDLE] = "packets of both sides passed routers",
	    [VANTAGE_REGISTRAR] = "the registrar's packets come with a fresh "
				  "TTL, the phones' passed routers",
	};
	snprintf(reason, VANTAGE_TEXT, "%s", words[p]);
	return p;
}

static enum vantage_place
by_handshake(enum vantage_place p, char *reason)
{
	static const char *const words[VANTAGE_N] = {
	    [VANTAGE_PHONE] = "SYN-ACKs take much longer to come than ACKs",
	    [VANTAGE_MIDDLE] =
		"SYN-ACKs and ACKs take times of the same order to come",
	    [VANTAGE_REGISTRAR] = "ACKs take much longer to come than SYN-ACKs",
	};
	snprintf(reason, VANTAGE_TEXT, "%s", words[p]);
	return p;
}

enum vantage_place
vantage_judge(const struct vantage *v, char reason[VANTAGE_TEXT])
{
	enum vantage_place ttl = elected(v->by_ttl);
	enum vantage_place shake = elected(v->by_handshake);
	const char *why = "nothing was seen that tells";
	if (ttl == VANTAGE_PHONE + VANTAGE_REGISTRAR - shake &&
	    ttl != VANTAGE_MIDDLE && shake != VANTAGE_UNKNOWN)
		why = "TTLs and TCP handshakes contradict each other";
	else if (ttl != VANTAGE_UNKNOWN)
		return by_ttl(ttl, reason);
	else if (sum(v->by_ttl) ||
		 (shake == VANTAGE_UNKNOWN && sum(v->by_handshake)))
		why = "it is not the same for all phones";
	else if (shake != VANTAGE_UNKNOWN)
		return by_handshake(shake, reason);
	else if (v->one_link)
		why = "no router was passed between phones and registrar";
	snprintf(reason, VANTAGE_TEXT, "%s", why);
	return VANTAGE_UNKNOWN;
}

const char *
vantage_name(enum vantage_place p)
{
	static const char *const names[VANTAGE_N] = {
	    [VANTAGE_UNKNOWN] = "unknown",
	    [VANTAGE_PHONE] = "phone",
	    [VANTAGE_MIDDLE] = "middle",
	    [VANTAGE_REGISTRAR] = "registrar",
	};
	return (unsigned)p < VANTAGE_N ? names[p] : "unknown";
}
