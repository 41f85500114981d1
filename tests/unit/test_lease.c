/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
static void
test_a(void)
{
}
UNIT_MAIN("lease", UNIT(test_a))
