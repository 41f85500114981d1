/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels of flows that are nobody's, by their first packets.
 *
 * nDPI takes some 20 ms to get ready, which is what a hundred thousand packets
 * take.  Where there are threads it does so on one of its own, and packets wait
 * for it as copies meanwhile: it is asked about the same ones in the same order
 * as if it had been ready.
 */
#ifndef ENGINE_LABEL_H
#define ENGINE_LABEL_H

#include "engine/classify.h"
#include "net/flow.h"

struct labels {
	struct classify *classify;
	uint8_t *waiting; /* packets; NULL: none */
	size_t n;         /* bytes of them */
};

void labels_init(struct labels *l, bool threads);
/* Flows are not looked at: labels_settle() comes before they go. */
void labels_clear(struct labels *l);
/* Counts as a look at f; packet has an IP header. */
void labels_look(
    struct labels *l, struct flow *f, const struct net_packet *packet);
/* Looks at all that waits: before anybody else reads the label of a flow. */
void labels_settle(struct labels *l);

#endif
