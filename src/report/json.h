/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer of JSON (RFC 8259), for documents and for lines.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "report/out.h"
#include "report/writer.h"

enum { JSON_DEPTH = 16 };

struct json_writer {
	struct report_writer w; /* first: the functions get it */
	struct out *out;
	unsigned spread; /* levels with a line for each member; 0: none */
	unsigned depth;
	bool list[JSON_DEPTH], any[JSON_DEPTH];
};

/*
 * Times have nine digits where they are finer than a microsecond, else six: an
 * instant reads the same from whatever format it came.  out must outlive it.
 */
void json_writer_init(struct json_writer *j, struct out *out, unsigned spread);

#endif
