/* SPDX-License-Identifier: Apache-2.0 */
#include "track/host.h"

#include <glib.h>
#include <stddef.h>

enum { MOST = 1 << 17, MAC_TEXT = 18 };

static const rs_time SOON = 60 * RS_SEC, AGREE = 60 * RS_SEC;

/* One of any kind: by address, then by time. */
struct item {
	struct rs_addr addr;
	char mac[MAC_TEXT];
	rs_time from, to;
	int64_t vlan;
	int kind;      /* rec_learned, rec_lease_state, rec_clock_source */
	bool told;     /* clock: of its client's own time, steadily */
	bool answered; /* clock: by NTP */
	struct rec_id id;
};

struct silent {
	char mac[MAC_TEXT];
	struct rec_quiet rec;
};

struct host_index {
	GArray *hosts, *leases, *clocks; /* by address */
	GArray *leases_by_mac, *served_by_mac;
	guint32 *hosts_by_mac; /* places in hosts; once it is sorted */
	GTree *forwards;       /* hardware addresses, as text */
	GArray *quiet;         /* struct silent; a few */
	bool sorted;
	struct rec_id policy;
	int64_t voice_vlan;
	enum rs_fact policies; /* FALSE: they differ */
	int64_t offset;
	enum rs_fact offsets;
};

static gint
by_text(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return strcmp(a, b);
}

struct host_index *
host_index_new(void)
{
	struct host_index *x = g_new0(struct host_index, 1);
	GArray **all[] = {&x->hosts, &x->leases, &x->clocks, &x->leases_by_mac,
	    &x->served_by_mac};
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		*all[i] = g_array_new(FALSE, FALSE, sizeof(struct item));
	x->forwards = g_tree_new_full(by_text, NULL, g_free, NULL);
	x->quiet = g_array_new(FALSE, FALSE, sizeof(struct silent));
	return x;
}

void
host_index_free(struct host_index *x)
{
	if (x == NULL)
		return;
	g_array_unref(x->hosts);
	g_array_unref(x->leases);
	g_array_unref(x->clocks);
	g_free(x->hosts_by_mac);
	g_array_unref(x->leases_by_mac);
	g_tree_unref(x->forwards);
	g_array_unref(x->served_by_mac);
	g_array_unref(x->quiet);
	g_free(x);
}

/* ---- adding ---- */

static void
add(struct host_index *x, GArray *to, const struct item *i)
{
	if (to->len < MOST)
		g_array_append_vals(to, i, 1);
	x->sorted = false;
}

static void
set_mac(struct item *i, struct rs_span mac)
{
	if (mac.n == MAC_TEXT - 1)
		memcpy(i->mac, mac.p, mac.n);
}

static void
add_host(struct host_index *x, const struct rec_host *h)
{
	struct item i = {.addr = h->client.at.addr,
	    .from = h->started,
	    .to = h->ended,
	    .vlan = h->vlan,
	    .kind = (int)h->learned,
	    .id = h->id};
	set_mac(&i, h->mac);
	if ((h->forwards == RS_TRUE || h->router == RS_TRUE) &&
	    g_tree_nnodes(x->forwards) < MOST)
		g_tree_replace(x->forwards, g_strdup(i.mac), x);
	if (h->router == RS_TRUE)
		return;
	add(x, x->hosts, &i);
}

static void
add_lease(struct host_index *x, const struct rec_lease *l)
{
	struct item i = {.addr = l->client.at.addr,
	    .from = l->started,
	    .to = l->ended,
	    .vlan = l->vlan,
	    .kind = (int)l->state,
	    .id = l->id};
	bool served = l->state == REC_BOUND || l->state == REC_INFORMED;
	set_mac(&i, l->mac);
	if (i.addr.family && served)
		add(x, x->leases, &i);
	if (i.mac[0] && served)
		add(x, x->served_by_mac, &i);
	if (i.mac[0])
		add(x, x->leases_by_mac, &i);
}

static void
add_clock(struct host_index *x, const struct rec_clock *c)
{
	struct item i = {.addr = c->client.at.addr,
	    .from = c->started,
	    .to = c->ended,
	    .kind = (int)c->source,
	    .told =
		c->client_steady == RS_TRUE ||
		(c->source == REC_CLOCK_SIP && c->client_offset != REC_ABSENT),
	    .answered = c->source == REC_CLOCK_NTP && c->answers > 0,
	    .id = c->id};
	add(x, x->clocks, &i);
	if (c->source != REC_CLOCK_NTP || c->server_offset == REC_ABSENT ||
	    x->offsets == RS_FALSE)
		return;
	int64_t moved =
	    x->offsets == RS_TRUE ? c->server_offset - x->offset : 0;
	if (x->offsets == RS_UNKNOWN)
		x->offset = c->server_offset;
	x->offsets = moved < AGREE && moved > -AGREE ? RS_TRUE : RS_FALSE;
}

static void
add_policy(struct host_index *x, const struct rec_link *l)
{
	if (l->kind != REC_LINK_VOICE_VLAN || x->policies == RS_FALSE)
		return;
	if (x->policies == RS_UNKNOWN) {
		x->policies = RS_TRUE;
		x->policy = l->id;
		x->voice_vlan = l->voice_vlan;
	} else if (x->voice_vlan != l->voice_vlan) {
		x->policies = RS_FALSE;
	}
}

static void
add_quiet(struct host_index *x, const struct rec_quiet *q)
{
	struct silent s = {.rec = *q};
	if (q->mac.n != MAC_TEXT - 1 || x->quiet->len >= MOST)
		return;
	memcpy(s.mac, q->mac.p, q->mac.n);
	g_array_append_val(x->quiet, s);
}

void
host_index_add(
    struct host_index *x, const struct rec_type *type, const void *rec)
{
	if (type == &rec_host_type)
		add_host(x, rec);
	else if (type == &rec_lease_type)
		add_lease(x, rec);
	else if (type == &rec_clock_type)
		add_clock(x, rec);
	else if (type == &rec_link_type)
		add_policy(x, rec);
	else if (type == &rec_quiet_type)
		add_quiet(x, rec);
}

static int
by_time(const struct item *a, const struct item *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return rec_id_cmp(&a->id, &b->id);
}

static gint
by_addr(gconstpointer a, gconstpointer b)
{
	const struct item *x = a, *y = b;
	int c = rs_addr_cmp(&x->addr, &y->addr);
	return c ? c : by_time(x, y);
}

static gint
by_mac(gconstpointer a, gconstpointer b)
{
	const struct item *x = a, *y = b;
	int c = memcmp(x->mac, y->mac, sizeof x->mac);
	return c ? c : by_time(x, y);
}

/* ---- the order ---- */

/* Places of items, and room for as many. */
struct places {
	guint32 *v, *spare;
};

/* Brings them in the order of one byte of their items; of those alike the order
   stays. */
static void
by_byte(const GArray *items, struct places *p, size_t offset)
{
	const uint8_t *at = (const uint8_t *)items->data + offset;
	guint32 ends[256] = {0}, end = 0;
	for (guint i = 0; i < items->len; i++)
		ends[at[i * sizeof(struct item)]]++;
	if (ends[at[0]] == items->len)
		return; /* all alike, as most are */
	for (size_t i = 0; i < 256; i++) {
		guint32 n = ends[i];
		ends[i] = end;
		end += n;
	}
	for (guint i = 0; i < items->len; i++)
		p->spare[ends[at[p->v[i] * sizeof(struct item)]]++] = p->v[i];
	guint32 *v = p->v;
	p->v = p->spare;
	p->spare = v;
}

static gint
by_item(gconstpointer a, gconstpointer b, gpointer arg)
{
	const GArray *items = arg;
	const guint32 *x = a, *y = b;
	return by_time(&g_array_index(items, struct item, *x),
	    &g_array_index(items, struct item, *y));
}

/* Those of the same n bytes by time: a few. */
static void
settle(GArray *items, guint32 *v, size_t offset, size_t n)
{
	const char *at = items->data + offset;
	for (guint i = 0, end; i < items->len; i = end) {
		const char *first = at + v[i] * sizeof(struct item);
		for (end = i + 1; end < items->len; end++)
			if (memcmp(first, at + v[end] * sizeof(struct item), n))
				break;
		if (end > i + 1)
			g_qsort_with_data(
			    v + i, (gint)(end - i), sizeof *v, by_item, items);
	}
}

/* The places in the order of by_addr() or by_mac(), byte by byte: comparing
   takes three times as long.  The caller frees them. */
static guint32 *
places(GArray *items, bool mac)
{
	const size_t addr = offsetof(struct item, addr),
		     offset = mac ? offsetof(struct item, mac) : addr,
		     n = mac ? MAC_TEXT : RS_ADDR_BYTES + 1;
	struct places p = {
	    g_new(guint32, items->len + 1), g_new(guint32, items->len + 1)};
	for (guint32 i = 0; i < items->len; i++)
		p.v[i] = i;
	if (items->len) {
		for (size_t i = n; i-- > 0;)
			by_byte(items, &p, offset + i);
		if (!mac)
			by_byte(
			    items, &p, addr + offsetof(struct rs_addr, family));
		settle(items, p.v, offset,
		    mac ? MAC_TEXT : sizeof(struct rs_addr));
	}
	g_free(p.spare);
	return p.v;
}

/* Each item comes to its place, one circle after the other. */
static void
sort_items(GArray *items, bool mac)
{
	guint32 *from = places(items, mac);
	struct item *v = (struct item *)(void *)items->data;
	for (guint32 i = 0; i < items->len; i++) {
		const struct item first = v[i];
		guint32 to = i, next;
		for (; (next = from[to]) != i; to = next) {
			v[to] = v[next];
			from[to] = to;
		}
		v[to] = first;
		from[to] = to;
	}
	g_free(from);
}

static void
sort(struct host_index *x)
{
	if (x->sorted)
		return;
	sort_items(x->hosts, false);
	sort_items(x->leases, false);
	sort_items(x->clocks, false);
	sort_items(x->leases_by_mac, true);
	sort_items(x->served_by_mac, true);
	g_free(x->hosts_by_mac);
	x->hosts_by_mac = places(x->hosts, true);
	x->sorted = true;
}

/* ---- finding ---- */

/* Where items that are not before `key` begin. */
static guint
lower(const GArray *a, const struct item *key, GCompareFunc cmp)
{
	guint from = 0, to = a->len;
	while (from < to) {
		guint mid = from + (to - from) / 2;
		if (cmp(&g_array_index(a, struct item, mid), key) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static const struct item *
item_at(const GArray *a, guint i)
{
	return i < a->len ? &g_array_index(a, struct item, i) : NULL;
}

static const struct item *
host_by_mac(const struct host_index *x, guint n)
{
	return n < x->hosts->len ? item_at(x->hosts, x->hosts_by_mac[n]) : NULL;
}

/* The last one of that address that began by then, or NULL; *next is the one
   after it, of whatever address. */
static const struct item *
last_by(const GArray *a, const struct rs_addr *addr, rs_time at, guint *next)
{
	struct item key = {.addr = *addr, .from = at};
	key.id.frame = RS_LAST_FRAME;
	*next = lower(a, &key, by_addr);
	const struct item *i = *next ? item_at(a, *next - 1) : NULL;
	return i && rs_addr_eq(&i->addr, addr) ? i : NULL;
}

static void
view(const struct item *i, struct host_view *to)
{
	memcpy(to->mac, i->mac, sizeof to->mac);
	to->from = i->from;
	to->to = i->to;
	to->vlan = i->vlan;
	to->learned = (enum rec_learned)i->kind;
	to->id = i->id;
}

bool
host_at(struct host_index *x, const struct rs_addr *addr, rs_time at,
    struct host_view *to)
{
	guint next;
	sort(x);
	const struct item *i = last_by(x->hosts, addr, at, &next);
	if (i == NULL) {
		i = item_at(x->hosts, next);
		if (i == NULL || !rs_addr_eq(&i->addr, addr) ||
		    i->from - at > SOON)
			return false;
	}
	view(i, to);
	return true;
}

static struct item
mac_key(struct rs_span mac)
{
	struct item key = {.from = RS_NEVER};
	set_mac(&key, mac);
	return key;
}

bool
host_of_mac(struct host_index *x, struct rs_span mac, size_t n,
    struct rs_addr *addr, struct host_view *to)
{
	struct item key = mac_key(mac);
	sort(x);
	guint first = 0, end = x->hosts->len;
	while (first < end) {
		guint mid = first + (end - first) / 2;
		if (by_mac(host_by_mac(x, mid), &key) < 0)
			first = mid + 1;
		else
			end = mid;
	}
	const struct item *i =
	    n < MOST ? host_by_mac(x, first + (guint)n) : NULL;
	if (i == NULL || memcmp(i->mac, key.mac, sizeof key.mac))
		return false;
	*addr = i->addr;
	view(i, to);
	return true;
}

/* One hardware address only had the address of that one of the hosts. */
static bool
is_alone(const GArray *hosts, guint n)
{
	const struct item *h = item_at(hosts, n), *i;
	guint first = n;
	while (first && rs_addr_eq(&item_at(hosts, first - 1)->addr, &h->addr))
		first--;
	for (; (i = item_at(hosts, first)) && rs_addr_eq(&i->addr, &h->addr);
	     first++)
		if (memcmp(h->mac, i->mac, sizeof i->mac) != 0)
			return false;
	return true;
}

bool
host_each(struct host_index *x, size_t n, struct rs_addr *addr,
    struct host_view *to, bool *alone)
{
	sort(x);
	const struct item *i = n < MOST ? host_by_mac(x, (guint)n) : NULL;
	if (i == NULL)
		return false;
	*addr = i->addr;
	*alone = is_alone(x->hosts, x->hosts_by_mac[n]);
	view(i, to);
	return true;
}

bool
host_forwards(const struct host_index *x, const char *mac)
{
	return g_tree_lookup(x->forwards, mac) != NULL;
}

bool
host_lease(struct host_index *x, const struct rs_addr *addr, rs_time at,
    struct rec_id *to)
{
	guint next;
	sort(x);
	const struct item *i = last_by(x->leases, addr, at, &next);
	if (i)
		*to = i->id;
	return i != NULL;
}

/* The last one of that hardware address that began by then, or NULL. */
static const struct item *
last_of_mac(const GArray *a, struct rs_span mac, rs_time at)
{
	struct item key = mac_key(mac);
	key.from = at;
	key.id.frame = RS_LAST_FRAME;
	guint next = lower(a, &key, by_mac);
	const struct item *i = next ? item_at(a, next - 1) : NULL;
	bool same = i && key.mac[0] && !memcmp(i->mac, key.mac, sizeof key.mac);
	return same ? i : NULL;
}

bool
host_lease_of_mac(
    struct host_index *x, struct rs_span mac, rs_time at, struct rec_id *to)
{
	sort(x);
	const struct item *i = last_of_mac(x->leases_by_mac, mac, at);
	if (i)
		*to = i->id;
	return i != NULL;
}

bool
host_served_after(struct host_index *x, struct rs_span mac, rs_time at)
{
	sort(x);
	const struct item *i = last_of_mac(x->served_by_mac, mac, INT64_MAX);
	return i && i->from > at;
}

bool
host_quiet(const struct host_index *x, struct rs_span mac, struct rec_quiet *to)
{
	for (guint i = 0; i < x->quiet->len; i++) {
		const struct silent *s =
		    &g_array_index(x->quiet, struct silent, i);
		if (!rs_span_eq(mac, rs_span_str(s->mac)))
			continue;
		*to = s->rec;
		to->mac = rs_span_str(s->mac);
		return true;
	}
	return false;
}

/* Whether a clock, which began later, tells more at that time. */
static bool
tells_more(const struct item *than, const struct item *i, rs_time at)
{
	if (i->told != than->told)
		return i->told;
	if (i->kind != than->kind)
		return i->kind < than->kind;
	if (i->answered != than->answered)
		return i->answered;
	return i->kind == REC_CLOCK_NTP && !i->told && i->from <= at;
}

bool
host_clock(struct host_index *x, const struct rs_addr *client, rs_time at,
    struct rec_id *to)
{
	struct item key = {.addr = *client, .from = RS_NEVER};
	const struct item *best = NULL, *i;
	sort(x);
	for (guint n = lower(x->clocks, &key, by_addr);
	     (i = item_at(x->clocks, n)) && rs_addr_eq(&i->addr, client); n++)
		if (best == NULL || tells_more(best, i, at))
			best = i;
	if (best)
		*to = best->id;
	return best != NULL;
}

bool
host_policy(struct host_index *x, struct rec_id *to)
{
	if (x->policies != RS_TRUE)
		return false;
	*to = x->policy;
	return true;
}

bool
host_capture_offset(struct host_index *x, int64_t *ns)
{
	if (x->offsets != RS_TRUE)
		return false;
	*ns = x->offset;
	return true;
}
