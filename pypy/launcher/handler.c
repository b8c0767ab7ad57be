/* The SIGSYS handler: where each trapped system call of the guest arrives. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"
#include "arch.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

enum { SYS_SECCOMP_CODE = 1 }; /* si_code of SECCOMP_RET_TRAP */

static long answer(ucontext_t *context, long nr, const long *a);
static long forward(long nr, const long *arguments);
static void end_thread(long status) __attribute__((noreturn));

static void on_sigsys(int signal, siginfo_t *info, void *context_of_guest)
{
	ucontext_t *context = context_of_guest;
	(void)signal;
	if (info->si_code != SYS_SECCOMP_CODE)
		return; /* sent by kill(2) */
	if (self.in_call)
		quit(FAILED); /* our own call was trapped: the filter and the handler disagree */
	self.in_call = 1;
	*calls_made += 1;
	if (!self.first && !self.released) {
		self.released = true;
		near_release();
	}
	long nr = info->si_syscall;
	long arguments[6];
	read_arguments(context, arguments);
	long result = answer(context, nr, arguments);
	bool again = result == -ERESTARTNOINTR || (result == -ERESTARTSYS && noted_restarts());
	if (again)
		make_again(context, nr);
	else
		RESULT(context) = (__typeof__(RESULT(context)))(result == -ERESTARTSYS ? -EINTR : result);
	self.in_call = 0;
	/* A handler may leave by a jump: what is noted then waits for the next call. */
	if (self.sent)
		deliver(context, &self.sent, &self.sent_info);
	if (self.noted)
		deliver(context, &self.noted, &self.noted_info);
	self.masked = false;
}

void handler_install(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_sigsys;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	if (sigaction(SIGSYS, &action, NULL) != 0)
		die("cannot handle SIGSYS; please report it");
}

static long answer(ucontext_t *context, long nr, const long *a)
{
	switch (nr) {
	case __NR_rt_sigprocmask:
		return do_sigprocmask(context, a);
	case __NR_rt_sigaction:
		return do_sigaction(a);
	case __NR_rt_sigsuspend:
		return do_sigsuspend(a);
	case __NR_rt_sigtimedwait:
		return do_sigtimedwait(context, a);
	case __NR_ppoll:
		return with_mask(context, a[3], a[4], nr, a);
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
		return with_mask(context, a[4], a[5], nr, a);
	case __NR_pselect6: {
		long pair[2] = {0, 0};
		if (a[5] != 0 && guest_copy(pair, (const void *)a[5], sizeof pair) != 0)
			return -EFAULT;
		return with_mask(context, pair[0], pair[1], nr, a);
	}
	case __NR_mmap:
		return do_map(a);
	case __NR_mremap:
		return do_remap(a);
	case __NR_munmap:
		return do_unmap(a);
	case __NR_clone: /* of a thread the filter lets through, when its flags are a thread's */
		return a[0] & (CLONE_THREAD | CLONE_SETTLS) ? -EINVAL : do_fork(context, a[0], a[1], a[2], a[3 + CHILD_TID_SHIFT]);
#ifdef __NR_fork
	case __NR_fork:
		return do_fork(context, SIGCHLD, 0, 0, 0);
	case __NR_vfork:
		return do_fork(context, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0);
#endif
	case __NR_execve:
	case __NR_execveat:
		return do_execve(context, nr, a);
	case __NR_getpid:
		return own_process();
	case __NR_gettid:
		return own_thread();
	case __NR_kill:
	case __NR_tkill:
	case __NR_tgkill:
		return do_send(context, nr, a);
	case __NR_sched_setaffinity:
		return do_affinity(a);
	case __NR_exit:
		end_thread(a[0]);
	case __NR_exit_group:
		forward(nr, a);
		quit((int)a[0]);
	case TIMES_NR:
		return clocks_mode == CLOCKS_OWN ? forward(nr, a) : send_times();
	default:
		return forward(nr, a);
	}
}

static long forward(long nr, const long *arguments)
{
	const char *signature = signature_of(nr);
	if (signature)
		return call(signature, arguments);
	char name[40] = "syscall_";
	char digits[20];
	size_t count = 0, at = strlen(name);
	do
		digits[count++] = (char)('0' + nr % 10);
	while ((nr /= 10) > 0);
	while (count > 0)
		name[at++] = digits[--count];
	memcpy(name + at, "(iiiiii)i", sizeof "(iiiiii)i");
	return call(name, arguments);
}

static void end_thread(long status)
{
	if (self.attached) {
		send_simple("detach()v");
		__atomic_store_n(channel_owner + self.channel, 0, __ATOMIC_RELEASE);
	}
	for (;;)
		raw(__NR_exit, status);
}
