/** signalfd(2): signals that are read instead of handled. */
import { SysError } from '../abi/errno.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import { signals } from '../abi/signals.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLIN } from './open-file.ts';

/** The pending signals of the task that calls now: they are the machine's, and nobody else can take them. */
export type PendingSignals = {
	/** Whether one of a set is pending. Bit 0 is signal 1. */
	readonly has: (mask: bigint) => boolean;
	/** Takes one of them: struct signalfd_siginfo. */
	readonly take: (mask: bigint) => Buffer | undefined;
};

const recordBytes = 128;
/** Signals of the machine's own timers, of which nobody tells us. */
const ofTimers = [signals.SIGALRM, signals.SIGVTALRM, signals.SIGPROF];
const lookAgainNs = 20_000_000n;

export class SignalFile extends OpenFile {
	readonly kind = 'event';
	mask: bigint;
	readonly #pending: PendingSignals;
	readonly #now: () => bigint;
	readonly #stat: Stat;

	constructor(mask: bigint, pending: PendingSignals, now: () => bigint, stat: Stat, flags: number) {
		super(O_RDWR | flags);
		this.mask = mask;
		this.#pending = pending;
		this.#now = now;
		this.#stat = stat;
	}

	read(into: Buffer): number | undefined {
		if (into.length < recordBytes) throw new SysError('EINVAL');
		let done = 0;
		while (done + recordBytes <= into.length) {
			const record = this.#pending.take(this.mask);
			if (record === undefined) break;
			record.copy(into, done);
			done += recordBytes;
		}
		return done === 0 ? undefined : done;
	}

	write(): number {
		throw new SysError('EINVAL');
	}

	poll(): number {
		return this.#pending.has(this.mask) ? POLLIN : 0;
	}

	override get readyAt(): bigint | undefined {
		return ofTimers.some((signal) => (this.mask & (1n << BigInt(signal - 1))) !== 0n)
			? this.#now() + lookAgainNs
			: undefined;
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return 'anon_inode:[signalfd]';
	}

	protected dispose(): void {}
}
