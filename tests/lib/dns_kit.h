/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages made in memory.  Begin with dns_kit_begin(), add records in the
 * order of sections; counts are kept in the header.
 */
#ifndef DNS_KIT_H
#define DNS_KIT_H

#include "base/span.h"
#include "dns/msg.h"

struct dns_kit {
	uint8_t b[2048];
	size_t n;
};

enum { KIT_QUERY = 0x0100, KIT_RESPONSE = 0x8180, KIT_TC = 0x0200 };

void dns_kit_begin(struct dns_kit *k, uint16_t id, unsigned flags,
    const char *name, unsigned type);
/* With that data; the name is a pointer to the question's where it is NULL. */
void dns_kit_record(struct dns_kit *k, enum dns_section section,
    const char *name, unsigned type, struct rs_span data);
void dns_kit_a(struct dns_kit *k, enum dns_section section, const char *name,
    uint8_t last);
void dns_kit_srv(
    struct dns_kit *k, unsigned priority, unsigned port, const char *target);

static inline struct rs_span
dns_kit_view(const struct dns_kit *k)
{
	return (struct rs_span){k->b, k->n};
}

#endif
