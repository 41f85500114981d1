/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BPF filter over frames that are read from files (pcap-filter(7)).
 *
 * Live, the kernel filters; a file may hold several link types, and the
 * expression is compiled once for each.
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include "capture/capture.h"

struct cap_filter;

/* NULL and error (REGSCAN_ERROR_USAGE) when text is no filter. */
struct cap_filter *cap_filter_new(const char *text, GError **error);
void cap_filter_free(struct cap_filter *f);
/* A link type that the expression makes no sense for matches nothing. */
bool cap_filter_match(struct cap_filter *f, const struct cap_frame *frame);

#endif
