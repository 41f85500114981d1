/* SPDX-License-Identifier: Apache-2.0 */
/* Files of problem reports: what is kept is text that ends, and is printable.
 */
#include "capture/problem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
printable(const char *s, size_t size)
{
	size_t n = strnlen(s, size);
	if (n == size)
		abort();
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			abort();
}
#define PRINTABLE(s) printable(s, sizeof s)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rs_span all = {data, size};
	struct cap_problem p;
	int line, year, month;
	(void)cap_problem_probe(all);
	cap_problem_init(&p);
	(void)cap_problem_parse(&p, all, &line);
	(void)cap_problem_date(&p, &year, &month);
	PRINTABLE(p.model);
	PRINTABLE(p.firmware);
	PRINTABLE(p.mac);
	PRINTABLE(p.clock);
	PRINTABLE(p.zone);
	PRINTABLE(p.ntp);
	PRINTABLE(p.profile);
	PRINTABLE(p.tls_least);
	for (unsigned i = 0; i < PROBLEM_LINES; i++) {
		PRINTABLE(p.lines[i].user);
		PRINTABLE(p.lines[i].proxy);
		PRINTABLE(p.lines[i].outbound);
		PRINTABLE(p.lines[i].transport);
		PRINTABLE(p.lines[i].state);
	}
	cap_problem_clear(&p);
	return 0;
}
