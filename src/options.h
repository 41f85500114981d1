/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, as regscan(1) describes it. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "report/report.h"

struct options {
	char **files;      /* NULL-terminated; empty with an interface */
	char **interfaces; /* NULL-terminated; NULL: none */
	char *hep_listen;
	char *filter, *output, *credentials, *keylog, *rsa_key;
	char **ca_files, **ca_paths; /* NULL-terminated; NULL: none */
	gboolean system_ca;
	char *certificates; /* folder to write them to */
	char *phone; /* the only one to report of; NULL: all */
	char *profile; /* name or file; NULL: by what is seen */
	gboolean list_interfaces, no_promiscuous, follow, all_tls, all_lookups,
	    version, help;
	int snaplen, buffer_kib;
	gint64 count;     /* packets; 0: all */
	rs_time duration; /* live or followed; 0: for ever */
	enum report_format format;
	uint16_t tls_ports[64];
	size_t n_tls_ports;
	int challenge_wait; /* seconds; 0: the default */
	int memory_mib;
	int colour; /* -1 auto, 0 never, 1 always */
	guint64 hash_seed;
	rs_time interval;      /* between reports; 0: one at the end */
	size_t recorder_bytes; /* 0: its default */
	rs_time recorder_age;  /* 0: no limit */
	char *on_fail;         /* folder; NULL: no flight recorder */
	int on_fail_max;       /* files */
	gboolean no_sandbox;
	int log_year; /* 0: not given */
	int log_zone; /* seconds east of Greenwich */
	bool has_log_zone;
	bool explain;
	char **codes; /* to explain; NULL: list them */
};

/* False and error (REGSCAN_ERROR_USAGE).  --help has been printed. */
bool options_parse(struct options *o, int argc, char **argv, GError **error);
void options_clear(struct options *o);

#endif
