/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every record there is: REPORT's objects as structs, in one place.
 *
 * The tables in records.c give each field its name in the report.  Durations
 * are nanoseconds here and become `..._ms` in the report.  Where the meaning of
 * a field is not said here, the report's manual, regscan-report(5), says it.
 */
#ifndef TRACK_RECORDS_H
#define TRACK_RECORDS_H

#include "track/record.h"
#include "track/records_log.h"
#include "track/records_way.h"

/* ---- registrations ---- */

enum rec_reg_kind {
	REC_REG_KIND_NONE,
	REC_INITIAL,
	REC_REFRESH,
	REC_REMOVAL,
	REC_QUERY,
};

enum rec_outcome {
	REC_OUTCOME_NONE,
	REC_REGISTERED,
	REC_UNREGISTERED,
	REC_QUERIED,
	REC_NOT_BOUND,
	REC_AUTH_FAILED,
	REC_CHALLENGE_UNANSWERED,
	REC_REDIRECTED,
	REC_REJECTED,
	REC_TIMED_OUT,
	REC_CONNECTION_LOST,
	REC_UNREACHABLE,
	REC_CUT_OFF,
	REC_OUTCOME_N
};

struct rec_contact {
	struct rs_span uri, instance, reg_id;
	int64_t expires_requested, expires_granted; /* seconds */
	struct rs_span pub_gruu, temp_gruu;         /* RFC 5627 */
};

struct rec_challenge {
	struct rs_span scheme, realm, algorithm, qop;
	enum rs_fact proxy;    /* of a Proxy-Authenticate */
	enum rs_fact answered; /* by a later request of the attempt */
	int64_t nonce_age;   /* ns from the challenge to the answer */
	enum rs_fact stale;
};

/* Credentials against a known password. */
enum rec_digest {
	REC_DIGEST_NONE, /* not asked */
	REC_DIGEST_RIGHT,
	REC_DIGEST_WRONG,
	REC_DIGEST_UNKNOWN_USER,
	REC_DIGEST_NOT_VERIFIABLE,
	REC_DIGEST_N
};

/* What is wrong: as in sip/digest.h. */
enum rec_digest_part {
	REC_DIGEST_PART_NONE,
	REC_DIGEST_PASSWORD,
	REC_DIGEST_PASSWORD_BLANKS,
	REC_DIGEST_USERNAME,
	REC_DIGEST_REALM,
	REC_DIGEST_ALGORITHM,
	REC_DIGEST_URI,
	REC_DIGEST_METHOD,
	REC_DIGEST_QOP,
	REC_DIGEST_NC,
	REC_DIGEST_CNONCE,
	REC_DIGEST_NONCE,
	REC_DIGEST_CASE,
	REC_DIGEST_PART_N
};

/* One Authorization or Proxy-Authorization of a request. */
struct rec_authorization {
	struct rs_span scheme, username, realm, algorithm, qop;
	int64_t nc;            /* absent where it is no eight hex digits */
	struct rec_list flaws; /* names */
};

struct rec_transaction {
	struct rs_span branch;
	int64_t cseq;
	struct rs_frame request_frame;
	rs_time request_time;
	struct rec_list request_frames; /* of retransmissions: struct rs_frame */
	int64_t retransmissions;
	int64_t request_size;     /* bytes of the message */
	enum rs_fact fragmented;  /* it came in several IP fragments */
	enum rs_fact credentials;
	struct rec_list authorizations; /* struct rec_authorization */
	enum rec_digest digest;
	enum rec_digest_part digest_wrong;
	int64_t provisional;            /* last provisional status */
	struct rs_frame provisional_frame;
	int64_t status;                 /* final */
	struct rs_span reason;
	struct rs_frame response_frame; /* that completed it */
	rs_time response_time;
	int64_t response_repeats;
	int64_t delay;                  /* ns, first request to final complete */
	struct rec_list challenges;     /* struct rec_challenge */
	int64_t retry_after, min_expires; /* seconds */
	struct rs_span extensions; /* what a 420, 421, 439 or 494 names */
	struct rs_span redirected_to; /* the first Contact of a 3xx: its URI */
	struct rs_span warning; /* what a refusal, no challenge, says of its cause */
	struct rec_endpoint client, server;
};

struct rec_leg {
	struct rec_endpoint client, server;
	enum rec_transport transport;
	struct rec_list frames; /* struct rs_frame */
	int64_t delay;          /* ns behind the first leg */
};

struct rec_registration {
	struct rec_id id;
	rs_time started, ended;
	struct rs_span aor, call_id, user_agent, auth_user, realm;
	struct rec_endpoint client, server; /* of its last request */
	enum rec_transport transport;
	enum rec_visibility visibility;
	enum rec_reg_kind kind;
	enum rec_outcome outcome;
	int64_t status;
	struct rs_span reason;
	int64_t rrd, rrd_auth, challenge, client_auth; /* ns */
	int64_t expires_requested, expires_granted;    /* seconds */
	int64_t ttl; /* of the flow's first packet of the client's */
	struct rec_list contacts;     /* struct rec_contact */
	struct rec_list other_contacts; /* listed in the 2xx, and not ours */
	struct rec_list transactions; /* struct rec_transaction */
	struct rec_list frames;       /* struct rs_frame, in order */
	struct rec_list legs;         /* struct rec_leg */
	struct rs_span from;             /* where it is not the aor */
	struct rec_list path;            /* text: RFC 3327, of the 2xx */
	struct rec_list service_route;   /* text: RFC 3608 */
	struct rec_list associated_uris; /* text: RFC 7315 */
	int64_t flow_timer;              /* seconds: RFC 5626 */
	enum rs_fact outbound;           /* RFC 5626 6: the 2xx requires it */
	enum rs_fact bulk;               /* RFC 6140: "bnc" in a contact */
	struct rs_span security;         /* RFC 3329: what was agreed upon */
	enum rs_fact rport_asked;        /* RFC 3581 */
	struct rs_span received;         /* how a response saw the client ... */
	int64_t rport;                   /* ... and its port */
	struct rs_span icmp;          /* "3/3": an error that quotes it */
	struct rec_endpoint icmp_from;
	struct rs_frame icmp_frame;
	/* Of a response that an ICMP error refuses: whence and where it went. */
	struct rec_endpoint refused_from, refused_to;
	struct rec_id handshake, connection;
	struct rec_list flaws;        /* names */
	struct rec_list inferred_from; /* text: why, of visibility inferred */
};

/* Failed, as REPORT defines it; cut_off is neither failed nor succeeded. */
static inline bool
rec_outcome_failed(enum rec_outcome o)
{
	return o >= REC_NOT_BOUND && o <= REC_UNREACHABLE;
}

static inline bool
rec_outcome_succeeded(enum rec_outcome o)
{
	return o >= REC_REGISTERED && o <= REC_QUERIED;
}

/* ---- bindings ---- */

enum rec_binding_state {
	REC_BINDING_STATE_NONE,
	REC_HELD,    /* valid when the capture ended */
	REC_EXPIRED, /* its time passed without a refresh */
	REC_REMOVED, /* taken away by its phone */
	REC_DISPLACED, /* a 2xx to another phone no longer listed it */
	REC_BINDING_UNKNOWN, /* evicted, or the capture has a hole */
};

struct rec_grant {
	rs_time from;
	int64_t seconds, asked;
	struct rs_frame frame;
};

struct rec_lapse {
	rs_time from, to;
	int64_t length; /* ns */
	int64_t seconds, asked;  /* of the grant that ran out */
	struct rs_frame granted; /* its 2xx */
	struct rs_frame frame;   /* the 2xx that came too late */
	enum rec_reg_kind kind;  /* of the attempt that got that */
	int64_t missed; /* CSeqs not captured between; absent: not known */
};

/* A 2xx to another phone, of the same AOR, that did not list this binding. */
struct rec_displaced {
	rs_time at;
	struct rs_frame frame;
	struct rec_id by; /* the binding of the other phone */
	struct rs_span contact;
	struct rec_endpoint client;
	rs_time back; /* when this one displaced that one in turn */
	struct rs_frame back_frame;
};

/* This binding was made where another contact of the AOR was just removed. */
struct rec_move {
	rs_time removed, at;
	struct rs_frame removed_frame, frame;
};

/* Keep-alives (RFC 5626 3.5) of a flow, and its longest silence where that was
   ten seconds or more. */
struct rec_keepalive {
	int64_t pings, pongs;
	int64_t silence; /* ns */
	rs_time silence_from;
};

/* The server's requests got no answer, and the phone came back from another
   port. */
struct rec_unreached {
	rs_time granted; /* the last time from the port that was lost */
	struct rs_frame granted_frame;
	int64_t port;
	rs_time answered; /* the last of the server's requests that was */
	struct rs_frame answered_frame;
	rs_time since;   /* the first request without answer */
	struct rs_frame frame, again_frame;
	struct rs_span icmp; /* "3/3": an error that quotes one */
	struct rs_frame icmp_frame;
	rs_time back;    /* the REGISTER that came next */
	struct rs_frame back_frame;
	int64_t back_port;
};

struct rec_binding {
	struct rec_id id;
	rs_time started, ended;
	struct rs_span aor, contact, instance, reg_id;
	struct rec_endpoint client, server;
	enum rec_transport transport; /* of its last refresh */
	struct rec_list grants;  /* struct rec_grant; the first and last ones */
	int64_t granted_total;   /* how many there were */
	int64_t refreshes;
	int64_t refresh_margin;  /* tenths of a percent: (expiry - refresh) / granted, least */
	struct rec_list lapses;  /* struct rec_lapse */
	int64_t lapsed;          /* ns in all */
	struct rec_list displaced; /* struct rec_displaced; the first ones */
	int64_t displaced_total; /* absent: never */
	struct rec_list moves;   /* struct rec_move; that led here, the last ones */
	int64_t moves_total;     /* in a row; absent: none */
	struct rec_list unreached; /* struct rec_unreached; the first one */
	int64_t unreached_total; /* absent: none */
	enum rec_binding_state state;
	rs_time next_expiry;
	struct rec_keepalive keepalive; /* between client and server */
};

/* Each refresh asks for a second less than the one before, as far as the grants
   that are kept tell. */
static inline bool
rec_binding_shrinks(const struct rec_binding *b)
{
	const struct rec_grant *g = (const struct rec_grant *)b->grants.v;
	uint32_t n = b->grants.n;
	if (n < 4 || b->granted_total < 4 || g[0].asked == REC_ABSENT)
		return false;
	for (uint32_t i = n - 2; i < n; i++)
		if (g[i].asked == REC_ABSENT || g[i].asked + 1 != g[i - 1].asked)
			return false;
	return g[0].asked - g[n - 1].asked == b->granted_total - 1;
}

/* ---- TLS ---- */

enum rec_side {
	REC_SIDE_NONE,
	REC_CLIENT,
	REC_SERVER,
	REC_NETWORK,
};

enum rec_handshake_state {
	REC_HANDSHAKE_NONE,
	REC_COMPLETED,
	REC_FAILED,
	REC_ABANDONED,
	REC_HANDSHAKE_CUT_OFF,
	REC_MIDSTREAM,
	REC_HANDSHAKE_STATE_N
};

enum rec_handshake_reason {
	REC_REASON_NONE,
	REC_REASON_ALERT,
	REC_REASON_RESET,
	REC_REASON_CLOSED,
	REC_REASON_SILENCE,
	REC_REASON_NOT_TLS,
	REC_REASON_MALFORMED,
};

enum rec_client_certificate {
	REC_CC_NOT_SEEN,
	REC_CC_NOT_REQUESTED,
	REC_CC_NONE_SENT,
	REC_CC_SENT,
};

struct rec_certificate {
	struct rs_span subject, issuer, serial;
	struct rec_list san; /* text */
	rs_time not_before, not_after;
	struct rs_span key, signature, sha256;
	struct rs_span spki_sha256, issuer_url;
	struct rec_list weak; /* text: "key", "signature" */
	enum rs_fact self_signed;
	enum rec_side from;  /* server, or client */
	struct rs_frame frame;
};

/* The certificates of one side as a chain. */
struct rec_chain {
	enum rec_side from;
	int64_t sent, path;  /* path: from the first one to the last issuer */
	enum rs_fact in_order, root; /* root: the path ends with one */
	enum rs_fact names_sni;      /* the first one, RFC 6125 */
	struct rs_span missing, missing_url; /* the issuer not sent */
	struct rs_span store, verification;  /* the library's words */
	enum rs_fact verified;
	int64_t depth; /* of the certificate that failed; absent where none */
	struct rs_frame frame;
};

struct rec_alert {
	enum rec_side from;
	int64_t level, number;
	struct rs_span name;
	enum rs_fact encrypted;
	struct rs_span after; /* the last message of its sender's peer */
	struct rs_frame frame;
	rs_time at;
};

/* One step of the ladder: who sent which message, when, in which frame. */
struct rec_step {
	enum rec_side from;
	struct rs_span what;   /* "client_hello", "alert", "fin", ... */
	rs_time at;
	struct rs_frame frame;
};

/* The beginning of what is no TLS where TLS was due. */
struct rec_first_bytes {
	enum rec_side from;
	struct rs_span text;
};

struct rec_handshake {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client, server;
	struct rs_span sni;
	struct rec_list alpn_offered;    /* text */
	struct rs_span alpn;             /* chosen */
	struct rec_list client_versions; /* text */
	struct rec_list client_ciphers;  /* text */
	struct rec_list client_groups;   /* text */
	struct rs_span version, cipher, group;
	enum rs_fact resumed, hello_retry;
	enum rs_fact ech;                /* offered: the SNI is the outer one */
	struct rs_span ja3, ja3s, ja4;
	struct rec_list certificates;    /* struct rec_certificate */
	struct rec_list chains;          /* struct rec_chain */
	enum rec_client_certificate client_certificate;
	struct rs_span history;          /* Zeek's ssl_history letters */
	struct rs_span last_message_client, last_message_server;
	struct rec_list alerts;          /* struct rec_alert */
	struct rec_list steps;           /* struct rec_step */
	struct rec_first_bytes first_bytes;
	int64_t tcp_rtt, hello, handshake; /* ns */
	struct rec_list frames;          /* struct rs_frame */
	enum rs_fact related;
	enum rec_visibility visibility;
	struct rs_span opaque_reason;
	enum rec_handshake_state state;
	enum rec_side failed_by;
	enum rec_handshake_reason reason;
	struct rec_id connection;
	struct rec_list flaws;
};

/* ---- TCP connections ---- */

struct rec_connection {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client, server;
	enum rec_transport transport;
	struct rs_span conn_state; /* Zeek's: S0 S1 SF REJ RSTO RSTR SH OTH ... */
	int64_t syns;
	int64_t ttl, mss; /* of the client's first packet, and of its SYN */
	int64_t rtt_server;        /* ns, SYN to SYN-ACK */
	int64_t rtt_client;        /* ns, SYN-ACK to ACK */
	int64_t bytes_client, bytes_server;
	int64_t retransmissions_client, retransmissions_server;
	int64_t gaps, missing_bytes;
	enum rec_side closed_by;
	struct rs_span closed_how; /* "fin", "rst", "open", "reused", ... */
	struct rs_span icmp;       /* "3/3" */
	struct rec_endpoint icmp_from;
	struct rs_frame icmp_frame;
	struct rs_frame syn_frame, syn_ack_frame, close_frame;
	/* names of what the first reset of a side has otherwise than its other
	   packets: "ttl", "timestamps", "ip_id", "window" */
	struct rec_list reset_differs;
	/* bytes of the server that the client lacked to the end, while it had
	   later ones */
	int64_t hole_bytes, hole; /* hole: ns */
	struct rs_frame hole_frame;
	/* the last silence of both sides, and what came of what ended it */
	int64_t idle; /* ns */
	enum rec_side idle_by; /* who ended it, with data */
	enum rs_fact idle_answered, idle_reset;
	enum rs_fact acked_client; /* the server has all that was sent to it */
	int64_t idle_repeats, idle_waited; /* waited: ns, for an answer */
	struct rs_frame idle_frame;
	/* segments with other bytes than an earlier one had; absent: none */
	int64_t differ;
	struct rs_frame differ_frame; /* the first of them */
	enum rs_fact from_start, related;
	struct rec_keepalive keepalive;
	struct rec_list frames;
};

/* An ICMP error says that its server is not to be had. */
bool rec_connection_unreachable(const struct rec_connection *c);

/* ---- phones ---- */

enum rec_stage_state {
	REC_STAGE_NONE,
	REC_STAGE_OK,
	REC_STAGE_FAILED,
	REC_STAGE_NOT_SEEN,
	REC_STAGE_NOT_APPLICABLE,
};

struct rec_stage {
	struct rs_span stage; /* link dhcp dns provisioning tcp tls sip */
	enum rec_stage_state state;
	struct rec_list records; /* text: ids with their type, "handshake 0-4" */
	struct rec_list frames;
	enum rs_fact earlier; /* true: what shows it is of a report before */
};

/* One address of record of a phone, and its last decided attempt. */
struct rec_line {
	struct rs_span aor;
	enum rec_outcome outcome;    /* absent: none was decided */
	rs_time decided;
	struct rs_frame frame;
	rs_time registered;          /* the first time, with credentials */
	struct rs_frame registered_frame;
	struct rs_span registered_as; /* their user */
	struct rs_span registered_realm; /* not said: their realm */
	unsigned place; /* not said: of its host, behind an address of several */
	rs_time told;                /* of a 500 or 503 with Retry-After, last */
	struct rs_frame told_frame;
	int64_t retry_after;         /* seconds */
	rs_time retried;             /* before that was over */
	struct rs_frame retried_frame;
	/* The last of those answers, where others got one, too */
	struct rs_frame wait_frame;
	int64_t told_at_once;        /* AORs, in that second; absent: it alone */
	struct rs_frame at_once_frame; /* the answer to another one */
};

/* A server refused the phone, and then left all of its requests unanswered for
   32 s or more, while it answered others. */
struct rec_silence {
	struct rec_endpoint server;
	int64_t refused;        /* how often, before */
	struct rs_frame refused_frame; /* the last of them */
	rs_time answered;       /* the phone, for the last time */
	struct rs_frame answered_frame;
	rs_time since, until;   /* first request unanswered; last one given up */
	struct rs_frame frame;
	int64_t attempts;       /* unanswered */
	rs_time other;          /* when another was answered first */
	struct rs_frame other_frame;
	struct rec_endpoint other_client;
};

/* What a phone that failed has otherwise than those that registered. */
struct rec_differs {
	struct rs_span what, value;
	struct rs_span others;  /* what most of them have that it has not */
	int64_t sharing, peers; /* how many of them, of how many known */
};

struct rec_phone {
	struct rec_id id;
	rs_time started, ended;
	struct rec_endpoint client;  /* port 0; absent: it had no address */
	struct rs_span mac;
	struct rec_list addresses;   /* text: where it had several */
	struct rec_list user_agents, aors; /* text */
	struct rec_list lines;       /* struct rec_line */
	struct rec_list chain;       /* struct rec_stage */
	struct rs_span stopped_at;
	enum rec_outcome outcome;    /* of its last decided attempt; or none */
	int64_t attempts, failed;
	struct rec_list silenced;    /* struct rec_silence */
	bool suffered; /* not said: some record of its is not fine */
	bool by_ip4;   /* not said: it tried something over IPv4 */
	bool by_udp, by_tcp, by_tls; /* likewise */
	bool several_hosts; /* not said: Contacts of its lines differ in host */
	struct rs_span behind;  /* its own address, where others share that one */
	enum rs_fact shared;    /* perhaps it is several phones; or absent */
	enum rs_fact scanner;         /* true, or absent */
	struct rs_span scanner_reason; /* "user_agent", "many_users" */
	/* of next attempts at a server that sent Retry-After; absent: none */
	int64_t retry_after_obeyed, retry_after_ignored;
	struct rec_list differs; /* struct rec_differs */
};

/* Some line of it, or the phone on its way; else it is well or undecided. */
static inline bool
rec_phone_failed(const struct rec_phone *p)
{
	return rec_outcome_failed(p->outcome) || p->stopped_at.p;
}

/* ---- findings ---- */

enum rec_severity { REC_SEVERITY_NONE, REC_ERROR, REC_WARNING, REC_INFO };
enum rec_certainty {
	REC_CERTAINTY_NONE,
	REC_CERTAIN,
	REC_LIKELY,
	REC_INFERRED,
};

struct rec_evidence {
	struct rs_frame frame;
	rs_time at;
	struct rs_span what;
};

struct rec_finding {
	struct rec_id id;          /* of the record it is about */
	rs_time at;
	struct rs_span code;
	enum rec_severity severity;
	struct rs_span stage;
	enum rec_certainty certainty;
	struct rec_list alternatives; /* text: codes */
	struct rs_span title, detail, advice;
	struct rec_endpoint phone, server;
	enum rec_transport transport;
	struct rs_span aor;
	struct rec_list records;   /* text: "registration 0-1" */
	struct rec_list evidence;  /* struct rec_evidence */
	struct rs_span filter;
	int64_t occurrences;       /* of the same finding; the report's own */
	struct rs_span mac;        /* hardware address, of link and DHCP */
};

/* ---- coverage and summary ---- */

struct rec_comment {
	int64_t frame;              /* absent: on the file as a whole */
	struct rs_span text;
};

/* A log: what was understood of it, and of what its times mean. */
struct rec_log {
	int64_t lines, lines_unknown, lines_missing, entries_without_time;
	int64_t clock_steps;        /* how often it was set; absent: never */
	int64_t year;
	struct rs_span year_from;   /* absent: not known */
	int64_t zone;               /* minutes east of Greenwich */
	struct rs_span zone_from;   /* absent: not known, UTC is assumed */
	int64_t shift, uncertainty; /* of its clock, to that of the captures */
	/* Of messages, where there are captures: absent where there are not. */
	int64_t messages, attributed, in_clear, ambiguous;
	enum rs_fact joined;
	int64_t drift, drift_uncertainty; /* tenths of a millionth */
	struct rs_span tls_least;   /* the least TLS version that it says */
	struct rec_list resyncs;    /* struct rec_resync */
	int64_t resyncs_not_listed; /* absent: none */
	struct rec_list joined_by;  /* text: whence the offset is known */
	struct rs_span not_joined;  /* why it is not */
	/* Of questions to name servers; absent where there are none. */
	int64_t lookups, lookups_captured;
};

struct rec_file {
	struct rs_span path, format;
	struct rs_span compression; /* "gzip", "zstd"; absent: none */
	struct rec_list link_types; /* text */
	int64_t packets, bytes;
	rs_time first, last;
	enum rs_fact cut_short;
	struct rs_span problem;     /* why it was not read to its end */
	struct rec_list comments;   /* struct rec_comment */
	int64_t names; /* of addresses, that it has itself; absent: none */
	/* an interface that was down or gone, and for how long in all (ns);
	   absent: never */
	int64_t outages, away;
	struct rec_log log;         /* where it is one */
};

struct rec_label {
	struct rs_span name;        /* nDPI's, or "unknown" */
	int64_t flows, packets, bytes;
};

struct rec_coverage {
	struct rec_list files;      /* struct rec_file */
	int64_t files_skipped;      /* of folders, being no captures; or absent */
	struct rec_list skipped;    /* text: the first of their paths */
	rs_time first, last;
	int64_t packets, decoded;
	struct rec_list undecoded;  /* counts by reason */
	struct rec_list encapsulations; /* counts; absent where there is none */
	int64_t snaplen_truncated;
	struct rec_list duplicates; /* counts of frames left out, by kind */
	struct rec_list checksums;  /* counts, of the first of each flow */
	int64_t drops_kernel, drops_interface;
	int64_t time_steps_back;
	int64_t flows_udp, flows_tcp, one_way_flows, two_way_flows;
	int64_t tcp_gaps, tcp_missing_bytes;
	struct rec_list fragments;  /* counts */
	struct rs_frame fragments_differ; /* the first with other bytes */
	struct rec_list evictions;  /* counts by table */
	struct rec_list sip_requests, sip_responses;      /* counts */
	struct rec_list responses_to_register;            /* counts */
	int64_t responses_without_request; /* that fit no REGISTER captured */
	int64_t sip_keepalives;
	/* absent where there was none */
	int64_t websocket_connections, websocket_refused;
	int64_t websocket_messages, websocket_pings, websocket_pongs;
	struct rec_list tls_connections; /* counts by visibility */
	struct rec_list tls_opaque;      /* of the opaque: counts by reason */
	int64_t tls_unrelated;           /* handshakes not listed */
	int64_t tls_abstained; /* nothing could be inferred; absent: none */
	struct rec_list tls_messages;    /* counts: client_hello, alert, ... */
	struct rec_list anomalies;       /* counts */
	struct rec_list other_traffic;   /* struct rec_label */
	int64_t unlabelled_flows;        /* over nDPI's budget */
	int64_t syns_not_listed;         /* lone SYNs without a record */
	struct rs_span vantage, vantage_reason;
	int64_t memory_limit;            /* bytes */
	struct rec_list dns_messages;    /* counts; not written without one */
	int64_t lookups_not_listed;      /* of others; absent: none */
	int64_t downloads_not_listed;    /* of no phones; absent: none */
	struct rec_list problems;        /* struct rec_problem */
};

struct rec_times { /* nearest rank, ns */
	int64_t count, min, mean, p50, p90, p95, p99, max;
};

/* Attempts that have something in common: one of server, user_agent and
   transport, or what is over the number of groups. */
struct rec_group {
	struct rec_endpoint server;
	struct rs_span user_agent;       /* absent: the attempts had none */
	enum rec_transport transport;
	enum rs_fact others;
	int64_t attempts, decided, failed;
	struct rec_list outcomes;        /* counts */
	int64_t attempt_failure;         /* tenths of a percent */
	struct rec_times rrd;
	int64_t challenge_share, client_share; /* of RRD, tenths of a percent */
	struct rec_list responses;       /* counts by status */
};

/* When most attempts began, and how many did. */
struct rec_load {
	int64_t peak_attempts, peak_seconds;
	rs_time peak_at;
	int64_t per_second; /* over the whole capture, millionths */
};

/* What scanners did, and is in none of the sums. */
struct rec_scanners {
	int64_t sources, attempts, aors;
};

struct rec_summary {
	int64_t attempts, decided, failed;
	struct rec_list outcomes;        /* counts */
	struct rec_list kinds;           /* counts: attempts by kind */
	struct rec_list failed_kinds;    /* counts: failed attempts by kind */
	struct rec_times rrd, rrd_auth, challenge, client_auth;
	int64_t ira;                     /* tenths of a percent */
	int64_t attempt_failure;         /* tenths of a percent */
	int64_t register_transactions;
	struct rec_list responses;       /* counts by status */
	struct rec_list handshakes;      /* counts by state */
	struct rec_list alerts;          /* counts by name */
	struct rec_list connections;     /* counts by conn_state */
	struct rec_list downloads;       /* counts by state; absent: none */
	struct rec_list bindings;        /* counts by state */
	int64_t bindings_lapsed;         /* that had a lapse */
	int64_t lapse_min, lapse_max;    /* ns, of one binding in all */
	rs_time next_expiry;             /* the first of those held */
	int64_t phones, phones_registered, phones_failed, phones_undecided;
	int64_t phones_unregistered; /* removed what they had */
	/* Not said: those that may be several, and lines of these. */
	int64_t phones_shared, lines_shared;
	/* struct rec_group; empty where there would be one */
	struct rec_list servers, user_agents, transports;
	struct rec_scanners scanners; /* absent where there were none */
	int64_t retry_after_obeyed, retry_after_ignored; /* of all phones */
	/* of RRD, tenths of a percent; these and load: not of a few attempts */
	int64_t challenge_share, client_share;
	struct rec_load load;
	/* Of visibility inferred, and in none of the above: counts by outcome */
	struct rec_list inferred;
};

extern const struct rec_type rec_registration_type, rec_binding_type,
    rec_handshake_type, rec_connection_type, rec_phone_type, rec_finding_type,
    rec_coverage_type, rec_summary_type, rec_download_type;
/* What those hold; rec_init() of an element of a list takes one of these. */
extern const struct rec_type rec_contact_type, rec_challenge_type,
    rec_authorization_type,
    rec_transaction_type, rec_leg_type, rec_grant_type, rec_lapse_type,
    rec_keepalive_type,
    rec_displaced_type, rec_move_type,
    rec_unreached_type,
    rec_certificate_type, rec_chain_type, rec_alert_type, rec_step_type, rec_stage_type,
    rec_line_type, rec_silence_type, rec_differs_type, rec_evidence_type, rec_file_type,
    rec_label_type, rec_times_type, rec_group_type, rec_scanners_type,
    rec_load_type, rec_log_type;

/* The report's word for a value; NULL for 0 and what is out of range. */
const char *rec_transport_name(enum rec_transport v);
const char *rec_visibility_name(enum rec_visibility v);
const char *rec_digest_name(enum rec_digest v);
const char *rec_digest_part_name(enum rec_digest_part v);
const char *rec_reg_kind_name(enum rec_reg_kind v);
const char *rec_outcome_name(enum rec_outcome v);
const char *rec_binding_state_name(enum rec_binding_state v);
const char *rec_side_name(enum rec_side v);
const char *rec_handshake_state_name(enum rec_handshake_state v);
const char *rec_handshake_reason_name(enum rec_handshake_reason v);
const char *rec_client_certificate_name(enum rec_client_certificate v);
const char *rec_stage_state_name(enum rec_stage_state v);
const char *rec_severity_name(enum rec_severity v);
const char *rec_certainty_name(enum rec_certainty v);
const char *rec_download_protocol_name(enum rec_download_protocol v);
const char *rec_download_state_name(enum rec_download_state v);

#endif
