/** Bytes and open files from socket to socket: sendto(2), sendmsg(2), recvfrom(2), recvmsg(2), sendmmsg(2). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { sendSignal } from '../kernel/signaling.ts';
import { SOCK_STREAM, UnixSocket } from '../kernel/unix-socket.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import { effectOf, refuse } from './connecting.ts';
import type { Context, Handler } from './context.ts';
import { checkedControl, receiveFrom, receiveMessage, sendInet } from './inet-messages.ts';
import { giveFiles, passedFiles } from './passed-files.ts';
import { scatter, stretchPiece } from './scatter.ts';
import { giveAddress, readUnixPath, unixAddress } from './socket-address.ts';
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
	if (file instanceof UnixSocket && c.long(3) !== 0) return sendTo(c, file, c.long(3), c.int(4));
	const address = c.long(1);
	const inline = typeof argument === 'object' && 'length' in argument ? argument.inline : undefined;
	// The inline bytes lie in the receive buffer, which the next message overwrites.
	const own = inline === undefined ? undefined : Buffer.from(inline);
	const piece = (from: number, max: number): Buffer =>
		own === undefined ? c.link.read(address + from, max) : own.subarray(from, from + max);
	if (file instanceof UnixSocket) return send(c, file, length, piece, [], c.int(2));
	const [name, nameLength, control] = [c.long(3), c.int(4), Buffer.alloc(0)];
	return sendInet(c, file, { total: length, piece, name, nameLength, control, flags: c.int(2) });
};

/** Implements sendmsg(2) with SCM_RIGHTS and what says how a packet is sent. */
export const sendmsg: Handler = (c) => sendHeader(c, c.long(1), c.int(2));

/** Implements sendmmsg(2); the one that has to wait is the last one, and the caller sends the rest again. */
export const sendmmsg: Handler = (c) => {
	const count = Math.min(Math.max(c.int(2), 0), 1024);
	let sent = 0;
	while (sent < count) {
		const at = c.long(1) + sent * (headerBytes + 8);
		const outcome = unlessFirst(sent, () => sendHeader(c, at, c.int(3)));
		if (outcome === undefined) break;
		if (typeof outcome !== 'number') return sent > 0 ? sent : outcome;
		const length = Buffer.alloc(4);
		length.writeUInt32LE(outcome);
		c.link.write(at + headerBytes, length);
		sent += 1;
	}
	return sent;
};

/** Implements recvfrom(2). */
export const recvfrom: Handler = (c) => {
	const file = socketOf(c);
	const target = [{ address: c.long(1), length: transferLength(c.long(2)) }];
	if (file instanceof InetSocket) return receiveFrom(c, file, target);
	return receive(c, file, target, c.int(3), (count) => {
		if (file.type !== SOCK_STREAM) giveAddress(c, c.long(4), c.long(5), unixAddress(file.peerName));
		else if (c.long(4) !== 0) c.link.write(c.long(5), Buffer.alloc(4));
		return count;
	});
};

/** Implements recvmsg(2) with SCM_RIGHTS. */
export const recvmsg: Handler = (c) => {
	const file = socketOf(c);
	const at = c.long(1);
	const header = c.link.read(at, headerBytes);
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	if (file instanceof InetSocket) return receiveMessage(c, file, at, header, list, c.int(2));
	return receive(c, file, list, c.int(2), (count, files, truncated) => {
		const control = giveFiles(c, header, files);
		header.writeInt32LE(0, 8);
		writeInt64(header, control.length, 40);
		header.writeInt32LE((truncated ? MSG_TRUNC : 0) | (control.truncated ? MSG_CTRUNC : 0), 48);
		c.link.write(at, header);
		return count;
	});
};

function sendHeader(c: Context, at: number, flags: number): Outcome {
	const file = socketOf(c);
	const header = Buffer.from(c.link.read(at, headerBytes));
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	const [name, nameLength] = [readInt64(header, 0), header.readInt32LE(8)];
	if (file instanceof UnixSocket && name !== 0) return sendTo(c, file, name, nameLength);
	const total = transferLength(list.reduce((sum, { length }) => sum + length, 0));
	const piece = (from: number, max: number): Buffer => stretchPiece(c, list, from, max);
	if (file instanceof UnixSocket) return send(c, file, total, piece, passedFiles(c, header), flags);
	const control = checkedControl(c, readInt64(header, 32), readInt64(header, 40));
	return sendInet(c, file, { total, piece, name, nameLength, control, flags });
}

/** undefined where one that is not the first fails: the caller learns of it when it sends that one again. */
function unlessFirst(done: number, attempt: () => Outcome): Outcome | undefined {
	try {
		return attempt();
	} catch (error) {
		if (done > 0 && error instanceof SysError) return undefined;
		throw error;
	}
}

function sendTo(c: Context, file: UnixSocket, name: number, length: number): Outcome {
	if (file.connected) throw new SysError('EISCONN');
	return refuse(c, effectOf(readUnixPath(c, name, length)));
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
			sendSignal(c.kernel, c.process, SIGPIPE);
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
