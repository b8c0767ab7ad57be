import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StandInStream } from '../../src/kernel/stand-in-stream.ts';

const real = 'ghp_Zk39aBq8Lm2XcV7p';
const shown = 'ghp_Qw11eRt5Yu6IoP0a';
const standIns = [{ name: 'TOKEN', shown, real }];

/** Where a text is cut, and how much the other end takes at each attempt. */
const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });

function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
	const list: Buffer[] = [];
	for (let at = 0, i = 0; at < bytes.length; i++) {
		const size = sizes[i % sizes.length] ?? 1;
		list.push(bytes.subarray(at, at + size));
		at += size;
	}
	return list;
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}

/** What a server gets of what the guest sends in such pieces, where it takes so many bytes at a time and now and then none. */
function sent(text: string, sizes: readonly number[], rooms: readonly number[]): string {
	const got: Buffer[] = [];
	let turn = 0;
	const send = (bytes: Buffer): number | undefined => {
		const room = rooms[turn++ % rooms.length] ?? 1;
		if (room % 7 === 0) return undefined;
		got.push(Buffer.from(bytes.subarray(0, room)));
		return Math.min(room, bytes.length);
	};
	const stream = new StandInStream(standIns, () => {});
	for (const piece of pieces(Buffer.from(text), sizes)) {
		for (let done = 0; done < piece.length; ) done += stream.send(piece.subarray(done), send) ?? 0;
	}
	for (let i = 0; i < 100; i++) stream.flush(send, true);
	return Buffer.concat(got).toString();
}

const words = fc.array(
	fc.oneof(
		fc.constant(shown),
		fc.constant(`Basic ${base64(`me:${shown}`)}`),
		fc.constant(`Basic ${base64(`you:${shown}:`)}`),
		fc.constant(base64(shown)),
		fc.constant(shown.slice(0, 9)),
		fc.constant('g'),
		fc.string({ maxLength: 12 }),
	),
);

test('every stand-in leaves as its secret, however it was cut and however slowly it is taken', () => {
	fc.assert(
		fc.property(
			words,
			cuts,
			fc.array(
				fc.integer({ min: 1, max: 40 }).filter((n) => n % 7 !== 0),
				{ minLength: 1 },
			),
			fc.boolean(),
			(list, sizes, rooms, slow) => {
				const text = list.join(' ');
				const plain = text.replaceAll(shown, real);
				const whole = plain
					.replaceAll(base64(`me:${shown}`), base64(`me:${real}`))
					.replaceAll(base64(`you:${shown}:`), base64(`you:${real}:`))
					.replaceAll(base64(shown), base64(real));
				expect(sent(text, sizes, slow ? [...rooms, 7] : rooms)).toBe(whole);
			},
		),
	);
});

test('what may be the beginning of a stand-in by chance is sent when the guest waits for an answer', () => {
	const got: string[] = [];
	const send = (bytes: Buffer): number => got.push(bytes.toString()) && bytes.length;
	const stream = new StandInStream(standIns, () => {});
	expect(stream.send(Buffer.from('{"a": "g'), send)).toBe(8);
	expect(got.join('')).toBe('{"a": "');
	stream.flush(send, false);
	expect(got.join('')).toBe('{"a": "g');
	expect(stream.send(Buffer.from(shown.slice(0, 10)), send)).toBe(10);
	stream.flush(send, false);
	expect(got.join('')).toBe('{"a": "g');
	expect(stream.send(Buffer.from(shown.slice(10)), send)).toBe(shown.length - 10);
	expect(got.join('')).toBe(`{"a": "g${real}`);
});

test('a secret that comes back is shown as its stand-in, and in pieces at most its first seven bytes', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.constant(real), fc.constant(base64(`me:${real}`)), fc.string({ maxLength: 9 }))),
			cuts,
			(list, sizes) => {
				const text = list.join(' ');
				const stream = new StandInStream(standIns, () => {});
				const whole = new StandInStream(standIns, () => {}).shown(Buffer.from(text)).toString();
				expect(whole).toBe(text.replaceAll(real, shown).replaceAll(base64(`me:${real}`), base64(`me:${shown}`)));
				const parts = Buffer.concat(pieces(Buffer.from(text), sizes).map((piece) => stream.shown(piece))).toString();
				expect(parts.length).toBe(text.length);
				expect(parts).not.toContain(real.slice(0, 8));
				expect(parts).not.toContain(real.slice(7));
			},
		),
	);
});

test('a secret that begins within what looked like its own beginning is seen, wherever it is cut', () => {
	// Its first letters come again in it; a server says them once more before it.
	for (const key of ['key_Zk39aBq8Lm2XcV7pQ4', 'aabaab39xBq8Lm2XcV7pQ4', 'aaaaaaaaaaaab39xBq8Lm2']) {
		const other = key.replace(/[A-Z0-9]/g, (c) => (/\d/.test(c) ? '0' : 'Q'));
		for (let said = 1; said < 12; said++) {
			const text = `${key.slice(0, said)}${key} `;
			for (let cut = 1; cut < text.length; cut++) {
				const stream = new StandInStream([{ name: 'TOKEN', shown: other, real: key }], () => {});
				const pieces = [text.slice(0, cut), text.slice(cut)].map((piece) => stream.shown(Buffer.from(piece)));
				expect(Buffer.concat(pieces).toString().slice(said)).not.toContain(key.slice(7));
			}
		}
	}
});

test('bytes without a secret come as they are', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.constant(real.slice(0, 5)), fc.constant('g'), fc.string())),
			cuts,
			(list, sizes) => {
				const bytes = Buffer.from(list.join(''));
				const stream = new StandInStream(standIns, () => {});
				expect(Buffer.concat(pieces(bytes, sizes).map((piece) => stream.shown(piece))).equals(bytes)).toBe(true);
			},
		),
	);
});
