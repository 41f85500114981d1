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
};

/* One open request. */
struct fetch {
	struct table_node node;
	struct queue_link order; /* by its latest packet */
	struct rec_arena arena;
	struct rec_download rec;
	rs_time asked;   /* the latest transmission of the request */
	rs_time last;    /* its latest packet */
	uint64_t serial; /* of its flow; HTTP */
	bool answered;   /* by the server, with anything */
	bool lacks;      /* some of it was not captured */
	bool writes;     /* TFTP: WRQ */
	bool last_seen;  /* TFTP: the short block has passed */
	uint16_t block;  /* TFTP: the latest of DATA */
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
	uint64_t evicted;
	rs_time now;
	rs_time drops_to; /* the capture lost packets until then */
};

/* Opens one; NULL: no room at all.  It is in neither table yet. */
struct fetch *fetch_new(struct download_tracker *k, const struct rs_event *ev);
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

/* download_text.c */
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
