/** Pipes, sockets, event counters and epoll: bytes come out as they went in, and whoever waits is told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EPOLLET, Epoll } from '../../src/kernel/epoll.ts';
import { EventCounter } from '../../src/kernel/event-counter.ts';
import { NodeFile } from '../../src/kernel/node-file.ts';
import { type OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from '../../src/kernel/open-file.ts';
import { createPipe } from '../../src/kernel/pipe.ts';
import { UnixDatagrams } from '../../src/kernel/unix-datagrams.ts';
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, type UnixSocketType } from '../../src/kernel/unix-end.ts';
import { UnixSocket } from '../../src/kernel/unix-socket.ts';
import { fakeNode, fakeStat } from './world.ts';

const nobody = (): void => {};

function pipe(): { reader: OpenFile; writer: OpenFile } {
	const { reader, writer } = createPipe(fakeStat(1), 0, nobody);
	return { reader: reader.hold(), writer: writer.hold() };
}

function pair(type: UnixSocketType): [UnixSocket | UnixDatagrams, UnixSocket | UnixDatagrams] {
	if (type === SOCK_DGRAM) {
		const [here, there] = [datagrams(1), datagrams(2)];
		here.join(there);
		return [here, there];
	}
	const one = new UnixSocket(type, fakeStat(1), 0, nobody);
	const two = new UnixSocket(type, fakeStat(2), 0, nobody);
	one.join(two);
	return [one.hold(), two.hold()];
}

function datagrams(ino: number): UnixDatagrams {
	return new UnixDatagrams(fakeStat(ino), 0, nobody).hold();
}

describe('a pipe', () => {
	const traffic = fc.array(
		fc.oneof(
			fc.record({ write: fc.integer({ min: 1, max: 40_000 }) }),
			fc.record({ read: fc.integer({ min: 1, max: 40_000 }) }),
		),
		{ maxLength: 40 },
	);

	test('gives the bytes in order, holds 64 KiB at most, and never tears a write of up to 4096 bytes', () => {
		fc.assert(
			fc.property(traffic, (steps) => {
				const { reader, writer } = pipe();
				let [sent, got] = [0, 0];
				for (const step of steps) {
					if ('write' in step) {
						const put = writer.write(Buffer.from(Array.from({ length: step.write }, (_, i) => (sent + i) % 251)));
						if (step.write <= 4096) expect([undefined, step.write]).toContain(put);
						sent += put ?? 0;
					} else {
						const into = Buffer.alloc(step.read);
						const count = reader.read(into) ?? 0;
						expect([...into.subarray(0, count)].every((byte, i) => byte === (got + i) % 251)).toBe(true);
						got += count;
					}
					expect(sent - got).toBe(reader.pending);
					expect(sent - got).toBeLessThanOrEqual(65_536);
				}
			}),
			{ numRuns: 100 },
		);
	});

	test('ends for its reader when the last writer is gone, and breaks for its writer when the last reader is', () => {
		const { reader, writer } = pipe();
		writer.hold();
		writer.release();
		expect(reader.read(Buffer.alloc(1))).toBeUndefined();
		writer.write(Buffer.from('x'));
		writer.release();
		expect(reader.poll()).toBe(POLLIN | POLLHUP);
		expect([reader.read(Buffer.alloc(9)), reader.read(Buffer.alloc(9))]).toEqual([1, 0]);
		const other = pipe();
		other.reader.release();
		expect(other.writer.poll() & POLLERR).toBe(POLLERR);
		expect(() => other.writer.write(Buffer.from('x'))).toThrow('EPIPE');
	});
});

describe('a socket pair', () => {
	test('of messages keeps their bounds; what does not fit is lost', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(SOCK_DGRAM, SOCK_SEQPACKET),
				fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }),
				fc.integer({ min: 0, max: 60 }),
				(type, messages, room) => {
					const [one, two] = pair(type as UnixSocketType);
					for (const message of messages) expect(one.send(Buffer.from(message), [])).toBe(message.length);
					for (const message of messages) {
						const into = Buffer.alloc(room);
						const taken = two.receive(into, false);
						expect(taken).toMatchObject({ bytes: Math.min(room, message.length), length: message.length });
						expect(into.subarray(0, taken?.bytes).equals(Buffer.from(message).subarray(0, room))).toBe(true);
					}
					expect(two.receive(Buffer.alloc(1), false)).toBeUndefined();
				},
			),
		);
	});

	test('cannot be filled without end, not even with empty messages', () => {
		const [one] = pair(SOCK_DGRAM);
		let count = 0;
		while (one.send(Buffer.alloc(0), []) !== undefined) count += 1;
		expect(count).toBeLessThan(10_000);
		expect(one.poll() & POLLOUT).toBe(0);
		expect(() => one.send(Buffer.alloc(300_000), [])).toThrow('EMSGSIZE');
	});

	test('gives a file to whoever receives the bytes it came with, and closes those that nobody took', () => {
		const [one, two] = pair(SOCK_STREAM);
		const [taken, lost] = [fakeNode('/taken', 1), fakeNode('/lost', 2)];
		one.send(Buffer.from('plain'), []);
		one.send(Buffer.from('with'), [new NodeFile(taken, 0)]);
		one.send(Buffer.from('last'), [new NodeFile(lost, 0)]);
		const into = Buffer.alloc(100);
		// A stream stops before files, so that they come with their own bytes.
		expect(two.receive(into, false)).toMatchObject({ bytes: 5, files: [] });
		expect(two.receive(into, true)).toMatchObject({ bytes: 4, files: [] });
		const got = two.receive(into, false);
		expect(got?.files.map((file) => file.label)).toEqual(['/taken']);
		two.release();
		expect([taken.closed, lost.closed]).toEqual([0, 1]);
		for (const file of got?.files ?? []) file.release();
		expect(taken.closed).toBe(1);
	});

	test('tells the end as each kind of socket does', () => {
		const [one, two] = pair(SOCK_STREAM);
		one.shutdown(1);
		expect(two.read(Buffer.alloc(1))).toBe(0);
		expect(two.poll()).toBe(POLLIN | POLLOUT | POLLRDHUP);
		expect(() => one.send(Buffer.from('x'), [])).toThrow('EPIPE');
		expect(two.send(Buffer.from('x'), [])).toBe(1);
		two.release();
		expect(one.poll() & POLLHUP).toBe(POLLHUP);
		const [deaf, gone] = pair(SOCK_DGRAM);
		gone.release();
		expect(deaf.read(Buffer.alloc(1))).toBeUndefined();
		expect(() => deaf.send(Buffer.from('x'), [])).toThrow('ECONNREFUSED');
	});

	test('a server accepts each that connected, and those it never accepted are reset', () => {
		const server = new UnixSocket(SOCK_STREAM, fakeStat(1), 0, nobody).hold();
		server.name = '\0name';
		server.listen(1);
		const clients = [0, 1, 2].map((i) => new UnixSocket(SOCK_STREAM, fakeStat(10 + i), 0, nobody).hold());
		expect(clients.map((client) => client.connect(server, fakeStat(20)))).toEqual([0, 0, undefined]);
		const end = server.accept()?.hold();
		clients[0]?.send(Buffer.from('hi'), []);
		expect(end?.read(Buffer.alloc(9))).toBe(2);
		server.release();
		expect((clients[1]?.poll() ?? 0) & POLLERR).toBe(POLLERR);
		expect(() => clients[1]?.read(Buffer.alloc(1))).toThrow('ECONNRESET');
		expect(clients[1]?.read(Buffer.alloc(1))).toBe(0);
		expect(() => clients[2]?.connect(server, fakeStat(30))).toThrow('ECONNREFUSED');
	});
});

describe('an event counter', () => {
	test('adds up, gives all or one at a time, and waits at both ends', () => {
		const counter = new EventCounter(2n, false, fakeStat(1), 0, nobody);
		const eight = Buffer.alloc(8);
		counter.write(Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]));
		expect([counter.read(eight), eight.readBigUInt64LE(0), counter.read(eight)]).toEqual([8, 7n, undefined]);
		const semaphore = new EventCounter(2n, true, fakeStat(1), 0, nobody);
		expect([semaphore.read(eight), eight.readBigUInt64LE(0), semaphore.read(eight)]).toEqual([8, 1n, 8]);
		expect(semaphore.poll()).toBe(POLLOUT);
		expect(counter.write(Buffer.from('feffffffffffffff', 'hex'))).toBe(8);
		expect([counter.poll(), counter.write(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]))]).toEqual([POLLIN, undefined]);
		expect(() => counter.write(Buffer.alloc(8, 0xff))).toThrow('EINVAL');
		expect(() => counter.read(Buffer.alloc(7))).toThrow('EINVAL');
	});
});

describe('epoll', () => {
	const open = (files: readonly OpenFile[]) => (fd: number) => files[fd];

	test('tells level by level, edge by edge, and once', () => {
		const { reader, writer } = pipe();
		const files = [reader, reader, reader];
		const epoll = new Epoll(fakeStat(1));
		epoll.add(0, reader, POLLIN, 100n);
		epoll.add(1, reader, POLLIN | EPOLLET, 101n);
		epoll.add(2, reader, POLLIN | 0x40000000, 102n);
		const ready = (): bigint[] => epoll.ready(10, open(files)).map(({ data }) => data);
		expect(ready()).toEqual([]);
		writer.write(Buffer.from('a'));
		expect(ready()).toEqual([100n, 101n, 102n]);
		expect(ready()).toEqual([100n]);
		writer.write(Buffer.from('b'));
		expect(ready()).toEqual([100n, 101n]);
		reader.read(Buffer.alloc(2));
		expect(ready()).toEqual([]);
	});

	test('forgets a descriptor that was closed, or that is another file now', () => {
		const { reader, writer } = pipe();
		const epoll = new Epoll(fakeStat(1));
		epoll.add(0, reader, POLLIN, 1n);
		writer.write(Buffer.from('a'));
		expect(epoll.ready(10, () => undefined)).toEqual([]);
		expect(epoll.ready(10, () => reader)).toEqual([]);
	});

	test('refuses itself, plain files, and the same twice', () => {
		const epoll = new Epoll(fakeStat(1));
		const { reader } = pipe();
		epoll.add(0, reader, POLLIN, 1n);
		expect(() => epoll.add(0, reader, POLLIN, 1n)).toThrow('EEXIST');
		expect(() => epoll.add(1, epoll, POLLIN, 1n)).toThrow('EINVAL');
		expect(() => epoll.add(2, new NodeFile(fakeNode('/f', 1), 0), POLLIN, 1n)).toThrow('EPERM');
		expect(() => epoll.modify(5, reader, POLLIN, 1n)).toThrow('ENOENT');
	});
});
