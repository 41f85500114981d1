/* SPDX-License-Identifier: Apache-2.0 */
/* What the files download*.c share. */
#ifndef TRACK_DOWNLOAD_INNER_H
#define TRACK_DOWNLOAD_INNER_H

#include "base/pool.h"
#include "track/download.h"
#include "track/queue.h"
#include "track/table.h"

enum {
	DOWNLOADS_MOST = 4096, /* open ones */
	DOWNLOADS_AHEAD = 32,  /* of these, of one flow */
	DOWNLOAD_FRAMES = 12,  /* that a record names */
	DOWNLOAD_TEXT = 512,   /* bytes of any text that is kept */
	CAPTURED = 64,         /* of which a log may tell, too */
};

/* A log may tell of it so much before or after it was captured. */
#define DOWNLOAD_LOG_WAITS (2 * RS_SEC)

/* One open request. */
struct fetch {
	struct table_node node;
	struct queue_link order; /* by its latest packet */
	struct rec_arena arena;
	struct rec_download rec;
	rs_time from;    /* its first byte: delay counts from here */
	rs_time asked;   /* the latest transmission of the request */
	rs_time last;    /* its latest packet */
	uint64_t serial; /* of its flow; HTTP */
	bool answered;   /* by the server, with anything */
	bool lacks;      /* some of it was not captured */
	bool writes;     /* TFTP: WRQ */
	bool last_seen;  /* TFTP: the short block has passed */
	uint16_t block;  /* TFTP: the latest of DATA */
	/* Of a log. */
	bool told;         /* by words: download_log.c */
	bool headed;       /* and its request, too */
	bool unconnected;  /* nothing was exchanged with its server */
	enum rs_fact good; /* as the log says; absent: it does not */
	uint64_t what;     /* its path, hashed; 0: not known */
};

/* One that was captured, for those that a log tells too. */
struct captured {
	struct rs_addr client, server;
	uint64_t what, host; /* hashed; 0: not known */
	rs_time at;
	bool broke; /* a handshake of HTTPS did; of others not known here */
	uint64_t serial; /* of its flow */
	int64_t status;  /* of HTTP, so far */
	bool told;       /* by a log, too */
};

struct download_tracker {
	const struct profile_set *profiles;
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct rs_pool pool;
	struct table transfers; /* TFTP, by the client's endpoint */
	struct table requests;  /* HTTP, by flow */
	struct queue transfers_order, requests_order;
	struct queue told_order; /* of logs, ended; by their ends */
	struct queue nobodys;    /* the same, of phones not known yet */
	struct captured captured[CAPTURED]; /* ring */
	unsigned n_captured;
	uint64_t evicted;
	rs_time now;
	rs_time drops_to; /* the capture lost packets until then */
};

/* Opens one; NULL: no room at all.  It is in neither table yet. */
struct fetch *fetch_new(struct download_tracker *k, const struct rs_event *ev);
void fetch_free(struct download_tracker *k, struct fetch *f);
/* Its record goes out, and it is gone.  Out of its table and queue first. */
void fetch_close(struct download_tracker *k, struct fetch *f);
void fetch_frame(struct fetch *f, struct rs_frame frame);
/* The first answer of the server. */
void fetch_answered(struct fetch *f, const struct rs_stamp *at);
/* Nothing came for so long after it was asked, and the capture saw it all. */
bool fetch_waited(const struct download_tracker *k, const struct fetch *f,
    rs_time until, rs_time least);

/* download_tftp.c */
void download_tftp(struct download_tracker *k, const struct rs_event *ev);
void download_tftp_icmp(struct download_tracker *k, const struct rs_event *ev);
/* how: RS_END_IDLE, RS_END_CAPTURE or RS_END_EVICTED. */
void download_tftp_over(
    struct download_tracker *k, struct fetch *f, enum rs_ending how);

/* download.c */
enum rec_download_state download_state_of(int64_t status);

/* download_log.c */
void download_log(struct download_tracker *k, const struct rs_event *ev);
/* Nothing more will be told of it: it waits for its record. */
void download_log_end(struct download_tracker *k, struct fetch *f);
/* The fetch that a log tells of on this flow; NULL: none. */
struct fetch *download_log_of(
    const struct download_tracker *k, uint64_t serial);
/* How it stands, by what was told so far. */
enum rec_download_state download_log_state(const struct fetch *f);
/* Those that ended before that time go out. */
void download_log_over(struct download_tracker *k, rs_time before);
void download_log_all(struct download_tracker *k);
/* One was captured; path absent, and https: what is inside is not seen. */
void download_captured(struct download_tracker *k, const struct rec_download *d,
    struct rs_span path, uint64_t serial);
/* The status of the oldest of that flow that has none. */
void download_captured_status(
    struct download_tracker *k, uint64_t serial, int64_t status);

/* download_text.c */
/* A text of a log without numbers that may be a phone's own. */
struct rs_span download_unnumbered(struct rec_arena *a, struct rs_span s);
/* A path of a log, download_path(), without those and without what may be a
   user, a password or a parameter. */
struct rs_span download_told_path(struct rec_arena *a, struct rs_span path);
/* The path of a target, or of a name of a file, without secrets. */
struct rs_span download_path(struct rec_arena *a, struct rs_span target);
/* A URL: scheme, host and path, without secrets. */
struct rs_span download_url(struct rec_arena *a, struct rs_span url);
/* The host of a Host field, or of a URL: without port and user. */
struct rs_span download_host(struct rs_span host);
/* Twelve hex digits that a path has as a word; absent: none.  In lower case,
   without separators. */
struct rs_span download_mac(struct rec_arena *a, struct rs_span path);
struct rs_span download_words(struct rec_arena *a, struct rs_span s);

#endif
