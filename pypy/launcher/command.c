/* `launcher --command PROGRAM ARGV0 ARG…`: runs a real command that was approved, and ends it when the controller is gone. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Statuses of a shell for what cannot be executed: 126 it is there, 127 it is not. */
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* Any signal would do: it counts only when our parent has changed. */
enum { PARENT_GONE = SIGUSR1 };

static pid_t controller;

static void on_parent_gone(int number)
{
	(void)number;
	if (getppid() != controller)
		kill(0, SIGKILL);
}

static int become(char **argv, pid_t watcher)
{
	if (strstr(argv[1], "-offline") && !go_offline()) {
		fprintf(stderr, "approve-run: the network cannot be taken from %s: %s\n", argv[2], strerror(errno));
		return NOT_EXECUTABLE;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != watcher)
		return FAILED;
	execv(argv[2], argv + 3);
	fprintf(stderr, "approve-run: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

/* Ends as the command did, by the same signal. */
static int end_as(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	int number = WTERMSIG(status);
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	sigset_t only;
	sigemptyset(&only);
	sigaddset(&only, number);
	signal(number, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	raise(number);
	return 128 + number;
}

/*
 * The command is our child, and we watch: what it started in turn would outlive a parent-death signal of its own. We lead the process
 * group that all of them are in. -merged: standard error is the same stream as standard output, so that their order is kept. -offline: see offline.c.
 */
int run_command(int argc, char **argv)
{
	if (argc < 4)
		return FAILED;
	if (strstr(argv[1], "-merged") && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return FAILED;
	/* What node and we ignore, a command expects to be as usual. */
	signal(SIGPIPE, SIG_DFL);
	controller = getppid();
	/* Signals that are sent to the group are the command's to act on. */
	sigset_t most, before;
	sigfillset(&most);
	sigdelset(&most, PARENT_GONE);
	struct sigaction action, usual;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_parent_gone;
	if (sigprocmask(SIG_BLOCK, &most, &before) != 0 || sigaction(PARENT_GONE, &action, &usual) != 0 ||
	    (getpgrp() != getpid() && setpgid(0, 0) != 0) || prctl(PR_SET_PDEATHSIG, PARENT_GONE) != 0 || getppid() != controller)
		return FAILED;
	pid_t watcher = getpid(), child = fork();
	if (child == 0) {
		sigaction(PARENT_GONE, &usual, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(become(argv, watcher));
	}
	if (child < 0)
		return FAILED;
	/* Whoever reads its output is to see the end of it when the command closes it. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return FAILED;
	return end_as(status);
}
