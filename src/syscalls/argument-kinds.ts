/** What each argument of each call is, as data: one word for each that the launcher sends (calls.c). Read by the trace alone. */
import type { flagNames, valueNames } from '../abi/flag-names.ts';

/**
 * fd, dirfd, int, addr, mode (octal), pid, signal; path and text (strings inside the message); in (a buffer with its length); out (filled
 * by the call, as many bytes as its result); structs: stat, pipe, status, timespec, timeval, address (of a socket), words (argv), iov, pollfds;
 * open (its flags); a name of flagNames as `|name`, of valueNames as `=name`.
 */
export type Kind =
	| 'fd'
	| 'dirfd'
	| 'int'
	| 'addr'
	| 'mode'
	| 'pid'
	| 'signal'
	| 'path'
	| 'text'
	| 'in'
	| 'out'
	| 'stat'
	| 'pipe'
	| 'status'
	| 'timespec'
	| 'timeval'
	| 'address'
	| 'words'
	| 'iov'
	| 'pollfds'
	| 'open'
	| `|${keyof typeof flagNames}`
	| `=${keyof typeof valueNames}`;

const kinds: Readonly<Record<string, readonly Kind[]>> = {
	open: ['path', 'open', 'mode'],
	openat: ['dirfd', 'path', 'open', 'mode'],
	creat: ['path', 'mode'],
	stat: ['path', 'stat'],
	lstat: ['path', 'stat'],
	fstat: ['fd', 'stat'],
	newfstatat: ['dirfd', 'path', 'stat', '|at'],
	statx: ['dirfd', 'path', '|at', 'int', 'addr'],
	access: ['path', '|access'],
	faccessat: ['dirfd', 'path', '|access'],
	faccessat2: ['dirfd', 'path', '|access', '|at'],
	mkdir: ['path', 'mode'],
	mkdirat: ['dirfd', 'path', 'mode'],
	rmdir: ['path'],
	unlink: ['path'],
	unlinkat: ['dirfd', 'path', '|at'],
	rename: ['path', 'path'],
	renameat: ['dirfd', 'path', 'dirfd', 'path'],
	renameat2: ['dirfd', 'path', 'dirfd', 'path', '|rename'],
	link: ['path', 'path'],
	linkat: ['dirfd', 'path', 'dirfd', 'path', '|at'],
	symlink: ['path', 'path'],
	symlinkat: ['path', 'dirfd', 'path'],
	readlink: ['path', 'out', 'int'],
	readlinkat: ['dirfd', 'path', 'out', 'int'],
	chmod: ['path', 'mode'],
	fchmod: ['fd', 'mode'],
	fchmodat: ['dirfd', 'path', 'mode'],
	fchmodat2: ['dirfd', 'path', 'mode', '|at'],
	chown: ['path', 'int', 'int'],
	lchown: ['path', 'int', 'int'],
	fchown: ['fd', 'int', 'int'],
	fchownat: ['dirfd', 'path', 'int', 'int', '|at'],
	truncate: ['path', 'int'],
	ftruncate: ['fd', 'int'],
	fallocate: ['fd', 'int', 'int', 'int'],
	mknod: ['path', 'mode', 'int'],
	mknodat: ['dirfd', 'path', 'mode', 'int'],
	utimensat: ['dirfd', 'path', 'addr', '|at'],
	getdents64: ['fd', 'addr', 'int'],
	chdir: ['path'],
	fchdir: ['fd'],
	getcwd: ['out', 'int'],
	umask: ['mode'],
	statfs: ['path', 'addr'],
	fstatfs: ['fd', 'addr'],
	read: ['fd', 'out', 'int'],
	write: ['fd', 'in'],
	pread64: ['fd', 'out', 'int', 'int'],
	pwrite64: ['fd', 'in', 'int'],
	readv: ['fd', 'iov', 'int'],
	writev: ['fd', 'iov', 'int'],
	lseek: ['fd', 'int', '=whence'],
	close: ['fd'],
	close_range: ['fd', 'fd', '|close'],
	dup: ['fd'],
	dup2: ['fd', 'fd'],
	dup3: ['fd', 'fd', '|opened'],
	fcntl: ['fd', '=fcntl', 'int'],
	flock: ['fd', '|lock'],
	fsync: ['fd'],
	fdatasync: ['fd'],
	pipe: ['pipe'],
	pipe2: ['pipe', '|opened'],
	memfd_create: ['text', '|memory'],
	sendfile: ['fd', 'fd', 'addr', 'int'],
	copy_file_range: ['fd', 'addr', 'fd', 'addr', 'int', 'int'],
	ioctl: ['fd', '=ioctl', 'addr'],
	poll: ['pollfds', 'int', 'int'],
	ppoll: ['pollfds', 'int', 'timespec', 'addr', 'int'],
	select: ['int', 'addr', 'addr', 'addr', 'timeval'],
	pselect6: ['int', 'addr', 'addr', 'addr', 'timespec', 'addr'],
	epoll_create: ['int'],
	epoll_create1: ['|opened'],
	epoll_ctl: ['fd', '=epoll', 'fd', 'addr'],
	epoll_wait: ['fd', 'addr', 'int', 'int'],
	epoll_pwait: ['fd', 'addr', 'int', 'int', 'addr', 'int'],
	eventfd: ['int'],
	eventfd2: ['int', '|event'],
	signalfd: ['fd', 'addr', 'int'],
	signalfd4: ['fd', 'addr', 'int', '|event'],
	sched_setaffinity: ['pid', 'int', 'addr'],
	timerfd_create: ['=clock', '|event'],
	timerfd_settime: ['fd', '|timer', 'addr', 'addr'],
	timerfd_gettime: ['fd', 'addr'],
	nanosleep: ['timespec', 'addr'],
	clock_nanosleep: ['=clock', '|timer', 'timespec', 'addr'],
	getpid: [],
	gettid: [],
	getppid: [],
	getpgid: ['pid'],
	getsid: ['pid'],
	setpgid: ['pid', 'pid'],
	setsid: [],
	uname: ['addr'],
	sethostname: ['addr', 'int'],
	getrandom: ['addr', 'int', '|random'],
	getrlimit: ['=limit', 'addr'],
	setrlimit: ['=limit', 'addr'],
	prlimit64: ['pid', '=limit', 'addr', 'addr'],
	getrusage: ['=usage', 'addr'],
	fork: ['|clone'],
	forked: ['pid', 'int'],
	execve: ['path', 'words', 'addr', 'addr'],
	execveat: ['dirfd', 'path', 'words', 'addr', '|at', 'addr'],
	wait4: ['pid', 'status', '|wait', 'addr'],
	waitid: ['=id', 'pid', 'addr', '|wait', 'addr'],
	kill: ['pid', 'signal'],
	tkill: ['pid', 'signal'],
	tgkill: ['pid', 'pid', 'signal'],
	rt_sigqueueinfo: ['pid', 'signal', 'addr'],
	rt_tgsigqueueinfo: ['pid', 'pid', 'signal', 'addr'],
	pidfd_open: ['pid', 'int'],
	pidfd_send_signal: ['fd', 'signal', 'addr', 'int'],
	exit_group: ['int'],
	mmap: ['addr', 'int', '|prot', '|map', 'fd', 'int'],
	munmap: ['addr', 'int'],
	msync: ['addr', 'int', '|msync'],
	socket: ['=family', '=socket', 'int'],
	socketpair: ['=family', '=socket', 'int', 'pipe'],
	connect: ['fd', 'address', 'int'],
	bind: ['fd', 'address', 'int'],
	listen: ['fd', 'int'],
	accept: ['fd', 'addr', 'addr'],
	accept4: ['fd', 'addr', 'addr', '|socketType'],
	sendto: ['fd', 'in', '|message', 'address', 'int'],
	recvfrom: ['fd', 'out', 'int', '|message', 'addr', 'addr'],
	sendmsg: ['fd', 'addr', '|message'],
	recvmsg: ['fd', 'addr', '|message'],
	shutdown: ['fd', '=shutdown'],
	getsockopt: ['fd', '=level', 'int', 'addr', 'addr'],
	setsockopt: ['fd', '=level', 'int', 'addr', 'int'],
};

/** undefined: a call that nobody has described; its arguments are shown as numbers. */
export function kindsOf(name: string): readonly Kind[] | undefined {
	return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

export function allKinds(): Readonly<Record<string, readonly Kind[]>> {
	return kinds;
}
