/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contacts (RFC 3261 20.10, 10.2; RFC 5626 for +sip.instance and reg-id), one
 * after the other over all Contact headers of a message.
 */
#ifndef SIP_CONTACT_H
#define SIP_CONTACT_H

#include "sip/addr.h"
#include "sip/msg.h"
#include "sip/seconds.h"

struct sip_contact {
	bool star; /* "*" */
	struct sip_addr addr;
	struct rs_span instance; /* without quotes */
	struct rs_span reg_id;
	struct rs_span pub_gruu, temp_gruu; /* RFC 5627, without quotes */
	bool has_expires;
	bool bad_expires; /* it is there, and no number of 32 bits */
	uint32_t expires; /* seconds */
};

struct sip_contact_it {
	const struct sip_msg *msg;
	size_t at;           /* next header */
	struct rs_span rest; /* what is left of the current one */
};

static inline struct sip_contact_it
sip_contact_first(const struct sip_msg *m)
{
	return (struct sip_contact_it){.msg = m};
}

/* False at the end. */
bool sip_contact_next(struct sip_contact_it *it, struct sip_contact *c);

#endif
