/** Who may connect to a server of the guest: nothing of the machine listens before a decision, and the guest's own end always does. */
import { beforeEach, expect, test } from 'vitest';
import { type NetworkCall, operation } from '../../src/kernel/network.ts';
import { word } from '../wire/messages.ts';
import { Machine } from './machine.ts';

const [EAGAIN, EADDRINUSE, EISCONN] = [11, 98, 106];
const [AF_INET, SOCK_STREAM, SOCK_NONBLOCK] = [2, 1, 2048];

type Made = { readonly outside: boolean; bound: boolean; listening: boolean; closed: boolean };

let machine: Machine;
/** By number. */
let sockets: Map<number, Made>;
/** Somebody waits at a real socket. */
let waiting: Set<number>;
/** The machine's port is another program's. */
let taken: boolean;

function answer({ operation: what, socket }: NetworkCall): { result: number; flags: number; bytes: Buffer } {
	const give = (result: number, bytes = Buffer.alloc(0)) => ({ result, flags: 0, bytes });
	const made = sockets.get(socket);
	switch (what) {
		case operation.socket:
			sockets.set(100 + sockets.size, { outside: socket === 1, bound: false, listening: false, closed: false });
			return give(99 + sockets.size);
		case operation.bind:
			if (made?.outside === true && taken) return give(-EADDRINUSE);
			if (made !== undefined) made.bound = true;
			return give(0);
		case operation.listen:
			if (made !== undefined) made.listening = true;
			return give(0);
		case operation.shutdown:
			if (made !== undefined) made.listening = false;
			return give(0);
		case operation.close:
			if (made !== undefined) [made.closed, made.listening] = [true, false];
			return give(0);
		case operation.name:
			return give(0, Buffer.from([2, 0, 0x1f, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
		case operation.accept:
			if (!waiting.delete(socket)) return give(-EAGAIN);
			sockets.set(100 + sockets.size, {
				outside: made?.outside === true,
				bound: true,
				listening: false,
				closed: false,
			});
			return give(99 + sockets.size, Buffer.from([2, 0, 0x9c, 0x40, 198, 51, 100, 7, 0, 0, 0, 0, 0, 0, 0, 0]));
		case operation.poll:
			return give(waiting.has(socket) ? 1 : 0);
		default:
			return give(0);
	}
}

beforeEach(() => {
	machine = new Machine();
	sockets = new Map();
	waiting = new Set();
	taken = false;
	machine.world.network = () => ({ privateLoopback: true, call: answer, receiveInto: () => undefined });
});

/** Bound to 0.0.0.0:8000. */
function server(): { readonly fd: number; readonly bound: number | undefined } {
	const fd = machine.call(0, 'socket(iii)i', word(AF_INET), word(SOCK_STREAM | SOCK_NONBLOCK), word(0)) ?? -1;
	const name = machine.guest.put(Buffer.from([2, 0, 0x1f, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 256);
	return { fd, bound: machine.call(0, 'bind(ipi)i', word(fd), word(name), word(16)) };
}

const listen = (fd: number): number | undefined => machine.call(0, 'listen(ii)i', word(fd), word(5));
const accept = (fd: number): number | undefined => machine.call(0, 'accept(ipp)i', word(fd), word(0), word(0));
const heard = (outside: boolean): number =>
	[...sockets.values()].filter((one) => one.outside === outside && one.listening).length;
const yes = { approved: true, by: { person: 'me' } };
const no = { approved: false, by: { person: 'me' } };
const wish = { kind: 'listen', host: '0.0.0.0', port: 8000 };

test('a question is waited for, and nothing of the machine is touched before its answer', () => {
	machine.world.decision = 'ask';
	const { fd } = server();
	expect(listen(fd)).toBeUndefined();
	expect(machine.world.questions.map(({ effect }) => effect)).toEqual([wish]);
	expect([heard(true), heard(false)]).toEqual([0, 1]);
	expect([...sockets.values()].some(({ outside }) => outside)).toBe(false);
	machine.world.questions[0]?.answer(yes);
	machine.settle();
	expect(machine.guest.result(0)).toBe(0);
	expect([heard(true), heard(false)]).toEqual([1, 1]);
});

test('a no leaves the server to the script alone, which goes on', () => {
	machine.world.decision = 'ask';
	const { fd } = server();
	listen(fd);
	machine.world.questions[0]?.answer(no);
	machine.settle();
	expect(machine.guest.result(0)).toBe(0);
	expect([heard(true), heard(false)]).toEqual([0, 1]);
	expect(listen(fd)).toBe(0);
	expect(machine.world.questions).toHaveLength(1);
});

test('a policy that denies it asks nobody, and is no refusal', () => {
	machine.world.decision = 'deny';
	const { fd } = server();
	expect(listen(fd)).toBe(0);
	expect([heard(true), heard(false)]).toEqual([0, 1]);
	expect(machine.world.records).toEqual([]);
	expect([...sockets.values()].some(({ outside }) => outside)).toBe(false);
});

test('where a rule allows it, a port that another program has is refused at bind, and the socket can have another', () => {
	taken = true;
	const { fd, bound } = server();
	expect(bound).toBe(-EADDRINUSE);
	expect([...sockets.values()].some((one) => one.bound)).toBe(false);
	taken = false;
	const name = machine.guest.put(Buffer.from([2, 0, 0x1f, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 256);
	expect(machine.call(0, 'bind(ipi)i', word(fd), word(name), word(16))).toBe(0);
	expect(heard(true)).toBe(0);
	expect(listen(fd)).toBe(0);
	expect(heard(true)).toBe(1);
	expect(machine.world.records.map(({ effect, approval }) => [effect, approval.approved])).toEqual([[wish, true]]);
});

test('where somebody was asked, a port that another program has is refused at listen, and then nothing listens', () => {
	machine.world.decision = 'ask';
	taken = true;
	const { fd, bound } = server();
	expect(bound).toBe(0);
	listen(fd);
	machine.world.questions[0]?.answer(yes);
	machine.settle();
	expect(machine.guest.result(0)).toBe(-EADDRINUSE);
	expect([heard(true), heard(false)]).toEqual([0, 0]);
});

test('a signal ends the wait: it listens inside, and outside once that is allowed', () => {
	machine.world.decision = 'ask';
	const { fd } = server();
	expect(listen(fd)).toBeUndefined();
	machine.tell(0, 'interrupted()v');
	expect(machine.guest.result(0)).toBe(0);
	expect([heard(true), heard(false)]).toEqual([0, 1]);
	machine.world.questions[0]?.answer(yes);
	expect([heard(true), heard(false)]).toEqual([1, 1]);
});

test('a server that was closed before the answer came is not opened by it', () => {
	machine.world.decision = 'ask';
	const { fd } = server();
	listen(fd);
	machine.tell(0, 'interrupted()v');
	machine.call(0, 'close(i)i', word(fd));
	machine.world.questions[0]?.answer(yes);
	expect([heard(true), heard(false)]).toEqual([0, 0]);
});

test('both ends are accepted from, and only what comes from outside is counted', () => {
	const counted: (string | undefined)[] = [];
	machine.world.traffic = (_id, client) => {
		counted.push(client);
		return { sending: () => true, sent: () => {}, received: () => {}, secret: () => {} };
	};
	const { fd } = server();
	listen(fd);
	const [inside = 0, outside = 0] = [false, true].map(
		(side) => [...sockets].find(([, one]) => one.listening && one.outside === side)?.[0],
	);
	expect(accept(fd)).toBe(-EAGAIN);
	waiting.add(outside).add(inside);
	machine.kernel.network?.news([inside, outside]);
	expect([accept(fd), accept(fd)].every((made) => made !== undefined && made > fd)).toBe(true);
	expect(accept(fd)).toBe(-EAGAIN);
	expect(counted).toEqual(['198.51.100.7']);
});

test('shutdown and close end both, and a server connects to nobody', () => {
	const { fd } = server();
	listen(fd);
	const name = machine.guest.put(Buffer.from([2, 0, 0, 80, 203, 0, 113, 7, 0, 0, 0, 0, 0, 0, 0, 0]), 512);
	expect(machine.call(0, 'connect(ipi)i', word(fd), word(name), word(16))).toBe(-EISCONN);
	machine.call(0, 'shutdown(ii)i', word(fd), word(0));
	expect([heard(true), heard(false)]).toEqual([0, 0]);
	expect(listen(fd)).toBe(0);
	expect([heard(true), heard(false)]).toEqual([1, 1]);
	machine.call(0, 'close(i)i', word(fd));
	expect([...sockets.values()].every(({ closed }) => closed)).toBe(true);
});
