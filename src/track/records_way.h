/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a phone's way to SIP: leases, links and clocks, look-ups in DNS,
 * downloads.  A part of records.h, which see.
 */
#ifndef TRACK_RECORDS_WAY_H
#define TRACK_RECORDS_WAY_H

#include "track/record.h"

/* ---- downloads ---- */

enum rec_download_protocol {
	REC_DOWNLOAD_PROTOCOL_NONE,
	REC_TFTP,
	REC_HTTP,
	REC_HTTPS,
};

enum rec_download_state {
	REC_DOWNLOAD_STATE_NONE,
	REC_DOWNLOADED, /* "done" */
	REC_OPENED,     /* TLS is up, and what is inside is not readable */
	REC_NOT_FOUND,
	REC_DENIED, /* "refused" */
	REC_DOWNLOAD_FAILED,
	REC_MOVED, /* "redirected" */
	REC_DOWNLOAD_NO_ANSWER,
	REC_CANCELLED, /* by the client, which wanted no more */
	REC_DOWNLOAD_CUT_OFF,
	REC_DOWNLOAD_STATE_N
};

/* One file that was asked for; of HTTPS without keys, one connection. */
struct rec_download {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client, server;
	enum rec_download_protocol protocol;
	enum rec_download_state state;
	struct rs_span method; /* where it is no plain fetch */
	struct rs_span path;   /* without query */
	struct rs_span host, user_agent;
	struct rs_span mac;       /* that the path names: 12 hex digits */
	struct rs_span location;  /* of a redirection: host and path */
	int64_t status;           /* of HTTP */
	int64_t error;            /* of TFTP */
	struct rs_span reason;    /* its words, or why a handshake failed */
	enum rs_fact challenge;   /* the 401 asks for credentials */
	enum rs_fact credentials; /* the request had some */
	rs_time server_date;      /* its clock: HTTP Date */
	int64_t size;             /* bytes, as the server said */
	int64_t bytes, blocks, blksize, retransmissions;
	int64_t delay;              /* ns, request to first answer */
	int64_t duration;           /* ns */
	struct rs_span profile;     /* whose phones, or hosts, these are */
	enum rs_fact optional;      /* that profile can do without the file */
	enum rs_fact phone;         /* its client is one, as far as known */
	struct rec_id handshake;    /* of HTTPS */
	struct rs_frame icmp_frame; /* an error that quotes the request */
	struct rs_frame answer_frame;
	struct rec_list frames;
	enum rec_visibility visibility; /* log, or none */
	enum rs_fact resync;   /* the phone says that it is its configuration */
	enum rs_fact resolved; /* false: it says that the host's name was not */
};

/* It broke; what only was not there need not have been. */
static inline bool
rec_download_broke(enum rec_download_state s)
{
	return s == REC_NOT_FOUND || s == REC_DENIED ||
	       s == REC_DOWNLOAD_FAILED || s == REC_DOWNLOAD_NO_ANSWER;
}

/* When an answer came, so long after what began then; RS_NEVER: not known. */
static inline rs_time
rec_answered(rs_time started, int64_t delay)
{
	return started == RS_NEVER || delay == REC_ABSENT ? RS_NEVER
							  : started + delay;
}

static inline bool
rec_download_good(enum rec_download_state s)
{
	return s == REC_DOWNLOADED || s == REC_OPENED;
}

/* It asks for a file to configure a phone by, as far as the request tells: what
   a profile knows, or names a hardware address, or comes over TFTP.  Programs
   that phone on a computer fetch other things as well.  Or its log says so. */
static inline bool
rec_download_configures(const struct rec_download *d)
{
	return d->resync == RS_TRUE ||
	       ((d->method.p == NULL ||
		    rs_span_eq(d->method, RS_LIT("HEAD"))) &&
		   (d->profile.p || d->mac.p || d->protocol == REC_TFTP));
}

/* ---- lookups ---- */

enum rec_lookup_state {
	REC_LOOKUP_STATE_NONE,
	REC_ANSWERED,
	REC_NXDOMAIN,
	REC_NODATA,
	REC_REFUSED,
	REC_LOOKUP_FAILED, /* "failed": another rcode, or an empty TC */
	REC_NO_ANSWER,
	REC_LOOKUP_UNREACHABLE, /* "unreachable" */
	REC_LOOKUP_CUT_OFF,     /* "cut_off" */
	REC_LOOKUP_STATE_N
};

/* One record of an answer; of a NAPTR the target is the replacement. */
struct rec_answer {
	struct rs_span name, type;
	int64_t ttl; /* seconds */
	struct rs_span address, target;
	int64_t priority, weight, port;
	int64_t order, preference;
	struct rs_span flags, service, regexp;
	enum rs_fact additional; /* true, or absent */
};

/* What one client asked of one name and type, with all its repeats, until it
   had an answer or gave up. */
struct rec_lookup {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client,
	    server;                   /* that answered, or the last asked */
	enum rec_transport transport; /* of the last query */
	struct rs_span name, type;
	enum rec_lookup_state state;
	struct rs_span rcode;
	int64_t queries;         /* of all servers */
	struct rec_list servers; /* text: where there are several */
	int64_t delay;           /* ns, first query to its answer */
	enum rs_fact truncated;  /* an answer was */
	enum rs_fact authoritative;
	enum rs_fact server_heard; /* it answered other questions, and with no error */
	struct rec_list answers;   /* struct rec_answer */
	struct rs_span icmp;       /* "3/3" */
	struct rec_endpoint icmp_from;
	struct rs_frame icmp_frame, answer_frame;
	enum rs_fact related;
	struct rec_list frames;
	struct rec_list flaws; /* names */
	enum rec_visibility visibility; /* log: a log tells of it, too; or none */
};

extern const struct rec_type rec_lookup_type, rec_answer_type;
const char *rec_lookup_state_name(enum rec_lookup_state v);
/* ---- DHCP, link and time: records_boot.c ---- */

enum rec_dhcp { REC_DHCP_NONE, REC_DHCPV4, REC_DHCPV6 };

enum rec_lease_kind {
	REC_LEASE_KIND_NONE,
	REC_LEASE_DISCOVER, /* looked for a server */
	REC_LEASE_REQUEST,  /* asked for the address it had before */
	REC_LEASE_RENEW,
	REC_LEASE_INFORM, /* asked for options alone */
	REC_LEASE_RELEASE,
	REC_LEASE_DECLINE,
};

enum rec_lease_state {
	REC_LEASE_NONE,
	REC_BOUND,
	REC_INFORMED,
	REC_LEASE_REFUSED, /* NAK, and nothing better afterwards */
	REC_NO_OFFER,
	REC_NOT_TAKEN, /* offers, and the client asked for none of them */
	REC_NO_ACK,
	REC_DECLINED,
	REC_RELEASED,
	REC_LEASE_CUT_OFF,
	REC_LEASE_STATE_N
};

/* An option that names servers or files to phones. */
struct rec_option {
	int64_t code;
	struct rs_span value;      /* passwords in URLs left out */
	struct rec_list addresses; /* text: where it names any */
	/* The client spoke to one of them; absent: not seen to. */
	struct rs_frame used_frame;
	rs_time used;
	int64_t used_port;
};

/* What a server offers, or grants. */
struct rec_terms {
	struct rs_span address, subnet, domain;
	int64_t seconds;
	struct rec_list routers, dns, ntp; /* text */
	struct rec_list provisioning;      /* struct rec_option */
};

struct rec_offer {
	rs_time at;
	struct rs_frame frame;
	struct rec_endpoint server; /* by option 54, or the server's DUID */
	struct rs_span server_duid;
	struct rec_terms terms;
};

/* One exchange of a client: from its first message to the last word. */
struct rec_lease {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client, server, relay; /* client: its address */
	enum rec_dhcp protocol;
	enum rec_lease_kind kind;
	enum rec_lease_state state;
	struct rs_span mac, client_id, hostname, vendor_class;
	int64_t vlan; /* tag of the client's frames; 0: none; absent: unknown */
	struct rec_list asked;                 /* text: numbers of options */
	struct rs_span requested;              /* address */
	struct rec_list offers;                /* struct rec_offer */
	struct rec_terms terms;                /* of the ACK */
	struct rs_span boot_server, boot_file; /* fields of BOOTP */
	int64_t refusals;                      /* NAKs; absent: none */
	struct rs_span message;                /* of the last one */
	int64_t retransmissions;
	int64_t delay;                /* ns, first message to ACK */
	struct rs_frame answer_frame; /* ACK or NAK */
	struct rs_span icmp;          /* "3/3": quotes a message of the client */
	struct rec_endpoint icmp_from;
	struct rs_frame icmp_frame;
	struct rec_list frames;
	enum rec_visibility visibility; /* as of a lookup */
};

/* Who had an address, from when to when; no part of the report. */
enum rec_learned {
	REC_LEARNED_NONE,
	REC_BY_DHCP,
	REC_BY_ARP, /* or by neighbour discovery */
	REC_BY_TRAFFIC, /* packets that no router has passed on */
};

struct rec_host {
	struct rec_id id;
	rs_time started, ended;     /* the first and the last sign of it */
	struct rec_endpoint client; /* port 0 */
	struct rs_span mac;
	int64_t vlan;
	enum rec_learned learned; /* the best sign */
	enum rs_fact router;      /* it has more addresses than a host has */
	enum rs_fact forwards;    /* it was seen to send for others */
	rs_time until; /* it went to another host then; RS_NEVER: not for good */
};

enum rec_link_kind {
	REC_LINK_NONE,
	REC_LINK_CONFLICT,   /* two hosts claim an address */
	REC_LINK_UNANSWERED, /* ARP, or neighbour solicitations */
	REC_LINK_VOICE_VLAN, /* what a switch announces */
	REC_LINK_EAP_FAILED,
};

struct rec_link {
	struct rec_id id;
	rs_time started, ended;
	enum rec_link_kind kind;
	struct rec_endpoint client; /* who asks; the address in conflict */
	struct rec_endpoint server; /* who is asked for */
	struct rs_span mac, other_mac;
	struct rs_span protocol; /* "lldp", "cdp"; "nd": not by ARP */
	int64_t voice_vlan, native_vlan;
	enum rs_fact untagged; /* the policy: frames without a tag */
	int64_t method;        /* of EAP, by number */
	int64_t count;
	enum rs_fact probe; /* one was answered: RFC 5227 2.1.1, RFC 4862 5.4 */
	enum rs_fact router; /* nd: what is asked for is one, or was */
	struct rec_list frames;
};

enum rec_clock_source {
	REC_CLOCK_NONE,
	REC_CLOCK_NTP,
	REC_CLOCK_SIP,
	REC_CLOCK_TLS,
};

/* Clocks of two sides against the time of the capture. */
struct rec_clock {
	struct rec_id id;
	rs_time started, ended;
	enum rec_clock_source source;
	struct rec_endpoint client, server;
	int64_t queries, answers;             /* of NTP */
	int64_t client_offset, server_offset; /* ns ahead; the last ones */
	enum rs_fact client_steady; /* its offset was the same every time */
	struct rs_span icmp;        /* "3/3": quotes a query of NTP */
	struct rec_endpoint icmp_from;
	struct rs_frame icmp_frame;
	struct rec_list frames;
};

/* How it is known that its frames would be seen here. */
enum rec_shown {
	REC_SHOWN_NONE,
	REC_SHOWN_LINK,   /* it sent one that no switch passes on */
	REC_SHOWN_ROUTER, /* one went between it and its router */
	REC_SHOWN_APART,  /* DHCP to it alone, and what others say to others */
};

/* A client that has an address, and sent nothing but DHCP, ARP and what goes to
   everybody; no part of the report. */
struct rec_quiet {
	struct rec_id id;
	rs_time started;            /* DHCP gave it the address */
	struct rec_endpoint client; /* port 0 */
	struct rs_span mac;
	enum rec_shown shown;
	rs_time shown_at;
	struct rs_frame shown_frame;
	int64_t asked; /* neighbours that it looked for, and no answer is here */
	enum rs_fact called; /* others looked for it, likewise; true, or absent */
	rs_time other; /* of others, a while later */
	struct rs_frame other_frame;
};

extern const struct rec_type rec_lease_type, rec_host_type, rec_link_type,
    rec_clock_type, rec_quiet_type;
extern const struct rec_type rec_offer_type, rec_option_type;
const char *rec_dhcp_name(enum rec_dhcp v);
const char *rec_lease_kind_name(enum rec_lease_kind v);
const char *rec_lease_state_name(enum rec_lease_state v);
const char *rec_learned_name(enum rec_learned v);
const char *rec_shown_name(enum rec_shown v);
const char *rec_link_kind_name(enum rec_link_kind v);
const char *rec_clock_source_name(enum rec_clock_source v);

#endif
