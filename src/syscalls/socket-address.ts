/** struct sockaddr_in, sockaddr_in6, sockaddr_un: ip(7), ipv6(7), unix(7). */
import { decodeName, encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Context } from './context.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** The path (or `\0` and an abstract name) of a struct sockaddr_un. EINVAL, EFAULT. */
export function readUnixPath(c: Context, at: number, length: number): string {
	if (length < 2 || length > 128) throw new SysError('EINVAL');
	const bytes = c.link.read(at, length);
	if (bytes.readUInt16LE(0) !== AF_UNIX) throw new SysError('EINVAL');
	const raw = bytes.subarray(2);
	const end = raw[0] === 0 ? raw.length : raw.indexOf(0);
	return decodeName(end < 0 ? raw : raw.subarray(0, end));
}

/** An AF_UNIX address as getsockname(2) gives it; `name` as UnixSocket.name. */
export function unixAddress(name: string): Buffer {
	const family = Buffer.from([AF_UNIX, 0]);
	if (name === '') return family;
	return Buffer.concat([family, encodeName(name), Buffer.alloc(name.startsWith('\0') ? 0 : 1)]);
}

/** Gives an address where a call has room for one: as much as fits, and its whole length. A NULL address is none. */
export function giveAddress(c: Context, at: number, lengthAt: number, address: Buffer): void {
	if (at === 0) return;
	const room = c.link.read(lengthAt, 4).readInt32LE(0);
	if (room < 0) throw new SysError('EINVAL');
	c.link.write(at, address.subarray(0, room));
	const length = Buffer.alloc(4);
	length.writeInt32LE(address.length);
	c.link.write(lengthAt, length);
}

/** RFC 5952's text form; an IPv4 address inside IPv6 is shown as what it is. */
export function inet6(bytes: Buffer): string {
	const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
	if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
		return `::ffff:${bytes.subarray(12).join('.')}`;
	return new URL(`http://[${words.map((word) => word.toString(16)).join(':')}]/`).hostname.slice(1, -1);
}
