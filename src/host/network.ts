/** The process that holds the guest's sockets: starting it (main thread) and calling it (the kernel's thread). */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

type Call = {
	readonly operation: number;
	readonly socket: number;
	readonly a?: number;
	readonly b?: number;
	readonly c?: number;
	readonly bytes?: readonly Uint8Array[];
};
type Place = { readonly guest: number; readonly address: number; readonly length: number };
type Answer = { readonly result: number; readonly flags: number; readonly bytes: Buffer };

const callBytes = 24;
const answerBytes = 16;
/** Up to here a copy costs less than another write. */
const smallBytes = 65_536;
const mostMoved = 1024 * 1024;
const mostAnswer = mostMoved + 8192;

export type NetworkProcess = {
	/** Whether the guest has a loopback of its own; undefined where the process could not do its work. */
	readonly ready: Promise<{ readonly privateLoopback: boolean } | undefined>;
	end(): void;
};

/** Only ever from the main thread: it ends with the thread that started it. */
export function startNetworkProcess(launcher: string, channelFolder: string, launcherPid: number): NetworkProcess {
	const child: ChildProcess = spawn(launcher, ['--network', channelFolder, String(launcherPid)], {
		env: {},
		stdio: ['pipe', 'pipe', 'ignore'],
		detached: true,
	});
	child.stdin?.on('error', () => {});
	const ready = new Promise<{ privateLoopback: boolean } | undefined>((resolve) => {
		let said = '';
		child.stdout?.setEncoding('latin1').on('data', (text: string) => {
			said += text;
			const [first, second, rest] = said.split('\n');
			if (first === 'ready' && rest !== undefined) resolve({ privateLoopback: second === 'loopback=yes' });
		});
		child.once('error', () => resolve(undefined));
		child.once('close', () => resolve(undefined));
	});
	return { ready, end: () => void child.kill('SIGKILL') };
}

/** The numbers of pypy/launcher/network.c. */
const [receiveFor, receiveInto] = [16, 17];

/** Its FIFOs, once it is ready. Each call blocks until it was answered, which is at once. `machinePid`: of a guest process. */
export function openNetwork(
	channelFolder: string,
	privateLoopback: boolean,
	machinePid: (guest: number) => number | undefined,
) {
	const calls = fs.openSync(join(channelFolder, 'network.call'), fs.constants.O_WRONLY);
	const answers = fs.openSync(join(channelFolder, 'network.answer'), fs.constants.O_RDONLY);
	const into = Buffer.allocUnsafeSlow(mostAnswer);
	const header = Buffer.alloc(callBytes);
	const readUntil = (got: number, wanted: number): number => {
		let all = got;
		while (all < wanted) {
			const more = fs.readSync(answers, into, all, mostAnswer - all, null);
			if (more === 0) throw new Error('the process that holds the sockets is gone');
			all += more;
		}
		return all;
	};
	const call = ({ operation, socket, a = 0, b = 0, c = 0, bytes = [] }: Call): Answer => {
		const length = bytes.reduce((sum, part) => sum + part.length, 0);
		header.writeUInt32LE(operation, 0);
		header.writeInt32LE(socket, 4);
		header.writeInt32LE(a, 8);
		header.writeInt32LE(b, 12);
		header.writeInt32LE(c, 16);
		header.writeUInt32LE(length, 20);
		if (length === 0) writeAll(calls, header);
		else writeAll(calls, length < smallBytes ? Buffer.concat([header, ...bytes]) : header);
		if (length >= smallBytes) for (const part of bytes) writeAll(calls, part);
		const got = readUntil(0, answerBytes);
		const end = answerBytes + into.readUInt32LE(12);
		readUntil(got, end);
		return {
			result: Number(into.readBigInt64LE(0)),
			flags: into.readUInt32LE(8),
			bytes: into.subarray(answerBytes, end),
		};
	};
	let current: number | undefined;
	const refused = new Set<number>();
	/** The process beside us keeps hold of one guest process. It is looked up again once it is held: a number may be used again. */
	const turnTo = (guest: number): boolean => {
		if (refused.has(guest)) return false;
		current = undefined;
		const pid = machinePid(guest);
		if (pid === undefined) return false;
		if (call({ operation: receiveFor, socket: 0, a: pid }).result < 0) refused.add(guest);
		else if (machinePid(guest) === pid) current = guest;
		return current === guest;
	};
	return {
		privateLoopback,
		call,
		receiveInto(socket: number, { guest, address, length }: Place): Answer | undefined {
			if (current !== guest && !turnTo(guest)) return undefined;
			const at = Buffer.alloc(8);
			at.writeBigUInt64LE(BigInt(address));
			const answer = call({ operation: receiveInto, socket, b: Math.min(length, mostMoved), bytes: [at] });
			if (answer.bytes.length === 0) return answer;
			// The machine does not let us, the process has ended, or the address is none: from now on in the other way.
			refused.add(guest);
			current = undefined;
			return answer;
		},
		close() {
			fs.closeSync(calls);
			fs.closeSync(answers);
		},
	};
}

function writeAll(fd: number, bytes: Uint8Array): void {
	let sent = 0;
	while (sent < bytes.length) sent += fs.writeSync(fd, bytes, sent);
}
