/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lease shows, as the rules about DHCP and the link need it.
 *
 * A lease alone does not say that its client is a phone.  It is taken for one
 * where it registers, or asks for options that only phones ask for.
 */
#ifndef DIAG_BOOT_VIEW_H
#define DIAG_BOOT_VIEW_H

#include "diag/rule.h"

/* The lease that is judged; NULL: none is, if there is one to lean on. */
static inline const struct rec_lease *
boot_view_lease(const struct diag_case *c)
{
	return c->link ? NULL : c->lease;
}

/* The client registered in this capture: nothing kept it from that. */
bool boot_view_registered(const struct diag_case *c);
/* It is known to be a phone, and none that registered. */
bool boot_view_lost_phone(const struct diag_case *c);
/* It may be one: it is known for one, or asks DHCP for what phones ask for.
   Computers ask for an address wherever they are, and need not get one. */
bool boot_view_like_phone(const struct diag_case *c);
/* The client got what it needs later on. */
bool boot_view_later(const struct diag_case *c);
bool boot_view_asked(const struct rec_lease *l, const char *option);
/* Tags of frames are there to be seen in this capture. */
bool boot_view_tags(const struct diag_case *c);
/* The client's frames are tagged otherwise than the switch wants. */
bool boot_view_other_vlan(const struct diag_case *c);
/* The same texts, whatever their order. */
bool boot_view_same(const struct rec_list *a, const struct rec_list *b);

#endif
