/** Sockets: those of AF_UNIX, between the guest's own tasks; those of the internet families go on to inet-sockets.ts. socket(2), unix(7). */
import { SysError } from '../abi/errno.ts';
import { isType, S_IFSOCK } from '../abi/file-mode.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, UnixSocket, type UnixSocketType } from '../kernel/unix-socket.ts';
import type { Context, Handler } from './context.ts';
import { wantPath } from './effects.ts';
import { connectHost } from './host-socket.ts';
import { connectInet } from './inet-connect.ts';
import { makeInetSocket } from './inet-network.ts';
import * as inet from './inet-sockets.ts';
import { keyOf } from './place.ts';
import { AF_INET, AF_INET6, AF_UNIX, giveAddress, readUnixPath, unixAddress } from './socket-address.ts';

const typeMask = 0xf;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_PEERCRED = 17;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;

/** Implements socket(2) for AF_UNIX, AF_INET and AF_INET6. */
export const socket: Handler = (c) => {
	const [family, flags] = [c.int(0), c.int(1)];
	if (family !== AF_UNIX && family !== AF_INET && family !== AF_INET6) throw new SysError('EAFNOSUPPORT');
	const type = flags & typeMask;
	const stat = c.kernel.anonymousStat();
	if (family === AF_UNIX) return addSocket(c, new UnixSocket(unixType(type), stat, 0, c.kernel.changed), flags);
	if (type !== SOCK_STREAM && type !== SOCK_DGRAM) throw new SysError(type === SOCK_RAW ? 'EPERM' : 'EPROTONOSUPPORT');
	return makeInetSocket(c, { family, type, protocol: c.int(2) }, (file) => addSocket(c, file, flags));
};

/** Implements socketpair(2) for AF_UNIX. */
export const socketpair: Handler = (c) => {
	const flags = c.int(1);
	if (c.int(0) !== AF_UNIX) throw new SysError(c.int(0) === AF_INET ? 'EOPNOTSUPP' : 'EAFNOSUPPORT');
	const type = unixType(flags & typeMask);
	const [one, two] = [0, 1].map(() => new UnixSocket(type, c.kernel.anonymousStat(), 0, c.kernel.changed));
	if (one === undefined || two === undefined) throw new SysError('ENOMEM');
	one.join(two);
	const first = addSocket(c, one, flags);
	let second: number;
	try {
		second = addSocket(c, two, flags);
	} catch (error) {
		c.process.descriptors.close(first);
		throw error;
	}
	const pair = Buffer.alloc(8);
	pair.writeInt32LE(first, 0);
	pair.writeInt32LE(second, 4);
	c.link.write(c.long(3), pair);
	return 0;
};

/** Implements connect(2): to a server of the guest, or to a host after a decision. */
export const connect: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return connectInet(c, file);
	return connectUnix(c, file, readUnixPath(c, c.long(1), c.int(2)));
};

/**
 * Implements bind(2) for AF_UNIX: abstract names, and paths. A socket's file ends with the run: it is no change that could be
 * applied. To be reachable from outside is EACCES.
 */
export const bind: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.bindInet(c, file);
	if (file.name !== '') throw new SysError('EINVAL');
	const given = readUnixPath(c, c.long(1), c.int(2));
	const path = given === '' ? c.kernel.freeSocketName() : given;
	if (path.startsWith('\0')) {
		nameSocket(c, file, path, path);
		return 0;
	}
	const place = c.kernel.fs.resolve(path, c.process.cwd, { naming: true });
	if (place.stat !== undefined) throw new SysError('EADDRINUSE');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.special(place.path, 'socket', 0o777 & ~c.process.umask);
		nameSocket(c, file, keyOf(c.kernel.fs.resolve(place.path, '/', { follow: false })), path);
		return 0;
	});
};

/** Implements listen(2). */
export const listen: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.listenInet(c, file);
	file.listen(c.int(1));
	return 0;
};

/** Implements accept(2). */
export const accept: Handler = (c) => acceptNext(c, 0);
/** Implements accept4(2). */
export const accept4: Handler = (c) => acceptNext(c, c.int(3));

/** Implements getsockname(2). */
export const getsockname: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.nameInet(c, file);
	giveAddress(c, c.long(1), c.long(2), unixAddress(file.name));
	return 0;
};

/** Implements getpeername(2). */
export const getpeername: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.peerInet(c, file);
	giveAddress(c, c.long(1), c.long(2), unixAddress(file.peerName));
	return 0;
};

/** Implements shutdown(2). */
export const shutdown: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.shutdownInet(c, file);
	file.shutdown(c.int(1));
	return 0;
};

/** Implements setsockopt(2); of AF_UNIX none changes anything. */
export const setsockopt: Handler = (c) => {
	const file = socketOf(c);
	return file instanceof InetSocket ? inet.setOptionInet(c, file) : 0;
};

/** Implements getsockopt(2); of AF_UNIX what a socket is, and of every other option zero (no error, off). */
export const getsockopt: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.getOptionInet(c, file);
	const value = c.int(1) === SOL_SOCKET ? optionOf(c, file, c.int(2)) : int32(0);
	giveAddress(c, c.long(3), c.long(4), value);
	return 0;
};

function optionOf(c: Context, file: UnixSocket, option: number): Buffer {
	switch (option) {
		case SO_TYPE:
			return int32(file.type);
		case SO_DOMAIN:
			return int32(AF_UNIX);
		case SO_PROTOCOL:
			return int32(0);
		case SO_SNDBUF:
		case SO_RCVBUF:
			return int32(212_992);
		case SO_ACCEPTCONN:
			return int32(file.listening ? 1 : 0);
		case SO_PEERCRED: {
			const { uid, gid } = c.kernel.identity;
			return Buffer.concat([int32(c.process.pid), int32(uid), int32(gid)]);
		}
		default:
			return int32(0);
	}
}

function connectUnix(c: Context, file: UnixSocket, path: string): Outcome {
	const server = serverAt(c, path);
	if (typeof server === 'string') return connectHost(c, file, server);
	const attempt = (): number | undefined => file.connect(server, c.kernel.anonymousStat());
	if (file.blocking) return waitFor(attempt);
	const done = attempt();
	if (done === undefined) throw new SysError('EAGAIN');
	return done;
}

/** The guest's own server of that name, or the path (`\0` and a name) of one of the machine. */
function serverAt(c: Context, path: string): UnixSocket | string {
	if (path.startsWith('\0')) {
		const own = c.kernel.socketNames.get(path);
		return own ?? path;
	}
	const place = c.kernel.fs.resolve(path, c.process.cwd);
	if (place.stat === undefined) throw new SysError('ENOENT');
	const own = c.kernel.socketNames.get(keyOf(place));
	if (own !== undefined) return own;
	if (place.domain !== 'host' || !isType(place.stat.mode, S_IFSOCK)) throw new SysError('ECONNREFUSED');
	// Where the guest moved it to, the machine has nothing.
	return place.origin ?? place.path;
}

function nameSocket(c: Context, file: UnixSocket, key: string, name: string): void {
	const { socketNames } = c.kernel;
	if (socketNames.has(key)) throw new SysError('EADDRINUSE');
	socketNames.set(key, file);
	file.name = name;
	file.whenClosed(() => void socketNames.delete(key));
}

function acceptNext(c: Context, flags: number): Outcome {
	const file = socketOf(c);
	if (file instanceof InetSocket) return inet.acceptInet(c, file, (end) => addSocket(c, end, flags));
	const take = (): number | undefined => {
		const end = file.accept();
		if (end === undefined) return undefined;
		try {
			giveAddress(c, c.long(1), c.long(2), unixAddress(end.peerName));
			return addSocket(c, end, flags);
		} catch (error) {
			end.abandon();
			throw error;
		}
	};
	if (file.blocking) return waitFor(take);
	const taken = take();
	if (taken === undefined) throw new SysError('EAGAIN');
	return taken;
}

function unixType(type: number): UnixSocketType {
	if (type === SOCK_STREAM || type === SOCK_DGRAM || type === SOCK_SEQPACKET) return type;
	if (type === SOCK_RAW) return SOCK_DGRAM;
	throw new SysError('EPROTOTYPE');
}

function addSocket(c: Context, file: UnixSocket | InetSocket, flags: number): number {
	file.flags |= flags & O_NONBLOCK;
	return c.process.descriptors.add(file, (flags & O_CLOEXEC) !== 0);
}

/** ENOTSOCK. */
export function socketOf(c: Context): UnixSocket | InetSocket {
	const file: OpenFile = c.file(0);
	if (file instanceof UnixSocket || file instanceof InetSocket) return file;
	throw new SysError('ENOTSOCK');
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}
