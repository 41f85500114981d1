/* SPDX-License-Identifier: Apache-2.0 */
/* What was read, for the report's coverage. */
#ifndef INPUTS_H
#define INPUTS_H

#include "capture/capture.h"
#include "report/report.h"

/* Tells of all files or interfaces of the source, and of what else was in
   their folders. */
void inputs_coverage(struct cap_source *source, const struct cap_list *list,
    struct rec_coverage *c, struct rec_arena *a);
/* Is all that is read a pipe at standard input?  It may have no end, and what
   comes from it is wanted soon. */
bool inputs_piped(char *const *files);
/* Tells the report which names its files have for addresses. */
void inputs_names(struct cap_source *source, struct report *report);

#endif
