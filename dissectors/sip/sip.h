/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP framing (RFC 3261 7, 18.3; RFC 5626 3.5.1 keep-alives).
 *
 * On a stream Content-Length rules; without it a message ends with its headers
 * and the flaw is told.  On a datagram the message ends with it.  A message
 * over SIP_MAX_MESSAGE is told by its headers and skipped.  The state remembers
 * how far the empty line was looked for, so that no byte is scanned twice.
 */
#ifndef SIP_SIP_H
#define SIP_SIP_H

#include "dissector.h"

enum { SIP_MAX_MESSAGE = 65536, SIP_MAX_HEAD = 32768 };

extern const struct rs_dissector sip_dissector;

#endif
