/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two-way transcripts: what passed between a client and a server, as text, run
 * through the SIP dissector into whoever hears events.
 *
 *	@flow a tcp 192.0.2.10:40000 198.51.100.1:5060
 *	@0.000 a >>>
 *	REGISTER sip:example.com SIP/2.0
 *	...
 *	@0.050 a <<<
 *	SIP/2.0 200 OK
 *	...
 *	@0.060 a end fin
 *
 * A line that begins with @ is a directive; other lines belong to the message
 * above them and end in CRLF on the wire, the empty line after the headers is
 * added.  Every directive with a time is a frame, numbered from 1; a time that
 * ends in + is in the frame before it.  Times are seconds since the start.
 * Without a name the flow is UDP from 192.0.2.10:5060 to 198.51.100.1:5060.
 *
 *	@T [name] >>> | <<<                  a message, by the client or server
 *	@T [name] close fin|rst >>> | <<<    half close by that side
 *	@T [name] end fin|rst|reused|idle|evicted
 *	@T [name] gap >>> | <<<              bytes of that side are missing
 *	@T [name] icmp [N [TYPE/CODE]]       quotes N bytes of the client's last
 *	@T drops FROM TO                     the capture lost packets
 *	@T time                              nothing but time passes
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "event.h"

/* Times in events count from here. */
#define TRANSCRIPT_START ((rs_time)1700000000 * RS_SEC)

struct transcript_out {
	void (*event)(void *arg, const struct rs_event *ev);
	void (*advance)(void *arg, rs_time now);
	void *arg;
};

/* Runs the text; the time of its last directive.  A transcript that cannot be
   read ends the program. */
rs_time transcript_run(const char *text, const struct transcript_out *out);

#endif
