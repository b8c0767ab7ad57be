/* `launcher --command PROGRAM ARGV0 ARG…`: becomes a real command that was approved, and that dies when the controller does. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Statuses of a shell for what cannot be executed: 126 it is there, 127 it is not. */
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* --command-merged: its standard error is the same stream as its standard output, so that their order is kept. */
int run_command(int argc, char **argv)
{
	if (argc < 4)
		return FAILED;
	if (strcmp(argv[1], "--command-merged") == 0 && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		return FAILED;
	pid_t parent = getppid();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		return FAILED;
	/* What node and we ignore, a command expects to be as usual. */
	signal(SIGPIPE, SIG_DFL);
	execv(argv[2], argv + 3);
	fprintf(stderr, "approve-run: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
