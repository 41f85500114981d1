/* SPDX-License-Identifier: Apache-2.0 */
#include "track/record_fields.h"

#define T struct rec_resync
static const struct rec_field resync_fields[] = {
    NUMBER("line", line),
    TIME("at", at),
    TEXT("from", from),
    TRUTH("succeeded", succeeded),
    TEXT("reason", reason),
    TEXT("unresolved", unresolved),
    NUMBER("status", status),
    NUMBER("transfer_result", transfer),
    TEXT("transfer_error", transfer_error),
};
PART(rec_resync_type, "resync", "resyncs", resync_fields);
#undef T

#define T struct rec_configured
static const struct rec_field configured_fields[] = {
    NUMBER("line", number),
    TEXT("user", user),
    TEXT("proxy", proxy),
    TEXT("outbound_proxy", outbound_proxy),
    TEXT("transport", transport),
    NUMBER("expires", expires),
    TRUTH("use_srv", use_srv),
    TRUTH("use_outbound_proxy", use_outbound),
    TRUTH("registers", registers),
    NUMBER("config_line", config_line),
    TEXT("state", state),
    TRUTH("looked_up", looked_up),
    TRUTH("tried", tried),
    ENDPOINT("went_to", went_to),
};
PART(rec_configured_type, "configured", "configured", configured_fields);
#undef T

#define T struct rec_problem
static const struct rec_field problem_fields[] = {
    TEXTS("paths", paths),
    TEXT("model", model),
    TEXT("firmware", firmware),
    TEXT("mac", mac),
    TEXT("clock", clock),
    TEXT("time_zone", zone),
    TEXT("ntp_server", ntp_server),
    TEXT("profile_server", profile_server),
    TEXT("tls_min_version", tls_least),
    TRUTH("resync_on_reset", resync_on_reset),
    NUMBER("resync_periodic", resync_every),
    LIST("lines", lines, rec_configured),
    TEXT("problem", broken),
};
PART(rec_problem_type, "problem_report", "problem_reports", problem_fields);
#undef T
