/* SPDX-License-Identifier: Apache-2.0 */
/* Names of alerts, as RFC 8446 6 and, for the older ones, RFC 5246 7.2, RFC
   4346 7.2 and the IANA registry spell them. */
#include "tls/alert.h"

const char *
tls_alert_name(uint8_t number)
{
	static const char *const names[256] = {
	    [TLS_ALERT_CLOSE_NOTIFY] = "close_notify",
	    [1] = "end_of_early_data", /* drafts of TLS 1.3 */
	    [10] = "unexpected_message",
	    [20] = "bad_record_mac",
	    [21] = "decryption_failed",
	    [22] = "record_overflow",
	    [30] = "decompression_failure",
	    [TLS_ALERT_HANDSHAKE_FAILURE] = "handshake_failure",
	    [TLS_ALERT_NO_CERTIFICATE] = "no_certificate",
	    [TLS_ALERT_BAD_CERTIFICATE] = "bad_certificate",
	    [43] = "unsupported_certificate",
	    [44] = "certificate_revoked",
	    [TLS_ALERT_CERTIFICATE_EXPIRED] = "certificate_expired",
	    [TLS_ALERT_CERTIFICATE_UNKNOWN] = "certificate_unknown",
	    [47] = "illegal_parameter",
	    [TLS_ALERT_UNKNOWN_CA] = "unknown_ca",
	    [49] = "access_denied",
	    [50] = "decode_error",
	    [51] = "decrypt_error",
	    [52] = "too_many_cids_requested",
	    [60] = "export_restriction",
	    [TLS_ALERT_PROTOCOL_VERSION] = "protocol_version",
	    [71] = "insufficient_security",
	    [80] = "internal_error",
	    [86] = "inappropriate_fallback",
	    [TLS_ALERT_USER_CANCELED] = "user_canceled",
	    [TLS_ALERT_NO_RENEGOTIATION] = "no_renegotiation",
	    [109] = "missing_extension",
	    [110] = "unsupported_extension",
	    [111] = "certificate_unobtainable",
	    [TLS_ALERT_UNRECOGNIZED_NAME] = "unrecognized_name",
	    [113] = "bad_certificate_status_response",
	    [114] = "bad_certificate_hash_value",
	    [115] = "unknown_psk_identity",
	    [TLS_ALERT_CERTIFICATE_REQUIRED] = "certificate_required",
	    [120] = "no_application_protocol",
	    [121] = "ech_required",
	};
	return names[number] ? names[number] : "";
}
