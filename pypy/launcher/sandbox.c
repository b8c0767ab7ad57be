/*
 * `launcher --sandbox DIR MEMORY CPU PROGRAM ARG…`: becomes a translated PyPy (one that performs no system call for its script, but
 * writes each C function to its standard output and reads the answer from its standard input). What holds the script is the
 * interpreter's own code; what is here is a second wall, and the two FIFOs.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_fifo(const char *dir, const char *name, char *path, size_t room)
{
	int length = snprintf(path, room, "%s/%s", dir, name);
	if (length < 0 || (size_t)length >= room)
		die("the folder name %.40s... is too long; use a shorter one", dir);
	if (mkfifo(path, 0600) != 0)
		die("cannot make %s: %s; give an empty folder that you may write to", path, strerror(errno));
	/* Held open at both ends until the controller has opened its own: then nobody's open waits, and each end of file is true. */
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		die("cannot open %s: %s; give an empty folder that you may write to", path, strerror(errno));
	return fd;
}

static void take(const char *path, int flags, int as)
{
	int fd = open(path, flags | O_NOFOLLOW);
	if (fd < 0 || dup2(fd, as) < 0)
		die("cannot open %s: %s; the controller has removed it", path, strerror(errno));
	if (fd != as)
		close(fd);
}

static void wait_for_controller(void)
{
	char byte;
	ssize_t got;
	while ((got = read(STDIN_FILENO, &byte, 1)) != 0)
		if (got < 0 && errno != EINTR)
			die("cannot read standard input: %s", strerror(errno));
}

int run_sandbox(int argc, char **argv)
{
	static char call[4096], answer[4096];
	struct facts facts = {0};

	if (argc < 6)
		die("--sandbox needs a folder, limits and a program; see PROTOCOL.md, Sandbox");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid(); /* keys pressed at the terminal are the controller's, not ours */
	reset_signals();
	close_others();
	facts.near = near_prepare();
	int call_fd = make_fifo(argv[2], "call", call, sizeof call), answer_fd = make_fifo(argv[2], "answer", answer, sizeof answer);
	namespaces_enter(&facts);
	confine_process();
	confine_sandbox(strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	dprintf(STDOUT_FILENO, "ready\nuserns=%s netns=%s ipcns=%s near=%s\n", facts.userns ? "yes" : "no", facts.netns ? "yes" : "no",
		facts.ipcns ? "yes" : "no", facts.near ? "yes" : "no");
	wait_for_controller();
	take(call, O_WRONLY, STDOUT_FILENO);
	take(answer, O_RDONLY, STDIN_FILENO);
	close(call_fd);
	close(answer_fd);
	/* A parent-death signal does not outlive a change of credentials, which entering a user namespace is. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* As any Python does at its start, which this one cannot: a pipe without a reader is an error, and no end. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	execv(argv[5], argv + 5);
	die("cannot run %s: %s; name a translated PyPy with --runtime", argv[5], strerror(errno));
}
