/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a flow: the pipeline's own. */
#ifndef ENGINE_APP_H
#define ENGINE_APP_H

#include "engine/opening.h"
#include "engine/pipeline.h"
#include "engine/stream.h"
#include "engine/tls_stage.h"
#include "engine/ws_stage.h"

/* What hangs on a flow of which we still expect something.  Small, as each DNS
   question is a flow: what the flow itself knows is not here. */
struct app {
	struct stream stream;    /* while claimed */
	struct tls_stage *tls;   /* over a TLS dissector */
	struct ws_stage *ws;     /* over a WebSocket dissector */
	struct opening *opening; /* of TCP, while it may be needed */
	struct rs_flow_pace pace;
	struct rs_frame handshake;    /* its first of TLS; number 0: none */
	rs_time last;                 /* its latest packet */
	struct link_source source[2]; /* by side */
	bool from_start;              /* as rs_flow_info has it */
};

static inline bool
app_sip_port(const struct pipeline *p, const struct flow *f)
{
	return related_sip_port(p->related, f->end[RS_S2C].port) ||
	       related_sip_port(p->related, f->end[RS_C2S].port);
}

/* pipeline_count.c: the flow has come to its end. */
void pipeline_count(struct pipeline *p, const struct flow *f);

#endif
