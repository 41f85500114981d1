/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DHCP: RFC 2131 and RFC 2132 over IPv4, RFC 8415 over IPv6.
 *
 * A datagram is a message.  The two protocols differ in their bytes and hardly
 * in what they say, so both become one struct: SOLICIT is told as a discover,
 * ADVERTISE as an offer, REPLY as an ack, and the type on the wire stands
 * beside it.  Options of version 6 go to the place of those of version 4 that
 * mean the same.
 *
 * An option that comes in parts (RFC 3396) is put together in the message
 * itself; every other span is a part of `bytes`.
 */
#ifndef DHCP_DHCP_H
#define DHCP_DHCP_H

#include "base/cursor.h"
#include "dissector.h"

enum dhcp_type {
	DHCP_NONE,
	DHCP_DISCOVER, /* SOLICIT */
	DHCP_OFFER,    /* ADVERTISE */
	DHCP_REQUEST,  /* REQUEST, CONFIRM, RENEW, REBIND */
	DHCP_ACK,      /* REPLY */
	DHCP_NAK,      /* REPLY without an address, and a status that says so */
	DHCP_DECLINE,
	DHCP_RELEASE,
	DHCP_INFORM, /* INFORMATION-REQUEST */
	DHCP_TYPE_N
};

/* Places of options.  The number is that of version 4, then of version 6. */
enum dhcp_option {
	DHCP_SUBNET,         /* 1 */
	DHCP_ROUTER,         /* 3 */
	DHCP_DNS,            /* 6; 23 */
	DHCP_HOSTNAME,       /* 12; 39 without flags */
	DHCP_DOMAIN,         /* 15; 24 */
	DHCP_NTP,            /* 42; 31, or the addresses of 56 */
	DHCP_VENDOR,         /* 43 */
	DHCP_REQUESTED,      /* 50 */
	DHCP_LEASE,          /* 51 */
	DHCP_OVERLOAD,       /* 52 */
	DHCP_MESSAGE_TYPE,   /* 53 */
	DHCP_SERVER_ID,      /* 54; 2 */
	DHCP_PARAMETERS,     /* 55; 6 */
	DHCP_MESSAGE,        /* 56; the text of 13 */
	DHCP_VENDOR_CLASS,   /* 60; 16 without its enterprise number */
	DHCP_CLIENT_ID,      /* 61; 1 */
	DHCP_TFTP_NAME,      /* 66 */
	DHCP_BOOTFILE,       /* 67 */
	DHCP_RELAY_INFO,     /* 82 */
	DHCP_SIP_SERVERS,    /* 120; 21 */
	DHCP_VENDOR_OPTIONS, /* 125; 17 */
	DHCP_TFTP_ADDRESSES, /* 150 */
	DHCP_PROVISIONING,   /* 159 */
	DHCP_CONFIG_URL,     /* 160 */
	DHCP_SIP_ADDRESSES,  /* -; 22 */
	DHCP_OPTION_N
};

enum dhcp_flaw {
	DHCP_CUT = 1 << 0,      /* an option ends past the message */
	DHCP_TOO_LONG = 1 << 1, /* parts that did not fit together */
	DHCP_TOO_DEEP = 1 << 2, /* relays within relays: RFC 8415 7.6 */
};

enum { DHCP_JOINED = 1024, DHCP_RELAYS = 8 };

struct dhcp_msg {
	uint8_t version; /* 4 or 6 */
	uint8_t code;    /* the type on the wire */
	enum dhcp_type type;
	bool from_server;
	uint32_t xid;
	uint8_t hops;           /* relays that it came by */
	struct rs_span mac;     /* the client's, six bytes; or absent */
	struct rs_addr client;  /* ciaddr */
	struct rs_addr offered; /* yiaddr; the first address of an IA_NA */
	struct rs_addr next;    /* siaddr */
	struct rs_addr relay;   /* giaddr; the innermost link address */
	bool leased;
	uint32_t lease;             /* seconds, where leased */
	uint16_t status;            /* version 6: RFC 8415 21.13 */
	struct rs_span sname, file; /* fields of BOOTP that hold no options */
	struct rs_span option[DHCP_OPTION_N]; /* absent: not there */
	unsigned flaws;                       /* enum dhcp_flaw */
	struct rs_span bytes;
	uint8_t joined[DHCP_JOINED];
	size_t n_joined;
};

extern const struct rs_dissector dhcp_dissector;

/*
 * Reads a datagram; false where it is no message of that version.  m points
 * into bytes and into itself, so that it must not be moved: see below.
 */
bool dhcp4_parse(struct dhcp_msg *m, struct rs_span bytes);
bool dhcp6_parse(struct dhcp_msg *m, struct rs_span bytes);
/* The same in another place, and its bytes (bytes.n of them) in `to_bytes`. */
void dhcp_msg_copy(
    struct dhcp_msg *to, uint8_t *to_bytes, const struct dhcp_msg *from);

/* The next option of version 4 (RFC 2132 2), of any number; in a message they
   begin at DHCP4_OPTIONS.  False: there is none, or it is cut short. */
enum { DHCP4_OPTIONS = 240 };
bool dhcp4_option(struct rs_cur *c, uint8_t *code, struct rs_span *value);

/* Number of an option of version 4 by its place; 0: it has none. */
uint8_t dhcp_option_code(enum dhcp_option o);
/* Whether the first bytes of a datagram are such a message. */
bool dhcp4_probe(struct rs_span head);
bool dhcp6_probe(struct rs_span head);

#endif
