/** Numbers effects in program order; the same effect with the same answer is told once. */
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';

/** A script that reads a million different files leaves this many lines and no more in memory. */
const maxRemembered = 100_000;

export class EffectLog {
	readonly #known = new Map<string, number>();
	readonly #next: () => number;

	/** `next` gives the program's order, which effects share with changes. */
	constructor(next: () => number) {
		this.#next = next;
	}

	next(): number {
		return this.#next();
	}

	/** Every run of a command is an effect of its own; reading a file twice is not. */
	add(effect: Effect, approval: Approval): { readonly id: number; readonly fresh: boolean } {
		if (effect.kind === 'run') return { id: this.next(), fresh: true };
		const where = effect.kind === 'connect' ? `${effect.host}:${effect.port}` : effect.path;
		const key = `${effect.kind} ${approval.approved} ${where}`;
		const known = this.#known.get(key);
		if (known !== undefined) return { id: known, fresh: false };
		const id = this.next();
		if (this.#known.size < maxRemembered) this.#known.set(key, id);
		return { id, fresh: true };
	}
}
