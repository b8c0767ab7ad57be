/**
 * The C functions of an interpreter that was translated on darwin: those of Linux, with its numbers and structs turned into ours and back.
 * Chosen by the platform line of its dump.
 */
import {
	atFlagPairs,
	darwinAtFdcwd,
	darwinErrnoOf,
	darwinSignalOf,
	darwinUtimeNow,
	darwinUtimeOmit,
	linuxClockOf,
	linuxIoctlOf,
	linuxSignalOf,
	linuxSysconfOf,
	linuxWhenceOf,
	openFlagPairs,
} from '../../abi/darwin.ts';
import { linuxTimeval, packDarwinStat, packDarwinStatvfs, packDarwinUtsname } from '../../abi/darwin-structs.ts';
import { SysError } from '../../abi/errno.ts';
import { writeInt64 } from '../../abi/structs.ts';
import type { Stat } from '../../fs/api.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Argument } from '../../wire/call.ts';
import { fileSystemFacts } from '../paths.ts';
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, at, existing } from '../place.ts';
import { packUsage } from '../usage.ts';
import { used } from './clocks.ts';
import { afterwards } from './directories.ts';
import { type CFunction, functions } from './functions.ts';
import type { LibcContext, LibcHandler } from './libc.ts';

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;
const RUSAGE_CHILDREN = -1;

type Turn = (value: number, c: LibcContext) => number;

const dirfd: Turn = (fd) => ((fd | 0) === darwinAtFdcwd ? AT_FDCWD : fd);
const atFlags: Turn = (flags) => turned(flags, atFlagPairs);
const openFlags: Turn = (flags, c) => (flags & 3) | turned(flags, openFlagPairs(c.architecture));
const signal: Turn = (number) => linuxSignalOf.get(number) ?? number;
/** What darwin has and Linux has not is a number that nobody has. */
const nobody = 0xffff;
const clockId: Turn = (id) => linuxClockOf.get(id) ?? nobody;
const ioctlRequest: Turn = (request) => linuxIoctlOf.get(request >>> 0) ?? nobody;
const sysconfName: Turn = (name) => linuxSysconfOf.get(name) ?? nobody;
const minusOne: Turn = (name) => name - 1;
const whence: Turn = (value) => linuxWhenceOf.get(value) ?? value;

/** Which argument of a function is turned, and how. */
const turns: Readonly<Record<string, Readonly<Record<number, Turn>>>> = {
	'open(pii)i': { 1: openFlags },
	'openat(ipii)i': { 0: dirfd, 2: openFlags },
	'faccessat(ipii)i': { 0: dirfd, 3: atFlags },
	'mkdirat(ipi)i': { 0: dirfd },
	'unlinkat(ipi)i': { 0: dirfd, 2: atFlags },
	'renameat(ipip)i': { 0: dirfd, 2: dirfd },
	'linkat(ipipi)i': { 0: dirfd, 2: dirfd, 4: atFlags },
	'symlinkat(pip)i': { 1: dirfd },
	'readlinkat(ippi)i': { 0: dirfd },
	'fchmodat(ipii)i': { 0: dirfd, 3: atFlags },
	'fchownat(ipiii)i': { 0: dirfd, 4: atFlags },
	'mknodat(ipii)i': { 0: dirfd },
	'mkfifoat(ipi)i': { 0: dirfd },
	'lseek(iii)i': { 2: whence },
	'ioctl(iip)i': { 1: ioctlRequest },
	'rpy_set_status_flags(ii)i': { 1: openFlags },
	'clock_gettime(ip)i': { 0: clockId },
	'clock_getres(ip)i': { 0: clockId },
	'clock_settime(ip)i': { 0: clockId },
	'kill(ii)i': { 1: signal },
	'killpg(ii)i': { 1: signal },
	'sysconf(i)i': { 0: sysconfName },
	'pathconf(pi)i': { 1: minusOne },
	'fpathconf(ii)i': { 1: minusOne },
	'confstr(ipi)i': { 0: minusOne },
};

/** Its struct stat has no other name: there never was one without 64-bit sizes. */
const own: readonly [string, CFunction][] = [
	[
		'stat(pp)i',
		row(
			giveStat((c) => existing(at(c, undefined, 0, { follow: true }))),
			'sp',
		),
	],
	[
		'lstat(pp)i',
		row(
			giveStat((c) => existing(at(c, undefined, 0, { follow: false }))),
			'sp',
		),
	],
	[
		'fstat(ip)i',
		row(
			giveStat((c) => c.handle(0).stat()),
			'ip',
		),
	],
	['fstatat(ippi)i', row(fstatat, 'ispi')],
	[
		'statvfs(pp)i',
		row(
			statvfs((c) => existing(at(c, undefined, 0, { follow: true }))),
			'sp',
		),
	],
	[
		'fstatvfs(ip)i',
		row(
			statvfs((c) => c.handle(0)),
			'ip',
		),
	],
	['uname(p)i', row(uname, 'p')],
	['select(ipppp)i', row(select, 'ipppp')],
	['utimensat(ippi)i', row(utimensat, 'ispi')],
	['futimens(ip)i', row(futimens, 'ip')],
	['getrusage(ip)i', row(getrusage, 'ip')],
	['waitpid(ipi)i', row(waitpid, 'ipi')],
	['system(p)i', row((c) => afterwards(linuxRow('system(p)i').handler(c), darwinStatus), 's')],
	[
		'rpy_get_status_flags(i)i',
		row((c) => afterwards(linuxRow('rpy_get_status_flags(i)i').handler(c), statusFlags(c)), 'i'),
	],
];

/** Not there: calls of Linux alone. */
const absent =
	/^(f?stat(at)?64|lstat64|[fl]?(get|set|list|remove)xattr|posix_fadvise|posix_fallocate|pipe2|sendfile)\(/;

export const darwinFunctions: ReadonlyMap<string, CFunction> = new Map<string, CFunction>([
	...[...functions].filter(([signature]) => !absent.test(signature)).map(turnedRow),
	...own,
]);

/** The number that it knows an error by. */
export function darwinError(number: number): number {
	return darwinErrnoOf.get(number) ?? number;
}

function turnedRow([signature, entry]: [string, CFunction]): [string, CFunction] {
	const changes = turns[signature];
	if (changes === undefined) return [signature, entry];
	const handler: LibcHandler = (c) => entry.handler(withArguments(c, changes));
	return [signature, { ...entry, handler }];
}

function withArguments(c: LibcContext, changes: Readonly<Record<number, Turn>>): LibcContext {
	const args = c.call.args.map((value, i): Argument => {
		const turn = changes[i];
		return turn === undefined || typeof value !== 'number' ? value : turn(value, c);
	});
	return c.as(c.call.signature, args);
}

function turned(flags: number, pairs: readonly (readonly [number, number])[]): number {
	return pairs.reduce((all, [theirs, ours]) => ((flags & theirs) === theirs ? all | ours : all), 0);
}

function row(handler: LibcHandler, shape: string): CFunction {
	return { handler, shape };
}

function linuxRow(signature: string): CFunction {
	const found = functions.get(signature);
	if (found === undefined) throw new Error(`there is no ${signature}`);
	return found;
}

function giveStat(find: (c: LibcContext) => Stat): LibcHandler {
	return (c) => {
		c.link.write(c.long(1), packDarwinStat(find(c)));
		return 0;
	};
}

function fstatat(c: LibcContext): Outcome {
	const turnedCall = withArguments(c, { 0: dirfd, 3: atFlags });
	const follow = (turnedCall.int(3) & AT_SYMLINK_NOFOLLOW) === 0;
	c.link.write(c.long(2), packDarwinStat(existing(at(turnedCall, 0, 1, { follow }))));
	return 0;
}

function statvfs(check: (c: LibcContext) => unknown): LibcHandler {
	return (c) => {
		check(c);
		c.link.write(c.long(1), packDarwinStatvfs(fileSystemFacts));
		return 0;
	};
}

function uname(c: LibcContext): Outcome {
	const { hostname, kernelRelease, kernelVersion, machine } = c.kernel.identity;
	c.link.write(c.long(0), packDarwinUtsname(['Darwin', hostname, kernelRelease, kernelVersion, machine]));
	return 0;
}

function select(c: LibcContext): Outcome {
	const address = c.long(4);
	const timeout = address === 0 ? 0 : c.libc.scratch(linuxTimeval(c.link.read(address, 16)));
	return linuxRow('select(ipppp)i').handler(c.as(c.call.signature, [...c.call.args.slice(0, 4), timeout]));
}

function utimensat(c: LibcContext): Outcome {
	const turnedCall = withArguments(c, { 0: dirfd, 3: atFlags });
	const args = turnedCall.call.args.map((value, i) => (i === 2 ? linuxTimes(c, c.long(2)) : value));
	return linuxRow('utimensat(ippi)i').handler(c.as(c.call.signature, args));
}

function futimens(c: LibcContext): Outcome {
	return linuxRow('futimens(ip)i').handler(c.as(c.call.signature, [c.int(0), linuxTimes(c, c.long(1))]));
}

function linuxTimes(c: LibcContext, address: number): number {
	if (address === 0) return 0;
	const bytes = Buffer.from(c.link.read(address, 32));
	for (const at of [8, 24]) {
		const ns = bytes.readBigInt64LE(at);
		if (ns === darwinUtimeNow) writeInt64(bytes, UTIME_NOW, at);
		else if (ns === darwinUtimeOmit) writeInt64(bytes, UTIME_OMIT, at);
	}
	return c.libc.scratch(bytes);
}

function getrusage(c: LibcContext): Outcome {
	const who = c.int(0);
	if (who !== 0 && who !== RUSAGE_CHILDREN) throw new SysError('EINVAL');
	const usage = who === 0 ? used(c) : c.process.childrenUsage;
	c.link.write(c.long(1), packUsage({ ...usage, maxRss: usage.maxRss * 1024 }));
	return 0;
}

function waitpid(c: LibcContext): Outcome {
	const address = c.libc.scratch(Buffer.alloc(4));
	const waits = linuxRow('waitpid(ipi)i').handler(c.as(c.call.signature, [c.int(0), address, c.int(2)]));
	return afterwards(waits, (pid) => {
		const status = Buffer.alloc(4);
		status.writeInt32LE(darwinStatus(c.link.read(address, 4).readInt32LE(0)));
		if (pid > 0 && c.long(1) !== 0) c.link.write(c.long(1), status);
		return pid;
	});
}

/** A wait status: the signal that ended or stopped it. */
function darwinStatus(status: number): number {
	const name = (number: number): number => darwinSignalOf.get(number) ?? number;
	if (status < 0) return status;
	const low = status & 0x7f;
	if (low === 0x7f) return (name((status >> 8) & 0xff) << 8) | 0x7f;
	return low === 0 ? status : (status & ~0x7f) | name(low);
}

function statusFlags(c: LibcContext): (flags: number) => number {
	return (flags) =>
		openFlagPairs(c.architecture).reduce(
			(all, [theirs, ours]) => ((flags & ours) === ours ? all | theirs : all),
			flags & 3,
		);
}
