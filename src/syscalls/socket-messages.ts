/** Bytes and open files from socket to socket: sendto(2), sendmsg(2), recvfrom(2), recvmsg(2), sendmmsg(2). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';
import { checkedControl, receiveFrom, receiveMessage, sendInet } from './inet-messages.ts';
import { giveControl, readControl } from './passed-files.ts';
import { stretchPiece } from './scatter.ts';
import { giveAddress, unixAddress } from './socket-address.ts';
import { socketOf, whoCalls } from './sockets.ts';
import { stretches, transferLength } from './transfer.ts';
import { receiveUnix, sendUnix } from './unix-messages.ts';

const MSG_CTRUNC = 0x8;
const MSG_TRUNC = 0x20;
const headerBytes = 56;

/** Implements sendto(2). */
export const sendto: Handler = (c) => {
	const file = socketOf(c);
	const argument = c.call.args[1];
	const length = typeof argument === 'object' && 'length' in argument ? transferLength(argument.length) : 0;
	const address = c.long(1);
	const inline = typeof argument === 'object' && 'length' in argument ? argument.inline : undefined;
	// The inline bytes lie in the receive buffer, which the next message overwrites.
	const own = inline === undefined ? undefined : Buffer.from(inline);
	const piece = (from: number, max: number): Buffer =>
		own === undefined ? c.link.read(address + from, max) : own.subarray(from, from + max);
	const message = { total: length, piece, name: c.long(3), nameLength: c.int(4), flags: c.int(2) };
	if (file instanceof InetSocket) return sendInet(c, file, { ...message, control: Buffer.alloc(0) });
	return sendUnix(c, file, { ...message, files: [], by: whoCalls(c) });
};

/** Implements sendmsg(2) with SCM_RIGHTS, SCM_CREDENTIALS and what says how a packet is sent. */
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
	return receiveUnix(c, file, target, c.int(3), (count, { files, from }) => {
		for (const file of files) file.release();
		giveAddress(c, c.long(4), c.long(5), senderAddress(from));
		return count;
	});
};

/** Implements recvmsg(2) with SCM_RIGHTS and SCM_CREDENTIALS. */
export const recvmsg: Handler = (c) => {
	const file = socketOf(c);
	const at = c.long(1);
	const header = c.link.read(at, headerBytes);
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	if (file instanceof InetSocket) return receiveMessage(c, file, at, header, list, c.int(2));
	return receiveUnix(c, file, list, c.int(2), (count, taken) => {
		const control = giveControl(c, header, file, taken);
		const name = readInt64(header, 0);
		const from = name === 0 ? Buffer.alloc(0) : senderAddress(taken.from);
		if (from.length > 0) c.link.write(name, from.subarray(0, Math.max(0, header.readInt32LE(8))));
		header.writeInt32LE(from.length, 8);
		writeInt64(header, control.length, 40);
		header.writeInt32LE((taken.length > taken.bytes ? MSG_TRUNC : 0) | (control.truncated ? MSG_CTRUNC : 0), 48);
		c.link.write(at, header);
		return count;
	});
};

function sendHeader(c: Context, at: number, flags: number): Outcome {
	const file = socketOf(c);
	const header = Buffer.from(c.link.read(at, headerBytes));
	const list = stretches(c, readInt64(header, 16), readInt64(header, 24));
	const [name, nameLength] = [readInt64(header, 0), header.readInt32LE(8)];
	const total = transferLength(list.reduce((sum, { length }) => sum + length, 0));
	const piece = (from: number, max: number): Buffer => stretchPiece(c, list, from, max);
	const message = { total, piece, name, nameLength, flags };
	const [control, length] = [readInt64(header, 32), readInt64(header, 40)];
	if (file instanceof InetSocket) return sendInet(c, file, { ...message, control: checkedControl(c, control, length) });
	return sendUnix(c, file, { ...message, ...readControl(c, control, length) });
}

/** Of a sender without a name there is no address at all. recvfrom(2) */
function senderAddress(name: string): Buffer {
	return name === '' ? Buffer.alloc(0) : unixAddress(name);
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
