/* SPDX-License-Identifier: Apache-2.0 */
/* What a case leans on of DHCP, the link and clocks: found by its address. */
#ifndef REPORT_BOOT_H
#define REPORT_BOOT_H

#include "diag/rule.h"
#include "track/host.h"
#include "track/phone.h"
#include "track/spool.h"

struct boot_room {
	struct rec_lease lease;
	struct rec_link policy;
	struct rec_clock clock;
	struct rec_quiet quiet;
	int64_t offset;
};

/* How a phone came to its address, and what is below. */
bool boot_type(const struct rec_type *type);
/* The phone of that hardware address, by any address that it had. */
bool boot_phone(struct host_index *hosts, const struct phone_tracker *phones,
    struct rs_span mac, struct rec_phone *to, struct rec_arena *arena);
/* Fills in what c does not have yet; it points into room and the arena. */
void boot_case(struct diag_case *c, struct boot_room *room,
    struct host_index *hosts, struct spool *spool, struct rec_arena *arena);

#endif
