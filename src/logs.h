/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs among the files: what their times mean, and how they are joined with
 * the captures.  For that, all of them are read once before they are read.
 */
#ifndef LOGS_H
#define LOGS_H

#include "engine/join.h"
#include "keyring.h"
#include "problems.h"

struct logs {
	struct cap_clock *clocks; /* of each file; NULL: no log among them */
	struct log_join *join;    /* NULL: nothing to join */
};

void logs_learn(struct logs *l, const struct cap_list *files,
    const struct problems *problems, const struct options *o, struct keyring *keys);
void logs_clear(struct logs *l);

#endif
