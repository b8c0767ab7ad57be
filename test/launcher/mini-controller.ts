/** A throw-away controller for the launcher's tests: answers calls natively from the host, and blocks while it does. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MiniFiles } from './mini-files.ts';
import { type Argument, accessors, command, decode, E, fail } from './mini-wire.ts';

export type Outcome = {
	status: number;
	/** What the guest wrote to descriptors 1 and 2. */
	output: string;
	/** What the launcher said on standard error. */
	errors: string;
	facts: string;
	/** Signatures of all calls, in order. */
	calls: string[];
};

export type Options = {
	launcher: string;
	library: string;
	program: string;
	args: string[];
	extra?: string[];
	tasks?: number;
	/** Pins this process beside the guest, for measuring. */
	near?: boolean;
};

type Task = { pid: number; tid: number; channel: number };

export async function runGuest(options: Options): Promise<Outcome> {
	const dir = fs.mkdtempSync(join(tmpdir(), 'launcher-'));
	const tasks = options.tasks ?? 8;
	const child = spawn(
		options.launcher,
		[
			'--library',
			options.library,
			'--program',
			options.program,
			'--channel',
			dir,
			'--tasks',
			`${tasks}`,
			...(options.extra ?? []),
			'--',
			...options.args,
		],
		{ stdio: ['pipe', 'pipe', 'pipe'], env: {} },
	);
	child.stdin.end('PATH=/usr/bin:/bin\0HOME=/\0LANG=C.UTF-8\0');
	let errors = '';
	child.stderr.on('data', (data) => (errors += data));
	const exited = new Promise<number>((resolve) =>
		child.on('exit', (code, signal) => resolve(code ?? (signal ? 255 : -1))),
	);
	const facts = await new Promise<string>((resolve) => {
		let text = '';
		child.stdout.on('data', (data) => {
			text += data;
			if (/^ready\n.*\n/.test(text)) resolve(text.split('\n')[1] ?? '');
		});
		void exited.then(() => resolve(''));
	});
	const controller = new MiniController(dir, tasks, child);
	if (options.near) execFileSync(options.launcher, ['--near', `${process.pid}`, `${child.pid}`]);
	if (facts !== '') controller.serve();
	const status = await exited;
	controller.close();
	fs.rmSync(dir, { recursive: true });
	return { status, output: controller.output, errors, facts, calls: controller.calls };
}

class MiniController {
	output = '';
	calls: string[] = [];
	#request = -1;
	#report = -1;
	#control = -1;
	#reply: number[] = [];
	#data: number[] = [];
	#buffer = Buffer.alloc(1 << 16);
	#tasks = new Map<number, Task>();
	#files = new MiniFiles();
	#statuses = new Map<number, number>();
	#waiting: { channel: number; pid: number; status: bigint }[] = [];
	#sleeping = new Set<number>();
	#signaling: number[] = [];
	#first = 0;

	constructor(dir: string, tasks: number, child: ChildProcess) {
		if (child.exitCode !== null || !fs.existsSync(join(dir, 'request'))) return;
		this.#request = fs.openSync(join(dir, 'request'), 'r+');
		this.#report = fs.openSync(join(dir, 'report'), 'r+');
		this.#control = fs.openSync(join(dir, 'control'), 'r+');
		for (let i = 0; i < tasks; i++) {
			this.#reply.push(fs.openSync(join(dir, `reply.${i}`), 'r+'));
			this.#data.push(fs.openSync(join(dir, `data.${i}`), 'r+'));
		}
	}

	close(): void {
		for (const fd of [this.#request, this.#report, this.#control, ...this.#reply, ...this.#data])
			if (fd >= 0) fs.closeSync(fd);
	}

	/** Until the first process was reaped. */
	serve(): void {
		let filled = 0;
		for (;;) {
			filled += fs.readSync(this.#request, this.#buffer, filled, this.#buffer.length - filled, null);
			let at = 0;
			while (filled - at >= 4 && filled - at >= 4 + this.#buffer.readUInt32LE(at)) {
				const end = at + 4 + this.#buffer.readUInt32LE(at);
				if (this.#frame(this.#buffer.readUInt32LE(at + 4), this.#buffer.subarray(at + 12, end))) return;
				at = end;
			}
			this.#buffer.copyWithin(0, at, filled);
			filled -= at;
		}
	}

	/** The supervisor's next word. */
	#nextReport(): Buffer {
		const length = Buffer.alloc(4);
		fs.readSync(this.#report, length);
		const rest = Buffer.alloc(length.readUInt32LE(0));
		fs.readSync(this.#report, rest);
		return rest.subarray(8);
	}

	#frame(channel: number, sent: Buffer): boolean {
		const payload = channel === 0xfffffffe ? this.#nextReport() : sent;
		const name = payload.toString('latin1', 1, 1 + (payload[0] ?? 0));
		const args = decode(name.slice(name.indexOf('(') + 1, name.indexOf(')')), payload, 1 + (payload[0] ?? 0));
		this.calls.push(name);
		if (channel === 0xfffffffe) return this.#supervisor(name, args.map(Number));
		try {
			const result = this.#call(channel, name.slice(0, name.indexOf('(')), args);
			if (result !== undefined) this.#result(channel, result);
		} catch (error) {
			if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error;
			this.#result(channel, error.errno);
		}
		return false;
	}

	#supervisor(name: string, [pid = 0, status = 0, errno = 0]: number[]): boolean {
		if (name.startsWith('signaled')) {
			const channel = this.#signaling.shift();
			if (channel !== undefined) this.#result(channel, -errno);
			return false;
		}
		for (const task of [...this.#tasks.values()]) {
			if (task.pid !== pid) continue;
			this.#tasks.delete(task.channel);
			this.#order(3, task.channel, 0, 0);
		}
		this.#statuses.set(pid, status);
		for (const waiter of this.#waiting.splice(0)) this.#wait(waiter.channel, waiter.pid, waiter.status);
		return pid === this.#first;
	}

	/** The result, or undefined where it comes later or never. */
	#call(channel: number, name: string, args: Argument[]): number | bigint | undefined {
		const { n, p } = accessors(args);
		switch (name) {
			case 'attach':
				this.#tasks.set(channel, { channel, pid: n(0), tid: n(1) });
				if (n(2) === 0) this.#first = n(0);
				return n(0);
			case 'detach':
				this.#tasks.delete(channel);
				return undefined;
			case 'interrupted':
			case 'timeout':
				if (this.#sleeping.delete(channel)) return name === 'timeout' ? 0 : E.INTR;
				if (this.#waiting.some((waiter) => waiter.channel === channel)) {
					this.#waiting = this.#waiting.filter((waiter) => waiter.channel !== channel);
					return E.RESTARTSYS;
				}
				return undefined;
			case 'fork':
				return 1;
			case 'forked':
				return n(0);
			case 'exit_group':
			case 'munmap':
			case 'set_tid_address':
				return 0;
			case 'write': {
				const buffer = args[1];
				if (n(0) !== 1 && n(0) !== 2) return E.BADF;
				if (typeof buffer !== 'object' || !('length' in buffer)) return E.INVAL;
				const bytes = buffer.inline ?? this.#read(channel, buffer.address, buffer.length);
				if (bytes === undefined) return E.FAULT;
				this.output += bytes.toString();
				return bytes.length;
			}
			case 'getppid':
				return 4242;
			case 'getuid':
			case 'geteuid':
			case 'getgid':
			case 'getegid':
				return 1000;
			case 'ioctl':
				return E.NOTTY;
			case 'fcntl':
				return n(1) === 3 ? 0x8000 : 0;
			case 'prlimit64':
			case 'getrlimit':
				this.#fill(channel, name === 'getrlimit' ? p(1) : p(3), Buffer.from('0000800000000000ffffffffffffffff', 'hex'));
				return 0;
			case 'kill':
			case 'tgkill':
				this.#signaling.push(channel);
				this.#order(name === 'kill' ? 1 : 2, n(0), name === 'kill' ? 0 : n(1), name === 'kill' ? n(1) : n(2));
				return undefined;
			case 'clock_nanosleep':
			case 'nanosleep':
			case 'pselect6': {
				const time =
					this.#read(channel, p(name === 'nanosleep' ? 0 : name === 'pselect6' ? 4 : 2), 16) ?? fail(E.FAULT);
				this.#sleeping.add(channel);
				this.#send(channel, command('T', time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8)));
				return undefined;
			}
			case 'execve':
				this.#send(channel, Buffer.from([0x58, 3, 0, 0, 0]));
				return undefined;
			case 'wait4':
				this.#wait(channel, n(0), p(1));
				return undefined;
			default:
				return this.#files.answer(name, args, (to, bytes) => this.#fill(channel, to, bytes));
		}
	}

	#wait(channel: number, pid: number, status: bigint): void {
		const found = [...this.#statuses].find(([child]) => pid === -1 || child === pid);
		if (found === undefined) {
			this.#waiting.push({ channel, pid, status });
			return;
		}
		const bytes = Buffer.alloc(4);
		bytes.writeInt32LE(found[1]);
		if (status !== 0n) this.#fill(channel, status, bytes);
		this.#statuses.delete(found[0]);
		this.#result(channel, found[0]);
	}

	#read(channel: number, from: bigint, length: number): Buffer | undefined {
		this.#send(channel, command('R', from, BigInt(length)));
		const count = Number(this.#receive(channel, 8).readBigInt64LE());
		if (count <= 0) return length === 0 ? Buffer.alloc(0) : undefined;
		const bytes = this.#receive(channel, count + 1);
		return count === length && bytes[count] === 0 ? bytes.subarray(0, count) : undefined;
	}

	#receive(channel: number, length: number): Buffer {
		const bytes = Buffer.alloc(length);
		for (let got = 0; got < length; ) got += fs.readSync(this.#data[channel] ?? -1, bytes, got, length - got, null);
		return bytes;
	}

	#fill(channel: number, to: bigint, bytes: Buffer): void {
		this.#send(channel, Buffer.concat([command('W', to, BigInt(bytes.length)), bytes]));
	}

	#result(channel: number, value: number | bigint): void {
		this.#send(channel, command('i', BigInt(value)));
	}

	#send(channel: number, bytes: Buffer): void {
		for (let sent = 0; sent < bytes.length; ) sent += fs.writeSync(this.#reply[channel] ?? -1, bytes, sent);
	}

	#order(...words: number[]): void {
		const bytes = Buffer.alloc(40);
		words.forEach((word, i) => {
			bytes.writeInt32LE(word, 4 * i);
		});
		fs.writeSync(this.#control, bytes);
	}
}

/** Builds the launcher into the folder that make uses by itself, and says where it is. */
export function buildLauncher(): string {
	const folder = join(dirname(new URL(import.meta.url).pathname), '../../pypy/launcher');
	execFileSync('make', ['-s', '-C', folder], { stdio: 'inherit' });
	return join(folder, 'build/launcher');
}
