/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live capture through libpcap: interface, BPF filter, drop counters, and
 * giving up root afterwards.
 *
 * Frames are read without blocking; whoever has nothing to do waits in wait(),
 * which a signal interrupts, so that Ctrl-C ends with a report.
 */
#include "capture/capture.h"

#include <errno.h>
#include <grp.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { SNAPLEN = 262144, TIMEOUT_MS = 100 };

struct live {
	struct cap_source base;
	pcap_t *pcap;
	char *name;
	struct cap_info info;
	bool nano;
};

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct live *l = (struct live *)source;
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int got = pcap_next_ex(l->pcap, &h, &bytes);
	if (got == 0)
		return CAP_IDLE;
	if (got < 0) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
		    "%s: capture stopped: %s", l->name, pcap_geterr(l->pcap));
		return CAP_ERROR;
	}
	struct cap_info *i = &l->info;
	rs_time ts = (rs_time)h->ts.tv_sec * RS_SEC +
		     (rs_time)h->ts.tv_usec * (l->nano ? 1 : RS_USEC);
	i->packets++;
	i->bytes += h->caplen;
	if (i->first == RS_NEVER)
		i->first = ts;
	i->last = MAX(i->last, ts);
	*out = (struct cap_frame){
	    .bytes = {bytes, h->caplen},
	    .wire_len = h->len,
	    .ts = ts,
	    .frame = {0, i->packets},
	    .linktype = i->linktypes[0],
	};
	return CAP_FRAME;
}

static void
wait(struct cap_source *source, int timeout_ms)
{
	struct live *l = (struct live *)source;
	struct pollfd p = {
	    .fd = pcap_get_selectable_fd(l->pcap), .events = POLLIN};
	(void)poll(&p, p.fd >= 0 ? 1 : 0, timeout_ms);
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct live *l = (struct live *)source;
	struct pcap_stat st;
	if (i)
		return NULL;
	if (pcap_stats(l->pcap, &st) == 0) {
		l->info.drops_kernel = st.ps_drop;
		l->info.drops_interface = st.ps_ifdrop;
		l->info.has_drops = true;
	}
	return &l->info;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	*done = ((struct live *)source)->info.bytes;
	*total = 0;
}

static void
close_live(struct cap_source *source)
{
	struct live *l = (struct live *)source;
	if (l->pcap)
		pcap_close(l->pcap);
	g_free(l->name);
	g_free(l);
}

static bool
fail(const struct live *l, GError **error, const char *what)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN, "%s: %s: %s",
	    l->name, what, pcap_geterr(l->pcap));
	return false;
}

/* What went wrong with activation, and what to do about it. */
static bool
activate(struct live *l, GError **error)
{
	int r = pcap_activate(l->pcap);
	if (r >= 0)
		return true;
	const char *advice = "";
	if (r == PCAP_ERROR_PERM_DENIED || r == PCAP_ERROR_PROMISC_PERM_DENIED)
		advice = "; run as root or with CAP_NET_RAW";
	else if (r == PCAP_ERROR_NO_SUCH_DEVICE)
		advice = "; 'regscan -D' lists the interfaces";
	else if (r == PCAP_ERROR_IFACE_NOT_UP)
		advice = "; bring it up first";
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
	    "%s: cannot capture: %s%s", l->name, pcap_statustostr(r), advice);
	return false;
}

static bool
set_filter(struct live *l, const char *text, GError **error)
{
	struct bpf_program program;
	if (pcap_compile(l->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) <
	    0) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
		    "filter '%s': %s", text, pcap_geterr(l->pcap));
		return false;
	}
	int r = pcap_setfilter(l->pcap, &program);
	pcap_freecode(&program);
	return r == 0 || fail(l, error, "cannot set the filter");
}

static bool
open_live(struct live *l, const struct cap_live_options *o, GError **error)
{
	char text[PCAP_ERRBUF_SIZE];
	l->pcap = pcap_create(o->interface, text);
	if (l->pcap == NULL) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN, "%s: %s",
		    o->interface, text);
		return false;
	}
	pcap_set_snaplen(l->pcap, o->snaplen ? o->snaplen : SNAPLEN);
	pcap_set_promisc(l->pcap, o->promiscuous);
	pcap_set_timeout(l->pcap, TIMEOUT_MS);
	if (o->buffer_kib)
		pcap_set_buffer_size(l->pcap, o->buffer_kib * 1024);
	l->nano =
	    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
	if (!activate(l, error))
		return false;
	if (o->filter && !set_filter(l, o->filter, error))
		return false;
	if (pcap_setnonblock(l->pcap, 1, text) < 0)
		return fail(l, error, "cannot poll");
	l->info.linktypes[0] = pcap_datalink(l->pcap);
	l->info.n_linktypes = 1;
	l->info.nanoseconds = l->nano;
	return true;
}

struct cap_source *
cap_live_open(const struct cap_live_options *o, GError **error)
{
	struct live *l = g_new0(struct live, 1);
	l->base = (struct cap_source){
	    .next = next,
	    .wait = wait,
	    .info = info,
	    .progress = progress,
	    .close = close_live,
	};
	l->name = g_strdup(o->interface);
	l->info = (struct cap_info){
	    .name = l->name,
	    .format = "live",
	    .first = RS_NEVER,
	    .last = RS_NEVER,
	};
	if (open_live(l, o, error))
		return &l->base;
	close_live(&l->base);
	return NULL;
}

bool
cap_live_list(FILE *out, GError **error)
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_if_t *all;
	if (pcap_findalldevs(&all, text) < 0) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
		    "cannot list the interfaces: %s", text);
		return false;
	}
	unsigned n = 0;
	for (pcap_if_t *i = all; i; i = i->next)
		fprintf(out, "%u.%s%s%s%s%s%s\n", ++n, i->name,
		    i->description ? " (" : "",
		    i->description ? i->description : "",
		    i->description ? ")" : "",
		    i->flags & PCAP_IF_UP ? " [Up]" : "",
		    i->flags & PCAP_IF_LOOPBACK ? " [Loopback]" : "");
	pcap_freealldevs(all);
	return true;
}

/* The user to become: the one behind sudo, else "nobody". */
static const struct passwd *
lesser_user(void)
{
	const char *sudo = getenv("SUDO_UID");
	if (sudo && *sudo) {
		char *end;
		unsigned long uid = strtoul(sudo, &end, 10);
		if (*end == 0 && uid != 0)
			return getpwuid((uid_t)uid);
	}
	return getpwnam("nobody");
}

bool
cap_drop_privileges(GError **error)
{
	if (geteuid() != 0)
		return true;
	const struct passwd *user = lesser_user();
	if (user == NULL) {
		g_set_error_literal(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
		    "cannot give up root: there is no user 'nobody'");
		return false;
	}
	/* EPERM and EINVAL: root of a user namespace that has no other users,
	   which is nobody outside of it. */
	bool ok = setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 &&
		  setuid(user->pw_uid) == 0;
	if (ok || errno == EPERM || errno == EINVAL)
		return true;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
	    "cannot give up root: %s", g_strerror(errno));
	return false;
}
