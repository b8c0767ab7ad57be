/* Obeys the controller's commands on a task's reply channel, up to the result of its call. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

enum { WHOLE = 0, WENT_AWAY = 1, PAGE = 4096 };

static void read_memory(uintptr_t from, size_t length);
static void read_string(uintptr_t from, size_t max);
static bool write_memory(uintptr_t to, size_t length);
static void pending_signal(uint64_t mask, bool takes);
static void fill(void);
static void take(void *to, size_t length);
static uint64_t take64(void);

long obey(void)
{
	bool fault = false;
	for (;;) {
		unsigned char command;
		take(&command, 1);
		switch (command) {
		case 'R': {
			uintptr_t from = take64();
			read_memory(from, take64());
			break;
		}
		case 'Z': {
			uintptr_t from = take64();
			read_string(from, take64());
			break;
		}
		case 'W': {
			uintptr_t to = take64();
			fault |= !write_memory(to, take64());
			break;
		}
		case 'S': {
			uint64_t mask = take64();
			unsigned char takes;
			take(&takes, 1);
			pending_signal(mask, takes);
			break;
		}
		case 'T': {
			int64_t wait = (int64_t)take64();
			self.timed = wait >= 0;
			self.left = (struct timespec){wait / 1000000000, wait % 1000000000};
			break;
		}
		case 'C': {
			uint64_t length = take64();
			if (length > TIMES_MAX)
				quit(FAILED);
			self.times_at = self.times_end = 0;
			self.times_over = 0;
			take(self.times, length);
			self.times_end = (uint32_t)length;
			break;
		}
		case 'X': {
			int32_t status;
			take(&status, sizeof status);
			quit(status);
		}
		case 'i': {
			long result = (long)take64();
			return fault ? -EFAULT : result;
		}
		default: /* not a controller of our protocol */
			quit(FAILED);
		}
	}
}

static void take(void *to, size_t length)
{
	unsigned char *next = to;
	while (length > 0) {
		if (self.in_at == self.in_end)
			fill();
		size_t part = self.in_end - self.in_at;
		if (part > length)
			part = length;
		memcpy(next, self.in + self.in_at, part);
		self.in_at += (uint32_t)part;
		next += part;
		length -= part;
	}
}

static uint64_t take64(void)
{
	uint64_t value;
	take(&value, sizeof value);
	return value;
}

/* The kernel counts `left` down, so a signal in between does not make the wait longer. */
static void wait_for_command(void)
{
	struct pollfd reply = {reply_fd(self.channel), POLLIN, 0};
	long ready;
	do
		ready = raw(__NR_ppoll, &reply, 1, &self.left, NULL, 0);
	while (ready == -EINTR);
	if (ready == 0) {
		self.timed = false;
		send_simple("timeout()v");
	}
}

/* Ends the process when the controller and the supervisor are gone: then the FIFO is at its end. */
static void fill(void)
{
	long got;
	if (self.timed)
		wait_for_command();
	do
		got = raw(__NR_read, reply_fd(self.channel), self.in, sizeof self.in);
	while (got == -EINTR);
	if (got <= 0)
		quit(FAILED);
	self.in_at = 0;
	self.in_end = (uint32_t)got;
}

static void send_bytes(const void *from, size_t length, unsigned char *last)
{
	const unsigned char *next = from;
	while (length > 0) {
		long sent = raw(__NR_write, data_fd(self.channel), next, length);
		if (sent == -EINTR)
			continue;
		if (sent == -EFAULT && last && *last == WHOLE) { /* another thread unmapped it: keep to the length, and tell */
			*last = WENT_AWAY;
			memset(self.out, 0, sizeof self.out);
		} else if (sent <= 0) {
			quit(FAILED);
		} else {
			next += sent;
			length -= (size_t)sent;
		}
		while (last && *last == WENT_AWAY && length > 0) {
			size_t part = length < sizeof self.out ? length : sizeof self.out;
			send_bytes(self.out, part, NULL);
			length -= part;
		}
	}
}

/* Length, bytes, and a last byte that says they are right. The call's frame was sent, so `out` is free. */
static void send_answer(int64_t length, uintptr_t from)
{
	unsigned char last = WHOLE;
	memcpy(self.out, &length, sizeof length);
	if (length <= 0) {
		send_bytes(self.out, sizeof length, NULL);
	} else if (length <= FRAME_MAX - 9 && guest_copy(self.out + sizeof length, (const void *)from, (size_t)length) == 0) {
		self.out[sizeof length + (size_t)length] = WHOLE;
		send_bytes(self.out, sizeof length + (size_t)length + 1, NULL);
	} else {
		memcpy(self.out, &length, sizeof length);
		send_bytes(self.out, sizeof length, NULL);
		send_bytes((const void *)from, (size_t)length, &last);
		send_bytes(&last, 1, NULL);
	}
}

static void read_memory(uintptr_t from, size_t length)
{
	size_t good = 0;
	while (good < length) {
		unsigned char probe;
		size_t part = PAGE - (from + good) % PAGE;
		if (from + good < from || guest_copy(&probe, (const void *)(from + good), 1) != 0)
			break;
		good += part < length - good ? part : length - good;
	}
	send_answer((int64_t)good, from);
}

static void read_string(uintptr_t from, size_t max)
{
	size_t length = 0;
	for (;;) {
		size_t part = max - length < sizeof self.out ? max - length : sizeof self.out;
		long got = guest_string((char *)self.out, (const char *)(from + length), part);
		if (got < 0) {
			send_answer(-1, from);
			return;
		}
		length += (size_t)got;
		if ((size_t)got < part || length == max)
			break;
	}
	send_answer((int64_t)length, from);
}

/* Whether all could be written. Where not, the rest is taken off the channel all the same. */
static bool write_memory(uintptr_t to, size_t length)
{
	bool good = true;
	while (length > 0) {
		size_t part = self.in_end - self.in_at;
		long got;
		if (part > 0) {
			got = (long)(part < length ? part : length);
			if (good && guest_copy((void *)to, self.in + self.in_at, (size_t)got) != 0)
				good = false;
			self.in_at += (uint32_t)got;
		} else if (good) {
			got = raw(__NR_read, reply_fd(self.channel), to, length);
			if (got == -EINTR)
				continue;
			if (got == -EFAULT) { /* nothing was taken off the pipe */
				good = false;
				continue;
			}
			if (got <= 0)
				quit(FAILED);
		} else {
			fill();
			continue;
		}
		to += (size_t)got;
		length -= (size_t)got;
	}
	return good;
}

/* For signalfd: who reads it takes the signal, and only we can, for the signals are the machine's. */
static void pending_signal(uint64_t mask, bool takes)
{
	static const struct timespec now = {0, 0};
	siginfo_t info;
	uint64_t pending = 0;
	long signal = 0;
	memset(&info, 0, sizeof info);
	if (takes) {
		signal = raw(__NR_rt_sigtimedwait, &mask, &info, &now, sizeof mask);
		siginfo_receive(&info);
	} else if (raw(__NR_rt_sigpending, &pending, sizeof pending) == 0 && (pending & mask)) {
		signal = info.si_signo = __builtin_ctzll(pending & mask) + 1;
	}
	send_answer(signal > 0 ? (int64_t)sizeof info : 0, (uintptr_t)&info);
}
