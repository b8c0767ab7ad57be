/** Locks on files: flock(2), and fcntl(2) with F_SETLK and its kin. They hold among the guest's own processes. */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { LockRange } from '../kernel/locks.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;
const structBytes = 32;

/** Implements flock(2). */
export const flock: Handler = (c) => {
	const file = c.file(0);
	const { locks } = c.kernel;
	const operation = c.int(1) & ~LOCK_NB;
	if (operation === LOCK_UN) {
		locks.unflock(file);
		return 0;
	}
	if (operation !== LOCK_SH && operation !== LOCK_EX) throw new SysError('EINVAL');
	return taken(() => locks.flock(file, operation === LOCK_EX), (c.int(1) & LOCK_NB) === 0);
};

/** F_SETLK, F_SETLKW. `open`: the lock is the open file's and not the process's (F_OFD_SETLK). */
export function setLock(c: Context, file: OpenFile, address: number, waits: boolean, open: boolean): Outcome {
	const bytes = c.link.read(address, structBytes);
	const range = rangeOf(file, bytes);
	const owner = open ? file : c.process;
	const { locks } = c.kernel;
	switch (bytes.readInt16LE(0)) {
		case F_UNLCK:
			locks.unlock(owner, file, range);
			return 0;
		case F_RDLCK:
			if (!file.readable) throw new SysError('EBADF');
			return taken(() => locks.lock(owner, file, false, range), waits);
		case F_WRLCK:
			if (!file.writable) throw new SysError('EBADF');
			return taken(() => locks.lock(owner, file, true, range), waits);
		default:
			throw new SysError('EINVAL');
	}
}

/** F_GETLK: tells of a lock that stands in the way, or that none does. */
export function getLock(c: Context, file: OpenFile, address: number, open: boolean): number {
	const bytes = c.link.read(address, structBytes);
	const type = bytes.readInt16LE(0);
	if (type !== F_RDLCK && type !== F_WRLCK) throw new SysError('EINVAL');
	const other = c.kernel.locks.conflict(open ? file : c.process, file, type === F_WRLCK, rangeOf(file, bytes));
	if (other === undefined) bytes.writeInt16LE(F_UNLCK, 0);
	else {
		bytes.writeInt16LE(other.exclusive ? F_WRLCK : F_RDLCK, 0);
		bytes.writeInt16LE(0, 2);
		writeInt64(bytes, other.from, 8);
		writeInt64(bytes, other.to === Number.POSITIVE_INFINITY ? 0 : other.to - other.from, 16);
		bytes.writeInt32LE('pid' in other.owner ? other.owner.pid : -1, 24);
	}
	c.link.write(address, bytes);
	return 0;
}

function taken(attempt: () => boolean, waits: boolean): Outcome {
	if (waits) return waitFor(() => (attempt() ? 0 : undefined));
	if (!attempt()) throw new SysError('EAGAIN');
	return 0;
}

/** struct flock: l_whence, l_start, l_len, where a length of 0 is "to the end" and a negative one lies before the start. */
function rangeOf(file: OpenFile, bytes: Buffer): LockRange {
	const [whence, start, length] = [bytes.readInt16LE(2), readInt64(bytes, 8), readInt64(bytes, 16)];
	if (whence < 0 || whence > 2 || !(file instanceof NodeFile || whence === 0)) throw new SysError('EINVAL');
	const base = whence === 0 || !(file instanceof NodeFile) ? 0 : whence === 1 ? file.offset : file.stat().size;
	const from = base + start + Math.min(length, 0);
	if (from < 0) throw new SysError('EINVAL');
	return { from, to: length === 0 ? Number.POSITIVE_INFINITY : base + start + Math.max(length, 0) };
}
