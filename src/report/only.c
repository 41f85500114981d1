/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An address is a phone's as long as it was seen with its hardware address; of
 * an address that was asked for by itself, or by an AOR, everything is taken,
 * and of all other addresses of that phone.  Of phones that share an address
 * (track/behind.h) the one that has the AOR is taken, and whatever is not known
 * to be another one's.
 * Leases and links have hardware addresses of their own, and may have no other.
 */
#include "report/only.h"

#include "report/one.h"
#include "track/behind.h"
#include "track/host.h"
#include "track/phone.h"
#include "track/spool.h"

#include <string.h>

enum { MAC_TEXT = 18, ADDRESSES = 4096, MACS = 256 };
enum { USERS = 32 << 20 }; /* bytes, for a moment */

enum by { BY_NONE, BY_ADDRESS, BY_MAC, BY_AOR };

struct only {
	enum by by;
	struct rs_addr addr;
	char mac[MAC_TEXT];
	struct rs_span aor;
	struct spool *held;
	struct host_index *hosts;
	GTree *addresses; /* struct rs_addr */
	GPtrArray *macs;  /* char *, that had one of these */
	/* By AOR: in which place of which address it is, and places that are
	   another one (struct rs_addr each). */
	GTree *faces, *places, *same;
	struct rs_hash_seed seed;
	bool released, found;
};

/* ---- what is asked for ---- */

static int
nibble(char c)
{
	return g_ascii_xdigit_value(c);
}

/* Twelve hex digits, alone or with ':', '-' or '.' between. */
static bool
parse_mac(const char *s, char to[MAC_TEXT])
{
	unsigned n = 0;
	char digits[13] = "";
	for (; *s; s++) {
		if (strchr(":-.", *s))
			continue;
		if (nibble(*s) < 0 || n == 12)
			return false;
		digits[n++] = g_ascii_tolower(*s);
	}
	if (n != 12)
		return false;
	for (unsigned i = 0; i < 6; i++) {
		memcpy(to + 3 * i, digits + 2 * i, 2);
		to[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return true;
}

static struct rs_span
without_scheme(struct rs_span s)
{
	static const char *const schemes[] = {"sips:", "sip:", "tel:"};
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		size_t n = strlen(schemes[i]);
		if (s.n > n &&
		    g_ascii_strncasecmp((const char *)s.p, schemes[i], n) == 0)
			return rs_span_from(s, n);
	}
	return s;
}

/* RFC 3261 19.1.4: the user as it is, the host whatever its case. */
static bool
same_aor(struct rs_span a, struct rs_span b)
{
	a = without_scheme(a);
	b = without_scheme(b);
	size_t at = 0;
	for (size_t i = 0; i < a.n; i++)
		if (a.p[i] == '@')
			at = i;
	return a.n == b.n && memcmp(a.p, b.p, at) == 0 &&
	       g_ascii_strncasecmp((const char *)a.p + at,
		   (const char *)b.p + at, a.n - at) == 0;
}

static enum by
parse(struct only *o, const char *phone)
{
	struct rs_span s = rs_span_str(phone);
	if (rs_addr_parse(&o->addr, s))
		return BY_ADDRESS;
	if (parse_mac(phone, o->mac))
		return BY_MAC;
	o->aor = s;
	bool aor = without_scheme(s).n != s.n || strchr(phone, '@');
	return aor && s.n && phone[0] != '@' ? BY_AOR : BY_NONE;
}

bool
only_valid(const char *phone)
{
	struct only o = {0};
	return parse(&o, phone) != BY_NONE;
}

/* ---- holding ---- */

static gint
by_address(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

struct only *
only_new(const char *phone, const struct rs_hash_seed *seed, GError **error)
{
	struct spool *held = spool_new(error);
	if (held == NULL)
		return NULL;
	struct only *o = g_new0(struct only, 1);
	o->by = parse(o, phone);
	o->held = held;
	o->seed = *seed;
	o->hosts = host_index_new();
	o->addresses = g_tree_new_full(by_address, NULL, g_free, NULL);
	o->macs = g_ptr_array_new_with_free_func(g_free);
	o->faces = g_tree_new_full(by_address, NULL, g_free, NULL);
	o->places = g_tree_new_full(by_address, NULL, g_free, NULL);
	o->same = g_tree_new_full(by_address, NULL, g_free, g_free);
	return o;
}

void
only_free(struct only *o)
{
	if (o == NULL)
		return;
	spool_free(o->held);
	host_index_free(o->hosts);
	g_tree_unref(o->addresses);
	g_ptr_array_unref(o->macs);
	g_tree_unref(o->faces);
	g_tree_unref(o->places);
	g_tree_unref(o->same);
	g_free(o);
}

void
only_hold(struct only *o, const struct rec_type *type, const void *rec)
{
	host_index_add(o->hosts, type, rec);
	(void)spool_add(o->held, type, rec);
}

bool
only_held(const struct only *o)
{
	return o && !o->released;
}

uint64_t
only_lost(const struct only *o)
{
	return o ? spool_lost(o->held) : 0;
}

/* ---- whose records ---- */

static void
take(GTree *to, const struct rs_addr *a)
{
	if (a->family == 0 || g_tree_nnodes(to) >= ADDRESSES ||
	    g_tree_lookup(to, a))
		return;
	struct rs_addr *kept = g_memdup2(a, sizeof *a);
	g_tree_insert(to, kept, kept);
}

static void
take_address(struct only *o, const struct rs_addr *a)
{
	take(o->addresses, a);
}

static bool
has_mac(const struct only *o, struct rs_span mac)
{
	if (o->by == BY_MAC)
		return rs_span_eq(mac, rs_span_str(o->mac));
	for (guint i = 0; mac.n && i < o->macs->len; i++)
		if (rs_span_eq(mac, rs_span_str(o->macs->pdata[i])))
			return true;
	return false;
}

static void
take_mac(struct only *o, const struct rs_addr *a, struct rs_span mac)
{
	if (a->family && mac.n && g_tree_lookup(o->addresses, a) &&
	    o->macs->len < MACS && !has_mac(o, mac))
		g_ptr_array_add(o->macs, g_strndup((const char *)mac.p, mac.n));
}

/* Of every host that had it. */
static void
take_turns(struct only *o, const struct rs_addr *a)
{
	struct spool_reader *s = spool_read(o->held, &rec_host_type);
	const struct rec_host *h;
	take_address(o, a);
	while ((h = spool_next(s)) != NULL) {
		const struct rs_addr plain =
		    rs_addr_in_turn(h->client.at.addr, 0);
		if (rs_addr_eq(&plain, a))
			take_address(o, &h->client.at.addr);
	}
	spool_reader_free(s);
}

static gboolean
collect(gpointer key, gpointer value, gpointer to)
{
	(void)value;
	g_array_append_vals(to, key, 1);
	return FALSE;
}

static bool
strangers(void *arg, const struct rs_addr *a, const struct rs_addr *b)
{
	return phone_tracker_strangers(arg, a, b);
}

/* The other addresses of the phones that these are of, as report_join.c has
   it. */
static void
take_others(struct only *o)
{
	struct rs_account pay;
	rs_account_init(&pay, USERS);
	struct phone_tracker *users = phone_tracker_new(&o->seed, &pay);
	struct spool_reader *s = spool_read(o->held, &rec_registration_type);
	const void *rec;
	while ((rec = spool_next(s)) != NULL)
		phone_tracker_add(users, &rec_registration_type, rec);
	spool_reader_free(s);
	struct one *one = one_new(o->hosts, strangers, users);
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct rs_addr));
	g_tree_foreach(o->addresses, collect, all);
	for (guint i = 0; i < all->len; i++) {
		size_t n;
		const struct rs_addr *v =
		    one_of(one, &g_array_index(all, struct rs_addr, i), &n);
		for (size_t k = 0; k < n; k++)
			take_address(o, &v[k]);
	}
	g_array_unref(all);
	one_free(one);
	phone_tracker_free(users);
}

static const struct rs_addr *
place_of(const struct only *o, const struct rs_addr *a)
{
	const struct rs_addr *lead = g_tree_lookup(o->same, a);
	return lead ? lead : a;
}

static void
note_same(void *arg, const struct rs_addr *lead, const struct rs_addr *member)
{
	struct only *o = arg;
	g_tree_replace(o->same, g_memdup2(member, sizeof *member),
	    g_memdup2(lead, sizeof *lead));
}

/* Where the AOR registers, in the order that report.c will have it. */
static void
take_users(struct only *o)
{
	struct rs_account pay;
	rs_account_init(&pay, USERS);
	struct behind *behind = behind_new(&o->seed, &pay);
	struct spool_reader *s = spool_read(o->held, &rec_registration_type);
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct rs_addr));
	const struct rec_registration *r;
	while ((r = spool_next(s)) != NULL) {
		r = behind_of(behind, &rec_registration_type, r);
		if (!same_aor(r->aor, o->aor))
			continue;
		const struct rs_addr face = rs_addr_face(r->client.at.addr);
		take_address(o, &face);
		take(o->faces, &face);
		if (all->len < ADDRESSES)
			g_array_append_val(all, r->client.at.addr);
	}
	spool_reader_free(s);
	behind_join(behind, note_same, o);
	for (guint i = 0; i < all->len; i++)
		take(o->places,
		    place_of(o, &g_array_index(all, struct rs_addr, i)));
	g_array_unref(all);
	behind_free(behind);
}

/* It tells its Contact, and is another phone's at that address. */
static bool
is_others(const struct only *o, const struct rec_type *type,
    const struct rs_addr *client)
{
	const struct rs_addr face = rs_addr_face(*client);
	bool tells = type == &rec_registration_type ||
		     type == &rec_binding_type || type == &rec_phone_type;
	return tells && o->by == BY_AOR && g_tree_lookup(o->faces, &face) &&
	       !g_tree_lookup(o->places, place_of(o, client));
}

static void
resolve(struct only *o)
{
	struct spool_reader *s;
	const void *rec;
	if (o->by == BY_ADDRESS)
		take_turns(o, &o->addr);
	else if (o->by == BY_AOR)
		take_users(o);
	take_others(o);
	s = spool_read(o->held, &rec_host_type);
	while (o->by != BY_MAC && (rec = spool_next(s)) != NULL) {
		const struct rec_host *h = rec;
		if (h->router != RS_TRUE)
			take_mac(o, &h->client.at.addr, h->mac);
	}
	spool_reader_free(s);
	s = spool_read(o->held, &rec_lease_type);
	while (o->by != BY_MAC && (rec = spool_next(s)) != NULL) {
		const struct rec_lease *l = rec;
		take_mac(o, &l->client.at.addr, l->mac);
	}
	spool_reader_free(s);
}

static bool
has_address(const struct only *o, const struct rs_addr *a, rs_time at)
{
	struct host_view view;
	const struct rs_addr face = rs_addr_face(*a);
	if (a->family == 0)
		return false;
	if (o->by != BY_MAC)
		return g_tree_lookup(o->addresses, &face) != NULL;
	return host_at(o->hosts, &face, at, &view) &&
	       strcmp(view.mac, o->mac) == 0;
}

bool
only_client(const struct only *o, const struct rs_addr *client)
{
	struct rs_addr a;
	struct host_view view;
	if (o == NULL)
		return true;
	if (o->by != BY_MAC)
		return has_address(o, client, 0);
	const struct rs_addr face = rs_addr_face(*client);
	for (size_t i = 0;
	     host_of_mac(o->hosts, rs_span_str(o->mac), i, &a, &view); i++)
		if (rs_addr_eq(&a, &face))
			return true;
	return false;
}

bool
only_has(const struct only *o, const struct rec_type *type, const void *rec)
{
	if (o == NULL || type == &rec_finding_type || type->client == SIZE_MAX)
		return true;
	const uint8_t *p = rec;
	const struct rec_endpoint *client = (const void *)(p + type->client);
	rs_time at;
	memcpy(&at, p + type->time, sizeof at);
	if (type == &rec_phone_type && client->at.addr.family == 0)
		return has_mac(o, ((const struct rec_phone *)rec)->mac);
	if (type == &rec_lease_type) {
		const struct rec_lease *l = rec;
		return has_mac(o, l->mac) ||
		       (l->mac.n == 0 && has_address(o, &client->at.addr, at));
	}
	if (type == &rec_link_type) {
		const struct rec_link *l = rec;
		return has_mac(o, l->mac) || has_mac(o, l->other_mac) ||
		       has_address(o, &client->at.addr, at);
	}
	return has_address(o, &client->at.addr, at) &&
	       !is_others(o, type, &client->at.addr);
}

bool
only_found(const struct only *o)
{
	return o == NULL || o->found;
}

/* ---- handing on ---- */

void
only_release(struct only *o, const struct rec_sink *to)
{
	/* Who leans on others comes after them. */
	const struct rec_type *const types[] = {&rec_host_type, &rec_lease_type,
	    &rec_link_type, &rec_clock_type, &rec_quiet_type, &rec_lookup_type,
	    &rec_connection_type, &rec_handshake_type, &rec_download_type,
	    &rec_registration_type, &rec_binding_type};
	o->released = true;
	resolve(o);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		struct spool_reader *s = spool_read(o->held, types[i]);
		const void *rec;
		while ((rec = spool_next(s)) != NULL) {
			o->found |= only_has(o, types[i], rec);
			to->record(to->arg, types[i], rec);
		}
		spool_reader_free(s);
	}
}
