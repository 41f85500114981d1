/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live capture through libpcap: interface, BPF filter, drop counters, and
 * giving up root afterwards.
 *
 * Frames are read without blocking; whoever has nothing to do waits in wait(),
 * which a signal interrupts, so that Ctrl-C ends with a report.
 *
 * Of several interfaces each has one frame ready, which stays where the kernel
 * put it.  The earliest goes next, once every other interface has shown one
 * that is later, or has had the time to: the kernel hands packets over some
 * TIMEOUT_MS after they came.
 */
#include "capture/capture.h"

#include "capture/live_iface.h"

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
enum { HOLD_MS = 2 * TIMEOUT_MS }; /* what another may still come with */
enum { LOOK_MS = 500 };            /* at the state of the interface */
enum { INTERFACES = 64 };

struct member {
	pcap_t *pcap;
	char *name;
	struct cap_info info;
	bool nano;
	struct live_iface iface;
	gint64 looked;    /* microseconds, monotonic */
	gint64 away;      /* likewise: since when it is away; 0: it is not */
	rs_time was_away; /* in all, before that */
	bool ready;       /* frame is the next one */
	struct cap_frame frame;
};

struct live {
	struct cap_source base;
	struct member *m;
	unsigned n;
};

/* ---- one interface ---- */

/* Is it there?  False and error where it will not be any more. */
static bool
look(struct member *l, gint64 now, GError **error)
{
	struct cap_info *i = &l->info;
	int index = l->iface.index;
	l->looked = now;
	enum live_iface_state state = live_iface_look(&l->iface);
	if (state == LIVE_IFACE_OTHER) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
		    "%s: capture stopped: it came back with another link type",
		    l->name);
		return false;
	}
	if (state != LIVE_IFACE_UP && l->away == 0) {
		l->away = now;
		i->is_away = true;
		i->outages++;
	} else if (state == LIVE_IFACE_UP && l->away) {
		l->was_away += (now - l->away) * RS_USEC;
		l->away = 0;
		i->is_away = false;
	} else if (index != l->iface.index && l->away == 0) {
		i->outages++; /* over before it was noticed */
	}
	return true;
}

static enum cap_result
stopped(struct member *l, GError **error)
{
	g_autofree char *why = g_strdup(pcap_geterr(l->pcap));
	uint64_t outages = l->info.outages;
	bool was_away = l->away;
	if (!look(l, g_get_monotonic_time(), error))
		return CAP_ERROR;
	/* It says so once more when it is back already. */
	if (was_away || l->away || l->info.outages > outages)
		return CAP_IDLE;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
	    "%s: capture stopped: %s", l->name, why);
	return CAP_ERROR;
}

static enum cap_result
next_of(struct member *l, uint32_t file, struct cap_frame *out, GError **error)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int got = pcap_next_ex(l->pcap, &h, &bytes);
	if (got == 0) {
		gint64 now = g_get_monotonic_time();
		if (now - l->looked >= LOOK_MS * 1000 && !look(l, now, error))
			return CAP_ERROR;
		return CAP_IDLE;
	}
	if (got < 0)
		return stopped(l, error);
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
	    .frame = {file, i->packets},
	    .linktype = i->linktypes[0],
	};
	return CAP_FRAME;
}

/* ---- all of them ---- */

/* Who has the earliest frame, after each was asked for one; -1: nobody, or
   somebody may still come with an earlier one.  Never blocks. */
static int
whose_turn(struct live *l, enum cap_result *r, GError **error)
{
	int first = -1;
	bool all = true;
	*r = CAP_IDLE;
	for (unsigned i = 0; i < l->n; i++) {
		struct member *m = &l->m[i];
		if (!m->ready) {
			*r = next_of(m, i, &m->frame, error);
			if (*r == CAP_ERROR)
				return -1;
			m->ready = *r == CAP_FRAME;
		}
		all &= m->ready || m->away;
		if (m->ready &&
		    (first < 0 || m->frame.ts < l->m[first].frame.ts))
			first = (int)i;
	}
	if (first >= 0 && !all &&
	    l->m[first].frame.ts + HOLD_MS * RS_MSEC >
		g_get_real_time() * RS_USEC)
		first = -1;
	return first;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct live *l = (struct live *)source;
	enum cap_result r;
	if (l->n == 1)
		return next_of(l->m, 0, out, error);
	int who = whose_turn(l, &r, error);
	if (who < 0)
		return r == CAP_ERROR ? r : CAP_IDLE;
	l->m[who].ready = false;
	*out = l->m[who].frame;
	return CAP_FRAME;
}

/* Only for those that have nothing ready; and where others have, for no longer
   than these are held. */
static void
wait(struct cap_source *source, int timeout_ms)
{
	struct live *l = (struct live *)source;
	struct pollfd p[INTERFACES];
	unsigned n = 0;
	for (unsigned i = 0; i < l->n; i++) {
		struct member *m = &l->m[i];
		if (m->ready)
			timeout_ms = MIN(timeout_ms, TIMEOUT_MS / 2);
		/* One that is away is ready all the time, with an error. */
		else if (!m->away)
			p[n++] = (struct pollfd){
			    .fd = pcap_get_selectable_fd(m->pcap),
			    .events = POLLIN};
	}
	(void)poll(p, n, timeout_ms);
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct live *l = (struct live *)source;
	struct pcap_stat st;
	if (i >= l->n)
		return NULL;
	struct member *m = &l->m[i];
	if (pcap_stats(m->pcap, &st) == 0) {
		m->info.drops_kernel = st.ps_drop;
		m->info.drops_interface = st.ps_ifdrop;
		m->info.has_drops = true;
	}
	m->info.away = m->was_away;
	if (m->away)
		m->info.away += (g_get_monotonic_time() - m->away) * RS_USEC;
	return &m->info;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	struct live *l = (struct live *)source;
	*done = *total = 0;
	for (unsigned i = 0; i < l->n; i++)
		*done += l->m[i].info.bytes;
}

static void
close_live(struct cap_source *source)
{
	struct live *l = (struct live *)source;
	for (unsigned i = 0; i < l->n; i++) {
		if (l->m[i].pcap)
			pcap_close(l->m[i].pcap);
		g_free(l->m[i].name);
	}
	g_free(l->m);
	g_free(l);
}

/* ---- opening ---- */

static bool
fail(const struct member *l, GError **error, const char *what)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN, "%s: %s: %s",
	    l->name, what, pcap_geterr(l->pcap));
	return false;
}

/* What went wrong with activation, and what to do about it. */
static bool
activate(struct member *l, const struct cap_live_options *o, GError **error)
{
	int r = pcap_activate(l->pcap);
	if (r >= 0)
		return true;
	const char *advice = "";
	const char *why = pcap_statustostr(r);
	g_autofree char *buffer = NULL;
	if (r == PCAP_ERROR_PERM_DENIED || r == PCAP_ERROR_PROMISC_PERM_DENIED)
		advice = "; run as root or with CAP_NET_RAW";
	else if (r == PCAP_ERROR_NO_SUCH_DEVICE)
		advice = "; 'regscan -D' lists the interfaces";
	else if (r == PCAP_ERROR_IFACE_NOT_UP)
		advice = "; bring it up first";
	else if (r == PCAP_ERROR)
		why = pcap_geterr(l->pcap);
	if (r == PCAP_ERROR && o->buffer_kib)
		advice = buffer = g_strdup_printf(
		    "; -B %d asks for a buffer of %d MiB: try a smaller one",
		    o->buffer_kib, o->buffer_kib / 1024);
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
	    "%s: cannot capture: %s%s", l->name, why, advice);
	return false;
}

static bool
set_filter(struct member *l, const char *text, GError **error)
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
open_member(struct member *l, const char *name,
    const struct cap_live_options *o, GError **error)
{
	char text[PCAP_ERRBUF_SIZE];
	l->name = g_strdup(name);
	l->info = (struct cap_info){
	    .name = l->name,
	    .format = "live",
	    .first = RS_NEVER,
	    .last = RS_NEVER,
	};
	l->pcap = pcap_create(name, text);
	if (l->pcap == NULL) {
		g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN, "%s: %s",
		    name, text);
		return false;
	}
	pcap_set_snaplen(l->pcap, o->snaplen ? o->snaplen : SNAPLEN);
	pcap_set_promisc(l->pcap, o->promiscuous);
	pcap_set_timeout(l->pcap, TIMEOUT_MS);
	if (o->buffer_kib)
		pcap_set_buffer_size(l->pcap, o->buffer_kib * 1024);
	l->nano =
	    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
	if (!activate(l, o, error))
		return false;
	if (o->filter && !set_filter(l, o->filter, error))
		return false;
	if (pcap_setnonblock(l->pcap, 1, text) < 0)
		return fail(l, error, "cannot poll");
	live_iface_init(
	    &l->iface, l->name, pcap_fileno(l->pcap), o->promiscuous);
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
	l->m = g_new0(struct member, INTERFACES);
	for (const char *const *i = o->interfaces; *i; i++) {
		bool room = l->n < INTERFACES;
		if (!room)
			g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_USAGE,
			    "-i: more than %d interfaces", INTERFACES);
		if (!room || !open_member(&l->m[l->n++], *i, o, error)) {
			close_live(&l->base);
			return NULL;
		}
	}
	return &l->base;
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
