/** What each argument of a C function is, as data: for the trace alone. */
import type { SandboxPlatform } from '../../wire/sandbox-dump.ts';
import { type Kind, kindsOf } from '../argument-kinds.ts';

/** Those that are no Linux call of the same name and arguments. */
const kinds: Readonly<Record<string, readonly Kind[]>> = {
	stat64: ['path', 'stat'],
	lstat64: ['path', 'stat'],
	fstat64: ['fd', 'stat'],
	fstatat64: ['dirfd', 'path', 'stat', '|at'],
	faccessat: ['dirfd', 'path', '|access', '|at'],
	fchmodat: ['dirfd', 'path', 'mode', '|at'],
	mkfifo: ['path', 'mode'],
	mkfifoat: ['dirfd', 'path', 'mode'],
	futimens: ['fd', 'addr'],
	statvfs: ['path', 'addr'],
	fstatvfs: ['fd', 'addr'],
	pathconf: ['path', 'int'],
	fpathconf: ['fd', 'int'],
	getcwd: ['addr', 'int'],
	chroot: ['path'],
	getxattr: ['path', 'text', 'addr', 'int'],
	lgetxattr: ['path', 'text', 'addr', 'int'],
	fgetxattr: ['fd', 'text', 'addr', 'int'],
	setxattr: ['path', 'text', 'addr', 'int', 'int'],
	lsetxattr: ['path', 'text', 'addr', 'int', 'int'],
	fsetxattr: ['fd', 'text', 'addr', 'int', 'int'],
	listxattr: ['path', 'addr', 'int'],
	llistxattr: ['path', 'addr', 'int'],
	flistxattr: ['fd', 'addr', 'int'],
	removexattr: ['path', 'text'],
	lremovexattr: ['path', 'text'],
	fremovexattr: ['fd', 'text'],
	opendir: ['path'],
	fdopendir: ['fd'],
	pread: ['fd', 'out', 'int', 'int'],
	pwrite: ['fd', 'in', 'int'],
	getenv: ['text'],
	putenv: ['text'],
	unsetenv: ['text'],
	clock_gettime: ['=clock', 'addr'],
	clock_getres: ['=clock', 'addr'],
	killpg: ['pid', 'signal'],
	execv: ['path', 'words'],
	execve: ['path', 'words', 'addr'],
	system: ['text'],
	waitpid: ['pid', 'status', '|wait'],
	readdir: ['addr'],
};

export function kindsOfFunction(platform: SandboxPlatform): (name: string) => readonly Kind[] | undefined {
	const known = (name: string) => (Object.hasOwn(kinds, name) ? kinds[name] : kindsOf(name));
	if (platform === 'linux') return known;
	return (name) => known(name)?.map((kind) => (isOfLinux(kind) ? 'addr' : kind));
}

/** What it shows has the names or the struct of Linux. */
function isOfLinux(kind: Kind): boolean {
	return /^[|=]/.test(kind) || ['open', 'stat', 'status', 'signal', 'dirfd', 'timeval'].includes(kind);
}

export function allFunctionKinds(): Readonly<Record<string, readonly Kind[]>> {
	return kinds;
}
