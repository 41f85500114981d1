/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format of machine-readable reports (lldpd's writer): json, ndjson, later
 * csv and others.  model.c walks the records; a writer formats and never
 * decides.  Text is from the wire and is escaped by the writer.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include "base/span.h"
#include "base/stamp.h"

#include <stdbool.h>

struct report_writer {
	const char *name;
	void (*open)(struct report_writer *, const char *tag, bool list);
	void (*text)(struct report_writer *, const char *tag, struct rs_span);
	void (*number)(struct report_writer *, const char *tag, int64_t);
	/* scaled / 10^digits */
	void (*decimal)(struct report_writer *, const char *tag, int64_t scaled,
	    unsigned digits);
	void (*truth)(struct report_writer *, const char *tag, bool);
	void (*time)(struct report_writer *, const char *tag, rs_time);
	void (*shut)(struct report_writer *);
	bool (*end)(struct report_writer *); /* false: output failed */
};

#endif
