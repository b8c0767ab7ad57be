/* Receiving: into an answer, or straight into the memory of the guest process that waits for the bytes. */
#define _GNU_SOURCE
#include "network.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECE = 256 << 10 }; /* little enough to stay in a processor's cache between the socket and the guest */

struct head {
	uint32_t name, control; /* lengths of what stands before the data */
};

static pid_t guest;
static int guest_fd = -1;

void receive_bytes(const struct call *call)
{
	if (call->b < 0 || call->b > DATA_MAX || call->c < 0 || call->c > CONTROL_MAX)
		return answer(-EINVAL, 0, 0);
	struct head head;
	unsigned char name[NAME_MAX_BYTES], control[CONTROL_MAX];
	/* The data goes to where it lies when name and control are empty, which is nearly always. */
	unsigned char *data = out + sizeof head;
	struct iovec part = {data, (size_t)call->b};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = name, .msg_namelen = sizeof name};
	message.msg_control = call->c == 0 ? NULL : control;
	message.msg_controllen = (size_t)call->c;
	ssize_t got = recvmsg(call->socket, &message, call->a | MSG_DONTWAIT);
	if (got < 0)
		return answer(-errno, 0, 0);
	size_t length = got > call->b ? (size_t)call->b : (size_t)got;
	head.name = message.msg_namelen > sizeof name ? sizeof name : message.msg_namelen;
	head.control = call->c == 0 ? 0 : (uint32_t)message.msg_controllen;
	if (head.name + head.control > 0)
		memmove(data + head.name + head.control, data, length);
	memcpy(out, &head, sizeof head);
	memcpy(data, name, head.name);
	memcpy(data + head.name, control, head.control);
	answer(got, (uint32_t)message.msg_flags, sizeof head + head.name + head.control + length);
}

void receive_for(const struct call *call)
{
	if (guest_fd >= 0)
		close(guest_fd);
	guest = call->a;
	guest_fd = (int)syscall(SYS_pidfd_open, guest, 0);
	answer(guest_fd < 0 ? -errno : 0, 0, 0);
}

/*
 * Whether all of it is there now. The process waits for our answer, and its number is nobody else's before it has ended, was waited for, and all
 * other numbers were given out: not between these two calls. Unlike /proc/PID/mem this goes over no page that is read-only.
 */
static bool put(uint64_t address, const void *bytes, size_t length)
{
	struct pollfd ended = {guest_fd, POLLIN, 0};
	struct iovec from = {(void *)(uintptr_t)bytes, length}, to = {(void *)(uintptr_t)address, length};
	return guest_fd >= 0 && poll(&ended, 1, 0) == 0 && process_vm_writev(guest, &from, 1, &to, 1, 0) == (ssize_t)length;
}

/* The answer has the bytes that could not be put there: the last ones, or none. */
void receive_into(const struct call *call, const unsigned char *in)
{
	uint64_t address;
	if (call->length != sizeof address || call->b < 0)
		return answer(-EINVAL, 0, 0);
	memcpy(&address, in, sizeof address);
	size_t done = 0, wanted = (size_t)call->b;
	for (int more = 1; more > 0;) {
		size_t piece = wanted - done < PIECE ? wanted - done : PIECE;
		ssize_t got = recv(call->socket, out, piece, MSG_DONTWAIT);
		if (got < 0)
			return answer(done > 0 ? (int64_t)done : -errno, 0, 0);
		bool there = got == 0 || put(address + done, out, (size_t)got);
		done += (size_t)got;
		if (!there)
			return answer((int64_t)done, 0, (size_t)got);
		/* Only what is there already: an error that a further recv took away would be told to nobody. */
		if ((size_t)got < piece || done == wanted || ioctl(call->socket, FIONREAD, &more) != 0)
			break;
	}
	answer((int64_t)done, 0, 0);
}
