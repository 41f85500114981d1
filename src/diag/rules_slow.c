/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that completes the handshake, but is long in answering the
 * ClientHello.
 *
 * Loss looks the same: a ClientHello that is repeated says so, and so do bytes
 * of the server that come twice.  What is lost before the capture cannot be
 * seen, but as TCP repeats after 0.2, 0.4, 0.8 seconds (RFC 6298 5.5, and what
 * Linux does), two seconds are three losses in a row.
 */
#include "diag/finding.h"
#include "diag/rules.h"
#include "diag/slow_view.h"

static const int64_t SLOW_LEAST = 2 * RS_SEC;
enum { SLOW_ROUNDS = 10 };

bool
slow_view_hello(const struct rec_handshake *h)
{
	/* A HelloRetryRequest is an answer too, and then the client's turn. */
	return h->state == REC_COMPLETED && h->hello_retry != RS_TRUE &&
	       h->hello != REC_ABSENT && h->tcp_rtt != REC_ABSENT &&
	       h->hello >= SLOW_LEAST && h->hello / SLOW_ROUNDS >= h->tcp_rtt;
}

static void
slow_server(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_handshake *h = c->handshake;
	const struct rec_connection *n = c->connection;
	char took[FINDING_WORD], round[FINDING_WORD];
	struct finding f;
	if (h == NULL || n == NULL || c->registration || !slow_view_hello(h))
		return; /* each handshake is asked about once, by itself */
	if (n->retransmissions_client != 0 || n->retransmissions_server != 0 ||
	    n->gaps > 0)
		return;
	/* It stands by itself, as the handshake did not fail: its connection
	   comes first. */
	struct diag_case of = {
	    .connection = n, .phone = c->phone, .coverage = c->coverage};
	finding_begin(&f, rule, &of, out, REC_LIKELY);
	finding_record(&f, &rec_handshake_type, &h->id);
	finding_alternative(&f, "tcp.mtu-blackhole");
	finding_detail(&f,
	    "The ServerHello came %s after the ClientHello, while a round trip "
	    "took %s; neither was repeated, and the handshake completed.",
	    finding_time(took, h->hello), finding_time(round, h->tcp_rtt));
	finding_steps(&f, h, REC_CLIENT, "client_hello");
	finding_steps(&f, h, REC_SERVER, "server_hello");
	finding_say(&f);
}

const struct diag_rule diag_tls_slow_server = {"tls.slow-server", REC_WARNING,
    "tls", "The server is slow to answer the ClientHello",
    "Look at the server's load, at what it waits for before it answers (DNS, "
    "OCSP, a database), and whether it limits new connections.",
    slow_server};
