/** Gives the machine's answers again, each as many times as it was given. */
import type { Tape } from './tape-reader.ts';

type Place = { readonly answers: readonly string[]; readonly counts: readonly number[]; at: number; given: number };

export class ToldAgain {
	readonly #places = new Map<string, Place>();
	/** The first question that the tape has no answer to. */
	missing: string | undefined;

	constructor(tape: Tape) {
		for (const [question, given] of tape.answers) this.#places.set(question, { ...given, at: 0, given: 0 });
	}

	/** undefined: nobody asked that in the run. */
	next(question: string): string | undefined {
		const place = this.#places.get(question);
		if (place === undefined) {
			this.missing ??= question;
			return undefined;
		}
		// The last one holds on.
		const count = place.counts[place.at];
		if (count !== undefined && place.given >= count) {
			place.at += 1;
			place.given = 0;
		}
		place.given += 1;
		return place.answers[place.at];
	}
}
