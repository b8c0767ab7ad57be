/*
 * Keeps the first guest process on the controller's processor while it makes many calls: they take turns, and waking an
 * idle processor costs several times the call. While it computes, and in all other tasks, it is free to go anywhere.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <sched.h>
#include <sys/syscall.h>

enum { BUSY = 100 }; /* calls in one tick that are worth it: where a call costs 60 us and not 15, a fifth of the tick */

static bool on, pinned;
static cpu_set_t anywhere, one;
static uint32_t calls_before;

/* Pins the controller's thread. Only a matter of speed, so it is not an error when it cannot be done. */
bool near_prepare(pid_t thread)
{
	int processor = sched_getcpu();
	if (thread == 0 || processor < 0 || sched_getaffinity(0, sizeof anywhere, &anywhere) != 0 || CPU_COUNT(&anywhere) < 2)
		return false;
	CPU_ZERO(&one);
	CPU_SET((size_t)processor, &one);
	on = sched_setaffinity(thread, sizeof one, &one) == 0;
	return on;
}

void near_pin(pid_t first, bool pin)
{
	if (on && pin != pinned && sched_setaffinity(first, sizeof one, pin ? &one : &anywhere) == 0)
		pinned = pin;
}

/* How often the supervisor is to call near_tick; NULL: never. */
const struct timespec *near_interval(void)
{
	static const struct timespec interval = {0, 25000000};
	return on ? &interval : NULL;
}

void near_tick(pid_t first)
{
	uint32_t calls = *calls_made - calls_before;
	calls_before += calls;
	near_pin(first, calls >= BUSY);
}

/* In a guest task that was born of a pinned one. Async-signal-safe. */
void near_release(void)
{
	if (on)
		raw(__NR_sched_setaffinity, 0, sizeof anywhere, &anywhere);
}
