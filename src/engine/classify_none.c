/* SPDX-License-Identifier: Apache-2.0 */
/* --without-ndpi: nothing is labelled, everything else is the same. */
#include "engine/classify.h"

#include <stddef.h>

struct classify *
classify_new(bool threads)
{
	(void)threads;
	return NULL;
}

void
classify_free(struct classify *c)
{
	(void)c;
}

bool
classify_wants(const struct classify *c, uint64_t serial)
{
	(void)c;
	(void)serial;
	return false;
}

bool
classify_ready(struct classify *c)
{
	(void)c;
	return true;
}

uint16_t
classify_packet(struct classify *c, struct rs_span ip, rs_time at)
{
	(void)c;
	(void)ip;
	(void)at;
	return 0;
}

void
classify_finish(struct classify *c)
{
	(void)c;
}

const char *
classify_name(const struct classify *c, uint16_t label)
{
	(void)c;
	(void)label;
	return "";
}

bool
classify_present(void)
{
	return false;
}
