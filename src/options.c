/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "capture/capture.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>

static bool
usage(GError **error, const char *option, const char *value, const char *want)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE, "%s %s: %s",
	    option, value, want);
	return false;
}

static bool
number(const char *text, gint64 max, gint64 *out)
{
	return g_ascii_string_to_signed(text, 10, 1, max, out, NULL);
}

static bool
parse_format(struct options *o, const char *text, GError **error)
{
	static const char *const names[] = {
	    [REPORT_TEXT] = "text",
	    [REPORT_JSON] = "json",
	    [REPORT_NDJSON] = "ndjson",
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (text == NULL || strcmp(text, names[i]) == 0) {
			o->format = (enum report_format)i;
			return true;
		}
	return usage(error, "--format", text, "want text, json or ndjson");
}

static bool
parse_colour(struct options *o, const char *text, GError **error)
{
	o->colour = -1;
	if (text == NULL || strcmp(text, "auto") == 0)
		return true;
	o->colour = strcmp(text, "always") == 0;
	return o->colour || strcmp(text, "never") == 0 ||
	       usage(error, "--color", text, "want auto, always or never");
}

/* -a duration:N, as tshark has it. */
static bool
parse_autostop(struct options *o, const char *text, GError **error)
{
	gint64 seconds;
	if (text == NULL)
		return true;
	if (!g_str_has_prefix(text, "duration:") ||
	    !number(text + strlen("duration:"), G_MAXINT32, &seconds))
		return usage(error, "-a", text, "want duration:SECONDS");
	o->duration = seconds * RS_SEC;
	return true;
}

/* "90", "90s", "10min", "2h", "1d" */
static bool
amount_of_time(const char *text, rs_time *out)
{
	static const struct {
		const char *unit;
		rs_time each;
	} units[] = {{"", RS_SEC}, {"s", RS_SEC}, {"min", 60 * RS_SEC},
	    {"h", 3600 * RS_SEC}, {"d", 86400 * RS_SEC}};
	char *end;
	guint64 n = g_ascii_strtoull(text, &end, 10);
	if (!g_ascii_isdigit(*text) || n == 0 || n > 1000000)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(end, units[i].unit) == 0) {
			*out = (rs_time)n * units[i].each;
			return true;
		}
	return false;
}

/* "512k", "64M", "2G" */
static bool
amount_of_bytes(const char *text, size_t *out)
{
	static const char units[] = "kMG";
	char *end;
	guint64 n = g_ascii_strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (!g_ascii_isdigit(*text) || unit == NULL || end[1] || n > 1 << 20)
		return false;
	n <<= 10 * (unit - units + 1);
	*out = (size_t)n;
	return n >= 64 << 10 && n <= (guint64)64 << 30;
}

static bool
parse_interval(struct options *o, const char *text, GError **error)
{
	return text == NULL || amount_of_time(text, &o->interval) ||
	       usage(error, "--interval", text, "want a time, as 60s or 10min");
}

static bool
parse_recorder(struct options *o, char **texts, GError **error)
{
	for (; texts && *texts; texts++) {
		size_t n = strlen(*texts);
		bool time = n && g_ascii_isalpha((*texts)[n - 1]) &&
			    amount_of_time(*texts, &o->recorder_age);
		if (!time && !amount_of_bytes(*texts, &o->recorder_bytes))
			return usage(error, "-b", *texts,
			    "want a size from 64k to 64G, or a time, as 64M "
			    "or 10min");
	}
	return true;
}

static bool
parse_ports(struct options *o, char **texts, GError **error)
{
	for (; texts && *texts; texts++) {
		gint64 port;
		if (!number(*texts, UINT16_MAX, &port))
			return usage(error, "--sip-tls-port", *texts,
			    "want a port from 1 to 65535");
		if (o->n_tls_ports == G_N_ELEMENTS(o->tls_ports))
			return usage(
			    error, "--sip-tls-port", *texts, "too many ports");
		o->tls_ports[o->n_tls_ports++] = (uint16_t)port;
	}
	return true;
}

static bool
refuse(GError **error, const char *what)
{
	g_set_error_literal(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE, what);
	return false;
}

/* What goes together, and what does not. */
static bool
check(const struct options *o, GError **error)
{
	bool files = o->files && o->files[0];
	if (o->help || o->version || o->list_interfaces)
		return true;
	bool live = o->interfaces || o->hep_listen;
	if (o->interfaces && files)
		return refuse(error, "either files or -i, not both");
	if (o->hep_listen && (o->interfaces || files))
		return refuse(
		    error, "--hep-listen goes with neither files nor -i");
	if (o->hep_listen && o->filter)
		return refuse(error, "-f is for packets, not for HEP");
	if ((o->recorder_bytes || o->recorder_age) && o->on_fail == NULL)
		return refuse(error,
		    "-b keeps packets for files: say where with --on-fail DIR");
	if (!live && !files)
		return refuse(error,
		    "nothing to read: give a capture file, a folder, '-' or -i "
		    "INTERFACE (see regscan --help)");
	if (o->phone && !report_phone_valid(o->phone))
		return usage(error, "--phone", o->phone,
		    "want an address, a hardware address or an AOR");
	if (o->follow && !files)
		return refuse(error, "--follow is for files and folders");
	for (char **f = o->files; o->follow && *f; f++)
		if (strcmp(*f, "-") == 0 && o->files[1])
			return refuse(
			    error, "--follow takes standard input alone");
	if (!live && !o->follow && o->duration)
		return refuse(error, "-a is for what has no end by itself: use "
				     "it with -i or --follow");
	if (o->snaplen < 0 || o->buffer_kib < 0 || o->count < 0 ||
	    o->challenge_wait < 0 || o->memory_mib < 0 || o->on_fail_max < 0)
		return refuse(error, "a number is negative");
	if (o->on_fail_max == 0)
		return refuse(error, "--on-fail-max: at least 1");
	if (o->memory_mib && o->memory_mib < 16)
		return refuse(error, "--memory-limit: at least 16 (MiB)");
	if (o->buffer_kib > G_MAXINT / 1024)
		return refuse(error, "-B: too large");
	return true;
}

/* GLib's own help ends the program, and does not look whether it was written.
 */
static bool
parse_context(struct options *o, GOptionContext *context,
    const GOptionEntry *entries, int argc, char **argv, GError **error)
{
	g_autoptr(GError) e = NULL;
	const GOptionEntry own[] = {
	    {"help", 'h', 0, G_OPTION_ARG_NONE, &o->help, "Show this and exit",
		NULL},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, own, NULL);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &e)) {
		g_set_error_literal(
		    error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE, e->message);
		return false;
	}
	if (o->help) {
		g_autofree char *text =
		    g_option_context_get_help(context, TRUE, NULL);
		(void)fputs(text, stdout);
	}
	return true;
}

/* What follows "explain". */
static bool
parse_explain(struct options *o, int argc, char **argv, GError **error)
{
	g_autofree char *colour = NULL;
	const GOptionEntry entries[] = {
	    {"color", 0, 0, G_OPTION_ARG_STRING, &colour,
		"auto (default), always or never", "WHEN"},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->codes,
		NULL, "[CODE...]"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_option_context_set_summary(context,
	    "Says what a code of a finding means, by which evidence it is "
	    "found, and what to\ncheck next.  Without a code, lists them all.");
	o->explain = true;
	g_set_prgname("regscan explain");
	return parse_context(o, context, entries, argc, argv, error) &&
	       parse_colour(o, colour, error);
}

/* --log-year, --log-zone */
static bool
parse_log_clock(
    struct options *o, const char *year, const char *zone, GError **error)
{
	gint64 y;
	if (year && (!number(year, 2200, &y) || y < 1970))
		return usage(error, "--log-year", year, "want a year");
	if (year)
		o->log_year = (int)y;
	if (zone == NULL)
		return true;
	bool fits = (zone[0] == '+' || zone[0] == '-') && strlen(zone) == 6 &&
		    zone[3] == ':';
	for (int i = 1; fits && i < 6; i++)
		fits = i == 3 || g_ascii_isdigit(zone[i]);
	int hours = fits ? atoi(zone + 1) : 0,
	    minutes = fits ? atoi(zone + 4) : 0;
	if (!fits || hours > 14 || minutes > 59)
		return usage(
		    error, "--log-zone", zone, "want +HH:MM or -HH:MM");
	o->has_log_zone = true;
	o->log_zone = (hours * 60 + minutes) * 60 * (*zone == '-' ? -1 : 1);
	return true;
}

bool
options_parse(struct options *o, int argc, char **argv, GError **error)
{
	g_autofree char *format = NULL, *colour = NULL, *autostop = NULL;
	g_autofree char *interval = NULL, *config = NULL;
	g_autofree char *year = NULL, *zone = NULL;
	g_auto(GStrv) reads = NULL, rest = NULL, ports = NULL, buffer = NULL;
	gboolean no_config = FALSE;
	gint64 seed = 0;
	*o = (struct options){.on_fail_max = 100};
	/* As the first word only: a file of that name is ./explain. */
	if (argc > 1 && strcmp(argv[1], "explain") == 0)
		return parse_explain(o, argc - 1, argv + 1, error);
	const GOptionEntry entries[] = {
	    {"read", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &reads,
		"Read this capture, or the captures in this folder ('-': "
		"stdin); may be repeated",
		"FILE"},
	    {"follow", 0, 0, G_OPTION_ARG_NONE, &o->follow,
		"Go on reading at the end of files that are being written",
		NULL},
	    {"interface", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &o->interfaces,
		"Capture live from this interface, or from 'any'; may be "
		"repeated",
		"IFACE"},
	    {"hep-listen", 0, 0, G_OPTION_ARG_STRING, &o->hep_listen,
		"Receive HEP from agents here", "udp:ADDRESS:PORT"},
	    {"list-interfaces", 'D', 0, G_OPTION_ARG_NONE, &o->list_interfaces,
		"List the interfaces and exit", NULL},
	    {"filter", 'f', 0, G_OPTION_ARG_STRING, &o->filter,
		"Look only at packets that match (pcap-filter(7))", "BPF"},
	    {"no-promiscuous-mode", 'p', 0, G_OPTION_ARG_NONE,
		&o->no_promiscuous,
		"Do not put the interface in "
		"promiscuous mode",
		NULL},
	    {"snapshot-length", 's', 0, G_OPTION_ARG_INT, &o->snaplen,
		"Capture at most so many bytes of each packet", "BYTES"},
	    {"count", 'c', 0, G_OPTION_ARG_INT64, &o->count,
		"Stop after so many packets", "N"},
	    {"buffer-size", 'B', 0, G_OPTION_ARG_INT, &o->buffer_kib,
		"Size of the kernel's capture buffer", "KIB"},
	    {"autostop", 'a', 0, G_OPTION_ARG_STRING, &autostop,
		"With -i or --follow, stop after so many seconds",
		"duration:SECONDS"},
	    {"format", 0, 0, G_OPTION_ARG_STRING, &format,
		"text (default), json or ndjson", "FORMAT"},
	    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
		"Write the report to this file", "FILE"},
	    {"all-lookups", 0, 0, G_OPTION_ARG_NONE, &o->all_lookups,
		"List look-ups in DNS of others than phones as well", NULL},
	    {"phone", 0, 0, G_OPTION_ARG_STRING, &o->phone,
		"Report of this phone only", "ADDR|MAC|AOR"},
	    {"all-tls", 0, 0, G_OPTION_ARG_NONE, &o->all_tls,
		"List also TLS handshakes that do not concern registration",
		NULL},
	    {"sip-tls-port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ports,
		"TLS on this port concerns registration, besides 5061 and "
		"8934; may be repeated",
		"PORT"},
	    {"credentials", 0, 0, G_OPTION_ARG_FILENAME, &o->credentials,
		"Check Digest responses against the passwords in this file",
		"FILE"},
	    {"keylog", 0, 0, G_OPTION_ARG_FILENAME, &o->keylog,
		"Read TLS with the secrets of this key log (SSLKEYLOGFILE)",
		"FILE"},
	    {"rsa-key", 0, 0, G_OPTION_ARG_FILENAME, &o->rsa_key,
		"Read TLS up to 1.2 with the server's private RSA key (PEM)",
		"FILE"},
	    {"ca-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->ca_files,
		"Verify certificate chains against those in this PEM file; may "
		"be repeated",
		"FILE"},
	    {"ca-path", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->ca_paths,
		"... against those in this folder (openssl-rehash(1))", "DIR"},
	    {"system-ca", 0, 0, G_OPTION_ARG_NONE, &o->system_ca,
		"... against those that this system trusts", NULL},
	    {"certificates", 0, 0, G_OPTION_ARG_FILENAME, &o->certificates,
		"Write the certificates that are seen to this folder, as PEM",
		"DIR"},
	    {"profile", 0, 0, G_OPTION_ARG_FILENAME, &o->profile,
		"Expect of every registration what this profile states",
		"NAME|FILE"},
	    {"challenge-wait", 0, 0, G_OPTION_ARG_INT, &o->challenge_wait,
		"Seconds that a challenge may wait for its answer (120)",
		"SECONDS"},
	    {"memory-limit", 0, 0, G_OPTION_ARG_INT, &o->memory_mib,
		"Memory for everything that grows with the capture (256)",
		"MIB"},
	    {"interval", 0, 0, G_OPTION_ARG_STRING, &interval,
		"With -i or --follow, report so often on what ended since",
		"TIME"},
	    {"buffer", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &buffer,
		"Keep so much, or so long, of the packets for --on-fail (64M)",
		"SIZE|TIME"},
	    {"on-fail", 0, 0, G_OPTION_ARG_FILENAME, &o->on_fail,
		"Write the packets of what failed to this folder, as pcapng",
		"DIR"},
	    {"on-fail-max", 0, 0, G_OPTION_ARG_INT, &o->on_fail_max,
		"At most so many of these files (100)", "N"},
	    {"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
		"Read options from this file (" SYSCONFDIR "/regscan.conf)",
		"FILE"},
	    {"no-config", 0, 0, G_OPTION_ARG_NONE, &no_config,
		"Read options from no file", NULL},
	    {"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &o->no_sandbox,
		"Keep rights that are not needed any more", NULL},
	    {"color", 0, 0, G_OPTION_ARG_STRING, &colour,
		"auto (default), always or never", "WHEN"},
	    {"hash-seed", 0, 0, G_OPTION_ARG_INT64, &seed,
		"Seed of the hash tables; never changes the report", "N"},
	    {"log-year", 0, 0, G_OPTION_ARG_STRING, &year,
		"Year of the first line of logs, which do not write it",
		"YEAR"},
	    {"log-zone", 0, 0, G_OPTION_ARG_STRING, &zone,
		"Time zone of logs, which do not write it: +HH:MM or -HH:MM",
		"ZONE"},
	    {"version", 'V', 0, G_OPTION_ARG_NONE, &o->version,
		"Show the version and exit", NULL},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL,
		"[FILE...]"},
	    {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_option_context_set_summary(context,
	    "Says of each phone in a capture whether it registered; if not, "
	    "at which step it\nstopped, why, and with which frames as proof.");
	g_option_context_set_description(context,
	    "regscan explain [CODE...] says what the code of a finding means."
	    "\n\nExit status: 0 judged and nothing failed, 1 something failed, "
	    "2 usage, 3 input or\noutput failed, 4 nothing to judge.  See "
	    "regscan(1).\n");
	struct settings settings;
	bool ok = settings_begin(&settings, entries, argc, argv, error) &&
		  parse_context(o, context, entries, argc, argv, error);
	/* Who names an input wants no other. */
	if (reads || rest || o->interfaces || o->hep_listen) {
		settings_forget(&settings, "interface");
		settings_forget(&settings, "hep-listen");
	}
	settings_end(&settings);
	if (!ok || o->help) {
		settings_clear(&settings);
		return ok;
	}
	GPtrArray *files = g_ptr_array_new();
	for (char **f = reads; f && *f; f++)
		g_ptr_array_add(files, g_strdup(*f));
	for (char **f = rest; f && *f; f++)
		g_ptr_array_add(files, g_strdup(*f));
	g_ptr_array_add(files, NULL);
	o->files = (char **)g_ptr_array_free(files, FALSE);
	o->hash_seed = (guint64)seed;
	GError *e = NULL;
	ok = parse_format(o, format, &e) && parse_colour(o, colour, &e) &&
	     parse_autostop(o, autostop, &e) && parse_ports(o, ports, &e) &&
	     parse_interval(o, interval, &e) && parse_recorder(o, buffer, &e) &&
	     parse_log_clock(o, year, zone, &e) && check(o, &e);
	if (e) {
		settings_blame(&settings, e);
		g_propagate_error(error, e);
	}
	settings_clear(&settings);
	return ok;
}

void
options_clear(struct options *o)
{
	g_strfreev(o->files);
	g_strfreev(o->codes);
	g_strfreev(o->interfaces);
	g_free(o->on_fail);
	g_free(o->hep_listen);
	g_free(o->filter);
	g_free(o->output);
	g_free(o->credentials);
	g_free(o->keylog);
	g_free(o->rsa_key);
	g_strfreev(o->ca_files);
	g_strfreev(o->ca_paths);
	g_free(o->certificates);
	g_free(o->profile);
	g_free(o->phone);
}
