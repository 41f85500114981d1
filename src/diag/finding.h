/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting a finding together: what is the same in every rule.
 *
 * A finding begins from its rule and its case (endpoints, records, address of
 * record), gets its certainty, the causes that it cannot tell apart, its detail
 * and its evidence, and is said.  All text lives in the arena of diag_out.
 */
#ifndef DIAG_FINDING_H
#define DIAG_FINDING_H

#include "diag/rule.h"

struct finding {
	struct rec_finding rec;
	const struct diag_out *out;
};

void finding_begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_case *c, const struct diag_out *out,
    enum rec_certainty certainty);
/* One more record that it leans on. */
void finding_record(
    struct finding *f, const struct rec_type *type, const struct rec_id *id);
/* A code that the evidence cannot tell from this one. */
void finding_alternative(struct finding *f, const char *code);
/* What was seen, with values; called once. */
__attribute__((format(printf, 2, 3))) void finding_detail(
    struct finding *f, const char *format, ...);
/* A frame that proves it; no frame is no evidence and is left out. */
void finding_evidence(
    struct finding *f, struct rs_frame frame, rs_time at, struct rs_span what);
/* Each of a list of struct rs_frame; the first at that time. */
void finding_frames(struct finding *f, const struct rec_list *frames,
    rs_time first, struct rs_span what);
/* Every step of the handshake whose name is this, from this side. */
void finding_steps(struct finding *f, const struct rec_handshake *h,
    enum rec_side from, const char *what);
/* Sets the display filter of f's evidence, as far as it is of the first one's
   file and no log; its text is a's. */
void finding_filter(struct rec_finding *f, struct rec_arena *a);
/* Says it, with the display filter of its evidence. */
void finding_say(struct finding *f);

enum { FINDING_WORD = 48 };
/* "client_hello" as "ClientHello"; absent: "nothing". */
const char *finding_message(char out[FINDING_WORD], struct rs_span name);
/* "0.4 ms", "31 ms", "17.3 s" */
const char *finding_time(char out[FINDING_WORD], int64_t ns);

/* For %.*s, absent text as "none". */
#define FINDING_TEXT(s)                                                        \
 (s).p ? (int)(s).n : 4, (s).p ? (const char *)(s).p : "none"

#endif
