/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/label.h"

#include <glib.h>
#include <string.h>

/* So much waits at most.  What does not fit waits for nDPI itself. */
enum { ROOM = 256 * 1024 };

/* Before the bytes of each packet. */
struct look {
	struct flow *f;
	rs_time at;
	size_t n;
};

void
labels_init(struct labels *l, bool threads)
{
	*l = (struct labels){.classify = classify_new(threads)};
}

void
labels_clear(struct labels *l)
{
	classify_free(l->classify);
	g_free(l->waiting);
}

static void
look(struct labels *l, struct flow *f, struct rs_span ip, rs_time at)
{
	/* Known by a packet that waited: this one would not have been shown. */
	if (f->label == 0)
		f->label = classify_packet(l->classify, ip, at);
}

/* False: there is no room. */
static bool
keep(struct labels *l, const struct look *one, const uint8_t *bytes)
{
	if (one->n > ROOM - sizeof *one || l->n > ROOM - sizeof *one - one->n)
		return false;
	if (l->waiting == NULL)
		l->waiting = g_malloc(ROOM);
	memcpy(l->waiting + l->n, one, sizeof *one);
	memcpy(l->waiting + l->n + sizeof *one, bytes, one->n);
	l->n += sizeof *one + one->n;
	return true;
}

void
labels_look(struct labels *l, struct flow *f, const struct net_packet *packet)
{
	const struct look one = {f, packet->ts, packet->ip.n};
	f->looks++;
	if (!classify_ready(l->classify) && keep(l, &one, packet->ip.p))
		return;
	labels_settle(l);
	look(l, f, packet->ip, packet->ts);
}

void
labels_settle(struct labels *l)
{
	struct look one;
	if (l->waiting == NULL)
		return;
	for (size_t at = 0; at < l->n; at += one.n) {
		memcpy(&one, l->waiting + at, sizeof one);
		at += sizeof one;
		look(
		    l, one.f, (struct rs_span){l->waiting + at, one.n}, one.at);
	}
	g_free(l->waiting);
	l->waiting = NULL;
	l->n = 0;
}
