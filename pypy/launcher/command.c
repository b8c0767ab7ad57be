/*
 * `launcher --command`: runs a real command that was approved. It watches over all that the command starts: whoever leaves the
 * command's process group, or is left by its parent, becomes our child, and none of them outlives the run. See PROTOCOL.md, Commands.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNEL = 3, WORDS_MAX = 16 << 20 };
enum { SIGNAL_ONE = 1, SIGNAL_GROUP = 2, END_ALL = 3 }; /* orders */
enum { STARTED = 0, NOT_STARTED = 1, ENDED = 2, GONE = 3 }; /* what we tell */
/* Milliseconds to end all that is left; what another user's rights protect from us stays. */
enum { ENOUGH = 3000 };

struct command {
	const char *program, *directory;
	char **arguments, **environment;
	bool merged, offline, closed[3];
	uint64_t blocked, ignored; /* signal 1 is the lowest bit */
};

static bool read_all(void *to, size_t length)
{
	for (char *next = to; length > 0;) {
		ssize_t got = read(CHANNEL, next, length);
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		next += got > 0 ? got : 0;
		length -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

static void tell(int32_t what, int32_t value)
{
	int32_t words[] = {what, value};
	if (write(CHANNEL, words, sizeof words) != (ssize_t)sizeof words)
		return; /* the controller is gone: the next look at CHANNEL says so too */
}

/* Words are bytes: what a program is given need not be text, so they come through here and not as arguments of ours. */
static bool read_words(struct command *command, size_t arguments)
{
	uint32_t size;
	if (!read_all(&size, sizeof size) || size == 0 || size > WORDS_MAX)
		return false;
	char *text = calloc(1, size);
	size_t count = 0;
	if (text && read_all(text, size) && text[size - 1] == 0)
		for (uint32_t i = 0; i < size; i++)
			count += text[i] == 0;
	char **list = count < 2 + arguments ? NULL : calloc(count + 2, sizeof *list);
	if (!text || !list) {
		free(text);
		free(list);
		return false;
	}
	char *word = text;
	command->program = word;
	command->directory = word += strlen(word) + 1;
	command->arguments = list;
	command->environment = list + arguments + 1; /* a NULL stays between them */
	for (size_t i = 0; i < count - 2; i++)
		list[i < arguments ? i : i + 1] = word += strlen(word) + 1;
	return true;
}

/* As the guest has them: Python ignores SIGPIPE, and a command that it starts so finds it ignored. */
static void take_signals(const struct command *command)
{
	sigset_t mask;
	sigemptyset(&mask);
	for (int number = 1; number < NSIG; number++) {
		signal(number, command->ignored >> (number - 1) & 1 ? SIG_IGN : SIG_DFL);
		if (command->blocked >> (number - 1) & 1)
			sigaddset(&mask, number);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* In the child; ends it. What fails is told by its errno, as execve(2) would. */
static void become(const struct command *command, pid_t watcher, int failure)
{
	int error = 0;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (command->closed[fd])
			close(fd);
	take_signals(command);
	/* First, for the signal of our parent's death does not outlive a change of credentials. */
	if (command->offline && !go_offline())
		error = errno;
	else if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != watcher)
		error = ESRCH;
	else if ((command->merged && dup2(STDOUT_FILENO, STDERR_FILENO) < 0) || chdir(command->directory) != 0)
		error = errno;
	if (error == 0) {
		execve(command->program, command->arguments, command->environment);
		error = errno;
	}
	if (write(failure, &error, sizeof error) != (ssize_t)sizeof error)
		_exit(FAILED);
	_exit(0);
}

/* The errno with which the child did not become the command; 0 where it did. */
static int failure_of(int pipe)
{
	int error = 0;
	ssize_t got;
	do
		got = read(pipe, &error, sizeof error);
	while (got < 0 && errno == EINTR);
	close(pipe);
	return got == (ssize_t)sizeof error ? error : 0;
}

static bool ended; /* the command itself: its number may be another's by now */

/* Our children: whoever lost its parent among them. Without /proc, all that stayed in the group. */
static void kill_children(pid_t group)
{
	char path[64], numbers[4096];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, numbers, sizeof numbers - 1);
	if (fd >= 0)
		close(fd);
	else if (!ended)
		kill(-group, SIGKILL);
	numbers[got > 0 ? got : 0] = 0;
	char *next = numbers;
	for (long pid = strtol(next, &next, 10); pid > 0; pid = strtol(next, &next, 10))
		if (*next == ' ') /* a number may be cut off at the end */
			kill((pid_t)pid, SIGKILL);
}

/* The children of one that is killed become ours, and are next. */
static void end_all(pid_t group)
{
	for (int waited = 0; waited < ENOUGH; waited++) {
		pid_t gone;
		kill_children(group);
		while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
			ended = ended || gone == group;
		if (gone < 0)
			return;
		poll(NULL, 0, 1);
	}
}

/* Whether anybody is left. Tells how the command itself ended. */
static bool reap(pid_t child)
{
	for (;;) {
		int status;
		pid_t gone = waitpid(-1, &status, WNOHANG);
		if (gone <= 0)
			return gone == 0 || errno == EINTR;
		if (gone == child) {
			ended = true;
			tell(ENDED, status);
		}
	}
}

/* Whether to go on. The end of CHANNEL is the controller's end. */
static bool obey_next(pid_t child)
{
	int32_t order[2];
	if (!read_all(order, sizeof order) || order[0] == END_ALL)
		return false;
	if (!ended && (order[0] == SIGNAL_ONE || order[0] == SIGNAL_GROUP))
		kill(order[0] == SIGNAL_ONE ? child : -child, order[1]);
	return true;
}

static void on_child(int number)
{
	(void)number; /* it only ends ppoll */
}

static void watch(pid_t child, const sigset_t *most)
{
	struct pollfd channel = {CHANNEL, POLLIN, 0};
	while (reap(child)) {
		int ready = ppoll(&channel, 1, NULL, most);
		if ((ready < 0 && errno != EINTR) || (ready > 0 && !obey_next(child))) {
			end_all(child);
			break;
		}
	}
	/* An order that comes to nobody would break the channel, and with it what was not read of it yet. */
	tell(GONE, 0);
	for (char rest[64]; read(CHANNEL, rest, sizeof rest) > 0;)
		;
}

int run_command(int argc, char **argv)
{
	struct command command = {0};
	struct sigaction action;
	sigset_t all, most;
	int failure[2];

	if (argc != 6 || fcntl(CHANNEL, F_SETFD, FD_CLOEXEC) != 0 || !read_words(&command, strtoul(argv[2], NULL, 10)))
		return FAILED;
	command.blocked = strtoull(argv[4], NULL, 16);
	command.ignored = strtoull(argv[5], NULL, 16);
	command.merged = strchr(argv[3], 'm') != NULL;
	command.offline = strchr(argv[3], 'o') != NULL;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		command.closed[fd] = strchr(argv[3], '0' + fd) != NULL;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_child;
	sigfillset(&all);
	most = all;
	sigdelset(&most, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &all, NULL) != 0 || sigaction(SIGCHLD, &action, NULL) != 0 || pipe2(failure, O_CLOEXEC) != 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return FAILED;
	pid_t watcher = getpid(), child = fork();
	if (child < 0)
		return FAILED;
	if (child == 0) {
		setpgid(0, 0);
		become(&command, watcher, failure[1]);
	}
	setpgid(child, child);
	close(failure[1]);
	/* Whoever reads its output is to see the end of it when the command closes it. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	int error = failure_of(failure[0]);
	tell(error == 0 ? STARTED : NOT_STARTED, error);
	watch(child, &most);
	return 0;
}
