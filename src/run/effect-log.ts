/** Numbers effects in program order; the same effect with the same answer is told once. */
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';

/** What a record may hold. A script that wants more would fill the memory of whoever keeps it, and nobody would read it. */
const mostEffects = 100_000;
const mostText = 64 * 1024 * 1024;

/** Ends the run: what is not recorded must not happen. */
export class TooManyEffects extends Error {
	constructor() {
		super(
			`the script wanted more than can be recorded (${mostEffects} different things, or ${mostText} characters of them)`,
		);
		this.name = 'TooManyEffects';
	}
}

export class EffectLog {
	readonly #known = new Map<string, number>();
	readonly #next: () => number;
	#text = 0;
	#count = 0;

	/** `next` gives the program's order, which effects share with changes. */
	constructor(next: () => number) {
		this.#next = next;
	}

	/** The number of an effect that is told whatever was told before. Throws TooManyEffects. */
	next(effect: Effect): number {
		return this.#take(sizeOf(effect));
	}

	/** Every run of a command is an effect of its own; reading a file twice is not. Throws TooManyEffects. */
	add(effect: Effect, approval: Approval): { readonly id: number; readonly fresh: boolean } {
		if (effect.kind === 'run') return { id: this.next(effect), fresh: true };
		const where = effect.kind === 'connect' ? `${effect.host}:${effect.port}` : effect.path;
		const key = `${effect.kind} ${approval.approved} ${where}`;
		const known = this.#known.get(key);
		if (known !== undefined) return { id: known, fresh: false };
		const id = this.#take(where.length);
		this.#known.set(key, id);
		return { id, fresh: true };
	}

	#take(text: number): number {
		this.#text += text;
		this.#count += 1;
		if (this.#count > mostEffects || this.#text > mostText) throw new TooManyEffects();
		return this.#next();
	}
}

/** Characters, about. */
function sizeOf(effect: Effect): number {
	switch (effect.kind) {
		case 'run': {
			const words = [...effect.argv, ...Object.entries(effect.env).flat(), effect.program, effect.cwd];
			return words.reduce((sum, word) => sum + word.length + 8, 0);
		}
		case 'connect':
			return effect.host.length;
		case 'read':
		case 'write':
		case 'delete':
			return effect.path.length;
	}
}
