/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include "base/account.h"

/* Who may use how much of the memory limit; no two threads share one: those of
   the reader come first, from BUDGET_ATTEMPTS on they are the trackers'. */
enum {
	BUDGET_FLOWS,   /* flow table, TCP state */
	BUDGET_APPS,    /* what hangs on flows of ours, or maybe ours */
	BUDGET_STREAMS, /* bytes that wait: reorder, pending, TLS messages */
	BUDGET_FRAGMENTS,
	BUDGET_ATTEMPTS, /* open transactions and attempts */
	BUDGET_BINDINGS, /* and what else is known of a phone, or its link */
	BUDGET_TLS, /* open handshakes, certificates */
	BUDGET_LOOKUPS, /* open lookups, names of addresses */
	BUDGET_N
};

#endif
