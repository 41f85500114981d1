/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of DHCP says, as parts of a record; text lives in the arena.
 */
#ifndef TRACK_LEASE_RECORD_H
#define TRACK_LEASE_RECORD_H

#include "dhcp/dhcp.h"
#include "track/records.h"

/* "00:00:5e:00:53:11"; absent where it is no six bytes. */
struct rs_span lease_mac(struct rec_arena *a, struct rs_span six);
/* A copy of what is not too long of it; absent where it is empty. */
struct rs_span lease_text(struct rec_arena *a, struct rs_span s);
/* What a server grants; `to` as rec_init() left it. */
void lease_terms(
    struct rec_terms *to, const struct dhcp_msg *m, struct rec_arena *a);
/* Who sends it: option 54, a DUID, else the endpoint itself. */
void lease_server(struct rec_endpoint *to, struct rs_span *duid,
    const struct dhcp_msg *m, const struct rs_endpoint *from,
    struct rec_arena *a);
/* What the client says of itself, where the record does not have it yet. */
void lease_client(
    struct rec_lease *to, const struct dhcp_msg *m, struct rec_arena *a);
struct rs_span lease_address(struct rec_arena *a, const struct rs_addr *addr);

#endif
