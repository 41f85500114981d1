/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/boot_view.h"

bool
boot_view_registered(const struct diag_case *c)
{
	const struct rec_phone *p = c->phone;
	const struct rec_line *l = p ? p->lines.v : NULL;
	if (c->registered_later)
		return true;
	if (p == NULL)
		return false;
	for (uint32_t i = 0; i < p->lines.n; i++)
		if (rec_outcome_succeeded(l[i].outcome))
			return true;
	return rec_outcome_succeeded(p->outcome);
}

static bool
has(const struct rec_list *l, struct rs_span s)
{
	const struct rs_span *v = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(v[i], s))
			return true;
	return false;
}

bool
boot_view_asked(const struct rec_lease *l, const char *option)
{
	return has(&l->asked, rs_span_str(option));
}

/* Computers that boot over the network ask for the same as phones. */
static bool
boots(const struct rec_lease *l)
{
	return l && rs_span_starts(l->vendor_class, RS_LIT("PXEClient"));
}

static bool
asks_as_phone(const struct rec_lease *l)
{
	static const char *const phones_only[] = {
	    "120", "125", "150", "159", "160"};
	if (l == NULL)
		return false;
	/* RFC 3319: SIP servers. */
	if (l->protocol == REC_DHCPV6)
		return boot_view_asked(l, "21") || boot_view_asked(l, "22");
	for (size_t i = 0; i < sizeof phones_only / sizeof *phones_only; i++)
		if (boot_view_asked(l, phones_only[i]))
			return true;
	return false;
}

bool
boot_view_lost_phone(const struct diag_case *c)
{
	if (boot_view_registered(c) || boots(c->lease))
		return false;
	if (c->phone)
		return c->phone->scanner != RS_TRUE;
	return asks_as_phone(c->lease);
}

bool
boot_view_like_phone(const struct diag_case *c)
{
	const struct rec_lease *l = c->lease;
	if (c->phone)
		return c->phone->scanner != RS_TRUE;
	return !boots(l) &&
	       (asks_as_phone(l) || (l && l->protocol == REC_DHCPV4 &&
					boot_view_asked(l, "66")));
}

bool
boot_view_later(const struct diag_case *c)
{
	return boot_view_registered(c) || c->served_later;
}

bool
boot_view_tags(const struct diag_case *c)
{
	const struct rec_count *v =
	    c->coverage ? c->coverage->encapsulations.v : NULL;
	for (uint32_t i = 0; v && i < c->coverage->encapsulations.n; i++)
		if (rs_span_eq(v[i].name, RS_LIT("vlan")) && v[i].n > 0)
			return true;
	return false;
}

bool
boot_view_other_vlan(const struct diag_case *c)
{
	const struct rec_link *p = c->policy;
	const struct rec_lease *l = c->lease;
	if (p == NULL || l == NULL || l->vlan == REC_ABSENT ||
	    p->voice_vlan == REC_ABSENT)
		return false;
	int64_t wanted = p->untagged == RS_TRUE ? 0 : p->voice_vlan;
	return l->vlan != wanted;
}

bool
boot_view_same(const struct rec_list *a, const struct rec_list *b)
{
	const struct rs_span *v = a->v;
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!has(b, v[i]))
			return false;
	return true;
}
