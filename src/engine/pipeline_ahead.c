/* SPDX-License-Identifier: Apache-2.0 */
/* What will be needed is fetched into the cache, and nothing else done. */
#include "engine/app.h"

static void
fetch(const void *p, size_t n)
{
	for (size_t at = 0; at < n; at += 64)
		__builtin_prefetch((const char *)p + at, 1);
}

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
			fetch(f->tcp, tcp_conn_size);
	} else if (app) { /* which is there by now */
		__builtin_prefetch(app->tls);
		__builtin_prefetch(app->stream.state);
	}
}
