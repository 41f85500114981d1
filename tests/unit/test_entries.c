/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of codes: each is whole, and each text is in one place.
 */
#include "diag/entries.h"
#include "unit.h"

/* Sentences of printable ASCII, with single blanks in between. */
static bool
is_text(const char *s)
{
	size_t n = s ? strlen(s) : 0;
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~' ||
		    (s[i] == ' ' && (i == 0 || s[i - 1] == ' ')))
			return false;
	return n > 0 && s[n - 1] != ' ';
}

static bool
is_sentence(const char *s)
{
	return is_text(s) && strchr(".?", s[strlen(s) - 1]);
}

static void
test_whole(void)
{
	const struct diag_entry *e;
	for (size_t i = 0; (e = diag_entry_at(i)); i++) {
		unit_row(e->code);
		CU_ASSERT(is_sentence(e->meaning));
		CU_ASSERT(is_sentence(e->seen));
		CU_ASSERT(is_sentence(e->silent));
		CU_ASSERT(is_sentence(diag_entry_advice(e)));
		const char *title = diag_entry_title(e);
		CU_ASSERT(is_text(title) && strlen(title) <= 64 &&
			  !is_sentence(title));
		CU_ASSERT_PTR_EQUAL(diag_entry_find(e->code), e);
	}
}

/* A rule has its own. */
static void
test_one_place(void)
{
	const struct diag_entry *e;
	for (size_t i = 0; (e = diag_entry_at(i)); i++) {
		bool ruled = diag_entry_rule(e) != NULL;
		unit_row(e->code);
		CU_ASSERT_EQUAL(e->title == NULL, ruled);
		CU_ASSERT_EQUAL(e->advice == NULL, ruled);
	}
}

static void
test_rules_have_entries(void)
{
	for (size_t i = 0; i < diag_n_rules; i++) {
		const struct diag_entry *e =
		    diag_entry_find(diag_rules[i]->code);
		unit_row(diag_rules[i]->code);
		CU_ASSERT_PTR_NOT_NULL_FATAL(e);
		CU_ASSERT_PTR_EQUAL(diag_entry_rule(e), diag_rules[i]);
		CU_ASSERT_PTR_EQUAL(diag_entry_title(e), diag_rules[i]->title);
	}
	CU_ASSERT_PTR_NULL(diag_entry_find("tls.no-such-thing"));
	CU_ASSERT_PTR_NULL(diag_entry_find(""));
}

/* A text that sends the reader on names a code that is there. */
static void
check_codes_in(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (const char *dot = strchr(text, '.'); dot;
	     dot = strchr(dot + 1, '.')) {
		char code[64];
		const char *from = dot;
		while (from > text && strchr(letters, from[-1]))
			from--;
		size_t n = (size_t)(dot - from) + 1;
		size_t name = strspn(dot + 1, letters);
		if (n == 1 || name == 0 || n + name >= sizeof code)
			continue;
		memcpy(code, from, n + name);
		code[n + name] = 0;
		CU_ASSERT_PTR_NOT_NULL(diag_entry_find(code));
	}
}

static void
test_codes_in_texts(void)
{
	const struct diag_entry *e;
	for (size_t i = 0; (e = diag_entry_at(i)); i++) {
		unit_row(e->code);
		check_codes_in(e->meaning);
		check_codes_in(e->seen);
		check_codes_in(e->silent);
		check_codes_in(diag_entry_advice(e));
	}
}

UNIT_MAIN("entries", UNIT(test_whole), UNIT(test_one_place),
    UNIT(test_rules_have_entries), UNIT(test_codes_in_texts))
