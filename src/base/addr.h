/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network addresses and endpoints, as values: compare, order, format.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/span.h"

enum { RS_ADDR_BYTES = 16 };

struct rs_addr {
	/* network order; IPv4 in the first four, the rest zero; then its turn
	 */
	uint8_t b[RS_ADDR_BYTES + 1];
	uint8_t family; /* 0: none, 4, 6 */
};

struct rs_endpoint {
	struct rs_addr addr;
	uint16_t port; /* host order; 0: none */
};

enum { RS_ADDR_TEXT = 46, RS_ENDPOINT_TEXT = 54 }; /* with the final NUL */

struct rs_addr rs_addr_v4(const uint8_t *four);
struct rs_addr rs_addr_v6(const uint8_t *sixteen);
/* Reads a dotted or RFC 4291 2.2 address, brackets allowed around IPv6. */
bool rs_addr_parse(struct rs_addr *a, struct rs_span text);

/* Nothing but members, so that they compare as bytes do: in a few words. */
_Static_assert(sizeof(struct rs_addr) == RS_ADDR_BYTES + 2, "no padding");
_Static_assert(sizeof(struct rs_endpoint) == RS_ADDR_BYTES + 4, "no padding");

static inline bool
rs_addr_eq(const struct rs_addr *a, const struct rs_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static inline bool
rs_endpoint_eq(const struct rs_endpoint *a, const struct rs_endpoint *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/*
 * An address that hosts had one after the other has a turn in records: 0 of the
 * first host, which it has on the wire as well.  Addresses of different turns
 * differ; as text they are the same.
 */
static inline uint8_t
rs_addr_turn(const struct rs_addr *a)
{
	return a->b[RS_ADDR_BYTES];
}

/* The same address, as of that turn. */
static inline struct rs_addr
rs_addr_in_turn(struct rs_addr a, uint8_t turn)
{
	a.b[RS_ADDR_BYTES] = turn;
	return a;
}

/*
 * Of hosts behind one address (track/behind.h) the first one has it as it is on
 * the wire, and the others are in places that no turn has: 1 and up.
 */
enum { RS_ADDR_TURNS = 128, RS_ADDR_PLACES = UINT8_MAX + 1 - RS_ADDR_TURNS };

/* place < RS_ADDR_PLACES; 0: a itself */
static inline struct rs_addr
rs_addr_behind(struct rs_addr a, unsigned place)
{
	return place ? rs_addr_in_turn(a, (uint8_t)(RS_ADDR_TURNS - 1 + place))
		     : a;
}

static inline unsigned
rs_addr_place(const struct rs_addr *a)
{
	uint8_t turn = rs_addr_turn(a);
	return turn < RS_ADDR_TURNS ? 0 : turn - (RS_ADDR_TURNS - 1U);
}

/* The one that all of them have. */
static inline struct rs_addr
rs_addr_face(struct rs_addr a)
{
	return rs_addr_place(&a) ? rs_addr_in_turn(a, 0) : a;
}

/* <0, 0, >0: IPv4 before IPv6, then by value. */
int rs_addr_cmp(const struct rs_addr *a, const struct rs_addr *b);
int rs_endpoint_cmp(const struct rs_endpoint *a, const struct rs_endpoint *b);

/*
 * Writes the text form with its NUL and returns its length.  IPv6 in the form
 * of RFC 5952; an endpoint as 192.0.2.1:5060 or [2001:db8::1]:5060.
 */
size_t rs_addr_format(const struct rs_addr *a, char out[RS_ADDR_TEXT]);
size_t rs_endpoint_format(
    const struct rs_endpoint *e, char out[RS_ENDPOINT_TEXT]);

#endif
