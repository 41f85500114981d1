/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records made up from their tables: every field set, none like another.
 */
#ifndef FILL_H
#define FILL_H

#include "track/record.h"

/* Sets all fields of rec.  *seed goes on, so that each record differs. */
void fill_record(const struct rec_type *type, void *rec, struct rec_arena *a,
    uint64_t *seed);
/* Alike, field by field. */
bool fill_equal(const struct rec_type *type, const void *a, const void *b);

#endif
