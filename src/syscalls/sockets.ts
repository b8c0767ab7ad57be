/** Sockets: those of AF_UNIX, between the guest's own tasks; those of the internet families go on to inet-sockets.ts. socket(2), unix(7). */
import { SysError } from '../abi/errno.ts';
import { isType, S_IFSOCK } from '../abi/file-mode.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import type { Credentials } from '../kernel/messages.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { UnixDatagrams } from '../kernel/unix-datagrams.ts';
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, type UnixEnd } from '../kernel/unix-end.ts';
import { UnixSocket } from '../kernel/unix-socket.ts';
import type { Context, Handler } from './context.ts';
import { wantPath } from './effects.ts';
import { connectHost } from './host-socket.ts';
import { connectInet } from './inet-connect.ts';
import { acceptInet, bindInet, listenInet } from './inet-listen.ts';
import { makeInetSocket } from './inet-network.ts';
import * as inet from './inet-sockets.ts';
import { timeout } from './inet-sockets.ts';
import { keyOf } from './place.ts';
import { AF_INET, AF_INET6, AF_UNIX, giveAddress, readUnixPath, unixAddress } from './socket-address.ts';
import { getUnixOption, setUnixOption } from './unix-options.ts';

const typeMask = 0xf;
/** By type: any, TCP; any, UDP, UDP-Lite. */
const protocols: Readonly<Record<number, readonly number[]>> = { 1: [0, 6], 2: [0, 17, 136] };
const SOCK_RAW = 3;

/** Implements socket(2) for AF_UNIX, AF_INET and AF_INET6. */
export const socket: Handler = (c) => {
	const [family, flags] = [c.int(0), c.int(1)];
	if (family !== AF_UNIX && family !== AF_INET && family !== AF_INET6) throw new SysError('EAFNOSUPPORT');
	const type = flags & typeMask;
	if (family === AF_UNIX) return addSocket(c, newUnix(c, type), flags);
	if (type !== SOCK_STREAM && type !== SOCK_DGRAM) throw new SysError(type === SOCK_RAW ? 'EPERM' : 'EPROTONOSUPPORT');
	// Ping, SCTP and their kin send in ways of their own, and have no port to judge.
	if (!protocols[type]?.includes(c.int(2))) throw new SysError('EPROTONOSUPPORT');
	return makeInetSocket(c, { family, type, protocol: c.int(2) }, (file) => addSocket(c, file, flags));
};

/** Implements socketpair(2) for AF_UNIX. */
export const socketpair: Handler = (c) => {
	const flags = c.int(1);
	if (c.int(0) !== AF_UNIX) throw new SysError(c.int(0) === AF_INET ? 'EOPNOTSUPP' : 'EAFNOSUPPORT');
	const one = newUnix(c, flags & typeMask);
	const two = newUnix(c, flags & typeMask);
	if (one instanceof UnixDatagrams && two instanceof UnixDatagrams) one.join(two);
	else if (one instanceof UnixSocket && two instanceof UnixSocket) one.join(two);
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
	if (file instanceof UnixDatagrams && isUnspecified(c)) {
		file.connect(undefined);
		return 0;
	}
	return connectUnix(c, file, readUnixPath(c, c.long(1), c.int(2)));
};

/**
 * Implements bind(2) for AF_UNIX: abstract names, and paths. A socket's file ends with the run: it is no change that could be
 * applied. To be reachable from outside is EACCES.
 */
export const bind: Handler = (c) => {
	const file = socketOf(c);
	if (file instanceof InetSocket) return bindInet(c, file);
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
	if (file instanceof InetSocket) return listenInet(c, file);
	if (!(file instanceof UnixSocket)) throw new SysError('EOPNOTSUPP');
	file.by = whoCalls(c);
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

/** Implements setsockopt(2). */
export const setsockopt: Handler = (c) => {
	const file = socketOf(c);
	return file instanceof InetSocket ? inet.setOptionInet(c, file) : setUnixOption(c, file);
};

/** Implements getsockopt(2). */
export const getsockopt: Handler = (c) => {
	const file = socketOf(c);
	return file instanceof InetSocket ? inet.getOptionInet(c, file) : getUnixOption(c, file);
};

/** Who calls, as SCM_CREDENTIALS and SO_PEERCRED tell it. */
export function whoCalls(c: Context): Credentials {
	const { uid, gid } = c.kernel.identity;
	return { pid: c.process.pid, uid, gid };
}

function connectUnix(c: Context, file: UnixEnd, path: string): Outcome {
	const server = unixAt(c, path);
	if (typeof server === 'string') return connectHost(c, file, server);
	if (file instanceof UnixDatagrams && server instanceof UnixDatagrams) {
		file.connect(server);
		return 0;
	}
	if (!(file instanceof UnixSocket && server instanceof UnixSocket)) throw new SysError('EPROTOTYPE');
	file.by = whoCalls(c);
	const attempt = (): number | undefined => file.connect(server, c.kernel.anonymousStat());
	if (file.blocking) return waitFor(attempt, timeout(file.sendTimeoutNs));
	const done = attempt();
	if (done === undefined) throw new SysError('EAGAIN');
	return done;
}

/** The guest's own socket of that name, or the path (`\0` and a name) of one of the machine. */
export function unixAt(c: Context, path: string): UnixEnd | string {
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

function nameSocket(c: Context, file: UnixEnd, key: string, name: string): void {
	const { socketNames } = c.kernel;
	if (socketNames.has(key)) throw new SysError('EADDRINUSE');
	socketNames.set(key, file);
	file.name = name;
	file.whenClosed(() => void socketNames.delete(key));
}

function acceptNext(c: Context, flags: number): Outcome {
	const file = socketOf(c);
	if (file instanceof InetSocket) return acceptInet(c, file, (end) => addSocket(c, end, flags));
	if (!(file instanceof UnixSocket)) throw new SysError('EOPNOTSUPP');
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
	if (file.blocking) return waitFor(take, timeout(file.receiveTimeoutNs));
	const taken = take();
	if (taken === undefined) throw new SysError('EAGAIN');
	return taken;
}

function newUnix(c: Context, type: number): UnixSocket | UnixDatagrams {
	const [stat, { changed }] = [c.kernel.anonymousStat(), c.kernel];
	// Linux takes SOCK_RAW for SOCK_DGRAM here.
	if (type === SOCK_DGRAM || type === SOCK_RAW) return new UnixDatagrams(stat, 0, changed);
	if (type !== SOCK_STREAM && type !== SOCK_SEQPACKET) throw new SysError('ESOCKTNOSUPPORT');
	const made = new UnixSocket(type, stat, 0, changed);
	made.by = whoCalls(c);
	return made;
}

/** An address of no family, which dissolves an association. connect(2). */
function isUnspecified(c: Context): boolean {
	return c.int(2) >= 2 && c.link.read(c.long(1), 2).readUInt16LE(0) === 0;
}

function addSocket(c: Context, file: UnixEnd | InetSocket, flags: number): number {
	file.flags |= flags & O_NONBLOCK;
	return c.process.descriptors.add(file, (flags & O_CLOEXEC) !== 0);
}

/** ENOTSOCK. */
export function socketOf(c: Context): UnixSocket | UnixDatagrams | InetSocket {
	const file: OpenFile = c.file(0);
	if (file instanceof UnixSocket || file instanceof UnixDatagrams || file instanceof InetSocket) return file;
	throw new SysError('ENOTSOCK');
}
