/** The kernel's own loop: read a frame, handle it, look for messages; it sleeps only in the read of `request`. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { platformFlags } from '../abi/open-flags.ts';
import { createFileSystem, type SessionFileSystem } from '../fs/file-system.ts';
import { type FifoTransport, openFifoTransport } from '../host/fifo-transport.ts';
import { openGuestMemory } from '../host/guest-memory.ts';
import { guestTime, signalInterpreter } from '../host/guest-processes.ts';
import { createKernelDevices } from '../kernel/dev.ts';
import { Kernel } from '../kernel/kernel.ts';
import { OutsideInput, OutsideOutput } from '../kernel/outside.ts';
import { createProc } from '../kernel/proc.ts';
import { decide, isHidden } from '../policy/decide.ts';
import { resolveLongest } from '../policy/path-text.ts';
import { secretsFor } from '../policy/stand-ins.ts';
import { RuleCounts } from '../policy/standing.ts';
import type { Machine } from '../replay/machine.ts';
import { Dispatcher } from '../syscalls/dispatch.ts';
import { kindsOfFunction } from '../syscalls/translated/argument-kinds.ts';
import { FrameSplitter } from '../wire/frame.ts';
import { type DirectMemory, GuestLink } from '../wire/guest-link.ts';
import { channelsFor } from './channels.ts';
import { guestPolicy } from './guest-policy.ts';
import { failureOf, reportsOf, toldReports } from './guest-reports.ts';
import { GuestWorld } from './guest-world.ts';
import { liveMachine } from './live-machine.ts';
import type { FromWorker, Gone, GuestEnd, ToWorker, WorkerStart } from './messages.ts';
import { type Outbox, type Recording, startRecording } from './recording.ts';
import type { OpenReplay, Replaying } from './replaying.ts';
import { loopSandbox } from './sandbox-loop.ts';
import { Tracing } from './tracing.ts';

/** Bytes that the record may have, however small the limit on disk is; as with the log of the upper layer. */
const leastRecord = 64 * 1024 * 1024;

/** Runs one guest to its end. Blocks its thread. `openReplay`: where it may be a replay. */
export function runGuest(start: WorkerStart, port: MessagePort, openReplay?: OpenReplay): void {
	const loop = new GuestLoop(start, port, openReplay);
	port.postMessage(loop.run());
}

class GuestLoop {
	readonly #start: WorkerStart;
	readonly #port: MessagePort;
	readonly #outbox: Outbox;
	readonly #machine: Machine;
	readonly #recording: Recording | undefined;
	readonly #replaying: Replaying | undefined;
	#replayed: ReturnType<Replaying['stopped']>;
	readonly #flag: Int32Array;
	readonly #fs: SessionFileSystem;
	readonly #world: GuestWorld;
	readonly #kernel: Kernel;
	readonly #input: OutsideInput;
	#transport: FifoTransport | undefined;
	#dispatcher: Dispatcher | undefined;
	#end: GuestEnd | undefined;
	#launcherPid = 0;
	#gone: Gone | undefined;
	#calls: () => number = () => this.#dispatcher?.calls ?? 0;
	readonly #tracing: Tracing | undefined;

	constructor(start: WorkerStart, port: MessagePort, openReplay: OpenReplay | undefined) {
		this.#start = start;
		this.#port = port;
		this.#flag = new Int32Array(start.flag);
		const live = liveMachine(start, () => this.#launcherPid);
		this.#recording = start.tape?.kind === 'record' ? startRecording(start, live, port) : undefined;
		this.#replaying = openReplay?.(start, live, port);
		const played = this.#recording ?? this.#replaying;
		this.#machine = played?.machine ?? live;
		this.#outbox = played?.outbox ?? port;
		const { realPath, files: host } = this.#machine;
		const policy = guestPolicy(start, this.#machine, (path, cwd) => this.#whereTo(path, cwd));
		const counts = new RuleCounts();
		this.#tracing = start.trace === undefined ? undefined : new Tracing(start.trace, () => this.#world.monotonic());
		this.#world = new GuestWorld({
			port: this.#outbox,
			machine: this.#machine,
			decide: (effect) => decide(policy, effect, counts),
			unattended: start.unattended,
			secretsFor: (hosts) => (start.secrets.length === 0 ? [] : secretsFor(policy, start.secrets, hosts)),
			origins: start.origins && start.runtime === 'trapped',
			fs: () => this.#fs,
			commandNetwork: policy.commandNetwork,
			recordLimit: leastRecord + start.limits.disk,
			untaken: new Int32Array(start.flag, 4, 1),
			limits: start.limits,
			order: (op, pid, tid, signal, info) => {
				if (start.runtime === 'trapped') this.#transport?.order(op, pid, tid, signal, info);
				else this.#world.signaled(signalInterpreter(this.#launcherPid, pid, signal));
			},
			translated: start.runtime !== 'trapped',
			denied: this.#tracing?.denied,
		});
		const [program = ''] = start.argv;
		this.#fs = createFileSystem({
			host,
			sessionFolder: start.sessionFolder,
			scratch: policy.scratch,
			exposed: start.exposed,
			runtime: start.runtimeRoots,
			limits: start.limits,
			onLimit: (limit) => this.#world.limit(limit),
			proc: createProc(() => this.#kernel, program, this.#machine.readText),
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
		const { realPath } = this.#machine;
		try {
			const { path: seen, slash } = this.#fs.resolve(path, cwd, { naming: true, follow: true });
			return (slash !== true || seen === '/') &&
				resolveLongest(seen, { home: '/', cwd: '/', realpath: realPath }) === seen
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
			this.#replayed = this.#replaying?.stopped(error);
			end = failureOf(error, this.#end);
		}
		this.#tracing?.end();
		const changes = this.#fs.revisedChanges();
		this.#world.tellTraffic();
		const used = this.#world.used(this.#kernel.tasksUsed);
		const calls = this.#calls();
		const played =
			this.#recording?.end(end, changes, calls) ?? this.#replaying?.end(end, changes, calls, this.#replayed);
		this.#fs.close(changes);
		return { kind: 'end', end, changes, used, calls, ...(played === undefined ? {} : { played }) };
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
			traceOver: (link) => this.#tracing?.over(link, kindsOfFunction(platform)),
			opened: () => this.#outbox.postMessage({ kind: 'opened' }),
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
		if (this.#replaying !== undefined) {
			this.#replaying.run();
			const { ended } = this.#kernel.first;
			this.#end ??= ended === undefined ? { kind: 'stopped' } : { kind: 'ended', status: ended };
			return;
		}
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
		this.#settle();
	}

	#settle(): void {
		this.#recording?.settled();
		this.#dispatcher?.settle();
	}

	#receiveAll(channels: number): void {
		this.#receiveMessages(channels);
		this.#settle();
		if (this.#world.standsStill) this.#standStill();
	}

	#receiveMessages(channels: number): void {
		Atomics.store(this.#flag, 0, 0);
		for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
			this.#receive(next.message, channels);
		}
	}

	#receive(message: ToWorker, channels: number): void {
		this.#recording?.received(message);
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
				this.#outbox.postMessage({ kind: 'used', used: this.#world.used(this.#kernel.tasksUsed) });
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
		const memory = this.#directMemory(launcherPid);
		const link = new GuestLink(transport, memory, this.#replaying?.times);
		const [recording, replaying] = [this.#recording, this.#replaying];
		const reports = reportsOf(transport);
		const dispatcher = new Dispatcher({
			kernel: this.#kernel,
			link,
			trace: this.#tracing?.over(link),
			architecture: this.#start.architecture,
			channels,
			heard: recording?.heard,
			news: recording?.news,
			report: replaying?.report ?? (recording === undefined ? reports : toldReports(reports, recording.word)),
			...(replaying === undefined ? {} : { timer: replaying.timer }),
			released: (channel) => transport.order('release', channel, 0, 0),
			signaled: (_pid, _signal, errno) => {
				this.#world.signaled(errno);
				this.#kernel.changed();
			},
		});
		this.#dispatcher = dispatcher;
		replaying?.begin({
			...{ kernel: this.#kernel, dispatcher, link, read: transport.receiveRequest, word: reports },
			deliver: (message) => this.#receive(message, channels),
			receive: () => {
				if (Atomics.load(this.#flag, 0) !== 0) this.#receiveMessages(channels);
			},
			gone: () => this.#gone !== undefined,
			computed: () => guestTime(launcherPid),
		});
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
