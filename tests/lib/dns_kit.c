/* SPDX-License-Identifier: Apache-2.0 */
#include "dns_kit.h"

#include <string.h>

static void
u16(struct dns_kit *k, unsigned v)
{
	k->b[k->n++] = (uint8_t)(v >> 8);
	k->b[k->n++] = (uint8_t)v;
}

static size_t
wire_name(uint8_t *to, const char *name)
{
	size_t n = 0;
	while (*name && strcmp(name, ".") != 0) {
		size_t len = strcspn(name, ".");
		to[n++] = (uint8_t)len;
		memcpy(to + n, name, len);
		n += len;
		name += len + (name[len] == '.');
	}
	to[n++] = 0;
	return n;
}

void
dns_kit_begin(struct dns_kit *k, uint16_t id, unsigned flags, const char *name,
    unsigned type)
{
	k->n = 0;
	u16(k, id);
	u16(k, flags);
	u16(k, 1);
	for (int i = 0; i < 3; i++)
		u16(k, 0);
	k->n += wire_name(k->b + k->n, name);
	u16(k, type);
	u16(k, 1);
}

void
dns_kit_record(struct dns_kit *k, enum dns_section section, const char *name,
    unsigned type, struct rs_span data)
{
	uint8_t *count = k->b + 6 + 2 * (int)section;
	count[1]++;
	if (name)
		k->n += wire_name(k->b + k->n, name);
	else
		u16(k, 0xc000 + DNS_HEADER);
	u16(k, type);
	u16(k, 1);
	u16(k, 0);
	u16(k, 300);
	u16(k, (unsigned)data.n);
	if (data.n)
		memcpy(k->b + k->n, data.p, data.n);
	k->n += data.n;
}

void
dns_kit_a(
    struct dns_kit *k, enum dns_section section, const char *name, uint8_t last)
{
	const uint8_t v4[] = {198, 51, 100, last};
	dns_kit_record(
	    k, section, name, DNS_TYPE_A, (struct rs_span){v4, sizeof v4});
}

void
dns_kit_srv(
    struct dns_kit *k, unsigned priority, unsigned port, const char *target)
{
	struct dns_kit data = {.n = 0};
	u16(&data, priority);
	u16(&data, 5);
	u16(&data, port);
	data.n += wire_name(data.b + data.n, target);
	dns_kit_record(k, DNS_ANSWER, NULL, DNS_TYPE_SRV, dns_kit_view(&data));
}
