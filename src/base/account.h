/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A budget of memory.
 *
 * Everything that can grow with the capture is charged to an account with a
 * cap.  A refused charge is not an error: the owner evicts its oldest entry,
 * counts that, and the report says so.
 */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_account {
	size_t limit;     /* bytes */
	size_t used;      /* bytes charged now */
	size_t highest;   /* the most that was ever charged */
	uint64_t refused; /* charges that did not fit */
};

void rs_account_init(struct rs_account *a, size_t limit);
/* Charges n bytes.  False, and nothing charged, when they do not fit. */
bool rs_account_charge(struct rs_account *a, size_t n);
/* Charges n bytes whatever the limit is; later charges are then refused until
   enough has been given back. */
void rs_account_force(struct rs_account *a, size_t n);
/* Gives back n bytes that were charged before. */
void rs_account_refund(struct rs_account *a, size_t n);

#endif
