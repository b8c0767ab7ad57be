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
type Answer = { readonly result: number; readonly flags: number; readonly bytes: Buffer };

const callBytes = 24;
const answerBytes = 16;
/** Up to here a copy costs less than another write. */
const smallBytes = 65_536;
const mostAnswer = 1024 * 1024 + 8192;

export type NetworkProcess = {
	/** Whether the guest has a loopback of its own; undefined where the process could not do its work. */
	readonly ready: Promise<{ readonly privateLoopback: boolean } | undefined>;
	end(): void;
};

/** Only ever from the main thread: it ends with the thread that started it. */
export function startNetworkProcess(launcher: string, channelFolder: string): NetworkProcess {
	const child: ChildProcess = spawn(launcher, ['--network', channelFolder], {
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

/** Its FIFOs, once it is ready. Each call blocks until it was answered, which is at once. */
export function openNetwork(channelFolder: string, privateLoopback: boolean) {
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
	return {
		privateLoopback,
		call({ operation, socket, a = 0, b = 0, c = 0, bytes = [] }: Call): Answer {
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
