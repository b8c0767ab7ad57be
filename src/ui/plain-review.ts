/**
 * The review as questions and answers, line by line: for screen readers, and for terminals that know no more. Nothing moves the
 * cursor, nothing is coloured, and an answer is a whole line.
 */
import type { Review, ReviewItem, ReviewState } from '../model/review.ts';
import { systemClock } from './clock.ts';
import { createDocument } from './document.ts';
import { type Editor, editItem } from './editing.ts';
import { createLineReader, type LineInput, type LineReader } from './plain-lines.ts';
import { paintRow } from './row.ts';
import { asciiGlyphs, type TerminalEnv, type Theme, themeOf } from './theme.ts';
import { visible } from './visible.ts';
import { subject, verb } from './words.ts';

export type PlainTerminal = {
	readonly input: LineInput;
	readonly output: { readonly columns?: number; write(text: string): unknown };
	readonly env: TerminalEnv;
	readonly person: string;
	readonly editor?: Editor;
};

/** So many rows of an item are said at one time. */
const rowsAtOnce = 40;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs until the review is finished; a terminal that goes away, or Ctrl-C, finishes it as `later`. */
export async function runPlainReview(review: Review, terminal: PlainTerminal): Promise<void> {
	const lines = createLineReader(terminal.input, systemClock);
	const plain = new PlainReview(review, terminal, lines);
	const stop = () => {
		review.stop();
		lines.close();
	};
	for (const signal of signals) process.on(signal, stop);
	try {
		await plain.run();
	} finally {
		for (const signal of signals) process.off(signal, stop);
		lines.close();
	}
}

class PlainReview {
	readonly #review: Review;
	readonly #terminal: PlainTerminal;
	readonly #lines: LineReader;
	readonly #theme: Theme;
	/** Items that are left for now; asked again at the end. */
	readonly #skipped = new Set<string>();
	#printed = '';

	constructor(review: Review, terminal: PlainTerminal, lines: LineReader) {
		this.#review = review;
		this.#terminal = terminal;
		this.#lines = lines;
		this.#theme = { ...themeOf(terminal.env), styling: 'none', glyphs: asciiGlyphs };
	}

	async run(): Promise<void> {
		const { script, policy } = this.#review.state();
		this.#say(`Review of ${script}, policy ${policy}. An answer is a letter and Enter; ? tells which.`);
		for (;;) {
			const state = this.#review.state();
			this.#sayOutput();
			const next = this.#nextOf(state);
			if (next !== undefined) {
				if (!(await this.#askItem(next))) return this.#leave();
			} else if (state.phase.kind === 'input') {
				if (!(await this.#askInput())) return this.#leave();
			} else if (state.phase.kind === 'ended') {
				const how = await this.#askEnd(state);
				if (how === 'again') continue;
				this.#review.finish(how);
				return;
			} else if (!(await this.#changed())) return this.#leave();
		}
	}

	#leave(): void {
		this.#say('Left for later; nothing was applied.');
		this.#review.finish('later');
	}

	#nextOf({ items, counts }: ReviewState): ReviewItem | undefined {
		const live = items.find(({ id }) => id === counts.live);
		if (live !== undefined) return live;
		return items.find((item) => item.state.kind === 'pending' && !this.#skipped.has(keyOf(item)));
	}

	/** False: the person has left. */
	async #askItem(item: ReviewItem): Promise<boolean> {
		const place = this.#review.state().items.findIndex(({ id }) => id === item.id) + 1;
		this.#say('');
		this.#say(`Effect ${place} of ${this.#review.state().items.length}: ${verb(item)} ${subject(item)}`);
		const detail = await this.#review.detail(item.id);
		const document = createDocument(item, detail, {
			width: Math.max(40, this.#terminal.output.columns ?? 80),
			alone: true,
			theme: this.#theme,
			syntax: undefined,
			sides: false,
			wraps: true,
			marks: false,
		});
		let shown = 0;
		const more = () => {
			const to = Math.min(document.length, shown + rowsAtOnce);
			for (; shown < to; shown += 1) this.#write(this.#painted(document.row(shown)));
			if (shown === document.length && detail.kind !== 'failed') this.#review.markSeen(item.id, item.version);
			else if (shown < document.length) this.#say(`(${document.length - shown} more rows: m)`);
		};
		more();
		for (;;) {
			const word = await this.#ask(
				item.state.kind === 'pending' && item.state.live ? 'The script waits. y n m e s q ? ' : 'y n m e s q ? ',
			);
			if (word === undefined) return false;
			const now = this.#review.state().items.find(({ id }) => id === item.id);
			if (now === undefined || now.version !== item.version || now.state.kind !== 'pending') {
				this.#say('It changed meanwhile.');
				return true;
			}
			const [letter = '', ...rest] = word.split(' ');
			switch (letter) {
				case 'y':
				case 'yes':
					if (detail.kind === 'failed') this.#say('What cannot be shown cannot be approved.');
					else if (shown < document.length) this.#say('Not all of it was shown: m shows more.');
					else {
						this.#decide(now, true);
						return true;
					}
					break;
				case 'n':
				case 'no':
					this.#decide(now, false, rest.join(' ').trim());
					return true;
				case 'm':
					if (shown < document.length) more();
					else this.#say('That was all of it.');
					break;
				case 'e':
					await this.#edit(now);
					return true;
				case 's':
					if (now.state.live) this.#say('The script waits for the answer.');
					else {
						this.#skipped.add(keyOf(now));
						return true;
					}
					break;
				case 'q':
					return false;
				default:
					this.#say(
						'y approves, n denies (n and words: why), m shows more of it, e edits it first, s skips it for now,',
					);
					this.#say('q leaves the review for later.');
			}
		}
	}

	#decide(item: ReviewItem, approved: boolean, because = ''): void {
		const by = { person: this.#terminal.person };
		this.#review.decide(item.id, { approved, by, ...(because === '' ? {} : { because }) }, item.version);
		this.#say(approved ? 'Approved.' : 'Denied.');
	}

	async #edit(item: ReviewItem): Promise<void> {
		const { editor } = this.#terminal;
		if (editor === undefined) return this.#say('There is no editor here.');
		const lent: Editor = async (name, bytes) => {
			this.#lines.suspend();
			try {
				return await editor(name, bytes);
			} finally {
				this.#lines.resume();
			}
		};
		this.#say(await editItem(this.#review, item, lent));
	}

	async #askInput(): Promise<boolean> {
		this.#write('The script waits for a line: ');
		const answer = await this.#lines.next();
		switch (answer.kind) {
			case 'line':
				this.#review.input(answer.text);
				return true;
			case 'early':
				this.#say('That came too soon to be an answer; type it again.');
				return true;
			case 'end':
			case 'cancelled':
				return false;
		}
	}

	async #askEnd({ phase, counts }: ReviewState): Promise<'apply' | 'later' | 'again'> {
		this.#say('');
		if (phase.kind === 'ended') this.#say(`The script has ended: ${phase.why}.`);
		if (counts.pending > 0) this.#say(`${counts.pending} not decided yet: r goes through them.`);
		const what = counts.toApply === 0 ? 'Nothing is approved. End the review' : `Apply ${counts.toApply} approved`;
		const word = await this.#ask(`${what}? y, q for later${counts.pending > 0 ? ', r' : ''} `);
		if (word === undefined || word === 'q') {
			this.#say('Left for later; nothing was applied.');
			return 'later';
		}
		if (word === 'r') {
			this.#skipped.clear();
			return 'again';
		}
		if (word !== 'y' && word !== 'yes') return 'again';
		const now = this.#review.state();
		if (now.counts.toApply === counts.toApply) return 'apply';
		this.#say('Something changed meanwhile.');
		return 'again';
	}

	/** A line that is an answer; undefined: the terminal has ended. */
	async #ask(prompt: string): Promise<string | undefined> {
		for (;;) {
			this.#write(prompt);
			const answer = await this.#lines.next();
			if (answer.kind === 'line') return answer.text.trim();
			if (answer.kind !== 'early') return undefined;
			this.#say('That came too soon to be an answer.');
		}
	}

	/** Waits for something to do; false: the terminal has ended. */
	async #changed(): Promise<boolean> {
		let stop = () => {};
		const changed = new Promise<true>((resolve) => {
			stop = this.#review.subscribe(() => resolve(true));
		});
		const typed = this.#lines.next().then((answer) => answer.kind !== 'end');
		const result = await Promise.race([changed, typed]);
		stop();
		this.#lines.cancel();
		return result;
	}

	/** What the script printed since. */
	#sayOutput(): void {
		const text = this.#review.output();
		const fresh = text.startsWith(this.#printed) ? text.slice(this.#printed.length) : text;
		const whole = fresh.slice(0, fresh.lastIndexOf('\n') + 1);
		if (whole === '') return;
		this.#printed = text.startsWith(this.#printed) ? this.#printed + whole : text;
		for (const line of whole.slice(0, -1).split('\n')) this.#say(`output: ${line}`);
	}

	#painted(row: Parameters<typeof paintRow>[0]): string {
		const width = Math.max(40, this.#terminal.output.columns ?? 80);
		const text = paintRow(row, width, 0, this.#theme)
			.map((part) => part.text)
			.join('');
		return `${text.trimEnd()}\n`;
	}

	/** One line, of whatever text. */
	#say(text: string): void {
		this.#write(`${visible(text, this.#theme.alphabet)}\n`);
	}

	#write(text: string): void {
		this.#terminal.output.write(text);
	}
}

function keyOf({ id, version }: ReviewItem): string {
	return `${id} ${version ?? ''}`;
}
