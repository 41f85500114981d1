/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone's log tells besides SIP messages, line by line.
 */
#ifndef LOG_FACTS_H
#define LOG_FACTS_H

#include "log/log.h"

/* Is a line with that text understood? */
bool log_fact_known(struct rs_span text);

#endif
