/**
 * The kernel's loop for a translated interpreter: read a call, answer it. There is one task, so either it runs and we sleep in the
 * read, or it waits for us and we sleep until a message comes or its time is up. Nothing else needs to wake us.
 */
import type { Architecture } from '../abi/open-flags.ts';
import { openInterpreterMemory } from '../host/guest-memory.ts';
import { openSandboxFifos } from '../host/sandbox-pipe.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Trace } from '../syscalls/trace.ts';
import { type Progress, SandboxDispatcher } from '../syscalls/translated/dispatch.ts';
import type { CallLink } from '../wire/call.ts';
import type { SandboxPlatform } from '../wire/sandbox-dump.ts';
import { SandboxCutOff, SandboxLink } from '../wire/sandbox-link.ts';
import type { Gone, GuestEnd } from './messages.ts';

export type SandboxParts = {
	readonly kernel: Kernel;
	readonly folder: string;
	readonly architecture: Architecture;
	readonly home: string;
	readonly platform: SandboxPlatform;
	readonly env: Readonly<Record<string, string>>;
	/** The interpreter's number on the machine, which is its number in its own world too. */
	readonly pid: number;
	/** Set to 1 where a message waits. */
	readonly flag: Int32Array;
	/** Handles all messages that wait. */
	readonly receive: () => void;
	/** How the interpreter ended; undefined while it runs. */
	readonly gone: () => Gone | undefined;
	/** Approved changes may be on their way to the machine: no call may be answered meanwhile. */
	readonly standsStill: () => boolean;
	/** Makes the trace of `--trace`; undefined where there is none. */
	readonly traceOver: (link: CallLink) => Trace | undefined;
	/** Our ends are open. */
	readonly opened: () => void;
	readonly counted: (calls: number) => void;
};

/** Runs it to its end. Throws WireError where it breaks the protocol. */
export function loopSandbox(parts: SandboxParts): GuestEnd {
	const fifos = openSandboxFifos(parts.folder);
	parts.opened();
	const { kernel, architecture, platform, home, env } = parts;
	const task = kernel.attach(0, parts.pid, parts.pid, { kind: 'first' });
	const memory = openInterpreterMemory(parts.pid);
	const link = new SandboxLink(fifos, memory);
	const trace = parts.traceOver(link);
	const dispatcher = new SandboxDispatcher({ kernel, task, link, trace, architecture, platform, home, env });
	try {
		for (;;) {
			const call = link.next();
			if (call === undefined) return ending(parts);
			if (Atomics.load(parts.flag, 0) !== 0) parts.receive();
			while (parts.standsStill() && parts.gone() === undefined) sleep(parts, undefined);
			const end = finish(parts, dispatcher, dispatcher.handle(call));
			if (end !== undefined) return end;
		}
	} catch (error) {
		if (!(error instanceof SandboxCutOff)) throw error;
		const { said, stopped } = ended(parts);
		if (stopped) return { kind: 'stopped' };
		return { kind: 'failed', message: said === '' ? error.message : `${error.message}; it said: ${said}` };
	} finally {
		parts.counted(dispatcher.calls);
		fifos.close();
		memory.close();
	}
}

/** Waits until the call is answered; how the run ended, where it did instead. */
function finish(parts: SandboxParts, dispatcher: SandboxDispatcher, first: Progress): GuestEnd | undefined {
	let progress = first;
	let until: bigint | undefined;
	while (progress.kind === 'waits') {
		if (progress.timeoutNs !== undefined) until = process.hrtime.bigint() + progress.timeoutNs;
		const left = until === undefined ? undefined : until - process.hrtime.bigint();
		const inTime = left === undefined || left > 0n ? sleep(parts, left) : false;
		if (parts.gone() !== undefined) return ending(parts);
		if (inTime) progress = dispatcher.retry();
		else {
			until = undefined;
			progress = dispatcher.timedOut();
		}
	}
	return progress.kind === 'exit' ? { kind: 'ended', status: (progress.status & 0xff) << 8 } : undefined;
}

/** Sleeps until a message came, and handles it; false when the nanoseconds were over first. */
function sleep(parts: SandboxParts, ns: bigint | undefined): boolean {
	const woken = Atomics.wait(parts.flag, 0, 0, ns === undefined ? undefined : Number(ns) / 1e6);
	if (woken === 'timed-out') return false;
	parts.receive();
	return true;
}

/** The interpreter has closed its end: it exited, or died. */
function ending(parts: SandboxParts): GuestEnd {
	const { status, said, stopped } = ended(parts);
	if (stopped) return { kind: 'stopped' };
	// It aborts where the wire or its own memory broke, and says why: rsandbox.c.
	if (status === 128 + 6 && said !== '') return { kind: 'failed', message: `the interpreter gave up: ${said}` };
	return { kind: 'ended', status: status > 128 ? status - 128 : (status & 0xff) << 8 };
}

/** Waits for the word of how it ended, which is on its way once the stream is at its end. */
function ended(parts: SandboxParts): Gone {
	for (let gone = parts.gone(); ; gone = parts.gone()) {
		if (gone !== undefined) return gone;
		sleep(parts, undefined);
	}
}
