/* SPDX-License-Identifier: Apache-2.0 */
/* What an attempt keeps of messages: text, and nonces by their hash. */
#include "track/reg_inner.h"

struct rs_span
reg_keep_text(struct reg_attempt *a, struct rs_span have, struct rs_span s)
{
	if (s.n > REG_MAX_TEXT) {
		s.n = REG_MAX_TEXT;
		reg_flaw(a, REG_FLAW_TEXT_CUT);
	}
	if (s.p && have.p && rs_span_eq(have, s))
		return have;
	return rec_arena_text(&a->arena, s);
}

struct reg_txn *
reg_keep_nonce(const struct reg_attempt *a, uint64_t nonce, uint32_t *index)
{
	if (nonce == 0)
		return NULL;
	struct reg_txn *found = NULL;
	for (struct reg_txn *x = a->txns; x; x = x->next) {
		for (uint32_t i = 0; i < x->rec->challenges.n; i++) {
			if (x->nonces[i].hash == nonce) {
				found = x;
				*index = i;
			}
		}
	}
	return found;
}
