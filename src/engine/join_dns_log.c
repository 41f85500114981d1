/* SPDX-License-Identifier: Apache-2.0 */
/* What logs have of DNS: their questions, and what they tell of the answers. */
#include "engine/join_dns.h"

#include "dns/msg.h"
#include "log/facts.h"

/* False: somebody has written over a part of it. */
static bool
is_whole(struct rs_span name)
{
	unsigned row = 0;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i], low = rs_ascii_lower(c);
		bool letter = (low >= 'a' && low <= 'z') || rs_ascii_digit(c);
		if (!letter && c != '-' && c != '_' && c != '.')
			return false;
		row = low == 'x' ? row + 1 : 0;
		if (row == 3)
			return false;
	}
	return name.n > 0;
}

/* Of a log that is there twice the first one counts. */
static void
add_line(GHashTable *t, gpointer key, uint32_t i)
{
	if (!g_hash_table_contains(t, key))
		g_hash_table_insert(t, key, GUINT_TO_POINTER(i));
}

/* What was asked last of that name; NULL: nothing, or long ago. */
static struct join_recent *
asked(struct join_dns *d, uint64_t name)
{
	unsigned n = MIN(d->n_recent, JOIN_RECENT);
	for (unsigned i = 0; i < n; i++) {
		struct join_recent *r =
		    &d->recent[(d->n_recent - 1 - i) % JOIN_RECENT];
		if (r->name == name)
			return r;
	}
	return NULL;
}

/* The last of those that a reply of that type may be to; of any: of the type
   that waits longest.  0: none; else an ask, + 1. */
static uint32_t
waiting(struct log_join *j, uint64_t name, uint16_t type)
{
	struct join_dns *d = j->dns;
	unsigned n = MIN(d->n_recent, JOIN_RECENT);
	uint32_t last = 0;
	for (unsigned i = n; i-- > 0;) {
		const struct join_recent *r =
		    &d->recent[(d->n_recent - 1 - i) % JOIN_RECENT];
		if (r->name != name || r->ask == 0 || r->answered ||
		    (type && r->type != type))
			continue;
		type = r->type;
		last = r->ask;
	}
	for (unsigned i = 0; i < n; i++)
		if (d->recent[i].name == name && d->recent[i].type == type)
			d->recent[i].answered |= last != 0;
	return last;
}

static void
take_query(struct join_dns *d, const struct log_fact *f)
{
	struct join_recent r = {
	    .name = join_dns_number(d, f->name, true),
	    .type = f->type,
	};
	if (r.name)
		d->recent[d->n_recent++ % JOIN_RECENT] = r;
}

static void
take_forward(struct log_join *j, unsigned log, const struct log_fact *f,
    const struct cap_frame *frame)
{
	struct join_dns *d = j->dns;
	struct join_recent *r = asked(d, join_dns_number(d, f->name, false));
	struct rs_addr server;
	if (r == NULL || !rs_addr_parse(&server, f->value) ||
	    !is_whole(f->name))
		return;
	if (d->asks->len >= JOIN_ASKS) {
		d->full = true;
		return;
	}
	struct join_ask a = {
	    .at = frame->ts,
	    .replied = RS_NEVER,
	    .what = join_dns_what(r->name, r->type),
	    .line = rs_frame_number(frame->frame),
	    .server = server,
	    .log = log,
	    .part = j->part,
	};
	g_array_append_val(d->asks, a);
	r->ask = d->asks->len;
	g_hash_table_add(d->names, GSIZE_TO_POINTER(a.what));
	j->joined[log].lookups++;
	add_line(d->line_asks, join_dns_line_key(d, a.line, frame->bytes),
	    d->asks->len);
}

/* A line of an answer: an address, or what dnsmasq says where there is none;
   of other words nothing is concluded. */
static void
take_value(const struct join_dns *d, struct join_told *t, struct rs_span value)
{
	struct rs_addr a;
	if (rs_addr_parse(&a, value)) {
		t->any = true;
		join_dns_tell(d, t, &a);
	} else if (rs_span_eq(value, RS_LIT("NXDOMAIN"))) {
		t->any = true;
		t->rcode = DNS_NXDOMAIN;
	}
}

/* Is that line more of the answer in hand? */
static bool
goes_on(const struct log_join *j, uint64_t name, uint16_t type, rs_time at)
{
	const struct join_dns *d = j->dns;
	return type && name && d->reply_ask && d->reply_name == name &&
	       d->reply_type == type &&
	       at - join_ask(j, d->reply_ask - 1)->replied < JOIN_NEAR;
}

static void
take_reply(
    struct log_join *j, const struct log_fact *f, const struct cap_frame *frame)
{
	struct join_dns *d = j->dns;
	if (d->alias && frame->ts - d->alias_at > JOIN_NEAR)
		d->alias = 0;
	uint64_t name = join_dns_number(d, f->name, true),
		 of = d->alias ? d->alias : name;
	uint16_t type = log_reply_type(f->value);
	rs_time at = d->alias ? d->alias_at : frame->ts;
	uint64_t line =
	    d->alias ? d->alias_line : rs_frame_number(frame->frame);
	uint32_t part = d->alias ? d->alias_part : j->part;
	d->alias = 0;
	if (rs_span_eq(f->value, RS_LIT("<CNAME>"))) {
		d->alias = of;
		d->alias_at = at;
		d->alias_line = line;
		d->alias_part = part;
		return;
	}
	if (!goes_on(j, name, type, frame->ts)) {
		d->reply_ask = waiting(j, of, type);
		d->reply_name = name;
		d->reply_type = type;
	}
	if (d->reply_ask == 0)
		return;
	struct join_ask *a = join_ask(j, d->reply_ask - 1);
	if (a->replied == RS_NEVER) {
		a->replied = at;
		a->reply_line = line;
		a->reply_part = part;
	}
	take_value(d, &a->told, f->value);
}

void
join_dns_own(struct log_join *j, unsigned log, const struct rs_addr *a)
{
	static const struct rs_addr none = {.family = 4};
	struct join_own *own = &j->dns->own[log];
	if (a->family == 0 || rs_addr_eq(a, &none))
		return;
	for (unsigned i = 0; i < own->n; i++)
		if (rs_addr_eq(&own->addr[i], a))
			return;
	if (own->n < G_N_ELEMENTS(own->addr))
		own->addr[own->n++] = *a;
}

/* What the file before has begun goes on, where it is of the same log. */
static void
begin_part(struct log_join *j, unsigned file)
{
	struct join_dns *d = j->dns;
	unsigned log = j->parts[file].log;
	if (d->log == log + 1 && j->part == file)
		return;
	j->part = file;
	d->n_lines = 0;
	if (d->log == log + 1)
		return;
	d->log = log + 1;
	d->n_recent = 0;
	d->reply_ask = 0;
	d->alias = 0;
}

void
join_dns_entry(struct log_join *j, unsigned file, const struct cap_frame *f)
{
	struct join_dns *d = j->dns;
	unsigned log = j->parts[file].log;
	enum log_form form = (enum log_form)(f->linktype - CAP_LINK_LOG);
	struct rs_span text =
	    rs_span_part(f->bytes, 0, rs_span_find(f->bytes, '\n'));
	struct log_line line;
	struct log_fact fact;
	struct rs_addr a;
	begin_part(j, file);
	if (form != LOG_FORM_PHONE || !log_line_parse(form, text, &line) ||
	    !log_fact_parse(line.text, &fact))
		return;
	if (d->n_lines++ < JOIN_FIRST_LINES)
		add_line(d->line_logs,
		    join_dns_line_key(d, rs_frame_number(f->frame), f->bytes),
		    file + 1);
	if (fact.kind == LOG_DNS_QUERY)
		take_query(d, &fact);
	else if (fact.kind == LOG_DNS_FORWARD)
		take_forward(j, log, &fact, f);
	else if (fact.kind == LOG_DNS_REPLY)
		take_reply(j, &fact, f);
	else if (fact.kind == LOG_DHCP &&
		 rs_span_eq(fact.name, RS_LIT("ipaddr")) &&
		 rs_addr_parse(&a, fact.value))
		join_dns_own(j, log, &a);
}
