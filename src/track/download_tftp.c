/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TFTP transfers.
 *
 * A transfer is known by its client's address and port: the server answers
 * from a port of its own (RFC 1350 4), and the client keeps its.
 */
#include "track/download_inner.h"

#include "tftp/tftp.h"

enum { BLKSIZE = 512 }; /* RFC 1350 */

/* Silence after which a transfer is over: clients repeat every few seconds
   (RFC 1123 4.2.3.2), and give up after a handful. */
static const rs_time NO_ANSWER = 8 * RS_SEC;

static uint64_t
hash_of(const struct download_tracker *k, const struct rs_endpoint *client)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_addr(&key, &client->addr);
	table_key_number(&key, client->port);
	return table_key_hash(&key);
}

static struct fetch *
find(const struct download_tracker *k, const struct rs_endpoint *client)
{
	if (k->transfers_order.n == 0)
		return NULL;
	for (struct table_node *n =
		 table_first(&k->transfers, hash_of(k, client));
	     n; n = table_next(n)) {
		struct fetch *f = TRACK_OF(n, struct fetch, node);
		if (rs_endpoint_eq(&f->rec.client.at, client))
			return f;
	}
	return NULL;
}

static void
end(struct download_tracker *k, struct fetch *f, enum rec_download_state state)
{
	f->rec.state = state;
	queue_remove(&k->transfers_order, &f->order);
	table_remove(&k->transfers, &f->node);
	fetch_close(k, f);
}

void
download_tftp_over(
    struct download_tracker *k, struct fetch *f, enum rs_ending how)
{
	rs_time until = k->now > f->last ? k->now : f->last;
	if (f->last_seen)
		end(k, f, REC_DOWNLOADED);
	else if (how == RS_END_EVICTED || !fetch_waited(k, f, until, NO_ANSWER))
		end(k, f, REC_DOWNLOAD_CUT_OFF);
	else
		end(k, f,
		    f->answered ? REC_DOWNLOAD_FAILED : REC_DOWNLOAD_NO_ANSWER);
}

static void
request(struct download_tracker *k, const struct rs_event *ev)
{
	const struct tftp_msg *m = ev->u.tftp;
	const struct rs_endpoint *client = &ev->flow->end[ev->dir];
	struct fetch *f = find(k, client);
	if (f && !f->answered) { /* a retransmission */
		f->rec.retransmissions++;
		f->asked = f->last = ev->at.complete;
		fetch_frame(f, ev->at.from);
		queue_remove(&k->transfers_order, &f->order);
		queue_push(&k->transfers_order, &f->order);
		return;
	}
	if (f)
		download_tftp_over(k, f, RS_END_REUSED);
	f = fetch_new(k, ev);
	if (f == NULL)
		return;
	f->rec.client.at = *client;
	f->rec.server.at = ev->flow->end[rs_dir_other(ev->dir)];
	f->rec.protocol = REC_TFTP;
	f->rec.path = download_path(&f->arena, m->file);
	f->rec.retransmissions = 0;
	download_captured(k, &f->rec, f->rec.path, 0);
	f->writes = m->opcode == TFTP_WRQ;
	if (f->writes)
		f->rec.method = RS_LIT("put");
	table_add(&k->transfers, &f->node, hash_of(k, client));
	queue_push(&k->transfers_order, &f->order);
}

static void
refused(struct download_tracker *k, struct fetch *f, const struct tftp_msg *m,
    bool by_client)
{
	static const struct rs_span words = RS_LIT("not found");
	bool not_found = m->number == TFTP_NOT_FOUND;
	f->rec.error = m->number;
	f->rec.reason = download_words(&f->arena, m->text);
	/* Some servers say it in words only. */
	for (size_t i = 0; m->number == TFTP_UNDEFINED && i < m->text.n; i++)
		not_found |=
		    rs_span_eq_nocase(rs_span_part(m->text, i, words.n), words);
	/* A client that only wanted the size ends it so (RFC 2349). */
	end(k, f,
	    by_client                            ? REC_CANCELLED
	    : not_found                          ? REC_NOT_FOUND
	    : m->number == TFTP_ACCESS_VIOLATION ? REC_DENIED
						 : REC_DOWNLOAD_FAILED);
}

/* Blocks count on, and begin again at 0 behind 65535. */
static void
data(struct fetch *f, const struct tftp_msg *m)
{
	int64_t blksize = f->rec.blksize > 0 ? f->rec.blksize : BLKSIZE;
	if (f->rec.blocks == REC_ABSENT)
		f->rec.blocks = f->rec.bytes = 0;
	if (f->rec.blocks && (int16_t)(uint16_t)(m->number - f->block) <= 0) {
		f->rec.retransmissions++;
		return;
	}
	f->block = m->number;
	f->rec.blocks++;
	f->rec.bytes += (int64_t)m->size;
	/* RFC 1350 6: what is short is the last. */
	f->last_seen = (int64_t)m->size < blksize;
}

static void
options(struct fetch *f, const struct tftp_msg *m)
{
	if (m->blksize)
		f->rec.blksize = m->blksize;
	if (m->has_tsize && m->tsize)
		f->rec.size = m->tsize;
}

void
download_tftp(struct download_tracker *k, const struct rs_event *ev)
{
	const struct tftp_msg *m = ev->u.tftp;
	if (m->opcode == TFTP_RRQ || m->opcode == TFTP_WRQ) {
		request(k, ev);
		return;
	}
	const struct rs_endpoint *from = &ev->flow->end[ev->dir];
	const struct rs_endpoint *to = &ev->flow->end[rs_dir_other(ev->dir)];
	struct fetch *f = find(k, from);
	bool by_client = f != NULL;
	if (f == NULL)
		f = find(k, to);
	if (f == NULL)
		return;
	f->last = f->asked = ev->at.complete;
	queue_remove(&k->transfers_order, &f->order);
	queue_push(&k->transfers_order, &f->order);
	bool first = !f->answered && !by_client;
	if (first)
		fetch_answered(f, &ev->at);
	bool short_before = f->last_seen;
	if (m->opcode == TFTP_OACK)
		options(f, m);
	else if (m->opcode == TFTP_DATA)
		data(f, m);
	if ((f->last_seen && !short_before) || m->opcode == TFTP_ERROR)
		fetch_frame(f, ev->at.from);
	if (m->opcode == TFTP_ERROR)
		refused(k, f, m, by_client);
	else if (m->opcode == TFTP_ACK && f->last_seen &&
		 m->number == f->block && by_client != f->writes)
		end(k, f, REC_DOWNLOADED);
}

/* An error that quotes the request: nobody serves there. */
void
download_tftp_icmp(struct download_tracker *k, const struct rs_event *ev)
{
	struct fetch *f = find(k, &ev->flow->end[ev->dir]);
	if (f == NULL || f->answered)
		return;
	f->last = ev->at.complete;
	f->rec.icmp_frame = ev->at.from;
	fetch_frame(f, ev->at.from);
	f->rec.reason = RS_LIT("ICMP error");
	end(k, f, REC_DOWNLOAD_FAILED);
}
