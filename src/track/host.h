/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of an address at a time, from records: the hardware address
 * that had it, the lease that it came with, clocks, and the voice VLAN of the
 * switch.  For whoever joins the records of one phone.
 *
 * Records are added first, in any order; the first question sorts them.  Of
 * more than there is room for the later ones are left out, and not told.
 */
#ifndef TRACK_HOST_H
#define TRACK_HOST_H

#include "track/records.h"

struct host_index;

/* A host had the address from `from` on, as far as is known. */
struct host_view {
	char mac[18]; /* "00:00:5e:00:53:11" */
	rs_time from, to;
	int64_t vlan; /* REC_ABSENT: unknown; 0: untagged */
	enum rec_learned learned;
	struct rec_id id; /* of the rec_host */
};

struct host_index *host_index_new(void);
void host_index_free(struct host_index *x);
/* Of rec_host, rec_lease, rec_link, rec_clock and rec_quiet; others are left.
 */
void host_index_add(
    struct host_index *x, const struct rec_type *type, const void *rec);

/*
 * Who had the address at that time: the epoch that had begun by then, else the
 * first one where it begins within a minute.  False where nobody is known, or
 * it is a router's.  Addresses of one mac are one host: see host_of_mac().
 */
bool host_at(struct host_index *x, const struct rs_addr *addr, rs_time at,
    struct host_view *to);
/* The i-th address (0, 1, ...) that this hardware address had, by time; false
   past the last one. */
bool host_of_mac(struct host_index *x, struct rs_span mac, size_t i,
    struct rs_addr *addr, struct host_view *to);
/* The i-th of all, by hardware address, then by time; false past the last.
   Alone: in all that was seen, no other hardware address had that address. */
bool host_each(struct host_index *x, size_t i, struct rs_addr *addr,
    struct host_view *to, bool *alone);
/* It was seen to send for others, as routers do. */
bool host_forwards(const struct host_index *x, const char *mac);
/* The lease (bound or informed) of that address that began last by then. */
bool host_lease(struct host_index *x, const struct rs_addr *addr, rs_time at,
    struct rec_id *to);
/* The last exchange of that hardware address that began by then, whatever came
   of it. */
bool host_lease_of_mac(
    struct host_index *x, struct rs_span mac, rs_time at, struct rec_id *to);
/* DHCP gave that hardware address what it asked for, in an exchange that began
   after this. */
bool host_served_after(struct host_index *x, struct rs_span mac, rs_time at);
/* What became of that hardware address after its last start, where it said
   nothing since; its text lives as long as x. */
bool host_quiet(
    const struct host_index *x, struct rs_span mac, struct rec_quiet *to);
/* The clock record of that address as a client: best one that tells its own
   time, then NTP that is answered, then what it asked last by then. */
bool host_clock(struct host_index *x, const struct rs_addr *client, rs_time at,
    struct rec_id *to);
/* What a switch announces, where all that do agree. */
bool host_policy(struct host_index *x, struct rec_id *to);
/* By how much the servers' clocks are ahead of the capture's, where at least
   one NTP server said so and all agree within a minute. */
bool host_capture_offset(struct host_index *x, int64_t *ns);

#endif
