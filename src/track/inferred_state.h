/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of one connection that cannot be read: inferred.c keeps it,
 * inferred_judge.c looks for the story.  Nobody else includes this.
 */
#ifndef TRACK_INFERRED_STATE_H
#define TRACK_INFERRED_STATE_H

#include "event.h"
#include "track/records.h"

/* Enough for a registration and several refreshes, with other requests
   between; of longer connections the beginning is judged. */
enum { INFERRED_MESSAGES = 48 };

/* Lengths of a plaintext that fit; equal where the cipher tells exactly. */
struct inferred_size {
	int32_t low, high;
};

/* A record that is no keep-alive. */
struct inferred_message {
	rs_time at;
	struct rs_frame frame;
	struct inferred_size size;
	bool client; /* whose it is */
};

/* How a cipher turns a plaintext into a record. */
struct inferred_cipher {
	bool known;
	uint16_t overhead; /* AEAD: nonce and tag; CBC: IV and MAC */
	bool range;        /* CBC: and 1 to 16 bytes of padding */
	uint16_t finished; /* TLS 1.3: plaintext of Finished; else 0 */
};

struct inferred_connection {
	struct inferred_cipher cipher;
	bool started;   /* the client has finished its handshake */
	bool odd;       /* it can be no plain exchange: never judged */
	bool full;      /* there was more than is kept */
	bool bye;       /* the client said goodbye, or closed, first */
	bool closed;
	rs_time bye_at;
	uint32_t pings; /* of the client, CRLF CRLF: RFC 5626 3.5.1 */
	uint32_t n, room;
	struct inferred_message *messages; /* as many as there is room for */
};

enum { INFERRED_REASONS = 8, INFERRED_USED = 64, INFERRED_TEXT = 96 };

/* The story of a connection: its outcome, or REC_OUTCOME_NONE. */
struct inferred_story {
	enum rec_outcome outcome;
	rs_time started, ended;
	struct rs_frame frames[INFERRED_USED]; /* of what it leans on */
	uint32_t n_frames;
	char reasons[INFERRED_REASONS][INFERRED_TEXT];
	uint32_t n_reasons;
};

/* By its number, and the version that was chosen; `known` false: lengths of
   records tell nothing. */
void inferred_cipher_init(
    struct inferred_cipher *c, uint16_t version, uint16_t cipher);
/* Of a record whose body has so many bytes; low < 0: there is no such. */
struct inferred_size inferred_size(
    const struct inferred_cipher *c, size_t record);
void inferred_judge(
    const struct inferred_connection *c, struct inferred_story *s);

#endif
