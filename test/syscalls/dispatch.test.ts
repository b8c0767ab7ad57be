import { beforeEach, describe, expect, test } from 'vitest';
import { forReading } from '../../src/fs/api.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { buffer, frame, type Part, payload, string, word } from '../wire/messages.ts';
import { Machine } from './machine.ts';

const [EINTR, _EBADF, ECHILD, EAGAIN, _ENOMEM, EACCES, EFAULT, _EMFILE, ENOSYS, ERESTARTSYS] = [
	4, 9, 10, 11, 12, 13, 14, 24, 38, 512,
];

let machine: Machine;

beforeEach(() => {
	machine = new Machine();
});

/** A pipe's two descriptors. */
function pipe(flags = 0): [number, number] {
	const at = machine.guest.put(Buffer.alloc(8));
	expect(machine.call(0, 'pipe2(pi)i', word(at), word(flags))).toBe(0);
	const pair = machine.guest.get(at, 8);
	return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

const at = (offset: number): Part => word(0x10000 + offset);

describe('a call', () => {
	test('that nobody implements is ENOSYS and leaves one event, however often it is made', () => {
		expect(machine.call(0, 'io_uring_setup(ip)i', word(1), word(0))).toBe(-ENOSYS);
		expect(machine.call(0, 'io_uring_setup(ip)i', word(1), word(0))).toBe(-ENOSYS);
		expect(machine.call(0, 'syscall_999(iiiiii)i', ...[1, 2, 3, 4, 5, 6].map(word))).toBe(-ENOSYS);
		expect(machine.world.unknown).toEqual(['io_uring_setup', 'syscall_999']);
	});

	test('with a bad address is EFAULT, and the task lives', () => {
		expect(machine.call(0, 'uname(p)i', word(8))).toBe(-EFAULT);
		expect(machine.call(0, 'nanosleep(pp)i', word(8), word(0))).toBe(-EFAULT);
		expect(machine.call(0, 'unlink(s)i', { kind: 'no-string', address: 0, length: 0xffffffff })).toBe(-EFAULT);
		expect(machine.call(0, 'getpid()i')).toBe(100);
	});

	test('from a channel that does not exist, or while one waits, breaks the protocol', () => {
		expect(() => machine.call(8, 'getpid()i')).toThrow(WireError);
		const [reader] = pipe();
		expect(machine.call(0, 'read(ipi)i', word(reader), at(0), word(1))).toBeUndefined();
		expect(() => machine.call(0, 'getpid()i')).toThrow(WireError);
	});

	test('from a task that is gone is its last words, and nobody is answered', () => {
		machine.fork(1, 101);
		machine.reaped(101, 9);
		const before = machine.answers(1);
		machine.call(1, 'getpid()i');
		machine.tell(1, 'timeout()v');
		expect(machine.answers(1)).toBe(before);
		expect(machine.released).toEqual([1]);
	});
});

describe('a read that waits', () => {
	test('ends when another task writes', () => {
		const [reader, writer] = pipe();
		machine.call(1, 'attach(iii)i', word(100), word(101), word(1));
		expect(machine.call(0, 'read(ipi)i', word(reader), at(64), word(10))).toBeUndefined();
		expect(machine.call(1, 'write(ib)i', word(writer), buffer('hello'))).toBe(5);
		expect(machine.guest.result(0)).toBe(5);
		expect(machine.guest.get(0x10040, 5).toString()).toBe('hello');
	});

	test('ends at the end of the file when the last writer dies', () => {
		const [reader, writer] = pipe();
		machine.fork(1, 101);
		machine.call(0, 'close(i)i', word(writer));
		expect(machine.call(0, 'read(ipi)i', word(reader), at(64), word(10))).toBeUndefined();
		machine.reaped(101, 9);
		expect(machine.guest.result(0)).toBe(0);
	});

	test('is made again after a signal that wants so, once', () => {
		const [reader] = pipe();
		machine.call(0, 'read(ipi)i', word(reader), at(64), word(10));
		machine.tell(0, 'interrupted()v');
		machine.tell(0, 'interrupted()v');
		expect(machine.guest.result(0)).toBe(-ERESTARTSYS);
		expect(machine.answers(0)).toBe(3);
	});

	test('is not ended by a signal that came for the call before', () => {
		const [reader] = pipe();
		machine.call(0, 'read(ipi)i', word(reader), at(64), word(10));
		const before = machine.answers(0);
		machine.tell(0, 'interrupted()v', 1);
		expect(machine.answers(0)).toBe(before);
	});

	test('does not wait at all where the signal was faster than the call', () => {
		const [reader] = pipe();
		const read = payload('read(ipi)i', word(reader), at(64), word(10));
		machine.raw(frame(0, 77, payload('interrupted()v')));
		machine.raw(frame(0, 77, read));
		expect(machine.guest.result(0)).toBe(-ERESTARTSYS);
	});

	test('is EAGAIN where it must not wait', () => {
		const [reader] = pipe(0o4000);
		expect(machine.call(0, 'read(ipi)i', word(reader), at(64), word(10))).toBe(-EAGAIN);
	});

	test('of memory that is bad by now is EFAULT when it ends', () => {
		const [reader, writer] = pipe();
		machine.call(1, 'attach(iii)i', word(100), word(101), word(1));
		machine.call(0, 'read(ipi)i', word(reader), word(8), word(10));
		machine.call(1, 'write(ib)i', word(writer), buffer('x'));
		expect(machine.guest.result(0)).toBe(-EFAULT);
	});
});

describe('a write that waits', () => {
	test('keeps its own bytes, whatever comes after it on the wire, and ends when all of them found room', () => {
		const [reader, writer] = pipe();
		machine.call(1, 'attach(iii)i', word(100), word(101), word(1));
		for (let i = 0; i < 16; i++) machine.call(0, 'write(ib)i', word(writer), buffer('a'.repeat(3900)));
		machine.call(0, 'write(ib)i', word(writer), buffer('b'.repeat(3000)));
		expect(machine.call(0, 'write(ib)i', word(writer), buffer('c'.repeat(3000)))).toBeUndefined();
		machine.call(1, 'stat(sp)i', string('z'.repeat(3000)), word(0));
		expect(machine.call(1, 'read(ipi)i', word(reader), at(0), word(65_400))).toBe(65_400);
		expect(machine.guest.result(0)).toBe(3000);
		expect(machine.call(1, 'read(ipi)i', word(reader), at(0), word(9000))).toBe(3000);
		expect(machine.guest.get(0x10000, 3000).toString()).toBe('c'.repeat(3000));
	});

	test('to a pipe that nobody reads is a signal to its thread, and EPIPE once that is on its way', () => {
		const [reader, writer] = pipe();
		machine.call(1, 'attach(iii)i', word(100), word(101), word(1));
		machine.call(1, 'close(i)i', word(reader));
		expect(machine.call(1, 'write(ib)i', word(writer), buffer('x'))).toBeUndefined();
		expect(machine.world.signals).toMatchObject([{ pid: 100, tid: 101, signal: 13 }]);
		machine.supervisor('signaled(iii)v', word(100), word(13), word(0));
		expect(machine.guest.result(1)).toBe(-32);
	});
});

describe('a time', () => {
	const timespec = (seconds: number, ns: number): Buffer => {
		const bytes = Buffer.alloc(16);
		bytes.writeBigInt64LE(BigInt(seconds), 0);
		bytes.writeBigInt64LE(BigInt(ns), 8);
		return bytes;
	};

	test('passes in the task itself, and what is left of it is told to whoever is interrupted', () => {
		const wanted = machine.guest.put(timespec(2, 500));
		expect(machine.call(0, 'nanosleep(pp)i', word(wanted), at(64))).toBeUndefined();
		expect(machine.guest.timers).toEqual([2_000_000_500n]);
		machine.world.now += 500_000_000n;
		machine.tell(0, 'interrupted()v');
		expect(machine.guest.result(0)).toBe(-EINTR);
		expect(machine.guest.get(0x10040, 16).equals(timespec(1, 500_000_500))).toBe(true);
		machine.call(0, 'nanosleep(pp)i', word(wanted), word(0));
		machine.tell(0, 'timeout()v');
		expect(machine.guest.result(0)).toBe(0);
	});

	test('that ran out for an earlier call ends nothing', () => {
		const wanted = machine.guest.put(timespec(2, 0));
		machine.call(0, 'nanosleep(pp)i', word(wanted), word(0));
		const before = machine.answers(0);
		machine.tell(0, 'timeout()v', 1);
		expect(machine.answers(0)).toBe(before);
		machine.tell(0, 'timeout()v');
		machine.tell(0, 'timeout()v');
		expect(machine.answers(0)).toBe(before + 1);
	});

	test.each([timespec(-1, 0), timespec(0, -1), timespec(0, 1e9)])('out of its range is EINVAL', (bytes) => {
		expect(machine.call(0, 'nanosleep(pp)i', word(machine.guest.put(bytes)), word(0))).toBe(-22);
	});

	test('of a poll runs out with no descriptor, or a descriptor comes first', () => {
		const [reader, writer] = pipe();
		machine.call(1, 'attach(iii)i', word(100), word(101), word(1));
		const pollfd = Buffer.alloc(8);
		pollfd.writeInt32LE(reader, 0);
		pollfd.writeInt16LE(1, 4);
		const fds = machine.guest.put(pollfd, 256);
		expect(machine.call(0, 'poll(pii)i', word(fds), word(1), word(50))).toBeUndefined();
		machine.tell(0, 'timeout()v');
		expect(machine.guest.result(0)).toBe(0);
		machine.call(0, 'poll(pii)i', word(fds), word(1), word(50));
		machine.call(1, 'write(ib)i', word(writer), buffer('x'));
		expect(machine.guest.result(0)).toBe(1);
		expect(machine.guest.get(fds, 8).readInt16LE(6)).toBe(1);
	});
});

describe('a child', () => {
	test('is waited for, with its status and what it used; then there is none', () => {
		machine.fork(1, 101);
		expect(machine.call(0, 'wait4(ipip)i', word(-1), at(0), word(0), at(64))).toBeUndefined();
		machine.reaped(101, 7 << 8);
		expect(machine.guest.result(0)).toBe(101);
		expect(machine.guest.get(0x10000, 4).readInt32LE(0)).toBe(7 << 8);
		expect(machine.guest.get(0x10040, 40).readBigInt64LE(8)).toBe(1500n);
		expect(machine.call(0, 'wait4(ipip)i', word(-1), word(0), word(0), word(0))).toBe(-ECHILD);
		expect(machine.call(0, 'getrusage(ip)i', word(-1), at(64))).toBe(0);
		expect(machine.guest.get(0x10040, 40).readBigInt64LE(24)).toBe(500n);
	});

	test('that ended before its parent told of it is found all the same', () => {
		const ticket = machine.call(0, 'fork(i)i', word(17)) ?? 0;
		machine.reaped(101, 0);
		machine.call(0, 'forked(ii)i', word(101), word(ticket));
		expect(machine.call(0, 'wait4(ipip)i', word(101), word(0), word(1), word(0))).toBe(101);
	});

	test('past the limit of tasks is EAGAIN, and the limit is told', () => {
		const small = new Machine(2);
		small.fork(1, 101);
		expect(small.call(0, 'fork(i)i', word(17))).toBe(-EAGAIN);
		expect(small.world.limits).toEqual(['tasks']);
	});
});

describe('a signal', () => {
	test('is on its way before kill returns, and kill is never interrupted by it', () => {
		expect(machine.call(0, 'kill(ii)i', word(100), word(10))).toBeUndefined();
		machine.tell(0, 'interrupted()v');
		const before = machine.answers(0);
		machine.supervisor('signaled(iii)v', word(100), word(10), word(0));
		expect([machine.answers(0), machine.guest.result(0)]).toEqual([before + 1, 0]);
	});

	test('reaches nobody outside: pid 1 and unknown ones are ESRCH, 0 and -1 mean the guest alone', () => {
		for (const pid of [1, 4000, -4000]) expect(machine.call(0, 'kill(ii)i', word(pid), word(9))).toBe(-3);
		machine.fork(1, 101);
		machine.call(0, 'kill(ii)i', word(-1), word(9));
		expect(machine.world.signals.map(({ pid }) => pid)).toEqual([101]);
	});
});

describe('a question', () => {
	test('lets its task wait through signals, and the answer decides', () => {
		machine.world.decision = 'ask';
		machine.fs.open('/secret', { ...forReading, write: true, create: true, mode: 0 });
		expect(machine.call(0, 'open(sii)i', string('/secret'), word(0), word(0))).toBeUndefined();
		machine.world.questions[0]?.answer({ approved: false, by: { person: 'me' } });
		machine.settle();
		expect(machine.guest.result(0)).toBe(-EACCES);
		machine.call(0, 'open(sii)i', string('/secret'), word(0), word(0));
		machine.world.questions[1]?.answer({ approved: true, by: { person: 'me' } });
		machine.settle();
		expect(machine.guest.result(0)).toBe(3);
	});

	test('whose task was killed meanwhile is answered to nobody', () => {
		machine.world.decision = 'ask';
		machine.fork(1, 101);
		machine.fs.open('/secret', { ...forReading, write: true, create: true, mode: 0 });
		machine.call(1, 'open(sii)i', string('/secret'), word(0), word(0));
		machine.reaped(101, 9);
		expect(machine.world.withdrawn).toEqual([1]);
		const before = machine.answers(1);
		machine.world.questions[0]?.answer({ approved: true, by: { person: 'me' } });
		machine.settle();
		expect(machine.answers(1)).toBe(before);
	});
});
