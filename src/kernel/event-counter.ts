/** eventfd(2): a counter that can be waited for. */
import { SysError } from '../abi/errno.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLIN, POLLOUT } from './open-file.ts';

const max = 0xfffffffffffffffen;

export class EventCounter extends OpenFile {
	readonly kind = 'event';
	#count: bigint;
	readonly #semaphore: boolean;
	readonly #stat: Stat;
	readonly #changed: () => void;
	#activity = 0;

	constructor(count: bigint, semaphore: boolean, stat: Stat, flags: number, changed: () => void) {
		super(O_RDWR | flags);
		this.#count = count;
		this.#semaphore = semaphore;
		this.#stat = stat;
		this.#changed = changed;
	}

	read(into: Buffer): number | undefined {
		if (into.length < 8) throw new SysError('EINVAL');
		if (this.#count === 0n) return undefined;
		const taken = this.#semaphore ? 1n : this.#count;
		this.#count -= taken;
		this.#activity += 1;
		into.writeBigUInt64LE(taken, 0);
		this.#changed();
		return 8;
	}

	write(bytes: Buffer): number | undefined {
		if (bytes.length < 8) throw new SysError('EINVAL');
		const value = bytes.readBigUInt64LE(0);
		if (value > max) throw new SysError('EINVAL');
		if (this.#count + value > max) return undefined;
		this.#count += value;
		this.#activity += 1;
		this.#changed();
		return bytes.length;
	}

	override get activity(): number {
		return this.#activity;
	}

	poll(): number {
		return (this.#count > 0n ? POLLIN : 0) | (this.#count < max ? POLLOUT : 0);
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return 'anon_inode:[eventfd]';
	}

	protected dispose(): void {}
}
