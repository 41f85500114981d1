/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of records about DHCP, the link and clocks. */
#include "track/record_fields.h"

#include <assert.h>

#define NAMES(e, ...)                                                          \
 static const char *const e##_words[] = {NULL, __VA_ARGS__};                   \
 static const struct rec_names e##_names = {                                   \
     e##_words, sizeof e##_words / sizeof *e##_words};                         \
 const char *e##_name(enum e v)                                                \
 {                                                                             \
  return (unsigned)v < e##_names.n ? e##_words[v] : NULL;                      \
 }

NAMES(rec_dhcp, "dhcpv4", "dhcpv6")
NAMES(rec_lease_kind, "discover", "request", "renew", "inform", "release",
    "decline")
NAMES(rec_lease_state, "bound", "informed", "refused", "no_offer", "not_taken",
    "no_ack", "declined", "released", "cut_off")
NAMES(rec_link_kind, "address_conflict", "arp_unanswered", "voice_vlan",
    "eap_failed")
NAMES(rec_clock_source, "ntp", "sip", "tls")

static_assert(sizeof rec_lease_state_words / sizeof *rec_lease_state_words ==
		  REC_LEASE_STATE_N,
    "a word for each state");

#define T struct rec_option
static const struct rec_field option_fields[] = {
    NUMBER("code", code),
    TEXT("value", value),
    TEXTS("addresses", addresses),
    TIME("used", used),
    FRAME("used_frame", used_frame),
    NUMBER("used_port", used_port),
};
PART(rec_option_type, "option", "provisioning", option_fields);
#undef T

/* What both an offer and a grant say. */
#define TERMS                                                                  \
 TEXT("address", terms.address), NUMBER("lease_seconds", terms.seconds),       \
     TEXT("subnet", terms.subnet), TEXTS("routers", terms.routers),            \
     TEXTS("dns", terms.dns), TEXTS("ntp", terms.ntp),                         \
     TEXT("domain", terms.domain),                                             \
     LIST("provisioning", terms.provisioning, rec_option)

#define T struct rec_offer
static const struct rec_field offer_fields[] = {
    TIME("at", at),
    FRAME("frame", frame),
    ENDPOINT("server", server),
    TEXT("server_duid", server_duid),
    TERMS,
};
PART(rec_offer_type, "offer", "offers", offer_fields);
#undef T

#define T struct rec_lease
static const struct rec_field lease_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    ENDPOINT("relay", relay),
    ENUM("protocol", protocol, rec_dhcp),
    ENUM("kind", kind, rec_lease_kind),
    ENUM("state", state, rec_lease_state),
    TEXT("mac", mac),
    TEXT("client_id", client_id),
    TEXT("hostname", hostname),
    TEXT("vendor_class", vendor_class),
    NUMBER("vlan", vlan),
    TEXTS("asked", asked),
    TEXT("requested_address", requested),
    LIST("offers", offers, rec_offer),
    TERMS,
    TEXT("boot_server", boot_server),
    TEXT("boot_file", boot_file),
    NUMBER("refusals", refusals),
    TEXT("message", message),
    NUMBER("retransmissions", retransmissions),
    MS("delay_ms", delay),
    FRAME("answer_frame", answer_frame),
    TEXT("icmp", icmp),
    ENDPOINT("icmp_from", icmp_from),
    FRAME("icmp_frame", icmp_frame),
    FRAMES("frames", frames),
    ENUM("visibility", visibility, rec_visibility),
};
const struct rec_type rec_lease_type = {"lease", "leases", sizeof(T),
    lease_fields, sizeof lease_fields / sizeof *lease_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T

#define T struct rec_link
static const struct rec_field link_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENUM("kind", kind, rec_link_kind),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    TEXT("mac", mac),
    TEXT("other_mac", other_mac),
    TEXT("protocol", protocol),
    NUMBER("voice_vlan", voice_vlan),
    NUMBER("native_vlan", native_vlan),
    TRUTH("untagged", untagged),
    NUMBER("method", method),
    NUMBER("count", count),
    TRUTH("probe", probe),
    TRUTH("router", router),
    FRAMES("frames", frames),
};
const struct rec_type rec_link_type = {"link", "links", sizeof(T), link_fields,
    sizeof link_fields / sizeof *link_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T

#define T struct rec_clock
static const struct rec_field clock_fields[] = {
    ID("id", id),
    TIME("started", started),
    TIME("ended", ended),
    ENUM("source", source, rec_clock_source),
    ENDPOINT("client", client),
    ENDPOINT("server", server),
    NUMBER("queries", queries),
    NUMBER("answers", answers),
    MS("client_offset_ms", client_offset),
    TRUTH("client_steady", client_steady),
    MS("server_offset_ms", server_offset),
    TEXT("icmp", icmp),
    ENDPOINT("icmp_from", icmp_from),
    FRAME("icmp_frame", icmp_frame),
    FRAMES("frames", frames),
};
const struct rec_type rec_clock_type = {"clock", "clocks", sizeof(T),
    clock_fields, sizeof clock_fields / sizeof *clock_fields, offsetof(T, id),
    offsetof(T, started), offsetof(T, client), offsetof(T, server)};
#undef T
