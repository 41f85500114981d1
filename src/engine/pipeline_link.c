/* SPDX-License-Identifier: Apache-2.0 */
/* What the pipeline tells of no flow: see link_stage.h. */
#include "engine/pipeline.h"

static void
emit_alone(void *arg, const struct rs_event *ev)
{
	struct pipeline *p = arg;
	struct rs_event full = *ev;
	full.now = p->now;
	rs_emit(&p->out, &full);
}

static void
emit_link(void *arg, const struct rs_event *ev)
{
	struct pipeline *p = arg;
	if (p->quiet.n)
		quiet_stage_link(&p->quiet, ev);
	emit_alone(arg, ev);
}

void
pipeline_source(
    struct pipeline *p, struct link_source *s, const struct net_packet *packet)
{
	const struct rs_sink out = {emit_alone, p};
	/* Below a tunnel, and below labels and sessions of one, are its ends,
	   not the hosts within. */
	const uint32_t own = 1U << NET_ENCAP_VLAN;
	if (packet->depth == 0 && (packet->encaps & ~own) == 0)
		link_stage_source(s, &p->told, packet, &out);
}

void
pipeline_frame(
    struct pipeline *p, const struct net_packet *packet, struct rs_span frame)
{
	const struct rs_sink out = {emit_link, p};
	link_told_anew(&p->told);
	link_stage_frame(packet, frame, &out);
}

void
pipeline_neighbour(struct pipeline *p, const struct net_packet *packet)
{
	const struct rs_sink out = {emit_alone, p};
	link_told_anew(&p->told);
	link_stage_neighbour(packet, &out);
}

void
pipeline_opened(struct pipeline *p, const struct net_packet *packet)
{
	const struct rs_sink out = {emit_alone, p};
	if (p->watch.n)
		link_stage_opened(&p->watch, packet, &out);
}

void
pipeline_boot(struct pipeline *p, const struct net_packet *packet)
{
	const struct rs_sink out = {emit_alone, p};
	if (!p->chosen)
		quiet_stage_boot(&p->quiet, packet, &out);
}

void
pipeline_quiet(struct pipeline *p, const struct net_packet *packet)
{
	const struct rs_sink out = {emit_alone, p};
	quiet_stage_packet(&p->quiet, packet, &out);
}
