/**
 * Every call we know, by name: its handler and how well it is supported. Support is data: a page of it can be printed.
 * A call that stands nowhere here answers ENOSYS and leaves an event.
 */

import * as attributes from './attributes.ts';
import * as clock from './clock.ts';
import type { Handler } from './context.ts';
import * as descriptors from './descriptors.ts';
import * as epoll from './epoll.ts';
import * as execve from './execve.ts';
import * as identity from './identity.ts';
import * as locks from './locks.ts';
import * as mapping from './mapping.ts';
import * as names from './names.ts';
import * as open from './open.ts';
import * as paths from './paths.ts';
import * as polling from './polling.ts';
import * as processFiles from './process-files.ts';
import * as processes from './processes.ts';
import * as readWrite from './read-write.ts';
import * as scheduling from './scheduling.ts';
import * as sending from './sending.ts';
import * as signalFiles from './signal-files.ts';
import * as messages from './socket-messages.ts';
import * as sockets from './sockets.ts';
import * as terminal from './terminal.ts';
import * as timers from './timers.ts';
import * as times from './times.ts';
import * as usage from './usage.ts';

export type Row = { readonly handler: Handler; readonly support: 'full' | 'partial'; readonly note?: string };

const full = (handler: Handler): Row => ({ handler, support: 'full' });
const partial = (handler: Handler, note: string): Row => ({ handler, support: 'partial', note });

const sameOwner = 'of what the guest made; a file of the machine keeps its owner (EPERM)';
const sameSelf = 'staying the same succeeds; any other is EPERM';
const lowerFiles = 'how many descriptors may be lowered; any other change is EPERM';
const scratchAttributes = 'user.* and trusted.* of files in scratch; EOPNOTSUPP elsewhere';
const families = 'AF_UNIX between tasks of the guest, AF_INET and AF_INET6';

export const table: ReadonlyMap<string, Row> = new Map<string, Row>([
	// Files by name
	['open', full(open.open)],
	['openat', partial(open.openat, 'a file of O_TMPFILE can have no name later')],
	['creat', full(open.creat)],
	['stat', full(paths.stat)],
	['lstat', full(paths.lstat)],
	['fstat', full(paths.fstat)],
	['newfstatat', full(paths.newfstatat)],
	['statx', partial(paths.statx, 'no birth time')],
	['access', full(paths.access)],
	['faccessat', full(paths.faccessat)],
	['faccessat2', full(paths.faccessat)],
	['mkdir', full(names.mkdir)],
	['mkdirat', full(names.mkdirat)],
	['rmdir', full(names.rmdir)],
	['unlink', full(names.unlink)],
	['unlinkat', full(names.unlinkat)],
	['rename', full(names.rename)],
	['renameat', full(names.renameat)],
	['renameat2', partial(names.renameat2, 'no RENAME_WHITEOUT')],
	['link', full(names.link)],
	['linkat', full(names.linkat)],
	['symlink', full(names.symlink)],
	['symlinkat', full(names.symlinkat)],
	['readlink', full(paths.readlink)],
	['readlinkat', full(paths.readlinkat)],
	['chmod', full(paths.chmod)],
	['fchmod', full(paths.fchmod)],
	['fchmodat', full(paths.fchmodat)],
	['fchmodat2', full(paths.fchmodat2)],
	['chown', partial(paths.chown, sameOwner)],
	['lchown', partial(paths.lchown, sameOwner)],
	['fchown', partial(paths.fchown, sameOwner)],
	['fchownat', partial(paths.fchownat, sameOwner)],
	['truncate', full(paths.truncate)],
	['mknod', partial(names.mknod, 'no devices; FIFOs and sockets end with the run')],
	['mknodat', partial(names.mknodat, 'no devices; FIFOs and sockets end with the run')],
	['utime', full(times.utime)],
	['utimes', full(times.utimes)],
	['futimesat', full(times.futimesat)],
	['utimensat', full(times.utimensat)],
	['getxattr', partial(attributes.getxattr, scratchAttributes)],
	['lgetxattr', partial(attributes.lgetxattr, scratchAttributes)],
	['fgetxattr', partial(attributes.fgetxattr, scratchAttributes)],
	['setxattr', partial(attributes.setxattr, scratchAttributes)],
	['lsetxattr', partial(attributes.lsetxattr, scratchAttributes)],
	['fsetxattr', partial(attributes.fsetxattr, scratchAttributes)],
	['listxattr', partial(attributes.listxattr, scratchAttributes)],
	['llistxattr', partial(attributes.llistxattr, scratchAttributes)],
	['flistxattr', partial(attributes.flistxattr, scratchAttributes)],
	['removexattr', partial(attributes.removexattr, scratchAttributes)],
	['lremovexattr', partial(attributes.lremovexattr, scratchAttributes)],
	['fremovexattr', partial(attributes.fremovexattr, scratchAttributes)],
	['getdents64', full(paths.getdents64)],
	['chdir', full(paths.chdir)],
	['fchdir', full(paths.fchdir)],
	['getcwd', full(paths.getcwd)],
	['umask', full(paths.umask)],
	['statfs', partial(paths.statfs, 'sizes are made up')],
	['fstatfs', partial(paths.fstatfs, 'sizes are made up')],
	// Descriptors
	['read', full(readWrite.read)],
	['write', full(readWrite.write)],
	['pread64', full(readWrite.pread64)],
	['pwrite64', full(readWrite.pwrite64)],
	['readv', full(readWrite.readv)],
	['writev', full(readWrite.writev)],
	['preadv', full(readWrite.preadv)],
	['pwritev', full(readWrite.pwritev)],
	['preadv2', partial(readWrite.preadv, 'flags are not looked at')],
	['pwritev2', partial(readWrite.pwritev, 'flags are not looked at')],
	['lseek', partial(readWrite.lseek, 'SEEK_DATA and SEEK_HOLE: all of a file is data')],
	['close', full(descriptors.close)],
	['close_range', full(descriptors.closeRange)],
	['dup', full(descriptors.dup)],
	['dup2', full(descriptors.dup2)],
	['dup3', full(descriptors.dup3)],
	['fcntl', partial(descriptors.fcntl, "record locks hold among the guest's own processes")],
	['flock', partial(locks.flock, "holds among the guest's own processes")],
	['pipe', full(descriptors.pipe)],
	['pipe2', full(descriptors.pipe2)],
	['memfd_create', partial(descriptors.memfdCreate, 'no seals, no huge pages')],
	['ftruncate', full(descriptors.ftruncate)],
	['fallocate', partial(descriptors.fallocate, 'no collapsing or inserting of ranges')],
	['fsync', full(descriptors.fsync)],
	['fdatasync', full(descriptors.fsync)],
	['sync', full(descriptors.advice)],
	['syncfs', full(descriptors.advice)],
	['fadvise64', full(descriptors.advice)],
	['readahead', full(descriptors.advice)],
	['sync_file_range', full(descriptors.advice)],
	['sendfile', full(descriptors.sendfile)],
	['copy_file_range', full(descriptors.copyFileRange)],
	[
		'ioctl',
		partial(
			terminal.ioctl,
			'pseudo-terminals, isatty, FIONREAD, FIONBIO, FIOCLEX, names of network interfaces; settings of the terminal that approve-run runs in are not changed',
		),
	],
	// Waiting
	['poll', full(polling.poll)],
	['ppoll', full(polling.ppoll)],
	['select', full(polling.select)],
	['pselect6', full(polling.pselect6)],
	['epoll_create', full(epoll.epollCreate)],
	['epoll_create1', full(epoll.epollCreate1)],
	['epoll_ctl', full(epoll.epollCtl)],
	['epoll_wait', full(epoll.epollWait)],
	['epoll_pwait', full(epoll.epollWait)],
	['epoll_pwait2', full(epoll.epollPwait2)],
	['eventfd', full(epoll.eventfd)],
	['eventfd2', full(epoll.eventfd2)],
	['signalfd', partial(signalFiles.signalfd, 'SIGALRM of the process’s own timers is seen within 20 ms')],
	['signalfd4', partial(signalFiles.signalfd4, 'SIGALRM of the process’s own timers is seen within 20 ms')],
	['timerfd_create', partial(timers.timerfdCreate, 'no clocks that wake the machine')],
	['timerfd_settime', full(timers.timerfdSettime)],
	['timerfd_gettime', full(timers.timerfdGettime)],
	['nanosleep', full(clock.nanosleep)],
	['clock_nanosleep', partial(clock.clockNanosleep, 'absolute times on CLOCK_REALTIME and CLOCK_MONOTONIC')],
	['clock_settime', partial(clock.clockSettime, 'always EPERM')],
	['time', full(clock.time)],
	['pause', full(clock.pause)],
	// Who and where
	['getpid', full(identity.getpid)],
	['gettid', full(identity.gettid)],
	['getppid', full(identity.getppid)],
	['getuid', full(identity.getuid)],
	['geteuid', full(identity.getuid)],
	['getgid', full(identity.getgid)],
	['getegid', full(identity.getgid)],
	['getresuid', full(identity.getresuid)],
	['getresgid', full(identity.getresgid)],
	['getgroups', full(identity.getgroups)],
	['setuid', partial(identity.setuid, sameSelf)],
	['setreuid', partial(identity.setuid, sameSelf)],
	['setresuid', partial(identity.setuid, sameSelf)],
	['setgid', partial(identity.setgid, sameSelf)],
	['setregid', partial(identity.setgid, sameSelf)],
	['setresgid', partial(identity.setgid, sameSelf)],
	['getpgid', full(identity.getpgid)],
	['getpgrp', full(identity.getpgrp)],
	['getsid', full(identity.getsid)],
	['setpgid', full(identity.setpgid)],
	['setsid', full(identity.setsid)],
	['uname', full(identity.uname)],
	['sethostname', partial(identity.sethostname, 'of the guest alone')],
	['sysinfo', partial(identity.sysinfo, 'uptime, memory and processes')],
	['getrandom', full(identity.getrandom)],
	['getrlimit', full(usage.getrlimit)],
	['setrlimit', partial(usage.setrlimit, lowerFiles)],
	['prlimit64', partial(usage.prlimit64, lowerFiles)],
	['getrusage', partial(usage.getrusage, 'of children: times and the most memory; of itself natively')],
	['times', full(usage.times)],
	['sched_getaffinity', partial(scheduling.schedGetaffinity, 'threads of a process have one set')],
	['sched_setaffinity', partial(scheduling.schedSetaffinity, 'of the caller itself; of another it is EPERM')],
	['sched_getparam', full(scheduling.schedGetparam)],
	['sched_getscheduler', full(scheduling.schedGetscheduler)],
	['sched_setscheduler', partial(scheduling.schedSetscheduler, 'SCHED_OTHER; any other is EPERM')],
	['sched_setparam', full(scheduling.schedSetparam)],
	['sched_rr_get_interval', partial(scheduling.schedRrGetInterval, 'always 4 ms')],
	['getpriority', full(usage.getpriority)],
	['setpriority', partial(usage.setpriority, 'remembered; nothing runs slower')],
	['setgroups', partial(identity.setgroups, 'remembered and told; the rights stay those of the user')],
	['prctl', partial(identity.prctl, 'PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE')],
	// Processes and memory
	['fork', full(processes.fork)],
	['detach', full(processes.detach)],
	['image', full(processes.image)],
	['disposition', full(processes.disposition)],
	['forked', full(processes.forked)],
	[
		'execve',
		partial(execve.execve, "the guest's own interpreter goes on as a guest; a command gets descriptors 0, 1 and 2"),
	],
	['execveat', partial(execve.execveat, 'no AT_EMPTY_PATH')],
	['wait4', partial(processes.wait4, 'struct rusage has times and the most memory')],
	['waitid', full(processes.waitid)],
	['kill', full(sending.kill)],
	['tkill', full(sending.tkill)],
	['tgkill', full(sending.tgkill)],
	['rt_sigqueueinfo', full(sending.rtSigqueueinfo)],
	['rt_tgsigqueueinfo', full(sending.rtTgsigqueueinfo)],
	['pidfd_open', partial(processFiles.pidfdOpen, 'of processes, not of threads')],
	['pidfd_send_signal', partial(processFiles.pidfdSendSignal, 'no flags')],
	['exit_group', full(processes.exitGroup)],
	[
		'mmap',
		partial(
			mapping.mmap,
			'128 MiB of files are one memory in all processes; past that, forked children share it and others see the file',
		),
	],
	['mremap', partial(mapping.mremap, 'of shared file mappings, without MREMAP_FIXED; of others natively')],
	['munmap', full(mapping.munmap)],
	['msync', full(mapping.msync)],
	// Sockets
	['socket', partial(sockets.socket, families)],
	['socketpair', full(sockets.socketpair)],
	['connect', partial(sockets.connect, families)],
	[
		'bind',
		partial(
			sockets.bind,
			'AF_UNIX: abstract names, and paths in scratch directories; AF_INET, AF_INET6: on a loopback of its own, and a port of the machine where `listen` is allowed',
		),
	],
	['listen', full(sockets.listen)],
	['accept', full(sockets.accept)],
	['accept4', full(sockets.accept4)],
	['sendto', partial(messages.sendto, families)],
	['sendmsg', partial(messages.sendmsg, families)],
	['sendmmsg', partial(messages.sendmmsg, families)],
	['recvfrom', partial(messages.recvfrom, families)],
	['recvmsg', partial(messages.recvmsg, families)],
	['shutdown', partial(sockets.shutdown, families)],
	['getsockname', full(sockets.getsockname)],
	['getpeername', full(sockets.getpeername)],
	['setsockopt', partial(sockets.setsockopt, 'the usual ones')],
	['getsockopt', partial(sockets.getsockopt, 'the usual ones')],
]);
