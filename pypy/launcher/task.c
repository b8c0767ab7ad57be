/* One guest thread's end of its channel: packs calls into frames and sends them. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>

__thread struct task self;
pid_t guest_pid, supervisor_pid;

enum { STRING_UNREADABLE = -1, STRING_TOO_LONG = -2, ROOM_FOR_REST = 128 };

static void send_frame(unsigned char *frame, size_t size);
static size_t pack(unsigned char *frame, const char *signature, const long *arguments);
static size_t add_times(size_t size);

long call(const char *signature, const long *arguments)
{
	if (!self.attached)
		attach(self.first ? 0 : 1);
	self.seq++;
	self.told = 0;
	self.timed = false;
	send_frame(self.out, add_times(pack(self.out, signature, arguments)));
	self.waiting = 1;
	if (self.noted && !self.told) {
		self.told = 1;
		send_simple("interrupted()v");
	}
	long result = obey();
	self.waiting = 0;
	return result;
}

/* Has a buffer of its own: it is also called by the signal handler, whenever that comes. */
void send_simple(const char *signature)
{
	unsigned char frame[64];
	send_frame(frame, pack(frame, signature, (const long[6]){0}));
}

long send_times(void)
{
	static const long none[6];
	if (clocks_mode == CLOCKS_GIVE)
		return call("times()i", none);
	if (!self.attached)
		attach(self.first ? 0 : 1); /* they go with that */
	else
		send_frame(self.out, add_times(pack(self.out, "times()v", none)));
	return 0;
}

void attach(int how)
{
	if (how < 2)
		self.channel = claim_channel();
	channel_owner[self.channel] = guest_pid;
	self.attached = true;
	self.seq = 0;
	self.in_at = self.in_end = 0;
	long arguments[6] = {guest_pid, raw(__NR_gettid), how};
	long number = call("attach(iii)i", arguments);
	if (number <= 0)
		quit(FAILED);
	guest_number = (int32_t)number;
}

uint32_t claim_channel(void)
{
	for (;;) {
		for (uint32_t i = 0; i < channel_count; i++) {
			int32_t unowned = 0;
			if (__atomic_compare_exchange_n(channel_owner + i, &unowned, CHANNEL_CLAIMED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
				return i;
		}
		uint32_t word = 0;
		struct timespec pause = {0, 10000000};
		raw(__NR_futex, &word, FUTEX_WAIT_PRIVATE, 0, &pause);
	}
}

void quit(int status)
{
	for (;;)
		raw(__NR_exit_group, status);
}

static unsigned char *put32(unsigned char *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
	return at + sizeof value;
}

static unsigned char *put64(unsigned char *at, long value)
{
	memcpy(at, &value, sizeof value);
	return at + sizeof value;
}

/* A pipe takes a frame whole or not at all, so there is nothing to go on with after EINTR but to try again. */
static void send_frame(unsigned char *frame, size_t size)
{
	put32(put32(put32(frame, (uint32_t)size - 4), self.channel), self.seq);
	long sent;
	do
		sent = raw(__NR_write, REQUEST_FD, frame, size);
	while (sent == -EINTR);
	if (sent != (long)size)
		quit(FAILED);
}

/* The frame's size. Room is left for the arguments behind a string or buffer, which are at most five. */
static size_t pack(unsigned char *frame, const char *signature, const long *arguments)
{
	unsigned char *at = frame + FRAME_HEADER, *end = frame + FRAME_MAX - ROOM_FOR_REST - self.times_end;
	size_t name = strlen(signature);
	*at++ = (unsigned char)name;
	memcpy(at, signature, name);
	at += name;
	for (const char *type = strchr(signature, '(') + 1; *type != ')'; type++) {
		long value = *arguments++;
		at = put64(at, value);
		if (*type == 's') {
			size_t room = end > at ? (size_t)(end - at) : 0;
			long length = guest_string((char *)at + 4, (const char *)value, room);
			if (length == (long)room)
				length = STRING_TOO_LONG;
			at = put32(at, (uint32_t)length);
			at += length > 0 ? length : 0;
		} else if (*type == 'b') {
			size_t size = (size_t)*arguments++;
			at = put64(at, (long)size);
			if (size > (end > at ? (size_t)(end - at) : 0) || guest_copy(at + 4, (const void *)value, size) != 0)
				size = 0;
			at = put32(at, (uint32_t)size);
			at += size;
		}
	}
	return (size_t)(at - frame);
}

/* What was noted of clocks goes behind the arguments of a frame in `out`, for which `pack` has left room. */
static size_t add_times(size_t size)
{
	if (clocks_mode == CLOCKS_NOTE && self.times_end > 0) {
		memcpy(self.out + size, self.times, self.times_end);
		size += self.times_end;
		self.times_end = 0;
	}
	return size;
}
