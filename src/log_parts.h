/* SPDX-License-Identifier: Apache-2.0 */
/* Logs in several files: messages, messages.0 and so on, or what two problem
   reports of one phone have both. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include "capture/capture.h"

/* Of n files those that are logs: sets of their clocks what they say of logs in
   several files, and by how much they are set; and their order, the first lines
   first, those of one log together, others last. */
void log_parts_find(const char *const *paths, const bool *is_log, unsigned n,
    struct cap_clock *clocks, unsigned *order);

#endif
