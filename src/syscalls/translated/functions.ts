/**
 * Every C function that a translated PyPy may call, by its signature: a Linux call under another name, or a handler of the library's
 * own. A signature that stands nowhere here answers ENOSYS and leaves an event; `doctor` lists those that a binary has.
 */
import type { Argument } from '../../wire/call.ts';
import { table } from '../table.ts';
import * as clocks from './clocks.ts';
import * as directories from './directories.ts';
import * as environment from './environment.ts';
import type { LibcContext, LibcHandler } from './libc.ts';
import * as misc from './misc.ts';
import { system } from './spawn.ts';

export type CFunction = {
	readonly handler: LibcHandler;
	/** How the arguments are to be read: `s` a path, `b` a buffer and its length, `i` and `p` as they are. */
	readonly shape: string;
	/** What a failure returns where it is not -1 (or NULL). */
	readonly failure?: number;
	/** Small negative results are values. */
	readonly signed?: boolean;
	/** Returns the error's number and does not set errno: posix_fadvise(3). */
	readonly returnsErrno?: boolean;
};

const AT_FDCWD_NULL: Argument = { kind: 'fault', address: 0 };
const S_IFIFO = 0o10000;

export const functions: ReadonlyMap<string, CFunction> = new Map<string, CFunction>([
	// Files by name
	own('open(pii)i', misc.open, 'sii'),
	linux('openat(ipii)i', 'openat', 'isii'),
	linux('stat64(pp)i', 'stat', 'sp'),
	linux('lstat64(pp)i', 'lstat', 'sp'),
	linux('fstat64(ip)i', 'fstat', 'ip'),
	linux('fstatat64(ippi)i', 'newfstatat', 'ispi'),
	linux('access(pi)i', 'access', 'si'),
	linux('faccessat(ipii)i', 'faccessat2', 'isii'),
	linux('mkdir(pi)i', 'mkdir', 'si'),
	linux('mkdirat(ipi)i', 'mkdirat', 'isi'),
	linux('rmdir(p)i', 'rmdir', 's'),
	linux('unlink(p)i', 'unlink', 's'),
	linux('unlinkat(ipi)i', 'unlinkat', 'isi'),
	linux('rename(pp)i', 'rename', 'ss'),
	linux('renameat(ipip)i', 'renameat', 'isis'),
	linux('link(pp)i', 'link', 'ss'),
	linux('linkat(ipipi)i', 'linkat', 'isisi'),
	linux('symlink(pp)i', 'symlink', 'ss'),
	linux('symlinkat(pip)i', 'symlinkat', 'sis'),
	linux('readlink(ppi)i', 'readlink', 'spi'),
	linux('readlinkat(ippi)i', 'readlinkat', 'ispi'),
	linux('chmod(pi)i', 'chmod', 'si'),
	linux('fchmod(ii)i', 'fchmod', 'ii'),
	linux('fchmodat(ipii)i', 'fchmodat2', 'isii'),
	linux('chown(pii)i', 'chown', 'sii'),
	linux('lchown(pii)i', 'lchown', 'sii'),
	linux('fchown(iii)i', 'fchown', 'iii'),
	linux('fchownat(ipiii)i', 'fchownat', 'isiii'),
	linux('mknod(pii)i', 'mknod', 'sii'),
	linux('mknodat(ipii)i', 'mknodat', 'isii'),
	linux('mkfifo(pi)i', 'mknod', 'si', ([path, mode]) => [path, toNumber(mode) | S_IFIFO, 0]),
	linux('mkfifoat(ipi)i', 'mknodat', 'isi', ([fd, path, mode]) => [fd, path, toNumber(mode) | S_IFIFO, 0]),
	linux('utimensat(ippi)i', 'utimensat', 'ispi'),
	linux('futimens(ip)i', 'utimensat', 'ip', ([fd, times]) => [fd, AT_FDCWD_NULL, times, 0]),
	own('statvfs(pp)i', misc.statvfs, 'sp'),
	own('fstatvfs(ip)i', misc.fstatvfs, 'ip'),
	own('pathconf(pi)i', environment.pathconf, 'si'),
	own('fpathconf(ii)i', environment.pathconf, 'ii'),
	linux('chdir(p)i', 'chdir', 's'),
	linux('fchdir(i)i', 'fchdir', 'i'),
	own('getcwd(pi)p', misc.getcwd(handlerOf('getcwd')), 'pi'),
	linux('umask(i)i', 'umask', 'i'),
	own('chroot(p)i', misc.notPermitted, 's'),
	linux('getxattr(pppi)i', 'getxattr', 'sspi'),
	linux('lgetxattr(pppi)i', 'lgetxattr', 'sspi'),
	linux('fgetxattr(ippi)i', 'fgetxattr', 'ispi'),
	linux('setxattr(pppii)i', 'setxattr', 'sspii'),
	linux('lsetxattr(pppii)i', 'lsetxattr', 'sspii'),
	linux('fsetxattr(ippii)i', 'fsetxattr', 'ispii'),
	linux('listxattr(ppi)i', 'listxattr', 'spi'),
	linux('llistxattr(ppi)i', 'llistxattr', 'spi'),
	linux('flistxattr(ipi)i', 'flistxattr', 'ipi'),
	linux('removexattr(pp)i', 'removexattr', 'ss'),
	linux('lremovexattr(pp)i', 'lremovexattr', 'ss'),
	linux('fremovexattr(ip)i', 'fremovexattr', 'is'),
	// Directories
	own('opendir(p)p', directories.opendir, 's'),
	own('fdopendir(i)p', directories.fdopendir, 'i'),
	own('readdir(p)p', directories.readdir, 'p'),
	own('rewinddir(p)v', directories.rewinddir, 'p'),
	own('dirfd(p)i', directories.dirfd, 'p'),
	own('closedir(p)i', directories.closedir, 'p'),
	// Descriptors
	linux('read(ipi)i', 'read', 'ipi'),
	linux('write(ipi)i', 'write', 'ib'),
	linux('pread(ipii)i', 'pread64', 'ipii'),
	linux('pwrite(ipii)i', 'pwrite64', 'ibi'),
	linux('lseek(iii)i', 'lseek', 'iii'),
	linux('close(i)i', 'close', 'i'),
	linux('dup(i)i', 'dup', 'i'),
	linux('dup2(ii)i', 'dup2', 'ii'),
	linux('pipe(p)i', 'pipe', 'p'),
	linux('pipe2(pi)i', 'pipe2', 'pi'),
	linux('ftruncate(ii)i', 'ftruncate', 'ii'),
	linux('fsync(i)i', 'fsync', 'i'),
	linux('fdatasync(i)i', 'fdatasync', 'i'),
	linux('sync()v', 'sync', ''),
	linux('sendfile(iipi)i', 'sendfile', 'iipi'),
	linux('ioctl(iip)i', 'ioctl', 'iip'),
	linux('select(ipppp)i', 'select', 'ipppp'),
	own('posix_fadvise(iiii)i', handlerOf('fadvise64'), 'iiii', { returnsErrno: true }),
	own(
		'posix_fallocate(iii)i',
		shuffled('fallocate', ([fd, offset, length]) => [fd, 0, offset, length]),
		'iii',
		{
			returnsErrno: true,
		},
	),
	own('lockf(iii)i', misc.lockf, 'iii'),
	own('isatty(i)i', environment.isatty, 'i', { failure: 0 }),
	own('ttyname(i)p', environment.ttyname, 'i'),
	own('tcgetpgrp(i)i', misc.tcgetpgrp, 'i'),
	own('tcsetpgrp(ii)i', misc.tcsetpgrp, 'ii'),
	own('rpy_dup_noninheritable(i)i', misc.dupNoninheritable, 'i'),
	own('rpy_dup2_noninheritable(ii)i', misc.dup2Noninheritable, 'ii'),
	own('rpy_get_inheritable(i)i', misc.getInheritable, 'i'),
	own('rpy_set_inheritable(ii)i', misc.setInheritable, 'ii'),
	own('rpy_get_status_flags(i)i', misc.getStatusFlags, 'i'),
	own('rpy_set_status_flags(ii)i', misc.setStatusFlags, 'ii'),
	// The library's own
	own('_pypy_init_home()p', environment.initHome, ''),
	own('_pypy_init_free(p)v', misc.nothing, 'p'),
	own('pypy__allow_attach()v', misc.nothing, ''),
	own('get_environ()p', environment.getEnviron, ''),
	own('getenv(p)p', environment.getenv, 's'),
	own('putenv(p)i', environment.putenv, 's'),
	own('unsetenv(p)i', environment.unsetenv, 's'),
	own('get_stdout()p', environment.getStdout, ''),
	own('fileno(p)i', environment.fileno, 'p'),
	own('getlogin()p', environment.getlogin, ''),
	own('ctermid(p)p', environment.ctermid, 'p'),
	own('confstr(ipi)i', environment.confstr, 'ipi', { failure: 0 }),
	own('sysconf(i)i', environment.sysconf, 'i', { signed: true }),
	own('getloadavg(pi)i', environment.getloadavg, 'pi'),
	own('rpy_cpu_count()i', misc.cpuCount, ''),
	// Clocks
	linux('time(p)i', 'time', 'p'),
	own('gettimeofday(pp)i', clocks.gettimeofday, 'pp'),
	own('clock()i', clocks.clock, ''),
	own('clock_gettime(ip)i', clocks.clockGettime, 'ip'),
	own('clock_getres(ip)i', clocks.clockGetres, 'ip'),
	linux('clock_settime(ip)i', 'clock_settime', 'ip'),
	own('times(p)i', clocks.times, 'p'),
	own('getrusage(ip)i', clocks.getrusage, 'ip'),
	// Who and where
	linux('getpid()i', 'getpid', ''),
	linux('getppid()i', 'getppid', ''),
	linux('getuid()i', 'getuid', ''),
	linux('geteuid()i', 'geteuid', ''),
	linux('getgid()i', 'getgid', ''),
	linux('getegid()i', 'getegid', ''),
	linux('getresuid(ppp)i', 'getresuid', 'ppp'),
	linux('getresgid(ppp)i', 'getresgid', 'ppp'),
	linux('getgroups(ip)i', 'getgroups', 'ip'),
	linux('setgroups(ip)i', 'setgroups', 'ip'),
	own('initgroups(pi)i', misc.notPermitted, 'si'),
	linux('setuid(i)i', 'setuid', 'i'),
	linux('seteuid(i)i', 'setuid', 'i'),
	linux('setreuid(ii)i', 'setreuid', 'ii'),
	linux('setresuid(iii)i', 'setresuid', 'iii'),
	linux('setgid(i)i', 'setgid', 'i'),
	linux('setegid(i)i', 'setgid', 'i'),
	linux('setregid(ii)i', 'setregid', 'ii'),
	linux('setresgid(iii)i', 'setresgid', 'iii'),
	linux('getpgid(i)i', 'getpgid', 'i'),
	linux('getpgrp()i', 'getpgrp', ''),
	linux('setpgid(ii)i', 'setpgid', 'ii'),
	linux('setpgrp()i', 'setpgid', '', () => [0, 0]),
	linux('getsid(i)i', 'getsid', 'i'),
	linux('setsid()i', 'setsid', ''),
	linux('uname(p)i', 'uname', 'p'),
	own('getpriority(ii)i', misc.getpriority(handlerOf('getpriority')), 'ii', { signed: true }),
	linux('setpriority(iii)i', 'setpriority', 'iii'),
	own('nice(i)i', misc.nice, 'i', { signed: true }),
	own('sched_get_priority_max(i)i', priority(99), 'i'),
	own('sched_get_priority_min(i)i', priority(1), 'i'),
	own('sched_yield()i', misc.nothing, ''),
	// Processes
	own('_exit(i)v', misc.exit, 'i'),
	own('execv(pp)i', misc.execv, 'sp'),
	linux('execve(ppp)i', 'execve', 'spp'),
	own('system(p)i', system, 's'),
	own('fork()i', misc.cannot, ''),
	own('forkpty(pppp)i', misc.cannot, 'pppp'),
	own('openpty(ppppp)i', misc.cannot, 'ppppp'),
	own('fexecve(ipp)i', misc.cannot, 'ipp'),
	linux('waitpid(ipi)i', 'wait4', 'ipi', ([pid, status, options]) => [pid, status, options, 0]),
	linux('kill(ii)i', 'kill', 'ii'),
	linux('killpg(ii)i', 'kill', 'ii', ([group, signal]) => [-toNumber(group), signal]),
]);

/** The arguments of a call in the form that its handler reads. */
export function shaped(shape: string, args: readonly number[]): Argument[] {
	const out: Argument[] = [];
	let at = 0;
	for (const kind of shape) {
		const value = args[at] ?? 0;
		at += 1;
		if (kind === 's') out.push({ kind: value === 0 ? 'fault' : 'long', address: value });
		else if (kind === 'b') {
			out.push({ address: value, length: args[at] ?? 0 });
			at += 1;
		} else out.push(value);
	}
	return out;
}

function own(
	signature: string,
	handler: LibcHandler,
	shape: string,
	rest: Omit<CFunction, 'handler' | 'shape'> = {},
): [string, CFunction] {
	return [signature, { handler, shape, ...rest }];
}

type Arrange = (args: readonly (Argument | undefined)[]) => (Argument | undefined)[];

/** A C function that is the Linux call `name`, with its arguments as they are or put in another order. */
function linux(signature: string, name: string, shape: string, arrange?: Arrange): [string, CFunction] {
	return [signature, { handler: shuffled(name, arrange), shape }];
}

function shuffled(name: string, arrange?: Arrange): LibcHandler {
	const handler = handlerOf(name);
	return (c) =>
		handler(
			c.as(
				`${name}()i`,
				(arrange?.(c.call.args) ?? c.call.args).map((value) => value ?? 0),
			),
		);
}

function handlerOf(name: string): (c: LibcContext) => ReturnType<LibcHandler> {
	const row = table.get(name);
	if (row === undefined) throw new Error(`the table of calls has no ${name}`);
	return row.handler;
}

/** SCHED_OTHER has one priority, 0; SCHED_FIFO and SCHED_RR have 1 to 99. sched_get_priority_max(2). */
function priority(most: number): LibcHandler {
	return (c) => (c.int(0) === 1 || c.int(0) === 2 ? most : 0);
}

function toNumber(value: Argument | undefined): number {
	return typeof value === 'number' ? value : 0;
}
