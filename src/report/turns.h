/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that passed from one host to another: a lease ended, and the next
 * one went to another hardware address.
 *
 * Everybody else knows a phone by its address.  So a record of the second host
 * gets its client's address in the second turn (base/addr.h), and so on: it is
 * another address from there on, and the same in print.
 */
#ifndef REPORT_TURNS_H
#define REPORT_TURNS_H

#include "track/records.h"

struct turns;

struct turns *turns_new(void);
void turns_free(struct turns *t);
/* The record with its client in its turn: itself where it is the first one,
   else a copy that lives until the next call.  Learns from rec_host. */
const void *turns_of(
    struct turns *t, const struct rec_type *type, const void *rec);
/* The address as its last host has it by now; `a` in any turn. */
struct rs_addr turns_last(const struct turns *t, const struct rs_addr *a);
/* How many hosts are known to have had it, at least 1; `a` in any turn. */
unsigned turns_known(const struct turns *t, const struct rs_addr *a);

#endif
