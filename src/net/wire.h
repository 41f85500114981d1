/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Big-endian reads of fields whose presence was tested before, for the headers
 * that every packet has: one length test a header, where the cursor would make
 * one a field.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stdint.h>

static inline uint16_t
wire_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
wire_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#endif
