/** Options of AF_UNIX sockets: getsockopt(2), setsockopt(2). unix(7), socket(7). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { UnixEnd } from '../kernel/unix-end.ts';
import { UnixSocket } from '../kernel/unix-socket.ts';
import type { Context } from './context.ts';
import { AF_UNIX, giveAddress } from './socket-address.ts';

const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ERROR = 4;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_PASSCRED = 16;
const SO_PEERCRED = 17;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
/** On or off, and of no meaning here: SO_DEBUG, SO_REUSEADDR, SO_DONTROUTE, SO_BROADCAST, SO_KEEPALIVE, SO_REUSEPORT. */
const switches: readonly number[] = [1, 2, 5, 6, 9, 15];
/** SOCK_MIN_SNDBUF, and twice net.core.wmem_max: what is asked for is doubled first. */
const [leastBuffer, mostBuffer] = [4608, 425_984];

/** setsockopt(2). EOPNOTSUPP, ENOPROTOOPT, EINVAL, EDOM. */
export function setUnixOption(c: Context, file: UnixEnd): number {
	const [level, name, length] = [c.int(1), c.int(2), c.int(4)];
	if (level !== SOL_SOCKET) throw new SysError('EOPNOTSUPP');
	if (length < 4) throw new SysError('EINVAL');
	const value = c.link.read(c.long(3), 4).readInt32LE(0);
	if (switches.includes(name)) file.options.set(name, value === 0 ? 0 : 1);
	else if (name === SO_PASSCRED) file.passesCredentials = value !== 0;
	else if (name === SO_SNDBUF) file.sendBuffer = bufferOf(value);
	else if (name === SO_RCVBUF) file.options.set(name, bufferOf(value));
	else if (name === SO_RCVTIMEO) file.receiveTimeoutNs = timeAt(c, length);
	else if (name === SO_SNDTIMEO) file.sendTimeoutNs = timeAt(c, length);
	else throw new SysError('ENOPROTOOPT');
	return 0;
}

/** getsockopt(2). EOPNOTSUPP, ENOPROTOOPT. */
export function getUnixOption(c: Context, file: UnixEnd): number {
	if (c.int(1) !== SOL_SOCKET) throw new SysError('EOPNOTSUPP');
	giveAddress(c, c.long(3), c.long(4), optionOf(file, c.int(2)));
	return 0;
}

function optionOf(file: UnixEnd, option: number): Buffer {
	if (switches.includes(option)) return int32(file.options.get(option) ?? 0);
	switch (option) {
		case SO_TYPE:
			return int32(file.type);
		case SO_ERROR:
			return int32(file instanceof UnixSocket ? (file.takeError()?.errno ?? 0) : 0);
		case SO_DOMAIN:
			return int32(AF_UNIX);
		case SO_PROTOCOL:
			return int32(0);
		case SO_SNDBUF:
			return int32(file.sendBuffer);
		case SO_RCVBUF:
			return int32(file.options.get(option) ?? 212_992);
		case SO_ACCEPTCONN:
			return int32(file instanceof UnixSocket && file.listening ? 1 : 0);
		case SO_PASSCRED:
			return int32(file.passesCredentials ? 1 : 0);
		case SO_PEERCRED: {
			const by = file instanceof UnixSocket ? file.peerBy : undefined;
			return Buffer.concat([int32(by?.pid ?? 0), int32(by?.uid ?? -1), int32(by?.gid ?? -1)]);
		}
		case SO_RCVTIMEO:
			return timeval(file.receiveTimeoutNs);
		case SO_SNDTIMEO:
			return timeval(file.sendTimeoutNs);
		default:
			throw new SysError('ENOPROTOOPT');
	}
}

function bufferOf(asked: number): number {
	return Math.min(Math.max(asked * 2, leastBuffer), mostBuffer);
}

/** struct timeval; nothing: for ever. */
function timeAt(c: Context, length: number): bigint | undefined {
	if (length < 16) throw new SysError('EINVAL');
	const bytes = c.link.read(c.long(3), 16);
	const [seconds, micros] = [readInt64(bytes, 0), readInt64(bytes, 8)];
	if (micros < 0 || micros >= 1e6) throw new SysError('EDOM');
	const ns = BigInt(seconds) * 1_000_000_000n + BigInt(micros) * 1000n;
	return ns > 0n ? ns : undefined;
}

function timeval(ns = 0n): Buffer {
	const bytes = Buffer.alloc(16);
	writeInt64(bytes, Number(ns / 1_000_000_000n), 0);
	writeInt64(bytes, Number((ns % 1_000_000_000n) / 1000n), 8);
	return bytes;
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}
