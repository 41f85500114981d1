/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link layers: Ethernet and its tags (802.1Q, 802.1ad, QinQ, VN-Tag, 802.1BR,
 * 802.1ah, MACsec without encryption), MPLS, PPPoE and PPP, 802.11, Linux
 * cooked v1 and v2, NULL/LOOP, raw IP, in any order that they are met in.
 * Finds where the IP header begins.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/packet.h"

/*
 * linktype is the DLT number of the capture.  On NET_FLAW_NONE p->ip begins at
 * the IP header and may still carry the link's padding.
 */
enum net_flaw link_decode(
    struct net_packet *p, int linktype, struct rs_span frame);
/* "Ethernet", "Linux cooked v2", ...; "DLT 147" forms are the caller's: NULL.
 */
const char *link_name(int linktype);

#endif
