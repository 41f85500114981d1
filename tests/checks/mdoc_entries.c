/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of codes as mdoc, as they stand in regscan-findings(7); a
 * program of its own, since nobody needs it who runs regscan.
 *
 * Each sentence begins a line (mandoc asks for it), and lines end before the
 * 80th column.
 */
#include "diag/entries.h"

#include <stdio.h>

enum { WIDTH = 78 };

/* What a code begins with, and the heading of those that do. */
static const char *const headings[][2] = {
    {"tcp.", "TCP"},
    {"tls.", "TLS"},
    {"sip.", "SIP"},
    {"nat.", "NAT"},
    {"policy.", "Policy"},
    {"noise.", "Noise"},
    {"capture.", "Capture"},
};

static size_t
heading_of(const char *code)
{
	size_t i = 0;
	while (i < sizeof headings / sizeof *headings &&
	       strncmp(code, headings[i][0], strlen(headings[i][0])) != 0)
		i++;
	return i;
}

static bool
ends_sentence(char c)
{
	return c == '.' || c == '?' || c == '!';
}

static void
put_word(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(p[i]);
}

/* `label` begins the first line. */
static void
flow(const char *label, const char *text)
{
	size_t at = strlen(label);
	fputs(label, stdout);
	while (*text) {
		size_t n = strcspn(text, " ");
		if (at && at + 1 + n > WIDTH) {
			putchar('\n');
			at = 0;
		}
		/* A line that begins with these is a request of roff. */
		if (at)
			at += (size_t)printf(" ");
		else if (*text == '.' || *text == '\'')
			fputs("\\&", stdout);
		put_word(text, n);
		at += n;
		bool end = ends_sentence(text[n - 1]);
		text += n;
		text += strspn(text, " ");
		if (end && *text) {
			putchar('\n');
			at = 0;
		}
	}
	putchar('\n');
}

static void
entry(const struct diag_entry *e)
{
	const struct diag_rule *r = diag_entry_rule(e);
	char title[160];
	snprintf(title, sizeof title, "%s.", diag_entry_title(e));
	printf(".It Cm %s\n", e->code);
	flow("", title);
	flow("", e->meaning);
	flow(r ? "Seen:" : "Named for:", e->seen);
	flow("But:", e->silent);
	flow("Check:", diag_entry_advice(e));
}

/* Those that have a rule, or those that have none; under the heading i, or
   all where i is beyond the last one. */
static void
section(const char *heading, size_t i, bool ruled)
{
	const struct diag_entry *e;
	bool begun = false;
	for (size_t k = 0; (e = diag_entry_at(k)); k++) {
		if ((diag_entry_rule(e) != NULL) != ruled ||
		    (ruled && heading_of(e->code) != i))
			continue;
		if (!begun) {
			printf(".Ss %s\n", heading);
			if (!ruled)
				puts("These are not told from others yet, and "
				     "named only where the evidence fits\n"
				     "them as well.");
			puts(".Bl -tag -width Ds");
		}
		begun = true;
		entry(e);
	}
	if (begun)
		puts(".El");
}

/* What would be missing in the page. */
static bool
whole(void)
{
	const struct diag_entry *e;
	for (size_t i = 0; (e = diag_entry_at(i)); i++)
		if (!diag_entry_title(e) || !diag_entry_advice(e) ||
		    !e->meaning || !e->seen || !e->silent) {
			fprintf(stderr,
			    "%s: a text is missing, or no rule says it\n",
			    e->code);
			return false;
		}
	return true;
}

int
main(void)
{
	if (!whole())
		return 1;
	size_t n = sizeof headings / sizeof *headings;
	for (size_t i = 0; i < n; i++)
		section(headings[i][1], i, true);
	section("Other", n, true);
	section("Only as alternatives", n, false);
	return ferror(stdout) || fflush(stdout) != 0;
}
