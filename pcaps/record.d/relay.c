/* SPDX-License-Identifier: Apache-2.0 */

/*
 * relay: two Ethernet (TAP) devices with a cable of fixed length between them.
 *
 * Many kernels have no netem qdisc, and without a delay every time in a capture
 * is that of one machine talking to itself.  This program makes two TAP devices
 * in the current network namespace and carries each frame from one to the other
 * DELAY microseconds later.  The devices may be moved to other namespaces; the
 * descriptors stay good.  A constant delay keeps the order, so a queue per
 * direction is enough.  Frames beyond the queue are lost, as on any link.
 *
 *	relay [-f] [-m SIZE] [-l COUNT] DELAY_US NAME_A NAME_B
 *
 * With -f it drops fragments of IPv4, as some firewalls do; with -m, without a
 * word, what is longer than SIZE bytes behind the Ethernet header; with -l so
 * many frames of more than 250 bytes, and then no more.
 * It prints "ready" when both devices exist, and runs until it is killed.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_LEN = 1024, FRAME_MAX = 2048, LONG = 250 };

struct frame {
	int64_t due_ns;
	size_t len;
	unsigned char bytes[FRAME_MAX];
};

/* What was read from one device and is still under way to the other. */
struct lane {
	unsigned head, tail;
	struct frame ring[QUEUE_LEN];
};

static int no_fragments;
static size_t size_max = FRAME_MAX;
static unsigned long to_lose;

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int
open_tap(const char *name)
{
	struct ifreq req = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || strlen(name) >= sizeof req.ifr_name)
		return -1;
	memcpy(req.ifr_name, name, strlen(name) + 1);
	return ioctl(fd, TUNSETIFF, &req) < 0 ? -1 : fd;
}

/* Ethernet, and IPv4 with an offset or more fragments to come */
static int
is_fragment(const unsigned char *b, size_t len)
{
	return len >= 34 && b[12] == 0x08 && b[13] == 0x00 &&
	       ((b[20] & 0x3f) != 0 || b[21] != 0);
}

static void
take(struct lane *lane, int fd, int64_t delay_ns)
{
	struct frame *frame = &lane->ring[lane->tail % QUEUE_LEN];

	while (lane->tail - lane->head < QUEUE_LEN) {
		ssize_t n = read(fd, frame->bytes, sizeof frame->bytes);

		if (n <= 0)
			return;
		if (no_fragments && is_fragment(frame->bytes, (size_t)n))
			continue;
		if ((size_t)n > 14 + size_max)
			continue;
		if (n > LONG && to_lose > 0) {
			to_lose--;
			continue;
		}
		frame->len = (size_t)n;
		frame->due_ns = now_ns() + delay_ns;
		frame = &lane->ring[++lane->tail % QUEUE_LEN];
	}
}

/* Send what is due; the time of the next frame, or INT64_MAX. */
static int64_t
give(struct lane *lane, int fd)
{
	while (lane->head != lane->tail) {
		const struct frame *frame = &lane->ring[lane->head % QUEUE_LEN];

		if (frame->due_ns > now_ns())
			return frame->due_ns;
		/* A device that is still down refuses: the frame is lost. */
		if (write(fd, frame->bytes, frame->len) < 0 && errno == EBADFD)
			exit(1);
		lane->head++;
	}
	return INT64_MAX;
}

int
main(int argc, char **argv)
{
	static struct lane lanes[2];
	struct pollfd fds[2];
	int64_t delay_ns;

	if (argc > 1 && strcmp(argv[1], "-f") == 0) {
		no_fragments = 1;
		argv++;
		argc--;
	}
	if (argc > 2 && strcmp(argv[1], "-m") == 0) {
		size_max = (size_t)strtoul(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc > 2 && strcmp(argv[1], "-l") == 0) {
		to_lose = strtoul(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc != 4) {
		fputs("usage: relay [-f] [-m SIZE] [-l COUNT] DELAY_US NAME_A "
		      "NAME_B\n",
		    stderr);
		return 2;
	}
	delay_ns = strtoll(argv[1], NULL, 10) * 1000;
	for (int i = 0; i < 2; i++) {
		fds[i] = (struct pollfd){open_tap(argv[2 + i]), POLLIN, 0};
		if (fds[i].fd < 0) {
			perror(argv[2 + i]);
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int64_t next = INT64_MAX;
		struct timespec wait;

		for (int i = 0; i < 2; i++) {
			int64_t due = give(&lanes[i], fds[!i].fd);

			next = due < next ? due : next;
		}
		next =
		    next == INT64_MAX ? INT64_C(1000000000) : next - now_ns();
		next = next < 0 ? 0 : next;
		wait.tv_sec = next / 1000000000;
		wait.tv_nsec = next % 1000000000;
		if (ppoll(fds, 2, &wait, NULL) < 0 && errno != EINTR)
			return 1;
		for (int i = 0; i < 2; i++)
			take(&lanes[i], fds[i].fd, delay_ns);
	}
}
