/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event recorder: a sink that writes events into a text, one a line, for
 * tests to compare.  The text lives until recorder_clear().
 *
 *	c2s SIP REGISTER sip:a.example cseq=1 headers=9 body=0 flaws=folded
 *	s2c SIP 200 OK cseq=1 REGISTER headers=7 body=0
 *	c2s KEEPALIVE ping
 *	c2s ANOMALY sip-skipped 17
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "dissector.h"

struct recorder {
	struct rs_sink sink; /* hand this to who emits */
	bool stamps;         /* add "@first-complete #from-to" */
	bool digest;         /* add a hash of all that an event points to */
	bool fold_idle;      /* a run of keep-alives is one line, kind left out:
				ping or pong depends on frames (sip.c) */
	bool only[2];        /* where one is set: only events of that rs_dir */
	char *text;          /* NUL-terminated, never NULL after init */
	size_t n, size;
	bool was_idle;
	unsigned events;
};

void recorder_init(struct recorder *r);
void recorder_clear(struct recorder *r);
/* Empties the text and keeps the options. */
void recorder_reset(struct recorder *r);
/* Adds a line of the test's own; a newline is added. */
void recorder_note(struct recorder *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
