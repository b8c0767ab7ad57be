/** Bytes and open files from socket to socket: sendto(2), sendmsg(2), recvfrom(2), recvmsg(2), sendmmsg(2). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { LoneSocket } from '../kernel/socket.ts';
import { SOCK_DGRAM, SOCK_STREAM, UnixSocket } from '../kernel/unix-socket.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import { effectOf, refuse } from './connecting.ts';
import type { Context, Handler } from './context.ts';
import { giveFiles, passedFiles } from './passed-files.ts';
import { giveAddress, readAddress, unixAddress } from './socket-address.ts';
import { socketOf } from './sockets.ts';
import { type Stretch, stretches, transferLength } from './transfer.ts';

const MSG_PEEK = 0x2;
const MSG_CTRUNC = 0x8;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const headerBytes = 56;
const SIGPIPE = 13;

/** Implements sendto(2). */
export const sendto: Handler = (c) => {
	const file = socketOf(c);
	const argument = c.call.args[1];
	const length = typeof argument === 'object' && 'length' in argument ? transferLength(argument.length) : 0;
	if (file instanceof LoneSocket) {
		const to = c.long(3) === 0 ? file.peer : readAddress(c, c.long(3), c.int(4));
		return sendOutside(c, file, to, c.link.buffer(argument, 65_536));
	}
	if (c.long(3) !== 0 && file.connected) throw new SysError('EISCONN');
	if (c.long(3) !== 0) return refuse(c, effectOf(readAddress(c, c.long(3), c.int(4))));
	const address = c.long(1);
	const inline = typeof argument === 'object' && 'length' in argument ? argument.inline : undefined;
	// The inline bytes lie in the receive buffer, which the next message overwrites.
	const own = inline === undefined ? undefined : Buffer.from(inline);
	const piece = (from: number, max: number): Buffer =>
		own === undefined ? c.link.read(address + from, max) : own.subarray(from, from + max);
	return send(c, file, length, piece, [], c.int(2));
};

/** Implements sendmsg(2) with SCM_RIGHTS. */
export const sendmsg: Handler = (c) => {
	const file = socketOf(c);
	const header = c.link.read(c.long(1), headerBytes);
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	const name = readInt64(header, 0);
	if (file instanceof LoneSocket) {
		const to = name === 0 ? file.peer : readAddress(c, name, header.readInt32LE(8));
		return sendOutside(c, file, to, gather(c, list, 65_536));
	}
	if (name !== 0 && file.connected) throw new SysError('EISCONN');
	if (name !== 0) return refuse(c, effectOf(readAddress(c, name, header.readInt32LE(8))));
	const total = list.reduce((sum, { length }) => sum + length, 0);
	const files = passedFiles(c, header);
	const piece = (from: number, max: number): Buffer => stretchPiece(c, list, from, max);
	return send(c, file, transferLength(total), piece, files, c.int(2));
};

/** Implements sendmmsg(2) for its first message: the callers that exist (name lookups) send the rest again. */
export const sendmmsg: Handler = (c) => {
	const sent = sendmsg(c);
	if (typeof sent !== 'number') return sent;
	const length = Buffer.alloc(4);
	length.writeUInt32LE(sent);
	c.link.write(c.long(1) + headerBytes, length);
	return 1;
};

/** Implements recvfrom(2). */
export const recvfrom: Handler = (c) => {
	const file = connectedSocket(c);
	const target = [{ address: c.long(1), length: transferLength(c.long(2)) }];
	return receive(c, file, target, c.int(3), (count) => {
		if (file.type !== SOCK_STREAM) giveAddress(c, c.long(4), c.long(5), unixAddress(file.peerName));
		else if (c.long(4) !== 0) c.link.write(c.long(5), Buffer.alloc(4));
		return count;
	});
};

/** Implements recvmsg(2) with SCM_RIGHTS. */
export const recvmsg: Handler = (c) => {
	const file = connectedSocket(c);
	const at = c.long(1);
	const header = c.link.read(at, headerBytes);
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	return receive(c, file, list, c.int(2), (count, files, truncated) => {
		const control = giveFiles(c, header, files);
		header.writeInt32LE(0, 8);
		writeInt64(header, control.length, 40);
		header.writeInt32LE((truncated ? MSG_TRUNC : 0) | (control.truncated ? MSG_CTRUNC : 0), 48);
		c.link.write(at, header);
		return count;
	});
};

function connectedSocket(c: Context): UnixSocket {
	const file = socketOf(c);
	if (file instanceof UnixSocket) return file;
	throw new SysError('ENOTCONN');
}

function sendOutside(
	c: Context,
	file: LoneSocket,
	to: ReturnType<typeof readAddress> | undefined,
	bytes: Buffer,
): Outcome {
	if (to === undefined) throw new SysError(file.type === SOCK_DGRAM ? 'EDESTADDRREQ' : 'EPIPE');
	return refuse(c, effectOf(to, bytes));
}

/** A stream sends all of it before a blocking call ends; a message goes whole. `files` travel with its first bytes. */
function send(
	c: Context,
	file: UnixSocket,
	total: number,
	piece: (from: number, max: number) => Buffer,
	files: readonly OpenFile[],
	flags: number,
): Outcome {
	const stream = file.type === SOCK_STREAM;
	if (stream && total === 0) return 0;
	const waits = file.blocking && (flags & MSG_DONTWAIT) === 0;
	let done = 0;
	const step = (): number | undefined => {
		do {
			const bytes = piece(done, Math.min(total - done, pieceBytes));
			const put = attempt(c, file, bytes, done === 0 ? files : [], flags, done);
			if (put === undefined) return waits || done === 0 ? undefined : done;
			if (put < 0) return done;
			done += put;
		} while (stream && done < total);
		return done;
	};
	if (waits) return waitFor(step);
	const sent = step();
	if (sent === undefined) throw new SysError('EAGAIN');
	return sent;
}

/** -1 where it failed after something was sent already, which is then the result. */
function attempt(
	c: Context,
	file: UnixSocket,
	bytes: Buffer,
	files: readonly OpenFile[],
	flags: number,
	done: number,
): number | undefined {
	try {
		return file.send(bytes, files);
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
		if (error.code === 'EPIPE' && (flags & MSG_NOSIGNAL) === 0) {
			c.kernel.world.signal(c.process.native, 0, SIGPIPE, () => {});
		}
		if (done > 0) return -1;
		throw error;
	}
}

function receive(
	c: Context,
	file: UnixSocket,
	targets: readonly Stretch[],
	flags: number,
	give: (count: number, files: readonly OpenFile[], truncated: boolean) => number,
): Outcome {
	const total = targets.reduce((sum, { length }) => sum + length, 0);
	const peek = (flags & MSG_PEEK) !== 0;
	const all = (flags & MSG_WAITALL) !== 0 && !peek && file.type === SOCK_STREAM;
	const waits = file.blocking && (flags & MSG_DONTWAIT) === 0;
	let done = 0;
	const step = (): number | undefined => {
		for (;;) {
			const into = Buffer.allocUnsafe(Math.min(total - done, pieceBytes));
			const taken = file.receive(into, peek);
			if (taken === undefined) return done > 0 && !(waits && all) ? give(done, [], false) : undefined;
			scatter(c, targets, done, into.subarray(0, taken.bytes));
			done += taken.bytes;
			if (all && taken.bytes > 0 && done < total && taken.files.length === 0) continue;
			const truncated = taken.length > taken.bytes;
			const count = truncated && (flags & MSG_TRUNC) !== 0 ? taken.length : done;
			return give(count, taken.files, truncated);
		}
	};
	if (waits) return waitFor(step);
	const got = step();
	if (got === undefined) throw new SysError('EAGAIN');
	return got;
}

/** Puts bytes where they belong, `skip` bytes into the targets. */
function scatter(c: Context, targets: readonly Stretch[], skip: number, bytes: Buffer): void {
	let from = skip;
	let at = 0;
	for (const { address, length } of targets) {
		if (from >= length) {
			from -= length;
			continue;
		}
		const piece = bytes.subarray(at, at + length - from);
		c.link.write(address + from, piece);
		at += piece.length;
		from = 0;
		if (at === bytes.length) return;
	}
}

function gather(c: Context, list: readonly Stretch[], max: number): Buffer {
	const parts: Buffer[] = [];
	let left = max;
	for (const { address, length } of list) {
		parts.push(c.link.read(address, Math.min(length, left)));
		left -= Math.min(length, left);
	}
	return Buffer.concat(parts);
}

function stretchPiece(c: Context, list: readonly Stretch[], from: number, max: number): Buffer {
	// A message goes whole, so that its parts are put together here.
	const parts: Buffer[] = [];
	let skip = from;
	let left = max;
	for (const { address, length } of list) {
		if (skip >= length) {
			skip -= length;
			continue;
		}
		const piece = Math.min(left, length - skip);
		parts.push(c.link.read(address + skip, piece));
		left -= piece;
		skip = 0;
		if (left === 0) break;
	}
	return Buffer.concat(parts);
}
