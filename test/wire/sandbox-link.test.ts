/** The wire of a translated interpreter, byte by byte and against lies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestFault } from '../../src/wire/guest-link.ts';
import { parseDump, platformOf } from '../../src/wire/sandbox-dump.ts';
import { SandboxCutOff, SandboxLink } from '../../src/wire/sandbox-link.ts';
import { WireError } from '../../src/wire/wire-error.ts';

/** A link over an interpreter that says `bytes`, in pieces of at most `piece`. */
function over(bytes: Uint8Array, piece = 4096) {
	const sent: Buffer[] = [];
	let at = 0;
	const link = new SandboxLink({
		receive(into, offset, length) {
			const part = bytes.subarray(at, at + Math.min(length, piece));
			at += part.length;
			into.set(part, offset);
			return part.length;
		},
		send: (out) => void sent.push(Buffer.from(out)),
	});
	return { link, sent: () => Buffer.concat(sent) };
}

function int64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64LE(BigInt(value));
	return bytes;
}

const call = (signature: string, ...args: number[]): Buffer =>
	Buffer.concat([Buffer.of(signature.length), Buffer.from(signature), ...args.map(int64)]);

describe('a message of a translated interpreter', () => {
	it('is its name and its arguments, however it is cut into pieces', () => {
		for (const piece of [1, 3, 4096]) {
			const { link } = over(call('pread(ipii)i', 3, 0x7f00_0000_1000, -1, 2 ** 40), piece);
			expect(link.next()).toEqual({
				signature: 'pread(ipii)i',
				name: 'pread',
				types: 'ipii',
				args: [3, 0x7f00_0000_1000, -1, 2 ** 40],
				result: 'i',
			});
			expect(link.next()).toBeUndefined();
		}
	});

	it('that is cut off, too long, or none is a WireError and never another error', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
				const { link } = over(bytes);
				try {
					link.next();
				} catch (error) {
					expect(error).toBeInstanceOf(WireError);
				}
			}),
		);
		expect(() => over(Buffer.from('\x09getp')).link.next()).toThrow(SandboxCutOff);
		expect(() => over(Buffer.concat([call('getpid()i'), Buffer.of(1)])).link.next()).toThrow('1 bytes too many');
		const many = `many(${'i'.repeat(32)})i`;
		expect(over(call(many, ...Array<number>(32).fill(1))).link.next()?.args).toHaveLength(32);
	});
});

describe('the memory of a translated interpreter', () => {
	it('is asked for with the commands of rsandbox.c', () => {
		const { link, sent } = over(Buffer.concat([int64(3), Buffer.from('abc'), Buffer.from('xy'), int64(0x7000_0000)]));
		expect(link.string(0x10000, (bytes) => Buffer.from(bytes).toString(), 10)).toBe('abc');
		expect(link.read(0x20000, 2).toString()).toBe('xy');
		expect(link.allocate(Buffer.from('hi'))).toBe(0x7000_0000);
		link.free(0x7000_0000);
		link.write(0x30000, Buffer.from('w'));
		link.result('i', -1, 2);
		expect(sent()).toEqual(
			Buffer.concat([
				Buffer.from('Z'),
				int64(0x10000),
				int64(11),
				Buffer.from('R'),
				int64(0x20000),
				int64(2),
				Buffer.from('M'),
				int64(2),
				Buffer.from('hi'),
				Buffer.from('F'),
				int64(0x7000_0000),
				Buffer.from('W'),
				int64(0x30000),
				int64(1),
				Buffer.from('w'),
				Buffer.from('E\x02\0\0\0i'),
				int64(-1),
			]),
		);
	});

	it('is never asked for at NULL, of which the interpreter would die', () => {
		const { link, sent } = over(Buffer.alloc(0));
		expect(() => link.read(0, 8)).toThrow(GuestFault);
		expect(() => link.write(8, Buffer.of(1))).toThrow(GuestFault);
		expect(() => link.string(0, String)).toThrow(GuestFault);
		expect(sent()).toHaveLength(0);
	});

	it('that claims a longer string than was asked for ends the run before a byte is kept', () => {
		for (const length of [-1, 12, 2 ** 53]) {
			expect(() => over(int64(length)).link.string(0x10000, String, 10)).toThrow(WireError);
		}
	});

	it('with a NUL byte in a string ends the run: what is judged and what the machine takes would be two names', () => {
		const said = Buffer.concat([int64(9), Buffer.from('/etc\0/ssh')]);
		expect(() => over(said).link.string(0x10000, String, 10)).toThrow('NUL');
	});

	it('is never asked for in lengths that no handler wants', () => {
		for (const length of [-1, 2 ** 40])
			expect(() => over(Buffer.alloc(0)).link.read(0x10000, length)).toThrow(GuestFault);
	});
});

describe('memory that can be read past the stream', () => {
	const memory = Buffer.from('short\0'.padEnd(400, 'x'));
	function direct(said: Uint8Array) {
		const sent: Buffer[] = [];
		let at = 0;
		const pipe = {
			receive(into: Buffer, offset: number, length: number) {
				const part = said.subarray(at, at + length);
				at += part.length;
				into.set(part, offset);
				return part.length;
			},
			send: (out: Uint8Array) => void sent.push(Buffer.from(out)),
		};
		const read = (address: number, into: Uint8Array): number => {
			const part = memory.subarray(address - 0x10000).subarray(0, into.length);
			into.set(part);
			return part.length;
		};
		return { link: new SandboxLink(pipe, { read }), sent: () => Buffer.concat(sent).toString('latin1') };
	}

	it('needs no question for a string or for bytes', () => {
		const { link, sent } = direct(Buffer.alloc(0));
		expect(link.string(0x10000, String)).toBe('short');
		expect(link.read(0x10000, 5).toString()).toBe('short');
		expect(() => link.string(0x100, String)).toThrow(GuestFault);
		expect(sent()).toBe('');
	});

	it('is asked for where it is longer than one look, or not all there', () => {
		const { link, sent } = direct(Buffer.concat([int64(2), Buffer.from('ab'), Buffer.from('cd')]));
		expect(link.string(0x10006, String)).toBe('ab');
		expect(link.read(0x10000 + 399, 2).toString()).toBe('cd');
		expect(sent()).toMatch(/^Z.{16}R.{16}$/s);
	});

	it('is asked for after something was written there: that may not have been obeyed yet', () => {
		const { link, sent } = direct(Buffer.concat([Buffer.from('after'), Buffer.from('!')]));
		link.write(0x10000, Buffer.from('after'));
		expect(link.read(0x10000, 5).toString()).toBe('after');
		expect(link.read(0x10000, 5).toString()).toBe('short');
		expect(sent()).toMatch(/^W.{16}afterR.{16}$/s);
	});
});

it('the dump names version, platform and functions, and any other text is none', () => {
	expect(parseDump('Version: 20001\nPlatform: linux2\nFuncs: a()i time(p)i time(p)i\n')).toEqual({
		version: 20001,
		platform: 'linux2',
		functions: ['a()i', 'time(p)i'],
	});
	for (const text of ['', 'hello\n', 'Version: x\nPlatform: linux2\nFuncs: \n', 'Version: 1\nFuncs: a()i\n'])
		expect(parseDump(text)).toBeUndefined();
});

it('the platform line chooses whose structs and numbers are spoken', () => {
	const dump = (platform: string) => ({ version: 20001, platform, functions: [] });
	expect(['linux2', 'linux', 'darwin', 'win32', 'linux22'].map((name) => platformOf(dump(name)))).toEqual([
		'linux',
		'linux',
		'darwin',
		undefined,
		undefined,
	]);
});
