/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox: each attempt in a process of its own, which enters it first. */
#include "config.h"

#include "sandbox.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SANDBOX

static char folder[] = "/tmp/test-sandbox-XXXXXX";
static bool has_landlock;

static const char *
in(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* 0, or errno. */
static int
opens(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
read_given(void)
{
	return opens(in("given"), O_RDONLY);
}

static int
write_given(void)
{
	return opens(in("given"), O_WRONLY);
}

static int
read_other(void)
{
	return opens(in("other"), O_RDONLY);
}

static int
read_system(void)
{
	return opens("/etc/passwd", O_RDONLY);
}

static int
write_out(void)
{
	return opens(in("out/new"), O_WRONLY | O_CREAT | O_EXCL);
}

static int
write_elsewhere(void)
{
	return opens(in("new"), O_WRONLY | O_CREAT | O_EXCL);
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) < 0 ? errno : 0;
}

static int
make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
run_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
make_process(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static void *
in_thread(void *arg)
{
	*(int *)arg = read_other();
	return NULL;
}

/* What holds for the process holds for its threads. */
static int
make_thread(void)
{
	pthread_t t;
	int got = -1;
	if (pthread_create(&t, NULL, in_thread, &got) != 0)
		return 1000;
	pthread_join(t, NULL);
	return got;
}

static int
allocate(void)
{
	void *p = malloc(64 << 20);
	memset(p, 1, 64 << 20);
	free(p);
	return 0;
}

/* Its errno; or 1000 and the signal that ended it. */
static int
attempt(int (*what)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox s;
		sandbox_init(&s);
		sandbox_read(&s, in("given"));
		sandbox_read(&s, in("missing"));
		sandbox_write(&s, in("out"));
		if (!sandbox_enter(&s, NULL))
			_exit(255);
		_exit(what());
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static const struct row {
	const char *name;
	int (*what)(void);
	int want;      /* errno */
	bool landlock; /* 0 without it */
	bool seccomp;  /* likewise */
} rows[] = {
    {"reads what it was given", read_given, 0, false, false},
    {"writes no input", write_given, EACCES, true, false},
    {"reads nothing else", read_other, EACCES, true, false},
    {"nothing of the system", read_system, EACCES, true, false},
    {"writes where it may", write_out, 0, false, false},
    {"and nowhere else", write_elsewhere, EACCES, true, false},
    {"makes no socket", make_socket, EPERM, false, true},
    {"makes no code", make_code, EPERM, false, true},
    {"runs no program", run_program, 1000 + SIGSYS, false, true},
    {"makes no process", make_process, EPERM, false, true},
    {"makes threads, which are within", make_thread, EACCES, true, false},
    {"has memory", allocate, 0, false, false},
};

static void
touch(const char *name)
{
	close(open(in(name), O_WRONLY | O_CREAT, 0600));
}

static void
test_rows(void)
{
	bool seccomp = false;
# ifdef HAVE_SECCOMP
	seccomp = true;
# endif
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	touch("given");
	touch("other");
	CU_ASSERT(mkdir(in("out"), 0700) == 0);
	has_landlock = syscall(444, NULL, 0, 1) > 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		if ((r->landlock && !has_landlock) || (r->seccomp && !seccomp))
			continue;
		unit_row(r->name);
		CU_ASSERT_EQUAL(attempt(r->what), r->want);
	}
	unlink(in("out/new"));
	rmdir(in("out"));
	unlink(in("given"));
	unlink(in("other"));
	CU_ASSERT(rmdir(folder) == 0); /* nothing else was made */
}

#else

static void
test_rows(void)
{
	struct sandbox s;
	sandbox_init(&s);
	CU_ASSERT(sandbox_enter(&s, NULL));
	sandbox_clear(&s);
}

#endif

UNIT_MAIN("sandbox", UNIT(test_rows))
