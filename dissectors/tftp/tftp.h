/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TFTP (RFC 1350), with its options (RFC 2347, 2348, 2349): one message a
 * datagram.
 *
 * Only a request can be told by its first bytes.  What answers it comes from
 * a port that the server chooses (RFC 1350 4), and begins like much else:
 * whoever saw the request must say that it is expected (engine/tftp_follow.h).
 */
#ifndef TFTP_TFTP_H
#define TFTP_TFTP_H

#include "dissector.h"

enum tftp_opcode { /* RFC 1350 5, RFC 2347 */
	TFTP_RRQ = 1,
	TFTP_WRQ = 2,
	TFTP_DATA = 3,
	TFTP_ACK = 4,
	TFTP_ERROR = 5,
	TFTP_OACK = 6,
};

enum tftp_error { /* RFC 1350 appendix, RFC 2347 */
	TFTP_UNDEFINED = 0,
	TFTP_NOT_FOUND = 1,
	TFTP_ACCESS_VIOLATION = 2,
	TFTP_OPTION_REFUSED = 8,
};

/* Spans are into what was parsed; numbers are 0 where they were not said. */
struct tftp_msg {
	uint8_t opcode;   /* enum tftp_opcode */
	uint16_t number;  /* block of DATA and ACK; code of ERROR */
	uint32_t blksize; /* RFC 2348: bytes */
	uint32_t tsize;   /* RFC 2349: bytes; asked for as 0 */
	bool has_tsize;
	size_t size;         /* bytes of DATA */
	struct rs_span file; /* of a request */
	struct rs_span text; /* of an ERROR */
};

/* False: it is no TFTP message. */
bool tftp_parse(struct tftp_msg *m, struct rs_span s);
/* Could this datagram answer a request? */
bool tftp_answers(struct rs_span s);

extern const struct rs_dissector tftp_dissector;

#endif
