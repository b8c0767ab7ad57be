/* A loopback of the guest's own: a process in a network namespace of its own makes sockets there and hands them over. unix(7) */
#define _GNU_SOURCE
#include "launcher.h"
#include "network.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	int family, type, protocol;
};

/* What carries one descriptor. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static bool raise_loopback(void)
{
	struct ifreq request;
	memset(&request, 0, sizeof request);
	strcpy(request.ifr_name, "lo");
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0)
		return false;
	request.ifr_flags |= IFF_UP;
	bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return up;
}

static void hand_over(int channel, int fd, int error)
{
	union control control = {.bytes = {0}};
	struct iovec part = {&error, sizeof error};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	while (sendmsg(channel, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* Its first message tells whether there is such a loopback: 0 or an errno. Ends when the other end is closed. */
static void make_sockets(int channel)
{
	struct request request;
	struct facts unused = {0};
	bool ready = namespace_of_network(&unused) && raise_loopback();
	int error = ready ? 0 : errno == 0 ? EPERM : errno;
	confine_process();
	confine_capabilities();
	prctl(PR_SET_DUMPABLE, 0);
	hand_over(channel, -1, error);
	while (ready) {
		ssize_t got = recv(channel, &request, sizeof request, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != (ssize_t)sizeof request)
			break;
		int fd = socket(request.family, request.type, request.protocol);
		hand_over(channel, fd, fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

/* The descriptor that was handed over, or -errno; for the first message, 0 or -errno. */
static int take_over(int channel, bool first)
{
	int error = EIO;
	union control control;
	struct iovec part = {&error, sizeof error};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	ssize_t got;
	do
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof error)
		return -EIO;
	if (error != 0 || first)
		return -error;
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -EIO;
	int fd;
	memcpy(&fd, CMSG_DATA(header), sizeof fd);
	return fd;
}

int loopback_start(void)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	pid_t parent = getpid(), child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		close(pair[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(FAILED);
		make_sockets(pair[1]);
	}
	close(pair[1]);
	int error = take_over(pair[0], true);
	if (error == 0)
		return pair[0];
	close(pair[0]);
	return error;
}

int loopback_socket(int channel, int family, int type, int protocol)
{
	struct request request = {family, type, protocol};
	if (send(channel, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
		return -EIO;
	return take_over(channel, false);
}
