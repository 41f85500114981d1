/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hdr.c knows of names, for the one loop that asks for a dozen of them a
 * message (msg.c).
 */
#ifndef SIP_HDR_INNER_H
#define SIP_HDR_INNER_H

#include "sip/hdr.h"
#include "sip/text.h"

struct sip_hdr_full {
	uint8_t n;
	char name[31]; /* 32 bytes: an index is a shift */
};
/* As the RFCs write them. */
extern const struct sip_hdr_full sip_hdr_full[SIP_HDR_N];

/* Which one it can be, by its length, first and last letter. */
#define SIP_HDR_SLOT(n, first, last)                                           \
 (((unsigned)(n)*3u + ((unsigned)(first) | 0x20u) * 7u +                       \
      ((unsigned)(last) | 0x20u) * 5u) &                                       \
     127u)
extern const uint8_t sip_hdr_slots[128];

/* The header of one letter (RFC 3261 7.3.3 and 20). */
enum sip_hdr sip_hdr_compact(uint8_t letter);

/* The header of the 1 to 16 letters and dashes that x begins with. */
static inline enum sip_hdr
sip_hdr_letters(sip_text_bytes x, uint8_t first, uint8_t last, size_t n)
{
	if (n == 1)
		return sip_hdr_compact(first);
	unsigned id = sip_hdr_slots[SIP_HDR_SLOT(n, first, last)];
	const struct sip_hdr_full *full = &sip_hdr_full[id];
	if (full->n != n)
		return SIP_HDR_OTHER;
	/* The bit 0x20 is the case of a letter, and a dash has it. */
	sip_text_bytes y = sip_text_load16((const uint8_t *)full->name);
	unsigned same =
	    sip_text_bits((sip_text_words)((x | 0x20) == (y | 0x20)));
	return ~same << (16 - n) & 0xffff ? SIP_HDR_OTHER : (enum sip_hdr)id;
}

#endif
