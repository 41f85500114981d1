/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that answer the ClientHello late, for the rule and for who decides
   which completed handshakes are judged. */
#ifndef DIAG_SLOW_VIEW_H
#define DIAG_SLOW_VIEW_H

#include "track/records.h"

/* The handshake completed, and its ServerHello took two seconds and ten round
   trips or longer.  Whether it was the server that took them, the connection
   below has to say. */
bool slow_view_hello(const struct rec_handshake *h);

#endif
