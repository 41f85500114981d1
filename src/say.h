/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to people: one line each on standard error.
 *
 * Where standard error is the journal (JOURNAL_STREAM, systemd.exec(5)), the
 * line begins with its priority, as sd-daemon(3) has it, and without the
 * program's name, which the journal knows.
 */
#ifndef SAY_H
#define SAY_H

#include <glib.h>

__attribute__((format(printf, 1, 2))) void say_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void say_warning(const char *format, ...);
/* An error's message; nothing where a reader closed its pipe: who does that
   has seen what it wanted. */
void say_failure(const GError *e);

#endif
