/** Numbers effects in program order; the same effect with the same answer is told once. */
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';

/** Different effects that are remembered, and characters of them. Beyond, one may be told a second time, and none is left out. */
const mostKnown = { effects: 100_000, text: 64 * 1024 * 1024 };
/** What an event has beside the effect's own text, bytes. */
const eventBytes = 300;

export class EffectLog {
	readonly #known = new Map<string, number>();
	readonly #next: () => number;
	readonly #room: { readonly bytes: number; readonly onFull: () => void };
	#knownText = 0;
	#bytes = 0;

	/** `next` gives the program's order, which effects share with changes. `room`: how large the record may grow, about. */
	constructor(next: () => number, room: { readonly bytes: number; readonly onFull: () => void }) {
		this.#next = next;
		this.#room = room;
	}

	/** The number of an effect that is told whatever was told before. */
	next(effect: Effect): number {
		return this.#take(sizeOf(effect));
	}

	/** Every run of a command is an effect of its own; reading a file twice is not. */
	add(effect: Effect, approval: Approval): { readonly id: number; readonly fresh: boolean } {
		if (effect.kind === 'run') return { id: this.next(effect), fresh: true };
		const where = 'path' in effect ? effect.path : `${effect.host}:${effect.port}`;
		const key = `${effect.kind} ${approval.approved} ${where}`;
		const known = this.#known.get(key);
		if (known !== undefined) return { id: known, fresh: false };
		const id = this.#take(where.length);
		this.#knownText += key.length;
		if (this.#known.size >= mostKnown.effects || this.#knownText > mostKnown.text) {
			this.#known.clear();
			this.#knownText = 0;
		}
		this.#known.set(key, id);
		return { id, fresh: true };
	}

	#take(text: number): number {
		this.#bytes += text + eventBytes;
		if (this.#bytes > this.#room.bytes) this.#room.onFull();
		return this.#next();
	}
}

/** Characters, about. */
export function sizeOf(effect: Effect): number {
	switch (effect.kind) {
		case 'run': {
			const words = [...effect.argv, ...Object.entries(effect.env).flat(), effect.program, effect.cwd];
			return words.reduce((sum, word) => sum + word.length + 8, 0);
		}
		case 'connect':
		case 'listen':
			return effect.host.length;
		case 'read':
		case 'write':
		case 'delete':
			return effect.path.length;
	}
}
