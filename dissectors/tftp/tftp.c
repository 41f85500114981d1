/* SPDX-License-Identifier: Apache-2.0 */
#include "tftp/tftp.h"
#include "base/cursor.h"
#include "event.h"

enum { BLKSIZE_LEAST = 8, BLKSIZE_MOST = 65464 }; /* RFC 2348 */

/* Text up to its NUL, which is taken; false where there is none. */
static bool
text(struct rs_cur *c, struct rs_span *out)
{
	struct rs_span rest = {c->p, rs_cur_left(c)};
	size_t n = rs_span_find(rest, 0);
	*out = rs_cur_span(c, n);
	if (n == rest.n)
		return false;
	rs_cur_skip(c, 1);
	return true;
}

/* RFC 2347: names and values in turn; what is not understood is skipped. */
static bool
options(struct tftp_msg *m, struct rs_cur *c)
{
	struct rs_span name, value;
	uint32_t v;
	while (rs_cur_left(c)) {
		if (!text(c, &name) || name.n == 0 || !text(c, &value))
			return false;
		if (!rs_span_u32(value, &v))
			continue;
		if (rs_span_eq_nocase(name, RS_LIT("blksize")) &&
		    v >= BLKSIZE_LEAST && v <= BLKSIZE_MOST)
			m->blksize = v;
		if (rs_span_eq_nocase(name, RS_LIT("tsize"))) {
			m->tsize = v;
			m->has_tsize = true;
		}
	}
	return true;
}

static bool
is_mode(struct rs_span s)
{
	return rs_span_eq_nocase(s, RS_LIT("octet")) ||
	       rs_span_eq_nocase(s, RS_LIT("netascii")) ||
	       rs_span_eq_nocase(s, RS_LIT("mail"));
}

/* A name of a file is printable; UTF-8 is taken as it comes. */
static bool
is_name(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static bool
request(struct tftp_msg *m, struct rs_cur *c)
{
	struct rs_span mode;
	if (!text(c, &m->file) || !is_name(m->file) || !text(c, &mode) ||
	    !is_mode(mode))
		return false;
	(void)options(m, c); /* what trails it takes nothing from it */
	return true;
}

bool
tftp_parse(struct tftp_msg *m, struct rs_span s)
{
	struct rs_cur c = rs_cur_init(s);
	uint16_t opcode = rs_cur_u16(&c);
	if (c.shrt || opcode < TFTP_RRQ || opcode > TFTP_OACK)
		return false;
	*m = (struct tftp_msg){.opcode = (uint8_t)opcode};
	switch ((enum tftp_opcode)opcode) {
	case TFTP_RRQ:
	case TFTP_WRQ:
		return request(m, &c);
	case TFTP_OACK:
		return rs_cur_left(&c) > 0 && options(m, &c);
	case TFTP_DATA:
	case TFTP_ACK:
	case TFTP_ERROR:
		break;
	}
	m->number = rs_cur_u16(&c);
	if (opcode == TFTP_DATA)
		m->size = rs_cur_left(&c);
	/* Some servers leave out the NUL: the text is what there is. */
	if (opcode == TFTP_ERROR)
		(void)text(&c, &m->text);
	return !c.shrt && (opcode != TFTP_ACK || rs_cur_left(&c) == 0);
}

bool
tftp_answers(struct rs_span s)
{
	struct tftp_msg m;
	return tftp_parse(&m, s) && m.opcode >= TFTP_DATA &&
	       m.size <= BLKSIZE_MOST;
}

static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	struct tftp_msg m;
	(void)over;
	return head.n && head.p[0] == 0 && tftp_parse(&m, head) &&
		       m.opcode <= TFTP_WRQ
		   ? RS_YES
		   : RS_NO;
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct tftp_msg m;
	struct rs_event ev = {
	    .type = RS_EV_TFTP,
	    .dir = dir,
	    .at = rs_where_stamp(where, 0, data.n),
	    .u.tftp = &m,
	};
	(void)state;
	(void)over;
	bool good = tftp_parse(&m, data);
	if (!good) {
		ev.type = RS_EV_ANOMALY;
		ev.u.tftp = NULL;
		ev.u.anomaly.kind = RS_ANOMALY_TFTP_MALFORMED;
		ev.u.anomaly.bytes = data.n;
		ev.u.anomaly.head = (struct rs_span){0};
	}
	rs_emit(out, &ev);
	return (struct rs_progress){
	    .how = good ? RS_PARSED : RS_MALFORMED, .consumed = data.n};
}

const struct rs_dissector tftp_dissector = {
    .name = "tftp",
    .carriers = RS_OVER_UDP,
    .probe = probe,
    .feed = feed,
};
