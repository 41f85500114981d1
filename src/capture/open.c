/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a savefile has is told by its first bytes, never by its name. */
#include "capture/savefile.h"

#include <string.h>

/* Why these first bytes are no capture: one line, with what to do. */
static void
refuse(const char *path, const uint8_t *head, size_t n, GError **error)
{
	static const struct {
		const char *magic, *what;
		size_t n;
	} known[] = {
	    {"\x1f\x8b", "compressed: try 'gzip -dc FILE | regscan -'", 2},
	    {"\x28\xb5\x2f\xfd", "compressed: try 'zstd -dc FILE | regscan -'",
		4},
	    {"GMBU",
		"a Microsoft NetMon capture: try 'editcap -F pcap FILE NEW'",
		4},
	    {"RTSS",
		"a Microsoft NetMon capture: try 'editcap -F pcap FILE NEW'",
		4},
	    {"snoo", "a snoop capture: try 'editcap -F pcap FILE NEW'", 4},
	};
	const char *what = "not a capture: neither pcap nor pcapng";
	if (n == 0)
		what = "empty: not even the header of a capture is there";
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (n >= known[i].n &&
		    memcmp(head, known[i].magic, known[i].n) == 0)
			what = known[i].what;
	g_set_error(
	    error, REGSCAN_ERROR, REGSCAN_ERROR_FORMAT, "%s: %s", path, what);
}

struct cap_source *
cap_file_open(const char *path, uint32_t file, GError **error)
{
	struct cap_input *in = cap_input_open(path, error);
	if (in == NULL)
		return NULL;
	const uint8_t *head = cap_input_peek(in, 4);
	struct savefile *s = NULL;
	if (head && pcap_file_magic(head))
		s = pcap_file_new();
	else if (head && pcapng_magic(head))
		s = pcapng_new();
	if (s == NULL) {
		int failed = cap_input_failed(in);
		size_t n = cap_input_left(in);
		if (failed)
			g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
			    "%s: cannot read: %s", path, g_strerror(failed));
		else
			refuse(path, n ? cap_input_peek(in, MIN(n, 4)) : NULL,
			    MIN(n, 4), error);
		cap_input_close(in);
		return NULL;
	}
	savefile_begin(s, in, path, file);
	return &s->source;
}
