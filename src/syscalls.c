/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "syscalls.h"

#ifdef HAVE_SECCOMP

# include <errno.h>
# include <sched.h>
# include <seccomp.h>
# include <stddef.h>
# include <sys/mman.h>

/* By name: not every machine has each of them. */
static const char *const allowed[] = {
    /* files and pipes that are open */
    "read", "readv", "pread64", "write", "writev", "pwrite64", "lseek",
    "_llseek", "close", "fstat", "fstat64", "fcntl", "fcntl64", "dup", "dup2",
    "dup3", "ftruncate", "ftruncate64", "fsync", "fdatasync", "fadvise64",
    "fadvise64_64", "fstatfs", "fstatfs64", "ioctl",
    /* files by name, which Landlock limits */
    "open", "openat", "stat", "stat64", "lstat", "lstat64", "newfstatat",
    "fstatat64", "statx", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getdents", "getdents64", "getcwd", "unlink", "unlinkat",
    "rename", "renameat", "renameat2", "umask",
    /* memory */
    "munmap", "mremap", "madvise", "brk", "membarrier",
    /* waiting, time */
    "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6",
    "pselect6_time64", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
    "clock_gettime", "clock_gettime64", "clock_getres", "gettimeofday", "time",
    "sched_yield", "futex", "futex_time64", "restart_syscall",
    /* threads and signals of its own */
    "set_robust_list", "get_robust_list", "rseq", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "tgkill",
    "exit", "exit_group", "sched_getaffinity", "set_tid_address",
    /* about itself */
    "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "uname",
    "getrlimit", "ugetrlimit", "prlimit64", "getrusage", "sysinfo", "getrandom",
    /* sockets that are open: libpcap's, systemd's */
    "getsockopt", "recvmsg", "recvfrom", "recv", "sendto", "send"};

/* To come back to an interface that was deleted (live_iface.h). */
static const char *const allowed_live[] = {"bind", "setsockopt"};

/* What nothing here, and no library below it, has reason to ask for. */
static const char *const deadly[] = {"execve", "execveat", "fork", "vfork",
    "ptrace", "process_vm_readv", "process_vm_writev", "connect", "listen",
    "accept", "accept4", "mount", "umount2", "pivot_root", "chroot", "setns",
    "unshare", "init_module", "finit_module", "delete_module", "kexec_load",
    "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
    "io_uring_setup", "setuid", "setgid", "setresuid", "setresgid"};

static int
add_all(scmp_filter_ctx c, uint32_t action, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]);
		if (nr == __NR_SCMP_ERROR)
			continue;
		int r = seccomp_rule_add(c, action, nr, 0);
		/* EDOM, EOPNOTSUPP: none of this machine's */
		if (r < 0 && r != -EDOM && r != -EOPNOTSUPP)
			return r;
	}
	return 0;
}

/* Memory that can be run is made by who loads libraries, which is over;
   another process is no thread. */
static int
add_limited(scmp_filter_ctx c)
{
	const struct scmp_arg_cmp not_run =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp thread =
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
	static const char *const mapping[] = {"mmap", "mmap2", "mprotect"};
	for (size_t i = 0; i < sizeof mapping / sizeof *mapping; i++) {
		int nr = seccomp_syscall_resolve_name(mapping[i]);
		if (nr != __NR_SCMP_ERROR)
			(void)seccomp_rule_add(
			    c, SCMP_ACT_ALLOW, nr, 1, not_run);
	}
	int r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread);
	/* Its flags cannot be looked at; libc then takes the one above. */
	if (r == 0)
		r = seccomp_rule_add(
		    c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

bool
syscalls_enter(bool live)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (c == NULL)
		return true;
	int r = add_all(
	    c, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
	if (r == 0 && live)
		r = add_all(c, SCMP_ACT_ALLOW, allowed_live,
		    sizeof allowed_live / sizeof *allowed_live);
	if (r == 0)
		r = add_all(c, SCMP_ACT_KILL_PROCESS, deadly,
		    sizeof deadly / sizeof *deadly);
	if (r == 0)
		r = add_limited(c);
	if (r == 0)
		r = seccomp_load(c);
	seccomp_release(c);
	/* EINVAL, ENOSYS: a kernel without filters; or one that a container
	   hides. */
	if (r == 0 || r == -EINVAL || r == -ENOSYS)
		return true;
	errno = -r;
	return false;
}

#else

bool
syscalls_enter(bool live)
{
	(void)live;
	return true;
}

#endif
