/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a record by its table and tells a writer what it finds.
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include "report/writer.h"
#include "track/records.h"

/* The record as one object under that tag. */
void model_record(struct report_writer *w, const char *tag,
    const struct rec_type *type, const void *rec);
/*
 * The record in the envelope of Suricata's EVE: timestamp, event_type, the
 * endpoints where it has them, then the object under its own name.
 * otherwise: the time of a record that has none.
 */
void model_event(struct report_writer *w, const struct rec_type *type,
    const void *rec, rs_time otherwise);

#endif
