/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone's log tells besides SIP messages, line by line:
 *
 *	DHCP-tftpsvr1:192.0.2.20
 *	dnsmasq[560]: query[SRV] _sips._tcp.example.net from 127.0.0.1
 *	dnsmasq[560]: forwarded activate.example.net to 192.0.2.53
 *	dnsmasq[560]: reply activate.example.net is 198.51.100.7
 *	voice-RSE_DEBUG: getting SRV:_sips._tcp.example.net
 *	voice-RSE_DEBUG: new priority:a by host: sbc2.example.net weight:50
 *		port:8934
 *	voice-... Requesting resync tftp://192.0.2.20/phone.cfg
 *	voice-QPE:RESYNC profile=[https://config.example.net/ ]
 *	voice-reqByCurlInternal sending http request out..., url: https://...
 *	GET /phone.cfg HTTP/1.1		and the head of the request
 *	HTTP/1.1 200 OK
 *	Couldn't resolve host 'activate.example.net'
 *	voice-reqByCurlInternal return from http request, [res] = 60
 *	voice-... -- Successful resync tftp://192.0.2.20/phone.cfg
 *	voice-... -- Resync failed: Download
 *
 * and, of which nothing would be on the wire (LOG_NOTE):
 *
 *	voice-sec_set_min_TLS_version: min_TLS_verson is TLS 1.1
 */
#ifndef LOG_FACTS_H
#define LOG_FACTS_H

#include "log/log.h"

enum log_fact_kind {
	LOG_FACT_NONE,
	LOG_DHCP,          /* name, value */
	LOG_DNS_FORWARD,   /* name; value: the server's address */
	LOG_DNS_QUERY,     /* name, type; by the phone itself */
	LOG_DNS_REPLY,     /* name; value: an address or a word */
	LOG_DNS_CACHED,    /* the same, known before */
	LOG_SRV_LIST,      /* name: what was asked for */
	LOG_SRV_TARGET,    /* name, priority, weight, port */
	LOG_URL,           /* value: what the phone goes to get */
	LOG_PROFILE,       /* value: the URL of a profile rule */
	LOG_SENDING,       /* value: the URL of a transfer; empty: cut */
	LOG_HTTP_REQUEST,  /* value: its head */
	LOG_HTTP_STATUS,   /* value: the line */
	LOG_UNRESOLVED,    /* name */
	LOG_RESYNCED,      /* value: whence; perhaps empty */
	LOG_RESYNC_FAILED, /* value: why, in the phone's words */
	LOG_TRANSFER,      /* result: libcurl's */
	LOG_TLS_LEAST,     /* value: "TLS 1.1" */
};

struct log_fact {
	enum log_fact_kind kind;
	struct rs_span name, value;
	uint16_t type; /* of DNS, RFC 1035 3.2.2; 0: another */
	uint16_t priority, weight, port;
	bool whole; /* LOG_SRV_TARGET: weight and port are there;
		       LOG_TRANSFER: no digit of it can be missing */
	uint32_t result;
	uint32_t thread; /* of its line; 0: not told */
};

/* Nothing of it would be seen on the wire. */
static inline bool
log_fact_is_note(enum log_fact_kind k)
{
	return k == LOG_TLS_LEAST;
}

/* False: not understood. */
bool log_fact_parse(struct rs_span text, struct log_fact *f);
static inline bool
log_fact_known(struct rs_span text)
{
	struct log_fact f;
	return log_fact_parse(text, &f);
}

/* What a result of libcurl is about (libcurl-errors(3)): "tls", "resolve",
   "connect", "timeout", "http", "other"; NULL for 0. */
const char *log_transfer_word(int result);
/* Of questions of other types of DNS nothing is read. */
bool log_type_known(uint16_t type);
/* The type of DNS that a value of a reply is of: A, AAAA; 0: any. */
uint16_t log_reply_type(struct rs_span value);
/* How a reason begins, in words that are known to be the phone's; absent: others,
   which may name anything, passwords and serial numbers too. */
struct rs_span log_reason(struct rs_span s);

/*
 * The same facts as they would be on the wire, for those who read that: a DNS
 * message, a DHCP ACK.  What the log does not tell is left out: an address that
 * is redacted is a record without data, a time to live has its top bit set
 * (RFC 2181 8).
 */
struct log_wire {
	uint8_t *p; /* lent */
	size_t n, size;
	bool full; /* it did not fit, and must not be used */
};

void log_wire_query(
    struct log_wire *w, uint16_t id, struct rs_span name, uint16_t type);
/* Begins a response to that; records are counted as they are added. */
void log_wire_response(struct log_wire *w, uint16_t id, uint8_t rcode,
    struct rs_span name, uint16_t type);
void log_wire_address(
    struct log_wire *w, struct rs_span name, uint16_t type, struct rs_addr a);
void log_wire_alias(
    struct log_wire *w, struct rs_span name, struct rs_span target);
void log_wire_srv(
    struct log_wire *w, struct rs_span name, const struct log_fact *target);
/* RFC 2131 2; ends with log_wire_dhcp_end.  mac: six bytes, or absent. */
void log_wire_dhcp(struct log_wire *w, bool ack, struct rs_span mac,
    struct rs_addr client, uint32_t xid);
void log_wire_option(struct log_wire *w, uint8_t code, struct rs_span value);
void log_wire_dhcp_end(struct log_wire *w);

#endif
