/** Questions about hosts: who waits for the answer, what happens until then, and what comes of a no. */
import { beforeEach, expect, test } from 'vitest';
import { type NetworkCall, operation } from '../../src/kernel/network.ts';
import { word } from '../wire/messages.ts';
import { Machine } from './machine.ts';

const [EBADF, EAGAIN, ECONNREFUSED, EINPROGRESS, EALREADY] = [9, 11, 111, 115, 114];
const AF_INET = 2;
const [SOCK_STREAM, SOCK_DGRAM, SOCK_NONBLOCK] = [1, 2, 2048];

let machine: Machine;
let calls: NetworkCall[];
/** Connecting does. */
let takesTime: boolean;

/** Answers as Linux does for a server far away: connecting takes its time. */
function answer(call: NetworkCall): { result: number; flags: number; bytes: Buffer } {
	calls.push(call);
	const give = (result: number, bytes = Buffer.alloc(0)) => ({ result, flags: 0, bytes });
	switch (call.operation) {
		case operation.socket:
			return give(calls.length + 100);
		case operation.connect: {
			const tried = calls.filter((one) => one.operation === operation.connect).length;
			return give(takesTime && tried === 1 ? -EINPROGRESS : 0);
		}
		case operation.name:
			return give(0, Buffer.alloc(16, Buffer.from([2, 0])));
		case operation.getOption:
			return give(0, Buffer.alloc(4));
		case operation.poll:
			return give(4);
		case operation.send:
			return give(call.bytes?.at(-1)?.length ?? 0);
		default:
			return give(0);
	}
}

beforeEach(() => {
	machine = new Machine();
	calls = [];
	takesTime = true;
	machine.world.decision = 'ask';
	machine.world.network = () => ({ privateLoopback: true, call: answer, receiveInto: () => undefined });
});

function socket(type: number): number {
	return machine.call(0, 'socket(iii)i', word(AF_INET), word(type), word(0)) ?? -1;
}

/** 203.0.113.7:80 */
function address(): ReturnType<typeof word> {
	return word(machine.guest.put(Buffer.from([2, 0, 0, 80, 203, 0, 113, 7, 0, 0, 0, 0, 0, 0, 0, 0]), 256));
}

function socketError(fd: number): number {
	const at = machine.guest.put(Buffer.from([0, 0, 0, 0, 4, 0, 0, 0]), 512);
	machine.call(0, 'getsockopt(iiipp)i', word(fd), word(1), word(4), word(at), word(at + 4));
	return machine.guest.get(at, 4).readInt32LE(0);
}

const connect = (fd: number): number | undefined => machine.call(0, 'connect(ipi)i', word(fd), address(), word(16));
const reached = (): boolean =>
	calls.some((call) => call.operation === operation.connect || call.operation === operation.send);
const yes = { approved: true, by: { person: 'me' } };
const no = { approved: false, by: { person: 'me' } };

test('a connect that blocks waits for its decision, and nothing leaves before', () => {
	const fd = socket(SOCK_STREAM);
	expect(connect(fd)).toBeUndefined();
	expect(machine.world.questions.map(({ effect }) => effect)).toEqual([
		{ kind: 'connect', host: '203.0.113.7', port: 80 },
	]);
	expect(reached()).toBe(false);
	machine.world.questions[0]?.answer(yes);
	machine.settle();
	expect(machine.guest.result(0)).toBe(0);
	expect(calls.some((call) => call.operation === operation.socket && call.socket === 1)).toBe(true);
});

test('a connect that was denied by a person is refused', () => {
	const fd = socket(SOCK_STREAM);
	connect(fd);
	machine.world.questions[0]?.answer(no);
	machine.settle();
	expect(machine.guest.result(0)).toBe(-ECONNREFUSED);
	expect(reached()).toBe(false);
});

test('a connect that does not block goes on while it is decided, and fails later where the answer is no', () => {
	const fd = socket(SOCK_STREAM | SOCK_NONBLOCK);
	expect(connect(fd)).toBe(-EINPROGRESS);
	expect(connect(fd)).toBe(-EALREADY);
	const poll = machine.guest.put(Buffer.from([fd, 0, 0, 0, 4, 0, 0, 0]), 1024);
	expect(machine.call(0, 'poll(pii)i', word(poll), word(1), word(0))).toBe(0);
	machine.world.questions[0]?.answer(no);
	expect(machine.call(0, 'poll(pii)i', word(poll), word(1), word(0))).toBe(1);
	expect(socketError(fd)).toBe(ECONNREFUSED);
	expect(socketError(fd)).toBe(0);
	expect(reached()).toBe(false);
});

test('a host is asked about once in a run, however many connections to it wait', () => {
	const fds = [0, 1, 2].map(() => socket(SOCK_STREAM | SOCK_NONBLOCK));
	for (const fd of fds) connect(fd);
	expect(machine.world.questions).toHaveLength(1);
	machine.world.questions[0]?.answer(yes);
	expect(calls.filter((call) => call.operation === operation.connect)).toHaveLength(3);
	expect(connect(socket(SOCK_STREAM))).toBe(0);
	expect(machine.world.questions).toHaveLength(1);
});

test('a connect that is closed before it was decided is never made', () => {
	const fd = socket(SOCK_STREAM | SOCK_NONBLOCK);
	connect(fd);
	machine.call(0, 'close(i)i', word(fd));
	machine.world.questions[0]?.answer(yes);
	expect(reached()).toBe(false);
});

test('a connect whose socket another task closes while it is decided touches no other socket', () => {
	const fd = socket(SOCK_STREAM);
	connect(fd);
	machine.kernel.first.descriptors.close(fd);
	machine.world.questions[0]?.answer(yes);
	machine.settle();
	expect(machine.guest.result(0)).toBe(-EBADF);
	expect(reached()).toBe(false);
});

test('a datagram waits for its decision; connecting its socket asks nobody and sends nothing', () => {
	takesTime = false;
	const fd = socket(SOCK_DGRAM);
	expect(connect(fd)).toBe(0);
	expect(machine.world.questions).toHaveLength(0);
	const at = machine.guest.put('hello', 2048);
	const header = Buffer.alloc(56);
	const parts = Buffer.alloc(16);
	parts.writeBigUInt64LE(BigInt(at), 0);
	parts.writeBigUInt64LE(5n, 8);
	header.writeBigUInt64LE(BigInt(machine.guest.put(parts, 3072)), 16);
	header.writeBigUInt64LE(1n, 24);
	const message = word(machine.guest.put(header, 4096));
	expect(machine.call(0, 'sendmsg(ipi)i', word(fd), message, word(0x40))).toBe(-EAGAIN);
	expect(machine.call(0, 'sendmsg(ipi)i', word(fd), message, word(0))).toBeUndefined();
	expect(reached()).toBe(false);
	machine.world.questions[0]?.answer(yes);
	machine.settle();
	expect(machine.world.questions).toHaveLength(1);
	expect(machine.guest.result(0)).toBe(5);
});
