/* The supervisor: reports the dead, sends signals on order, and ends all when the controller or the first process is gone. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL = 1, TGKILL = 2, FREE = 3, MAKE = 4, MAKING = 64 };

static const struct supervisor_fds *channel;
static bool dead[CHANNELS_MAX]; /* its process is gone; nobody waits on it, see PROTOCOL.md */
static unsigned char frame[96]; /* waits until `report` takes it; nothing else is done before */
static size_t frame_size;
static bool unannounced; /* it was taken, and `request` does not tell yet */
static uint32_t frame_seq;
static bool ended;
static pid_t first_process, group;
static const struct maker *maker;
static bool maker_ended;
static struct {
	int32_t ticket;
	pid_t replaced;
} making[MAKING]; /* ordered, not answered yet; oldest first */
static size_t making_count;
static int first_status;

static void report(const char *signature, const int64_t *arguments, size_t count);
static bool send_report(void);
static bool reap(void);
static bool hear_maker(void);
static bool obey_order(void);
static void serve_dead(uint32_t i);
static void finish(void) __attribute__((noreturn));

static void on_child(int signal)
{
	(void)signal; /* it only ends ppoll */
}

int supervise(pid_t first, const struct supervisor_fds *fds, const struct maker *the_maker)
{
	static struct pollfd polls[4 + 2 * CHANNELS_MAX];
	struct sigaction action;
	sigset_t child, none;

	channel = fds;
	first_process = group = first;
	maker = the_maker;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_child;
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	for (;;) {
		while (send_report() && !ended && (reap() || hear_maker() || obey_order()))
			;
		if (ended && frame_size == 0)
			finish();
		nfds_t count = 4;
		polls[0] = (struct pollfd){STDOUT_FILENO, 0, 0}; /* POLLHUP and POLLERR come unasked */
		polls[1] = (struct pollfd){fds->control, (short)(frame_size == 0 ? POLLIN : 0), 0};
		polls[2] = (struct pollfd){unannounced ? fds->request : fds->report, (short)(frame_size == 0 ? 0 : POLLOUT), 0};
		polls[3] = (struct pollfd){frame_size == 0 && making_count > 0 ? maker->answers : -1, POLLIN, 0};
		for (uint32_t i = 0; i < channel_count; i++)
			if (dead[i]) {
				serve_dead(i);
				polls[count++] = (struct pollfd){fds->reply[i], POLLIN, 0};
				polls[count++] = (struct pollfd){fds->data[i], POLLOUT, 0};
			}
		int ready = ppoll(polls, count, near_interval(), &none);
		if (ready < 0 && errno != EINTR)
			die("cannot poll: %s", strerror(errno));
		if (ready == 0)
			near_tick(first_process);
		if (polls[0].revents & (POLLHUP | POLLERR))
			finish();
	}
}

static void report(const char *signature, const int64_t *arguments, size_t count)
{
	size_t name = strlen(signature);
	uint32_t header[] = {(uint32_t)(FRAME_HEADER - 4 + 1 + name + 8 * count), SUPERVISOR_CHANNEL, ++frame_seq};
	memcpy(frame, header, sizeof header);
	frame[FRAME_HEADER] = (unsigned char)name;
	memcpy(frame + FRAME_HEADER + 1, signature, name);
	memcpy(frame + FRAME_HEADER + 1 + name, arguments, 8 * count);
	frame_size = header[0] + 4;
}

/*
 * Whether nothing waits to be sent any more. What we say goes through a FIFO that no guest has: no guest can speak for us. The
 * empty frame on `request` only says that it is there, and keeps its place behind what the dead said last.
 */
static bool send_report(void)
{
	static const uint32_t look[] = {FRAME_HEADER - 4, SUPERVISOR_CHANNEL, 0};
	if (frame_size > 0 && !unannounced)
		unannounced = write(channel->report, frame, frame_size) == (ssize_t)frame_size;
	if (unannounced && write(channel->request, look, sizeof look) == (ssize_t)sizeof look) {
		unannounced = false;
		frame_size = 0;
	}
	return frame_size == 0;
}

static int64_t microseconds(struct timeval time)
{
	return time.tv_sec * 1000000ll + time.tv_usec;
}

static bool reap(void)
{
	int status;
	struct rusage used;
	pid_t pid = wait4(-1, &status, WNOHANG | __WALL, &used);
	if (pid <= 0)
		return false;
	if (pid == maker->pid) {
		maker_ended = true; /* its pipe is at its end, which hear_maker sees */
		return true;
	}
	report("reaped(iiiii)v", (int64_t[]){pid, status, microseconds(used.ru_utime), microseconds(used.ru_stime), used.ru_maxrss}, 5);
	for (uint32_t i = 0; i < channel_count; i++)
		if (channel_owner[i] == pid)
			dead[i] = true;
	if (pid == first_process) {
		ended = true;
		first_status = status;
	}
	return true;
}

/* Only our own children: a number that a guest made up must not reach another process. */
static int send_signal(const int32_t *order)
{
	siginfo_t info;
	if (order[1] <= 0 || waitid(P_PID, (id_t)order[1], &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return ESRCH;
	const struct sender sender = {order[4], order[5], (uint32_t)order[6], *(const int64_t *)(const void *)(order + 8)};
	siginfo_send_as(&info, order[3], &sender);
	long result = order[0] == KILL ? syscall(__NR_rt_sigqueueinfo, order[1], order[3], &info)
				       : syscall(__NR_rt_tgsigqueueinfo, order[1], order[2], order[3], &info);
	/* Of a queue that is full only sigqueue(3) hears. */
	if (result != 0 && errno == EAGAIN && sender.code != SI_QUEUE)
		result = order[0] == KILL ? kill(order[1], order[3]) : tgkill(order[1], order[2], order[3]);
	return result == 0 ? 0 : errno;
}

static void tell_made(int32_t ticket, int32_t pid)
{
	report("made(ii)v", (int64_t[]){ticket, pid > 0 ? pid : -EAGAIN}, 2);
}

static void make(int32_t ticket, pid_t replaced)
{
	if (making_count == MAKING || write(maker->orders, &ticket, sizeof ticket) != (ssize_t)sizeof ticket) {
		tell_made(ticket, -1);
		return;
	}
	making[making_count].ticket = ticket;
	making[making_count++].replaced = replaced;
}

/* A process was made, or can not be: then the maker is gone. */
static bool hear_maker(void)
{
	int32_t answer[2];
	if (making_count == 0)
		return false;
	ssize_t got = read(maker->answers, answer, sizeof answer);
	if (got < 0)
		return false;
	pid_t pid = got == (ssize_t)sizeof answer && answer[0] == making[0].ticket ? answer[1] : -1;
	tell_made(making[0].ticket, pid);
	if (pid > 0 && making[0].replaced == first_process)
		first_process = pid;
	memmove(making, making + 1, --making_count * sizeof *making);
	return true;
}

static bool obey_order(void)
{
	_Alignas(8) int32_t order[10];
	if (read(channel->control, order, sizeof order) != (ssize_t)sizeof order)
		return false;
	if (order[0] == KILL || order[0] == TGKILL) {
		report("signaled(iii)v", (int64_t[]){order[1], order[3], send_signal(order)}, 3);
	} else if (order[0] == MAKE) {
		make(order[1], order[2]);
	} else if (order[0] == FREE && order[1] >= 0 && (uint32_t)order[1] < channel_count && dead[order[1]]) {
		char rest[4096];
		while (read(channel->reply[order[1]], rest, sizeof rest) > 0 || read(channel->data[order[1]], rest, sizeof rest) > 0)
			;
		dead[order[1]] = false;
		channel_owner[order[1]] = 0;
	}
	return true;
}

/* The controller may be in the middle of writing to a dead task, or of reading from it. */
static void serve_dead(uint32_t i)
{
	char bytes[4096];
	while (read(channel->reply[i], bytes, sizeof bytes) > 0)
		;
	memset(bytes, 0xff, sizeof bytes);
	while (write(channel->data[i], bytes, sizeof bytes) > 0)
		;
}

static void finish(void)
{
	kill(-group, SIGKILL);
	if (!maker_ended) /* a guest can have it killed, and its number may be a stranger's since */
		kill(maker->pid, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
		;
	_exit(!ended ? FAILED : WIFEXITED(first_status) ? WEXITSTATUS(first_status) : 128 + WTERMSIG(first_status));
}
