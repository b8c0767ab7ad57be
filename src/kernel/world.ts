/** All that the kernel needs from outside. Implemented in run/; a test's world is a plain object. */

import type { SignalInfo } from '../abi/signals.ts';
import type { CommandEvents, CommandSpec, RunningCommand } from '../model/command.ts';
import type { Approval, Verdict } from '../model/decision.ts';
import type { ConnectEffect, Effect } from '../model/effect.ts';
import type { Origin } from '../model/review.ts';
import type { Found } from './guest-network.ts';
import type { Network, Traffic } from './network.ts';
import type { StandIn } from './stand-in-form.ts';

export interface World {
	/** Nanoseconds of CLOCK_REALTIME and CLOCK_MONOTONIC. */
	realtime(): bigint;
	monotonic(): bigint;
	randomBytes(length: number): Buffer;
	/** The policy's answer. `ask` of a write or delete means: capture now, decide at the review. */
	decide(effect: Effect): Verdict;
	/** Waits for the gate; `answered` is called later, never during the call. Returns the effect's id. */
	ask(effect: Effect, verdict: Verdict, answered: (approval: Approval) => void): number;
	/** Nobody waits for the answer any more: the task that asked has died, or was called away. */
	withdraw(id: number): void;
	/** Writes a decided effect to the record (once for each different one); its id. */
	record(effect: Effect, approval: Approval): number;
	/** Where in the script an effect comes from, as the guest itself says: a hint. Told before it is asked about or recorded. */
	readonly origin?: ((effect: Effect, origin: Origin) => void) | undefined;
	/** A call that nobody implements. */
	unsupported(call: string): void;
	/** Whether commands have the machine's network. `unavailable`: the policy takes it, and this machine can not. */
	commandNetwork(): 'host' | 'none' | 'unavailable';
	/** Starts a command; `id` is the effect's. */
	startCommand(id: number, spec: CommandSpec, events: CommandEvents): RunningCommand;
	/** Sends a real signal to a guest process (tid 0) or thread; `done` tells 0 or an errno. */
	signal(pid: number, tid: number, signal: number, info: SignalInfo, done: (errno: number) => void): void;
	/** Orders a fresh guest process in the place of another one (`native`); it shows the ticket, and `Kernel.made` tells its number. */
	makeProcess(ticket: number, native: number): void;
	/** The script printed; 1 is standard output. Returns false when the reader is gone (EPIPE). */
	output(fd: 1 | 2, bytes: Buffer): boolean;
	/** Whether so much was printed that the reader has to catch up first. */
	outputFull(): boolean;
	/** Asks for input; it comes with `Outside.feed`. */
	wantInput(): void;
	/** The process that holds the guest's sockets; starts it. undefined: not there yet. Throws EAFNOSUPPORT where there is none. */
	network(): Network | undefined;
	/** What goes over the connection that decision `id` let be made; `client`: the address that it came from, where somebody else made it. */
	traffic(id: number, client?: string): Traffic;
	/** Others can connect at this address since decision `id` let them. */
	heard(id: number, address: string): void;
	/** The policy lets nobody else connect at this address, whose port the guest chose. */
	alone(address: string): void;
	/** Secrets that are for a host that the guest may mean by one of these names, and their stand-ins. */
	standIns(hosts: readonly ConnectEffect[]): readonly StandIn[];
	/** Asks the host for a name's addresses; `answered` is called later, never during the call. */
	readonly lookUp: (name: string, answered: (found: Found) => void) => void;
	/** Addresses at which the controller answers in place of the host's name servers; domains that a resolver adds. resolv.conf(5) */
	nameServers(): readonly string[];
	searchDomains(): readonly string[];
	/** What the host's own table says: the guest reads it too, and asks nobody. hosts(5) */
	hostNames(): readonly { readonly address: string; readonly names: readonly string[] }[];
	/** A limit was passed: the run is about to be ended. */
	limit(name: 'tasks' | 'output' | 'sent' | 'received'): void;
	/** Text of the machine's own /proc entry of a guest process, such as `maps`; undefined where it cannot be told. */
	hostProc(pid: number, entry: string): string | undefined;
}
