/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that are left, by a filter in the kernel (seccomp(2)). */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <stdbool.h>

/*
 * From here on this thread, and those it makes, have the calls of a list; what
 * only an intruder would ask for ends the process, anything else fails with
 * EPERM.  live: packets come from a socket.  True also where the program was
 * built without libseccomp, or the kernel has no filters; false and errno.
 */
bool syscalls_enter(bool live);

#endif
