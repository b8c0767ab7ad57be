/** Shows a review in a terminal until the person finishes it, or the terminal is gone. */
import { render } from 'ink';
import type { Review } from '../model/review.ts';
import { createCanvas } from './canvas.ts';
import { systemClock } from './clock.ts';
import { createDriver } from './driver.ts';
import { createFrames } from './frame.ts';
import { createKeyReader } from './keys.ts';
import { RowStoreContext } from './safe-text.tsx';
import { Screen } from './screen.tsx';
import { holdTerminal, type TerminalInput, type TerminalOutput } from './terminal.ts';
import { type TerminalEnv, themeOf } from './theme.ts';

export type ReviewTerminal = {
	/** Both are the terminal: standard input and output where they are one, else /dev/tty. */
	readonly input: TerminalInput;
	readonly output: TerminalOutput;
	/** NO_COLOR, TERM and the locale are looked at. */
	readonly env: TerminalEnv;
	/** Who decides, for the record. */
	readonly person: string;
};

/** An escape key and an escape sequence begin alike; this long the rest of a sequence is waited for, milliseconds. */
const escapeMs = 40;

/**
 * Runs the review's screen. Resolves when the person has finished it (`review.finish` was called then); a terminal that
 * goes away, or a signal that ends the process, finishes it as `later`. Rejects when drawing fails, after giving the
 * terminal back and finishing as `later`.
 */
export async function runReview(review: Review, { input, output, env, person }: ReviewTerminal): Promise<void> {
	const theme = themeOf(env);
	const frames = createFrames();
	const keys = createKeyReader();
	let cancelEscape = () => {};
	let ended: () => void = () => {};
	let failed: (error: unknown) => void = () => {};
	const done = new Promise<void>((resolve, reject) => {
		ended = resolve;
		failed = reject;
	});
	const later = () => {
		driver.close();
		review.finish('later');
		ended();
	};

	const terminal = holdTerminal(input, output, {
		onInput(text) {
			cancelEscape();
			for (const event of keys.push(text)) driver.key(event);
			if (!keys.waiting()) return;
			cancelEscape = systemClock.after(escapeMs, () => {
				for (const event of keys.flush()) driver.key(event);
			});
		},
		onResize() {
			frames.forget();
			terminal.write('\x1b[0m\x1b[2J');
			driver.resize(terminal.size());
		},
		onGone: later,
	});
	const driver = createDriver({
		review,
		size: terminal.size(),
		theme,
		person,
		clock: systemClock,
		onEnd: () => ended(),
	});

	const canvas = createCanvas((frame) => terminal.write(frames.next(frame, terminal.size().rows)));
	const ink = render(
		<RowStoreContext value={frames}>
			<Screen driver={driver} />
		</RowStoreContext>,
		// `debug` hands over each frame whole and at once: no cursor movements of Ink's own, which clear the scrollback on
		// a full screen, and no silence where CI is set.
		{
			stdout: canvas.stream,
			stdin: canvas.silence,
			debug: true,
			exitOnCtrlC: false,
			patchConsole: false,
			isScreenReaderEnabled: false,
		},
	);
	ink.waitUntilExit().then(() => ended(), failed);
	try {
		await done;
	} catch (error) {
		later();
		throw error;
	} finally {
		cancelEscape();
		canvas.close();
		driver.close();
		terminal.release();
		ink.unmount();
		ink.cleanup();
	}
}
