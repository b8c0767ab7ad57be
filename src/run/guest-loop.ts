/** The kernel's own loop: read a frame, handle it, look for messages; it sleeps only in the read of `request`. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { platformFlags } from '../abi/open-flags.ts';
import { createFileSystem, type SessionFileSystem } from '../fs/file-system.ts';
import { type FifoTransport, GuestGone, openFifoTransport } from '../host/fifo-transport.ts';
import { openGuestMemory } from '../host/guest-memory.ts';
import { readText, signalInterpreter } from '../host/guest-processes.ts';
import { createHostFiles } from '../host/host-files.ts';
import { machineAddresses } from '../host/names.ts';
import { realPath } from '../host/real-path.ts';
import { type TraceFile, writeTraceFile } from '../host/trace-file.ts';
import { createKernelDevices } from '../kernel/dev.ts';
import { Kernel } from '../kernel/kernel.ts';
import { OutsideInput, OutsideOutput } from '../kernel/outside.ts';
import { createProc } from '../kernel/proc.ts';
import { compilePolicy, systemPath } from '../policy/compile.ts';
import { decide, isHidden } from '../policy/decide.ts';
import { resolveLongest } from '../policy/path-text.ts';
import { secretsFor } from '../policy/stand-ins.ts';
import { RuleCounts } from '../policy/standing.ts';
import { Dispatcher } from '../syscalls/dispatch.ts';
import { deniedText, Trace, type TraceOptions } from '../syscalls/trace.ts';
import { kindsOfFunction } from '../syscalls/translated/argument-kinds.ts';
import type { CallLink } from '../wire/call.ts';
import { type Frame, FrameSplitter } from '../wire/frame.ts';
import { type DirectMemory, GuestLink } from '../wire/guest-link.ts';
import { WireError } from '../wire/wire-error.ts';
import { channelsFor } from './channels.ts';
import { GuestWorld } from './guest-world.ts';
import type { FromWorker, Gone, GuestEnd, ToWorker, WorkerStart } from './messages.ts';
import { loopSandbox } from './sandbox-loop.ts';

/** Bytes that the record may have, however small the limit on disk is; as with the log of the upper layer. */
const leastRecord = 64 * 1024 * 1024;

/** Runs one guest to its end. Blocks its thread. */
export function runGuest(start: WorkerStart, port: MessagePort): void {
	const loop = new GuestLoop(start, port);
	port.postMessage(loop.run());
}

class GuestLoop {
	readonly #start: WorkerStart;
	readonly #port: MessagePort;
	readonly #flag: Int32Array;
	readonly #fs: SessionFileSystem;
	readonly #world: GuestWorld;
	readonly #kernel: Kernel;
	readonly #input: OutsideInput;
	#transport: FifoTransport | undefined;
	#dispatcher: Dispatcher | undefined;
	#end: GuestEnd | undefined;
	/** The launcher, which is a translated interpreter itself. */
	#launcherPid = 0;
	#gone: Gone | undefined;
	#calls: () => number = () => this.#dispatcher?.calls ?? 0;
	readonly #traceFile: TraceFile | undefined;
	#trace: Trace | undefined;

	constructor(start: WorkerStart, port: MessagePort) {
		this.#start = start;
		this.#port = port;
		this.#flag = new Int32Array(start.flag);
		const policy = compilePolicy(start.policy, {
			home: start.home,
			cwd: start.cwd,
			systemPath,
			env: start.env,
			realpath: realPath,
			own: start.own,
			interpreter: start.runtimeRoots,
			addresses: machineAddresses(),
			secret: start.secret,
			now: () => new Date(),
			resolve: (path, cwd) => this.#whereTo(path, cwd),
		});
		const counts = new RuleCounts();
		this.#world = new GuestWorld({
			port,
			decide: (effect) => decide(policy, effect, counts),
			unattended: start.unattended,
			secretsFor: (hosts) => (start.secrets.length === 0 ? [] : secretsFor(policy, start.secrets, hosts)),
			origins: start.origins && start.runtime === 'trapped',
			fs: () => this.#fs,
			channelFolder: start.channelFolder,
			commandNetwork: policy.commandNetwork,
			recordLimit: leastRecord + start.limits.disk,
			untaken: new Int32Array(start.flag, 4, 1),
			limits: start.limits,
			order: (op, pid, tid, signal, info) => {
				if (start.runtime === 'trapped') this.#transport?.order(op, pid, tid, signal, info);
				else this.#world.signaled(signalInterpreter(this.#launcherPid, pid, signal));
			},
			translated: start.runtime !== 'trapped',
			denied:
				start.trace === undefined ? undefined : (effect, approval) => this.#trace?.denied(deniedText(effect, approval)),
		});
		this.#traceFile = start.trace === undefined ? undefined : writeTraceFile(start.trace);
		const [program = ''] = start.argv;
		const host = createHostFiles(start.sessionFolder);
		this.#fs = createFileSystem({
			host,
			sessionFolder: start.sessionFolder,
			scratch: policy.scratch,
			exposed: start.exposed,
			runtime: start.runtimeRoots,
			limits: start.limits,
			onLimit: (limit) => this.#world.limit(limit),
			proc: createProc(() => this.#kernel, program, readText),
			device: createKernelDevices(() => this.#kernel),
			random: (into) => into.set(this.#world.randomBytes(into.length)),
			now: () => this.#world.realtime(),
			identity: start.identity,
			...(policy.hide.length === 0 ? {} : { hidden: (path: string) => isHidden(policy, path) }),
		});
		const facts = (fd: 0 | 1 | 2) => ({
			stat: host.fstat(fd),
			terminal: start.terminal[fd],
			rows: start.rows,
			columns: start.columns,
		});
		const flags = platformFlags[start.architecture].O_LARGEFILE;
		this.#input = new OutsideInput(this.#world, facts(0), flags);
		this.#kernel = new Kernel({
			fs: this.#fs,
			world: this.#world,
			identity: start.identity,
			cwd: start.cwd,
			umask: start.umask,
			argv: start.argv,
			// A translated one cannot be started afresh from inside.
			interpreter: start.runtime === 'trapped' ? (realPath(program) ?? program) : '',
			maxTasks: start.limits.tasks,
			maxDescriptors: 1024,
			stdio: [
				this.#input,
				new OutsideOutput(this.#world, 1, facts(1), flags | 1),
				new OutsideOutput(this.#world, 2, facts(2), flags | 1),
			],
		});
	}

	/**
	 * Where a path of a command leads, for the guest and on the machine: a command runs on the machine, and sees of the guest's changes
	 * only what is approved. Undefined where the two are not the same.
	 */
	#whereTo(path: string, cwd: string): string | undefined {
		try {
			const { path: seen, slash } = this.#fs.resolve(path, cwd, { naming: true, follow: true });
			return slash !== true && resolveLongest(seen, { home: '/', cwd: '/', realpath: realPath }) === seen
				? seen
				: undefined;
		} catch {
			return undefined;
		}
	}

	/** The last message. Never throws. */
	run(): FromWorker {
		let end: GuestEnd;
		try {
			if (this.#start.runtime === 'trapped') this.#loop();
			else this.#end = this.#loopSandbox(this.#start.runtime);
			end = this.#end ?? { kind: 'stopped' };
		} catch (error) {
			end = failureOf(error, this.#end);
		}
		this.#trace?.close();
		this.#traceFile?.flush();
		const changes = this.#fs.revisedChanges();
		this.#world.tellTraffic();
		const used = this.#world.used(this.#kernel.tasksUsed);
		this.#fs.close();
		return { kind: 'end', end, changes, used, calls: this.#calls() };
	}

	#loopSandbox({ home, platform }: Exclude<WorkerStart['runtime'], 'trapped'>): GuestEnd {
		while (this.#launcherPid === 0 && this.#gone === undefined) {
			Atomics.wait(this.#flag, 0, 0);
			this.#receiveMessages(0);
		}
		if (this.#launcherPid === 0) return { kind: 'stopped' };
		return loopSandbox({
			kernel: this.#kernel,
			folder: this.#start.channelFolder,
			architecture: this.#start.architecture,
			home,
			platform,
			env: this.#start.env,
			pid: this.#launcherPid,
			flag: this.#flag,
			receive: () => this.#receiveMessages(0),
			gone: () => this.#gone,
			standsStill: () => this.#world.standsStill,
			traceOver: (link) => this.#traceOver(link, kindsOfFunction(platform)),
			opened: () => this.#port.postMessage({ kind: 'opened' }),
			counted: (calls) => {
				this.#calls = () => calls;
			},
		});
	}

	#loop(): void {
		const channels = channelsFor(this.#start.limits.tasks);
		// The first message says that the launcher's FIFOs are there.
		while (this.#end === undefined && this.#transport === undefined) {
			Atomics.wait(this.#flag, 0, 0);
			this.#receiveAll(channels);
		}
		const transport = this.#transport;
		if (transport === undefined) return;
		const splitter = new FrameSplitter();
		while (this.#end === undefined) {
			this.#handleAll(splitter, transport.receiveRequest);
			if (Atomics.load(this.#flag, 0) !== 0) this.#receiveAll(channels);
			// The guest's last words, how it ended among them, may still be in the pipe.
			if (this.#gone !== undefined) {
				while (this.#end === undefined && this.#handleAll(splitter, transport.receiveWaiting) > 0);
				this.#end ??= { kind: 'stopped' };
			}
		}
	}

	/** Reads once and handles the frames that are whole; the bytes read. */
	#handleAll(splitter: FrameSplitter, receive: FifoTransport['receiveRequest']): number {
		const { offset, length } = splitter.space();
		const got = receive(splitter.buffer, offset, length);
		splitter.filled(got);
		for (let frame = splitter.next(); frame !== undefined && this.#end === undefined; frame = splitter.next()) {
			this.#dispatcher?.handle(frame);
			if (this.#world.standsStill) this.#standStill();
			const { ended } = this.#kernel.first;
			if (ended !== undefined) this.#end = { kind: 'ended', status: ended };
		}
		return got;
	}

	/** Answers nobody until a command has started (or the guest is gone). */
	#standStill(): void {
		const channels = channelsFor(this.#start.limits.tasks);
		while (this.#world.standsStill && this.#gone === undefined) {
			Atomics.wait(this.#flag, 0, 0);
			this.#receiveMessages(channels);
		}
		this.#dispatcher?.settle();
	}

	#receiveAll(channels: number): void {
		this.#receiveMessages(channels);
		this.#dispatcher?.settle();
		if (this.#world.standsStill) this.#standStill();
	}

	#receiveMessages(channels: number): void {
		Atomics.store(this.#flag, 0, 0);
		for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
			this.#receive(next.message, channels);
		}
	}

	#receive(message: ToWorker, channels: number): void {
		switch (message.kind) {
			case 'ready':
				this.#world.receive(message);
				this.#launcherPid = message.launcherPid;
				if (this.#start.runtime === 'trapped') this.#open(channels, message.launcherPid);
				return;
			case 'input':
				this.#input.feed(message.bytes === undefined ? undefined : Buffer.from(message.bytes));
				break;
			case 'tell-used':
				this.#port.postMessage({ kind: 'used', used: this.#world.used(this.#kernel.tasksUsed) });
				return;
			case 'gone':
				this.#gone = message;
				if (this.#transport === undefined) this.#end ??= { kind: 'stopped' };
				return;
			default:
				this.#world.receive(message);
		}
		this.#kernel.changed();
	}

	#open(channels: number, launcherPid: number): void {
		const transport = openFifoTransport(this.#start.channelFolder, channels);
		this.#transport = transport;
		const link = new GuestLink(transport, this.#directMemory(launcherPid));
		this.#dispatcher = new Dispatcher({
			kernel: this.#kernel,
			link,
			trace: this.#traceOver(link),
			architecture: this.#start.architecture,
			channels,
			report: reportsOf(transport),
			released: (channel) => transport.order('release', channel, 0, 0),
			signaled: (_pid, _signal, errno) => {
				this.#world.signaled(errno);
				this.#kernel.changed();
			},
		});
	}

	#traceOver(link: CallLink, kindsOf?: TraceOptions['kindsOf']): Trace | undefined {
		const file = this.#traceFile;
		if (file === undefined) return undefined;
		const options = { link, now: () => this.#world.monotonic(), line: (text: string) => file.line(text) };
		this.#trace = new Trace({ ...options, ...(kindsOf === undefined ? {} : { kindsOf }) });
		return this.#trace;
	}

	#directMemory(launcherPid: number): DirectMemory {
		const memory = openGuestMemory(launcherPid);
		const pidOf = (channel: number): number => this.#kernel.tasks.get(channel)?.native ?? 0;
		return {
			write: (channel, address, bytes) => memory.write(pidOf(channel), address, bytes),
			read: (channel, address, into) => memory.read(pidOf(channel), address, into),
		};
	}
}

/** The supervisor's words, one at a time. */
function reportsOf(transport: FifoTransport): () => Frame | undefined {
	const splitter = new FrameSplitter();
	return () => {
		const known = splitter.next();
		if (known !== undefined) return known;
		const { offset, length } = splitter.space();
		splitter.filled(transport.receiveReport(splitter.buffer, offset, length));
		return splitter.next();
	};
}

function failureOf(error: unknown, end: GuestEnd | undefined): GuestEnd {
	if (error instanceof GuestGone || isBrokenPipe(error)) return end ?? { kind: 'stopped' };
	if (error instanceof WireError) return { kind: 'failed', message: error.message };
	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { kind: 'failed', message: `a bug in approve-run: ${stack}` };
}

/** All guest processes ended while we answered one. */
function isBrokenPipe(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
