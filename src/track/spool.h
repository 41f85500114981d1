/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closed records, kept in an unlinked temporary file until the report.
 *
 * Memory stays flat: an index entry per record in sorted runs, the runs in the
 * file as well.  Reading back goes in the order of ids (first frames), whatever
 * the order of closing was.
 */
#ifndef TRACK_SPOOL_H
#define TRACK_SPOOL_H

#include "track/records.h"

#include <glib.h>

struct spool;
struct spool_reader;

/* NULL and error when no temporary file can be had. */
struct spool *spool_new(GError **error);
void spool_free(struct spool *s);
/* False when the disk is full; the record is then counted as lost. */
bool spool_add(struct spool *s, const struct rec_type *type, const void *rec);
/* The same with a mark: what can be told of it without reading it. */
bool spool_add_marked(struct spool *s, const struct rec_type *type,
    const void *rec, uint32_t mark);
/* The same of a record with that id, which rec_write() wrote into bytes. */
bool spool_add_written(struct spool *s, const struct rec_type *type,
    const struct rec_id *id, uint32_t mark, struct rs_span bytes);
uint64_t spool_lost(const struct spool *s);

/* From now on every record that is read back goes through this; text that it
   puts in must outlive the spool. */
void spool_amend(struct spool *s,
    void (*amend)(void *arg, const struct rec_type *type, void *rec),
    void *arg);

/* From now on spool_find() asks this for what is not in the spool. */
void spool_otherwise(struct spool *s,
    bool (*find)(void *arg, const struct rec_type *type,
	const struct rec_id *id, void *rec, struct rec_arena *a),
    void *arg);

/* All records of that type in the order of their ids.  Several readers may be
   open; adding while one of the same type is open is not allowed. */
struct spool_reader *spool_read(struct spool *s, const struct rec_type *type);
/* The same, but their lists of structs are empty: spool_whole() has them. */
struct spool_reader *spool_read_brief(
    struct spool *s, const struct rec_type *type);
/* Before the first one: those whose mark is not wanted are passed over, unread;
   arg must outlive the reader.  How many these were, at the end. */
void spool_pick(struct spool_reader *r,
    bool (*wants)(const void *arg, uint32_t mark), const void *arg);
uint64_t spool_passed(const struct spool_reader *r);
/* The next one, or NULL at the end.  Good until the next call. */
const void *spool_next(struct spool_reader *r);
/* What spool_next() gave last, at the same place, with its lists; NULL where
   they cannot be read. */
const void *spool_whole(struct spool_reader *r);
void spool_reader_free(struct spool_reader *r);
/*
 * One record by its id into rec and arena; false when there is none.  For the
 * few that a finding refers to.
 */
bool spool_find(struct spool *s, const struct rec_type *type,
    const struct rec_id *id, void *rec, struct rec_arena *a);

#endif
