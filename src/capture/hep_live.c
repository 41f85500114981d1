/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket that HEP agents send to.  Each datagram is a frame of the link type
 * CAP_LINK_HEP; its time is the kernel's, so that no clock is read here.
 */
#include "capture/capture.h"

#include "base/addr.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DATAGRAM = 65536, RECEIVE_BUFFER = 4 << 20 };

struct hep_live {
	struct cap_source base;
	int fd;
	char *name;
	struct cap_info info;
	uint8_t bytes[DATAGRAM];
};

/* Time, and how many datagrams were dropped, come beside each. */
static rs_time
read_beside(struct hep_live *l, struct msghdr *m)
{
	rs_time ts = RS_NEVER;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec t;
			memcpy(&t, CMSG_DATA(c), sizeof t);
			ts = t.tv_sec * RS_SEC + t.tv_nsec;
		} else if (c->cmsg_type == SO_RXQ_OVFL) {
			uint32_t drops;
			memcpy(&drops, CMSG_DATA(c), sizeof drops);
			l->info.drops_kernel = drops;
		}
	}
	return ts;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct hep_live *l = (struct hep_live *)source;
	alignas(struct cmsghdr) uint8_t beside[128];
	struct iovec v = {l->bytes, sizeof l->bytes};
	struct msghdr m = {.msg_iov = &v,
	    .msg_iovlen = 1,
	    .msg_control = beside,
	    .msg_controllen = sizeof beside};
	ssize_t n = recvmsg(l->fd, &m, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CAP_IDLE;
	if (n < 0) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
		    "%s: cannot receive: %s", l->name, g_strerror(errno));
		return CAP_ERROR;
	}
	rs_time ts = read_beside(l, &m);
	struct cap_info *i = &l->info;
	if (ts == RS_NEVER)
		ts = i->last == RS_NEVER ? 0 : i->last;
	i->packets++;
	i->bytes += (uint64_t)n;
	if (i->first == RS_NEVER)
		i->first = ts;
	i->last = MAX(i->last, ts);
	*out = (struct cap_frame){
	    .bytes = {l->bytes, (size_t)n},
	    .wire_len = (uint32_t)n,
	    .ts = ts,
	    .frame = {0, i->packets},
	    .linktype = CAP_LINK_HEP,
	};
	return CAP_FRAME;
}

static void
wait(struct cap_source *source, int timeout_ms)
{
	struct pollfd p = {
	    .fd = ((struct hep_live *)source)->fd, .events = POLLIN};
	(void)poll(&p, 1, timeout_ms);
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	return i ? NULL : &((struct hep_live *)source)->info;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	*done = ((struct hep_live *)source)->info.bytes;
	*total = 0;
}

static void
close_hep(struct cap_source *source)
{
	struct hep_live *l = (struct hep_live *)source;
	if (l->fd >= 0)
		close(l->fd);
	g_free(l->name);
	g_free(l);
}

/* udp:ADDRESS:PORT, with brackets around an IPv6 address. */
static bool
read_where(const char *text, struct rs_endpoint *e)
{
	const char *colon = strrchr(text, ':');
	uint32_t port;
	if (!g_str_has_prefix(text, "udp:") || colon < text + 4 ||
	    !rs_span_u32(rs_span_str(colon + 1), &port) || port == 0 ||
	    port > UINT16_MAX)
		return false;
	struct rs_span address = {
	    (const uint8_t *)text + 4, (size_t)(colon - text - 4)};
	e->port = (uint16_t)port;
	return rs_addr_parse(&e->addr, address);
}

static int
bind_to(int fd, const struct rs_endpoint *e)
{
	if (e->addr.family == 4) {
		struct sockaddr_in a = {
		    .sin_family = AF_INET, .sin_port = htons(e->port)};
		memcpy(&a.sin_addr, e->addr.b, 4);
		return bind(fd, (struct sockaddr *)&a, sizeof a);
	}
	struct sockaddr_in6 a = {
	    .sin6_family = AF_INET6, .sin6_port = htons(e->port)};
	memcpy(&a.sin6_addr, e->addr.b, 16);
	return bind(fd, (struct sockaddr *)&a, sizeof a);
}

static bool
open_socket(struct hep_live *l, const struct rs_endpoint *e)
{
	const int on = 1, size = RECEIVE_BUFFER;
	l->fd = socket(e->addr.family == 4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return false;
	(void)setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	l->info.has_drops =
	    setsockopt(l->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) == 0;
	return setsockopt(l->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) ==
		   0 &&
	       bind_to(l->fd, e) == 0;
}

struct cap_source *
cap_hep_open(const char *where, GError **error)
{
	struct rs_endpoint e;
	if (!read_where(where, &e)) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
		    "--hep-listen: '%s': want udp:ADDRESS:PORT", where);
		return NULL;
	}
	struct hep_live *l = g_new0(struct hep_live, 1);
	l->base = (struct cap_source){
	    .next = next,
	    .wait = wait,
	    .info = info,
	    .progress = progress,
	    .close = close_hep,
	};
	l->name = g_strdup(where);
	l->info = (struct cap_info){
	    .name = l->name,
	    .format = "hep",
	    .linktypes = {CAP_LINK_HEP},
	    .n_linktypes = 1,
	    .first = RS_NEVER,
	    .last = RS_NEVER,
	};
	if (open_socket(l, &e))
		return &l->base;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
	    "%s: cannot listen: %s", where, g_strerror(errno));
	close_hep(&l->base);
	return NULL;
}
