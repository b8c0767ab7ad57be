/** The name that a DNS query asks for (RFC 1035, 4.1.2), or undefined where the bytes are no query. */
export function questionName(bytes: Buffer): string | undefined {
	const labels: string[] = [];
	let at = 12;
	for (;;) {
		const length = bytes[at];
		if (length === undefined || length > 63) return undefined;
		if (length === 0) break;
		const label = bytes.toString('latin1', at + 1, at + 1 + length);
		if (label.length < length) return undefined;
		labels.push(label);
		at += length + 1;
	}
	return labels.length === 0 ? undefined : labels.join('.').toLowerCase();
}
