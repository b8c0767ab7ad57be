/** What is known of a real socket without asking: which poll(2) bits hold, and which may. */
export class Readiness {
	#unknown = -1;
	#mask = 0;

	/** Anything may have happened. */
	forget(): void {
		this.#unknown = -1;
	}

	/** Something of these bits was there, and may be again. */
	was(bits: number): void {
		this.#unknown |= bits;
	}

	/** These do not hold. */
	isNot(bits: number): void {
		this.#unknown &= ~bits;
		this.#mask &= ~bits;
	}

	/** Whether something of these may hold. */
	mayBe(bits: number): boolean {
		return ((this.#unknown | this.#mask) & bits) !== 0;
	}

	/** What holds; `ask` is asked where that is not known. */
	mask(ask: () => number): number {
		if (this.#unknown !== 0) {
			this.#mask = ask();
			this.#unknown = 0;
		}
		return this.#mask;
	}
}
