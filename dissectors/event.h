/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that can be said upward, as one tagged union.
 *
 * One union rather than a callback per kind: one recorder serves tests and
 * fuzzers, and a new kind is a compile error (-Wswitch-enum) wherever it is
 * not handled.  An event is a stack object of its emitter; whoever keeps any
 * of it, copies.
 *
 * Who emits what:
 *   dissectors/sip    SIP_MESSAGE SIP_KEEPALIVE ANOMALY
 *   dissectors/tls    TLS_RECORD ANOMALY          (heard by tls/session only)
 *   tls/session       TLS_HANDSHAKE TLS_ALERT TLS_CCS TLS_DATA ANOMALY
 *   dissectors/websocket  WS_UPGRADE WS_FRAME ANOMALY
 *                                           (heard by websocket/session only)
 *   websocket/session WS_UPGRADE WS_MESSAGE ANOMALY
 *   engine/log_stage  GAP, and by its dissector SIP_MESSAGE, of logs
 *   dissectors/dns    DNS_MESSAGE ANOMALY
 *   dissectors/dhcp   DHCP ANOMALY
 *   dissectors/ntp    CLOCK
 *   engine/link_stage LINK
 *   dissectors/tftp   TFTP ANOMALY
 *   dissectors/http   HTTP ANOMALY
 *   engine/log_fetch  FETCH, and by its dissector HTTP, of logs
 *   engine/pipeline   FLOW_OPEN GAP FLOW_HALF_CLOSE FLOW_END ICMP DROPS NOT_TLS
 *
 * An emitter below engine/ leaves `flow` NULL; the pipeline fills it in before
 * any tracker sees the event.
 */
#ifndef EVENT_H
#define EVENT_H

#include "base/facts.h"
#include "base/icmp.h"
#include "dissector.h"

struct sip_msg;
struct tls_client_hello;
struct tls_server_hello;
struct tls_certificate_list;
struct tls_certificate_request;
struct ws_upgrade;
struct dhcp_msg;
struct link_msg;
struct tftp_msg;
struct http_msg;
struct reading;
struct dns_msg;
struct log_fetch;

/* How a flow was kept alive, as far as known now. */
struct rs_flow_pace {
	uint32_t pings, pongs; /* RFC 5626 3.5.1; a ping without them is none */
	rs_time silence;       /* the longest time without a packet, ns */
	rs_time silence_from;
};

/* Shorter silences are between any two messages, and not worth telling. */
static inline bool
rs_flow_pace_tells(const struct rs_flow_pace *p)
{
	return p->pings || p->pongs || p->silence >= 10 * RS_SEC;
}

/* Whence the content of a flow is known. */
enum rs_source {
	RS_FROM_WIRE,
	RS_FROM_LOG,  /* no packet of it was captured */
	RS_FROM_BOTH, /* it was captured, and this message is from a log; a GAP:
			 the log does not have what the capture has */
	RS_NOT_ON_WIRE, /* the same, and this message was never on it */
	RS_FROM_LOG_APART, /* of a log beside captures, and nobody knows how its
			      times stand to theirs */
};

/* No packet of the flow was captured. */
static inline bool
rs_from_log(enum rs_source s)
{
	return s == RS_FROM_LOG || s == RS_FROM_LOG_APART;
}

/* What trackers may know of a flow.  No pointers into net/. */
struct rs_flow_info {
	uint64_t serial;           /* unique in this engine; hash key, never shown */
	struct rs_endpoint end[2]; /* by the rs_dir of the sender */
	rs_time first_at;          /* its first packet ... */
	struct rs_frame first;     /* ... from which its id comes */
	struct rs_frame handshake; /* its first TLS handshake; number 0: none */
	uint8_t carrier; /* enum rs_carrier: what its bytes came over */
	uint8_t source;  /* enum rs_source: of this event */
	bool from_start; /* opening SYN seen; always true over UDP */
	uint8_t ttl[2];            /* of each side's first packet; 0: not seen */
	struct rs_flow_pace pace;
	/* As known now; of its TLS events alone, else NULL. */
	const struct rs_conn_brief *tcp;
};

enum rs_event_type {
	RS_EV_NONE,
	RS_EV_SIP_MESSAGE,
	RS_EV_SIP_KEEPALIVE,
	RS_EV_TLS_RECORD,
	RS_EV_TLS_HANDSHAKE,
	RS_EV_TLS_ALERT,
	RS_EV_TLS_CCS,
	RS_EV_TLS_DATA,
	RS_EV_NOT_TLS,
	RS_EV_WS_UPGRADE,
	RS_EV_WS_FRAME,
	RS_EV_WS_MESSAGE,
	RS_EV_FLOW_OPEN,
	RS_EV_GAP,
	RS_EV_FLOW_HALF_CLOSE,
	RS_EV_FLOW_END,
	RS_EV_ICMP,
	RS_EV_DROPS,
	RS_EV_ANOMALY,
	RS_EV_TIME, /* nothing but that it is `now` */
	RS_EV_DNS_MESSAGE,
	RS_EV_DHCP,
	RS_EV_LINK,
	RS_EV_CLOCK,
	RS_EV_TFTP,
	RS_EV_HTTP,
	RS_EV_FETCH,
	RS_EV_N
};

enum sip_keepalive {
	SIP_KEEPALIVE_NONE,
	SIP_KEEPALIVE_PING,   /* CRLFCRLF, RFC 5626 3.5.1 */
	SIP_KEEPALIVE_PONG,   /* CRLF */
	SIP_KEEPALIVE_BLANKS, /* any other run of CR, LF, blanks or zeros */
};

/* One TLS record, still as it is on the wire (RFC 8446 5.1, RFC 5246 6.2). */
struct tls_record {
	uint8_t type;     /* 20 CCS, 21 alert, 22 handshake, 23 data, 24 heartbeat */
	uint16_t version; /* of the record layer */
	size_t size;      /* of its body, as the header says */
	struct rs_span body; /* absent for application data: see tls/tls.h */
	bool cut;         /* the stream ended or has a gap inside it */
};

/* How it stands with what goes under keys. */
enum tls_seal {
	TLS_SEAL_NONE,    /* in clear, or nobody has keys to try */
	TLS_SEAL_OPENED,
	TLS_SEAL_NO_KEYS, /* none for this connection */
	TLS_SEAL_WRONG_KEYS, /* there are, and no record opens with them */
	TLS_SEAL_CIPHER,  /* a cipher suite that is not read */
	TLS_SEAL_HELLO,   /* of the handshake not all was seen */
	TLS_SEAL_GAP,     /* out of step since bytes are missing */
	TLS_SEAL_NO_ROOM, /* the memory limit */
	TLS_SEAL_N
};

/* One handshake message, put together from its records. */
struct tls_handshake_msg {
	uint8_t type;   /* RFC 8446 B.3; 254: HelloRetryRequest; 255: unreadable */
	bool encrypted; /* type and body are not known */
	enum tls_seal seal; /* OPENED: it went under keys that we have */
	size_t size;    /* of the message; of the record where encrypted */
	struct rs_span body; /* empty where encrypted or unreadable */
	union {         /* by type, where it could be parsed; else NULL */
		const struct tls_client_hello *client_hello;
		const struct tls_server_hello *server_hello;
		const struct tls_certificate_list *certificates;
		const struct tls_certificate_request *certificate_request;
	} u;
};

struct tls_alert {
	uint8_t level, number; /* 0 where encrypted */
	bool encrypted;        /* an alert record, or (inferred) one in TLS 1.3 */
	bool inferred;
	enum tls_seal seal;
};

/* One frame, still as it is on the wire (RFC 6455 5.2). */
struct ws_frame {
	uint8_t opcode; /* enum ws_opcode */
	bool fin;
	bool compressed; /* RSV1, RFC 7692 6: of a first frame */
	bool masked;
	uint8_t mask[4];     /* zeros where it is not masked */
	uint64_t size;       /* of its payload */
	struct rs_span body; /* the payload, masked; absent where too long */
};

/* One message, put together from its frames, or one control frame. */
struct ws_message {
	uint8_t opcode;      /* enum ws_opcode, never a continuation */
	uint16_t code;       /* of a close: RFC 6455 7.4; 0: none given */
	struct rs_span body; /* of a close: its reason */
};

enum rs_anomaly {
	RS_ANOMALY_NONE,
	RS_ANOMALY_SIP_MALFORMED,     /* not a SIP message after all */
	RS_ANOMALY_SIP_TRUNCATED,     /* a message ended before its length */
	RS_ANOMALY_SIP_SKIPPED,       /* bytes skipped to the next start-line */
	RS_ANOMALY_SIP_TOO_LONG,      /* over the limit: not kept */
	RS_ANOMALY_SIP_TRAILING,      /* bytes after the message in a datagram */
	RS_ANOMALY_TLS_NOT_TLS,       /* first bytes are no TLS record */
	RS_ANOMALY_TLS_BAD_RECORD,    /* later bytes are no TLS record */
	RS_ANOMALY_TLS_BAD_HANDSHAKE, /* a message that does not parse */
	RS_ANOMALY_TLS_TOO_LONG,      /* a handshake message over the limit */
	RS_ANOMALY_TLS_TRUNCATED,     /* the stream ended inside a record */
	RS_ANOMALY_TLS_SSLV2,         /* an SSLv2 hello */
	RS_ANOMALY_WS_BAD_UPGRADE,    /* a head of HTTP that does not parse */
	RS_ANOMALY_WS_BAD_FRAME,      /* no frame, or not one that may come here */
	RS_ANOMALY_WS_SKIPPED,        /* bytes skipped to the next frame */
	RS_ANOMALY_WS_TRUNCATED,      /* a message lacks its end or beginning */
	RS_ANOMALY_WS_TOO_LONG,       /* over the limit: not kept */
	RS_ANOMALY_WS_COMPRESSED,     /* a message that is not inflated */
	RS_ANOMALY_DNS_MALFORMED,     /* to or from port 53, and no DNS */
	RS_ANOMALY_DHCP_MALFORMED,    /* no message, or an option past its end */
	RS_ANOMALY_TFTP_MALFORMED,    /* no TFTP message where one was due */
	RS_ANOMALY_HTTP_MALFORMED,    /* not HTTP after all */
	RS_ANOMALY_N
};

/* A clock on the wire. */
enum rs_clock {
	RS_CLOCK_NONE,
	RS_CLOCK_NTP,  /* RFC 5905 */
	RS_CLOCK_SIP,  /* Date, RFC 3261 20.17 */
	RS_CLOCK_TLS,  /* gmt_unix_time, RFC 5246 7.4.1.2 */
	RS_CLOCK_N
};

struct rs_event {
	enum rs_event_type type;
	enum rs_dir dir;
	struct rs_stamp at;
	rs_time now; /* of the capture when it was told; set by the pipeline */
	const struct rs_flow_info *flow;
	union {
		struct {
			union {
				const struct sip_msg *sip_message;
				const struct dns_msg *dns_message;
			};
			struct rs_where parts; /* see rs_event_parts() */
			/* SIP_MESSAGE: trackers' own; NULL: not read yet */
			const struct reading *reading;
		};
		struct {
			enum sip_keepalive kind;
		} sip_keepalive;
		struct tls_record tls_record;
		struct tls_handshake_msg tls_handshake;
		struct tls_alert tls_alert;
		struct {
			size_t size;    /* of the record's body */
			uint8_t type;   /* of the record: 23, or 24 heartbeat */
			enum tls_seal seal;
			/* OPENED: what was inside.  The pipeline's, which
			   takes it out: no tracker sees it. */
			struct rs_span plain;
		} tls_data;
		const struct ws_upgrade *ws_upgrade;
		struct ws_frame ws_frame;
		struct ws_message ws_message;
		const struct tftp_msg *tftp;
		const struct http_msg *http;
		const struct log_fetch *fetch;
		struct {
			struct rs_span head; /* the first bytes that were no TLS */
		} not_tls; /* clear bytes on a flow where TLS was due */
		struct {
			uint64_t missing; /* bytes */
			rs_time from, to; /* between these times they passed */
		} gap;
		struct {
			enum rs_ending how; /* RS_END_FIN or RS_END_RST, by dir */
		} half_close;
		struct {
			enum rs_ending how;
			const struct rs_conn_facts *conn; /* NULL over UDP */
		} flow_end;
		struct {
			uint8_t family, type, code;
			struct rs_addr sender; /* who sent the error */
			struct rs_span quoted; /* payload of the quoted packet */
		} icmp; /* an error that quotes a packet of this flow; dir is the
		           direction of the quoted packet */
		struct {
			uint64_t packets;
			rs_time from, to;
		} drops; /* the capture itself lost packets (0: nothing was
		            captured between two files); flow is NULL */
		struct {
			enum rs_anomaly kind;
			uint64_t bytes;
			/* TLS_NOT_TLS: what was read; else empty */
			struct rs_span head;
		} anomaly;
		const struct dhcp_msg *dhcp;
		const struct link_msg *link;
		struct {
			enum rs_clock source;
			bool answer;  /* NTP: of a server */
			bool valid;   /* NTP: it says that it knows the time */
			rs_time time; /* what its sender's clock says; RS_NEVER:
			                 nothing, as in many queries */
		} clock; /* by the side that sent */
	} u;
};

/* What its message came in, where that is more than `at` can say; else, and of
   what is no message, nothing. */
static inline struct rs_where
rs_event_parts(const struct rs_event *ev)
{
	if (ev->type == RS_EV_SIP_MESSAGE || ev->type == RS_EV_DNS_MESSAGE)
		return ev->u.parts;
	return (struct rs_where){0};
}

/* An ICMP error, and one that ends what it quotes. */
static inline bool
rs_event_unreachable(const struct rs_event *ev)
{
	return ev->type == RS_EV_ICMP &&
	       rs_icmp_unreachable(
		   ev->u.icmp.family, ev->u.icmp.type, ev->u.icmp.code);
}

#endif
