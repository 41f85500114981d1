/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records: what trackers close, and the currency of everything above them.
 *
 * A record is a plain struct that stands on its own: endpoints, times, frames
 * and text, never a pointer into live state.  Its type is described by one
 * table of fields (records.c); the same table writes it to the spool, reads it
 * back, and is what report writers walk, so that a new key is one line.
 *
 * Spans and lists in a record are borrowed: from the tracker's arena while the
 * record is being closed, from the reader's arena after rec_read().  Nobody
 * frees a field.
 *
 * Absence is a value: text with p NULL, numbers REC_ABSENT, times RS_NEVER,
 * enums 0, facts RS_UNKNOWN, frames number 0, ids with frame 0, lists with n 0
 * (written as an empty list).  What is absent is not written.
 */
#ifndef TRACK_RECORD_H
#define TRACK_RECORD_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/facts.h"
#include "base/pool.h"
#include "base/span.h"
#include "base/stamp.h"

#define REC_ABSENT INT64_MIN

enum rec_visibility {
	REC_VISIBILITY_NONE,
	REC_CLEAR,
	REC_DECRYPTED,
	REC_OPAQUE,
	REC_MIDSTREAM_VISIBILITY, /* "midstream" */
	REC_INFERRED_VISIBILITY,  /* "inferred" */
	REC_LOG,                  /* "log": known from the phone's own log */
};

enum rec_transport {
	REC_TRANSPORT_NONE,
	REC_UDP,
	REC_TCP,
	REC_TLS,
	REC_WS,
	REC_WSS,
};

enum rec_kind {
	REC_TEXT,    /* struct rs_span */
	REC_NUMBER,  /* int64_t */
	REC_ENUM,    /* an enum of int size; `more` is its struct rec_names */
	REC_TRUTH,   /* enum rs_fact */
	REC_TIME,    /* rs_time */
	REC_MS,      /* int64_t nanoseconds, written as milliseconds */
	REC_PERCENT, /* int64_t tenths of a percent */
	REC_FRAME,   /* struct rs_frame; without a name, its parts stand here */
	REC_ID,      /* struct rec_id */
	REC_ENDPOINT, /* struct rec_endpoint */
	REC_STRUCT,   /* a struct in place; `more` is its rec_type */
	REC_LIST,     /* struct rec_list of structs; `more` is their rec_type */
	REC_TEXTS,    /* struct rec_list of struct rs_span */
	REC_FRAMES,   /* struct rec_list of struct rs_frame */
	REC_COUNTS,   /* struct rec_list of struct rec_count: one object */
};

/*
 * The identity of a record: its first frame, and, where one frame begins
 * several, which of them (0, 1, ...).  Text form: "0-17", "0-17-1".
 */
struct rec_id {
	struct rs_frame frame;
	uint32_t nth;
};

struct rec_endpoint {
	struct rs_endpoint at;
	struct rs_span name; /* from DNS or SNI seen in the capture */
	bool given; /* the name is the capture file's; not in the spool */
};

struct rec_count {
	struct rs_span name;
	int64_t n;
};

struct rec_list {
	void *v;
	uint32_t n, size; /* elements; size is room, and rec_list_add's own */
};

/* The words of an enum, by value; v[0] is NULL, as 0 is absent. */
struct rec_names {
	const char *const *v;
	unsigned n;
};

struct rec_field {
	const char *name; /* NULL, of a number: in no report */
	enum rec_kind kind;
	size_t offset;
	const void *more;
	bool spare; /* a list that is not written where it is empty */
};

struct rec_type {
	const char *name;   /* "registration": ndjson's event_type */
	const char *plural; /* "registrations": the key of its list */
	size_t size;
	const struct rec_field *fields;
	size_t n_fields;
	/* Where its id, start time and endpoints are, for order and envelope;
	   SIZE_MAX where it has none. */
	size_t id, time, client, server;
};

/* Whoever takes closed records.  They die when record() returns. */
struct rec_sink {
	void (*record)(void *arg, const struct rec_type *type, const void *rec);
	void *arg;
};

/* A bump allocator: memory for the spans and lists of records. */
struct rec_arena {
	struct rec_block *blocks;
	size_t held;            /* bytes of all blocks */
	struct rs_account *pay; /* charged for them; NULL: nobody */
	struct rs_pool *pool;   /* where they come from; NULL: malloc */
};

/* Both may be NULL, and must outlive it. */
void rec_arena_init(
    struct rec_arena *a, struct rs_account *pay, struct rs_pool *pool);
/* n bytes, zeroed, aligned for anything; never NULL (the budget is charged by
   force: whoever opens arenas limits their number and what goes in). */
void *rec_arena_alloc(struct rec_arena *a, size_t n);
/* A copy of s; an absent span stays absent. */
struct rs_span rec_arena_text(struct rec_arena *a, struct rs_span s);
/* Forgets all content, keeps one block for reuse. */
void rec_arena_reset(struct rec_arena *a);
void rec_arena_clear(struct rec_arena *a);

/* Appends a zeroed element of `size` bytes to the list and returns it. */
void *rec_list_add(struct rec_list *l, struct rec_arena *a, size_t size);

/* Sets every field to absent.  rec has type->size bytes. */
void rec_init(const struct rec_type *type, void *rec);
/* Appends the record in the spool's form; false when out has no room. */
bool rec_write(
    const struct rec_type *type, const void *rec, struct rs_buf *out);
/*
 * Reads what rec_write wrote.  Text points into bytes, lists into the arena.
 * False when bytes are not a record of that type.
 */
bool rec_read(const struct rec_type *type, void *rec, struct rs_span bytes,
    struct rec_arena *a);
/* The same, but its lists of structs stay empty: for whoever looks at many
   records for a few. */
bool rec_read_brief(const struct rec_type *type, void *rec,
    struct rs_span bytes, struct rec_arena *a);

enum { REC_ID_TEXT = 48 };
size_t rec_id_format(const struct rec_id *id, char out[REC_ID_TEXT]);
/* What findings and stages call it, "registration 0-17"; its length, and a NUL
   behind it. */
enum { REC_NAME_TEXT = REC_ID_TEXT + 32 };
size_t rec_name_format(const struct rec_type *type, const struct rec_id *id,
    char out[REC_NAME_TEXT]);
int rec_id_cmp(const struct rec_id *a, const struct rec_id *b);

static inline bool
rec_id_is(const struct rec_id *id)
{
	return id->frame.number != 0;
}

#endif
