/** C functions that are a Linux call with other words: an argument more, a struct of another shape, a helper of RPython's. */
import { SysError } from '../../abi/errno.ts';
import { O_CLOEXEC, O_CREAT } from '../../abi/open-flags.ts';
import { packStatvfs, writeInt64 } from '../../abi/structs.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import * as descriptors from '../descriptors.ts';
import { execve as linuxExecve } from '../execve.ts';
import { openat } from '../open.ts';
import { fileSystemFacts } from '../paths.ts';
import { AT_FDCWD, at, existing } from '../place.ts';
import { ioctl } from '../terminal.ts';
import { openDevice } from './devices.ts';
import type { LibcContext, LibcHandler } from './libc.ts';

const F_SETLK = 6;
const F_SETLKW = 7;
const F_GETLK = 5;
const TIOCGPGRP = 0x540f;
const TIOCSPGRP = 0x5410;

/** Implements open(3), and opens the devices of pypy/guest. */
export const open: LibcHandler = (c) => {
	const path = (c.int(1) & O_CREAT) === 0 ? c.text(0) : '';
	const device = path.startsWith('/dev/') ? openDevice(c, path) : undefined;
	if (device !== undefined) return device;
	return openat(
		c.as('openat(isii)i', [
			AT_FDCWD,
			path === '' ? argument(c, 0) : { kind: 'text', address: c.long(0), text: path },
			c.long(1),
			c.long(2),
		]),
	);
};

/** Implements getcwd(3): the buffer's own address. */
export const getcwd =
	(handler: LibcHandler): LibcHandler =>
	(c) => {
		handler(c);
		return c.long(0);
	};

/** Implements execv(3): with the program's own environment. */
export const execv: LibcHandler = (c) =>
	linuxExecve(c.as('execve(spp)i', [argument(c, 0), c.long(1), c.libc.environment()]));

/** Implements _exit(2). */
export const exit: LibcHandler = (c): Outcome => ({ kind: 'exit', status: c.int(0) & 0xff });

/** Implements lockf(3) by a lock from the present position on. */
export const lockf: LibcHandler = (c) => {
	const [unlock, lock, test] = [0, 1, 3]; // and 2, F_TLOCK
	const operation = c.int(1);
	if (operation < unlock || operation > test) throw new SysError('EINVAL');
	const flock = Buffer.alloc(32);
	flock.writeInt16LE(operation === unlock ? 2 : 1, 0);
	flock.writeInt16LE(1 /* SEEK_CUR */, 2);
	writeInt64(flock, c.long(2), 16);
	const address = c.libc.scratch(flock);
	const command = operation === test ? F_GETLK : operation === lock ? F_SETLKW : F_SETLK;
	const outcome = descriptors.fcntl(c.as('fcntl(iii)i', [c.int(0), command, address]));
	if (operation !== test || typeof outcome !== 'number' || outcome !== 0) return outcome;
	if (c.link.read(address, 2).readInt16LE(0) !== 2) throw new SysError('EACCES');
	return 0;
};

/** Implements tcgetpgrp(3). */
export const tcgetpgrp: LibcHandler = (c) => {
	const address = c.libc.scratch(Buffer.alloc(4));
	ioctl(c.as('ioctl(iii)i', [c.int(0), TIOCGPGRP, address]));
	return c.link.read(address, 4).readInt32LE(0);
};

/** Implements tcsetpgrp(3). */
export const tcsetpgrp: LibcHandler = (c) => {
	const group = Buffer.alloc(4);
	group.writeInt32LE(c.int(1));
	return ioctl(c.as('ioctl(iii)i', [c.int(0), TIOCSPGRP, c.libc.scratch(group)]));
};

/** Implements nice(2). */
export const nice: LibcHandler = (c) => {
	const wanted = Math.max(-20, Math.min(19, c.process.nice + c.int(0)));
	if (wanted < c.process.nice) throw new SysError('EPERM');
	c.process.nice = wanted;
	return wanted;
};

/** Implements getpriority(3) of a process that is the interpreter or its child. */
export const getpriority =
	(handler: LibcHandler): LibcHandler =>
	(c) => {
		const raw = handler(c);
		return typeof raw === 'number' ? 20 - raw : raw;
	};

/** Implements statvfs(3) and fstatvfs(3). */
export const statvfs: LibcHandler = (c) => {
	existing(at(c, undefined, 0, { follow: true }));
	c.link.write(c.long(1), packStatvfs(fileSystemFacts));
	return 0;
};
export const fstatvfs: LibcHandler = (c) => {
	c.handle(0);
	c.link.write(c.long(1), packStatvfs(fileSystemFacts));
	return 0;
};

/** Never allowed: chroot(2), initgroups(3). */
export const notPermitted: LibcHandler = () => {
	throw new SysError('EPERM');
};

/** fork(3) and its kin: an interpreter that speaks over one pipe cannot be two, and has no terminals of its own. */
export const cannot: LibcHandler = () => {
	throw new SysError('ENOSYS');
};

export const nothing: LibcHandler = () => 0;
export const cpuCount: LibcHandler = (c) => c.kernel.identity.processors;

/** RPython's own helpers for descriptors: rpython/rlib/rposix.py. */
export const dupNoninheritable: LibcHandler = (c) => c.process.descriptors.add(c.handle(0), true);
export const dup2Noninheritable: LibcHandler = (c) => {
	const [from, to] = [c.int(0), c.int(1)];
	if (from === to) c.process.descriptors.setCloseOnExec(from, true);
	else c.process.descriptors.replace(to, c.handle(0), true);
	return to;
};
export const getInheritable: LibcHandler = (c) => (c.process.descriptors.closesOnExec(c.int(0)) ? 0 : 1);
export const setInheritable: LibcHandler = (c) => {
	c.process.descriptors.setCloseOnExec(c.int(0), c.int(1) === 0);
	return 0;
};
export const getStatusFlags: LibcHandler = (c) => c.handle(0).flags & ~O_CLOEXEC;
export const setStatusFlags: LibcHandler = (c) =>
	descriptors.fcntl(c.as('fcntl(iii)i', [c.int(0), 4 /* F_SETFL */, c.long(1)]));

function argument(c: LibcContext, index: number) {
	return c.call.args[index] ?? 0;
}
