/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of records.h: what each field is called in the report. */
#include "base/icmp.h"
#include "track/record_fields.h"

#include <assert.h>

/* The words of an enum, and the function that gives them out. */
#define NAMES(e, ...)                                                          \
 static const char *const e##_words[] = {NULL, __VA_ARGS__};                   \
 const struct rec_names e##_names = {                                          \
     e##_words, sizeof e##_words / sizeof *e##_words};                         \
 const char *e##_name(enum e v)                                                \
 {                                                                             \
  return (unsigned)v < e##_names.n ? e##_words[v] : NULL;                      \
 }

NAMES(rec_transport, "udp", "tcp", "tls", "ws", "wss")
NAMES(rec_visibility, "clear", "decrypted", "opaque", "midstream", "inferred",
    "log")
NAMES(rec_digest, "right", "wrong", "unknown_user", "not_verifiable")
NAMES(rec_digest_part, "password", "password_blanks", "username", "realm",
    "algorithm", "uri", "method", "qop", "nc", "cnonce", "nonce", "case")
NAMES(rec_reg_kind, "initial", "refresh", "removal", "query")
NAMES(rec_outcome, "registered", "unregistered", "queried", "not_bound",
    "auth_failed", "challenge_unanswered", "redirected", "rejected",
    "timed_out", "connection_lost", "unreachable", "cut_off")
NAMES(rec_binding_state, "held", "expired", "removed", "displaced", "unknown")
NAMES(rec_side, "client", "server", "network")
NAMES(rec_handshake_state, "completed", "failed", "abandoned", "cut_off",
    "midstream")
NAMES(rec_handshake_reason, "alert", "reset", "closed", "silence", "not_tls",
    "malformed")
NAMES(rec_client_certificate, "not_requested", "none_sent", "sent")
NAMES(rec_stage_state, "ok", "failed", "not_seen", "not_applicable")
NAMES(rec_severity, "error", "warning", "info")
NAMES(rec_certainty, "certain", "likely", "inferred")

static_assert(
    sizeof rec_outcome_words / sizeof *rec_outcome_words == REC_OUTCOME_N,
    "a word for each outcome");
static_assert(
    sizeof rec_handshake_state_words / sizeof *rec_handshake_state_words ==
	REC_HANDSHAKE_STATE_N,
    "a word for each state");

/* ---- registrations ---- */

#define T struct rec_contact
static const struct rec_field contact_fields[] = {
    TEXT("uri", uri),
    TEXT("instance", instance),
    TEXT("reg_id", reg_id),
    NUMBER("expires_requested", expires_requested),
    NUMBER("expires_granted", expires_granted),
    TEXT("pub_gruu", pub_gruu),
    TEXT("temp_gruu", temp_gruu),
};
PART(rec_contact_type, "contact", "contacts", contact_fields);
#undef T

#define T struct rec_challenge
static const struct rec_field challenge_fields[] = {
    TEXT("scheme", scheme),
    TEXT("realm", realm),
    MS("nonce_age_ms", nonce_age),
    TEXT("algorithm", algorithm),
    TEXT("qop", qop),
    TRUTH("stale", stale),
    TRUTH("proxy", proxy),
    TRUTH("answered", answered),
};
PART(rec_challenge_type, "challenge", "challenges", challenge_fields);
#undef T

#define T struct rec_authorization
static const struct rec_field authorization_fields[] = {
    TEXT("scheme", scheme),
    TEXT("username", username),
    TEXT("realm", realm),
    TEXT("algorithm", algorithm),
    TEXT("qop", qop),
    NUMBER("nc", nc),
    TEXTS("flaws", flaws),
};
PART(rec_authorization_type, "authorization", "authorizations",
    authorization_fields);
#undef T

#define T struct rec_transaction
static const struct rec_field transaction_fields[] = {
    TEXT("branch", branch),
    NUMBER("cseq", cseq),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    FRAME("request_frame", request_frame),
    TIME("request_time", request_time),
    NUMBER("retransmissions", retransmissions),
    FRAMES("retransmission_frames", request_frames),
    NUMBER("request_size", request_size),
    TRUTH("fragmented", fragmented),
    TRUTH("credentials", credentials),
    LIST("authorizations", authorizations, rec_authorization),
    ENUM("digest", digest, rec_digest),
    ENUM("digest_wrong", digest_wrong, rec_digest_part),
    NUMBER("provisional", provisional),
    FRAME("provisional_frame", provisional_frame),
    NUMBER("status", status),
    TEXT("reason", reason),
    FRAME("response_frame", response_frame),
    TIME("response_time", response_time),
    NUMBER("response_repeats", response_repeats),
    MS("delay_ms", delay),
    LIST("challenges", challenges, rec_challenge),
    NUMBER("retry_after", retry_after),
    NUMBER("min_expires", min_expires),
    TEXT("extensions", extensions),
    TEXT("redirected_to", redirected_to),
    TEXT("warning", warning),
};
PART(rec_transaction_type, "transaction", "transactions", transaction_fields);
#undef T

#define T struct rec_leg
static const struct rec_field leg_fields[] = {
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    FRAMES("frames", frames),
    MS("delay_ms", delay),
};
PART(rec_leg_type, "leg", "legs", leg_fields);
#undef T

#define T struct rec_registration
static const struct rec_field registration_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    TEXT("aor", aor),
    TEXT("call_id", call_id),
    TEXT("user_agent", user_agent),
    TEXT("auth_user", auth_user),
    TEXT("realm", realm),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    ENUM("visibility", visibility, rec_visibility),
    ENUM("kind", kind, rec_reg_kind),
    ENUM("outcome", outcome, rec_outcome),
    NUMBER("status", status),
    TEXT("reason", reason),
    MS("rrd_ms", rrd),
    MS("rrd_auth_ms", rrd_auth),
    MS("challenge_ms", challenge),
    MS("client_auth_ms", client_auth),
    NUMBER("expires_requested", expires_requested),
    NUMBER("expires_granted", expires_granted),
    SILENT_NUMBER(ttl),
    LIST("contacts", contacts, rec_contact),
    LIST("other_contacts", other_contacts, rec_contact),
    LIST("transactions", transactions, rec_transaction),
    FRAMES("frames", frames),
    LIST("legs", legs, rec_leg),
    TEXT("from", from),
    TEXTS("path", path),
    TEXTS("service_route", service_route),
    TEXTS("associated_uris", associated_uris),
    NUMBER("flow_timer", flow_timer),
    TRUTH("outbound", outbound),
    TRUTH("bulk", bulk),
    TEXT("security", security),
    TRUTH("rport_asked", rport_asked),
    TEXT("received", received),
    NUMBER("rport", rport),
    TEXT("icmp", icmp),
    ENDPOINT("icmp_from", icmp_from),
    FRAME("icmp_frame", icmp_frame),
    ENDPOINT("refused_from", refused_from),
    ENDPOINT("refused_to", refused_to),
    ID("handshake", handshake),
    ID("connection", connection),
    TEXTS("flaws", flaws),
    SPARE_TEXTS("inferred_from", inferred_from),
};
const struct rec_type rec_registration_type = {"registration", "registrations",
    sizeof(T), registration_fields,
    sizeof registration_fields / sizeof *registration_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T

/* ---- bindings ---- */

#define T struct rec_keepalive
static const struct rec_field keepalive_fields[] = {
    NUMBER("pings", pings),
    NUMBER("pongs", pongs),
    MS("longest_silence_ms", silence),
    TIME("silence_from", silence_from),
};
PART(rec_keepalive_type, "keepalive", "keepalives", keepalive_fields);
#undef T

#define T struct rec_grant
static const struct rec_field grant_fields[] = {
    TIME("from", from),
    NUMBER("seconds", seconds),
    NUMBER("asked", asked),
    FRAME("frame", frame),
};
PART(rec_grant_type, "grant", "grants", grant_fields);
#undef T

#define T struct rec_lapse
static const struct rec_field lapse_fields[] = {
    TIME("from", from),
    TIME("to", to),
    MS("length_ms", length),
    NUMBER("seconds", seconds),
    NUMBER("asked", asked),
    FRAME("granted", granted),
    FRAME("frame", frame),
    ENUM("kind", kind, rec_reg_kind),
    NUMBER("missed", missed),
};
PART(rec_lapse_type, "lapse", "lapses", lapse_fields);
#undef T

#define T struct rec_displaced
static const struct rec_field displaced_fields[] = {
    TIME("at", at),
    FRAME("frame", frame),
    ID("by", by),
    TEXT("contact", contact),
    ENDPOINT("client", client),
    TIME("back", back),
    FRAME("back_frame", back_frame),
};
PART(rec_displaced_type, "displaced", "displaced", displaced_fields);
#undef T

#define T struct rec_move
static const struct rec_field move_fields[] = {
    TIME("removed", removed),
    FRAME("removed_frame", removed_frame),
    TIME("at", at),
    FRAME("frame", frame),
};
PART(rec_move_type, "move", "moves", move_fields);
#undef T

#define T struct rec_unreached
static const struct rec_field unreached_fields[] = {
    TIME("granted", granted),
    FRAME("granted_frame", granted_frame),
    NUMBER("port", port),
    TIME("answered", answered),
    FRAME("answered_frame", answered_frame),
    TIME("since", since),
    FRAME("frame", frame),
    FRAME("again_frame", again_frame),
    TEXT("icmp", icmp),
    FRAME("icmp_frame", icmp_frame),
    TIME("back", back),
    FRAME("back_frame", back_frame),
    NUMBER("back_port", back_port),
};
PART(rec_unreached_type, "unreached", "unreached", unreached_fields);
#undef T

#define T struct rec_binding
static const struct rec_field binding_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    TEXT("aor", aor),
    TEXT("contact", contact),
    TEXT("instance", instance),
    TEXT("reg_id", reg_id),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    ENUM("state", state, rec_binding_state),
    TIME("next_expiry", next_expiry),
    NUMBER("grants_total", granted_total),
    LIST("grants", grants, rec_grant),
    NUMBER("refreshes", refreshes),
    PERCENT("refresh_margin_percent", refresh_margin),
    MS("lapsed_ms", lapsed),
    LIST("lapses", lapses, rec_lapse),
    NUMBER("displaced_total", displaced_total),
    LIST("displaced", displaced, rec_displaced),
    NUMBER("moves_total", moves_total),
    LIST("moves", moves, rec_move),
    STRUCT("keepalive", keepalive, rec_keepalive),
    NUMBER("unreached_total", unreached_total),
    SPARE_LIST("unreached", unreached, rec_unreached),
};
const struct rec_type rec_binding_type = {"binding", "bindings", sizeof(T),
    binding_fields, sizeof binding_fields / sizeof *binding_fields,
    offsetof(T, id), offsetof(T, started), offsetof(T, client),
    offsetof(T, server)};
#undef T

/* ---- phones ---- */

#define T struct rec_stage
static const struct rec_field stage_fields[] = {
    TEXT("stage", stage),
    ENUM("state", state, rec_stage_state),
    TEXTS("records", records),
    FRAMES("frames", frames),
    TRUTH("earlier", earlier),
};
PART(rec_stage_type, "stage", "chain", stage_fields);
#undef T

#define T struct rec_line
static const struct rec_field line_fields[] = {
    TEXT("aor", aor),
    ENUM("outcome", outcome, rec_outcome),
    TIME("decided", decided),
    FRAME("frame", frame),
    TIME("registered", registered),
    FRAME("registered_frame", registered_frame),
    TEXT("registered_as", registered_as),
    TIME("told", told),
    FRAME("told_frame", told_frame),
    NUMBER("retry_after", retry_after),
    TIME("retried", retried),
    FRAME("retried_frame", retried_frame),
    FRAME("wait_frame", wait_frame),
    NUMBER("told_at_once", told_at_once),
    FRAME("at_once_frame", at_once_frame),
};
PART(rec_line_type, "line", "lines", line_fields);
#undef T

#define T struct rec_silence
static const struct rec_field silence_fields[] = {
    ENDPOINT("server", server),
    NUMBER("refused", refused),
    FRAME("refused_frame", refused_frame),
    TIME("answered", answered),
    FRAME("answered_frame", answered_frame),
    TIME("since", since),
    FRAME("frame", frame),
    TIME("until", until),
    NUMBER("attempts", attempts),
    TIME("other", other),
    FRAME("other_frame", other_frame),
    ENDPOINT("other_client", other_client),
};
PART(rec_silence_type, "silence", "silenced", silence_fields);
#undef T

#define T struct rec_differs
static const struct rec_field differs_fields[] = {
    TEXT("what", what),
    TEXT("value", value),
    TEXT("others", others),
    NUMBER("sharing", sharing),
    NUMBER("peers", peers),
};
PART(rec_differs_type, "difference", "differs", differs_fields);
#undef T

#define T struct rec_phone
static const struct rec_field phone_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    TEXT("mac", mac),
    TEXT("behind", behind),
    TRUTH("shared", shared),
    SPARE_TEXTS("addresses", addresses),
    TEXTS("user_agents", user_agents),
    TEXTS("aors", aors),
    LIST("lines", lines, rec_line),
    ENUM("outcome", outcome, rec_outcome),
    NUMBER("attempts", attempts),
    NUMBER("failed", failed),
    LIST("silenced", silenced, rec_silence),
    LIST("chain", chain, rec_stage),
    TEXT("stopped_at", stopped_at),
    TRUTH("scanner", scanner),
    TEXT("scanner_reason", scanner_reason),
    NUMBER("retry_after_obeyed", retry_after_obeyed),
    NUMBER("retry_after_ignored", retry_after_ignored),
    SPARE_LIST("differs", differs, rec_differs),
};
const struct rec_type rec_phone_type = {"phone", "phones", sizeof(T),
    phone_fields, sizeof phone_fields / sizeof *phone_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), NOWHERE};
#undef T

/* ---- findings ---- */

#define T struct rec_evidence
static const struct rec_field evidence_fields[] = {
    FRAME(NULL, frame),
    TIME("at", at),
    TEXT("what", what),
};
PART(rec_evidence_type, "evidence", "evidence", evidence_fields);
#undef T

#define T struct rec_finding
static const struct rec_field finding_fields[] = {
    ID("id", id),
    TIME("at", at),
    TEXT("code", code),
    ENUM("severity", severity, rec_severity),
    TEXT("stage", stage),
    ENUM("certainty", certainty, rec_certainty),
    TEXTS("alternatives", alternatives),
    TEXT("title", title),
    TEXT("detail", detail),
    TEXT("advice", advice),
    ENDPOINT("phone", phone),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    TEXT("aor", aor),
    TEXTS("records", records),
    LIST("evidence", evidence, rec_evidence),
    TEXT("filter", filter),
    NUMBER("occurrences", occurrences),
    TEXT("mac", mac),
};
const struct rec_type rec_finding_type = {"finding", "findings", sizeof(T),
    finding_fields, sizeof finding_fields / sizeof *finding_fields,
    offsetof(T, id), offsetof(T, at), offsetof(T, phone), offsetof(T, server)};
#undef T

/* ---- coverage and summary ---- */

#define T struct rec_comment
static const struct rec_field comment_fields[] = {
    NUMBER("frame", frame),
    TEXT("text", text),
};
PART(rec_comment_type, "comment", "comments", comment_fields);
#undef T

#define T struct rec_log
static const struct rec_field log_fields[] = {
    NUMBER("lines", lines),
    NUMBER("lines_unknown", lines_unknown),
    NUMBER("lines_missing", lines_missing),
    NUMBER("entries_without_time", entries_without_time),
    NUMBER("clock_steps", clock_steps),
    NUMBER("year", year),
    TEXT("year_from", year_from),
    NUMBER("zone_minutes", zone),
    TEXT("zone_from", zone_from),
    TRUTH("joined", joined),
    MS("clock_shift_ms", shift),
    MS("clock_uncertainty_ms", uncertainty),
    NUMBER("messages", messages),
    NUMBER("messages_in_records", attributed),
    NUMBER("messages_in_clear", in_clear),
    NUMBER("messages_ambiguous", ambiguous),
    PERCENT("clock_drift_ppm", drift),
    PERCENT("clock_drift_uncertainty_ppm", drift_uncertainty),
    TEXT("tls_min_version", tls_least),
    SPARE_LIST("resyncs", resyncs, rec_resync),
    NUMBER("resyncs_not_listed", resyncs_not_listed),
    SPARE_TEXTS("joined_by", joined_by),
    TEXT("not_joined", not_joined),
    NUMBER("lookups", lookups),
    NUMBER("lookups_captured", lookups_captured),
};
PART(rec_log_type, "log", "logs", log_fields);
#undef T

#define T struct rec_file
static const struct rec_field file_fields[] = {
    TEXT("path", path),
    TEXT("format", format),
    TEXT("compression", compression),
    TEXTS("link_types", link_types),
    NUMBER("packets", packets),
    NUMBER("bytes", bytes),
    TIME("first", first),
    TIME("last", last),
    TRUTH("cut_short", cut_short),
    TEXT("problem", problem),
    SPARE_LIST("comments", comments, rec_comment),
    NUMBER("names", names),
    NUMBER("outages", outages),
    MS("away_ms", away),
    STRUCT("log", log, rec_log),
};
PART(rec_file_type, "file", "files", file_fields);
#undef T

#define T struct rec_label
static const struct rec_field label_fields[] = {
    TEXT("name", name),
    NUMBER("flows", flows),
    NUMBER("packets", packets),
    NUMBER("bytes", bytes),
};
PART(rec_label_type, "label", "labels", label_fields);
#undef T

#define T struct rec_coverage
static const struct rec_field coverage_fields[] = {
    LIST("files", files, rec_file),
    NUMBER("files_skipped", files_skipped),
    SPARE_TEXTS("skipped", skipped),
    TIME("first", first),
    TIME("last", last),
    NUMBER("packets", packets),
    NUMBER("decoded", decoded),
    COUNTS("undecoded", undecoded),
    SPARE_COUNTS("encapsulations", encapsulations),
    NUMBER("snaplen_truncated", snaplen_truncated),
    SPARE_COUNTS("duplicates", duplicates),
    SPARE_COUNTS("checksums", checksums),
    NUMBER("drops_kernel", drops_kernel),
    NUMBER("drops_interface", drops_interface),
    NUMBER("time_steps_back", time_steps_back),
    NUMBER("flows_udp", flows_udp),
    NUMBER("flows_tcp", flows_tcp),
    NUMBER("one_way_flows", one_way_flows),
    NUMBER("two_way_flows", two_way_flows),
    NUMBER("tcp_gaps", tcp_gaps),
    NUMBER("tcp_missing_bytes", tcp_missing_bytes),
    COUNTS("fragments", fragments),
    FRAME("fragments_differ_frame", fragments_differ),
    COUNTS("evictions", evictions),
    COUNTS("sip_requests", sip_requests),
    COUNTS("sip_responses", sip_responses),
    COUNTS("responses_to_register", responses_to_register),
    NUMBER("responses_without_request", responses_without_request),
    NUMBER("sip_keepalives", sip_keepalives),
    NUMBER("websocket_connections", websocket_connections),
    NUMBER("websocket_refused", websocket_refused),
    NUMBER("websocket_messages", websocket_messages),
    NUMBER("websocket_pings", websocket_pings),
    NUMBER("websocket_pongs", websocket_pongs),
    COUNTS("tls_connections", tls_connections),
    SPARE_COUNTS("tls_opaque", tls_opaque),
    NUMBER("tls_unrelated", tls_unrelated),
    NUMBER("tls_abstained", tls_abstained),
    COUNTS("tls_messages", tls_messages),
    COUNTS("anomalies", anomalies),
    LIST("other_traffic", other_traffic, rec_label),
    NUMBER("unlabelled_flows", unlabelled_flows),
    NUMBER("syns_not_listed", syns_not_listed),
    TEXT("vantage", vantage),
    TEXT("vantage_reason", vantage_reason),
    NUMBER("memory_limit", memory_limit),
    SPARE_COUNTS("dns_messages", dns_messages),
    NUMBER("lookups_not_listed", lookups_not_listed),
    NUMBER("downloads_not_listed", downloads_not_listed),
    SPARE_LIST("problem_reports", problems, rec_problem),
};
const struct rec_type rec_coverage_type = {"coverage", "coverage", sizeof(T),
    coverage_fields, sizeof coverage_fields / sizeof *coverage_fields, NOWHERE,
    offsetof(T, last), NOWHERE, NOWHERE};
#undef T

#define T struct rec_times
static const struct rec_field times_fields[] = {
    NUMBER("count", count),
    MS("min", min),
    MS("mean", mean),
    MS("p50", p50),
    MS("p90", p90),
    MS("p95", p95),
    MS("p99", p99),
    MS("max", max),
};
PART(rec_times_type, "times", "times", times_fields);
#undef T

#define T struct rec_group
static const struct rec_field group_fields[] = {
    ENDPOINT("server", server),
    TEXT("user_agent", user_agent),
    ENUM("transport", transport, rec_transport),
    TRUTH("others", others),
    NUMBER("attempts", attempts),
    NUMBER("decided", decided),
    NUMBER("failed", failed),
    COUNTS("outcomes", outcomes),
    PERCENT("attempt_failure_percent", attempt_failure),
    STRUCT("rrd_ms", rrd, rec_times),
    PERCENT("challenge_share_percent", challenge_share),
    PERCENT("client_share_percent", client_share),
    COUNTS("responses", responses),
};
PART(rec_group_type, "group", "groups", group_fields);
#undef T

#define T struct rec_load
static const struct rec_field load_fields[] = {
    NUMBER("peak_attempts", peak_attempts),
    NUMBER("peak_seconds", peak_seconds), TIME("peak_at", peak_at),
    MS("attempts_per_second", per_second), /* millionths, too */
};
PART(rec_load_type, "load", "loads", load_fields);
#undef T

#define T struct rec_scanners
static const struct rec_field scanners_fields[] = {
    NUMBER("sources", sources),
    NUMBER("attempts", attempts),
    NUMBER("aors", aors),
};
PART(rec_scanners_type, "scanners", "scanners", scanners_fields);
#undef T

#define T struct rec_summary
static const struct rec_field summary_fields[] = {
    NUMBER("attempts", attempts),
    NUMBER("decided", decided),
    NUMBER("failed", failed),
    COUNTS("outcomes", outcomes),
    COUNTS("kinds", kinds),
    COUNTS("failed_kinds", failed_kinds),
    STRUCT("rrd_ms", rrd, rec_times),
    STRUCT("rrd_auth_ms", rrd_auth, rec_times),
    STRUCT("challenge_ms", challenge, rec_times),
    STRUCT("client_auth_ms", client_auth, rec_times),
    PERCENT("ira_percent", ira),
    PERCENT("attempt_failure_percent", attempt_failure),
    NUMBER("register_transactions", register_transactions),
    COUNTS("responses", responses),
    COUNTS("handshakes", handshakes),
    COUNTS("alerts", alerts),
    COUNTS("connections", connections),
    SPARE_COUNTS("downloads", downloads),
    COUNTS("bindings", bindings),
    NUMBER("bindings_lapsed", bindings_lapsed),
    MS("lapse_min_ms", lapse_min),
    MS("lapse_max_ms", lapse_max),
    TIME("next_expiry", next_expiry),
    NUMBER("phones", phones),
    NUMBER("phones_registered", phones_registered),
    NUMBER("phones_unregistered", phones_unregistered),
    NUMBER("phones_failed", phones_failed),
    NUMBER("phones_undecided", phones_undecided),
    SPARE_LIST("servers", servers, rec_group),
    SPARE_LIST("user_agents", user_agents, rec_group),
    SPARE_LIST("transports", transports, rec_group),
    STRUCT("scanners", scanners, rec_scanners),
    NUMBER("retry_after_obeyed", retry_after_obeyed),
    NUMBER("retry_after_ignored", retry_after_ignored),
    PERCENT("challenge_share_percent", challenge_share),
    PERCENT("client_share_percent", client_share),
    STRUCT("load", load, rec_load),
    SPARE_COUNTS("inferred", inferred),
};
const struct rec_type rec_summary_type = {"summary", "summary", sizeof(T),
    summary_fields, sizeof summary_fields / sizeof *summary_fields, NOWHERE,
    NOWHERE, NOWHERE, NOWHERE};
#undef T

bool
rec_connection_unreachable(const struct rec_connection *c)
{
	uint32_t type, code;
	size_t slash = rs_span_find(c->icmp, '/');
	if (!rs_span_u32(rs_span_part(c->icmp, 0, slash), &type) ||
	    slash == c->icmp.n ||
	    !rs_span_u32(rs_span_from(c->icmp, slash + 1), &code))
		return false;
	return rs_icmp_unreachable(c->server.at.addr.family, type, code);
}
