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
    {.code = "log.received-not-logged",
	.meaning = "An answer came as far as the capture, and the phone never "
		   "read it: it was lost behind the place of the capture, or "
		   "in the phone.",
	.seen = "A record of the server, as long as a SIP message, between two "
		"others of one TLS connection whose messages the phone's log "
		"has; the log has nothing that it could be, and all of its "
		"lines.",
	.silent = "Not said where lines of the log are missing by their "
		  "numbers, or a message that was received could not be "
		  "found in the capture."},
    {0},
};
