/** The script's standard input, output and error: the only streams that lead out of the guest. */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT } from './open-file.ts';
import { ByteQueue } from './pipe.ts';
import type { World } from './world.ts';

export type OutsideFacts = {
	readonly stat: Stat;
	readonly terminal: boolean;
	readonly rows: number;
	readonly columns: number;
};

/** Standard input. Nothing is read ahead: bytes are asked for when the script wants some. */
export class OutsideInput extends OpenFile {
	readonly kind = 'outside';
	readonly facts: OutsideFacts;
	readonly #world: World;
	readonly #queue = new ByteQueue(1024 * 1024);
	#asked = false;
	#ended = false;

	constructor(world: World, facts: OutsideFacts, flags: number) {
		super(flags);
		this.#world = world;
		this.facts = facts;
	}

	override get pending(): number {
		return this.#queue.length;
	}

	override get activity(): number {
		return this.#queue.activity;
	}

	/** Bytes that came, or undefined for the end of the input. */
	feed(bytes: Buffer | undefined): void {
		this.#asked = false;
		if (bytes === undefined) this.#ended = true;
		else this.#queue.push(bytes);
	}

	read(into: Buffer): number | undefined {
		if (this.#queue.length > 0) return this.#queue.shift(into);
		if (this.#ended) {
			// A terminal gives its end once, and then reads on. termios(3), VEOF.
			if (this.facts.terminal) this.#ended = false;
			return 0;
		}
		this.#ask();
		return undefined;
	}

	write(): number {
		throw new SysError('EBADF');
	}

	poll(): number {
		if (this.#queue.length === 0 && !this.#ended) this.#ask();
		return (this.#queue.length > 0 || this.#ended ? POLLIN : 0) | (this.#ended && !this.facts.terminal ? POLLHUP : 0);
	}

	stat(): Stat {
		return this.facts.stat;
	}

	override get terminal(): boolean {
		return this.facts.terminal;
	}

	get label(): string {
		return this.facts.terminal ? '/dev/tty' : 'pipe:[0]';
	}

	protected dispose(): void {}

	#ask(): void {
		if (this.#asked) return;
		this.#asked = true;
		this.#world.wantInput();
	}
}

/** Standard output or standard error. */
export class OutsideOutput extends OpenFile {
	readonly kind = 'outside';
	readonly facts: OutsideFacts;
	readonly stream: 1 | 2;
	readonly #world: World;
	#broken = false;

	constructor(world: World, stream: 1 | 2, facts: OutsideFacts, flags: number) {
		super(flags);
		this.#world = world;
		this.stream = stream;
		this.facts = facts;
	}

	read(): number {
		throw new SysError('EBADF');
	}

	write(bytes: Buffer): number | undefined {
		if (this.#broken) throw new SysError('EPIPE');
		if (this.#world.outputFull()) return undefined;
		if (!this.#world.output(this.stream, bytes)) {
			this.#broken = true;
			throw new SysError('EPIPE');
		}
		return bytes.length;
	}

	poll(): number {
		return (this.#world.outputFull() ? 0 : POLLOUT) | (this.#broken ? POLLERR : 0);
	}

	stat(): Stat {
		return this.facts.stat;
	}

	override get terminal(): boolean {
		return this.facts.terminal;
	}

	get label(): string {
		return this.facts.terminal ? '/dev/tty' : `pipe:[${this.stream}]`;
	}

	protected dispose(): void {}
}
