/** The small forms of a git patch: quoted names, blob ids, binary literals. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { encodeName } from '../abi/bytes.ts';

/** A path as git writes it in a header: plain, or in C quotes (quote_c_style in git's quote.c) where it must be. */
export function quoteName(path: string): string {
	const bytes = encodeName(path);
	let quoted = '';
	let must = false;
	for (const byte of bytes) {
		const known = escapes.get(byte);
		if (known !== undefined) quoted += `\\${known}`;
		else if (byte < 0x20 || byte > 0x7e) quoted += `\\${byte.toString(8).padStart(3, '0')}`;
		else {
			quoted += String.fromCharCode(byte);
			continue;
		}
		must = true;
	}
	return must ? `"${quoted}"` : quoted;
}

/** The SHA-1 that git gives a file's bytes. `git apply` wants it whole for binary files. */
export function blobId(bytes: Buffer | undefined): string {
	if (bytes === undefined) return '0'.repeat(40);
	return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** `GIT binary patch` with both directions whole (emit_binary_diff in git's diff.c). */
export function binaryPatch(before: Buffer, after: Buffer): string {
	return `GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function literal(bytes: Buffer): string {
	const packed = deflateSync(bytes);
	let text = `literal ${bytes.length}\n`;
	for (let at = 0; at < packed.length; at += 52) {
		const line = packed.subarray(at, at + 52);
		// The first letter tells the length: A to Z for 1 to 26, a to z for 27 to 52.
		const mark = line.length <= 26 ? 64 + line.length : 70 + line.length;
		text += `${String.fromCharCode(mark)}${base85(line)}\n`;
	}
	return text;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** git's base85 (base85.c): four bytes, big-endian, as five digits; the last four are filled up with zeros. */
function base85(bytes: Buffer): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 4) {
		let value = 0;
		for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
		let digits = '';
		for (let i = 0; i < 5; i++) {
			digits = (alphabet[value % 85] ?? '') + digits;
			value = Math.floor(value / 85);
		}
		text += digits;
	}
	return text;
}

const escapes: ReadonlyMap<number, string> = new Map([
	[0x07, 'a'],
	[0x08, 'b'],
	[0x09, 't'],
	[0x0a, 'n'],
	[0x0b, 'v'],
	[0x0c, 'f'],
	[0x0d, 'r'],
	[0x22, '"'],
	[0x5c, '\\'],
]);
