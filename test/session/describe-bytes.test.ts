import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Detail } from '../../src/model/review.ts';
import { describeBytes } from '../../src/session/describe-bytes.ts';
import { hexView } from '../../src/session/hex-view.ts';
import { imageSize } from '../../src/session/image-size.ts';

const nothing = Buffer.alloc(0);

function lines(detail: Detail): string[] {
	if (!('lines' in detail)) throw new Error(detail.kind);
	return Array.from({ length: detail.lines.length }, (_, index) => detail.lines.at(index).text);
}

test('of a binary file the bytes that differ are shown, with a little around them', () => {
	const before = Buffer.alloc(256);
	const after = Buffer.from(before);
	after[100] = 0xab;
	const detail = describeBytes(before, after, [], true);
	expect(lines(detail)).toEqual([
		'⋯ 64 bytes unchanged',
		expect.stringMatching(/^00000040 /),
		expect.stringMatching(/^00000050 /),
		'00000060  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|',
		'00000060  00 00 00 00 ab 00 00 00  00 00 00 00 00 00 00 00  |................|',
		expect.stringMatching(/^00000070 /),
		expect.stringMatching(/^00000080 /),
		'⋯ 112 bytes unchanged',
	]);
	expect(detail.kind === 'bytes' && detail.lines.at(4)).toMatchObject({ changed: [{ start: 22, end: 24 }] });
});

test('every byte of two contents that differ is in its hexadecimal view or told to be unchanged', () => {
	const bytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array));
	fc.assert(
		fc.property(bytes, bytes, bytes, bytes, (head, old, now, tail) => {
			const [before, after] = [Buffer.concat([head, old, tail]), Buffer.concat([head, now, tail])];
			const view = hexView(before, after);
			const shown = Array.from({ length: view.length }, (_, index) => view.at(index));
			const read = (kind: 'removed' | 'added') => {
				const bytesOf = new Map<number, number>();
				for (const line of shown) {
					if (line.kind !== kind && line.kind !== 'same') continue;
					const address = Number.parseInt(line.text.slice(0, 8), 16);
					const digits = line.text.slice(10, 59).trim().split(/ +/);
					for (const [index, pair] of digits.entries()) bytesOf.set(address + index, Number.parseInt(pair, 16));
				}
				return bytesOf;
			};
			for (const [side, kind] of [
				[before, 'removed'],
				[after, 'added'],
			] as const) {
				const found = read(kind);
				const other = side === before ? after : before;
				for (const [at, value] of side.entries()) {
					if (found.has(at)) expect(found.get(at)).toBe(value);
					else expect(other[at]).toBe(value);
				}
			}
			const pairs = view.pairs?.();
			for (let index = 0; index < view.length; index += 1) expect(pairs?.at(pairs.rowOf(index))).toBeDefined();
		}),
		{ numRuns: 200 },
	);
});

/** Made with Python's zipfile and tarfile: names that climb, hold a newline, or are long. */
const packed = {
	zip:
		'H4sIAAAAAAACAwvwZmYRYQCBsEVlsW3LBMxYgWwYTtQrqSjJSM3JyQ9AUVeVyqF5gZ2BAYT5gWJ6evpAlFqWmcOVl5ibWjEKRsEoGAWjYBSMgi' +
		'EPArwZmUSYcTcTYKCBkQHWaEDXgt5iQGjRwGw/BHizsoEkmYCwAEircoB4AMnJDKirCAAA',
	tar:
		'H4sIAAAAAAACA+3VuwqDMBSA4cx9Cp/AXNWp0LFjXyFeoF1EvFAfv2YprdQxUvD/lhOyZAg/p3y0sp9aEZNSyhVZFmawngv7cQ73hXFOJErsYB' +
		'pG3y9PimPyZSVwXKlM5eXm52vj66aP1v+v7t/NG6e++9fKaC2Smf6j07lKOj/ez/NfOlFoXHt8Yog6Xxb69v5fnW1hMysSI5uxkp0fhmdN/wAA' +
		'AAAAAAAAAAAAbHsBisORQwAoAAA=',
} as const;
const archive = (kind: 'zip' | 'tar') => gunzipSync(Buffer.from(packed[kind], 'base64'));

test('an archive is shown by its list, with names that cannot forge a second entry', () => {
	const zip = describeBytes(nothing, archive('zip'), [], true);
	expect(lines(zip).slice(1)).toEqual([
		expect.stringMatching(/^ +5 {2}0600 {2}a\.txt$/),
		expect.stringMatching(/^ +2,000 {2}0600 {2}\.\.\/\.\.\/evil\\nname$/),
	]);
	const tar = archive('tar');
	for (const bytes of [tar, gzipSync(tar)]) {
		const listed = lines(describeBytes(nothing, bytes, [], true)).slice(1);
		expect(listed[0]).toMatch(/^ +3 {2}4755 {2}bin\/run$/);
		expect(listed[1]).toMatch(/x{150} → \/etc\/passwd$/);
	}
});

test('an archive that was cut or made up is listed as far as it goes, or shown as bytes', () => {
	fc.assert(
		fc.property(
			fc.constantFrom('zip' as const, 'tar' as const),
			fc.nat(),
			fc.uint8Array({ maxLength: 40 }),
			(kind, at, noise) => {
				const whole = archive(kind);
				const bytes = Buffer.from(whole);
				bytes.set(noise.subarray(0, Math.max(0, whole.length - (at % whole.length))), at % whole.length);
				for (const one of [bytes, whole.subarray(0, at % whole.length)]) {
					const detail = describeBytes(nothing, one, [], true);
					if ('lines' in detail) expect(lines(detail)).toBeDefined();
				}
			},
		),
		{ numRuns: 300 },
	);
});

test('images are told by their size, and hostile ones do not throw', () => {
	const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.alloc(8)]);
	png.writeUInt32BE(640, 16);
	png.writeUInt32BE(480, 20);
	expect(JSON.stringify(describeBytes(nothing, png, [], true))).toContain('PNG image, 640 × 480');
	const jpeg = Buffer.from('ffd8ffe000040000ffc0001108007b01c8030122', 'hex');
	expect(imageSize(jpeg)).toEqual({ width: 456, height: 123 });
	expect(imageSize(Buffer.from('GIF89a\x0a\0\x14\0', 'latin1'))).toEqual({ width: 10, height: 20 });
	const starts = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF8', 'BM', 'RIFF0000WEBPVP8X', 'RIFF0000WEBPVP8L'];
	fc.assert(
		fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 60 }), (begin, rest) => {
			imageSize(Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.from(rest)]));
		}),
	);
});
