/** Host patterns: `pypi.org:443`, `*.example.com:*`, `[::1]:80`, `10.1.0.0/16:5432`, `@loopback:8000`, `unix:/run/x.sock`. */
import { isAddress, isUnspecified } from '../model/address.ts';
import { type AddressRange, type AddressSet, addressRanges, addressSet, rangeOf } from './address-range.ts';

export type HostPattern = {
	readonly text: string;
	/** Undefined: any. */
	readonly port: number | undefined;
	readonly shape:
		| { readonly kind: 'range'; readonly range: AddressRange }
		| { readonly kind: 'network'; readonly addresses: AddressSet }
		/** The parts between stars, in lower case. `address`: they can be nothing but those of an address. */
		| { readonly kind: 'text'; readonly parts: readonly string[]; readonly address: boolean };
};

/** A host that is to be reached, as patterns see it. */
export type HostSubject = {
	readonly kind: 'host';
	/** A name or an address, in the one spelling (canonicalHost), or `unix:` and a path. */
	readonly host: string;
	/** The address that the name led to, or the host where it is one. */
	readonly address: string | undefined;
	/** What is special about it. */
	readonly range: AddressRange | undefined;
	readonly port: number;
	/** It is an address of this machine at which others are to connect. */
	readonly listens?: true;
};

const unixPrefix = 'unix:';

/** What is wrong with a pattern of hosts to connect to, or undefined. */
export function hostPatternProblem(text: string): string | undefined {
	const problem = ruleHostProblem(text);
	if (problem !== undefined || splitAddress(text)?.port !== '0') return problem;
	return `port 0 is for listen, where it means a port that the machine chooses; write a number from 1 to 65535, or "*"`;
}

/** What is wrong with a pattern of addresses to listen on, or undefined. */
export function listenPatternProblem(text: string): string | undefined {
	const problem = ruleHostProblem(text);
	if (problem !== undefined) return problem;
	const { shape } = compileHostPattern(text);
	if (text.startsWith(unixPrefix))
		return `"${text}": a socket with a path is heard by the script alone; listen takes address:port`;
	if (shape.kind !== 'text' || shape.address || shape.parts.length > 1 || shape.parts[0] === 'localhost')
		return undefined;
	return `"${text}" is no address of this machine; write one, such as "127.0.0.1:8000", "0.0.0.0:8000" for all of them, or "*:8000" for any`;
}

/** What is wrong with it whatever it is for. */
export function ruleHostProblem(text: string): string | undefined {
	if (text.startsWith(unixPrefix)) {
		if (/^unix:[/@*]/.test(text)) return undefined;
		return `"${text}" is no socket; write unix: and a whole path, "unix:/run/docker.sock", or "unix:@NAME" for an abstract name`;
	}
	const parts = splitAddress(text);
	if (parts === undefined) return `"${text}" has no port; write host:port, such as "pypi.org:443", or "*" for any`;
	const { host, port } = parts;
	if (host.startsWith('@') && !addressRanges.some((range) => host === `@${range}`)) {
		return `"${host}" is no kind of address; there are ${addressRanges.map((range) => `@${range}`).join(', ')}`;
	}
	if (host.includes('/') && !host.startsWith('@') && /^\[?[0-9A-Fa-f:.]+\/\d+\]?$/.test(host)) {
		if (addressSet(bare(host)) === undefined)
			return `"${host}" is no network; write it as "10.0.0.0/8" or "[fd00::/8]"`;
	} else if (!/^(?:@[a-z-]+|[A-Za-z0-9_.*-]+|\[[0-9A-Fa-f:.*]+\])$/.test(host)) {
		return `"${host}" is no host name or address; write it without a scheme or path, IPv6 in brackets: "[::1]:80"`;
	}
	if (port === '*') return undefined;
	const number = Number(port);
	if (/^\d{1,5}$/.test(port) && number <= 65_535) return undefined;
	return `"${port}" is no port; write a number from 1 to 65535, or "*"`;
}

/** Compiles a pattern that has no problem. */
export function compileHostPattern(text: string): HostPattern {
	if (text.startsWith(unixPrefix)) {
		return { text, port: undefined, shape: { kind: 'text', parts: text.split('*'), address: true } };
	}
	const { host, port } = splitAddress(text) ?? { host: text, port: '*' };
	return { text, port: port === '*' ? undefined : Number(port), shape: shapeOf(host) };
}

/**
 * Whether a pattern matches. `certain`: of a special address only what names it does, and no star; this is how a rule matches
 * that lets something happen. Else whatever may be meant.
 */
export function matchesHost(pattern: HostPattern, subject: HostSubject, certain: boolean): boolean {
	const { shape } = pattern;
	const { host, address, range, listens } = subject;
	if (pattern.port !== undefined && pattern.port !== subject.port) return false;
	// Whoever listens on all addresses listens on that one too.
	if (listens === true && !certain && isUnspecified(host)) return true;
	switch (shape.kind) {
		case 'range':
			return range === shape.range;
		case 'network':
			return address !== undefined && shape.addresses.has(address);
		case 'text': {
			// This name means the machine itself wherever it is used. RFC 6761, 6.3
			if (range === 'loopback' && shape.parts.length === 1 && shape.parts[0] === 'localhost') return true;
			if (shape.address) return address !== undefined && matchesParts(shape.parts, address);
			if (range !== undefined && certain && listens !== true) return false;
			return matchesParts(shape.parts, host) || (address !== undefined && matchesParts(shape.parts, address));
		}
	}
}

/** A host and, where it is a name, the address that it led to. `own`: this machine's addresses. */
export function hostSubject(
	effect: { readonly host: string; readonly port: number; readonly address?: string },
	own: ReadonlySet<string>,
): HostSubject {
	const { port } = effect;
	if (effect.host.startsWith(unixPrefix)) {
		return { kind: 'host', host: effect.host, address: effect.host, range: 'unix', port };
	}
	const host = canonicalHost(effect.host);
	const address = effect.address === undefined ? (isAddress(host) ? host : undefined) : canonicalHost(effect.address);
	const local = address === undefined && (host === 'localhost' || host.endsWith('.localhost'));
	return { kind: 'host', host, address, range: local ? 'loopback' : rangeOf(address ?? '', own), port };
}

/** An address of this machine on which the guest wants to listen; all of them are no kind of address. */
export function listenSubject(effect: { readonly host: string; readonly port: number }): HostSubject {
	const host = canonicalHost(effect.host);
	const range = isUnspecified(host) ? undefined : rangeOf(host, new Set());
	return { kind: 'host', host, address: host, range, port: effect.port, listens: true };
}

/**
 * One spelling for each host: lower case, no trailing dot, addresses in their shortest form (`0x7f.1` is `127.0.0.1`,
 * `::ffff:127.0.0.1` too), so that a deny cannot be passed by in another spelling.
 */
export function canonicalHost(host: string): string {
	const plain = bare(host).replace(/%.*$/s, '').toLowerCase().replace(/\.$/, '');
	if (plain.includes(':')) return mappedIPv4(addressOf(`[${plain}]`)?.slice(1, -1) ?? plain);
	return /^[0-9a-fx.]+$/.test(plain) ? (addressOf(plain) ?? plain) : plain;
}

function shapeOf(host: string): HostPattern['shape'] {
	const range = addressRanges.find((one) => host === `@${one}`);
	if (range !== undefined) return { kind: 'range', range };
	const addresses = addressSet(bare(host));
	if (addresses !== undefined) return { kind: 'network', addresses };
	const text = host.includes('*') ? bare(host).toLowerCase() : canonicalHost(host);
	const address = text.includes(':') || (/^[0-9.*]+$/.test(text) && /\d/.test(text));
	return { kind: 'text', parts: text.split('*'), address };
}

function matchesParts([first = '', ...rest]: readonly string[], text: string): boolean {
	const last = rest.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first)) return false;
	let at = first.length;
	for (const part of rest) {
		const found = text.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return text.length - last.length >= at && text.endsWith(last);
}

function bare(host: string): string {
	return host.replace(/^\[|\]$/g, '');
}

/** As the WHATWG URL parser writes an address. */
function addressOf(host: string): string | undefined {
	return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined;
}

function mappedIPv4(address: string): string {
	const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
	if (match === null) return address;
	const high = Number.parseInt(match[1] ?? '0', 16);
	const low = Number.parseInt(match[2] ?? '0', 16);
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function splitAddress(text: string): { host: string; port: string } | undefined {
	const match = /^(\[[^\]]*\]|[^:]*):([^:]*)$/s.exec(text);
	return match === null ? undefined : { host: match[1] ?? '', port: match[2] ?? '' };
}
