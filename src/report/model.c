/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk is the same for every format and every type of record: a new field
 * is a line in records.c, a new format is a writer.  Absent fields are left
 * out; empty lists are written, as readers like a list where they expect one.
 */
#include "report/model.h"

static void fields(
    struct report_writer *w, const struct rec_type *type, const void *rec);

/* Objects in place hold texts, numbers and words; a word alone is none. */
static bool
present(const struct rec_type *type, const void *rec)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		const void *p = (const uint8_t *)rec + f->offset;
		if (f->kind == REC_TEXT) {
			if (((const struct rs_span *)p)->p != NULL)
				return true;
		} else if (f->spare) {
			if (((const struct rec_list *)p)->n)
				return true;
		} else if (f->kind != REC_ENUM && f->kind != REC_TRUTH &&
			   *(const int64_t *)p != REC_ABSENT) {
			return true;
		}
	}
	return false;
}

static void
frame_parts(struct report_writer *w, const struct rs_frame *f)
{
	w->number(w, "file", f->file);
	w->number(w, rs_frame_is_line(*f) ? "line" : "frame",
	    (int64_t)rs_frame_number(*f));
}

static void
frame(struct report_writer *w, const char *tag, const struct rs_frame *f)
{
	if (tag)
		w->open(w, tag, false);
	frame_parts(w, f);
	if (tag)
		w->shut(w);
}

static void
address(struct report_writer *w, const char *tag, const struct rs_addr *a)
{
	char s[RS_ADDR_TEXT];
	size_t n = rs_addr_format(a, s);
	if (n)
		w->text(w, tag, (struct rs_span){(const uint8_t *)s, n});
}

static void
endpoint(struct report_writer *w, const char *tag, const struct rec_endpoint *x)
{
	if (!x->at.addr.family && !x->at.port && !x->name.p)
		return;
	w->open(w, tag, false);
	address(w, "address", &x->at.addr);
	if (x->at.port)
		w->number(w, "port", x->at.port);
	if (x->name.p)
		w->text(w, "name", x->name);
	if (x->given)
		w->text(w, "name_from", RS_LIT("capture_file"));
	w->shut(w);
}

/* Names of counts are mostly our own, but labels come from elsewhere. */
static void
counts(struct report_writer *w, const struct rec_list *l)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++) {
		char tag[80];
		size_t n =
		    c[i].name.n < sizeof tag ? c[i].name.n : sizeof tag - 1;
		if (n)
			memcpy(tag, c[i].name.p, n);
		tag[n] = 0;
		w->number(w, tag, c[i].n);
	}
}

static void
list(struct report_writer *w, const struct rec_field *f,
    const struct rec_list *l)
{
	w->open(w, f->name, f->kind != REC_COUNTS);
	if (f->kind == REC_COUNTS)
		counts(w, l);
	for (uint32_t i = 0; i < l->n; i++) {
		if (f->kind == REC_TEXTS) {
			w->text(w, NULL, ((const struct rs_span *)l->v)[i]);
		} else if (f->kind == REC_FRAMES) {
			w->open(w, NULL, false);
			frame_parts(w, &((const struct rs_frame *)l->v)[i]);
			w->shut(w);
		} else if (f->kind == REC_LIST) {
			const struct rec_type *type = f->more;
			model_record(w, NULL, type,
			    (const uint8_t *)l->v + i * type->size);
		}
	}
	w->shut(w);
}

static void
number(struct report_writer *w, const struct rec_field *f, int64_t v)
{
	if (v == REC_ABSENT || f->name == NULL)
		return;
	if (f->kind == REC_MS)
		w->decimal(w, f->name, v, 6);
	else if (f->kind == REC_PERCENT)
		w->decimal(w, f->name, v, 1);
	else
		w->number(w, f->name, v);
}

static void
word(struct report_writer *w, const struct rec_field *f, unsigned v)
{
	const struct rec_names *names = f->more;
	if (v && v < names->n)
		w->text(w, f->name, rs_span_str(names->v[v]));
}

static void
field(struct report_writer *w, const struct rec_field *f, const void *p)
{
	switch (f->kind) {
	case REC_TEXT:
		if (((const struct rs_span *)p)->p)
			w->text(w, f->name, *(const struct rs_span *)p);
		break;
	case REC_NUMBER:
	case REC_MS:
	case REC_PERCENT:
		number(w, f, *(const int64_t *)p);
		break;
	case REC_ENUM:
		word(w, f, *(const unsigned *)p);
		break;
	case REC_TRUTH:
		if (*(const enum rs_fact *)p != RS_UNKNOWN)
			w->truth(
			    w, f->name, *(const enum rs_fact *)p == RS_TRUE);
		break;
	case REC_TIME:
		if (*(const rs_time *)p != RS_NEVER)
			w->time(w, f->name, *(const rs_time *)p);
		break;
	case REC_FRAME:
		if (((const struct rs_frame *)p)->number)
			frame(w, f->name, p);
		break;
	case REC_ID:
		if (rec_id_is(p)) {
			char s[REC_ID_TEXT];
			size_t n = rec_id_format(p, s);
			w->text(w, f->name,
			    (struct rs_span){(const uint8_t *)s, n});
		}
		break;
	case REC_ENDPOINT:
		endpoint(w, f->name, p);
		break;
	case REC_STRUCT:
		if (present(f->more, p))
			model_record(w, f->name, f->more, p);
		break;
	case REC_LIST:
	case REC_TEXTS:
	case REC_FRAMES:
	case REC_COUNTS:
		if (f->spare && ((const struct rec_list *)p)->n == 0)
			break;
		list(w, f, p);
		break;
	}
}

static void
fields(struct report_writer *w, const struct rec_type *type, const void *rec)
{
	for (size_t i = 0; i < type->n_fields; i++)
		field(w, &type->fields[i],
		    (const uint8_t *)rec + type->fields[i].offset);
}

void
model_record(struct report_writer *w, const char *tag,
    const struct rec_type *type, const void *rec)
{
	w->open(w, tag, false);
	fields(w, type, rec);
	w->shut(w);
}

static void
event_endpoint(struct report_writer *w, const char *ip, const char *port,
    const void *rec, size_t offset)
{
	if (offset == SIZE_MAX)
		return;
	const struct rec_endpoint *x =
	    (const void *)((const uint8_t *)rec + offset);
	if (x->at.addr.family)
		address(w, ip, &x->at.addr);
	if (x->at.port)
		w->number(w, port, x->at.port);
}

static struct rs_span
transport_proto(enum rec_transport t)
{
	if (t == REC_TRANSPORT_NONE)
		return (struct rs_span){0};
	return t == REC_UDP ? RS_LIT("UDP") : RS_LIT("TCP");
}

/* EVE's proto is the IP protocol. */
static struct rs_span
event_proto(const struct rec_type *type, const void *rec)
{
	if (type == &rec_registration_type) {
		const struct rec_registration *r = rec;
		return transport_proto(r->transport);
	}
	if (type == &rec_binding_type) {
		const struct rec_binding *b = rec;
		return transport_proto(b->transport);
	}
	if (type == &rec_lookup_type) {
		const struct rec_lookup *l = rec;
		return transport_proto(l->transport);
	}
	if (type == &rec_download_type) {
		const struct rec_download *d = rec;
		return d->protocol == REC_TFTP ? RS_LIT("UDP") : RS_LIT("TCP");
	}
	if (type == &rec_finding_type) {
		const struct rec_finding *f = rec;
		return transport_proto(f->transport);
	}
	if (type == &rec_lease_type)
		return RS_LIT("UDP");
	if (type == &rec_handshake_type || type == &rec_connection_type)
		return RS_LIT("TCP");
	return (struct rs_span){0};
}

void
model_event(struct report_writer *w, const struct rec_type *type,
    const void *rec, rs_time otherwise)
{
	struct rs_span proto = event_proto(type, rec);
	rs_time at = RS_NEVER;
	if (type->time != SIZE_MAX)
		at = *(const rs_time *)((const uint8_t *)rec + type->time);
	if (at == RS_NEVER)
		at = otherwise;
	w->open(w, NULL, false);
	if (at != RS_NEVER)
		w->time(w, "timestamp", at);
	w->text(w, "event_type", rs_span_str(type->name));
	event_endpoint(w, "src_ip", "src_port", rec, type->client);
	event_endpoint(w, "dest_ip", "dest_port", rec, type->server);
	if (proto.p)
		w->text(w, "proto", proto);
	model_record(w, type->name, type, rec);
	w->shut(w);
}
