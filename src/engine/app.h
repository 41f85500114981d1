/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on a flow: the pipeline's own. */
#ifndef ENGINE_APP_H
#define ENGINE_APP_H

#include "engine/opening.h"
#include "engine/pipeline.h"
#include "engine/stream.h"
#include "engine/tls_stage.h"
#include "engine/ws_stage.h"

/* What hangs on a flow of which we still expect something. */
struct app {
	struct rs_flow_info info;
	struct stream stream;         /* while claimed */
	struct tls_stage *tls;        /* over a TLS dissector */
	struct ws_stage *ws;          /* over a WebSocket dissector */
	struct opening *opening;      /* of TCP, once its first bytes came */
	struct link_source source[2]; /* by side */
	rs_time last;                 /* its latest packet */
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
