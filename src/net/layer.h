/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers below IP, one step at a time.
 *
 * A step reads the header that a layer begins with and leaves in *l what
 * follows; the walk goes on until an IP header is found, or a reason why there
 * is none.  Nothing is copied: every rest is a part of the frame.  Steps are
 * limited, so that a frame made of headers costs no more than any other.
 */
#ifndef NET_LAYER_H
#define NET_LAYER_H

#include "net/packet.h"

enum layer_kind {
	LAYER_LINKTYPE,  /* type: DLT number */
	LAYER_ETHERNET,  /* begins with the destination's address */
	LAYER_ETHERTYPE, /* type: that of what begins here */
	LAYER_MPLS,
	LAYER_NSH, /* RFC 8300 */
	LAYER_PPP,
	LAYER_WLAN, /* IEEE 802.11, from frame control on */
	LAYER_IP,   /* type: 4 or 6; 0: either */
};

struct layer {
	enum layer_kind kind;
	int type;
	struct rs_span rest;
};

enum { LAYER_MAX = 24 }; /* steps from one IP header to the next */

/* On NET_FLAW_NONE p->ip begins at an IP header (its padding may follow). */
enum net_flaw layer_walk(struct net_packet *p, struct layer l);

/* Steps of files of their own, each for one kind of layer.  NET_FLAW_NONE:
 *l is what follows. */
enum net_flaw layer_mpls(struct net_packet *p, struct layer *l);
enum net_flaw layer_nsh(struct net_packet *p, struct layer *l);
enum net_flaw layer_pppoe(struct net_packet *p, struct layer *l);
enum net_flaw layer_ppp(struct net_packet *p, struct layer *l);
enum net_flaw layer_hdlc(struct net_packet *p, struct layer *l);
enum net_flaw layer_wlan(struct net_packet *p, struct layer *l);
/* What capture programs put before an 802.11 frame. */
enum net_flaw layer_radiotap(struct net_packet *p, struct layer *l);
enum net_flaw layer_ppi(struct net_packet *p, struct layer *l);
enum net_flaw layer_prism(struct net_packet *p, struct layer *l);
enum net_flaw layer_avs(struct net_packet *p, struct layer *l);

/* An Ethernet frame with IP in it, as far as a look can tell: where the field
   before does not say what follows. */
bool layer_like_ethernet(struct rs_span s);

static inline void
layer_note(struct net_packet *p, enum net_encap e)
{
	p->encaps |= 1u << e;
}

/* Leaves out n bytes; false where there are not so many. */
static inline bool
layer_skip(struct layer *l, size_t n)
{
	if (l->rest.n < n)
		return false;
	l->rest.p += n;
	l->rest.n -= n;
	return true;
}

#endif
