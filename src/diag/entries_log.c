/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about logs beside captures. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_log[] = {
    {.code = "log.sent-not-on-wire",
	.meaning =
	    "The phone believes that it sent a request, and its connection "
	    "never carried it: the phone held it back, or something between "
	    "the phone and the place of the capture took it away.",
	.seen = "A REGISTER in the phone's log, with nothing of it redacted. "
		"The messages before and after it were found in records of one "
		"TLS connection in the capture, and between these no record of "
		"the phone is left that could have carried it.",
	.silent = "Not said where bytes of the connection are missing from the "
		  "capture, where the message is redacted or cut, or where "
		  "several records may have carried several messages."},
    {0},
};
