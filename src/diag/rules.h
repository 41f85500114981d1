/* SPDX-License-Identifier: Apache-2.0 */
/* The rules by name, for diag.c, which lists them.  Nobody else includes it. */
#ifndef DIAG_RULES_H
#define DIAG_RULES_H

#include "diag/rule.h"

/* rules_net.c */
extern const struct diag_rule diag_tcp_refused, diag_tcp_no_answer,
    diag_tcp_icmp_rejected;
/* rules_path.c */
extern const struct diag_rule diag_tcp_forged_reset, diag_tcp_mtu_blackhole,
    diag_tcp_idle_dropped;
/* rules_tls.c */
extern const struct diag_rule diag_tls_not_tls, diag_tls_version_mismatch,
    diag_tls_no_common_parameters, diag_tls_sni_rejected,
    diag_tls_client_certificate_missing, diag_tls_client_certificate_refused,
    diag_tls_certificate_expired, diag_tls_phone_clock,
    diag_tls_chain_incomplete, diag_tls_intercepted, diag_tls_record_damaged,
    diag_tls_unknown_ca, diag_tls_self_signed,
    diag_tls_name_mismatch, diag_tls_unsupported_certificate,
    diag_tls_closed_silently, diag_tls_no_server_hello;
/* rules_sip.c */
extern const struct diag_rule diag_sip_no_answer, diag_sip_credentials_refused,
    diag_sip_auth_user_differs, diag_sip_nonce_expired, diag_sip_stale_loop,
    diag_sip_refused_by_policy, diag_sip_interval_loop, diag_sip_overloaded,
    diag_sip_contact_not_bound, diag_sip_wrong_response_port,
    diag_sip_digest_unsupported, diag_sip_alg_rewrite;
/* rules_auth.c */
extern const struct diag_rule diag_sip_realm_mismatch,
    diag_sip_authorization_malformed, diag_sip_bearer,
    diag_sip_extension_refused, diag_sip_too_many_contacts,
    diag_sip_fragments_lost;
/* rules_dns.c */
extern const struct diag_rule diag_dns_no_answer, diag_dns_srv_missing,
    diag_dns_wrong_service;
/* rules_way.c */
extern const struct diag_rule diag_dns_no_failover, diag_dns_ipv6_unreachable,
    diag_dns_answer_differs, diag_sip_proxy_bypassed;
/* rules_capture.c */
extern const struct diag_rule diag_capture_incomplete,
    diag_tcp_segments_differ, diag_link_fragments_differ;
/* rules_binding.c */
extern const struct diag_rule diag_sip_binding_lapsed, diag_sip_contact_fight,
    diag_sip_contact_loop, diag_nat_binding_lost;
/* rules_phone.c */
extern const struct diag_rule diag_policy_source_banned, diag_sip_partial_lines,
    diag_noise_scanner;
/* rules_provisioning.c */
extern const struct diag_rule diag_provisioning_download_failed,
    diag_profile_unexpected;

/* rules_dhcp.c */
extern const struct diag_rule diag_dhcp_no_offer, diag_dhcp_no_ack,
    diag_dhcp_refused, diag_dhcp_conflicting_offers, diag_dhcp_no_dns_or_ntp,
    diag_dhcp_provisioning_override;
/* rules_link.c */
extern const struct diag_rule diag_link_voice_vlan, diag_link_address_conflict,
    diag_link_eap_failed, diag_link_arp_unanswered;
/* rules_slow.c */
extern const struct diag_rule diag_tls_slow_server;

/* rules_silent.c */
extern const struct diag_rule diag_phone_silent;

/* rules_log.c */
extern const struct diag_rule diag_log_sent_not_on_wire,
    diag_log_received_not_logged;

#endif
