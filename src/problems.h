/* SPDX-License-Identifier: Apache-2.0 */
/* Files of phones' problem reports: read once, before the sandbox is entered.
 */
#ifndef PROBLEMS_H
#define PROBLEMS_H

#include "capture/capture.h"
#include "track/records.h"

struct problems {
	GPtrArray *read;         /* struct cap_problem; NULL: none */
	struct rec_list records; /* struct rec_problem */
	struct rec_arena arena;  /* theirs */
};

void problems_load(struct problems *p, const struct cap_list *files);
void problems_clear(struct problems *p);
/* The date that the state beside that file tells; false: none does.  month 0:
   not known. */
bool problems_date(
    const struct problems *p, const char *path, int *year, int *month);

#endif
