/* SPDX-License-Identifier: Apache-2.0 */
#include "base/span.h"

struct rs_span
rs_span_trim_blanks(struct rs_span s)
{
	while (s.n && rs_ascii_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && rs_ascii_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}
