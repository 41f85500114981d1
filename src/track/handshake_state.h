/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One open handshake: what handshake.c keeps, handshake_record.c writes into
 * its record, and handshake_judge.c judges.  Nobody else includes this.
 *
 * The record grows in the handshake's own arena while events come in, so that
 * nothing is kept twice; the facts that only the judgement needs stand beside.
 * In TLS 1.3 all records after ServerHello are sealed (RFC 8446 5.2), and what
 * is known of them is their side, size and order.
 */
#ifndef TRACK_HANDSHAKE_STATE_H
#define TRACK_HANDSHAKE_STATE_H

#include "event.h"
#include "tls/alert.h"
#include "tls/certmsg.h"
#include "tls/hello.h"
#include "track/records.h"

enum {
	SHAKE_STEPS = 64,
	SHAKE_FRAMES = 128,
	SHAKE_ALERTS = 16,
	SHAKE_CHAIN = 10, /* certificates of one side */
	SHAKE_SAN = 64,
	SHAKE_FIRST_BYTES = 16,
	SHAKE_HISTORY = 15, /* as Zeek's max_ssl_history_length */
};

struct shake_side {
	bool heard; /* any packet of it */
	bool begun; /* its SYN was captured: its first byte is its first */
	bool ccs;
	bool finished; /* an encrypted handshake record after its CCS */
	bool chain;    /* it sent a Certificate message */
	bool gap;      /* bytes of it are missing */
	bool malformed;
	bool not_tls;
	bool sealed_bye;    /* TLS <= 1.2: an encrypted alert */
	enum tls_seal seal; /* of its last record under keys */
	uint32_t data;      /* application_data records */
	uint32_t sealed;    /* TLS 1.3, after ServerHello: records */
	uint32_t after;     /* of these, after the client's Finished */
	size_t last_size;   /* of the last one */
	rs_time trouble_at; /* malformed, not TLS */
	/* TLS 1.3: a record that can only hold an alert, where one would
	   refuse: the client's before its Finished, the server's first after
	   that. */
	rs_time alert_at;
	struct rs_frame alert_frame;
};

struct shake_last {
	bool taken;
	struct rs_span client, server;
};

/* Indices of the sides: enum rec_side less one. */
enum { SHAKE_CLIENT, SHAKE_SERVER };

/*
 * Lists that clients offered, with their names.  Phones of a kind all offer the
 * same, and two dozen names each time were most of what a ClientHello cost.
 * The first few of each kind are kept, and never freed before the tracker.
 */
enum offer { OFFER_VERSIONS, OFFER_CIPHERS, OFFER_GROUPS, OFFER_N };
enum { SHAKE_OFFERS = 16 };

struct shake_offers {
	struct rec_arena arena;
	struct {
		struct rs_span numbers;
		struct rec_list names;
	} v[OFFER_N][SHAKE_OFFERS];
	unsigned n[OFFER_N];
};

struct shake {
	struct rec_arena arena;
	struct shake_offers *offers; /* of its tracker */
	struct rec_handshake rec;
	struct shake_entry *entry; /* its connection; handshake.c's */
	struct shake *newer, *older;
	enum rs_dir client;
	bool from_start;
	bool client_hello, server_hello, hello_done, requested, retry,
	    early_data;
	bool renegotiation; /* under keys: hardly anything of it is seen */
	unsigned hellos;
	uint16_t version, cipher;
	struct shake_side side[2];
	enum tls_seal shut;    /* why its content cannot be read */
	enum rec_side refused; /* who sent the first fatal alert */
	rs_time refused_at;
	bool refused_vaguely; /* by an alert that an unexpected end gives too */
	bool complete;
	bool dismissed; /* see handshake_judge_dismissed() */
	rs_time complete_at;
	rs_time hello_at; /* the first ClientHello complete */
	rs_time last_at;  /* the last TLS record of either side */
	enum rec_side closed_by;
	enum rs_ending closed_how;
	rs_time closed_at;
	/* TLS 1.3, the client's Finished: by its size, or, where it shares a
	   record with others, at most that record. */
	bool finished, finished_exact;
	rs_time finished_at;
	/* The server's bytes at that time, and at the end: a connection may
	   have been left before its last records were heard. */
	uint64_t server_bytes, finished_bytes;
	/* The client says that it lacks bytes of the server's: the capture
	   need not be blamed for a gap there. */
	bool lacks;
	bool client_bye; /* an alert-sized record of the client's after it */
	/* The last messages at the event that decided it: what follows only
	   answers it. */
	struct shake_last at_refusal, at_trouble;
	char history[SHAKE_HISTORY];
	uint8_t n_history;
};

static inline enum rec_side
shake_side_of(const struct shake *s, enum rs_dir dir)
{
	return dir == s->client ? REC_CLIENT : REC_SERVER;
}

static inline struct shake_side *
shake_at(struct shake *s, enum rec_side side)
{
	return &s->side[side - REC_CLIENT];
}

/* ---- handshake_record.c ---- */

void handshake_record_init(struct shake *s, const struct rs_event *ev);
void handshake_record_step(struct shake *s, enum rec_side from,
    const char *what, const struct rs_stamp *at);
void handshake_record_history(struct shake *s, enum rec_side from, char letter);
void handshake_record_flaw(struct shake *s, const char *name);
/* Facts of the connection below as known now. */
void handshake_record_brief(struct shake *s, const struct rs_conn_brief *b);
/* All of them in the end, its closes too; c may be NULL. */
void handshake_record_conn(struct shake *s, const struct rs_conn_facts *c);
/* This side closed; the earliest counts. */
void handshake_record_close(
    struct shake *s, enum rec_side by, enum rs_ending how, rs_time at);
/* What a side that should speak TLS says instead; the first one counts. */
void handshake_record_first_bytes(
    struct shake *s, enum rec_side from, struct rs_span bytes);
/* Closes of the connection that no event told of. */
void handshake_record_unheard_closes(
    struct shake *s, const struct rs_conn_facts *c);
/* A handshake message that could be read. */
void handshake_record_message(struct shake *s, const struct rs_event *ev,
    const struct tls_certificate_reader *reader);
void handshake_record_alert(struct shake *s, enum rec_side from,
    const struct tls_alert *alert, rs_time at, struct rs_frame frame);
/* Zeek's ssl_history letter of a message type, lower case. */
char handshake_record_letter(uint8_t type);

/* ---- handshake_judge.c ---- */

/* How and when the story of a handshake ends. */
struct shake_end {
	enum rs_ending how;
	rs_time now;
	bool covered; /* the capture reports no loss since the last record */
};

/* What a record is by its side, size and place (TLS 1.3); a constant. */
const char *handshake_judge_sealed_name(
    const struct shake *s, enum rec_side from, size_t size);
/* Hears a record of which only side and size are known (TLS 1.3). */
void handshake_judge_sealed(struct shake *s, enum rec_side from, size_t size,
    const struct rs_stamp *at);
/* The same where the message in it could be read. */
void handshake_judge_opened(struct shake *s, enum rec_side from, uint8_t type,
    const struct rs_stamp *at);
/* An alert of TLS 1.3 that could be read, and is no refusal. */
void handshake_judge_goodbye(struct shake *s, enum rec_side from);
/* TLS 1.2 and before: notes that both sides finished. */
void handshake_judge_finished(struct shake *s, rs_time at);
/* TLS 1.2 and before: the server asked for a certificate, got none, and finished
   all the same; now it closes, or says something short under keys, and at once,
   having answered nothing.  True from then on. */
bool handshake_judge_dismissed(struct shake *s, enum rec_side by, rs_time at);
/* True once nothing that follows can change the verdict. */
bool handshake_judge_settled(const struct shake *s);
/* Sets state, failed_by, reason, visibility and end of the record. */
void handshake_judge(struct shake *s, const struct shake_end *end);

/* Why records stay shut, in coverage and in the handshake's record. */
struct shake_seal {
	const char *word, *reason;
};
const struct shake_seal *handshake_judge_seal(enum tls_seal seal);

/* An alert that says "I refuse" (RFC 5246 7.2, RFC 8446 6). */
bool handshake_judge_fatal(const struct shake *s, const struct tls_alert *a);

#endif
