/** Which addresses are more than a host somewhere: this machine, its neighbours, its cloud. RFC 6890, RFC 4291. */
import { addressBytes } from '../model/address.ts';

/** Each is reached only where a rule names it: a star is not meant for it. */
export type AddressRange = 'loopback' | 'private' | 'link-local' | 'metadata' | 'multicast' | 'reserved' | 'unix';

export const addressRanges: readonly AddressRange[] = [
	'loopback',
	'private',
	'link-local',
	'metadata',
	'multicast',
	'reserved',
];

type Net = readonly [range: AddressRange, list: readonly string[]];

/** The first that has an address counts. */
const nets: readonly Net[] = [
	// Where clouds tell a machine its credentials: AWS (and its containers), Azure, Alibaba, Oracle.
	[
		'metadata',
		[
			'169.254.169.254/32',
			'169.254.170.2/32',
			'169.254.170.23/32',
			'168.63.129.16/32',
			'100.100.100.200/32',
			'192.0.0.192/32',
			'fd00:ec2::/32',
			'fd20:ce::254/128',
		],
	],
	['loopback', ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']],
	[
		'private',
		['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15', 'fc00::/7', 'fec0::/10'],
	],
	['private', ['64:ff9b:1::/48']],
	['link-local', ['169.254.0.0/16', 'fe80::/10']],
	['multicast', ['224.0.0.0/4', 'ff00::/8']],
	// The last: tunnels that hold another address in a form of their own.
	['reserved', ['240.0.0.0/4', '192.0.0.0/24', '100::/64', '2001::/32', '5f00::/16']],
];

/** In which an IPv4 address stands: its first byte. NAT64, 6to4, and what is deprecated. */
const holders: readonly (readonly [string, number])[] = [
	['64:ff9b::/96', 12],
	['2002::/16', 2],
	['::/96', 12],
	['::ffff:0:0:0/96', 12],
];

export type AddressSet = { has(address: string): boolean };

/** Addresses of a network (`10.0.0.0/8`), or undefined where the text is none. */
export function addressSet(text: string): AddressSet | undefined {
	const [, address = '', bits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
	const net = addressBytes(address);
	const length = Number(bits);
	if (net === undefined || length > net.length * 8) return undefined;
	return {
		has(other) {
			const bytes = addressBytes(other);
			if (bytes?.length !== net.length) return false;
			return net.every((byte, i) => {
				const mask = (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff;
				return ((byte ^ (bytes[i] ?? 0)) & mask) === 0;
			});
		},
	};
}

const known = nets.map(([range, list]) => [range, list.map(setOf)] as const);
const known4in6 = holders.map(([text, at]) => [setOf(text), at] as const);

/** What is special about an address in its canonical form; undefined: nothing, or it is no address. `own`: this machine's. */
export function rangeOf(address: string, own: ReadonlySet<string>): AddressRange | undefined {
	const bytes = addressBytes(address);
	if (bytes === undefined) return undefined;
	for (const [range, sets] of known) if (sets.some((set) => set.has(address))) return range;
	// A service that listens on all of the machine's addresses is no less its own under one that others can reach.
	if (own.has(address)) return 'loopback';
	for (const [set, at] of known4in6) {
		if (!set.has(address)) continue;
		return rangeOf(bytes.slice(at, at + 4).join('.'), own) ?? 'reserved';
	}
	return undefined;
}

/** Read when it is first asked: most runs reach no address. */
function setOf(text: string): AddressSet {
	let set: AddressSet | undefined;
	return {
		has(address) {
			set ??= addressSet(text);
			if (set === undefined) throw new Error(`${text} is no network`);
			return set.has(address);
		},
	};
}
