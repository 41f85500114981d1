/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hdr.c knows of names, for the one loop that asks for a dozen of them a
 * message (msg.c).
 */
#ifndef SIP_HDR_INNER_H
#define SIP_HDR_INNER_H

#include "sip/hdr.h"
#include "sip/text.h"

/* Which one it can be, by its length, first and last letter.  Their case, 0x20,
   is no part of it: it goes out with the multiple of 128. */
#define SIP_HDR_SLOT(n, first, last)                                           \
 (((unsigned)(n)*3u + (unsigned)(first)*16u + (unsigned)(last)*4u) & 127u)
extern const uint8_t sip_hdr_slots[128];

/* The header of one letter (RFC 3261 7.3.3 and 20). */
enum sip_hdr sip_hdr_compact(uint8_t letter);

/* How a line with it begins: the name in lower case and, of less than sixteen
   letters, the colon.  Of more letters, or where there is none, something that
   no line has. */
extern const char sip_hdr_lines[SIP_HDR_N][16];

/* Does a line begin with that header?  x is its first bytes, and n <= 16 how
   many of them are no colon. */
static inline bool
sip_hdr_begins(enum sip_hdr id, sip_text_bytes x, size_t n)
{
	sip_text_bytes y = sip_text_load16((const uint8_t *)sip_hdr_lines[id]);
	unsigned same =
	    sip_text_bits((sip_text_words)(sip_text_fold16(x) == y));
	return (unsigned)__builtin_ctz((same ^ 0xffff) | 1u << 17) > n;
}

#endif
