/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the tables of records are written: only for records*.c.
 *
 * The macros take the kind of a field and refuse, at compile time, a member
 * that is not of its type.  T is the struct that a table is of.
 */
#ifndef TRACK_RECORD_FIELDS_H
#define TRACK_RECORD_FIELDS_H

#include "track/records.h"

#define FIELD(name, member, type, kind, more)                                  \
 {                                                                             \
  name,                                                                        \
      _Generic(((T *)0)->member, type                                          \
	       : kind),                                                        \
      offsetof(T, member), more, false                                         \
 }
#define TEXT(n, m) FIELD(n, m, struct rs_span, REC_TEXT, NULL)
#define NUMBER(n, m) FIELD(n, m, int64_t, REC_NUMBER, NULL)
/* It goes with the record, and into no report. */
#define SILENT_NUMBER(m) FIELD(NULL, m, int64_t, REC_NUMBER, NULL)
#define MS(n, m) FIELD(n, m, int64_t, REC_MS, NULL)
#define PERCENT(n, m) FIELD(n, m, int64_t, REC_PERCENT, NULL)
#define TIME(n, m) FIELD(n, m, rs_time, REC_TIME, NULL)
#define TRUTH(n, m) FIELD(n, m, enum rs_fact, REC_TRUTH, NULL)
#define FRAME(n, m) FIELD(n, m, struct rs_frame, REC_FRAME, NULL)
#define ID(n, m) FIELD(n, m, struct rec_id, REC_ID, NULL)
#define ENDPOINT(n, m) FIELD(n, m, struct rec_endpoint, REC_ENDPOINT, NULL)
#define ENUM(n, m, e) FIELD(n, m, enum e, REC_ENUM, &e##_names)
#define STRUCT(n, m, t)                                                        \
 {                                                                             \
  n, REC_STRUCT, offsetof(T, m), &t##_type, false                              \
 }
#define LIST(n, m, t) FIELD(n, m, struct rec_list, REC_LIST, &t##_type)
/* A list that readers do not expect: left out where it is empty. */
#define SPARE_LIST(n, m, t)                                                    \
 {                                                                             \
  n, REC_LIST, offsetof(T, m), &t##_type, true                                 \
 }
#define TEXTS(n, m) FIELD(n, m, struct rec_list, REC_TEXTS, NULL)
#define SPARE_TEXTS(n, m)                                                      \
 {                                                                             \
  n, REC_TEXTS, offsetof(T, m), NULL, true                                     \
 }
#define FRAMES(n, m) FIELD(n, m, struct rec_list, REC_FRAMES, NULL)
#define COUNTS(n, m) FIELD(n, m, struct rec_list, REC_COUNTS, NULL)
#define SPARE_COUNTS(n, m)                                                     \
 {                                                                             \
  n, REC_COUNTS, offsetof(T, m), NULL, true                                    \
 }

/* A type with neither identity, time nor endpoints: a part of others. */
#define PART(type, what, whats, table)                                         \
 const struct rec_type type = {what, whats, sizeof(T), table,                  \
     sizeof table / sizeof *table, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}
#define NOWHERE SIZE_MAX

/* Words of enums that several tables have. */
extern const struct rec_names rec_transport_names, rec_visibility_names,
    rec_side_names, rec_handshake_state_names, rec_handshake_reason_names,
    rec_client_certificate_names;

#endif
