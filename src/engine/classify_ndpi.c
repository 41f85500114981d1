/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that knows nDPI.  Its API differs by release: 4.2 takes five
 * arguments and a bitmask of preferences, later ones a global context.
 */
#include "config.h"

#include "engine/classify.h"

#include <glib.h>
#include <ndpi_api.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

struct classify {
	struct ndpi_detection_module_struct *ndpi;
	struct ndpi_flow_struct *flow; /* scratch, one packet at a time */
	bool threads, begun;
	bool running; /* the thread that makes the two, until it is joined; or
			 the one that frees them */
	pthread_t thread;
	atomic_bool made;
	char *names[CLASSIFY_LABELS]; /* of the labels that were given */
};

/* nDPI's tables take a while to make: only when something is foreign, and
   without the thousands of addresses of Tor. */
static void
make(struct classify *c)
{
#if NDPI_API >= 5
	c->ndpi = ndpi_init_detection_module(NULL);
#else
	c->ndpi = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif
	if (c->ndpi == NULL)
		return;
#if NDPI_API < 5
	NDPI_PROTOCOL_BITMASK all;
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(c->ndpi, &all);
#endif
	ndpi_finalize_initialization(c->ndpi);
	c->flow = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
	if (c->flow)
		memset(c->flow, 0, SIZEOF_FLOW_STRUCT);
}

static void
unmake(struct classify *c)
{
	if (c->flow)
		ndpi_flow_free(c->flow);
	if (c->ndpi)
		ndpi_exit_detection_module(c->ndpi);
	c->flow = NULL;
	c->ndpi = NULL;
}

static void *
make_there(void *arg)
{
	struct classify *c = arg;
	make(c);
	c->made = true;
	return NULL;
}

static void *
unmake_there(void *arg)
{
	unmake(arg);
	return NULL;
}

/* False: there is no thread for it. */
static bool
run(struct classify *c, void *(*work)(void *arg))
{
	sigset_t all, before;
	/* Signals are for those who wait for packets. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	c->running =
	    c->threads && pthread_create(&c->thread, NULL, work, c) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return c->running;
}

static void
begin(struct classify *c)
{
	c->begun = true;
	if (!run(c, make_there))
		make(c);
}

static void
join(struct classify *c)
{
	if (c->running)
		pthread_join(c->thread, NULL);
	c->running = false;
}

struct classify *
classify_new(bool threads)
{
	struct classify *c = g_new0(struct classify, 1);
	c->threads = threads;
	return c;
}

void
classify_free(struct classify *c)
{
	if (c == NULL)
		return;
	join(c);
	unmake(c);
	for (unsigned i = 0; i < CLASSIFY_LABELS; i++)
		g_free(c->names[i]);
	g_free(c);
}

void
classify_finish(struct classify *c)
{
	join(c);
	/* Its tables are some 80 000 pieces. */
	if (c->ndpi)
		(void)run(c, unmake_there);
}

bool
classify_wants(const struct classify *c, uint64_t serial)
{
	(void)c;
	return serial < CLASSIFY_ALL || serial % CLASSIFY_SAMPLE == 0;
}

bool
classify_ready(struct classify *c)
{
	if (!c->begun)
		begin(c);
	return !c->running || c->made;
}

uint16_t
classify_packet(struct classify *c, struct rs_span ip, rs_time at)
{
	if (!c->begun)
		begin(c);
	join(c);
	if (c->flow == NULL || ip.n > UINT16_MAX)
		return 0;
	uint64_t ms = at > 0 ? (uint64_t)(at / RS_MSEC) : 0;
	ndpi_protocol found =
#if NDPI_API >= 5
	    ndpi_detection_process_packet(
		c->ndpi, c->flow, ip.p, (unsigned short)ip.n, ms, NULL);
#else
	    ndpi_detection_process_packet(
		c->ndpi, c->flow, ip.p, (unsigned short)ip.n, ms);
#endif
	ndpi_free_flow_data(c->flow);
	memset(c->flow, 0, SIZEOF_FLOW_STRUCT);
	uint16_t label =
	    found.app_protocol ? found.app_protocol : found.master_protocol;
	if (label >= CLASSIFY_LABELS)
		return 0;
	if (label && c->names[label] == NULL)
		c->names[label] = g_strdup(ndpi_get_proto_name(c->ndpi, label));
	return label;
}

const char *
classify_name(const struct classify *c, uint16_t label)
{
	const char *name = c->names[label];
	return name ? name : "";
}

bool
classify_present(void)
{
	return true;
}
