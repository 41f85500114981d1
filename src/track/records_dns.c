/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of lookups. */
#include "track/record_fields.h"

static const char *const lookup_state_words[] = {NULL, "answered", "nxdomain",
    "nodata", "refused", "failed", "no_answer", "unreachable", "cut_off"};
static const struct rec_names rec_lookup_state_names = {
    lookup_state_words, REC_LOOKUP_STATE_N};

const char *
rec_lookup_state_name(enum rec_lookup_state v)
{
	return v < REC_LOOKUP_STATE_N ? lookup_state_words[v] : NULL;
}

#define T struct rec_answer
static const struct rec_field answer_fields[] = {
    TEXT("name", name),
    TEXT("type", type),
    NUMBER("ttl", ttl),
    TEXT("address", address),
    TEXT("target", target),
    NUMBER("priority", priority),
    NUMBER("weight", weight),
    NUMBER("port", port),
    NUMBER("order", order),
    NUMBER("preference", preference),
    TEXT("flags", flags),
    TEXT("service", service),
    TEXT("regexp", regexp),
    TRUTH("additional", additional),
};
PART(rec_answer_type, "answer", "answers", answer_fields);
#undef T

#define T struct rec_lookup
static const struct rec_field lookup_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("transport", transport, rec_transport),
    TEXT("name", name),
    TEXT("type", type),
    ENUM("state", state, rec_lookup_state),
    TEXT("rcode", rcode),
    NUMBER("queries", queries),
    SPARE_TEXTS("servers", servers),
    MS("delay_ms", delay),
    TRUTH("truncated", truncated),
    TRUTH("authoritative", authoritative),
    TRUTH("server_heard", server_heard),
    LIST("answers", answers, rec_answer),
    TEXT("icmp", icmp),
    ENDPOINT("icmp_from", icmp_from),
    FRAME("icmp_frame", icmp_frame),
    FRAME("answer_frame", answer_frame),
    TRUTH("related", related),
    FRAMES("frames", frames),
    TEXTS("flaws", flaws),
    ENUM("visibility", visibility, rec_visibility),
};
const struct rec_type rec_lookup_type = {"lookup", "lookups", sizeof(T),
    lookup_fields, sizeof lookup_fields / sizeof *lookup_fields,
    offsetof(T, id), offsetof(T, started), offsetof(T, client),
    offsetof(T, server)};
#undef T
