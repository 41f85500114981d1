/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process that only reads captures and writes reports does not need, it
 * gives up: captures come from strangers, and a bug in a reader shall not be
 * worth much.  In the order in which it is done:
 *
 *   capabilities   none are left (capabilities(7)); with files as input those
 *                  that let root read and write files of others stay
 *   privileges     none are gained again (PR_SET_NO_NEW_PRIVS)
 *   Landlock       files to read, and folders to write to, by name; where the
 *                  kernel has it
 *   seccomp        an allow-list of system calls: no other programs, no new
 *                  sockets, no other processes; where libseccomp was found
 *
 * It holds for threads that are made later.  What the kernel does not have is
 * left out in silence: all of it is a second line.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <glib.h>
#include <stdbool.h>

struct sandbox {
	GPtrArray *reads;  /* char *, owned: files and folders */
	GPtrArray *writes; /* likewise: folders to make files in */
	bool live;         /* packets come from a socket */
};

void sandbox_init(struct sandbox *s);
void sandbox_clear(struct sandbox *s);
void sandbox_read(struct sandbox *s, const char *path);
void sandbox_write(struct sandbox *s, const char *folder);
/* For good.  False and error where the kernel refuses what it does have. */
bool sandbox_enter(const struct sandbox *s, GError **error);

#endif
