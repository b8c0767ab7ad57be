/*
 * Keeps the first guest process on the controller's processor while it makes many calls: they take turns, and waking an
 * idle processor costs several times the call. While it computes, and in all other tasks, it is free to go anywhere.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>

enum { BUSY = 40 }; /* calls in one interval that are worth it: where a call costs 60 us and not 15, a fifth of it */

static bool on, pinned;
static bool chosen; /* the guest has said where it wants to be */
static cpu_set_t anywhere, one;
static uint32_t calls_before;

/* Pins this process, and so all that it starts. Only a matter of speed: it is not an error when it cannot be done. */
bool near_prepare(void)
{
	int processor = sched_getcpu();
	if (processor < 0 || sched_getaffinity(0, sizeof anywhere, &anywhere) != 0 || CPU_COUNT(&anywhere) < 2)
		return false;
	CPU_ZERO(&one);
	CPU_SET((size_t)processor, &one);
	on = pinned = sched_setaffinity(0, sizeof one, &one) == 0;
	return on;
}

/* The first guest process is about to make its calls. */
void near_begin(void)
{
	if (on)
		sched_setaffinity(0, sizeof one, &one);
}

/* How often the supervisor is to call near_tick; NULL: never. */
const struct timespec *near_interval(void)
{
	static const struct timespec interval = {0, 10000000};
	return on ? &interval : NULL;
}

void near_tick(pid_t first)
{
	if (*place_chosen)
		return;
	uint32_t calls = *calls_made - calls_before;
	bool busy = calls >= BUSY;
	calls_before += calls;
	if (busy != pinned && sched_setaffinity(first, sizeof one, busy ? &one : &anywhere) == 0)
		pinned = busy;
}

/* In a guest task that was born of a pinned one. Async-signal-safe. */
void near_release(void)
{
	if (on && !chosen)
		raw(__NR_sched_setaffinity, 0, sizeof anywhere, &anywhere);
}

/* sched_setaffinity, where the controller has agreed: only of the caller does it agree. From then on it stays there. */
long do_affinity(const long *a)
{
	long result = call("sched_setaffinity(iip)i", a);
	if (result != 0)
		return result;
	chosen = true;
	if (self.first)
		*place_chosen = 1;
	result = raw(__NR_sched_setaffinity, 0, a[1], a[2]);
	return result < 0 ? result : 0;
}

/* `launcher --near TID LAUNCHER`: brings a thread of the controller to where a launcher that runs has pinned itself. */
int near_join(const char *thread, const char *launcher)
{
	cpu_set_t where;
	if (sched_getaffinity((pid_t)atoi(launcher), sizeof where, &where) != 0)
		return FAILED;
	return sched_setaffinity((pid_t)atoi(thread), sizeof where, &where) == 0 ? 0 : FAILED;
}
