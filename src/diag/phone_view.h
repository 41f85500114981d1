/* SPDX-License-Identifier: Apache-2.0 */
/* What the phone's record says about the registration that is judged. */
#ifndef DIAG_PHONE_VIEW_H
#define DIAG_PHONE_VIEW_H

#include "diag/rule.h"

/* The silence in which it got no answer; NULL: none that is its own. */
const struct rec_silence *phone_view_silence(const struct diag_case *c);
/* The line of its address of record, or NULL. */
const struct rec_line *phone_view_line(const struct diag_case *c);

#endif
