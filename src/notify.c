/* SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STATUS_EVERY = 10 }; /* seconds */

/* WATCHDOG_USEC is for the process WATCHDOG_PID alone: twice as often as it
   asks for, as sd_watchdog_enabled(3) advises. */
static gint64
watchdog(void)
{
	const char *pid = g_getenv("WATCHDOG_PID");
	const char *usec = g_getenv("WATCHDOG_USEC");
	gint64 who, every;
	if (usec == NULL ||
	    !g_ascii_string_to_signed(usec, 10, 1, G_MAXINT64, &every, NULL))
		return 0;
	if (pid &&
	    (!g_ascii_string_to_signed(pid, 10, 1, G_MAXINT64, &who, NULL) ||
		who != getpid()))
		return 0;
	return every / 2;
}

void
notify_open(struct notify *n)
{
	const char *path = g_getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t size = path ? strlen(path) : 0;
	*n = (struct notify){.fd = -1};
	if (size < 2 || size >= sizeof a.sun_path ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(a.sun_path, path, size);
	if (path[0] == '@') /* an abstract address */
		a.sun_path[0] = 0;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd >= 0 &&
	    connect(n->fd, (const struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
		notify_close(n);
	if (n->fd >= 0)
		n->every = watchdog();
}

void
notify_send(struct notify *n, const char *format, ...)
{
	va_list list;
	if (n->fd < 0)
		return;
	va_start(list, format);
	g_autofree char *text = g_strdup_vprintf(format, list);
	va_end(list);
	(void)send(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
notify_alive(struct notify *n, gint64 now)
{
	if (n->every == 0 || now - n->told < n->every)
		return;
	n->told = now;
	notify_send(n, "WATCHDOG=1");
}

bool
notify_status_due(struct notify *n, gint64 now)
{
	if (n->fd < 0 || (n->status_at && now - n->status_at <
					      STATUS_EVERY * G_USEC_PER_SEC))
		return false;
	n->status_at = now;
	return true;
}

void
notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
