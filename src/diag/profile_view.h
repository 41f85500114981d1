/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service's profile expects of a registration, and how that is
 * otherwise.  A service that is known by its port alone judges nothing: what
 * differs may as well be another service.
 */
#ifndef DIAG_PROFILE_VIEW_H
#define DIAG_PROFILE_VIEW_H

#include "diag/rule.h"
#include "profile/profile.h"

enum { PROFILE_VIEW_TEXT = 320 };

/* The service of that registration, or NULL. */
const struct profile *profile_view_service(const struct profile_set *s,
    const struct rec_registration *r, enum profile_told *told);
/* What it said the last time, all zero before that: most registrations of a
   capture are with one service.  Its text is what was asked. */
struct profile_view_last {
	const struct profile_set *of;
	const struct profile *service;
	enum profile_told told;
	uint16_t port;
	struct rs_span server, domain;
	uint8_t text[256];
};
const struct profile *profile_view_service_again(struct profile_view_last *last,
    const struct profile_set *s, const struct rec_registration *r,
    enum profile_told *told);
/* What is otherwise, as the end of a sentence; false where nothing is. */
bool profile_view_differs(const struct profile *p, enum profile_told told,
    const struct rec_registration *r, char out[PROFILE_VIEW_TEXT]);

#endif
