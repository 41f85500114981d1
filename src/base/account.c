/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account.h"

#include <assert.h>

void
rs_account_init(struct rs_account *a, size_t limit)
{
	*a = (struct rs_account){.limit = limit};
}

bool
rs_account_charge(struct rs_account *a, size_t n)
{
	if (a->used > a->limit || n > a->limit - a->used) {
		a->refused++;
		return false;
	}
	a->used += n;
	if (a->used > a->highest)
		a->highest = a->used;
	return true;
}

void
rs_account_force(struct rs_account *a, size_t n)
{
	a->used += n;
	if (a->used > a->highest)
		a->highest = a->used;
}

void
rs_account_refund(struct rs_account *a, size_t n)
{
	assert(n <= a->used);
	a->used -= n;
}
