/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring with one writer and one reader, each of which tells the other by one
 * number how far it is.  To wake a thread is dear (a twentieth of the emitter's
 * time over TLS, when each batch did), so that who has nothing to do naps and
 * looks again; the reader sleeps only once there was nothing for longer.
 */
#include "engine/relay.h"

#include "base/pages.h"
#include "engine/event_copy.h"
#include "track/reading.h"

#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	RING = 4 * RS_LARGE_PAGE, /* while a table grows, some 5 ms of events */
	BEHIND = RING / 8,
	WRITTEN_NEXT = 1536, /* bytes of an event that is about to come */
	BATCH = 64 * 1024,   /* bytes after which the other side is told */
	NAP = 100000,        /* ns: a batch or two */
	READ_NEXT = 4096,    /* bytes: the next two events, as a rule */
	NAPS = 5,            /* each twice as long, before it sleeps */
};

/* Before each event in the ring. */
struct head {
	size_t n;      /* bytes to the next one */
	bool is_event; /* false: the rest of the ring was too short for one */
	char align[EVENT_COPY_ALIGN - sizeof(size_t) - sizeof(bool)];
};
_Static_assert(sizeof(struct head) == EVENT_COPY_ALIGN, "keeps alignment");

struct relay {
	/* Both sides read these for each event, so nobody writes near them. */
	struct rs_sink to;
	struct rs_sink soon;             /* emit NULL: nobody asks */
	const struct rs_hash_seed *seed; /* NULL: messages go unread */
	uint8_t *ring;
	/* The emitter's own.  Bytes in all, so that the place in the ring is
	   their rest. */
	alignas(64) size_t written;
	size_t free_to; /* it may write so far without asking */
	bool behind;    /* the other side has more to do */
	bool running;
	pthread_t thread;
	alignas(64) atomic_size_t given; /* by the emitter */
	atomic_bool over;
	alignas(64) atomic_size_t taken; /* by the relay's thread */
	/* It sleeps: whoever ends that posts. */
	atomic_bool asleep;
	sem_t wake;
};

static size_t
rounded(size_t n)
{
	return (n + EVENT_COPY_ALIGN - 1) & ~(size_t)(EVENT_COPY_ALIGN - 1);
}

static void
nap(long ns)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void
wake(struct relay *r)
{
	if (r->asleep && atomic_exchange(&r->asleep, false))
		sem_post(&r->wake);
}

static void
publish(struct relay *r)
{
	r->behind = r->given - r->taken > BEHIND;
	r->given = r->written;
	wake(r);
}

/* Until so much was taken. */
static void
await_taken(struct relay *r, size_t wanted)
{
	publish(r);
	while (r->taken < wanted)
		nap(NAP);
	r->free_to = r->taken + RING;
}

/* Waits until n bytes can be written; once it has to wait, for half of the
   ring, since a nap is longer than to copy some hundred events. */
static void
make_room(struct relay *r, size_t n)
{
	if (r->written + n <= r->free_to)
		return;
	r->free_to = r->taken + RING;
	if (r->written + n > r->free_to)
		await_taken(r, r->written + n - RING / 2);
}

/* By its own name: from the builtin gcc makes a fetch to read, after which
   writing waits once more, or nothing at all.  Who does not know it, skips it.
 */
static inline void
fetch_to_write(const uint8_t *p)
{
#ifdef __x86_64__
	__asm__ volatile("prefetchw %0" : : "m"(*p));
#else
	__builtin_prefetch(p, 1);
#endif
}

/* The next event is often like this one, of n bytes.  The other thread had the
   lines where it will be: until they are here again, what is written waits, and
   whoever reads it. */
static void
expect(const struct relay *r, size_t n)
{
	size_t from = r->written % RING, rest = RING - from;
	const uint8_t *p = r->ring + from;
	n = n < WRITTEN_NEXT ? n : WRITTEN_NEXT;
	for (const uint8_t *end = p + (n < rest ? n : rest); p < end; p += 64)
		fetch_to_write(p);
}

static void
emit(void *arg, const struct rs_event *ev)
{
	struct relay *r = arg;
	const bool reads = r->behind && r->seed && reading_applies(ev);
	size_t size = event_copy_size(ev);
	size_t n = sizeof(struct head) + size +
		   (reads ? rounded(sizeof(struct reading)) : 0);
	size_t rest = RING - r->written % RING;
	assert(r->running && n <= RING / 2);
	make_room(r, rest < n ? rest + n : n);
	if (rest < n) {
		*(struct head *)(void *)(r->ring + r->written % RING) =
		    (struct head){.n = rest};
		r->written += rest;
	}
	struct head *h = (void *)(r->ring + r->written % RING);
	struct rs_event *copy = event_copy(ev, h + 1);
	if (reads) {
		struct reading *to = (void *)((uint8_t *)(h + 1) + size);
		n = sizeof *h + size + rounded(reading_take(to, copy, r->seed));
		copy->u.reading = to;
	}
	*h = (struct head){.n = n, .is_event = true};
	r->written += n;
	expect(r, n);
	if (r->written - r->given >= BATCH)
		relay_flush(r);
}

/* From `from` to `to`, or not at all; where it is done.  The other side has it
   in its cache: each line that is not asked for ahead is waited for. */
static size_t
fetch(const struct relay *r, size_t from, size_t to)
{
	for (; from < to; from += 64)
		__builtin_prefetch(r->ring + from % RING);
	return from;
}

/* The event at `at`, if there is one before `end`, comes next. */
static void
announce(const struct relay *r, size_t at, size_t end)
{
	const struct head *h = (void *)(r->ring + at % RING);
	if (at < end && r->soon.emit && h->is_event)
		rs_emit(&r->soon, (const void *)(h + 1));
}

/* Those from `at` on, up to `end` or a batch of them; where it stopped. */
static size_t
hand_on(const struct relay *r, size_t at, size_t end)
{
	for (size_t stop = at + BATCH, ahead = at; at < end && at < stop;) {
		const struct head *h = (void *)(r->ring + at % RING);
		size_t next = at + h->n, to = next + READ_NEXT;
		ahead =
		    fetch(r, ahead > next ? ahead : next, to < end ? to : end);
		announce(r, next, end);
		if (h->is_event)
			rs_emit(&r->to, (const void *)(h + 1));
		at = next;
	}
	return at;
}

/* Until there is something from `at` on, or never will be. */
static void
sleep_at(struct relay *r, size_t at)
{
	r->asleep = true;
	/* Given meanwhile?  Then nobody posts, unless it was seen asleep. */
	if ((r->given != at || r->over) && atomic_exchange(&r->asleep, false))
		return;
	while (sem_wait(&r->wake) != 0)
		continue; /* EINTR */
}

/* How far it was given from `at` on; at itself: there is nothing more. */
static size_t
await_given(struct relay *r, size_t at)
{
	for (unsigned naps = 0; r->given == at && !r->over; naps++)
		if (naps < NAPS)
			nap((long)NAP << naps);
		else
			sleep_at(r, at);
	return r->given;
}

static void *
work(void *arg)
{
	struct relay *r = arg;
	size_t at = 0, end;
	while ((end = await_given(r, at)) != at)
		while (at < end)
			r->taken = at = hand_on(r, at, end);
	return NULL;
}

struct relay *
relay_new(const struct rs_sink *to, const struct rs_hash_seed *seed)
{
	struct relay *r = aligned_alloc(alignof(struct relay), sizeof *r);
	sigset_t all, before;
	uint8_t *ring = rs_pages_new(RING);
	if (r == NULL || ring == NULL)
		abort(); /* as GLib does */
	*r = (struct relay){
	    .to = *to, .seed = seed, .free_to = RING, .ring = ring};
	sem_init(&r->wake, 0, 0);
	/* Signals are for those who wait for packets. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r->running = pthread_create(&r->thread, NULL, work, r) == 0;
	if (!r->running)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

void
relay_announce(struct relay *r, const struct rs_sink *soon)
{
	r->soon = *soon;
}

struct rs_sink
relay_sink(struct relay *r)
{
	return (struct rs_sink){emit, r};
}

void
relay_flush(struct relay *r)
{
	publish(r);
}

void
relay_drain(struct relay *r)
{
	await_taken(r, r->written);
}

void
relay_finish(struct relay *r)
{
	if (!r->running)
		return;
	publish(r);
	r->over = true; /* whoever sees it sees all that was given */
	wake(r);
	pthread_join(r->thread, NULL);
	r->running = false;
	rs_pages_free(r->ring, RING);
	r->ring = NULL;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	relay_finish(r);
	sem_destroy(&r->wake);
	free(r);
}
