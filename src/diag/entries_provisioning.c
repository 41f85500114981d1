/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about provisioning, and about the profiles of services. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_provisioning[] = {
    {.code = "provisioning.download-failed",
	.meaning = "The phone asked for its configuration and did not get it: "
		   "the file is not there, the server refuses it, does not "
		   "answer, or TLS to it fails. Without a configuration the "
		   "phone knows no account, and never sends a REGISTER.",
	.seen = "A download of a phone that fails (TFTP error, HTTP status, "
		"broken handshake, no answer; or the phone's own log says "
		"so), nothing good that the phone fetched after it, no "
		"connection to SIP and no REGISTER of it, and ten seconds of "
		"capture or more that followed.",
	.silent =
	    "Phones ask for files that need not exist, and go on to the "
	    "next name: what came later and was good takes the blame "
	    "from it, as does any sign that the phone went on to SIP. "
	    "Of a log only the last fetch is told, and only where nobody was "
	    "captured or seen to register. "
	    "A profile can name such files (regscan-profile(5)). Of "
	    "HTTPS without keys only the handshake is seen: a 404 inside "
	    "of it is not. Files of which neither a profile nor a MAC "
	    "address says that they are a phone's, nor its log that "
	    "they are its configuration, are let be, and so is one "
	    "whose server's name DNS did not resolve: that is told "
	    "instead. A phone that registered before the capture began, and asks for its "
	    "files again, looks the same."},
    {.code = "profile.unexpected",
	.meaning = "The service has a profile, and what was seen is not what "
		   "is expected there: another port or transport, an interval "
		   "that is not usual, or a registration where nobody "
		   "registers. It need not be a fault.",
	.seen = "A registration whose server or domain a profile names, or "
		"for which one was forced with --profile, and a value outside "
		"of what the profile states.",
	.silent = "A service that is only guessed by its port judges nothing. "
		  "What was not seen is not compared."},
    {0},
};
