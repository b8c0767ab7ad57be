/** Names and options of sockets of AF_INET and AF_INET6. ip(7), ipv6(7), socket(7). */
import { SysError } from '../abi/errno.ts';
import { readInt64 } from '../abi/structs.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { operation } from '../kernel/network.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context } from './context.ts';
import { inetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { mayReadOption, maySetOption, travels } from './inet-options.ts';
import { giveAddress } from './socket-address.ts';

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const receiveTimeouts: readonly number[] = [20, 66];
const sendTimeouts: readonly number[] = [21, 67];
const longestOption = 4096;
const SHUT_WR = 1;

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
	const how = c.int(1);
	file.perform({ operation: operation.shutdown, a: how });
	file.outer.same({ operation: operation.shutdown, a: how });
	if (how !== SHUT_WR) file.listening = false;
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
	const set = { operation: operation.setOption, a: level, b: name, bytes: [value] };
	file.perform(set);
	if (travels(level, name)) {
		file.options.keep({ level, name, value });
		file.outer.same(set);
	}
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

function timeoutOf(value: Buffer): bigint | undefined {
	if (value.length < 16) return undefined;
	const ns = BigInt(readInt64(value, 0)) * 1_000_000_000n + BigInt(readInt64(value, 8)) * 1000n;
	return ns > 0n ? ns : undefined;
}
