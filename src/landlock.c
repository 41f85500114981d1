/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/landlock.h, of which systems have older ones than kernels. */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_REG = 1 << 8,
	FS_REFER = 1 << 13,     /* ABI 2 */
	FS_TRUNCATE = 1 << 14,  /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
};
enum { NET_BIND_TCP = 1 << 0, NET_CONNECT_TCP = 1 << 1 };     /* ABI 4 */
enum { SCOPE_ABSTRACT_UNIX = 1 << 0, SCOPE_SIGNAL = 1 << 1 }; /* ABI 6 */
enum { CREATE_VERSION = 1 << 0, RULE_PATH_BENEATH = 1 };

#ifndef SYS_landlock_create_ruleset
# define SYS_landlock_create_ruleset 444
# define SYS_landlock_add_rule 445
# define SYS_landlock_restrict_self 446
#endif

struct ruleset {
	uint64_t fs, net, scoped;
};

struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* What of the file system can be forbidden at all by that ABI. */
static uint64_t
fs_of(long abi)
{
	return abi >= 5   ? FS_IOCTL_DEV * 2 - 1
	       : abi >= 3 ? FS_TRUNCATE * 2 - 1
	       : abi >= 2 ? FS_REFER * 2 - 1
			  : FS_REFER - 1;
}

/* Rights that only folders have are refused for a file. */
static bool
add(int ruleset, const char *path, uint64_t rights)
{
	const uint64_t of_files =
	    FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE | FS_EXECUTE;
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return true;
	struct beneath b = {.allowed = rights, .parent = fd};
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		b.allowed &= of_files;
	long r =
	    syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &b, 0);
	/* EBADFD: a pipe by its name in /proc; those are not forbidden. */
	bool ok = r == 0 || errno == EBADFD;
	close(fd);
	return ok;
}

bool
landlock_enter(const GPtrArray *reads, const GPtrArray *writes)
{
	long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);
	if (abi < 1)
		return true;
	struct ruleset r = {
	    .fs = fs_of(abi),
	    .net = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0,
	    .scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL : 0,
	};
	size_t size = abi >= 6   ? sizeof r
		      : abi >= 4 ? 2 * sizeof r.fs
				 : sizeof r.fs;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (ruleset < 0)
		return false;
	const uint64_t read = FS_READ_FILE | FS_READ_DIR;
	const uint64_t write = (read | FS_WRITE_FILE | FS_MAKE_REG |
				   FS_REMOVE_FILE | FS_TRUNCATE) &
			       r.fs;
	bool ok = true;
	for (guint i = 0; i < reads->len && ok; i++)
		ok = add(ruleset, reads->pdata[i], read);
	for (guint i = 0; i < writes->len && ok; i++)
		ok = add(ruleset, writes->pdata[i], write);
	ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	int why = errno;
	close(ruleset);
	errno = why;
	return ok;
}
