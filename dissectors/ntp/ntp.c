/* SPDX-License-Identifier: Apache-2.0 */
/* NTP: who asks, who answers, and what time they say it is. */
#include "ntp/ntp.h"

#include "base/cursor.h"
#include "event.h"

enum {
	SIZE = 48,
	CLIENT = 3,
	SERVER = 4,
	UNSYNCHRONISED = 3, /* leap indicator */
	MOST_STRATUM = 16,
};

/* From 1900 to 1970, and from 2036 on: RFC 5905 6. */
static const int64_t ERA_0 = -2208988800, ERA_1 = 2085978496;

/* Times before 2000 are those of a clock that was never set, or no times. */
static rs_time
time_of(uint32_t seconds, uint32_t fraction)
{
	if (seconds == 0)
		return RS_NEVER;
	int64_t s = (int64_t)seconds + (seconds >> 31 ? ERA_0 : ERA_1);
	return s * RS_SEC + (int64_t)(((uint64_t)fraction * 1000000000u) >> 32);
}

/* Poll of 2^17 s at most, a precision that is a small fraction of a second, and
   neither key nor extension: RFC 5905 7.3. */
bool
ntp_parse(struct ntp_msg *m, struct rs_span s)
{
	if (s.n != SIZE)
		return false;
	uint8_t leap = s.p[0] >> 6, version = s.p[0] >> 3 & 7;
	uint8_t mode = s.p[0] & 7, stratum = s.p[1], poll = s.p[2];
	bool kiss = stratum == 0;
	if ((version != 3 && version != 4) ||
	    (leap && leap != UNSYNCHRONISED && mode == CLIENT) ||
	    stratum > MOST_STRATUM || poll > 17)
		return false;
	if (mode != CLIENT && mode != SERVER)
		return false;
	if (mode == SERVER && !kiss && s.p[3] < 0xe0)
		return false;
	struct rs_cur c = rs_cur_init(rs_span_from(s, 40));
	uint32_t seconds = rs_cur_u32(&c), fraction = rs_cur_u32(&c);
	*m = (struct ntp_msg){.answer = mode == SERVER,
	    .valid = mode == SERVER && leap != UNSYNCHRONISED && !kiss &&
		     stratum < MOST_STRATUM && seconds,
	    .time = time_of(seconds, fraction)};
	return true;
}

static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	struct ntp_msg m;
	(void)over;
	return ntp_parse(&m, head) ? RS_YES : RS_NO;
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct ntp_msg m;
	(void)state;
	(void)over;
	if (data.n == 0)
		return (struct rs_progress){RS_MORE, 0, 1};
	/* What else comes on the flow (keys, extensions) is not looked at. */
	if (ntp_parse(&m, data)) {
		struct rs_event ev = {.type = RS_EV_CLOCK,
		    .dir = dir,
		    .at = rs_where_stamp(where, 0, data.n)};
		ev.u.clock.source = RS_CLOCK_NTP;
		ev.u.clock.answer = m.answer;
		ev.u.clock.valid = m.valid;
		ev.u.clock.time = m.time;
		rs_emit(out, &ev);
	}
	return (struct rs_progress){RS_PARSED, data.n, 0};
}

const struct rs_dissector ntp_dissector = {
    .name = "ntp",
    .carriers = RS_OVER_UDP,
    .probe = probe,
    .feed = feed,
};
