/* SPDX-License-Identifier: Apache-2.0 */
/* The list of rules and who asks them. */
#include "diag/rules.h"
#include "diag/sip_view.h"
#include "diag/tls_view.h"

const struct diag_rule *const diag_rules[] = {
    &diag_tcp_refused,
    &diag_tcp_no_answer,
    &diag_tcp_icmp_rejected,
    &diag_tcp_forged_reset,
    &diag_tcp_mtu_blackhole,
    &diag_tcp_idle_dropped,
    &diag_tls_not_tls,
    &diag_tls_version_mismatch,
    &diag_tls_no_common_parameters,
    &diag_tls_sni_rejected,
    &diag_tls_client_certificate_missing,
    &diag_tls_client_certificate_refused,
    &diag_tls_certificate_expired,
    &diag_tls_phone_clock,
    &diag_tls_chain_incomplete,
    &diag_tls_unknown_ca,
    &diag_tls_intercepted,
    &diag_tls_record_damaged,
    &diag_tls_self_signed,
    &diag_tls_name_mismatch,
    &diag_tls_unsupported_certificate,
    &diag_tls_closed_silently,
    &diag_tls_no_server_hello,
    &diag_policy_source_banned,
    &diag_sip_no_answer,
    &diag_sip_fragments_lost,
    &diag_sip_bearer,
    &diag_sip_realm_mismatch,
    &diag_sip_authorization_malformed,
    &diag_sip_credentials_refused,
    &diag_sip_auth_user_differs,
    &diag_sip_digest_unsupported,
    &diag_sip_nonce_expired,
    &diag_sip_stale_loop,
    &diag_sip_extension_refused,
    &diag_sip_too_many_contacts,
    &diag_sip_refused_by_policy,
    &diag_sip_interval_loop,
    &diag_sip_overloaded,
    &diag_sip_contact_not_bound,
    &diag_sip_wrong_response_port,
    &diag_sip_alg_rewrite,
    &diag_sip_binding_lapsed,
    &diag_sip_contact_fight,
    &diag_sip_contact_loop,
    &diag_nat_binding_lost,
    &diag_sip_partial_lines,
    &diag_noise_scanner,
    &diag_capture_incomplete,
    &diag_tcp_segments_differ,
    &diag_link_fragments_differ,
    &diag_dns_no_answer,
    &diag_dns_srv_missing,
    &diag_dns_wrong_service,
    &diag_dns_no_failover,
    &diag_dns_ipv6_unreachable,
    &diag_dns_answer_differs,
    &diag_sip_proxy_bypassed,
    &diag_link_voice_vlan,
    &diag_link_address_conflict,
    &diag_link_eap_failed,
    &diag_link_arp_unanswered,
    &diag_dhcp_no_offer,
    &diag_dhcp_no_ack,
    &diag_dhcp_refused,
    &diag_dhcp_conflicting_offers,
    &diag_dhcp_no_dns_or_ntp,
    &diag_dhcp_provisioning_override,
    &diag_provisioning_download_failed,
    &diag_profile_unexpected,
    &diag_tls_slow_server,
    &diag_log_sent_not_on_wire,
    &diag_log_received_not_logged,
    &diag_phone_silent,
};

const size_t diag_n_rules = sizeof diag_rules / sizeof *diag_rules;

void
diag_judge(const struct diag_case *c, const struct diag_out *out)
{
	struct diag_case whole = *c;
	struct sip_view sip;
	struct tls_view tls;
	if (c->registration) {
		sip = sip_view_of(c->registration);
		whole.sip = &sip;
	}
	if (c->handshake && (c->handshake->state != REC_COMPLETED ||
				tls_view_dismissed(c->handshake))) {
		tls = tls_view_of(c);
		whole.tls = &tls;
	}
	for (size_t i = 0; i < diag_n_rules; i++)
		diag_rules[i]->check(diag_rules[i], &whole, out);
}
