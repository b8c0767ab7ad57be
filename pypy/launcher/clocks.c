/*
 * The times that the guest reads. They come from the vDSO, without a system call, so nobody outside would know them, and a run could not
 * be played again. With `--clocks note` each one is noted, and what was noted goes with the task's next frame; with `--clocks give` the
 * guest gets the times that the controller gives, and no others. The functions here win over the C library's, as the launcher's names come
 * first: these four are all that it exports. What the guest notes it could forge: then its own record does not come to the same again.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* Which clock a time is of: below this clockid_t, and then the other three functions. */
enum { CLOCKS = 12, OF_DAY = 12, SECONDS = 13, PROCESSOR = 14, LONGEST = 11 /* a byte and a varint of 64 bits */ };

enum clocks clocks_mode;

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_of_day)(struct timeval *, void *);
static time_t (*real_time)(time_t *);
static clock_t (*real_clock)(void);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int clock_gettime(clockid_t clock, struct timespec *to);
EXPORTED int gettimeofday(struct timeval *restrict to, void *restrict zone);
EXPORTED time_t time(time_t *to);
EXPORTED clock_t clock(void);

__attribute__((constructor)) static void find_real(void)
{
	*(void **)&real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	*(void **)&real_of_day = dlsym(RTLD_NEXT, "gettimeofday");
	*(void **)&real_time = dlsym(RTLD_NEXT, "time");
	*(void **)&real_clock = dlsym(RTLD_NEXT, "clock");
}

/* How much later than the last one of that clock, zigzag, seven bits a byte. */
static void note(unsigned which, int64_t value)
{
	if (self.times_end + LONGEST > TIMES_MAX)
		syscall(TIMES_NR);
	int64_t later = (int64_t)((uint64_t)value - (uint64_t)self.last_time[which]);
	uint64_t rest = ((uint64_t)later << 1) ^ (uint64_t)(later >> 63);
	self.last_time[which] = value;
	self.times[self.times_end++] = (unsigned char)which;
	for (; rest > 127; rest >>= 7)
		self.times[self.times_end++] = (unsigned char)(rest | 128);
	self.times[self.times_end++] = (unsigned char)rest;
}

/* False: the record has none for this clock here. */
static bool given(unsigned which, int64_t *value)
{
	uint64_t rest = 0;
	unsigned shift = 0;
	if (self.times_at == self.times_end)
		syscall(TIMES_NR);
	if (self.times_at == self.times_end || self.times[self.times_at] != which)
		return false;
	unsigned at = self.times_at + 1;
	while (at < self.times_end && self.times[at] > 127 && shift < 63) {
		rest |= (uint64_t)(self.times[at++] & 127) << shift;
		shift += 7;
	}
	if (at == self.times_end)
		return false;
	rest |= (uint64_t)self.times[at++] << shift;
	self.times_at = at;
	int64_t later = (int64_t)(rest >> 1) ^ -(int64_t)(rest & 1);
	*value = self.last_time[which] = (int64_t)((uint64_t)self.last_time[which] + (uint64_t)later);
	return true;
}

/* Whether `value` is what the guest is to see; else it is what the machine says. Where it asks more often than in the run, time goes on a little. */
static bool instead(unsigned which, int64_t *value)
{
	if (clocks_mode != CLOCKS_GIVE)
		return false;
	if (given(which, value))
		return true;
	if (self.last_time[which] == 0)
		return false;
	self.times_over += which != SECONDS;
	*value = self.last_time[which] + self.times_over * (which < CLOCKS ? 1000 : 1);
	return true;
}

int clock_gettime(clockid_t clock, struct timespec *to)
{
	int64_t value;
	bool known = clock >= 0 && clock < CLOCKS;
	if (known && instead((unsigned)clock, &value)) {
		*to = (struct timespec){value / 1000000000, value % 1000000000};
		return 0;
	}
	int result = real_gettime ? real_gettime(clock, to) : (int)syscall(__NR_clock_gettime, clock, to);
	if (clocks_mode == CLOCKS_NOTE && known && result == 0)
		note((unsigned)clock, to->tv_sec * 1000000000 + to->tv_nsec);
	return result;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone)
{
	int64_t value;
	if (instead(OF_DAY, &value)) {
		*to = (struct timeval){value / 1000000, value % 1000000};
		if (zone)
			memset(zone, 0, sizeof(struct timezone));
		return 0;
	}
	int result = real_of_day ? real_of_day(to, zone) : (int)syscall(__NR_gettimeofday, to, zone);
	if (clocks_mode == CLOCKS_NOTE && result == 0)
		note(OF_DAY, to->tv_sec * 1000000 + to->tv_usec);
	return result;
}

time_t time(time_t *to)
{
	int64_t value;
	if (!instead(SECONDS, &value)) {
		struct timeval now = {0, 0};
		value = real_time ? real_time(NULL) : (syscall(__NR_gettimeofday, &now, NULL), now.tv_sec);
		if (clocks_mode == CLOCKS_NOTE)
			note(SECONDS, value);
	}
	if (to)
		*to = value;
	return value;
}

clock_t clock(void)
{
	int64_t value;
	if (instead(PROCESSOR, &value))
		return value;
	value = real_clock ? real_clock() : -1;
	if (clocks_mode == CLOCKS_NOTE)
		note(PROCESSOR, value);
	return value;
}
