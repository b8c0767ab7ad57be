/*
 * The maker: a process that waits until the guest executes its own interpreter for the first time, then loads PyPy, confines itself
 * as a guest and forks one fresh guest process for each order. So the new image is behind the filter before it runs at all, and
 * nobody needs a native execve. It obeys the supervisor alone, by a pipe that no guest has.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the controller fills in: then come count strings of argv, and those of the environment, each ended by a NUL. */
struct image {
	uint64_t mask, ignored;
	uint32_t arguments, environment;
	char text[];
};

static void become(interpreter_main *interpreter) __attribute__((noreturn));
static char **split(char **text, uint32_t count);

void make_guests(const struct options *options, struct facts *facts, pid_t supervisor, const int orders[2])
{
	int32_t ticket;
	dup2(orders[0], STDOUT_FILENO);
	dup2(orders[1], STDERR_FILENO);
	channels_open_guest(options->channel);
	dup2(STDOUT_FILENO, reply_fd(channel_count));
	dup2(STDERR_FILENO, data_fd(channel_count));
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (read(reply_fd(channel_count), &ticket, sizeof ticket) != sizeof ticket)
		_exit(FAILED);
	interpreter_main *interpreter = load_interpreter(options);
	become_guest(options, facts, supervisor);
	while (ticket > 0) {
		made_ticket = ticket;
		pid_t pid = fork(); /* trapped, and done by do_fork */
		if (pid == 0) {
			raw(__NR_close, reply_fd(channel_count));
			raw(__NR_close, data_fd(channel_count));
			made_ticket = 0;
			become(interpreter);
		}
		int32_t answer[] = {ticket, pid > 0 ? pid : -1};
		if (raw(__NR_write, data_fd(channel_count), answer, sizeof answer) != sizeof answer ||
		    raw(__NR_read, reply_fd(channel_count), &ticket, sizeof ticket) != sizeof ticket)
			break;
	}
	quit(FAILED);
}

/* In the new process, which has its channel already: asks what it is to run, and runs it. */
static void become(interpreter_main *interpreter)
{
	long size = call("image(pi)i", (const long[6]){0, 0});
	if (size < (long)sizeof(struct image))
		quit(FAILED);
	struct image *image = mmap(NULL, (size_t)size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (image == MAP_FAILED || call("image(pi)i", (const long[6]){(long)image, size}) != size)
		quit(FAILED);
	char *next = image->text;
	char **arguments = split(&next, image->arguments);
	environ = split(&next, image->environment);
	signals_begin(image->mask, image->ignored);
	exit(interpreter((int)image->arguments, arguments));
}

static char **split(char **text, uint32_t count)
{
	char **list = calloc((size_t)count + 1, sizeof *list);
	if (!list)
		quit(FAILED);
	for (uint32_t i = 0; i < count; i++) {
		list[i] = *text;
		*text += strlen(*text) + 1;
	}
	return list;
}
