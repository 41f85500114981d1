/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of seconds (RFC 3261 25.1 delta-seconds). */
#ifndef SIP_SECONDS_H
#define SIP_SECONDS_H

#include "base/span.h"

/*
 * A delta-seconds header value (Expires, Min-Expires, Retry-After), without
 * comment or parameters.  False when there is no number, or one over 32 bits,
 * which says nothing of what was meant (RFC 3261 20.19, RFC 4475 3.1.2.4).
 */
bool sip_seconds_parse(uint32_t *out, struct rs_span value);

#endif
