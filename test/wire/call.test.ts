/** What comes from a hostile guest is either a call or a WireError, and never costs more than was sent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCall } from '../../src/wire/call.ts';
import { FrameSplitter, maxFrame, wakeChannel, wakeFrame } from '../../src/wire/frame.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { buffer, frame, payload, string, u32, word } from './messages.ts';

describe('decodeCall', () => {
	test('reads every type of argument', () => {
		const call = decodeCall(
			3,
			7,
			payload('openat(isii)i', word(-100), string('/etc/hosts'), word(2 ** 31), word(0o644)),
		);
		expect(call).toMatchObject({ channel: 3, seq: 7, signature: 'openat(isii)i' });
		expect(call.args).toEqual([-100, { kind: 'text', address: 4096, text: '/etc/hosts' }, 2 ** 31, 0o644]);
		expect(decodeCall(0, 0, payload('x(f)v', { kind: 'double', value: 2.5 })).args).toEqual([2.5]);
		const [, written] = decodeCall(0, 0, payload('write(ib)i', word(1), buffer('hi'))).args;
		expect(written).toEqual({ address: 8192, length: 2, inline: Buffer.from('hi') });
		expect(decodeCall(0, 0, payload('getpid()i')).args).toEqual([]);
	});

	test('keeps names that are not UTF-8 byte for byte', () => {
		const body = Buffer.concat([payload('unlink(s)i'), Buffer.alloc(8), u32(2), Buffer.from([0xff, 0x41])]);
		expect(decodeCall(0, 0, body).args).toEqual([{ kind: 'text', address: 0, text: '\udcffA' }]);
	});

	test('tells a string that cannot be read from one that is too long', () => {
		const none = (length: number) => payload('unlink(s)i', { kind: 'no-string', address: 5, length });
		expect(decodeCall(0, 0, none(0xffffffff)).args).toEqual([{ kind: 'fault', address: 5 }]);
		expect(decodeCall(0, 0, none(0xfffffffe)).args).toEqual([{ kind: 'long', address: 5 }]);
	});

	test.each([
		['nothing at all', Buffer.alloc(0)],
		['a name longer than the message', Buffer.from([200, 0x61])],
		['no signature', payload('hello')],
		['an unknown type', payload('a(q)i')],
		['more arguments than a call has', payload('a(iiiiiiiii)i')],
		['a control character in the name', payload('a\n(i)i', word(1))],
		['too few arguments', payload('read(ipi)i', word(1))],
		['bytes after the arguments', payload('close(i)i', word(1), word(2))],
		['a string longer than the message', payload('unlink(s)i', { kind: 'no-string', address: 1, length: 100 })],
		['a string of 4 GiB', payload('unlink(s)i', { kind: 'no-string', address: 1, length: 0xfffffff0 })],
		[
			'a buffer that carries less than it says',
			payload('write(ib)i', word(1), { kind: 'buffer', address: 1, length: 5n, inline: Buffer.from('ab') }),
		],
	])('refuses %s', (_what, body) => {
		expect(() => decodeCall(0, 0, body)).toThrow(WireError);
	});

	test('takes a buffer of 16 EiB that carries nothing for what it is: a number', () => {
		const huge = { kind: 'buffer', address: 1, length: 2n ** 64n - 1n, inline: Buffer.alloc(0) } as const;
		const [, argument] = decodeCall(0, 0, payload('write(ib)i', word(1), huge)).args;
		expect(argument).toEqual({ address: 1, length: 2 ** 64 });
	});

	test('of any bytes: a call, or a WireError', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				callOrWireError(Buffer.from(bytes));
			}),
			{ numRuns: 500 },
		);
	});

	test('of a call with bytes changed: a call, or a WireError', () => {
		const good = payload('openat(isii)i', word(-100), string('/some/path'), word(0), word(0));
		const change = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) });
		fc.assert(
			fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(good.length), (changes, end) => {
				const bytes = Buffer.from(good);
				for (const { at, to } of changes) bytes[at] = to;
				callOrWireError(bytes);
				callOrWireError(bytes.subarray(0, end));
			}),
			{ numRuns: 500 },
		);
	});
});

describe('FrameSplitter', () => {
	test('gives the frames back however the bytes were cut', () => {
		const frames = fc.array(
			fc.record({ channel: fc.nat(100), seq: fc.nat(), body: fc.uint8Array({ maxLength: maxFrame - 12 }) }),
			{ maxLength: 20 },
		);
		fc.assert(
			fc.property(frames, fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }), (sent, cuts) => {
				const bytes = Buffer.concat(sent.map(({ channel, seq, body }) => frame(channel, seq, Buffer.from(body))));
				const got = feed(bytes, cuts);
				expect(got).toEqual(sent.map(({ channel, seq, body }) => ({ channel, seq, body: Buffer.from(body) })));
			}),
			{ numRuns: 50 },
		);
	});

	test.each([0, 7, maxFrame - 3, 2 ** 31, 2 ** 32 - 1])(
		'refuses a length of %i before anything of it came',
		(length) => {
			expect(() => feed(u32(length), [4])).toThrow(WireError);
		},
	);

	test('never gives less room than one frame needs, so a reader is never stuck', () => {
		const splitter = new FrameSplitter();
		const piece = frame(1, 1, Buffer.alloc(maxFrame - 12));
		for (let i = 0; i < 100; i++) {
			const { offset, length } = splitter.space();
			expect(length).toBeGreaterThanOrEqual(maxFrame);
			piece.copy(splitter.buffer, offset);
			splitter.filled(piece.length);
			expect(splitter.next()?.payload.length).toBe(maxFrame - 12);
			expect(splitter.next()).toBeUndefined();
		}
	});

	test('knows the frame by which the controller wakes itself', () => {
		expect(feed(wakeFrame(), [100])).toEqual([{ channel: wakeChannel, seq: 0, body: Buffer.alloc(0) }]);
	});
});

function callOrWireError(bytes: Buffer): void {
	try {
		const { args } = decodeCall(0, 0, bytes);
		for (const argument of args) {
			if (typeof argument === 'object' && 'inline' in argument) expect(argument.inline?.length).toBeLessThan(300);
		}
	} catch (error) {
		expect(error).toBeInstanceOf(WireError);
	}
}

function feed(bytes: Buffer, cuts: readonly number[]): { channel: number; seq: number; body: Buffer }[] {
	const splitter = new FrameSplitter();
	const got: { channel: number; seq: number; body: Buffer }[] = [];
	let at = 0;
	for (let turn = 0; at < bytes.length; turn++) {
		const { offset, length } = splitter.space();
		const piece = bytes.subarray(at, at + Math.min(length, cuts[turn % cuts.length] ?? 1));
		piece.copy(splitter.buffer, offset);
		splitter.filled(piece.length);
		at += piece.length;
		for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
			got.push({ channel: next.channel, seq: next.seq, body: Buffer.from(next.payload) });
		}
	}
	return got;
}
