/**
 * Error numbers of Linux x86-64 and aarch64 (they agree). Source: include/uapi/asm-generic/errno-base.h, errno.h.
 */
export const errno = {
	EPERM: 1,
	ENOENT: 2,
	ESRCH: 3,
	EINTR: 4,
	EIO: 5,
	ENXIO: 6,
	E2BIG: 7,
	ENOEXEC: 8,
	EBADF: 9,
	ECHILD: 10,
	EAGAIN: 11,
	ENOMEM: 12,
	EACCES: 13,
	EFAULT: 14,
	ENOTBLK: 15,
	EBUSY: 16,
	EEXIST: 17,
	EXDEV: 18,
	ENODEV: 19,
	ENOTDIR: 20,
	EISDIR: 21,
	EINVAL: 22,
	ENFILE: 23,
	EMFILE: 24,
	ENOTTY: 25,
	ETXTBSY: 26,
	EFBIG: 27,
	ENOSPC: 28,
	ESPIPE: 29,
	EROFS: 30,
	EMLINK: 31,
	EPIPE: 32,
	EDOM: 33,
	ERANGE: 34,
	EDEADLK: 35,
	ENAMETOOLONG: 36,
	ENOLCK: 37,
	ENOSYS: 38,
	ENOTEMPTY: 39,
	ELOOP: 40,
	ENODATA: 61,
	ETIME: 62,
	EPROTO: 71,
	EOVERFLOW: 75,
	EILSEQ: 84,
	ENOTSOCK: 88,
	EDESTADDRREQ: 89,
	EMSGSIZE: 90,
	EPROTOTYPE: 91,
	ENOPROTOOPT: 92,
	EPROTONOSUPPORT: 93,
	ESOCKTNOSUPPORT: 94,
	EOPNOTSUPP: 95,
	EPFNOSUPPORT: 96,
	EAFNOSUPPORT: 97,
	EADDRINUSE: 98,
	EADDRNOTAVAIL: 99,
	ENETDOWN: 100,
	ENETUNREACH: 101,
	ENETRESET: 102,
	ECONNABORTED: 103,
	ECONNRESET: 104,
	ENOBUFS: 105,
	EISCONN: 106,
	ENOTCONN: 107,
	ESHUTDOWN: 108,
	ETIMEDOUT: 110,
	ECONNREFUSED: 111,
	EHOSTDOWN: 112,
	EHOSTUNREACH: 113,
	EALREADY: 114,
	EINPROGRESS: 115,
	EDQUOT: 122,
} as const;

export type ErrnoName = keyof typeof errno;

/** The one error that becomes an errno for the guest. Anything else thrown is a bug of ours and ends the run. */
export class SysError extends Error {
	readonly code: ErrnoName;
	readonly errno: number;

	constructor(code: ErrnoName, detail?: string) {
		// It is an answer and no fault, and nobody reads its stack: making that would cost three times the rest of a failing call.
		const { stackTraceLimit } = Error;
		Error.stackTraceLimit = 0;
		super(detail === undefined ? code : `${code}: ${detail}`);
		Error.stackTraceLimit = stackTraceLimit;
		this.name = 'SysError';
		this.code = code;
		this.errno = errno[code];
	}
}

/**
 * Turns an error of node:fs or node:child_process into a SysError, so that a host's refusal is the guest's.
 * An error without a code we know is returned as it is.
 */
export function asSysError(error: unknown): unknown {
	if (error instanceof SysError) return error;
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (typeof code === 'string' && isErrnoName(code)) return new SysError(code);
	return error;
}

/** The error that a number stands for; one that we have no name for is EIO. */
export function sysErrorOf(number: number): SysError {
	const [name = 'EIO'] = Object.entries(errno).find(([, value]) => value === number) ?? [];
	return new SysError(isErrnoName(name) ? name : 'EIO', name === 'EIO' ? `errno ${number}` : undefined);
}

function isErrnoName(code: string): code is ErrnoName {
	return Object.hasOwn(errno, code);
}
