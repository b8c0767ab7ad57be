/**
 * A screen of its own beside the review: rows, and keys that end it with a result. Without Ink: there is nothing to lay out,
 * and a list that opens at once is worth more than one more way to draw.
 */
import { systemClock } from './clock.ts';
import { createFrames } from './frame.ts';
import { createKeyReader, type KeyEvent } from './keys.ts';
import type { Size } from './layout.ts';
import { paintRow, type Row } from './row.ts';
import { holdTerminal, type TerminalInput, type TerminalOutput } from './terminal.ts';
import { type TerminalEnv, type Theme, themeOf } from './theme.ts';

export type PageTerminal = {
	readonly input: TerminalInput;
	readonly output: TerminalOutput;
	readonly env: TerminalEnv;
};

export type PageLook = { readonly size: Size; readonly theme: Theme };

export interface Page<Result> {
	/** What is on the screen, from its first row on; `side` moves the rows that slide. */
	draw(look: PageLook): { readonly rows: readonly Row[]; readonly side?: number };
	/**
	 * What a key does; a result ends the page. `settled`: what is drawn has stood long enough for a key to be an answer to it.
	 */
	key(event: KeyEvent, look: PageLook, settled: boolean): { readonly result: Result } | undefined;
}

/** An escape key and an escape sequence begin alike; this long the rest of a sequence is waited for, milliseconds. */
const escapeMs = 40;
/** How long something must be on the screen before a key is an answer to it, milliseconds. */
const settleMs = 250;

/** Shows a page until it ends; undefined: the terminal is gone. Rejects when drawing fails, after giving the terminal back. */
export async function showPage<Result>(page: Page<Result>, terminal: PageTerminal): Promise<Result | undefined> {
	const { input, output, env } = terminal;
	const frames = createFrames();
	const keys = createKeyReader();
	const theme = themeOf(env);
	const look = (): PageLook => ({ theme, size: { columns: output.columns || 80, rows: output.rows || 24 } });
	return new Promise((resolve, reject) => {
		let since = Number.NEGATIVE_INFINITY;
		let ended = false;
		let cancelEscape = () => {};
		const end = (how: () => void) => {
			if (ended) return;
			ended = true;
			cancelEscape();
			held.release();
			how();
		};
		const attempt = (work: () => void) => {
			try {
				if (!ended) work();
			} catch (error) {
				end(() => reject(error));
			}
		};
		const draw = () => {
			const { size } = look();
			const { rows, side = 0 } = page.draw(look());
			const painted = rows.slice(0, size.rows).map((row) => paintRow(row, size.columns, side, theme));
			const text = frames.next(frames.put(painted, 0), size.rows);
			if (text === '') return;
			since = systemClock.now();
			held.write(text);
		};
		const read = (events: readonly KeyEvent[]) =>
			attempt(() => {
				for (const event of events) {
					if (ended) return;
					const done = page.key(event, look(), systemClock.now() - since >= settleMs);
					if (done !== undefined) end(() => resolve(done.result));
				}
				if (!ended) draw();
			});
		const held = holdTerminal(input, output, {
			onInput(text) {
				cancelEscape();
				read(keys.push(text));
				if (keys.waiting()) cancelEscape = systemClock.after(escapeMs, () => read(keys.flush()));
			},
			onResize: () =>
				attempt(() => {
					frames.forget();
					draw();
				}),
			onGone: () => end(() => resolve(undefined)),
		});
		attempt(draw);
	});
}
