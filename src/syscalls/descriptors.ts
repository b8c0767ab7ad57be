/** Calls on descriptors themselves: close, dup, fcntl, pipes, syncing, sizes. */
import { SysError } from '../abi/errno.ts';
import { O_APPEND, O_CLOEXEC, O_NONBLOCK, O_RDWR, platformFlags } from '../abi/open-flags.ts';
import { NodeFile } from '../kernel/node-file.ts';
import { waitFor } from '../kernel/outcome.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import type { Context, Handler } from './context.ts';
import { getLock, setLock } from './locks.ts';
import { unnamedFile } from './open.ts';
import { afterWriting, beforeReading } from './shared-memory.ts';

const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_GETLK = 5;
const F_SETLK = 6;
const F_SETLKW = 7;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const F_NOTIFY = 1026;
const DN_MULTISHOT = 0x80000000;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const FALLOC_FL_ZERO_RANGE = 0x10;
const FD_CLOEXEC = 1;
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;

/** Implements close(2). */
export const close: Handler = (c) => {
	c.process.descriptors.close(c.int(0));
	c.kernel.changed();
	return 0;
};

/** Implements close_range(2) without CLOSE_RANGE_UNSHARE. */
export const closeRange: Handler = (c) => {
	const first = c.int(0) >>> 0;
	const last = c.int(1) >>> 0;
	if (last < first) throw new SysError('EINVAL');
	const onExec = (c.int(2) & 4) !== 0;
	for (const fd of c.process.descriptors.numbers()) {
		if (fd < first || fd > last) continue;
		if (onExec) c.process.descriptors.setCloseOnExec(fd, true);
		else c.process.descriptors.close(fd);
	}
	c.kernel.changed();
	return 0;
};

/** Implements dup(2). */
export const dup: Handler = (c) => c.process.descriptors.add(c.handle(0), false);

/** Implements dup2(2). */
export const dup2: Handler = (c) => {
	const file = c.handle(0);
	if (c.int(0) !== c.int(1)) c.process.descriptors.replace(c.int(1), file, false);
	c.kernel.changed();
	return c.int(1);
};

/** Implements dup3(2). */
export const dup3: Handler = (c) => {
	const file = c.handle(0);
	if (c.int(0) === c.int(1) || (c.int(2) & ~O_CLOEXEC) !== 0) throw new SysError('EINVAL');
	c.process.descriptors.replace(c.int(1), file, (c.int(2) & O_CLOEXEC) !== 0);
	c.kernel.changed();
	return c.int(1);
};

/** Implements fcntl(2): duplicating, flags, pipe sizes, record locks. */
export const fcntl: Handler = (c) => {
	const table = c.process.descriptors;
	const fd = c.int(0);
	const file = table.get(fd);
	const argument = c.long(2);
	switch (c.int(1)) {
		case F_DUPFD:
		case F_DUPFD_CLOEXEC:
			if (argument < 0) throw new SysError('EINVAL');
			return table.add(file, c.int(1) === F_DUPFD_CLOEXEC, argument);
		case F_GETFD:
			return table.closesOnExec(fd) ? FD_CLOEXEC : 0;
		case F_SETFD:
			table.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
			return 0;
		case F_GETFL:
			return file.kind === 'node' ? file.flags | platformFlags[c.architecture].O_LARGEFILE : file.flags;
		case F_SETFL:
			file.flags = (file.flags & ~(O_APPEND | O_NONBLOCK)) | (argument & (O_APPEND | O_NONBLOCK));
			return 0;
		case F_SETLK:
		case F_SETLKW:
		case F_OFD_SETLK:
		case F_OFD_SETLKW: {
			const [command, waits] = [c.int(1), c.int(1) === F_SETLKW || c.int(1) === F_OFD_SETLKW];
			return setLock(c, file, argument, waits, command >= F_OFD_GETLK);
		}
		case F_GETLK:
		case F_OFD_GETLK:
			return getLock(c, file, argument, c.int(1) === F_OFD_GETLK);
		case F_NOTIFY:
			// Asking for no event is all that can be had.
			if ((argument & ~DN_MULTISHOT) === 0) return 0;
			throw new SysError(file instanceof NodeFile && file.node.type === 'directory' ? 'EINVAL' : 'ENOTDIR');
		case F_SETPIPE_SZ:
		case F_GETPIPE_SZ:
			if (file.kind !== 'pipe') throw new SysError('EBADF');
			return 65536;
		default:
			throw new SysError('EINVAL');
	}
};

/** Implements pipe(2). */
export const pipe: Handler = (c) => makePipe(c, 0);
/** Implements pipe2(2). */
export const pipe2: Handler = (c) => makePipe(c, c.int(1));

/** Implements ftruncate(2). */
export const ftruncate: Handler = (c) => {
	const file = c.file(0);
	if (c.long(1) < 0 || !(file instanceof NodeFile) || !file.writable) throw new SysError('EINVAL');
	file.node.truncate(c.long(1));
	return 0;
};

/** Implements fallocate(2): growing, keeping the size, holes and zeros. Collapsing and inserting a range are EOPNOTSUPP. */
export const fallocate: Handler = (c) => {
	const file = c.file(0);
	const end = c.long(2) + c.long(3);
	if (c.long(2) < 0 || c.long(3) <= 0) throw new SysError('EINVAL');
	if (!(file instanceof NodeFile)) throw new SysError(file.kind === 'pipe' ? 'ESPIPE' : 'ENODEV');
	if (!file.writable) throw new SysError('EBADF');
	const mode = c.int(1);
	const keepsSize = (mode & FALLOC_FL_KEEP_SIZE) !== 0;
	if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) !== 0)
		throw new SysError('EOPNOTSUPP');
	const [hole, zero] = [(mode & FALLOC_FL_PUNCH_HOLE) !== 0, (mode & FALLOC_FL_ZERO_RANGE) !== 0];
	if (hole && (zero || !keepsSize)) throw new SysError('EOPNOTSUPP');
	const size = file.node.stat().size;
	if (end > Number.MAX_SAFE_INTEGER) throw new SysError('EFBIG');
	if (hole || zero) clear(c, file, c.long(2), Math.min(end, size));
	if (!keepsSize && end > size) file.node.truncate(end);
	return 0;
};

/** Only what is not zero already is written: the holes of a large file stay. */
function clear(c: Context, file: NodeFile, from: number, to: number): void {
	const bytes = Buffer.allocUnsafe(pieceBytes);
	const zeros = Buffer.alloc(pieceBytes);
	for (let at = from; at < to; ) {
		const want = Math.min(pieceBytes, to - at);
		if (c.kernel.hasSharedMappings) beforeReading(c, file, at, want);
		const got = file.node.read(bytes.subarray(0, want), at);
		if (got === 0) return;
		if (!bytes.subarray(0, got).equals(zeros.subarray(0, got))) {
			file.node.write(zeros.subarray(0, got), at);
			if (c.kernel.hasSharedMappings) afterWriting(c, file, at, zeros.subarray(0, got));
		}
		at += got;
	}
}

/** Implements fsync(2), fdatasync(2): the session's files are the guest's disk. */
export const fsync: Handler = (c) => {
	if (!(c.file(0) instanceof NodeFile)) throw new SysError('EINVAL');
	return 0;
};

/** Implements fadvise64(2), readahead(2), sync_file_range(2), sync(2), syncfs(2): advice that changes nothing. */
export const advice: Handler = (c) => {
	if (!c.call.signature.startsWith('sync(')) c.file(0);
	return 0;
};

/** Implements sendfile(2). */
export const sendfile: Handler = (c) => {
	const out = c.file(0);
	const source = c.file(1);
	if (!out.writable || !source.readable) throw new SysError('EBADF');
	if (!(source instanceof NodeFile)) throw new SysError('EINVAL');
	const address = c.long(2);
	const position = address === 0 ? source.offset : Number(c.link.read(address, 8).readBigInt64LE(0));
	const bytes = Buffer.allocUnsafe(Math.min(Math.max(c.long(3), 0), pieceBytes));
	if (c.kernel.hasSharedMappings) beforeReading(c, source, position, bytes.length);
	const got = source.readAt(bytes, position);
	if (got === 0) return 0;
	return waitFor(() => {
		const put = out.write(bytes.subarray(0, got));
		if (put === undefined) return undefined;
		if (address === 0) source.offset = position + put;
		else c.link.write(address, offsetBytes(position + put));
		return put;
	});
};

/** Implements memfd_create(2) without seals: a file of the session without a name. */
export const memfdCreate: Handler = (c) => {
	const name = c.text(0);
	if (name.length > 249 || (c.int(1) & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) !== 0) throw new SysError('EINVAL');
	const file = unnamedFile(c, O_RDWR, 0o777);
	file.path = `/memfd:${name}`;
	try {
		return c.process.descriptors.add(file, (c.int(1) & MFD_CLOEXEC) !== 0);
	} catch (error) {
		file.node.close();
		throw error;
	}
};

/** Implements copy_file_range(2). */
export const copyFileRange: Handler = (c) => {
	const source = c.file(0);
	const out = c.file(2);
	if (c.int(5) !== 0) throw new SysError('EINVAL');
	if (!(source instanceof NodeFile) || !(out instanceof NodeFile)) throw new SysError('EINVAL');
	if (!source.readable || !out.writable || out.appending) throw new SysError('EBADF');
	const from = c.long(1) === 0 ? source.offset : Number(c.link.read(c.long(1), 8).readBigInt64LE(0));
	const to = c.long(3) === 0 ? out.offset : Number(c.link.read(c.long(3), 8).readBigInt64LE(0));
	const bytes = Buffer.allocUnsafe(Math.min(Math.max(c.long(4), 0), pieceBytes));
	if (c.kernel.hasSharedMappings) beforeReading(c, source, from, bytes.length);
	const got = source.readAt(bytes, from);
	const put = got === 0 ? 0 : out.writeAt(bytes.subarray(0, got), to);
	if (c.long(1) === 0) source.offset = from + put;
	else c.link.write(c.long(1), offsetBytes(from + put));
	if (c.long(3) === 0) out.offset = to + put;
	else c.link.write(c.long(3), offsetBytes(to + put));
	return put;
};

function makePipe(c: Context, flags: number): number {
	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | platformFlags[c.architecture].O_DIRECT)) !== 0) throw new SysError('EINVAL');
	const { reader, writer } = c.kernel.pipe(flags & O_NONBLOCK);
	const onExec = (flags & O_CLOEXEC) !== 0;
	const table = c.process.descriptors;
	const first = table.add(reader, onExec);
	const second = addOrUndo(c, first, () => table.add(writer, onExec));
	const pair = Buffer.alloc(8);
	pair.writeInt32LE(first, 0);
	pair.writeInt32LE(second, 4);
	c.link.write(c.long(0), pair);
	return 0;
}

function addOrUndo(c: Context, first: number, add: () => number): number {
	try {
		return add();
	} catch (error) {
		c.process.descriptors.close(first);
		throw error;
	}
}

function offsetBytes(offset: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64LE(BigInt(offset));
	return bytes;
}
