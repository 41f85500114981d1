/* SPDX-License-Identifier: Apache-2.0 */
/* What follow.c, which reads, and follow_look.c, which looks for files, share.
 */
#ifndef CAPTURE_FOLLOW_INNER_H
#define CAPTURE_FOLLOW_INNER_H

#include "capture/savefile.h"

#include <sys/stat.h>

enum member_state {
	MEMBER_EMPTY,    /* too little of it is there to know what it is */
	MEMBER_STRANGER, /* no capture */
	MEMBER_FOUND,    /* a capture, not opened yet */
	MEMBER_OPEN,
	MEMBER_ASLEEP, /* its first frame waits for its turn; closed */
	MEMBER_OVER,
};

/* A file, which is known by its device and inode, and by its first bytes where
   an inode may have been used again. */
struct member {
	char *path; /* as it was found */
	enum member_state state;
	bool named;   /* by the user, so that it is read whatever it is */
	bool left;    /* over because it was left, not because it ended */
	bool ready;   /* frame is there, and in the heap */
	bool checked; /* all others were asked whether they have an earlier one
		       */
	dev_t device;
	ino_t inode;
	uint64_t size; /* when it was looked at last */
	uint64_t head; /* a sum of its first head_n bytes */
	size_t head_n;
	struct cap_source *source; /* NULL: never opened, or asleep */
	struct cap_info info;      /* what info() tells without it */
	struct cap_frame frame;
	int number; /* of its frames' file; NOBODY: it has given none */
};

enum { NOBODY = -1 };

struct follow {
	struct cap_source base;
	GPtrArray *paths;    /* char *, as given */
	bool *missing;       /* of each path: that it is missing was said */
	GPtrArray *members;  /* struct member *, in the order they were found */
	GHashTable *by_path; /* to the latest of that path */
	GHashTable *by_inode; /* to the latest of that inode */
	GPtrArray *numbered;  /* members, by number */
	GPtrArray *heap;      /* those with a frame, the earliest first */
	struct member *turn;  /* whose next frame is to be read */
	unsigned asked;       /* members up to here were asked in this round */
	unsigned open, idle, given, left;
	bool folders;      /* in which new files may come */
	GPtrArray *errors; /* GError *, to be told */
};

/* Makes the two tables. */
void follow_tables(struct follow *o);
/* Looks at all paths and folders: what is new becomes a member, what was begun
   anew another one. */
void follow_look(struct follow *o);
/* The file is not what was read so far any more: it was cut. */
bool follow_was_cut(const struct member *m);
/* One more at the path of this one, which was begun anew. */
void follow_again(struct follow *o, struct member *m);

#endif
