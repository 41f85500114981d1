/* SPDX-License-Identifier: Apache-2.0 */
#include "flight.h"

#include "capture/pcapng_write.h"
#include "remade.h"
#include "ring.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MIB = 1 << 20,
	DEFAULT_BYTES = 64,      /* MiB */
	DEFAULT_BYTES_AGE = 256, /* likewise */
	DEFAULT_FILES = 100,
	PER_CAUSE =
	    3, /* files of one phone and verdict: it may go on for days */
	WAITING = 256,  /* records that wait to be written */
	LARGEST = MIB,  /* of them */
	CHADDR_AT = 42, /* Ethernet, IPv4, UDP: DHCP begins here, or later */
};

/* What went on before the first packet of a failure. */
static const rs_time LEAD = 120 * RS_SEC;

/* A record that failed, in the spool's form. */
struct failure {
	const struct rec_type *type;
	struct rs_buf bytes;
};

struct flight {
	struct flight_options o;
	struct ring *ring;
	int folder;
	unsigned files;
	int error;
	bool said_full;
	GHashTable *causes; /* "address code" -> number of files */
	uint8_t bytes[REMADE]; /* of a packet that is made again */
	atomic_bool due;
	pthread_mutex_t lock; /* of what follows */
	GQueue waiting;       /* struct failure */
};

/* ---- opening ---- */

struct flight *
flight_new(const struct flight_options *o, GError **error)
{
	int folder = -1;
	if (mkdir(o->folder, 0700) == 0 || errno == EEXIST)
		folder = open(o->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || faccessat(folder, ".", W_OK | X_OK, AT_EACCESS)) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_WRITE,
		    "%s: cannot write: %s", o->folder, g_strerror(errno));
		if (folder >= 0)
			close(folder);
		return NULL;
	}
	struct flight *r = g_new0(struct flight, 1);
	r->o = *o;
	if (r->o.bytes == 0)
		r->o.bytes =
		    (size_t)(o->age ? DEFAULT_BYTES_AGE : DEFAULT_BYTES) * MIB;
	if (r->o.max_files == 0)
		r->o.max_files = DEFAULT_FILES;
	r->folder = folder;
	r->ring = ring_new(r->o.bytes, o->age);
	r->causes =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	pthread_mutex_init(&r->lock, NULL);
	g_queue_init(&r->waiting);
	return r;
}

static void
failure_free(struct failure *f)
{
	rs_buf_clear(&f->bytes);
	g_free(f);
}

void
flight_free(struct flight *r)
{
	if (r == NULL)
		return;
	for (struct failure *f; (f = g_queue_pop_head(&r->waiting));)
		failure_free(f);
	g_hash_table_unref(r->causes);
	ring_free(r->ring);
	pthread_mutex_destroy(&r->lock);
	close(r->folder);
	g_free(r);
}

int
flight_error(const struct flight *r)
{
	return r->error;
}

/* ---- what comes in ---- */

void
flight_packet(
    struct flight *r, const struct cap_frame *f, const struct engine_look *look)
{
	struct cap_frame made;
	if (look->ours && f->linktype <= UINT16_MAX)
		ring_push(r->ring, f, look);
	else if (look->ours && remade_packet(&made, r->bytes, f, look))
		ring_push(r->ring, &made, look);
}

static bool
failed(const struct rec_type *type, const void *rec)
{
	if (type == &rec_registration_type) {
		const struct rec_registration *g = rec;
		return rec_outcome_failed(g->outcome) &&
		       g->visibility != REC_INFERRED_VISIBILITY;
	}
	if (type == &rec_handshake_type) {
		const struct rec_handshake *h = rec;
		return h->related == RS_TRUE &&
		       (h->state == REC_FAILED || h->state == REC_ABANDONED);
	}
	if (type == &rec_connection_type) {
		const struct rec_connection *c = rec;
		return c->related == RS_TRUE &&
		       rs_span_eq(c->conn_state, RS_LIT("REJ"));
	}
	return false;
}

void
flight_record(struct flight *r, const struct rec_type *type, const void *rec)
{
	if (!failed(type, rec))
		return;
	struct failure *f = g_new0(struct failure, 1);
	f->type = type;
	rs_buf_init(&f->bytes, LARGEST, NULL);
	pthread_mutex_lock(&r->lock);
	bool kept = g_queue_get_length(&r->waiting) < WAITING &&
		    rec_write(type, rec, &f->bytes);
	if (kept)
		g_queue_push_tail(&r->waiting, f);
	pthread_mutex_unlock(&r->lock);
	if (kept)
		atomic_store(&r->due, true);
	else
		failure_free(f);
}

bool
flight_due(struct flight *r)
{
	return atomic_load_explicit(&r->due, memory_order_relaxed);
}

static struct failure *
next_failure(struct flight *r)
{
	pthread_mutex_lock(&r->lock);
	struct failure *f = g_queue_pop_head(&r->waiting);
	if (f == NULL)
		atomic_store(&r->due, false);
	pthread_mutex_unlock(&r->lock);
	return f;
}

/* ---- the verdict ---- */

/* What is said of a failure: that of the first finding, or of the record. */
struct verdict {
	char *code, *text;    /* owned */
	GHashTable *evidence; /* frame -> what it proves (owned) */
};

static guint
frame_hash(gconstpointer p)
{
	const struct rs_frame *f = p;
	return (guint)(f->number * 31 + f->file);
}

static gboolean
frame_equal(gconstpointer a, gconstpointer b)
{
	return rs_frame_eq(
	    *(const struct rs_frame *)a, *(const struct rs_frame *)b);
}

/* As UTF-8 without control characters: some of it comes from the wire. */
static char *
words(struct rs_span s)
{
	char *text = s.p ? g_utf8_make_valid((const char *)s.p, (gssize)s.n)
			 : g_strdup("");
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return text;
}

static void
found(void *arg, const struct rec_finding *f)
{
	struct verdict *v = arg;
	if (v->code || f->severity == REC_INFO)
		return;
	g_autofree char *title = words(f->title), *detail = words(f->detail);
	v->code = words(f->code);
	v->text = g_strdup_printf("%s (%s): %s. %s", v->code,
	    rec_certainty_name(f->certainty), title, detail);
	const struct rec_evidence *e = f->evidence.v;
	for (uint32_t i = 0; i < f->evidence.n; i++)
		g_hash_table_insert(v->evidence,
		    g_memdup2(&e[i].frame, sizeof e[i].frame),
		    words(e[i].what));
}

/* The record's own word where no rule has one. */
static void
plain_verdict(struct verdict *v, const struct rec_type *type, const void *rec)
{
	const char *how = "refused";
	if (type == &rec_registration_type)
		how = rec_outcome_name(
		    ((const struct rec_registration *)rec)->outcome);
	else if (type == &rec_handshake_type)
		how = rec_handshake_state_name(
		    ((const struct rec_handshake *)rec)->state);
	v->code = g_strdup_printf("%s %s", type->name, how);
	v->text = g_strdup(v->code);
}

/* ---- whose packets ---- */

struct chain {
	const struct rec_endpoint *client, *server;
	struct rec_id id;
	rs_time since, until;
	const struct rec_list *frames;
	bool went_on; /* a packet after the end was taken */
	bool has_mac;
	uint8_t mac[6]; /* of the phone, or of the router before it */
};

static void
chain_of(struct chain *c, const struct rec_type *type, const void *rec)
{
	rs_time started, ended;
	const uint8_t *p = rec;
	*c = (struct chain){
	    .client = (const void *)(p + type->client),
	    .server = (const void *)(p + type->server),
	    .id = *(const struct rec_id *)(const void *)(p + type->id),
	};
	if (type == &rec_registration_type) {
		const struct rec_registration *g = rec;
		started = g->started, ended = g->ended, c->frames = &g->frames;
	} else if (type == &rec_handshake_type) {
		const struct rec_handshake *h = rec;
		started = h->started, ended = h->ended, c->frames = &h->frames;
	} else {
		const struct rec_connection *k = rec;
		started = k->started, ended = k->ended, c->frames = &k->frames;
	}
	c->since = started == RS_NEVER ? INT64_MIN : started - LEAD;
	c->until = ended == RS_NEVER ? INT64_MAX : ended;
}

static bool
proves(const struct chain *c, const struct ring_packet *p)
{
	const struct rs_frame *f = c->frames->v;
	for (uint32_t i = 0; i < c->frames->n; i++)
		if (rs_frame_eq(f[i], p->frame.frame))
			return true;
	return false;
}

/* DHCP goes to and from addresses that are not the phone's: told by the
   hardware address in it. */
static bool
names_phone(const struct chain *c, const struct ring_packet *p)
{
	const struct rs_span b = p->frame.bytes;
	if (!c->has_mac || !p->look.always || b.n <= CHADDR_AT)
		return false;
	for (size_t i = CHADDR_AT; i + 6 <= b.n && i < CHADDR_AT + 64; i++)
		if (memcmp(b.p + i, c->mac, 6) == 0)
			return true;
	return false;
}

/* The phone's end of it and the other's; false: it is not the phone's. */
static bool
ends(const struct chain *c, const struct ring_packet *p,
    const struct rs_endpoint **phone, const struct rs_endpoint **other)
{
	const struct engine_look *l = &p->look;
	bool sent = rs_addr_eq(&l->src.addr, &c->client->at.addr);
	*phone = sent ? &l->src : &l->dst;
	*other = sent ? &l->dst : &l->src;
	return sent || rs_addr_eq(&l->dst.addr, &c->client->at.addr);
}

/* The first of the phone after the end belongs to it: that nothing came is
   proved by a capture that goes on. */
static bool
belongs(struct chain *c, const struct ring_packet *p)
{
	const struct rs_endpoint *phone, *other;
	if (proves(c, p))
		return true;
	bool own = ends(c, p, &phone, &other);
	if (p->frame.ts > c->until) {
		bool first = own && !c->went_on;
		c->went_on |= own;
		return first;
	}
	if (!own)
		return names_phone(c, p);
	bool same_flow = phone->port == c->client->at.port &&
			 rs_endpoint_eq(other, &c->server->at);
	return p->look.always || same_flow || p->frame.ts >= c->since;
}

static void
find_mac(const struct flight *r, struct chain *c)
{
	const struct ring_packet *p = NULL;
	while (!c->has_mac && (p = ring_next(r->ring, p)))
		if (p->look.has_mac &&
		    rs_addr_eq(&p->look.src.addr, &c->client->at.addr) &&
		    proves(c, p)) {
			c->has_mac = true;
			memcpy(c->mac, p->look.mac, sizeof c->mac);
		}
}

/* ---- files ---- */

/* One that was not there: by the time of the failure and the record. */
static int
new_file(struct flight *r, const struct chain *c, const struct rec_type *type,
    char **name)
{
	char id[REC_ID_TEXT];
	rec_id_format(&c->id, id);
	gint64 at = c->until == INT64_MAX ? 0 : c->until / RS_SEC;
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(at);
	g_autofree char *when = g_date_time_format(t, "%Y%m%dT%H%M%SZ");
	for (unsigned n = 1;; n++) {
		g_autofree char *again =
		    n > 1 ? g_strdup_printf("_%u", n) : g_strdup("");
		*name = g_strdup_printf(
		    "%s-%s-%s%s.pcapng", when, type->name, id, again);
		int fd = openat(r->folder, *name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST || n > r->o.max_files)
			return fd;
		g_free(*name);
	}
}

static void
cannot_write(struct flight *r, const char *name, int why)
{
	if (r->error == 0)
		say_error("%s/%s: cannot write: %s", r->o.folder,
		    name ? name : "", g_strerror(why));
	r->error = why;
}

static char *
source_name(const struct rec_coverage *c, uint32_t file)
{
	const struct rec_file *f = c->files.v;
	return file < c->files.n ? words(f[file].path) : g_strdup("?");
}

static void
write_packets(const struct flight *r, struct pcapng_writer *w, struct chain *c,
    const struct verdict *v, const struct rec_coverage *coverage)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (uint32_t i = 0; i < coverage->files.n; i++)
		g_ptr_array_add(names, source_name(coverage, i));
	const struct ring_packet *p = NULL;
	while ((p = ring_next(r->ring, p))) {
		if (!belongs(c, p))
			continue;
		const struct rs_frame *f = &p->frame.frame;
		const char *from =
		    f->file < names->len ? names->pdata[f->file] : "?";
		const char *what = g_hash_table_lookup(v->evidence, f);
		g_autofree char *comment = g_strdup_printf(
		    "%s%s%s; frame %" G_GUINT64_FORMAT " of %s%s", v->code,
		    what || !proves(c, p) ? ": " : ", part of it",
		    what           ? what
		    : proves(c, p) ? ""
				   : "what went on around it",
		    rs_frame_number(*f), from, remade_how(&p->look));
		pcapng_writer_packet(w, &p->frame, from, comment);
	}
}

static char *
section_comment(
    const struct chain *c, const struct rec_type *type, const struct verdict *v)
{
	char client[RS_ENDPOINT_TEXT], server[RS_ENDPOINT_TEXT];
	char id[REC_ID_TEXT];
	rec_id_format(&c->id, id);
	rs_endpoint_format(&c->client->at, client);
	rs_endpoint_format(&c->server->at, server);
	return g_strdup_printf("regscan: %s\nphone %s, server %s, %s %s",
	    v->text, client, server, type->name, id);
}

/* May a file more be of that phone and verdict? */
static bool
wanted(struct flight *r, const struct chain *c, const struct verdict *v)
{
	char client[RS_ENDPOINT_TEXT];
	struct rs_endpoint phone = {.addr = c->client->at.addr};
	rs_endpoint_format(&phone, client);
	char *key = g_strdup_printf("%s %s", client, v->code);
	guint n = GPOINTER_TO_UINT(g_hash_table_lookup(r->causes, key));
	if (n >= PER_CAUSE) {
		g_free(key);
		return false;
	}
	g_hash_table_replace(r->causes, key, GUINT_TO_POINTER(n + 1));
	return true;
}

static void
write_file(struct flight *r, const struct rec_type *type, const void *rec,
    const struct verdict *v, const struct rec_coverage *coverage)
{
	struct chain c;
	g_autofree char *name = NULL;
	chain_of(&c, type, rec);
	if (!wanted(r, &c, v))
		return;
	find_mac(r, &c);
	int fd = new_file(r, &c, type, &name);
	if (fd < 0) {
		cannot_write(r, name, errno);
		return;
	}
	g_autofree char *comment = section_comment(&c, type, v);
	g_autofree char *application =
	    g_strdup_printf("regscan %s", r->o.version);
	struct pcapng_writer *w = pcapng_writer_new(fd, application, comment);
	write_packets(r, w, &c, v, coverage);
	int why = pcapng_writer_close(w);
	if (close(fd) < 0 && why == 0)
		why = errno;
	if (why) {
		(void)unlinkat(r->folder, name, 0);
		cannot_write(r, name, why);
		return;
	}
	r->files++;
}

static void
serve(struct flight *r, struct report *report, const struct failure *f,
    const struct rec_coverage *coverage)
{
	struct rec_arena arena;
	struct verdict v = {.evidence = g_hash_table_new_full(
				frame_hash, frame_equal, g_free, g_free)};
	rec_arena_init(&arena, NULL, NULL);
	void *rec = g_malloc0(f->type->size);
	if (rec_read(f->type, rec, (struct rs_span){f->bytes.p, f->bytes.n},
		&arena)) {
		report_ask(report, f->type, rec, coverage, found, &v);
		if (v.code == NULL)
			plain_verdict(&v, f->type, rec);
		write_file(r, f->type, rec, &v, coverage);
	}
	g_free(rec);
	g_hash_table_unref(v.evidence);
	g_free(v.code);
	g_free(v.text);
	rec_arena_clear(&arena);
}

void
flight_serve(
    struct flight *r, struct report *report, const struct rec_coverage *c)
{
	for (struct failure *f; (f = next_failure(r));) {
		if (r->files < r->o.max_files && r->error == 0)
			serve(r, report, f, c);
		else if (r->error == 0 && !r->said_full) {
			r->said_full = true;
			say_warning(
			    "%s: %u files written: no more are (--on-fail-max)",
			    r->o.folder, r->files);
		}
		failure_free(f);
	}
}
