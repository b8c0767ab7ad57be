/* Signals of the guest: its handlers run between its calls, never inside of ours. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"
#include "arch.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000
#endif

enum { SIGNALS = 64, MASK_BYTES = 8 };

/* As the kernel has it, not as libc does. */
struct kernel_action {
	uintptr_t handler;
	unsigned long flags;
	uintptr_t restorer;
	uint64_t mask;
};

typedef void handler_function(int, siginfo_t *, void *);

static struct kernel_action guest_actions[SIGNALS + 1];
static volatile uint64_t handled; /* signals that have a guest handler */

static uint64_t bit(int signal)
{
	return 1ull << (signal - 1);
}

/* A trapped call while SIGSYS is blocked kills the process; so does a bad address of the guest while these are. */
static uint64_t never_blocked(void)
{
	return bit(SIGSYS) | bit(SIGSEGV) | bit(SIGBUS);
}

static uint64_t *mask_of(ucontext_t *context)
{
	return (uint64_t *)(void *)&context->uc_sigmask;
}

static void set_mask(uint64_t mask)
{
	mask &= ~never_blocked();
	raw(__NR_rt_sigprocmask, SIG_SETMASK, &mask, NULL, MASK_BYTES);
}

static void set_default(int signal)
{
	struct kernel_action action = {0, 0, 0, 0};
	raw(__NR_rt_sigaction, signal, &action, NULL, MASK_BYTES);
}

/* Other signals with a handler stay pending in the kernel until the call is over: so one place to note one is enough. */
static void note(int signal, const siginfo_t *info, ucontext_t *context)
{
	*mask_of(context) |= handled & ~never_blocked();
	if (self.noted)
		return;
	self.noted_info = *info;
	siginfo_receive(&self.noted_info);
	self.noted = signal;
	if (self.waiting && !self.told) {
		self.told = 1;
		send_simple("interrupted()v");
	}
}

static void run_handler(int signal, siginfo_t *info, ucontext_t *context)
{
	struct kernel_action action = guest_actions[signal];
	if (action.handler <= 1)
		return;
	if (action.flags & SA_RESETHAND) {
		guest_actions[signal].handler = 0;
		set_default(signal);
	}
	((handler_function *)action.handler)(signal, info, context);
}

/* For the time of its handler. */
static void block_for(int signal, uint64_t mask)
{
	const struct kernel_action *action = &guest_actions[signal];
	set_mask(mask | action->mask | (action->flags & SA_NODEFER ? 0 : bit(signal)));
}

/* It begins with everything blocked: of two signals that come at one time the second is not noted into the place of the first. */
static void on_signal(int signal, siginfo_t *info, void *context)
{
	if (self.in_call) {
		note(signal, info, context);
	} else {
		siginfo_receive(info);
		block_for(signal, *mask_of(context));
		run_handler(signal, info, context);
	}
}

/* Of a thread that waits natively for a signal: it is kept back, so that none comes between looking and waiting. */
static uint64_t keep_back(uint64_t mask)
{
	uint64_t kept = handled & ~mask & ~never_blocked();
	set_mask(mask | kept);
	return kept;
}

bool noted_restarts(void)
{
	return !self.noted || (guest_actions[self.noted].flags & SA_RESTART);
}

/* The guest's mask, which the handler sees in `context`, comes back when the SIGSYS handler returns. */
void deliver(ucontext_t *context, volatile sig_atomic_t *which, const siginfo_t *about)
{
	int signal = *which;
	siginfo_t info = *about;
	*which = 0;
	uint64_t waited = self.masked ? self.mask : *mask_of(context);
	self.masked = false;
	block_for(signal, waited);
	run_handler(signal, &info, context);
}

/* Stopping and going on are the controller's work, and faults have ways of their own. */
enum fate fate_of(const ucontext_t *context, int signal)
{
	const uint64_t elsewhere = never_blocked() | bit(SIGKILL) | bit(SIGSTOP) | bit(SIGCONT) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
	if (signal < 1 || signal > SIGNALS || (bit(signal) & (elsewhere | *(const uint64_t *)(const void *)&context->uc_sigmask)))
		return OTHER;
	uintptr_t handler = guest_actions[signal].handler;
	return handler == (uintptr_t)SIG_IGN ? IGNORED : handler == (uintptr_t)SIG_DFL ? OTHER : HANDLED;
}

/* SIGSEGV and SIGBUS: a bad address that the guest gave us, its own mistake, or sent. */
static void on_fault(int signal, siginfo_t *info, void *context_of_guest)
{
	ucontext_t *context = context_of_guest;
	uintptr_t at = (uintptr_t)PC(context);
	bool sent = info->si_code <= 0;
	if (!sent && at >= (uintptr_t)guest_copy_fault && at < (uintptr_t)guest_copy_end) {
		PC(context) = (__typeof__(PC(context)))(uintptr_t)guest_copy_end;
	} else if (!sent && at >= (uintptr_t)guest_string_fault && at < (uintptr_t)guest_string_store) {
		PC(context) = (__typeof__(PC(context)))(uintptr_t)guest_string_unreadable;
	} else if (guest_actions[signal].handler > 1 && self.in_call && sent) {
		note(signal, info, context);
	} else if (guest_actions[signal].handler > 1 && !self.in_call) {
		block_for(signal, *mask_of(context));
		siginfo_receive(info);
		run_handler(signal, info, context);
	} else if (!sent || guest_actions[signal].handler == 0) {
		set_default(SIGSEGV);
		set_default(signal); /* a real fault happens again on return, and ends the process */
		static volatile int *volatile nowhere;
		if (sent)
			*nowhere = 0;
	}
}

void signals_install(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
	if (sigaction(SIGSEGV, &action, NULL) != 0 || sigaction(SIGBUS, &action, NULL) != 0)
		die("cannot handle SIGSEGV; please report it");
}

void signals_begin(uint64_t mask, uint64_t ignored)
{
	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (!(ignored & bit(signal)) || signal == SIGKILL || signal == SIGSTOP || signal == SIGSYS)
			continue;
		guest_actions[signal].handler = (uintptr_t)SIG_IGN;
		if (signal == SIGSEGV || signal == SIGBUS)
			continue;
		struct kernel_action action = guest_actions[signal];
		raw(__NR_rt_sigaction, signal, &action, NULL, MASK_BYTES);
	}
	set_mask(mask);
}

/* The controller is told what goes on in the new image: which signals are blocked and which are ignored. */
long do_execve(ucontext_t *context, long nr, const long *a)
{
	uint64_t state[2] = {*mask_of(context), 0};
	for (int signal = 1; signal <= SIGNALS; signal++)
		if (guest_actions[signal].handler == (uintptr_t)SIG_IGN)
			state[1] |= bit(signal);
	if (nr == __NR_execve)
		return call("execve(sppp)i", (const long[6]){a[0], a[1], a[2], (long)state});
	return call("execveat(isppip)i", (const long[6]){a[0], a[1], a[2], a[3], a[4], (long)state});
}

static long install(int signal, const struct kernel_action *wanted)
{
	struct kernel_action action = *wanted;
	if (signal == SIGSEGV || signal == SIGBUS)
		return 0; /* stays ours */
	action.mask &= ~never_blocked();
	if (action.handler > 1) {
		handler_function *ours = on_signal;
		action.handler = (uintptr_t)ours;
		action.mask = ~never_blocked();
		action.flags = (action.flags & ~(unsigned long)SA_RESETHAND) | SA_SIGINFO;
		__atomic_fetch_or(&handled, bit(signal), __ATOMIC_RELAXED);
	} else {
		__atomic_fetch_and(&handled, ~bit(signal), __ATOMIC_RELAXED);
	}
	return raw(__NR_rt_sigaction, signal, &action, NULL, MASK_BYTES);
}

long do_sigaction(const long *a)
{
	int signal = (int)a[0];
	struct kernel_action wanted, old;
	if (a[3] != MASK_BYTES || signal < 1 || signal > SIGNALS)
		return -EINVAL;
	if (a[1] != 0 && (signal == SIGKILL || signal == SIGSTOP || signal == SIGSYS))
		return -EINVAL;
	old = guest_actions[signal];
	if (a[1] != 0) {
		if (guest_copy(&wanted, (const void *)a[1], sizeof wanted) != 0)
			return -EFAULT;
		guest_actions[signal] = wanted;
		long result = install(signal, &wanted);
		if (result < 0) {
			guest_actions[signal] = old;
			return result;
		}
	}
	/* Stopping is the controller's work, so it has to know whether the signal stops us. */
	if (a[1] != 0 && (signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU))
		call("disposition(ii)i", (const long[6]){signal, wanted.handler != 0});
	if (a[2] != 0 && guest_copy((void *)a[2], &old, sizeof old) != 0)
		return -EFAULT;
	return 0;
}

/* Edits the mask that is restored when the SIGSYS handler returns. */
long do_sigprocmask(ucontext_t *context, const long *a)
{
	uint64_t set = 0, old = *mask_of(context);
	if (a[3] != MASK_BYTES)
		return -EINVAL;
	if (a[1] != 0) {
		if (guest_copy(&set, (const void *)a[1], sizeof set) != 0)
			return -EFAULT;
		switch ((int)a[0]) {
		case SIG_BLOCK:
			set |= old;
			break;
		case SIG_UNBLOCK:
			set = old & ~set;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		*mask_of(context) = set & ~never_blocked();
	}
	if (a[2] != 0 && guest_copy((void *)a[2], &old, sizeof old) != 0)
		return -EFAULT;
	return 0;
}

static bool read_mask(uint64_t *mask, long at)
{
	return guest_copy(mask, (const void *)at, sizeof *mask) == 0;
}

/* Waits for the signals of `wanted`, and for those that were kept back: such a one is noted, and ends the wait. */
static long wait_for(uint64_t wanted, uint64_t kept, siginfo_t *info, const struct timespec *time)
{
	uint64_t both = wanted | kept;
	if (self.noted)
		return -ERESTARTNOINTR;
	long signal = raw(__NR_rt_sigtimedwait, &both, info, time, MASK_BYTES);
	if (signal > 0)
		siginfo_receive(info);
	if (signal <= 0 || (wanted & bit((int)signal)))
		return signal;
	self.noted_info = *info;
	self.noted = (int)signal;
	return -EINTR;
}

long do_sigsuspend(const long *a)
{
	siginfo_t info;
	if (a[1] != MASK_BYTES)
		return -EINVAL;
	if (!read_mask(&self.mask, a[0]))
		return -EFAULT;
	self.masked = true;
	long result = wait_for(0, keep_back(self.mask), &info, NULL);
	if (result == -ERESTARTNOINTR)
		self.masked = false; /* that one came before */
	return result;
}

long do_sigtimedwait(ucontext_t *context, const long *a)
{
	uint64_t wanted;
	struct timespec time;
	siginfo_t info;
	if (a[3] != MASK_BYTES)
		return -EINVAL;
	if (!read_mask(&wanted, a[0]) || (a[2] != 0 && guest_copy(&time, (const void *)a[2], sizeof time) != 0))
		return -EFAULT;
	long result = wait_for(wanted, keep_back(*mask_of(context)) & ~wanted, &info, a[2] == 0 ? NULL : &time);
	if (result > 0 && a[1] != 0 && guest_copy((void *)a[1], &info, sizeof info) != 0)
		return -EFAULT;
	return result;
}

/*
 * A call that waits with another mask: what that lets through is noted, and its handler runs after the call. There is room for
 * one: a signal that was noted before is handled first.
 */
long with_mask(ucontext_t *context, long mask_at, long size, long nr, const long *arguments)
{
	if (mask_at != 0) {
		if (size != MASK_BYTES)
			return -EINVAL;
		if (!read_mask(&self.mask, mask_at))
			return -EFAULT;
		keep_back(*mask_of(context));
		if (self.noted)
			return -ERESTARTNOINTR;
		self.masked = true;
		set_mask(self.mask);
	}
	return call(signature_of(nr), arguments);
}
