/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rec_host and rec_quiet, which are no part of the report. */
#include "track/record_fields.h"

static const char *const learned_words[] = {NULL, "dhcp", "arp", "traffic"};
static const struct rec_names rec_learned_names = {
    learned_words, sizeof learned_words / sizeof *learned_words};

const char *
rec_learned_name(enum rec_learned v)
{
	return (unsigned)v < rec_learned_names.n ? learned_words[v] : NULL;
}

#define T struct rec_host
static const struct rec_field host_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    TEXT("mac", mac),
    NUMBER("vlan", vlan),
    ENUM("learned", learned, rec_learned),
    TRUTH("router", router),
    TRUTH("forwards", forwards),
    TIME("until", until),
};
const struct rec_type rec_host_type = {"host", "hosts", sizeof(T), host_fields,
    sizeof host_fields / sizeof *host_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), NOWHERE};
#undef T

static const char *const shown_words[] = {NULL, "link", "router", "apart"};
static const struct rec_names rec_shown_names = {
    shown_words, sizeof shown_words / sizeof *shown_words};

const char *
rec_shown_name(enum rec_shown v)
{
	return (unsigned)v < rec_shown_names.n ? shown_words[v] : NULL;
}

#define T struct rec_quiet
static const struct rec_field quiet_fields[] = {
    ID("id", id),
    TIME("started", started),
    ENDPOINT("client", client),
    TEXT("mac", mac),
    ENUM("shown", shown, rec_shown),
    TIME("shown_at", shown_at),
    FRAME("shown_frame", shown_frame),
    NUMBER("asked", asked),
    TRUTH("called", called),
    TIME("other", other),
    FRAME("other_frame", other_frame),
};
const struct rec_type rec_quiet_type = {"quiet", "quiets", sizeof(T),
    quiet_fields, sizeof quiet_fields / sizeof *quiet_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), NOWHERE};
#undef T
