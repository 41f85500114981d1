/* SPDX-License-Identifier: Apache-2.0 */
#include "log/facts.h"

/* ---- bytes ---- */

static void
put(struct log_wire *w, const void *p, size_t n)
{
	if (w->full || n > w->size - w->n) {
		w->full = true;
		return;
	}
	if (n)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static void
put8(struct log_wire *w, unsigned v)
{
	uint8_t b = (uint8_t)v;
	put(w, &b, 1);
}

static void
put16(struct log_wire *w, unsigned v)
{
	put8(w, v >> 8);
	put8(w, v & 255);
}

static void
put32(struct log_wire *w, uint32_t v)
{
	put16(w, v >> 16);
	put16(w, v & 0xffff);
}

/* ---- DNS, RFC 1035 4 ---- */

static void
put_name(struct log_wire *w, struct rs_span name)
{
	enum { LABEL = 63 };
	while (name.n) {
		size_t n = rs_span_find(name, '.');
		if (n == 0 || n > LABEL) {
			w->full = w->full || n > LABEL || name.n > 1;
			break;
		}
		put8(w, (unsigned)n);
		put(w, name.p, n);
		name = rs_span_from(name, n + 1);
	}
	put8(w, 0);
}

static void
question(struct log_wire *w, uint16_t id, unsigned flags, struct rs_span name,
    uint16_t type)
{
	w->n = 0;
	w->full = false;
	put16(w, id);
	put16(w, flags);
	put16(w, 1);
	put16(w, 0);
	put32(w, 0);
	put_name(w, name);
	put16(w, type);
	put16(w, 1);
}

void
log_wire_query(
    struct log_wire *w, uint16_t id, struct rs_span name, uint16_t type)
{
	question(w, id, 0x0100, name, type);
}

void
log_wire_response(struct log_wire *w, uint16_t id, uint8_t rcode,
    struct rs_span name, uint16_t type)
{
	question(w, id, 0x8180U | (rcode & 15), name, type);
}

/* The head of a record; where its length is to be written. */
static size_t
record(struct log_wire *w, struct rs_span name, uint16_t type)
{
	if (!w->full)
		w->p[7]++; /* of its answers */
	put_name(w, name);
	put16(w, type);
	put16(w, 1);
	put32(w, UINT32_MAX); /* not known */
	put16(w, 0);
	return w->n;
}

static void
record_end(struct log_wire *w, size_t from)
{
	if (w->full)
		return;
	w->p[from - 2] = (uint8_t)((w->n - from) >> 8);
	w->p[from - 1] = (uint8_t)((w->n - from) & 255);
}

void
log_wire_address(
    struct log_wire *w, struct rs_span name, uint16_t type, struct rs_addr a)
{
	size_t at = record(w, name, type);
	put(w, a.b, a.family == 4 ? 4 : a.family == 6 ? 16 : 0);
	record_end(w, at);
}

void
log_wire_alias(struct log_wire *w, struct rs_span name, struct rs_span target)
{
	enum { CNAME = 5 };
	size_t at = record(w, name, CNAME);
	put_name(w, target);
	record_end(w, at);
}

void
log_wire_srv(
    struct log_wire *w, struct rs_span name, const struct log_fact *target)
{
	enum { SRV = 33 };
	size_t at = record(w, name, SRV);
	put16(w, target->priority);
	put16(w, target->weight);
	put16(w, target->port);
	put_name(w, target->name);
	record_end(w, at);
}

/* ---- DHCP, RFC 2131 2 ---- */

void
log_wire_dhcp(struct log_wire *w, bool ack, struct rs_span mac,
    struct rs_addr client, uint32_t xid)
{
	enum { BOOTREQUEST = 1, BOOTREPLY, REQUEST = 3, ACK = 5, TYPE = 53 };
	enum { MAC = 6 };
	static const uint8_t zeros[16 + 64 + 128];
	static const uint8_t cookie[] = {99, 130, 83, 99};
	uint8_t type = ack ? ACK : REQUEST;
	w->n = 0;
	w->full = false;
	put8(w, ack ? BOOTREPLY : BOOTREQUEST);
	put8(w, 1);
	put8(w, mac.n == MAC ? MAC : 0);
	put8(w, 0);
	put32(w, xid);
	put32(w, 0);
	put(w, zeros, 4);
	put(w, ack ? client.b : zeros, 4);
	put(w, zeros, 8);
	put(w, mac.n == MAC ? mac.p : zeros, MAC);
	put(w, zeros, sizeof zeros - MAC);
	put(w, cookie, sizeof cookie);
	log_wire_option(w, TYPE, (struct rs_span){&type, 1});
}

void
log_wire_option(struct log_wire *w, uint8_t code, struct rs_span value)
{
	if (value.n == 0 || value.n > UINT8_MAX)
		return;
	put8(w, code);
	put8(w, (unsigned)value.n);
	put(w, value.p, value.n);
}

void
log_wire_dhcp_end(struct log_wire *w)
{
	put8(w, 255);
}
