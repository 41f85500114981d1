/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of records about TLS and TCP. */
#include "track/record_fields.h"

#include <assert.h>

/* ---- TLS ---- */

#define T struct rec_certificate
static const struct rec_field certificate_fields[] = {
    ENUM("from", from, rec_side),
    TEXT("subject", subject),
    TEXT("issuer", issuer),
    TEXT("serial", serial),
    TEXTS("san", san),
    TIME("not_before", not_before),
    TIME("not_after", not_after),
    TEXT("key", key),
    TEXT("signature", signature),
    TRUTH("self_signed", self_signed),
    TEXT("sha256", sha256),
    TEXT("spki_sha256", spki_sha256),
    SPARE_TEXTS("weak", weak),
    TEXT("issuer_url", issuer_url),
    FRAME("frame", frame),
};
PART(rec_certificate_type, "certificate", "certificates", certificate_fields);
#undef T

#define T struct rec_chain
static const struct rec_field chain_fields[] = {
    ENUM("from", from, rec_side),
    NUMBER("sent", sent),
    NUMBER("path", path),
    TRUTH("in_order", in_order),
    TRUTH("root", root),
    TEXT("missing", missing),
    TEXT("missing_url", missing_url),
    TRUTH("names_sni", names_sni),
    TEXT("store", store),
    TRUTH("verified", verified),
    TEXT("verification", verification),
    NUMBER("depth", depth),
    FRAME("frame", frame),
};
PART(rec_chain_type, "chain", "chains", chain_fields);
#undef T

#define T struct rec_alert
static const struct rec_field alert_fields[] = {
    ENUM("from", from, rec_side),
    NUMBER("level", level),
    NUMBER("number", number),
    TEXT("name", name),
    TRUTH("encrypted", encrypted),
    TEXT("after", after),
    TIME("at", at),
    FRAME("frame", frame),
};
PART(rec_alert_type, "alert", "alerts", alert_fields);
#undef T

#define T struct rec_step
static const struct rec_field step_fields[] = {
    ENUM("from", from, rec_side),
    TEXT("what", what),
    TIME("at", at),
    FRAME("frame", frame),
};
PART(rec_step_type, "step", "steps", step_fields);
#undef T

/* last_message: two neighbours in rec_handshake, an object in the report. */
struct sides {
	struct rs_span client, server;
};
static_assert(offsetof(struct rec_handshake, last_message_server) ==
		  offsetof(struct rec_handshake, last_message_client) +
		      offsetof(struct sides, server),
    "read as struct sides");

#define T struct sides
static const struct rec_field sides_fields[] = {
    TEXT("client", client),
    TEXT("server", server),
};
static PART(sides_type, "sides", "sides", sides_fields);
#undef T

#define T struct rec_first_bytes
static const struct rec_field first_bytes_fields[] = {
    ENUM("from", from, rec_side),
    TEXT("text", text),
};
static PART(first_bytes_type, "first_bytes", "first_bytes", first_bytes_fields);
#undef T

#define T struct rec_handshake
static const struct rec_field handshake_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    TRUTH("related", related),
    ENUM("visibility", visibility, rec_visibility),
    TEXT("opaque_reason", opaque_reason),
    ENUM("state", state, rec_handshake_state),
    ENUM("failed_by", failed_by, rec_side),
    ENUM("reason", reason, rec_handshake_reason),
    TEXT("sni", sni),
    TEXTS("alpn_offered", alpn_offered),
    TEXT("alpn", alpn),
    TEXTS("client_versions", client_versions),
    TEXTS("client_ciphers", client_ciphers),
    TEXTS("client_groups", client_groups),
    TEXT("version", version),
    TEXT("cipher", cipher),
    TEXT("group", group),
    TRUTH("resumed", resumed),
    TRUTH("hello_retry", hello_retry),
    TRUTH("ech", ech),
    TEXT("ja3", ja3),
    TEXT("ja3s", ja3s),
    TEXT("ja4", ja4),
    LIST("certificates", certificates, rec_certificate),
    SPARE_LIST("chains", chains, rec_chain),
    ENUM("client_certificate", client_certificate, rec_client_certificate),
    TEXT("history", history),
    STRUCT("last_message", last_message_client, sides),
    LIST("alerts", alerts, rec_alert),
    STRUCT("first_bytes", first_bytes, first_bytes),
    MS("tcp_rtt_ms", tcp_rtt),
    MS("hello_ms", hello),
    MS("handshake_ms", handshake),
    LIST("steps", steps, rec_step),
    FRAMES("frames", frames),
    ID("connection", connection),
    TEXTS("flaws", flaws),
};
const struct rec_type rec_handshake_type = {"handshake", "handshakes",
    sizeof(T), handshake_fields,
    sizeof handshake_fields / sizeof *handshake_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T

/* ---- TCP connections ---- */

#define T struct rec_connection
static const struct rec_field connection_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    TRUTH("related", related),
    TEXT("conn_state", conn_state),
    TRUTH("from_start", from_start),
    NUMBER("syns", syns),
    SILENT_NUMBER(ttl),
    SILENT_NUMBER(mss),
    MS("rtt_server_ms", rtt_server),
    MS("rtt_client_ms", rtt_client),
    NUMBER("bytes_client", bytes_client),
    NUMBER("bytes_server", bytes_server),
    NUMBER("retransmissions_client", retransmissions_client),
    NUMBER("retransmissions_server", retransmissions_server),
    TRUTH("acked_client", acked_client),
    NUMBER("gaps", gaps),
    NUMBER("missing_bytes", missing_bytes),
    ENUM("closed_by", closed_by, rec_side),
    TEXT("closed_how", closed_how),
    TEXT("icmp", icmp),
    ENDPOINT("icmp_from", icmp_from),
    FRAME("icmp_frame", icmp_frame),
    FRAME("syn_frame", syn_frame),
    FRAME("syn_ack_frame", syn_ack_frame),
    FRAME("close_frame", close_frame),
    STRUCT("keepalive", keepalive, rec_keepalive),
    SPARE_TEXTS("reset_differs", reset_differs),
    NUMBER("hole_bytes", hole_bytes),
    MS("hole_ms", hole),
    FRAME("hole_frame", hole_frame),
    MS("idle_ms", idle),
    ENUM("idle_by", idle_by, rec_side),
    TRUTH("idle_answered", idle_answered),
    TRUTH("idle_reset", idle_reset),
    NUMBER("idle_repeats", idle_repeats),
    MS("idle_waited_ms", idle_waited),
    FRAME("idle_frame", idle_frame),
    NUMBER("differ", differ),
    FRAME("differ_frame", differ_frame),
    FRAMES("frames", frames),
};
const struct rec_type rec_connection_type = {"connection", "connections",
    sizeof(T), connection_fields,
    sizeof connection_fields / sizeof *connection_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T
