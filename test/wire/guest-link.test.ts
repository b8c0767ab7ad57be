/** The controller's conversation with one task, and what becomes of a task that lies or dies in it. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { decodeName } from '../../src/abi/bytes.ts';
import { GuestFault, GuestLink, TaskGone } from '../../src/wire/guest-link.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { FakeGuest } from './fake-guest.ts';
import { u64 } from './messages.ts';

let guest: FakeGuest;
let link: GuestLink;

beforeEach(() => {
	guest = new FakeGuest();
	link = new GuestLink(guest);
	link.face(4);
});

describe('GuestLink', () => {
	test('reads and fills memory and gives the result', () => {
		const address = guest.put('hello\0');
		expect(link.read(address, 5).toString()).toBe('hello');
		expect(link.string(address, decodeName)).toBe('hello');
		link.write(address, Buffer.from('HE'));
		link.result(-2);
		expect(guest.get(address, 5).toString()).toBe('HEllo');
		expect(guest.result(4)).toBe(-2);
	});

	test('gives 64-bit results exactly, negative ones too', () => {
		fc.assert(
			fc.property(fc.maxSafeInteger(), (value) => {
				link.result(value);
				expect(guest.result(4)).toBe(value);
			}),
		);
	});

	test('moves what is larger than its own buffer', () => {
		const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 0xff));
		const address = guest.put('');
		link.write(address, bytes);
		link.result(0);
		expect(guest.get(address, bytes.length).equals(bytes)).toBe(true);
		expect(link.read(address, bytes.length).equals(bytes)).toBe(true);
	});

	test('a bad address is GuestFault when read, and EFAULT for the guest when filled', () => {
		expect(() => link.read(1, 8)).toThrow(GuestFault);
		expect(() => link.string(1, decodeName)).toThrow(GuestFault);
		link.write(1, Buffer.from('x'));
		link.result(0);
		expect(guest.result(4)).toBe(-14);
	});

	test('memory that ends in the middle is GuestFault, and the conversation goes on', () => {
		const end = guest.put('', guest.memory.length - 4);
		expect(() => link.read(end, 8)).toThrow(GuestFault);
		expect(link.read(end, 4).length).toBe(4);
	});

	test('a string without an end is undefined, and no more of it than was allowed is asked for', () => {
		guest.memory.fill(0x61);
		expect(link.string(guest.put('a'), decodeName, 4095)).toBeUndefined();
		expect(guest.mostAsked).toBe(4096);
	});

	test('a buffer of 16 EiB is read up to the limit', () => {
		const argument = { address: guest.put('abc'), length: 2 ** 64 };
		expect(link.buffer(argument, 100).length).toBe(100);
		expect(guest.mostAsked).toBe(100);
	});

	test.each([2n ** 63n - 1n, 101n, 2n ** 40n])(
		'a task that answers %i bytes where 100 were asked for has broken the protocol',
		(length) => {
			guest.lie = () => u64(length);
			expect(() => link.read(guest.put('x'), 100)).toThrow(WireError);
			expect(() => link.string(guest.put('x'), decodeName, 99)).toThrow(WireError);
		},
	);

	test('a task whose process died in its answer is gone, one whose memory went away has a fault', () => {
		guest.last = 0xff;
		expect(() => link.read(guest.put('abc'), 3)).toThrow(TaskGone);
		guest.last = 1;
		expect(() => link.read(guest.put('abc'), 3)).toThrow(GuestFault);
	});

	test('what is meant for one task never reaches another', () => {
		link.write(guest.put('x'), Buffer.from('y'));
		link.face(5);
		link.result(7);
		link.face(4);
		link.result(8);
		expect([guest.result(4), guest.result(5)]).toEqual([8, 7]);
	});

	test('drop forgets what a task that is gone was to be told', () => {
		link.write(guest.put('x'), Buffer.from('y'));
		link.drop();
		link.face(5);
		link.result(1);
		expect(guest.results.has(4)).toBe(false);
		expect(guest.get(0x10000, 1).toString()).toBe('x');
	});

	test('a timer and an exit go out at once', () => {
		link.timer(5_000_000_000n);
		expect(guest.timers).toEqual([5_000_000_000n]);
		link.exit(3);
		expect(guest.results.get(4)).toEqual([{ kind: 'exit', status: 3 }]);
	});

	test('of any answer at all: bytes, a fault, a task that is gone, or a WireError', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }), (answer) => {
				const other = new FakeGuest();
				other.lie = () => Buffer.concat([Buffer.from(answer), Buffer.alloc(40)]);
				const talk = new GuestLink(other);
				talk.face(1);
				try {
					expect(talk.read(0x10000, 32).length).toBe(32);
				} catch (error) {
					expect([GuestFault, TaskGone, WireError].some((kind) => error instanceof kind)).toBe(true);
				}
			}),
		);
	});
});
