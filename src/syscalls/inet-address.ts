/** struct sockaddr_in and sockaddr_in6 as they come from the guest. ip(7), ipv6(7). */
import { SysError } from '../abi/errno.ts';
import type { Context } from './context.ts';
import { AF_INET, AF_INET6, inet6 } from './socket-address.ts';

const AF_UNSPEC = 0;

export type InetAddress = {
	/** As Linux takes it. */
	readonly raw: Buffer;
	/** One spelling for each address: IPv4 inside IPv6 is IPv4, and the unspecified address is the loopback that it leads to. */
	readonly host: string;
	readonly port: number;
};

/** undefined: AF_UNSPEC, which dissolves an association. EINVAL, EAFNOSUPPORT, EFAULT. */
export function readInetAddress(c: Context, at: number, length: number): InetAddress | undefined {
	if (length < 2 || length > 128) throw new SysError('EINVAL');
	const raw = Buffer.from(c.link.read(at, length));
	if (raw.readUInt16LE(0) === AF_UNSPEC) return undefined;
	return inetAddress(raw);
}

/** EINVAL, EAFNOSUPPORT. */
export function inetAddress(raw: Buffer): InetAddress {
	const family = raw.readUInt16LE(0);
	if (family !== AF_INET && family !== AF_INET6) throw new SysError('EAFNOSUPPORT');
	if (raw.length < (family === AF_INET ? 16 : 24)) throw new SysError('EINVAL');
	return { raw, host: canonical(textOf(raw)), port: raw.readUInt16BE(2) };
}

/** The address alone, as it is; IPv4 inside IPv6 is IPv4. */
export function addressText(raw: Buffer): string {
	return withoutPrefix(textOf(raw));
}

function textOf(raw: Buffer): string {
	return raw.readUInt16LE(0) === AF_INET ? raw.subarray(4, 8).join('.') : inet6(raw.subarray(8, 24));
}

/** Of an address in its shortest form. */
export function canonical(address: string): string {
	const host = withoutPrefix(address);
	return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

function withoutPrefix(address: string): string {
	return address.replace(/^::ffff:(?=[0-9.]+$)/, '');
}

export function isLoopback(host: string): boolean {
	return host === '::1' || host.startsWith('127.');
}
