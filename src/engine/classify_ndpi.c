/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that knows nDPI.  Its API differs by release: 4.2 takes five
 * arguments and a bitmask of preferences, later ones a global context.
 */
#include "config.h"

#include "engine/classify.h"

#include <glib.h>
#include <ndpi_api.h>

struct classify {
	struct ndpi_detection_module_struct *ndpi;
	struct ndpi_flow_struct *flow; /* scratch, one packet at a time */
};

/* nDPI's tables take a while to make: only when something is foreign, and
   without the thousands of addresses of Tor. */
static bool
ready(struct classify *c)
{
	if (c->ndpi)
		return true;
#if NDPI_API >= 5
	c->ndpi = ndpi_init_detection_module(NULL);
#else
	c->ndpi = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif
	if (c->ndpi == NULL)
		return false;
#if NDPI_API < 5
	NDPI_PROTOCOL_BITMASK all;
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(c->ndpi, &all);
#endif
	ndpi_finalize_initialization(c->ndpi);
	c->flow = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
	if (c->flow)
		memset(c->flow, 0, SIZEOF_FLOW_STRUCT);
	return c->flow != NULL;
}

struct classify *
classify_new(void)
{
	return g_new0(struct classify, 1);
}

void
classify_free(struct classify *c)
{
	if (c == NULL)
		return;
	if (c->flow)
		ndpi_flow_free(c->flow);
	if (c->ndpi)
		ndpi_exit_detection_module(c->ndpi);
	g_free(c);
}

bool
classify_wants(const struct classify *c, uint64_t serial)
{
	(void)c;
	return serial < CLASSIFY_ALL || serial % CLASSIFY_SAMPLE == 0;
}

uint16_t
classify_packet(struct classify *c, const struct net_packet *p)
{
	if (!ready(c) || p->ip.n > UINT16_MAX)
		return 0;
	uint64_t ms = p->ts > 0 ? (uint64_t)(p->ts / RS_MSEC) : 0;
	ndpi_protocol found =
#if NDPI_API >= 5
	    ndpi_detection_process_packet(
		c->ndpi, c->flow, p->ip.p, (unsigned short)p->ip.n, ms, NULL);
#else
	    ndpi_detection_process_packet(
		c->ndpi, c->flow, p->ip.p, (unsigned short)p->ip.n, ms);
#endif
	ndpi_free_flow_data(c->flow);
	memset(c->flow, 0, SIZEOF_FLOW_STRUCT);
	uint16_t label =
	    found.app_protocol ? found.app_protocol : found.master_protocol;
	return label < CLASSIFY_LABELS ? label : 0;
}

const char *
classify_name(const struct classify *c, uint16_t label)
{
	return label && c->ndpi ? ndpi_get_proto_name(c->ndpi, label) : "";
}

bool
classify_present(void)
{
	return true;
}
