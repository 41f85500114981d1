/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about DHCP: a refusal, and what is known of what came of it.
 */
#include "rules_kit.h"

static struct rec_coverage coverage;
static struct rec_lease lease;
static struct rec_phone phone;

/* A NAK at `at` seconds, to a client that asked first at 0. */
static void
refused(int64_t refusals, int at)
{
	rec_init(&rec_coverage_type, &coverage);
	rec_init(&rec_lease_type, &lease);
	rec_init(&rec_phone_type, &phone);
	lease.id.frame = (struct rs_frame){0, 1};
	lease.answer_frame = (struct rs_frame){0, 2};
	lease.protocol = REC_DHCPV4;
	lease.state = REC_LEASE_REFUSED;
	lease.kind = REC_LEASE_REQUEST;
	lease.mac = RS_LIT("00:00:5e:00:53:17");
	lease.requested = RS_LIT("198.51.100.77");
	lease.refusals = refusals;
	lease.started = 0;
	lease.ended = at * RS_SEC;
}

/* Who was refused begins anew: to have failed it must have had the time. */
static void
test_refused(void)
{
	static const struct {
		const char *name;
		int64_t refusals;
		int at, last; /* seconds: NAK, end of the capture */
		enum rec_severity severity;
		enum rec_certainty certainty;
		bool granted; /* it is known that it was not */
	} rows[] = {
	    {"the capture goes on", 1, 0, 10, REC_ERROR, REC_CERTAIN, true},
	    {"it ends at once", 1, 0, 0, REC_WARNING, REC_LIKELY, false},
	    {"it ends soon", 1, 0, 9, REC_WARNING, REC_LIKELY, false},
	    {"the NAK came late", 1, 60, 61, REC_WARNING, REC_LIKELY, false},
	    {"again and again", 3, 20, 20, REC_ERROR, REC_LIKELY, true},
	    {"twice at once", 2, 0, 0, REC_WARNING, REC_LIKELY, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct diag_case k = {
		    .lease = &lease, .phone = &phone, .coverage = &coverage};
		refused(rows[i].refusals, rows[i].at);
		coverage.last = rows[i].last * RS_SEC;
		judge(&k);
		expect(rows[i].name, "dhcp.refused");
		CU_ASSERT_EQUAL(severity, rows[i].severity);
		CU_ASSERT_EQUAL(certainty, rows[i].certainty);
		CU_ASSERT_EQUAL(strstr(detail, "granted no other") != NULL,
		    rows[i].granted);
	}
}

static void
test_asked_for(void)
{
	const uint8_t address[] = {192, 0, 2, 17};
	const struct diag_case k = {
	    .lease = &lease, .phone = &phone, .coverage = &coverage};
	refused(1, 0);
	coverage.last = 20 * RS_SEC;
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    detail, "00:00:5e:00:53:17, which asked for 198.51.100.77 and"));
	/* RFC 2131 4.3.2: who renews has it in ciaddr. */
	lease.requested = (struct rs_span){0};
	lease.client.at.addr = rs_addr_v4(address);
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    detail, "00:00:5e:00:53:17, which asked for 192.0.2.17 and"));
	/* No message of the client was captured. */
	lease.client.at.addr = (struct rs_addr){0};
	lease.kind = REC_LEASE_KIND_NONE;
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(detail, "to 00:00:5e:00:53:17, which was granted no other"));
	CU_ASSERT_PTR_NULL(strstr(detail, "asked for"));
}

UNIT_MAIN("rules_dhcp", UNIT(test_refused), UNIT(test_asked_for))
