/** timerfd_create(2): a timer that is read and waited for like a file. */
import { SysError } from '../abi/errno.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLIN } from './open-file.ts';

/** Nanoseconds: when it is due on the monotonic clock, and the time between further times; 0 each: never. */
type Setting = { readonly at: bigint; readonly every: bigint };

export class Timer extends OpenFile {
	readonly kind = 'event';
	/** The clock that absolute times are told by, and the monotonic one. */
	readonly clock: () => bigint;
	readonly #now: () => bigint;
	readonly #stat: Stat;
	#setting: Setting = { at: 0n, every: 0n };
	/** How often it had been due when it was last read. */
	#read = 0n;
	#activity = 0;

	constructor(clock: () => bigint, now: () => bigint, stat: Stat, flags: number) {
		super(O_RDWR | flags);
		this.clock = clock;
		this.#now = now;
		this.#stat = stat;
	}

	/** Due for the first time in so many nanoseconds (undefined: never), and then again and again where `every` is not 0. */
	set(first: bigint | undefined, every: bigint): void {
		this.#activity += 1;
		this.#setting = { at: first === undefined ? 0n : this.#now() + first, every };
		this.#read = 0n;
	}

	/** Time until it is due next (0: it is not), and the time between. timerfd_gettime(2) */
	get left(): { readonly next: bigint; readonly every: bigint } {
		const next = this.#next;
		return { next: next === undefined ? 0n : next - this.#now(), every: this.#setting.every };
	}

	read(into: Buffer): number | undefined {
		if (into.length < 8) throw new SysError('EINVAL');
		const due = this.#times - this.#read;
		if (due === 0n) return undefined;
		this.#read += due;
		this.#activity += 1;
		into.writeBigUInt64LE(due, 0);
		return 8;
	}

	write(): number {
		throw new SysError('EINVAL');
	}

	poll(): number {
		return this.#times > this.#read ? POLLIN : 0;
	}

	override get activity(): number {
		return this.#activity + (this.poll() === 0 ? 0 : 1);
	}

	override get readyAt(): bigint | undefined {
		return this.#next;
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return 'anon_inode:[timerfd]';
	}

	protected dispose(): void {}

	/** How often it was due since it was set. */
	get #times(): bigint {
		const { at, every } = this.#setting;
		const past = this.#now() - at;
		if (at === 0n || past < 0n) return 0n;
		return every === 0n ? 1n : past / every + 1n;
	}

	get #next(): bigint | undefined {
		const { at, every } = this.#setting;
		const times = this.#times;
		if (at === 0n || (times > 0n && every === 0n)) return undefined;
		return at + times * every;
	}
}
