/** The kernel's world inside the worker: what it cannot do itself becomes a message to the main thread. */

import type { SignalInfo } from '../abi/signals.ts';
import type { SessionFileSystem } from '../fs/file-system.ts';
import type { Found } from '../kernel/guest-network.ts';
import type { Network, Traffic } from '../kernel/network.ts';
import type { StandIn } from '../kernel/stand-in-form.ts';
import type { World } from '../kernel/world.ts';
import type { CommandEvents, CommandSpec, RunningCommand } from '../model/command.ts';
import type { Approval, Verdict } from '../model/decision.ts';
import type { ConnectEffect, Effect } from '../model/effect.ts';
import type { LimitName, Limits } from '../model/limits.ts';
import { originKey } from '../model/origin-key.ts';
import type { Origin } from '../model/review.ts';
import type { Machine } from '../replay/machine.ts';
import { CommandLink } from './command-link.ts';
import { EffectLog } from './effect-log.ts';
import type { FromWorker, ToWorker, Used } from './messages.ts';
import { NetworkLink } from './network-link.ts';
import type { Outbox } from './recording.ts';
import { TrafficLog } from './traffic-log.ts';

export type GuestWorldOptions = {
	readonly port: Outbox;
	readonly machine: Machine;
	readonly decide: (effect: Effect) => Verdict;
	/** Nobody watches: what would be asked at the review is refused at once. */
	readonly unattended: boolean;
	/** Secrets that are for one of these hosts. */
	readonly secretsFor: (hosts: readonly ConnectEffect[]) => readonly StandIn[];
	readonly origins: boolean;
	readonly fs: () => SessionFileSystem;
	/** Gives the supervisor an order. */
	readonly order: (op: 'kill' | 'tgkill' | 'make', pid: number, tid: number, signal: number, info?: SignalInfo) => void;
	readonly commandNetwork: 'host' | 'none';
	/** Told of each effect that is refused. */
	readonly denied?: ((effect: Effect, approval: Approval) => void) | undefined;
	/** Bytes, about, that the record of its effects may have. */
	readonly recordLimit: number;
	/** How many effects the main thread has been told of and not taken yet. */
	readonly untaken: Int32Array;
	readonly limits: Limits;
	/** The launcher has become the interpreter. */
	readonly translated: boolean;
};

/** Effects on their way to the main thread at one time. */
const mostUntaken = 4096;

/** Bytes of output on their way to the main thread at one time. */
const outputInFlight = 1024 * 1024;

/** Servers of the script's own that are told of. */
const mostAlone = 100;

/** Of more effects it is not told where they come from. */
const mostOrigins = 10_000;

export class GuestWorld implements World {
	readonly #options: GuestWorldOptions;
	readonly #log: EffectLog;
	readonly #answers = new Map<number, (approval: Approval) => void>();
	readonly #commands: CommandLink;
	readonly #signals: ((errno: number) => void)[] = [];
	readonly #network: NetworkLink;
	readonly #traffic: TrafficLog;
	readonly #broken = new Set<1 | 2>();
	/** What was told of where effects come from. */
	readonly #origins = new Map<string, string>();
	readonly #alone = new Set<string>();
	#namespaces = false;
	#inFlight = 0;
	#output = 0;

	constructor(options: GuestWorldOptions) {
		this.#options = options;
		this.#traffic = new TrafficLog({
			limits: options.limits,
			exceeded: (limit) => this.limit(limit),
			tell: (id, traffic) => this.#send({ kind: 'traffic', id, traffic }),
		});
		this.#commands = new CommandLink((message) => this.#send(message), options.fs);
		this.#network = new NetworkLink((message) => this.#send(message), options.machine);
		this.#log = new EffectLog(() => options.fs().takeOrder(), {
			bytes: options.recordLimit,
			onFull: () => this.limit('disk'),
		});
	}

	realtime(): bigint {
		return this.#options.machine.realtime();
	}

	monotonic(): bigint {
		return this.#options.machine.monotonic();
	}

	randomBytes(length: number): Buffer {
		return this.#options.machine.randomBytes(length);
	}

	decide(effect: Effect): Verdict {
		const verdict = this.#options.decide(effect);
		if (verdict.decision !== 'ask' || !this.#options.unattended) return verdict;
		if (effect.kind !== 'write' && effect.kind !== 'delete') return verdict;
		return {
			decision: 'deny',
			by: { built: 'unattended' },
			because: verdict.because ?? 'nobody to ask (--unattended)',
		};
	}

	ask(effect: Effect, verdict: Verdict, answered: (approval: Approval) => void): number {
		const id = this.#log.next(effect);
		this.#answers.set(id, (approval) => {
			if (!approval.approved) this.#options.denied?.(effect, approval);
			answered(approval);
		});
		this.#send({ kind: 'ask', id, effect, verdict, changes: this.#options.fs().revisedChanges() });
		return id;
	}

	withdraw(id: number): void {
		this.#answers.delete(id);
		this.#send({ kind: 'withdraw', id });
	}

	/** Nobody looks at a run without a person, and a translated interpreter keeps no note: reading where none is would end it. */
	get origin(): World['origin'] {
		return this.#options.origins ? this.#tellOrigin : undefined;
	}

	readonly #tellOrigin = (effect: Effect, origin: Origin): void => {
		const key = originKey(effect);
		const text = `${origin.file}:${origin.line}`;
		if (this.#origins.get(key) === text || (this.#origins.size >= mostOrigins && !this.#origins.has(key))) return;
		this.#origins.set(key, text);
		this.#send({ kind: 'origin', key, origin });
	};

	record(effect: Effect, approval: Approval): number {
		if (!approval.approved) this.#options.denied?.(effect, approval);
		const { id, fresh } = this.#log.add(effect, approval);
		if (fresh) {
			this.#send({ kind: 'effect', id, effect, approval });
			this.#waitForRecord();
		}
		return id;
	}

	/** A script that wants things faster than they can be written down waits; else they would pile up in memory. */
	#waitForRecord(): void {
		const { untaken } = this.#options;
		let count = Atomics.add(untaken, 0, 1) + 1;
		if (count < mostUntaken) return;
		while (count > mostUntaken / 2) {
			Atomics.wait(untaken, 0, count, 100);
			count = Atomics.load(untaken, 0);
		}
	}

	unsupported(call: string): void {
		this.#send({ kind: 'unsupported', call });
	}

	/** Whether no task of the guest may go on. */
	get standsStill(): boolean {
		return this.#commands.standsStill;
	}

	commandNetwork(): 'host' | 'none' | 'unavailable' {
		if (this.#options.commandNetwork === 'host') return 'host';
		return this.#namespaces ? 'none' : 'unavailable';
	}

	startCommand(id: number, spec: CommandSpec, events: CommandEvents): RunningCommand {
		return this.#commands.start(id, spec, events);
	}

	signal(pid: number, tid: number, signal: number, info: SignalInfo, done: (errno: number) => void): void {
		this.#signals.push(done);
		this.#options.order(tid === 0 ? 'kill' : 'tgkill', pid, tid, signal, info);
	}

	makeProcess(ticket: number, native: number): void {
		this.#options.order('make', ticket, native, 0);
	}

	/** The supervisor answers orders in the order they were given. */
	signaled(errno: number): void {
		this.#signals.shift()?.(errno);
	}

	output(fd: 1 | 2, bytes: Buffer): boolean {
		if (this.#broken.has(fd)) return false;
		this.#output += bytes.length;
		if (this.#output > this.#options.limits.output) {
			this.limit('output');
			return true;
		}
		this.#inFlight += bytes.length;
		this.#send({ kind: 'output', stream: fd, bytes: Uint8Array.from(bytes) });
		return true;
	}

	outputFull(): boolean {
		return this.#inFlight > outputInFlight;
	}

	network(): Network | undefined {
		return this.#network.network();
	}

	traffic(id: number, client?: string): Traffic {
		return this.#traffic.connection(id, client);
	}

	heard(id: number, address: string): void {
		this.#traffic.heard(id, address);
	}

	alone(address: string): void {
		if (this.#alone.has(address) || this.#alone.size >= mostAlone) return;
		this.#alone.add(address);
		this.#send({ kind: 'alone', address });
	}

	standIns(hosts: readonly ConnectEffect[]): readonly StandIn[] {
		return this.#options.secretsFor(hosts);
	}

	/** Before the last message. */
	tellTraffic(): void {
		this.#traffic.tellAll();
	}

	lookUp = (name: string, answered: (found: Found) => void): void => this.#network.lookUp(name, answered);

	nameServers(): readonly string[] {
		return this.#network.resolver.servers;
	}

	searchDomains(): readonly string[] {
		return this.#network.resolver.search;
	}

	hostNames(): ReturnType<World['hostNames']> {
		return this.#options.machine.hostNames();
	}

	wantInput(): void {
		this.#send({ kind: 'want-input' });
	}

	limit(name: LimitName): void {
		this.#send({ kind: 'limit', limit: name });
	}

	hostProc(pid: number, entry: string): string | undefined {
		return this.#options.machine.processText(pid, entry);
	}

	used(tasks: number): Used {
		return { ...this.#options.fs().used(), ...this.#traffic.used, output: this.#output, tasks };
	}

	/** A message of the main thread that is for the world. */
	receive(message: ToWorker): void {
		switch (message.kind) {
			case 'ready':
				this.#namespaces = message.networkNamespaces;
				return;
			case 'answer': {
				const answered = this.#answers.get(message.id);
				this.#answers.delete(message.id);
				return answered?.(message.approval);
			}
			case 'output-taken':
				this.#inFlight -= message.bytes;
				return;
			case 'output-broken':
				this.#broken.add(message.stream);
				return;
			case 'command-started':
			case 'command-output':
			case 'command-input-taken':
			case 'command-ended':
			case 'command-drained':
			case 'command-closed':
			case 'command-failed':
				return this.#commands.receive(message);
			case 'applied':
				return this.#options.fs().rebase(message.changes);
			case 'network':
			case 'looked-up':
				return this.#network.receive(message);
			case 'input':
			case 'tell-used':
			case 'gone':
				return;
		}
	}

	#send(message: FromWorker): void {
		this.#options.port.postMessage(message);
	}
}
