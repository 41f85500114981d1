/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <CUnit/TestRun.h>
#include <stdio.h>

static const char *row;
static unsigned number;

void
unit_row(const char *name)
{
	row = name;
}

static void
start(const CU_pTest t, const CU_pSuite s)
{
	(void)t;
	(void)s;
	row = NULL;
}

static void
complete(const CU_pTest t, const CU_pSuite s, const CU_pFailureRecord failures)
{
	printf("%s %u - %s: %s\n", failures ? "not ok" : "ok", ++number,
	    s->pName, t->pName);
	for (CU_pFailureRecord f = failures; f; f = f->pNext)
		printf("# %s:%u: %s\n", f->strFileName, f->uiLineNumber,
		    f->strCondition);
	if (failures && row)
		printf("# last row: %s\n", row);
}

int
unit_run(const char *suite, const struct unit_test *tests, size_t n)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 99;
	CU_pSuite s = CU_add_suite(suite, NULL, NULL);
	for (size_t i = 0; s && i < n; i++)
		if (CU_add_test(s, tests[i].name, tests[i].run) == NULL)
			return 99;
	if (s == NULL)
		return 99;
	CU_set_test_start_handler(start);
	CU_set_test_complete_handler(complete);
	CU_set_error_action(CUEA_IGNORE);
	if (CU_run_all_tests() != CUE_SUCCESS)
		return 99;
	unsigned failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	return failed != 0;
}
