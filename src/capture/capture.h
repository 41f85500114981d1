/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where frames come from: savefiles, a stream on stdin, a live interface.
 *
 * A source is a struct of functions.  next() gives frames in the source's own
 * order; the bytes of a frame are good until the next call.  Errors are GError
 * (domain REGSCAN_ERROR) whose message is one line: which file, what, and what
 * to do; what was read before an error stays valid, and cap_file_info still
 * tells of it.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/addr.h"
#include "base/span.h"
#include "base/stamp.h"

#include <glib.h>
#include <stdio.h>

#define REGSCAN_ERROR (regscan_error_quark())
GQuark regscan_error_quark(void);
enum regscan_error {
	REGSCAN_ERROR_OPEN,   /* unreadable, no such interface */
	REGSCAN_ERROR_MISSING, /* not there yet */
	REGSCAN_ERROR_READ,   /* damaged or cut short */
	REGSCAN_ERROR_FORMAT, /* not a capture, or one that is not supported */
	REGSCAN_ERROR_WRITE,
	REGSCAN_ERROR_USAGE,
};

struct cap_frame {
	struct rs_span bytes; /* what was captured */
	uint32_t wire_len;    /* what was on the wire: >= bytes.n */
	rs_time ts;
	struct rs_frame frame;
	int linktype;   /* DLT_/LINKTYPE_ number */
	uint32_t drops; /* packets that the file says were lost before it, */
	rs_time drops_since; /* and after that time; RS_NEVER: at any */
	rs_time unseen;      /* time before it that is in no file of several */
	unsigned log;        /* as cap_clock.log */
};

/* What somebody wrote into a pcapng file. */
struct cap_comment {
	uint64_t frame; /* 0: on the file, a section or an interface */
	char *text;     /* up to 200 bytes; owned by the source */
};

/* The name that whoever wrote a pcapng file has for an address. */
struct cap_name {
	struct rs_addr addr;
	char *text; /* up to 255 bytes; owned by the source */
};

/* A line of a phone's log, by what it writes itself: its number (0: none), and
   its date and time; the same as a time. */
struct cap_log_line {
	uint32_t number;
	uint64_t at;
	rs_time written;
};

/*
 * What the times of a log mean, which are written without year and zone: this
 * is UTC = what is written - zone + shift.
 */
struct cap_clock {
	int year;        /* of the first line */
	rs_time zone;    /* east of Greenwich */
	rs_time shift;   /* to the clock of the captures */
	rs_time stepped; /* by so much in all it is set within the log */
	/* Whence year, zone and shift are known; NULL: they are not. */
	const char *year_from, *zone_from, *shift_from;
	rs_time uncertainty; /* of the shift */
	/* Messages of it, those that TLS records carried, those that the
	   captures have too, those that several records may have carried. */
	bool joining;
	uint32_t messages, attributed, in_clear, ambiguous;
	/* Questions of it to name servers, and those that the captures have. */
	uint32_t lookups, lookups_captured;
	unsigned joined_by; /* bits, as engine/join.h has them */
	const char *not_joined; /* why; NULL: it is */
	bool drifts;                     /* known is how its rate differs, */
	double drift, drift_uncertainty; /* fast is positive; parts of one */
	rs_time lead; /* its entries are given so much earlier, for
			 whoever adds that again */
	/* Of a log in several files: which log it is, from 1 (0: not known);
	   another file goes on from it, and has its last line, too; another
	   one has it up to that line. */
	unsigned log;
	bool goes_on, overlaps;
	struct cap_log_line until;
	/* Lines that are looked for: cap_info.has. */
	const struct cap_log_line *marks;
	unsigned n_marks;
};

/* What a source knows of one file or interface. */
struct cap_info {
	const char *name; /* path as given, "-" or interface */
	const char
	    *format; /* "pcap", "pcapng", "live", "hep"; NULL: not known */
	const char *compression; /* "gzip", "zstd"; NULL: none */
	int linktypes[8];        /* those seen, in order */
	unsigned n_linktypes;
	bool nanoseconds; /* its time resolution is finer than a microsecond */
	uint64_t packets, bytes; /* frames and captured bytes */
	rs_time first, last;     /* lowest and highest time; RS_NEVER */
	bool cut_short;          /* ended inside a record */
	const char *problem;     /* message of the error that ended it; NULL */
	uint64_t drops_kernel, drops_interface;
	bool has_drops; /* the two above were reported */
	/* An interface that was down, or gone. */
	uint64_t outages;
	rs_time away; /* of them in all, as far as is known */
	bool is_away; /* it is now */
	/* Of a log: its lines, those of which nothing is understood, those that
	   are missing by their numbers, entries whose time is not known. */
	uint64_t lines, unknown, missing, timeless;
	uint64_t clock_steps;   /* how often the log's clock was set, */
	rs_time clock_stepped;  /* and by how much in all, */
	rs_time clock_new;      /* and after cap_clock.until */
	struct cap_clock clock; /* of a log */
	struct cap_log_line first_line, last_line;
	uint64_t has; /* a bit for each of the first 64 marks */
	const struct cap_log_notes *notes; /* of a phone's, lent; NULL */
	bool is_log;
	const struct cap_comment *comments; /* the first ones */
	unsigned n_comments;
	const struct cap_name *names; /* the first ones, as they stand there */
	unsigned n_names;
};

enum cap_result {
	CAP_FRAME,   /* *out is filled in */
	CAP_IDLE,    /* nothing for now; see wait */
	CAP_SECRETS, /* out->bytes alone is set: a TLS key log, as text */
	CAP_END,
	CAP_ERROR, /* error is set; CAP_END or more frames may follow */
};

struct cap_source {
	enum cap_result (*next)(
	    struct cap_source *, struct cap_frame *out, GError **error);
	/* The frames that come next, up to n of them, where they are at hand
	   and of times before that; all are good until next() or this is called
	   again.  0: none is, ask next().  NULL: it is always so. */
	unsigned (*more)(struct cap_source *, struct cap_frame *out, unsigned n,
	    rs_time before);
	/* Waits until a frame may be there, a signal came, or timeout_ms
	   passed. */
	void (*wait)(struct cap_source *, int timeout_ms);
	/* Info on file i (0 ...), or NULL past the last.  Owned by the source.
	 */
	const struct cap_info *(*info)(struct cap_source *, unsigned i);
	/* Bytes read so far and in all, for a progress bar; total 0: unknown.
	 */
	void (*progress)(struct cap_source *, uint64_t *done, uint64_t *total);
	/* Is one that was said to be missing (REGSCAN_ERROR_MISSING) not there
	   still?  NULL: none is waited for. */
	bool (*missing)(struct cap_source *);
	void (*close)(struct cap_source *); /* frees it */
};

static inline unsigned
cap_more(struct cap_source *s, struct cap_frame *out, unsigned n)
{
	return s->more ? s->more(s, out, n, INT64_MAX) : 0;
}

struct cap_file_options {
	bool follow;  /* it is still being written: its end is CAP_IDLE */
	bool sparing; /* open only while it is read from, small buffer */
	const struct cap_clock *clock; /* of a log; NULL: nothing is known */
};

/*
 * Opens one savefile, pcap or pcapng, compressed or not, as its content says;
 * "-" is stdin, read as a stream.  Its frames are of file 0.  What it holds is
 * looked at by next(): an error here is that of open(2).  NULL and error.
 */
struct cap_source *cap_file_open(
    const char *path, const struct cap_file_options *o, GError **error);
/* Does a file of that name begin as a capture does?  True also where that
   cannot be told, since it cannot be read. */
bool cap_file_is_capture(const char *path);

/*
 * Several files as one source, in time order of their frames.  Files have
 * numbers by the time of their first frame, so that the order of `paths` is
 * none of the capture's; those without frames come last.  A file that cannot
 * be opened or read is told as CAP_ERROR once, and the others go on.  Of
 * regular files no more than some dozens are open at a time.  follow is for one
 * file only.  Never NULL.
 */
struct cap_source *cap_files_open(
    const char *const *paths, unsigned n, bool follow);

/*
 * Files that others are still writing, and folders in which they begin new
 * ones, as `tail -F` follows names: a file that is begun anew, or replaced, is
 * another one; one that is only renamed stays.  Frames come in the order of
 * their times as far as they are written in time, and files have numbers by
 * their first frame.  CAP_IDLE, rather than CAP_END, as long as any of them may
 * go on. Never NULL.
 */
struct cap_source *cap_follow_open(const char *const *paths, unsigned n);

/* What times of logs mean, for each of its n paths; before the first frame. */
void cap_files_clocks(struct cap_source *files, const struct cap_clock *clocks);

/* Files to read, and what else was in their folders. */
struct cap_list {
	GPtrArray *paths;    /* char *, owned */
	GPtrArray *skipped;  /* char *, owned: no captures by their content */
	GPtrArray *problems; /* char *, owned: see problem.h */
};

/*
 * Folders replaced by the captures and logs directly in them, by name; hidden
 * files and folders in folders are not looked at.  Archives replaced by those
 * in them, named as if they were folders.  A folder or archive without any
 * stays in the list, and is an error when it is opened.  Free with
 * cap_list_clear.
 */
void cap_list_init(struct cap_list *l, const char *const *paths);
void cap_list_clear(struct cap_list *l);

struct cap_live_options {
	const char *const *interfaces; /* NULL-terminated; at least one */
	const char *filter;            /* BPF; NULL: all */
	bool promiscuous;
	int snaplen;    /* 0: 262144 */
	int buffer_kib; /* 0: libpcap's */
};
/*
 * Opens interfaces, or "any"; frames of the first are file 0, and so on, and
 * come in the order of their times, as far as the kernel gives them in time.
 * An interface that goes down, or vanishes and comes back under its name, is
 * no error: cap_info tells of it.  Privileges are not dropped here, and not
 * needed any more.
 */
struct cap_source *cap_live_open(
    const struct cap_live_options *o, GError **error);
/*
 * Listens where HEP agents send to: "udp:ADDRESS:PORT".  Each datagram is a
 * frame of file 0, with the link type CAP_LINK_HEP, which no file has.
 */
enum { CAP_LINK_HEP = 0x10000 };
/*
 * An entry of a log is a frame with one of these link types, by the form of the
 * log (enum log_form): its bytes are the text, its number is that of its line,
 * with RS_LINE; drops_since is what was taken from its time (cap_clock.lead).
 * wire_len is more than bytes.n where lines are missing before
 * it; an entry without bytes tells that the log ends here.
 */
enum { CAP_LINK_LOG = 0x20000 };
struct cap_source *cap_hep_open(const char *where, GError **error);
/* Prints the interfaces as tcpdump -D does. */
bool cap_live_list(FILE *out, GError **error);
/*
 * Gives up root for the user "nobody" (or that of SUDO_UID) for good.  Success
 * where there is nothing to give up, and where the process cannot (a user
 * namespace): what it does not have it need not drop.
 */
bool cap_drop_privileges(GError **error);

#endif
