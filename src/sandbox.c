/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sandbox.h"

#include "capture/capture.h"
#include "landlock.h"
#include "syscalls.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void
sandbox_init(struct sandbox *s)
{
	*s = (struct sandbox){
	    .reads = g_ptr_array_new_with_free_func(g_free),
	    .writes = g_ptr_array_new_with_free_func(g_free),
	};
}

void
sandbox_clear(struct sandbox *s)
{
	g_ptr_array_free(s->reads, TRUE);
	g_ptr_array_free(s->writes, TRUE);
}

void
sandbox_read(struct sandbox *s, const char *path)
{
	g_ptr_array_add(s->reads, g_strdup(path));
}

void
sandbox_write(struct sandbox *s, const char *folder)
{
	g_ptr_array_add(s->writes, g_strdup(folder));
}

#ifdef SANDBOX

static bool
fail(GError **error, const char *what)
{
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_OPEN,
	    "cannot give up %s: %s; --no-sandbox keeps them", what,
	    g_strerror(errno));
	return false;
}

/* Files may belong to others: who may read them now may do so when their turn
   comes, and where Landlock is, no others. */
static bool
drop_capabilities(bool live)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];
	if (syscall(SYS_capget, &h, d) < 0)
		return false;
	const __u32 kept =
	    live ? 0 : 1u << CAP_DAC_READ_SEARCH | 1u << CAP_DAC_OVERRIDE;
	for (unsigned i = 0; i < 2; i++) {
		d[i].permitted &= i ? 0 : kept;
		d[i].effective &= i ? 0 : kept;
		d[i].inheritable = 0;
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &h, d) == 0;
}

bool
sandbox_enter(const struct sandbox *s, GError **error)
{
	if (!drop_capabilities(s->live))
		return fail(error, "capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(error, "privileges");
	if (!landlock_enter(s->reads, s->writes))
		return fail(error, "access to files");
	if (!syscalls_enter(s->live))
		return fail(error, "system calls");
	return true;
}

#else

/* Sanitizers and coverage open files of their own, and ask for system calls,
   until the very end. */
bool
sandbox_enter(const struct sandbox *s, GError **error)
{
	(void)s;
	(void)error;
	return true;
}

#endif
