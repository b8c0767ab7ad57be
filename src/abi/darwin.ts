/**
 * Numbers of darwin, where they differ from Linux; the same on arm64 and x86-64. Source: xnu, bsd/sys/errno.h, fcntl.h, signal.h, ttycom.h,
 * filio.h, unistd.h, stat.h; Libc's include/time.h and unistd.h.
 */
import { type ErrnoName, errno } from './errno.ts';
import * as linux from './open-flags.ts';
import { signals } from './signals.ts';

/** All others of ours have the number that they have on Linux. */
const darwinErrno: Partial<Record<ErrnoName, number>> = {
	EDEADLK: 11,
	EAGAIN: 35,
	EINPROGRESS: 36,
	EALREADY: 37,
	ENOTSOCK: 38,
	EDESTADDRREQ: 39,
	EMSGSIZE: 40,
	EPROTOTYPE: 41,
	ENOPROTOOPT: 42,
	EPROTONOSUPPORT: 43,
	ESOCKTNOSUPPORT: 44,
	EPFNOSUPPORT: 46,
	EAFNOSUPPORT: 47,
	EADDRINUSE: 48,
	EADDRNOTAVAIL: 49,
	ENETDOWN: 50,
	ENETUNREACH: 51,
	ENETRESET: 52,
	ECONNABORTED: 53,
	ECONNRESET: 54,
	ENOBUFS: 55,
	EISCONN: 56,
	ENOTCONN: 57,
	ESHUTDOWN: 58,
	ETIMEDOUT: 60,
	ECONNREFUSED: 61,
	ELOOP: 62,
	ENAMETOOLONG: 63,
	EHOSTDOWN: 64,
	EHOSTUNREACH: 65,
	ENOTEMPTY: 66,
	EDQUOT: 69,
	ENOLCK: 77,
	ENOSYS: 78,
	EOVERFLOW: 84,
	EILSEQ: 92,
	ENODATA: 96,
	EPROTO: 100,
	ETIME: 101,
	EOPNOTSUPP: 102,
};

/** The number that darwin has for an error of Linux. */
export const darwinErrnoOf: ReadonlyMap<number, number> = new Map(
	Object.entries(darwinErrno).map(([name, number]) => [numberOf(name), number]),
);

/** Flags of open(2) beside the access mode: [darwin, Linux]. What stands in no row (O_SYNC, O_EVTONLY, …) asks for nothing that we do. */
export function openFlagPairs(architecture: linux.Architecture): readonly (readonly [number, number])[] {
	const { O_DIRECTORY, O_NOFOLLOW } = linux.platformFlags[architecture];
	return [
		[0x4, linux.O_NONBLOCK],
		[0x8, linux.O_APPEND],
		[0x100, O_NOFOLLOW],
		[0x200, linux.O_CREAT],
		[0x400, linux.O_TRUNC],
		[0x800, linux.O_EXCL],
		[0x20000, linux.O_NOCTTY],
		[0x100000, O_DIRECTORY],
		[0x1000000, linux.O_CLOEXEC],
	];
}

/** AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EACCESS (or AT_REMOVEDIR, the same bit on Linux): [darwin, Linux]. */
export const atFlagPairs: readonly (readonly [number, number])[] = [
	[0x10, 0x200],
	[0x20, 0x100],
	[0x40, 0x400],
	[0x80, 0x200],
];

export const darwinAtFdcwd = -2;

/** st_atime of utimensat(2): UTIME_NOW and UTIME_OMIT, in tv_nsec. */
export const darwinUtimeNow = -1n;
export const darwinUtimeOmit = -2n;

/** Clocks, darwin to Linux: CLOCK_REALTIME, MONOTONIC_RAW (and APPROX), MONOTONIC, UPTIME_RAW (and APPROX), PROCESS_ and THREAD_CPUTIME_ID. */
export const linuxClockOf: ReadonlyMap<number, number> = new Map([
	[0, 0],
	[4, 4],
	[5, 4],
	[6, 1],
	[8, 1],
	[9, 1],
	[12, 2],
	[16, 3],
]);

/** SEEK_HOLE and SEEK_DATA have each other's number. */
export const linuxWhenceOf: ReadonlyMap<number, number> = new Map([
	[3, 4],
	[4, 3],
]);

const darwinSignals: Partial<Record<keyof typeof signals, number>> = {
	SIGBUS: 10,
	SIGSYS: 12,
	SIGSTOP: 17,
	SIGTSTP: 18,
	SIGCONT: 19,
	SIGCHLD: 20,
	SIGUSR1: 30,
	SIGUSR2: 31,
};

export const darwinSignalOf: ReadonlyMap<number, number> = new Map(
	Object.entries(signals).map(([name, number]) => [number, signalNumber(name) ?? number]),
);
export const linuxSignalOf: ReadonlyMap<number, number> = new Map(
	[...darwinSignalOf].map(([ours, theirs]) => [theirs, ours]),
);

/** Requests of ioctl(2): TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP, TIOCSPGRP, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX. */
export const linuxIoctlOf: ReadonlyMap<number, number> = new Map([
	[0x40087468, 0x5413],
	[0x80087467, 0x5414],
	[0x40047477, 0x540f],
	[0x80047476, 0x5410],
	[0x4004667f, 0x541b],
	[0x8004667e, 0x5421],
	[0x20006601, 0x5451],
	[0x20006602, 0x5450],
]);

/** sysconf(3), to glibc's: ARG_MAX, CLK_TCK, NGROUPS_MAX, OPEN_MAX, PAGESIZE, NPROCESSORS_CONF and _ONLN, HOST_NAME_MAX, PHYS_PAGES. */
export const linuxSysconfOf: ReadonlyMap<number, number> = new Map([
	[1, 0],
	[3, 2],
	[4, 3],
	[5, 4],
	[29, 30],
	[57, 83],
	[58, 84],
	[72, 180],
	[200, 85],
]);

function numberOf(name: string): number {
	const known: Readonly<Record<string, number>> = errno;
	return known[name] ?? 0;
}

function signalNumber(name: string): number | undefined {
	const known: Readonly<Record<string, number>> = darwinSignals;
	return known[name];
}
