/** The script and its review share a terminal and take turns: who has it, what was printed meanwhile, and who reads. */
import type { ReviewStore } from '../gate/review-store.ts';
import type { RunScriptOptions } from './run-script-options.ts';
import { messageOf } from './sentences.ts';

export type TerminalTurnsOptions = Pick<RunScriptOptions, 'streams' | 'terminal' | 'screen' | 'input' | 'say'> & {
	readonly review: ReviewStore;
	/** Gives the script input. */
	feed(bytes: Uint8Array | undefined): void;
	/** The review is about to be on the screen. */
	opened(): void;
};

export class TerminalTurns {
	readonly #options: TerminalTurnsOptions;
	/** Printed while the screen was open: it goes to the terminal when that is closed. */
	readonly #held: [1 | 2, Uint8Array][] = [];
	#input: Uint8Array | undefined;
	#screen: Promise<void> | undefined;
	#isOpen = false;

	constructor(options: TerminalTurnsOptions) {
		this.#options = options;
		this.#input = options.input;
	}

	/** Whether the review has been opened, and is open still. */
	get review(): 'never' | 'open' | 'closed' {
		if (this.#screen === undefined) return 'never';
		return this.#isOpen ? 'open' : 'closed';
	}

	/** Once: a review that was left is not opened again. */
	open(): void {
		if (this.#screen !== undefined) return;
		const { streams, opened, screen, review, say } = this.#options;
		streams.pause();
		this.#isOpen = true;
		opened();
		this.#screen = screen(review).then(
			() => this.#closed(),
			(error: unknown) => {
				review.finish('later');
				this.#closed();
				say(`the review could not be shown: ${messageOf(error)}`);
			},
		);
	}

	async close(): Promise<void> {
		if (this.#screen === undefined) return;
		this.#options.review.finish('later');
		await this.#screen;
	}

	/** What the script printed. Resolves when more may come; false: nobody reads this stream any more. */
	async output(stream: 1 | 2, bytes: Uint8Array): Promise<boolean> {
		const { review, terminal, streams } = this.#options;
		review.pushOutput(bytes);
		if (this.#isOpen && terminal.output) {
			this.#held.push([stream, bytes]);
			return true;
		}
		return streams.write(stream, bytes);
	}

	/** The script waits for input. */
	wantInput(): void {
		const { review, terminal, streams, feed } = this.#options;
		if (this.#input !== undefined) {
			const bytes = this.#input;
			this.#input = new Uint8Array(0);
			return feed(bytes.length === 0 ? undefined : bytes);
		}
		if (this.#isOpen && terminal.input) review.setPhase({ kind: 'input' });
		else streams.read(feed);
	}

	#closed(): void {
		this.#isOpen = false;
		for (const [stream, bytes] of this.#held.splice(0)) void this.#options.streams.write(stream, bytes);
	}
}
