/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of entries as one, and what their rules add. */
#include "diag/entries.h"
#include "diag/entries_list.h"

const struct diag_entry *
diag_entry_at(size_t i)
{
	static const struct diag_entry *const tables[] = {diag_entries_tcp,
	    diag_entries_tls, diag_entries_sip, diag_entries_around,
	    diag_entries_dns, diag_entries_boot,
	    diag_entries_provisioning, diag_entries_log};
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (const struct diag_entry *e = tables[t]; e->code; e++)
			if (i-- == 0)
				return e;
	return NULL;
}

const struct diag_entry *
diag_entry_find(const char *code)
{
	const struct diag_entry *e;
	for (size_t i = 0; (e = diag_entry_at(i)); i++)
		if (strcmp(e->code, code) == 0)
			return e;
	return NULL;
}

const struct diag_rule *
diag_entry_rule(const struct diag_entry *e)
{
	for (size_t i = 0; i < diag_n_rules; i++)
		if (strcmp(diag_rules[i]->code, e->code) == 0)
			return diag_rules[i];
	return NULL;
}

const char *
diag_entry_title(const struct diag_entry *e)
{
	const struct diag_rule *r = diag_entry_rule(e);
	return r ? r->title : e->title;
}

const char *
diag_entry_advice(const struct diag_entry *e)
{
	const struct diag_rule *r = diag_entry_rule(e);
	return r ? r->advice : e->advice;
}
