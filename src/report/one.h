/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are one phone's: those of one hardware address, as far as
 * what was seen is the phone's own doing.
 *
 * A lease names its client's hardware address, and ARP and neighbour discovery
 * that of who speaks: such addresses are one host's, but for IPv4 addresses
 * that ARP claims at the same time, which a router may answer for, and whatever
 * hardware addresses claim that send for others.  Where there is nothing but
 * traffic, one IPv4 address and what it has of IPv6 are one host's; two of IPv4
 * may be two phones behind something, and stay apart.  So does an address that
 * two hardware addresses had within one lease.
 *
 * What bridges stations of a wireless network puts its own hardware address in
 * place of theirs: in ARP it looks like one host whose address changes.  Who
 * knows more of two addresses says that they are strangers.
 */
#ifndef REPORT_ONE_H
#define REPORT_ONE_H

#include "track/host.h"

struct one;

/* What these addresses did shows that they are two phones. */
typedef bool one_strangers(
    void *arg, const struct rs_addr *a, const struct rs_addr *b);
/* Of all hosts that the index knows by now.  strangers: NULL where nothing else
   is known; leases are believed whatever it says. */
struct one *one_new(
    struct host_index *hosts, one_strangers *strangers, void *arg);
void one_free(struct one *x);
/* How many phones have several addresses. */
size_t one_phones(const struct one *x);
/* The addresses of the i-th of them, by time; *n is two or more. */
const struct rs_addr *one_phone(const struct one *x, size_t i, size_t *n);
/* All addresses of the phone that has this one; n is 1 where there is no
   other, and then it is `a` itself. */
const struct rs_addr *one_of(
    const struct one *x, const struct rs_addr *a, size_t *n);
/* The address that the phone goes by: its first one, before those of the link
   only, unless one_lead_set() chose another one of the i-th. */
const struct rs_addr *one_lead(const struct one *x, const struct rs_addr *a);
/* Another place of the address `lead` is the same phone (track/behind.h), and
   has no addresses of its own; lead is no such place itself. */
void one_stand_for(
    struct one *x, const struct rs_addr *lead, const struct rs_addr *member);
/* What a place stands for; any other address stands for itself. */
const struct rs_addr *one_address(const struct one *x, const struct rs_addr *a);
void one_lead_set(struct one *x, size_t i, const struct rs_addr *lead);

#endif
