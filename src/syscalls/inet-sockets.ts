/** Calls on sockets of AF_INET and AF_INET6, but for connect(2) and messages. ip(7), ipv6(7), socket(7). */
import { SysError } from '../abi/errno.ts';
import { readInt64 } from '../abi/structs.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { operation } from '../kernel/network.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { Context } from './context.ts';
import { inetAddress, readInetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { mayReadOption, maySetOption, travels } from './inet-options.ts';
import { giveAddress } from './socket-address.ts';

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const receiveTimeouts: readonly number[] = [20, 66];
const sendTimeouts: readonly number[] = [21, 67];
/** net.ipv4.ip_unprivileged_port_start. */
const firstFreePort = 1024;
const longestOption = 4096;

/** bind(2). Below port 1024 it is for root alone, also on a loopback of our own. */
export function bindInet(c: Context, file: InetSocket): Outcome {
	const to = readInetAddress(c, c.long(1), c.int(2)) ?? { raw: unspecified(c, file), host: '', port: 0 };
	if (to.port > 0 && to.port < firstFreePort && c.kernel.identity.uid !== 0) throw new SysError('EACCES');
	if (file.side === 'host') throw new SysError('EACCES');
	file.bind(to.raw);
	ownPort(c, file);
	return 0;
}

/** listen(2), on the guest's own loopback. */
export function listenInet(c: Context, file: InetSocket): Outcome {
	if (file.side === 'host') throw new SysError('EACCES');
	file.perform({ operation: operation.listen, a: c.int(1) });
	ownPort(c, file);
	return 0;
}

export function acceptInet(c: Context, file: InetSocket, add: (file: InetSocket) => number): Outcome {
	const take = (): number | undefined => {
		const next = file.accept(c.kernel.anonymousStat());
		if (next === undefined) return undefined;
		try {
			giveAddress(c, c.long(1), c.long(2), next.peer);
			return add(next.file);
		} catch (error) {
			next.file.abandon();
			throw error;
		}
	};
	if (file.blocking) return waitFor(take, timeout(file.receiveTimeoutNs));
	const taken = take();
	if (taken === undefined) throw new SysError('EAGAIN');
	return taken;
}

export function nameInet(c: Context, file: InetSocket): Outcome {
	giveAddress(c, c.long(1), c.long(2), nameOf(file));
	return 0;
}

/** Of a socket that was connected while nobody had to know: in the peer's form, and of no address in particular. */
function nameOf(file: InetSocket): Buffer {
	const name = file.name;
	const { peer } = file;
	if (peer === undefined || name.length < 28 || peer.length < 28) return name;
	const unnamed = name.toString('hex', 8, 24) === '0'.repeat(32);
	// glibc's getaddrinfo(3) insists on it.
	if (unnamed && peer.toString('hex', 8, 20) === '00000000000000000000ffff') name.fill(0xff, 18, 20);
	return name;
}

export function peerInet(c: Context, file: InetSocket): Outcome {
	giveAddress(c, c.long(1), c.long(2), file.peer ?? Buffer.from(file.perform({ operation: operation.peer }).bytes));
	return 0;
}

export function shutdownInet(c: Context, file: InetSocket): Outcome {
	file.flush(true);
	file.perform({ operation: operation.shutdown, a: c.int(1) });
	file.news();
	c.kernel.changed();
	return 0;
}

/** setsockopt(2). ENOPROTOOPT for what a guest must not set. */
export function setOptionInet(c: Context, file: InetSocket): Outcome {
	const [level, name, length] = [c.int(1), c.int(2), c.int(4)];
	if (length < 0 || length > longestOption) throw new SysError('EINVAL');
	if (!maySetOption(level, name, file.side === 'guest')) throw new SysError('ENOPROTOOPT');
	const value = Buffer.from(c.link.read(c.long(3), length));
	file.perform({ operation: operation.setOption, a: level, b: name, bytes: [value] });
	if (travels(level, name)) file.options.keep({ level, name, value });
	if (level === SOL_SOCKET && receiveTimeouts.includes(name)) file.receiveTimeoutNs = timeoutOf(value);
	if (level === SOL_SOCKET && sendTimeouts.includes(name)) file.sendTimeoutNs = timeoutOf(value);
	return 0;
}

/** getsockopt(2). */
export function getOptionInet(c: Context, file: InetSocket): Outcome {
	const [level, name] = [c.int(1), c.int(2)];
	if (!mayReadOption(level, name)) throw new SysError('ENOPROTOOPT');
	const length = c.link.read(c.long(4), 4).readInt32LE(0);
	if (length < 0) throw new SysError('EINVAL');
	const failed = level === SOL_SOCKET && name === SO_ERROR ? file.takeError() : 0;
	const answer = file.perform({
		operation: operation.getOption,
		a: level,
		b: name,
		c: Math.min(length, longestOption),
	});
	const value = Buffer.from(answer.bytes);
	if (failed !== 0) value.writeInt32LE(failed, 0);
	giveAddress(c, c.long(3), c.long(4), value);
	return 0;
}

/** A wait that ends after SO_RCVTIMEO or SO_SNDTIMEO, or by a signal: with what it has done so far, if anything. socket(7) */
export function timeout(ns: bigint | undefined, soFar: () => number | undefined = () => undefined) {
	const onInterrupt = soFar;
	if (ns === undefined) return { onInterrupt };
	return {
		timeoutNs: ns,
		onInterrupt,
		onTimeout: (): number => {
			const done = soFar();
			if (done === undefined) throw new SysError('EAGAIN');
			return done;
		},
	};
}

/** Ports that a socket has got from Linux are the guest's too. */
export function ownPort(c: Context, file: InetSocket): void {
	networkOf(c).owns(file, inetAddress(file.name).port);
}

/** bind(2) to AF_UNSPEC is one to any address, of AF_INET alone. ip(7) */
function unspecified(c: Context, file: InetSocket): Buffer {
	const raw = Buffer.from(c.link.read(c.long(1), c.int(2)));
	if (file.family !== 2 || raw.length < 16 || raw.readUInt32LE(4) !== 0) throw new SysError('EAFNOSUPPORT');
	raw.writeUInt16LE(2, 0);
	return raw;
}

function timeoutOf(value: Buffer): bigint | undefined {
	if (value.length < 16) return undefined;
	const ns = BigInt(readInt64(value, 0)) * 1_000_000_000n + BigInt(readInt64(value, 8)) * 1000n;
	return ns > 0n ? ns : undefined;
}
