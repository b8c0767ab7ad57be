/** Signal numbers of Linux x86-64 and aarch64. Source: asm-generic/signal.h. */
export const signals = {
	SIGHUP: 1,
	SIGINT: 2,
	SIGQUIT: 3,
	SIGILL: 4,
	SIGTRAP: 5,
	SIGABRT: 6,
	SIGBUS: 7,
	SIGFPE: 8,
	SIGKILL: 9,
	SIGUSR1: 10,
	SIGSEGV: 11,
	SIGUSR2: 12,
	SIGPIPE: 13,
	SIGALRM: 14,
	SIGTERM: 15,
	SIGCHLD: 17,
	SIGCONT: 18,
	SIGSTOP: 19,
	SIGTSTP: 20,
	SIGTTIN: 21,
	SIGTTOU: 22,
	SIGVTALRM: 26,
	SIGPROF: 27,
	SIGWINCH: 28,
	SIGSYS: 31,
} as const;

/** The highest signal number, SIGRTMAX. */
export const maxSignal = 64;

/** What a signal says of where it comes from: si_code, si_pid, si_uid, and si_value or si_status. sigaction(2), siginfo_t */
export type SignalInfo = {
	readonly code: number;
	readonly pid: number;
	readonly uid: number;
	readonly value: bigint;
};

export const SI_USER = 0;
export const SI_TKILL = -6;
const SI_KERNEL = 0x80;

/** Of a signal that nobody sent: a terminal's, for one. */
export const fromKernel: SignalInfo = { code: SI_KERNEL, pid: 0, uid: 0, value: 0n };
