/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key log.  Beyond no crash: line by line it says what it says as a whole,
 * there are no more secrets than lines, and to read it again changes nothing.
 */
#include "tls/keylog.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rs_hash_seed seed = {1, 2};
	const struct rs_span text = {data, size};
	struct tls_keylog_problem why;
	struct tls_keylog *whole = tls_keylog_new(&seed);
	struct tls_keylog *lines = tls_keylog_new(&seed);
	bool good = tls_keylog_parse(whole, text, &why), each = true;
	size_t n = 0;
	unsigned first = 0;
	for (struct rs_span left = text; left.n; n++) {
		size_t end = rs_span_find(left, '\n');
		bool fine =
		    tls_keylog_parse(lines, rs_span_part(left, 0, end), NULL);
		if (!fine && first == 0)
			first = (unsigned)n + 1;
		each = each && fine;
		left = rs_span_from(left, end + 1);
	}
	must(good == each && why.line == first);
	must(tls_keylog_n(whole) == tls_keylog_n(lines));
	must(tls_keylog_n(whole) <= n);
	(void)tls_keylog_parse(whole, text, NULL);
	must(tls_keylog_n(whole) == tls_keylog_n(lines));
	tls_keylog_free(whole);
	tls_keylog_free(lines);
	return 0;
}
