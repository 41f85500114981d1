/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules about DNS ask of a way, and how they begin a finding. */
#ifndef DIAG_WAY_VIEW_H
#define DIAG_WAY_VIEW_H

#include "diag/finding.h"
#include "diag/way.h"

/* The way, where the case is one of a way alone; else NULL. */
const struct diag_way *way_of(const struct diag_case *c);
bool way_same_question(const struct rec_lookup *a, const struct rec_lookup *b);
/* The look-up is about SIP: by its question, or as it is all that the client
   asked. */
bool way_concerns(const struct diag_way *w, const struct rec_lookup *l);
/* That server answered it, and not with an error: REFUSED and SERVFAIL do not
   show that it answers questions. */
bool way_server_answers(
    const struct rec_lookup *l, const struct rs_addr *server);
/* The look-up without answer that most of this time was spent on; NULL. */
const struct rec_lookup *way_waited_for(
    const struct diag_way *w, rs_time from, rs_time to);

/* The first address in an answer; absent: there is none. */
struct rs_span way_first_address(const struct rec_lookup *l);
/* The client tried an address that it was told here; way_reached: and was
   answered there, and not refused every time. */
bool way_tried(const struct diag_way *w, const struct rec_lookup *l);
bool way_reached(const struct diag_way *w, const struct rec_lookup *l);
/* Anybody at all tried an address that it was told here. */
bool way_tried_by_any(const struct diag_way *w, const struct rec_lookup *l);
/* Nothing that was tried there succeeded; way_silent: nor was answered. */
bool way_failed(const struct diag_try *t);
bool way_silent(const struct diag_try *t);

void way_begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_way *w, const struct diag_out *out,
    enum rec_certainty certainty, const struct rec_lookup *l);
/* The first query, the last one of several, and the answer. */
void way_evidence(struct finding *f, const struct rec_lookup *l);
/* Adds the look-up that a client waited for between challenge and answer, if
   there is one; after the detail. */
void way_explains_wait(struct finding *f, const struct diag_case *c,
    rs_time answered, int64_t waited);
void way_try_evidence(struct finding *f, const struct diag_try *t);

#endif
