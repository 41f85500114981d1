/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What concerns registration: known SIP/TLS ports, and the servers and names
 * that REGISTERs and SRV answers in this capture point to.
 *
 * A connection may come before the REGISTER that makes it matter, so trackers
 * ask while they run (a first answer) and the report asks again at the end.
 */
#ifndef TRACK_RELATED_H
#define TRACK_RELATED_H

#include "track/records.h"

struct related;

/* ports: added to 5061 and 8934.  Copied. */
struct related *related_new(const uint16_t *ports, size_t n);
void related_free(struct related *r);
/* Learns the server of a registration. */
void related_registration(
    struct related *r, const struct rec_registration *reg);
/* Learns from an SRV record of SIP (RFC 3263 4.2): the domain that was asked
   for, and which port of which host serves it. */
void related_service(struct related *r, struct rs_span domain,
    struct rs_span target, uint16_t port);
/* Learns an address of a name: of such a host it is a server. */
void related_address(
    struct related *r, struct rs_span name, const struct rs_addr *a);
/* A name that servers of registrations have. */
bool related_name(const struct related *r, struct rs_span name);
/* Each of them, in lower case. */
void related_each_name(const struct related *r,
    void (*each)(void *arg, struct rs_span name), void *arg);
/* A port where TLS for SIP is expected. */
bool related_tls_port(const struct related *r, uint16_t port);
/* A port where SIP of any kind is expected (5060 as well). */
bool related_sip_port(const struct related *r, uint16_t port);
/* A ClientHello's ALPN offers SIP: the list as on the wire. */
bool related_offers(struct rs_span alpn_list);
/* A server for TLS that concerns registration, by all that a ClientHello says
   of it. */
bool related_server(const struct related *r, const struct rs_endpoint *server,
    struct rs_span name);
/* True, or unknown: what is not known to concern registration may still do. */
enum rs_fact related_handshake(
    const struct related *r, const struct rec_handshake *h);
enum rs_fact related_connection(
    const struct related *r, const struct rec_connection *c);

#endif
