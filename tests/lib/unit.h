/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CUnit program per module, its result as TAP.
 *
 * CU_basic_run_tests() returns 0 when assertions fail, so the result is taken
 * from the registry's counts; a registry call that fails is exit status 99.
 *
 *	static void test_a(void) { CU_ASSERT(...); }
 *	UNIT_MAIN("module", UNIT(test_a), UNIT(test_b))
 */
#ifndef UNIT_H
#define UNIT_H

#include <CUnit/CUnit.h>

struct unit_test {
	const char *name;
	void (*run)(void);
};

#define UNIT(function)                                                         \
 {                                                                             \
#  function, function                                                          \
 }
#define UNIT_MAIN(suite, ...)                                                  \
 int main(void)                                                                \
 {                                                                             \
  static const struct unit_test tests[] = {__VA_ARGS__};                       \
  return unit_run(suite, tests, sizeof tests / sizeof *tests);                 \
 }

/* Runs all, prints TAP; 0, 1 where a test failed, 99 where CUnit did. */
int unit_run(const char *suite, const struct unit_test *tests, size_t n);

/* Names the row of a table that the following assertions are about; it is
   printed with a failure. */
void unit_row(const char *name);

#endif
