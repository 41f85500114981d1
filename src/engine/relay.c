/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/relay.h"

#include "base/pages.h"
#include "engine/event_copy.h"
#include "track/reading.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	RING = RS_LARGE_PAGE, /* several of the largest event */
	BATCH = 256 * 1024,   /* bytes that are worth a wake-up */
};

/* Before each event in the ring. */
struct head {
	size_t n;      /* bytes to the next one */
	bool is_event; /* false: the rest of the ring was too short for one */
	char align[EVENT_COPY_ALIGN - sizeof(size_t) - sizeof(bool)];
};
_Static_assert(sizeof(struct head) == EVENT_COPY_ALIGN, "keeps alignment");

struct relay {
	struct rs_sink to;
	const struct rs_hash_seed *seed; /* NULL: messages go unread */
	uint8_t *ring;
	/* Bytes in all, so that the place in the ring is their rest. */
	size_t written;       /* the emitter's own */
	size_t free_to;       /* likewise: it may write so far without asking */
	bool behind;          /* likewise: the other side has more to do */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	size_t given, taken;
	size_t wanted; /* the emitter waits for so much to be taken; 0: no */
	bool over;
	pthread_t thread;
	bool running; /* the emitter's own */
};

static size_t
rounded(size_t n)
{
	return (n + EVENT_COPY_ALIGN - 1) & ~(size_t)(EVENT_COPY_ALIGN - 1);
}

static void
publish(struct relay *r)
{
	r->behind = r->given - r->taken > RING / 2;
	r->given = r->written;
	pthread_cond_signal(&r->changed);
}

/* Waits until n bytes can be written; once it has to wait, for half of the
   ring, since to be woken costs more than to copy some hundred events. */
static void
make_room(struct relay *r, size_t n)
{
	if (r->written + n <= r->free_to)
		return;
	pthread_mutex_lock(&r->lock);
	publish(r);
	if (r->written + n > r->taken + RING)
		r->wanted = r->written + n - RING / 2;
	while (r->wanted > r->taken)
		pthread_cond_wait(&r->changed, &r->lock);
	r->wanted = 0;
	r->free_to = r->taken + RING;
	pthread_mutex_unlock(&r->lock);
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
		copy->reading = to;
	}
	*h = (struct head){.n = n, .is_event = true};
	r->written += n;
	if (r->written - r->given >= BATCH)
		relay_flush(r);
}

/* Those from `at` on, up to `end` or a batch of them; where it stopped. */
static size_t
hand_on(const struct relay *r, size_t at, size_t end)
{
	for (size_t stop = at + BATCH; at < end && at < stop;) {
		const struct head *h = (void *)(r->ring + at % RING);
		if (h->is_event)
			rs_emit(&r->to, (const void *)(h + 1));
		at += h->n;
	}
	return at;
}

static void *
work(void *arg)
{
	struct relay *r = arg;
	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (r->taken == r->given && !r->over)
			pthread_cond_wait(&r->changed, &r->lock);
		if (r->taken == r->given)
			break;
		size_t at = r->taken, end = r->given;
		pthread_mutex_unlock(&r->lock);
		at = hand_on(r, at, end);
		pthread_mutex_lock(&r->lock);
		r->taken = at;
		if (r->wanted && r->taken >= r->wanted)
			pthread_cond_signal(&r->changed);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct relay *
relay_new(const struct rs_sink *to, const struct rs_hash_seed *seed)
{
	struct relay *r = calloc(1, sizeof *r);
	sigset_t all, before;
	uint8_t *ring = rs_pages_new(RING);
	if (r == NULL || ring == NULL)
		abort(); /* as GLib does */
	r->to = *to;
	r->seed = seed;
	r->free_to = RING;
	r->ring = ring;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	/* Signals are for those who wait for packets. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r->running = pthread_create(&r->thread, NULL, work, r) == 0;
	if (!r->running)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

struct rs_sink
relay_sink(struct relay *r)
{
	return (struct rs_sink){emit, r};
}

void
relay_flush(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	publish(r);
	pthread_mutex_unlock(&r->lock);
}

void
relay_drain(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	publish(r);
	r->wanted = r->written;
	while (r->wanted > r->taken)
		pthread_cond_wait(&r->changed, &r->lock);
	r->wanted = 0;
	r->free_to = r->taken + RING;
	pthread_mutex_unlock(&r->lock);
}

void
relay_finish(struct relay *r)
{
	if (!r->running)
		return;
	pthread_mutex_lock(&r->lock);
	publish(r);
	r->over = true;
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	r->running = false;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	relay_finish(r);
	rs_pages_free(r->ring, RING);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->changed);
	free(r);
}
