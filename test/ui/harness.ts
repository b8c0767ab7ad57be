/** The real screen on a terminal in memory: what a person would see, and keys as they would come. */
// Loaded when a diff is shown: here that would take longer than the bundle takes, and change what time shows.
import '../../src/ui/grammar.ts';
import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import type { Review } from '../../src/model/review.ts';
import type { Clock } from '../../src/ui/clock.ts';
import { runReview } from '../../src/ui/run-review.tsx';
import type { TerminalEnv } from '../../src/ui/theme.ts';

export type Shown = {
	readonly input: FakeInput;
	readonly output: FakeOutput;
	/** How often Ctrl-Z would have stopped this process. */
	stops: number;
	/** Settles when the review's screen has ended. */
	readonly ended: Promise<void>;
	/** The screen, row by row, without spaces at their ends. */
	screen(): Promise<string[]>;
	text(): Promise<string>;
	/** Presses keys one after the other, each in a piece of its own; does not wait for a question to settle. */
	press(...keys: string[]): Promise<void>;
	/** Waits until what is on the screen can be answered. */
	settle(): Promise<void>;
	resize(columns: number, rows: number): void;
};

export class FakeInput extends EventEmitter {
	readonly isTTY = true;
	readonly raw: boolean[] = [];
	setRawMode(raw: boolean): void {
		this.raw.push(raw);
	}
	resume(): void {}
	pause(): void {}
}

export class FakeOutput extends EventEmitter {
	columns: number;
	rows: number;
	writable = true;
	destroyed = false;
	/** All that was ever written. */
	written = '';
	readonly terminal: xterm.Terminal;
	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
		this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
	}
	write(text: string): boolean {
		this.written += text;
		this.terminal.write(text);
		return true;
	}
}

/** Time that passes when a test says so: how busy the machine is decides nothing. */
class HandClock implements Clock {
	#now = 0;
	readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();

	now(): number {
		return this.#now;
	}

	after(ms: number, run: () => void): () => void {
		const one = { at: this.#now + ms, run };
		this.#due.add(one);
		return () => this.#due.delete(one);
	}

	/** What is due by then runs in its turn, each after all that the one before it brought about. */
	async pass(ms: number): Promise<void> {
		const end = this.#now + ms;
		for (;;) {
			await turns();
			const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
			if (next === undefined) break;
			this.#due.delete(next);
			this.#now = Math.max(this.#now, next.at);
			next.run();
		}
		this.#now = end;
	}
}

/** Lets all go on that waits for no time: React, promises, input and output. */
async function turns(): Promise<void> {
	const immediates = async (): Promise<void> => {
		for (let n = 0; n < 25; n += 1) await new Promise((resolve) => setImmediate(resolve));
	};
	await immediates();
	// The review tells of changes at most every 33 ms of the real time.
	await new Promise((resolve) => setTimeout(resolve, 40));
	await immediates();
}

const open: { readonly input: FakeInput; readonly clock: Clock }[] = [];

/** Of the screens that are shown; where none is, or it has the time of the machine, real milliseconds. */
export async function wait(ms: number): Promise<void> {
	const clocks = open.map(({ clock }) => clock).filter((clock) => clock instanceof HandClock);
	for (const clock of clocks) await clock.pass(ms);
	if (clocks.length === 0) await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

export function show(
	review: Review,
	columns = 80,
	rows = 24,
	env: TerminalEnv = { TERM: 'xterm', LANG: 'C.UTF-8' },
	clock: Clock = new HandClock(),
): Shown {
	const input = new FakeInput();
	const output = new FakeOutput(columns, rows);
	open.push({ input, clock });
	const stop = () => {
		shown.stops += 1;
	};
	const ended = runReview(review, { input, output, env, person: 'mia', stop, clock });
	const screen = async () => {
		await wait(40);
		await new Promise<void>((resolve) => output.terminal.write('', resolve));
		const { active } = output.terminal.buffer;
		return Array.from(
			{ length: output.rows },
			(_, row) => active.getLine(row)?.translateToString(true).trimEnd() ?? '',
		);
	};
	const shown: Shown = {
		input,
		output,
		stops: 0,
		ended,
		screen,
		text: async () => (await screen()).join('\n'),
		async press(...keys) {
			for (const key of keys) {
				input.emit('data', Buffer.from(key));
				await wait(5);
			}
		},
		settle: () => wait(300),
		resize(columns, rows) {
			output.columns = columns;
			output.rows = rows;
			output.terminal.resize(columns, rows);
			output.emit('resize');
		},
	};
	return shown;
}

/** Takes away all terminals that a test has left. */
export function closeAll(): void {
	for (const { input } of open.splice(0)) input.emit('end');
}
