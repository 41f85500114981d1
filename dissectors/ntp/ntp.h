/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NTP, RFC 5905 7.3, of which only the time that a side claims to have is of
 * interest: queries of clients and answers of servers.
 */
#ifndef NTP_NTP_H
#define NTP_NTP_H

#include "dissector.h"

struct ntp_msg {
	bool answer;
	bool valid;   /* of an answer: synchronised, and no "kiss of death" */
	rs_time time; /* the transmit timestamp; RS_NEVER: none, or no time */
};

extern const struct rs_dissector ntp_dissector;

/* Its first bytes say little, so all of the header has to make sense. */
bool ntp_parse(struct ntp_msg *m, struct rs_span bytes);

#endif
