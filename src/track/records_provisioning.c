/* SPDX-License-Identifier: Apache-2.0 */
/* The table of downloads: what each field is called in the report. */
#include "track/record_fields.h"

#include <assert.h>

static const char *const protocol_words[] = {NULL, "tftp", "http", "https"};
static const struct rec_names rec_download_protocol_names = {
    protocol_words, sizeof protocol_words / sizeof *protocol_words};
static const char *const state_words[] = {NULL, "done", "opened", "not_found",
    "refused", "failed", "redirected", "no_answer", "cancelled", "cut_off"};
static const struct rec_names rec_download_state_names = {
    state_words, sizeof state_words / sizeof *state_words};

static_assert(sizeof state_words / sizeof *state_words == REC_DOWNLOAD_STATE_N,
    "a word for each state");

const char *
rec_download_protocol_name(enum rec_download_protocol v)
{
	return (unsigned)v < rec_download_protocol_names.n ? protocol_words[v]
							   : NULL;
}

const char *
rec_download_state_name(enum rec_download_state v)
{
	return (unsigned)v < rec_download_state_names.n ? state_words[v] : NULL;
}

#define T struct rec_download
static const struct rec_field download_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENUM("protocol", protocol, rec_download_protocol),
    ENUM("state", state, rec_download_state),
    TEXT("method", method),
    TEXT("path", path),
    TEXT("host", host),
    TEXT("user_agent", user_agent),
    TEXT("mac", mac),
    TEXT("location", location),
    NUMBER("status", status),
    NUMBER("error", error),
    TEXT("reason", reason),
    TRUTH("challenge", challenge),
    TRUTH("credentials", credentials),
    TIME("server_date", server_date),
    NUMBER("size", size),
    NUMBER("bytes", bytes),
    NUMBER("blocks", blocks),
    NUMBER("blksize", blksize),
    NUMBER("retransmissions", retransmissions),
    MS("delay_ms", delay),
    MS("duration_ms", duration),
    TEXT("profile", profile),
    TRUTH("optional", optional),
    TRUTH("phone", phone),
    ID("handshake", handshake),
    FRAME("icmp_frame", icmp_frame),
    FRAME("answer_frame", answer_frame),
    FRAMES("frames", frames),
    ENUM("visibility", visibility, rec_visibility),
    TRUTH("resync", resync),
    TRUTH("resolved", resolved),
};
const struct rec_type rec_download_type = {"download", "downloads", sizeof(T),
    download_fields, sizeof download_fields / sizeof *download_fields,
    offsetof(T, id), offsetof(T, started), offsetof(T, client),
    offsetof(T, server)};
#undef T
