/* SPDX-License-Identifier: Apache-2.0 */
/* What will be needed is fetched into the cache, and nothing else done. */
#include "base/fetch.h"
#include "engine/app.h"

static void
fetch_app(const struct app *app)
{
	__builtin_prefetch(&app->stream);
	__builtin_prefetch(&app->tls);
	__builtin_prefetch(&app->source);
}

void
pipeline_expect(const struct flow *f, enum rs_dir dir)
{
	if (f->tcp)
		tcp_conn_expect(f->tcp, dir);
	if (f->app)
		fetch_app(f->app);
}

void
pipeline_soon(const struct flow *f, bool next)
{
	const struct app *app = f->app;
	if (!next) {
		if (app)
			fetch_app(app);
		if (f->tcp)
			rs_fetch(f->tcp, tcp_conn_size);
	} else if (app) { /* which is there by now */
		__builtin_prefetch(app->tls);
		__builtin_prefetch(app->stream.state);
	}
}
