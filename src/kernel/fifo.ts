/** fifo(7): pipes that have a name. Opening one waits for the other side. */
import { SysError } from '../abi/errno.ts';
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR } from '../abi/open-flags.ts';
import type { OpenNode } from '../fs/api.ts';
import { newPipe, type Pipe, PipeEnd } from './pipe.ts';

/** An end that was opened; it may be given out as soon as `ready` holds. */
export type OpenedFifo = { readonly end: PipeEnd; readonly ready: () => boolean };

export class Fifos {
	/** Those that somebody has open, by `dev:ino`: what is in a FIFO goes when the last one closes it. */
	readonly #open = new Map<string, { readonly pipe: Pipe; ends: number }>();
	readonly #changed: () => void;

	constructor(changed: () => void) {
		this.#changed = changed;
	}

	/** ENXIO: for writing without waiting, and nobody reads. `node` is closed with the end. */
	open(node: OpenNode, flags: number): OpenedFifo {
		const { dev, ino } = node.stat();
		const key = `${dev}:${ino}`;
		const known = this.#open.get(key) ?? { pipe: newPipe(this.#changed), ends: 0 };
		const { pipe } = known;
		const access = flags & O_ACCMODE;
		const waits = (flags & O_NONBLOCK) === 0;
		if (access !== O_RDONLY && access !== O_RDWR && !waits && pipe.readers === 0) throw new SysError('ENXIO');
		this.#open.set(key, known);
		known.ends += 1;
		const [readersBefore, writersBefore] = [pipe.readersSeen, pipe.writersSeen];
		const close = (): void => {
			known.ends -= 1;
			if (known.ends === 0) this.#open.delete(key);
			node.close();
		};
		const end = new PipeEnd(pipe, flags, { label: node.path, stat: () => node.stat(), close });
		this.#changed();
		if (!waits || access === O_RDWR) return { end, ready: () => true };
		// One that came and went meanwhile counts too. fs/pipe.c, wait_for_partner.
		if (access === O_RDONLY) return { end, ready: () => pipe.writers > 0 || pipe.writersSeen !== writersBefore };
		return { end, ready: () => pipe.readers > 0 || pipe.readersSeen !== readersBefore };
	}
}
