/* Who the caller is, and signals that it sends itself: answered here, for nobody else has to know. Async-signal-safe. */
#define _GNU_SOURCE
#include "launcher.h"

#include <string.h>
#include <sys/syscall.h>

int32_t guest_number;
bool numbered;

long own_process(void)
{
	if (guest_number == 0)
		attach(self.first ? 0 : 1);
	return guest_number;
}

/* Of threads but the first the machine's number is the guest's too. */
long own_thread(void)
{
	long tid = raw(__NR_gettid);
	return tid == guest_pid ? own_process() : tid;
}

/* A signal to a process may go to any of its threads; the first one takes it where that does not block it. signal(7) */
static bool goes_to_caller(long nr, const long *a)
{
	switch (nr) {
	case __NR_kill:
		return (int)a[0] == own_process() && raw(__NR_gettid) == guest_pid;
	case __NR_tkill:
		return (int)a[0] == own_thread();
	default:
		return (int)a[0] == own_process() && (int)a[1] == own_thread();
	}
}

static void describe(siginfo_t *info, int signal, int code)
{
	static volatile long uid = -1;
	if (uid < 0)
		uid = call("getuid()i", NULL);
	memset(info, 0, sizeof *info);
	info->si_signo = signal;
	info->si_code = code;
	info->si_pid = guest_number;
	info->si_uid = (uid_t)uid;
}

/*
 * A storm of signals to oneself would keep the supervisor busy, and PyPy holds its lock meanwhile. So what the caller handles or
 * ignores stays here; what it blocks, and what ends or stops it, is the controller's.
 */
long do_send(ucontext_t *context, long nr, const long *a)
{
	int signal = (int)a[nr == __NR_tgkill ? 2 : 1];
	if (!self.sent && goes_to_caller(nr, a)) {
		switch (fate_of(context, signal)) {
		case IGNORED:
			return 0;
		case HANDLED:
			describe(&self.sent_info, signal, nr == __NR_kill ? SI_USER : SI_TKILL);
			self.sent = signal;
			return 0;
		case OTHER:
			break;
		}
	}
	return call(signature_of(nr), a);
}
