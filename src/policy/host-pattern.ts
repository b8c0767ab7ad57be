/** Host patterns: `pypi.org:443`, `*.example.com:*`, `[::1]:80`. */

export type HostPattern = {
	readonly text: string;
	/** The parts between stars, in lower case. */
	readonly host: readonly string[];
	/** Undefined: any. */
	readonly port: number | undefined;
};

/** What is wrong with a host pattern, or undefined. */
export function hostPatternProblem(text: string): string | undefined {
	const parts = splitAddress(text);
	if (parts === undefined) return `"${text}" has no port; write host:port, such as "pypi.org:443", or "*" for any`;
	if (!/^(?:[A-Za-z0-9_.*-]+|\[[0-9A-Fa-f:.*]+\])$/.test(parts.host)) {
		return `"${parts.host}" is no host name or address; write it without a scheme or path, IPv6 in brackets: "[::1]:80"`;
	}
	if (parts.port === '*') return undefined;
	const port = Number(parts.port);
	if (/^\d{1,5}$/.test(parts.port) && port >= 1 && port <= 65_535) return undefined;
	return `"${parts.port}" is no port; write a number from 1 to 65535, or "*"`;
}

/** Compiles a pattern that has no problem. */
export function compileHostPattern(text: string): HostPattern {
	const { host, port } = splitAddress(text) ?? { host: text, port: '*' };
	return {
		text,
		host: (host.includes('*') ? host.replace(/^\[|\]$/g, '').toLowerCase() : canonicalHost(host)).split('*'),
		port: port === '*' ? undefined : Number(port),
	};
}

/** Whether a host in its canonical form (canonicalHost) and a port match. */
export function matchesHost(pattern: HostPattern, host: string, port: number): boolean {
	if (pattern.port !== undefined && pattern.port !== port) return false;
	const [first = '', ...rest] = pattern.host;
	const last = rest.pop();
	if (last === undefined) return host === first;
	if (!host.startsWith(first)) return false;
	let at = first.length;
	for (const part of rest) {
		const found = host.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return host.length - last.length >= at && host.endsWith(last);
}

/**
 * One spelling for each host: lower case, no trailing dot, addresses in their shortest form (`0x7f.1` is `127.0.0.1`,
 * `::ffff:127.0.0.1` too), so that a deny cannot be passed by in another spelling.
 */
export function canonicalHost(host: string): string {
	const bare = host
		.replace(/^\[|\]$/g, '')
		.replace(/%.*$/s, '')
		.toLowerCase()
		.replace(/\.$/, '');
	if (bare.includes(':')) return mappedIPv4(addressOf(`[${bare}]`)?.slice(1, -1) ?? bare);
	return /^[0-9a-fx.]+$/.test(bare) ? (addressOf(bare) ?? bare) : bare;
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
