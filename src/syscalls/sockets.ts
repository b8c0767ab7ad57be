/**
 * Sockets. This version lets nothing out: a pair between the guest's own tasks works, and every attempt to reach a
 * host is judged, recorded and refused. socket(2), connect(2), unix(7), ip(7).
 */
import { decodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { createSocketPair, LoneSocket, PairSocket, type SocketAddress } from '../kernel/socket.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { Context, Handler } from './context.ts';
import { questionName } from './dns-question.ts';
import { readInto, stretches, transferLength, writeFrom } from './transfer.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const typeMask = 0xf;
const MSG_DONTWAIT = 0x40;

/** Implements socket(2) for AF_UNIX, AF_INET and AF_INET6. */
export const socket: Handler = (c) => {
	const [family, type] = [c.int(0), c.int(1)];
	if (family !== AF_UNIX && family !== AF_INET && family !== AF_INET6) throw new SysError('EAFNOSUPPORT');
	const kind = type & typeMask;
	if (kind !== SOCK_STREAM && kind !== SOCK_DGRAM) throw new SysError(kind === 3 ? 'EPERM' : 'EPROTONOSUPPORT');
	const file = new LoneSocket(c.kernel.anonymousStat(), family, kind, type & O_NONBLOCK);
	return c.process.descriptors.add(file, (type & O_CLOEXEC) !== 0);
};

/** Implements socketpair(2) for AF_UNIX streams. Message boundaries of SOCK_DGRAM are not kept, so it is refused. */
export const socketpair: Handler = (c) => {
	const type = c.int(1);
	if (c.int(0) !== AF_UNIX) throw new SysError('EAFNOSUPPORT');
	if ((type & typeMask) !== SOCK_STREAM) throw new SysError('EPROTONOSUPPORT');
	const [one, two] = createSocketPair(() => c.kernel.anonymousStat(), type & O_NONBLOCK, c.kernel.changed);
	const onExec = (type & O_CLOEXEC) !== 0;
	const pair = Buffer.alloc(8);
	pair.writeInt32LE(c.process.descriptors.add(one, onExec), 0);
	pair.writeInt32LE(c.process.descriptors.add(two, onExec), 4);
	c.link.write(c.long(3), pair);
	return 0;
};

/** Implements connect(2): a datagram socket remembers its peer (nothing leaves yet), a stream is refused. */
export const connect: Handler = (c) => {
	const file = c.file(0);
	if (file instanceof PairSocket) throw new SysError('EISCONN');
	if (!(file instanceof LoneSocket)) throw new SysError('ENOTSOCK');
	const address = readAddress(c, c.long(1), c.long(2));
	if (address.family === 'unix' && !address.path.startsWith('\0')) {
		if (c.kernel.fs.resolve(address.path, c.process.cwd).stat === undefined) throw new SysError('ENOENT');
	}
	if (file.type === SOCK_DGRAM && address.family === 'inet') {
		file.peer = address;
		return 0;
	}
	return refuse(c, effectOf(address));
};

/** Implements sendto(2). */
export const sendto: Handler = (c) => {
	const file = c.file(0);
	const argument = c.call.args[1];
	const length = typeof argument === 'object' && 'length' in argument ? transferLength(argument.length) : 0;
	const bytes = c.link.buffer(argument);
	if (file instanceof PairSocket) return writeFrom(c, file, length, (from, max) => bytes.subarray(from, from + max));
	if (!(file instanceof LoneSocket)) throw new SysError('ENOTSOCK');
	const named = c.long(3) !== 0;
	return sendDatagram(c, file, named ? readAddress(c, c.long(3), c.long(4)) : file.peer, bytes);
};

/** Implements sendmsg(2) without control data, and sendmmsg(2) for its first message. */
export const sendmsg: Handler = (c) => {
	const file = c.file(0);
	const header = c.link.read(c.long(1), 56);
	const list = stretches(c, Number(header.readBigUInt64LE(16)), Number(header.readBigUInt64LE(24)));
	const bytes = Buffer.concat(list.map(({ address, length }) => c.link.read(address, Math.min(length, 65536))));
	if (file instanceof PairSocket)
		return writeFrom(c, file, bytes.length, (from, max) => bytes.subarray(from, from + max));
	if (!(file instanceof LoneSocket)) throw new SysError('ENOTSOCK');
	const name = Number(header.readBigUInt64LE(0));
	return sendDatagram(c, file, name === 0 ? file.peer : readAddress(c, name, header.readUInt32LE(8)), bytes);
};

/** Implements recvfrom(2) on a pair. */
export const recvfrom: Handler = (c) => {
	const file = c.file(0);
	if (!(file instanceof PairSocket)) throw new SysError(file instanceof LoneSocket ? 'ENOTCONN' : 'ENOTSOCK');
	const target = [{ address: c.long(1), length: transferLength(c.long(2)) }];
	if ((c.int(3) & MSG_DONTWAIT) === 0) return readInto(c, file, target);
	if (file.pending === 0) throw new SysError('EAGAIN');
	return readInto(c, file, target);
};

/** Implements shutdown(2). */
export const shutdown: Handler = (c) => {
	const file = c.file(0);
	if (!(file instanceof PairSocket)) throw new SysError(file instanceof LoneSocket ? 'ENOTCONN' : 'ENOTSOCK');
	file.shutdown(c.int(1));
	return 0;
};

/** Implements setsockopt(2): an option of a socket that reaches nobody changes nothing. */
export const setsockopt: Handler = (c) => {
	if (c.file(0).kind !== 'socket') throw new SysError('ENOTSOCK');
	return 0;
};

/** Implements getsockopt(2): zero (no error, option off). */
export const getsockopt: Handler = (c) => {
	if (c.file(0).kind !== 'socket') throw new SysError('ENOTSOCK');
	c.link.write(c.long(3), Buffer.alloc(4));
	return 0;
};

/** Implements bind(2), listen(2): to be reachable is not for this version. */
export const bind: Handler = (c) => {
	if (c.file(0).kind !== 'socket') throw new SysError('ENOTSOCK');
	throw new SysError('EACCES');
};

function sendDatagram(c: Context, file: LoneSocket, to: SocketAddress | undefined, bytes: Buffer): Outcome {
	if (to === undefined) throw new SysError(file.type === SOCK_DGRAM ? 'ENOTCONN' : 'EPIPE');
	// A question to a name server is an attempt to reach the host that it names.
	const name = to.family === 'inet' && to.port === 53 ? questionName(bytes) : undefined;
	return refuse(c, name === undefined ? effectOf(to) : { kind: 'connect', host: name, port: 53 });
}

function refuse(c: Context, effect: ConnectEffect): never {
	const verdict = c.kernel.world.decide(effect);
	if (verdict.decision === 'deny') {
		const because = verdict.because === undefined ? {} : { because: verdict.because };
		c.kernel.world.record(effect, { approved: false, by: verdict.by, ...because });
	} else {
		c.kernel.world.record(effect, {
			approved: false,
			by: { built: 'kernel' },
			because: 'this version cannot reach the network',
		});
	}
	throw new SysError('ECONNREFUSED');
}

function effectOf(address: SocketAddress): ConnectEffect {
	if (address.family === 'inet') return { kind: 'connect', host: address.host, port: address.port };
	return { kind: 'connect', host: `unix:${address.path.replace(/^\0/, '@')}`, port: 0 };
}

/** struct sockaddr_in, sockaddr_in6, sockaddr_un. */
function readAddress(c: Context, at: number, length: number): SocketAddress {
	if (length < 2 || length > 128) throw new SysError('EINVAL');
	const bytes = c.link.read(at, length);
	switch (bytes.readUInt16LE(0)) {
		case AF_INET:
			if (length < 16) throw new SysError('EINVAL');
			return { family: 'inet', port: bytes.readUInt16BE(2), host: bytes.subarray(4, 8).join('.') };
		case AF_INET6:
			if (length < 24) throw new SysError('EINVAL');
			return { family: 'inet', port: bytes.readUInt16BE(2), host: `[${inet6(bytes.subarray(8, 24))}]` };
		case AF_UNIX: {
			const raw = bytes.subarray(2);
			const end = raw[0] === 0 ? raw.length : raw.indexOf(0);
			return { family: 'unix', path: decodeName(end < 0 ? raw : raw.subarray(0, end)) };
		}
		default:
			throw new SysError('EAFNOSUPPORT');
	}
}

/** RFC 5952's text form; an IPv4 address inside IPv6 is shown as what it is. */
function inet6(bytes: Buffer): string {
	const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
	if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
		return `::ffff:${bytes.subarray(12).join('.')}`;
	return new URL(`http://[${words.map((word) => word.toString(16)).join(':')}]/`).hostname.slice(1, -1);
}
