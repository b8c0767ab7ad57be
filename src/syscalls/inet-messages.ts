/** Bytes to and from sockets of the internet families: sendto(2), sendmsg(2), recvfrom(2), recvmsg(2) and their kin. */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { directBytes, mostData, type Received } from '../kernel/network.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { raiseSigpipe } from '../kernel/signaling.ts';
import type { Context } from './context.ts';
import { inetAddress, readInetAddress } from './inet-address.ts';
import { befriend, isNameServer, isOwn } from './inet-connect.ts';
import { ownPort, timeout } from './inet-sockets.ts';
import { judge, permissive } from './judging.ts';
import { answerQuestion } from './name-server.ts';
import { scatter } from './scatter.ts';
import { giveAddress } from './socket-address.ts';
import type { Stretch } from './transfer.ts';

const MSG_OOB = 0x1;
const MSG_PEEK = 0x2;
const MSG_DONTROUTE = 0x4;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_CONFIRM = 0x800;
const MSG_ERRQUEUE = 0x2000;
const MSG_NOSIGNAL = 0x4000;
const MSG_MORE = 0x8000;
/** MSG_FASTOPEN is a connect, and MSG_ZEROCOPY is about memory. */
const sendFlags = MSG_OOB | MSG_DONTROUTE | MSG_CONFIRM | MSG_MORE;
const receiveFlags = MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_ERRQUEUE;
const refusedFlags = 0x2000_0000;
const longestControl = 4096;
const longestDatagram = 65_535;
const smallPiece = directBytes / 2;

/** What is to be sent: `piece` reads it from the guest. */
export type Message = {
	readonly total: number;
	readonly piece: (from: number, max: number) => Buffer;
	/** Address and length of the name; 0: none. */
	readonly name: number;
	readonly nameLength: number;
	readonly control: Buffer;
	readonly flags: number;
};

export function sendInet(c: Context, file: InetSocket, message: Message): Outcome {
	if ((message.flags & refusedFlags) !== 0) throw new SysError('EOPNOTSUPP');
	return file.datagrams ? sendDatagram(c, file, message) : sendStream(c, file, message);
}

/** A control message goes on where it says how a packet is to be sent, and not where it is to go through or who sends it. cmsg(3) */
export function checkedControl(c: Context, at: number, length: number): Buffer {
	if (at === 0 || length === 0) return Buffer.alloc(0);
	if (length < 0 || length > longestControl) throw new SysError('EINVAL');
	const control = Buffer.from(c.link.read(at, length));
	for (let from = 0; from + 16 <= control.length; ) {
		const size = readInt64(control, from);
		if (size < 16 || from + size > control.length) throw new SysError('EINVAL');
		const [level, type] = [control.readInt32LE(from + 8), control.readInt32LE(from + 12)];
		if (!sendable[level]?.includes(type)) throw new SysError('EINVAL');
		from += (size + 7) & ~7;
	}
	return control;
}

/** By level: IP_TOS, IP_TTL, IP_PKTINFO; UDP_SEGMENT; IPV6_PKTINFO, IPV6_HOPLIMIT, IPV6_TCLASS, IPV6_DONTFRAG. */
const sendable: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 8], 17: [103], 41: [50, 52, 62, 67] };

function sendStream(c: Context, file: InetSocket, { total, piece, control, flags }: Message): Outcome {
	const waits = file.blocking && (flags & MSG_DONTWAIT) === 0;
	let done = 0;
	const step = (): number | undefined => {
		do {
			if (!file.writableNow()) return done === 0 || waits ? undefined : done;
			const bytes = piece(done, Math.min(total - done, mostData));
			const put = attempt(c, file, bytes, flags, done, control);
			if (put === undefined) return done === 0 || waits ? undefined : done;
			if (put < 0) return done;
			done += put;
		} while (done < total);
		return done;
	};
	// What has gone out is told: sent again by a call that is made again it would come twice.
	if (waits)
		return waitFor(
			step,
			timeout(file.sendTimeoutNs, () => (done > 0 ? done : undefined)),
		);
	return step() ?? again();
}

/** -1 where it failed after something was sent already, which is then the result. */
function attempt(c: Context, file: InetSocket, bytes: Buffer, flags: number, done: number, control: Buffer) {
	try {
		return file.send([bytes], flags & sendFlags, undefined, control);
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
		if (error.code === 'EPIPE' && (flags & MSG_NOSIGNAL) === 0) raiseSigpipe(c.kernel, c.task);
		if (done > 0) return -1;
		throw error;
	}
}

function sendDatagram(c: Context, file: InetSocket, message: Message): Outcome {
	if (message.total > longestDatagram) throw new SysError('EMSGSIZE');
	const given = message.name === 0 ? undefined : readInetAddress(c, message.name, message.nameLength);
	const peer = file.peer === undefined ? undefined : inetAddress(file.peer);
	const to = given ?? peer;
	const bytes = Buffer.from(message.piece(0, message.total));
	const waits = file.blocking && (message.flags & MSG_DONTWAIT) === 0;
	const put = (target: Buffer | undefined) => (): number | undefined => {
		const sent = file.send([bytes], message.flags & sendFlags, target, message.control);
		if (sent !== undefined && file.side === 'guest') ownPort(c, file);
		return sent;
	};
	const send = (target: Buffer | undefined): Outcome =>
		waits ? waitFor(put(target), timeout(file.sendTimeoutNs)) : (put(target)() ?? again());
	// Connected for real, or nowhere: Linux says so.
	if (to === undefined) return send(undefined);
	if (isNameServer(c, to)) return answerQuestion(c, file, to, bytes);
	if (isOwn(c, file, to)) return send(to.raw);
	const judgement = judge(c, permissive(c, to));
	const go = (): Outcome => {
		if (judgement.approval?.approved !== true) throw new SysError('ECONNREFUSED');
		befriend(c, file, to, judgement);
		if (given !== undefined) return send(to.raw);
		file.connect(to.raw);
		file.peer = undefined;
		return send(undefined);
	};
	if (judgement.approval !== undefined) return go();
	if (!waits) throw new SysError('EAGAIN');
	return waitFor(() => (judgement.approval === undefined ? undefined : go()));
}

/** What a receive gives, when it has put the bytes where they belong. */
type Give = (count: number, got: Received | undefined) => number;

export function receiveInet(
	c: Context,
	file: InetSocket,
	targets: readonly Stretch[],
	flags: number,
	room: number,
	give: Give,
): Outcome {
	const total = targets.reduce((sum, { length }) => sum + length, 0);
	const all = (flags & MSG_WAITALL) !== 0 && (flags & (MSG_PEEK | MSG_OOB)) === 0 && !file.datagrams;
	const waits = file.blocking && (flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)) === 0;
	const [only, ...others] = targets;
	const plain = (flags & receiveFlags) === 0 && room === 0 && others.length === 0;
	let done = 0;
	const step = (): number | undefined => {
		for (;;) {
			const moved = plain && only !== undefined ? receiveDirectly(c, file, only, done) : false;
			if (typeof moved === 'number') {
				done += moved;
				if (all && moved > 0 && done < total) continue;
				return give(done, undefined);
			}
			const got =
				moved === undefined
					? undefined
					: file.receive(total - done, flags & receiveFlags, Math.min(room, longestControl));
			if (got === undefined) return done > 0 && !waits ? give(done, undefined) : undefined;
			scatter(c, targets, done, got.data);
			done += got.data.length;
			if (all && got.data.length > 0 && done < total) continue;
			return give(got.result > got.data.length ? got.result : done, got);
		}
	};
	if (waits)
		return waitFor(
			step,
			timeout(file.receiveTimeoutNs, () => (done > 0 ? give(done, undefined) : undefined)),
		);
	return step() ?? again();
}

/** false: not this way. */
function receiveDirectly(c: Context, file: InetSocket, { address, length }: Stretch, done: number) {
	if (length - done < directBytes) return false;
	const place = { guest: c.task.native, address: address + done, length: length - done };
	return file.receiveInto(place, (at, bytes) => {
		// Not where /proc/PID/mem would put it: that goes over memory which is read-only, too.
		for (let from = 0; from < bytes.length; from += smallPiece)
			c.link.write(at + from, bytes.subarray(from, from + smallPiece));
	});
}

/** recvfrom(2) */
export function receiveFrom(c: Context, file: InetSocket, target: readonly Stretch[]): Outcome {
	return receiveInet(c, file, target, c.int(3), 0, (count, got) => {
		if (c.long(4) !== 0) giveAddress(c, c.long(4), c.long(5), got?.name ?? Buffer.alloc(0));
		return count;
	});
}

/** recvmsg(2): `header` is struct msghdr, which lies at `at`. */
export function receiveMessage(
	c: Context,
	file: InetSocket,
	at: number,
	header: Buffer,
	list: readonly Stretch[],
	flags: number,
): Outcome {
	const room = readInt64(header, 32) === 0 ? 0 : Math.max(0, readInt64(header, 40));
	return receiveInet(c, file, list, flags, room, (count, got) => {
		const name = got?.name ?? Buffer.alloc(0);
		const given = readInt64(header, 0) === 0 ? 0 : Math.max(0, header.readInt32LE(8));
		if (given > 0) c.link.write(readInt64(header, 0), name.subarray(0, given));
		if (readInt64(header, 0) !== 0) header.writeInt32LE(name.length, 8);
		if (got !== undefined && got.control.length > 0) c.link.write(readInt64(header, 32), got.control);
		writeInt64(header, got?.control.length ?? 0, 40);
		header.writeInt32LE(got?.flags ?? 0, 48);
		c.link.write(at, header);
		return count;
	});
}

function again(): never {
	throw new SysError('EAGAIN');
}
