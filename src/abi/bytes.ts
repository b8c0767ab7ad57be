/**
 * Names from the kernel are bytes; in approve-run they are text in which every byte that is not part of valid UTF-8
 * is one lone surrogate U+DC80..U+DCFF, as in Python's `surrogateescape` (PEP 383). The mapping is exact both ways.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes to text, never failing; those from `start` to `end`, or all. */
export function decodeName(bytes: Uint8Array, start = 0, end = bytes.length): string {
	const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const ascii = buffer.toString('latin1', start, end);
	if (!hasHighByte(ascii)) return ascii;
	const part = buffer.subarray(start, end);
	try {
		return utf8.decode(part);
	} catch {
		return decodePiecewise(part);
	}
}

/** Text to bytes. Throws nothing: a surrogate outside U+DC80..U+DCFF cannot come from decodeName, and becomes `?`. */
export function encodeName(text: string): Buffer {
	if (text.isWellFormed()) return Buffer.from(text, 'utf8');
	const parts: Buffer[] = [];
	for (const char of text) {
		const code = char.codePointAt(0) ?? 0;
		if (code >= 0xdc80 && code <= 0xdcff) parts.push(Buffer.of(code - 0xdc00));
		else if (code >= 0xd800 && code <= 0xdfff) parts.push(Buffer.of(0x3f));
		else parts.push(Buffer.from(char, 'utf8'));
	}
	return Buffer.concat(parts);
}

/** Length of a name in bytes, as NAME_MAX and PATH_MAX count. */
export function nameLength(text: string): number {
	return text.isWellFormed() ? Buffer.byteLength(text, 'utf8') : encodeName(text).length;
}

/** A path as node:fs takes it: a string where that is exact, else the bytes. */
export function hostPath(text: string): string | Buffer {
	return text.isWellFormed() ? text : encodeName(text);
}

function hasHighByte(latin1: string): boolean {
	for (let i = 0; i < latin1.length; i++) if (latin1.charCodeAt(i) > 0x7f) return true;
	return false;
}

function decodePiecewise(bytes: Buffer): string {
	let text = '';
	let at = 0;
	while (at < bytes.length) {
		const length = sequenceLength(bytes, at);
		if (length > 0) {
			text += bytes.toString('utf8', at, at + length);
			at += length;
		} else {
			text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
			at += 1;
		}
	}
	return text;
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Buffer, at: number): number {
	const first = bytes[at] ?? 0;
	const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	if (length === 0 || at + length > bytes.length) return 0;
	try {
		utf8.decode(bytes.subarray(at, at + length));
		return length;
	} catch {
		return 0;
	}
}
