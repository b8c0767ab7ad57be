/* `launcher --network DIR LAUNCHER`: holds the guest's internet sockets and does with them what the controller says. See PROTOCOL.md. */
#define _GNU_SOURCE
#include "launcher.h"
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation { SOCKET = 1, CLOSE, BIND, CONNECT, LISTEN, ACCEPT, NAME, PEER, SET_OPTION, GET_OPTION, SHUTDOWN, SEND, RECEIVE, POLL, QUERY, FOR, INTO };
enum { SOCKETS_MAX = 65536, OPTION_MAX = 4096, NEWS_MAX = 128, STREAK = 4 };

enum { HUSHED = EPOLLOUT | EPOLLRDHUP, ALL = HUSHED | EPOLLIN | EPOLLPRI };
struct answer {
	int64_t result;
	uint32_t flags;
	uint32_t length;
};
static bool ours[SOCKETS_MAX];
/* How often in a row it had something to receive; from STREAK on more of that is no news. */
static unsigned char streak[SOCKETS_MAX];
static int64_t answered;
static unsigned char in[NAME_MAX_BYTES + CONTROL_MAX + DATA_MAX];
unsigned char out[8 + NAME_MAX_BYTES + CONTROL_MAX + DATA_MAX];
static int calls, answers, news, watcher, loopback;

static void read_all(void *to, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t got = read(calls, (char *)to + done, length - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(FAILED);
		done += (size_t)got;
	}
}

void answer(int64_t result, uint32_t flags, size_t length)
{
	struct answer header = {result, flags, (uint32_t)length};
	answered = result;
	struct iovec parts[2] = {{&header, sizeof header}, {out, length}};
	for (int at = 0; at < 2;) {
		ssize_t put = writev(answers, parts + at, 2 - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			_exit(FAILED);
		size_t left = (size_t)put;
		while (at < 2 && left >= parts[at].iov_len)
			left -= parts[at++].iov_len;
		if (at < 2) {
			parts[at].iov_base = (char *)parts[at].iov_base + left;
			parts[at].iov_len -= left;
		}
	}
}

static bool watch(int fd, int how, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLET, .data = {.fd = fd}};
	return epoll_ctl(watcher, how, fd, &event) == 0;
}

/* Takes care of a new socket: nothing of it ever waits, and what happens to it is told. */
static int64_t adopt(int fd)
{
	if (fd < 0)
		return -errno;
	if (fd >= SOCKETS_MAX || !watch(fd, EPOLL_CTL_ADD, ALL)) {
		close(fd);
		return -EMFILE;
	}
	ours[fd] = true;
	streak[fd] = 0;
	return fd;
}

static int64_t make_socket(const struct call *call)
{
	int type = call->b | SOCK_NONBLOCK | SOCK_CLOEXEC;
	if (call->socket != 0)
		return adopt(socket(call->a, type, call->c));
	if (loopback < 0)
		return -EAFNOSUPPORT;
	int fd = loopback_socket(loopback, call->a, type, call->c);
	return fd < 0 ? fd : adopt(fd);
}

static int64_t result_of(long result)
{
	return result < 0 ? -errno : result;
}

static void send_bytes(const struct call *call)
{
	size_t name = (size_t)call->b, control = (size_t)call->c;
	if (call->b < 0 || call->c < 0 || name > NAME_MAX_BYTES || control > CONTROL_MAX || name + control > call->length)
		return answer(-EINVAL, 0, 0);
	struct iovec part = {in + name + control, call->length - name - control};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	message.msg_name = name == 0 ? NULL : in;
	message.msg_namelen = (socklen_t)name;
	message.msg_control = control == 0 ? NULL : in + name;
	message.msg_controllen = control;
	answer(result_of(sendmsg(call->socket, &message, call->a | MSG_DONTWAIT | MSG_NOSIGNAL)), 0, 0);
}

static void give_name(const struct call *call)
{
	socklen_t length = NAME_MAX_BYTES;
	struct sockaddr *name = (struct sockaddr *)(void *)out;
	long result = call->operation == NAME ? getsockname(call->socket, name, &length) : getpeername(call->socket, name, &length);
	answer(result_of(result), 0, result < 0 ? 0 : length);
}

static void accept_one(const struct call *call)
{
	socklen_t length = NAME_MAX_BYTES;
	int fd = accept4(call->socket, (struct sockaddr *)(void *)out, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int64_t result = adopt(fd);
	answer(result, 0, result < 0 ? 0 : length);
}

static void get_option(const struct call *call)
{
	socklen_t length = call->c < 0 || call->c > OPTION_MAX ? OPTION_MAX : (socklen_t)call->c;
	memset(out, 0, length);
	long result = getsockopt(call->socket, call->a, call->b, out, &length);
	answer(result_of(result), 0, result < 0 ? 0 : length);
}

static void query(const struct call *call)
{
	int value = 0;
	long result = ioctl(call->socket, (unsigned long)(unsigned)call->a, &value);
	memcpy(out, &value, sizeof value);
	answer(result_of(result), 0, result < 0 ? 0 : sizeof value);
}

static void close_one(int fd)
{
	ours[fd] = false;
	close(fd);
	answer(0, 0, 0);
}

static void obey_call(const struct call *call)
{
	const struct sockaddr *name = (const struct sockaddr *)(const void *)in;
	if (call->operation == SOCKET)
		return answer(make_socket(call), 0, 0);
	if (call->operation == FOR)
		return receive_for(call);
	if (call->socket < 0 || call->socket >= SOCKETS_MAX || !ours[call->socket])
		return answer(-EBADF, 0, 0);
	struct pollfd state = {call->socket, POLLIN | POLLPRI | POLLOUT | POLLRDHUP, 0};
	switch ((enum operation)call->operation) {
	case CLOSE:
		return close_one(call->socket);
	case BIND:
		return answer(result_of(bind(call->socket, name, call->length)), 0, 0);
	case CONNECT:
		return answer(result_of(connect(call->socket, name, call->length)), 0, 0);
	case LISTEN:
		return answer(result_of(listen(call->socket, call->a)), 0, 0);
	case ACCEPT:
		return accept_one(call);
	case NAME:
	case PEER:
		return give_name(call);
	case SET_OPTION:
		return answer(result_of(setsockopt(call->socket, call->a, call->b, in, call->length)), 0, 0);
	case GET_OPTION:
		return get_option(call);
	case SHUTDOWN:
		return answer(result_of(shutdown(call->socket, call->a)), 0, 0);
	case SEND:
		return send_bytes(call);
	case RECEIVE:
		return receive_bytes(call);
	case POLL:
		return answer(poll(&state, 1, 0) < 0 ? -errno : state.revents, 0, 0);
	case QUERY:
		return query(call);
	case INTO:
		return receive_into(call, in);
	case SOCKET:
	case FOR:
		break;
	}
	answer(-ENOSYS, 0, 0);
}

/*
 * Where bytes come faster than they are fetched, each packet would be news that nobody waits for. Whoever finds nothing there, or asks anything
 * else, is told again from then on; and at once, if something has come meanwhile.
 */
static void hush(int fd, bool received)
{
	if (received && streak[fd] < STREAK && ++streak[fd] == STREAK)
		watch(fd, EPOLL_CTL_MOD, HUSHED);
	else if (!received && streak[fd] == STREAK)
		watch(fd, EPOLL_CTL_MOD, ALL);
	if (!received)
		streak[fd] = 0;
}

/* Tells which sockets something happened to, in frames on `request`; ends all when the controller is gone. */
static void *tell_news(void *unused)
{
	struct epoll_event events[NEWS_MAX];
	struct {
		uint32_t length, channel, seq;
		int32_t sockets[NEWS_MAX];
	} frame = {0, NETWORK_CHANNEL, 0, {0}};
	for (;;) {
		int count = epoll_wait(watcher, events, NEWS_MAX, -1);
		if (count < 0 && errno != EINTR)
			_exit(FAILED);
		uint32_t told = 0;
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == STDIN_FILENO)
				_exit(0);
			frame.sockets[told++] = events[i].data.fd;
		}
		if (told == 0)
			continue;
		frame.length = (uint32_t)(FRAME_HEADER - sizeof frame.length + told * sizeof *frame.sockets);
		while (write(news, &frame, frame.length + sizeof frame.length) < 0 && errno == EINTR)
			;
	}
	return unused;
}

static int open_fifo(const char *folder, const char *name, bool make)
{
	char path[4096];
	if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path || (make && mkfifo(path, 0600) != 0))
		die("cannot make %s in %s: %s", name, folder, strerror(errno));
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		die("cannot open %s: %s", path, strerror(errno));
	return fd;
}

int run_network(const char *folder, const char *launcher)
{
	pthread_t thread;
	cpu_set_t where;
	struct rlimit files;
	struct epoll_event end = {.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = STDIN_FILENO}};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid(); /* keys pressed at the terminal are the controller's */
	signal(SIGPIPE, SIG_IGN);
	close_others();
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	loopback = loopback_start();
	calls = open_fifo(folder, "network.call", true);
	answers = open_fifo(folder, "network.answer", true);
	news = open_fifo(folder, "request", false);
	fcntl(answers, F_SETPIPE_SZ, DATA_MAX); /* as much as we may have */
	fcntl(calls, F_SETPIPE_SZ, DATA_MAX);
	watcher = epoll_create1(EPOLL_CLOEXEC);
	if (watcher < 0 || epoll_ctl(watcher, EPOLL_CTL_ADD, STDIN_FILENO, &end) != 0)
		die("cannot watch sockets: %s", strerror(errno));
	confine_process();
	confine_capabilities();
	prctl(PR_SET_DUMPABLE, 0);
	if (pthread_create(&thread, NULL, tell_news, NULL) != 0)
		die("cannot start a thread: %s", strerror(errno));
	/* This thread and the controller's take turns. Only a matter of speed. */
	if (sched_getaffinity((pid_t)atoi(launcher), sizeof where, &where) == 0)
		sched_setaffinity(0, sizeof where, &where);
	dprintf(STDOUT_FILENO, "ready\nloopback=%s\n", loopback < 0 ? "no" : "yes");
	for (;;) {
		struct call call;
		read_all(&call, sizeof call);
		if (call.length > sizeof in)
			return FAILED;
		read_all(in, call.length);
		/* Before the question is answered: what comes after it is news. */
		bool receiving = call.operation == RECEIVE || call.operation == INTO, known = call.socket >= 0 && call.socket < SOCKETS_MAX && ours[call.socket];
		if (known && !receiving)
			hush(call.socket, false);
		obey_call(&call);
		if (known && receiving)
			hush(call.socket, answered > 0);
	}
}
