/* SPDX-License-Identifier: Apache-2.0 */
/* The document, of each format. */
#include "report/model.h"
#include "report/report_inner.h"
#include "report/text.h"

static void
json_listed(struct report *r, const struct rec_type *type, const void *rec)
{
	struct report_writer *w = &r->json.w;
	if (!only_has(r->only, type, rec))
		return;
	if (type == &rec_download_type) {
		struct rec_download d;
		if (downloads_listed(&r->downloads, rec, &d, &r->arena))
			model_record(w, NULL, type, &d);
		return;
	}
	if (!report_shown(r, type, rec) &&
	    (type != &rec_handshake_type ||
		!report_handshake_provisions(r, rec)))
		return;
	if (type == &rec_lookup_type) {
		struct rec_lookup l = *(const struct rec_lookup *)rec;
		l.related = asked_related(r->asked, &l);
		if (l.related == RS_TRUE || r->o.all_lookups)
			model_record(w, NULL, type, &l);
	} else if (type == &rec_handshake_type) {
		struct rec_handshake h = *(const struct rec_handshake *)rec;
		if (h.related != RS_TRUE)
			report_drop_unlisted(r, &h);
		h.related = report_handshake_related(r, &h);
		model_record(w, NULL, type, &h);
	} else if (type == &rec_connection_type) {
		struct rec_connection c = *(const struct rec_connection *)rec;
		c.related = report_connection_related(r, &c);
		model_record(w, NULL, type, &c);
	} else {
		model_record(w, NULL, type, rec);
	}
}

/* Both shelves of a type, in the order of ids; fine may be NULL. */
static void
json_list(
    struct report *r, const struct rec_type *type, const struct rec_type *fine)
{
	struct spool_reader *a = spool_read(r->spool, type), *b = NULL;
	const uint8_t *x = spool_next(a), *y = NULL;
	if (fine) {
		b = spool_read(r->spool, fine);
		y = spool_next(b);
	}
	r->json.w.open(&r->json.w, type->plural, true);
	while (x || y) {
		bool first = x && (y == NULL || type->id == SIZE_MAX ||
				      rec_id_cmp((const void *)(x + type->id),
					  (const void *)(y + type->id)) <= 0);
		json_listed(r, type, first ? x : y);
		if (first)
			x = spool_next(a);
		else
			y = spool_next(b);
	}
	r->json.w.shut(&r->json.w);
	spool_reader_free(a);
	spool_reader_free(b);
}

/* A list that is not written where it is empty. */
static void
json_spare(struct report *r, const struct rec_type *type)
{
	struct spool_reader *s = spool_read(r->spool, type);
	bool any = spool_next(s) != NULL;
	spool_reader_free(s);
	if (any)
		json_list(r, type, NULL);
}

static void
json_document(struct report *r)
{
	struct report_writer *w = &r->json.w;
	w->open(w, NULL, false);
	w->open(w, "regscan", false);
	w->text(w, "version", rs_span_str(r->o.version ? r->o.version : ""));
	w->number(w, "schema", 1);
	if (r->o.phone)
		w->text(w, "narrowed_to", rs_span_str(r->o.phone));
	w->shut(w);
	model_record(w, "coverage", &rec_coverage_type, &r->amended);
	model_record(w, "summary", &rec_summary_type, &r->result);
	json_list(r, &rec_phone_type, NULL);
	json_list(r, &rec_registration_type, &r->fine_registration);
	json_list(r, &rec_binding_type, NULL);
	json_list(r, &rec_handshake_type, &r->fine_handshake);
	json_list(r, &rec_connection_type, &r->fine_connection);
	json_list(r, &rec_lookup_type, &r->strange_lookup);
	json_list(r, &rec_lease_type, NULL);
	json_list(r, &rec_download_type, NULL);
	json_spare(r, &rec_link_type);
	json_spare(r, &rec_clock_type);
	json_list(r, &rec_finding_type, NULL);
	w->shut(w);
}

static bool
connection_of(void *arg, const struct rec_id *id, struct rec_connection *c)
{
	struct report *r = arg;
	return report_find(r, &rec_connection_type, &r->fine_connection, id, c);
}

void
report_write(struct report *r)
{
	struct text_input in = {&r->o, r->spool, &r->amended, &r->result,
	    r->failures, connection_of, r, report_phone_unknown(r), r->one,
	    &r->refused_lookup};
	switch (r->o.format) {
	case REPORT_TEXT:
		text_report(&in, &r->out);
		break;
	case REPORT_JSON:
		json_document(r);
		break;
	case REPORT_NDJSON: {
		struct spool_reader *s =
		    spool_read(r->spool, &rec_finding_type);
		const void *rec;
		report_event(r, &rec_coverage_type, &r->amended);
		report_event(r, &rec_summary_type, &r->result);
		while ((rec = spool_next(s)) != NULL)
			report_event(r, &rec_finding_type, rec);
		spool_reader_free(s);
		break;
	}
	}
}
