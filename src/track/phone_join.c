/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two phones that are one after all.
 *
 * All that is kept of a phone is the latest or the first of something, a sum or
 * a sorted list, so that two of them are joined as if each record had come for
 * one address: nothing is counted twice, and nothing is lost.
 */
#include "track/phone_inner.h"
#include "track/queue.h"

static struct phone *
at(const struct phone_tracker *k, const struct rs_addr *client)
{
	struct table_node *n =
	    table_first(&k->table, table_addr_hash(&k->seed, client));
	for (; n; n = table_next(n)) {
		struct phone *ph = TRACK_OF(n, struct phone, node);
		if (rs_addr_eq(&ph->address, client))
			return ph;
	}
	return NULL;
}

static int
compare_aor(const struct phone_line *a, const struct phone_line *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int c = memcmp(a->aor, b->aor, n);
	return c ? c : (a->n > b->n) - (a->n < b->n);
}

static int
compare(const struct phone_line *a, const struct phone_line *b)
{
	int c = compare_aor(a, b);
	return c ? c : (int)a->place - (int)b->place;
}

static void
join_line(struct phone_line *l, struct phone_line *more)
{
	if (phone_word_take(&l->decided, &more->decided)) {
		l->outcome = more->outcome;
		l->contact_host = more->contact_host;
	}
	l->turned_away |= more->turned_away;
	if (more->wait && more->wait->until != RS_NEVER &&
	    (l->wait == NULL || l->wait->until == RS_NEVER ||
		more->wait->given > l->wait->given))
		l->wait = more->wait;
	if (more->registered != RS_NEVER &&
	    (l->registered == RS_NEVER || more->registered < l->registered)) {
		l->registered = more->registered;
		l->registered_frame = more->registered_frame;
		l->user = more->user;
		l->realm = more->realm;
	}
	if (more->told && (l->told == NULL || more->told->at < l->told->at))
		l->told = more->told;
}

/* The line that l is: of the same host, or of the same instance, where a phone
   has another host now. */
static struct phone_line *
same_line(const struct phone *ph, const struct phone_line *l)
{
	for (struct phone_line *x = ph->lines; x; x = x->next)
		if (compare_aor(x, l) == 0 &&
		    (x->place == l->place ||
			(x->instance && x->instance == l->instance)))
			return x;
	return NULL;
}

/* Lines that both have become one; the other ones move over. */
static void
join_lines(struct phone_tracker *k, struct phone *to, struct phone *from)
{
	struct phone_line **place = &to->lines, *l = from->lines, *next, *same;
	for (; l; l = next) {
		next = l->next;
		while (*place && compare(*place, l) < 0)
			place = &(*place)->next;
		if ((same = same_line(to, l)) != NULL) {
			join_line(same, l);
		} else if (to->n_lines < PHONE_MAX_LINES) {
			l->next = *place;
			*place = l;
			to->n_lines++;
			continue;
		}
		rs_account_refund(k->pay, PHONE_LINE_COST);
		k->n_lines--;
	}
	from->lines = NULL;
	from->n_lines = 0;
}

static void
join_words(struct phone_tracker *k, struct phone *to, const struct phone *from)
{
	/* The address itself has the records that another place only names. */
	bool named =
	    rs_addr_place(&from->address) && rs_addr_place(&to->address) == 0;
	for (int i = 0; i < PHONE_STAGES; i++) {
		if (i == PHONE_SIP || !named || to->good[i] == NULL)
			phone_word_keep(k, &to->good[i], from->good[i]);
		phone_word_keep(k, &to->bad[i], from->bad[i]);
	}
	if (!named || to->under_tls == NULL)
		phone_word_keep(k, &to->under_tls, from->under_tls);
	if (phone_word_keep(k, &to->other, from->other))
		to->other_outcome = from->other_outcome;
	if (from->registered_at > to->registered_at)
		to->registered_at = from->registered_at;
	if (from->face_registered > to->face_registered)
		to->face_registered = from->face_registered;
	if (from->ended > to->ended)
		to->ended = from->ended;
	if (from->started != RS_NEVER &&
	    (to->started == RS_NEVER || from->started < to->started))
		to->started = from->started;
	if (rec_id_is(&from->id) &&
	    (!rec_id_is(&to->id) || rec_id_cmp(&from->id, &to->id) < 0))
		to->id = from->id;
}

static void
join_sums(struct phone *to, const struct phone *from)
{
	to->attempts += from->attempts;
	to->failed += from->failed;
	to->line_attempts += from->line_attempts;
	to->obeyed += from->obeyed;
	to->ignored += from->ignored;
	to->by_tcp |= from->by_tcp;
	to->by_tls |= from->by_tls;
	to->by_udp |= from->by_udp;
	to->by_ip4 |= from->by_ip4;
	to->suffered |= from->suffered;
	to->several |= from->several;
	to->succeeded |= from->succeeded;
	to->answered |= from->answered;
	to->challenged |= from->challenged;
}

void
phone_tracker_join(struct phone_tracker *k, const struct rs_addr *lead,
    const struct rs_addr *member)
{
	struct phone *to = at(k, lead);
	uint64_t refused = k->refused;
	if (to == NULL || to->joined)
		return;
	(void)phone_touch(k, member);
	k->refused = refused; /* there is no phone less for that */
	struct phone *from = at(k, member);
	if (from == NULL)
		return;
	if (from == to || from->joined)
		return;
	join_words(k, to, from);
	join_sums(to, from);
	join_lines(k, to, from);
	for (const struct phone_agent *g = from->agents; g; g = g->next)
		phone_agent_add(k, to, (struct rs_span){g->text, g->n});
	standing_join(&to->standing, from->standing);
	from->standing = NULL;
	from->joined = to;
}

void
phone_tracker_several(struct phone_tracker *k, const struct rs_addr *client)
{
	struct phone *ph = at(k, client);
	if (ph)
		*(ph->joined ? &ph->joined->several : &ph->several) = true;
}

/* Both lists are sorted.  Lines over the limit are not known. */
bool
phone_tracker_strangers(const struct phone_tracker *k, const struct rs_addr *a,
    const struct rs_addr *b)
{
	const struct phone *x = at(k, a), *y = at(k, b);
	const struct phone_line *l = x ? x->lines : NULL;
	const struct phone_line *m = y ? y->lines : NULL;
	bool both = l && m && x->n_lines < PHONE_MAX_LINES &&
		    y->n_lines < PHONE_MAX_LINES;
	while (both && l && m) {
		int c = compare_aor(l, m);
		if (c == 0)
			return false;
		if (c < 0)
			l = l->next;
		else
			m = m->next;
	}
	return both;
}

bool
phone_tracker_first(const struct phone_tracker *k, const struct rs_addr *client,
    struct rec_id *first)
{
	const struct phone *ph = at(k, client);
	if (ph)
		*first = ph->id;
	return ph != NULL;
}
