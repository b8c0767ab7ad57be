/** How long a replay waits for a task whose turn it is, before it lets others go on. We are woken every fifth of a second. */

/** Milliseconds of processor time between two wakes; with less nobody computes. */
const little = 10;
/** Wakes without a task that computes, before those that wait for their turn are let go on: three seconds. */
const still = 15;
/** Wakes in all: a minute. A task that computes may be slow to come to its call, or look again and again for one that is held. */
const longest = 300;

export class Patience {
	/** Since something was played, and since a task last computed. */
	#wakes = 0;
	#still = 0;
	#computed = 0;

	/** Something was played. */
	renew(): void {
		this.#wakes = 0;
		this.#still = 0;
	}

	/** `computed`: processor time that the guest has used by now, milliseconds. */
	woken(computed: number): void {
		this.#wakes += 1;
		this.#still = computed > this.#computed + little ? 0 : this.#still + 1;
		this.#computed = computed;
	}

	/** Wakes since something was played. */
	get wakes(): number {
		return this.#wakes;
	}

	get isOver(): boolean {
		return this.#still > still || this.#wakes > longest;
	}
}
