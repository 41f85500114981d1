/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies between the two sides and is to blame, for rules that would blame
 * one of them.
 */
#ifndef DIAG_PATH_VIEW_H
#define DIAG_PATH_VIEW_H

#include "diag/rule.h"

/* A reset that ended it does not look like its sender's other packets. */
bool path_view_forged(const struct diag_case *c);
/* The client lacks long packets of the server, and gets short ones. */
bool path_view_blackhole(const struct diag_case *c);

#endif
