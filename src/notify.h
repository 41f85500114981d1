/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd wants to know of a service (sd_notify(3)): datagrams to the
 * socket that NOTIFY_SOCKET names.  Without it, everything here does nothing.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <glib.h>
#include <stdbool.h>

struct notify {
	int fd;       /* connected; -1: nobody listens */
	gint64 every; /* microseconds between signs of life; 0: none wanted */
	gint64 told;  /* monotonic, when the last one was given */
	gint64 status_at;
};

/* Before the process gives up its right to make sockets. */
void notify_open(struct notify *n);
/* One datagram: "READY=1", "STATUS=...". */
__attribute__((format(printf, 2, 3))) void notify_send(
    struct notify *n, const char *format, ...);
/* Called often: a sign of life, where one is due. */
void notify_alive(struct notify *n, gint64 now);
/* True once in a while: a new STATUS may be worth sending. */
bool notify_status_due(struct notify *n, gint64 now);
void notify_close(struct notify *n);

#endif
