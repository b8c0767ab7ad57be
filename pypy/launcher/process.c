/* fork: the controller agrees, then a plain native clone; the child goes on with a channel of its own. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"
#include "arch.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

int32_t made_ticket;

static void begin_child(uint32_t channel, long ticket)
{
	guest_pid = (pid_t)raw(__NR_getpid);
	self.channel = channel;
	self.noted = self.sent = 0;
	self.first = false;
	self.released = true;
	near_release();
	raw(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
	if (raw(__NR_getppid) != supervisor_pid)
		quit(FAILED);
	attach(1 + (int)ticket);
	if (guest_number != guest_pid && !numbered)
		quit(FAILED);
}

/*
 * CLONE_VM (vfork, posix_spawn) becomes a copy: two processes in one memory could not have two tasks. The stack that such a
 * caller names is put into the child's registers, and takes effect when the handler returns.
 */
long do_fork(ucontext_t *context, long flags, long stack, long parent_tid, long child_tid)
{
	long ticket = made_ticket > 0 ? made_ticket : call("fork(i)i", (const long[6]){flags});
	if (ticket < 0)
		return ticket;
	uint32_t channel = claim_channel();
	long kept = flags & (CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID);
	long tids[] = {0, 0};
	tids[CHILD_TID_SHIFT] = child_tid;
	long pid = raw(__NR_clone, kept | CLONE_PARENT | SIGCHLD, 0, parent_tid, tids[0], tids[1]);
	if (pid == 0) {
		begin_child(channel, ticket);
		if (stack != 0)
			SP(context) = (__typeof__(SP(context)))stack;
		return 0;
	}
	if (pid < 0)
		channel_owner[channel] = 0;
	if (made_ticket > 0)
		return pid;
	/* Where a living process goes by this number already (it took the number over by execve) the child gets another, if it can have one. */
	long told = call("forked(ii)i", (const long[6]){pid, ticket});
	if (pid > 0 && told != pid && !numbered)
		return -EAGAIN;
	return pid > 0 && told > 0 ? told : pid;
}
