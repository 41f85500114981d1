/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: pure checks over closed records.
 *
 * A rule reads a case (one registration, handshake, connection, binding or
 * phone, and the records it leans on) and says a finding or nothing.  It fires
 * on facts only: what was not seen never makes it fire.  Codes are those of
 * regscan-findings(7).
 */
#ifndef DIAG_RULE_H
#define DIAG_RULE_H

#include "diag/way.h"
#include "profile/profile.h"
#include "track/records.h"

struct diag_fetches;
struct sip_view;
struct tls_view;

/* What a finding may lean on; any but one may be NULL: not seen. */
struct diag_case {
	const struct rec_registration *registration;
	/* what it shows; diag_judge() fills it in, for all rules about SIP */
	const struct sip_view *sip;
	const struct rec_handshake *handshake;
	/* completed, for the same name, by a certificate of another issuer */
	const struct rec_handshake *other;
	/* what a handshake that did not complete shows; diag_judge() fills it
	   in, for all rules about TLS */
	const struct tls_view *tls;
	const struct rec_connection *connection;
	const struct rec_binding *binding;
	const struct rec_phone *phone; /* alone, or that of the others */
	const struct rec_coverage *coverage;
	/* of its client; alone: the rules about DNS are asked */
	const struct diag_way *way;
	/* judged itself, or that of the client */
	const struct rec_lease *lease;
	bool served_later; /* its client, by another one */
	/* As other reports tell of its phone: it tried to register after that
	   began; with success; and was registered already then. */
	bool tried_later, registered_later, registered_then;
	/* the client of a lease that is judged, where it was silent */
	const struct rec_quiet *quiet;
	const struct rec_link *link;   /* judged */
	const struct rec_link *policy; /* the voice VLAN that switches announce */
	const struct rec_clock *clock; /* of the client */
	const int64_t *capture_offset; /* ns that other clocks are ahead of it */
	const struct rec_download *download;
	const struct diag_fetches *fetches; /* of its client: fetch_view.h */
	const struct profile *profile; /* of the registration's service */
	enum profile_told told;
};

struct diag_out {
	struct rec_arena *arena; /* for text and lists of the finding */
	void (*found)(void *arg, const struct rec_finding *f);
	void *arg;
};

struct diag_rule {
	const char *code; /* stable: "tls.certificate-expired" */
	enum rec_severity severity;
	const char *stage; /* link dhcp dns provisioning tcp tls sip */
	const char *title;
	const char *advice; /* what to check next */
	void (*check)(const struct diag_rule *rule, const struct diag_case *c,
	    const struct diag_out *out); /* pure */
};

/* All rules, in the order they are asked. */
extern const struct diag_rule *const diag_rules[];
extern const size_t diag_n_rules;

/* Asks every rule about the case. */
void diag_judge(const struct diag_case *c, const struct diag_out *out);

#endif
