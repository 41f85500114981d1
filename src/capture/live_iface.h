/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interface that comes and goes under a packet socket.
 *
 * When it is taken down the socket stays bound, and gives nothing.  When it is
 * deleted (a VLAN, a tunnel, a container's end) the kernel unbinds the socket
 * for good.  To make a new one takes privileges that were given up; to bind
 * this one to the interface of the same name takes none (packet(7)).
 */
#ifndef CAPTURE_LIVE_IFACE_H
#define CAPTURE_LIVE_IFACE_H

#include <stdbool.h>

struct live_iface {
	const char *name; /* lent; "any" is always there */
	int fd;           /* the packet socket */
	bool promiscuous;
	int index;    /* that it is bound to */
	int hardware; /* ARPHRD_..., which gives the link type */
};

enum live_iface_state {
	LIVE_IFACE_UP,
	LIVE_IFACE_DOWN, /* or without a carrier */
	LIVE_IFACE_GONE,
	LIVE_IFACE_OTHER, /* of that name, but of another link type */
};

void live_iface_init(
    struct live_iface *i, const char *name, int fd, bool promiscuous);
/* How it is now; binds to one that came back. */
enum live_iface_state live_iface_look(struct live_iface *i);

#endif
