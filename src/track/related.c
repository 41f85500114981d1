/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What concerns registration.
 *
 * Ports are a short array; servers and names are trees (their keys are from the
 * wire, and comparing needs no seed) with a bound each, because a capture full
 * of scanners must not grow them.  Over the bound nothing more is learnt, which
 * at worst lists less.
 */
#include "track/related.h"

#include "tls/hello.h"

#include <glib.h>

enum { MAX_LEARNT = 4096, MAX_NAME = 255 };

/* RFC 3261 18 and 19.1.2; 8934 is what Cisco's multiplatform phones use. */
static const uint16_t known_tls[] = {5061, 8934};

struct related {
	uint16_t *ports;
	size_t n;
	GTree *servers; /* struct rs_endpoint */
	GTree *names;   /* lower-case C strings */
	GTree *targets; /* struct target */
	/* What the last registration had: the next one has it, too. */
	struct rs_endpoint last_server;
	char last_host[MAX_NAME + 1];
	size_t last_n;
};

/* A host of an SRV record, and the port there; and where it is. */
struct target {
	char name[MAX_NAME + 1];
	uint16_t port;       /* 0: the first of that name */
	struct rs_addr addr; /* family 0: not known */
};

static int
by_target(const void *a, const void *b, void *arg)
{
	const struct target *x = a, *y = b;
	(void)arg;
	int c = strcmp(x->name, y->name);
	return c ? c : (int)x->port - (int)y->port;
}

static int
by_endpoint(const void *a, const void *b, void *arg)
{
	(void)arg;
	return rs_endpoint_cmp(a, b);
}

static int
by_name(const void *a, const void *b, void *arg)
{
	(void)arg;
	return strcmp(a, b);
}

struct related *
related_new(const uint16_t *ports, size_t n)
{
	struct related *r = g_new0(struct related, 1);
	r->ports = g_new(uint16_t, n + 1);
	for (size_t i = 0; i < n; i++)
		r->ports[i] = ports[i];
	r->n = n;
	r->servers = g_tree_new_full(by_endpoint, NULL, g_free, NULL);
	r->names = g_tree_new_full(by_name, NULL, g_free, NULL);
	r->targets = g_tree_new_full(by_target, NULL, g_free, NULL);
	return r;
}

void
related_free(struct related *r)
{
	if (r == NULL)
		return;
	g_tree_unref(r->servers);
	g_tree_unref(r->names);
	g_tree_unref(r->targets);
	g_free(r->ports);
	g_free(r);
}

/* A name as a key; false where it is none. */
static bool
name_key(struct rs_span name, char out[MAX_NAME + 1])
{
	if (name.n == 0 || name.n > MAX_NAME)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] <= ' ')
			return false;
		out[i] = (char)rs_ascii_lower(name.p[i]);
	}
	out[name.n] = 0;
	return true;
}

static void
learn_name(struct related *r, struct rs_span name)
{
	char key[MAX_NAME + 1];
	if (name_key(name, key) && g_tree_nnodes(r->names) < MAX_LEARNT &&
	    g_tree_lookup(r->names, key) == NULL) {
		char *kept = g_strdup(key);
		g_tree_insert(r->names, kept, kept);
	}
}

static bool
ends_host(uint8_t c)
{
	return c == ':' || c == ';' || c == '?' || c == '>' || c == '/' ||
	       c == 0;
}

/* The host of an address of record: sip:user@host:port;parameters. */
static struct rs_span
aor_host(struct rs_span aor)
{
	size_t at = rs_span_find(aor, '@');
	if (at == aor.n)
		at = rs_span_find(aor, ':');
	struct rs_span host = at == aor.n ? aor : rs_span_from(aor, at + 1);
	if (host.n && host.p[0] == '[') /* an address is no name */
		return (struct rs_span){0};
	size_t end = 0;
	while (end < host.n && !ends_host(host.p[end]))
		end++;
	return rs_span_part(host, 0, end);
}

static void
learn_server(struct related *r, const struct rs_endpoint *server)
{
	if (rs_endpoint_eq(server, &r->last_server))
		return;
	r->last_server = *server;
	if (server->port != 0 && server->addr.family != 0 &&
	    g_tree_nnodes(r->servers) < MAX_LEARNT &&
	    g_tree_lookup(r->servers, server) == NULL) {
		struct rs_endpoint *kept = g_new(struct rs_endpoint, 1);
		*kept = *server;
		g_tree_insert(r->servers, kept, kept);
	}
}

/* The host of an address of record, where it is a name. */
static void
learn_host(struct related *r, struct rs_span host)
{
	struct rs_addr address;
	if (host.n == 0 || host.n > MAX_NAME)
		return;
	if (host.n == r->last_n && memcmp(host.p, r->last_host, host.n) == 0)
		return;
	memcpy(r->last_host, host.p, host.n);
	r->last_n = host.n;
	if (!rs_addr_parse(&address, host))
		learn_name(r, host);
}

void
related_registration(struct related *r, const struct rec_registration *reg)
{
	learn_server(r, &reg->server.at);
	learn_name(r, reg->server.name);
	learn_host(r, aor_host(reg->aor));
}

/* ---- what DNS says ---- */

/* What is known of that port there, or of the host at port 0; NULL: no room. */
static struct target *
target_touch(struct related *r, const char *name, uint16_t port)
{
	struct target key = {.port = port};
	memcpy(key.name, name, strlen(name) + 1);
	struct target *t = g_tree_lookup(r->targets, &key);
	if (t || g_tree_nnodes(r->targets) >= MAX_LEARNT)
		return t;
	t = g_new(struct target, 1);
	*t = key;
	g_tree_insert(r->targets, t, t);
	return t;
}

void
related_service(struct related *r, struct rs_span domain, struct rs_span target,
    uint16_t port)
{
	char key[MAX_NAME + 1];
	/* RFC 2782: a lone dot says that there is no such service. */
	if (port == 0 || rs_span_eq(target, RS_LIT(".")) ||
	    !name_key(target, key))
		return;
	learn_name(r, domain);
	learn_name(r, target);
	struct target *host = target_touch(r, key, 0);
	(void)target_touch(r, key, port);
	if (host && host->addr.family)
		learn_server(r, &(struct rs_endpoint){host->addr, port});
}

struct ports {
	struct related *r;
	const struct rs_addr *addr;
	const char *name;
};

static gboolean
each_port(void *key, void *value, void *arg)
{
	const struct target *t = value;
	const struct ports *p = arg;
	(void)key;
	if (t->port && strcmp(t->name, p->name) == 0)
		learn_server(p->r, &(struct rs_endpoint){*p->addr, t->port});
	return FALSE;
}

void
related_address(struct related *r, struct rs_span name, const struct rs_addr *a)
{
	struct target key = {.port = 0};
	if (g_tree_nnodes(r->targets) == 0 || !name_key(name, key.name))
		return;
	struct target *host = g_tree_lookup(r->targets, &key);
	if (host == NULL)
		return;
	host->addr = *a;
	struct ports p = {r, a, key.name};
	g_tree_foreach(r->targets, each_port, &p);
}

static bool
added(const struct related *r, uint16_t port)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ports[i] == port)
			return true;
	return false;
}

bool
related_tls_port(const struct related *r, uint16_t port)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known_tls); i++)
		if (known_tls[i] == port)
			return true;
	return added(r, port);
}

bool
related_sip_port(const struct related *r, uint16_t port)
{
	return port == 5060 || related_tls_port(r, port);
}

static bool
knows_server(const struct related *r, const struct rs_endpoint *e)
{
	return g_tree_lookup(r->servers, e) != NULL;
}

static bool
knows_name(const struct related *r, struct rs_span name)
{
	char key[MAX_NAME + 1];
	return name_key(name, key) && g_tree_lookup(r->names, key) != NULL;
}

bool
related_name(const struct related *r, struct rs_span name)
{
	return knows_name(r, name);
}

struct asker {
	void (*each)(void *arg, struct rs_span name);
	void *arg;
};

static gboolean
tell_name(void *key, void *value, void *arg)
{
	const struct asker *a = arg;
	(void)value;
	a->each(a->arg, rs_span_str(key));
	return FALSE;
}

void
related_each_name(const struct related *r,
    void (*each)(void *arg, struct rs_span name), void *arg)
{
	g_tree_foreach(r->names, tell_name, &(struct asker){each, arg});
}

/* RFC 7301 and the IANA list: what says SIP in ALPN. */
static bool
is_sip(struct rs_span alpn)
{
	return rs_span_eq_nocase(alpn, RS_LIT("sip/2")) ||
	       rs_span_eq_nocase(alpn, RS_LIT("sip"));
}

bool
related_offers(struct rs_span alpn_list)
{
	struct rs_span name;
	while (tls_alpn_next(&alpn_list, &name))
		if (is_sip(name))
			return true;
	return false;
}

bool
related_server(const struct related *r, const struct rs_endpoint *server,
    struct rs_span name)
{
	return related_tls_port(r, server->port) || knows_server(r, server) ||
	       knows_name(r, name);
}

enum rs_fact
related_handshake(const struct related *r, const struct rec_handshake *h)
{
	if (h->related == RS_TRUE || related_server(r, &h->server.at, h->sni) ||
	    is_sip(h->alpn))
		return RS_TRUE;
	const struct rs_span *offered = h->alpn_offered.v;
	for (uint32_t i = 0; i < h->alpn_offered.n; i++)
		if (is_sip(offered[i]))
			return RS_TRUE;
	return RS_UNKNOWN;
}

enum rs_fact
related_connection(const struct related *r, const struct rec_connection *c)
{
	if (c->related == RS_TRUE || related_sip_port(r, c->server.at.port) ||
	    knows_server(r, &c->server.at))
		return RS_TRUE;
	return RS_UNKNOWN;
}
