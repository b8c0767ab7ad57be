/** Shows a review in a terminal until the person finishes it, or the terminal is gone. */
import { type Instance, type RenderOptions, render } from 'ink';
import type { Review } from '../model/review.ts';
import { createAside, type ShowPage } from './aside.ts';
import { type Canvas, createCanvas } from './canvas.ts';
import type { Clock } from './clock.ts';
import { createDriver } from './driver.ts';
import type { Editor } from './editing.ts';
import { createFrames } from './frame.ts';
import { createKeyReader, type KeyEvent } from './keys.ts';
import { showPage } from './page.ts';
import { RowStoreContext } from './safe-text.tsx';
import { Screen } from './screen.tsx';
import { type HeldTerminal, holdTerminal, type TerminalInput, type TerminalOutput } from './terminal.ts';
import { type TerminalEnv, themeOf } from './theme.ts';

export type ReviewTerminal = {
	/** Both are the terminal: standard input and output where they are one, else /dev/tty. */
	readonly input: TerminalInput;
	readonly output: TerminalOutput;
	/** NO_COLOR, TERM and the locale are looked at. */
	readonly env: TerminalEnv;
	/** Who decides, for the record. */
	readonly person: string;
	/** The person's editor; it has the terminal while it runs. Absent: nothing can be edited. */
	readonly editor?: Editor;
	/** Stops this process, for Ctrl-Z, and returns when its shell has continued it. */
	readonly stop: () => void;
	readonly clock: Clock;
};

/** An escape key and an escape sequence begin alike; this long the rest of a sequence is waited for, milliseconds. */
const escapeMs = 40;

/**
 * Runs the review's screen. Resolves when the person has finished it (`review.finish` was called then); a terminal that
 * goes away, or a signal that ends the process, finishes it as `later`. Rejects when drawing fails, after giving the
 * terminal back and finishing as `later`.
 */
export async function runReview(review: Review, given: ReviewTerminal): Promise<void> {
	const { input, output, env, person, editor, stop, clock } = given;
	const frames = createFrames();
	const keys = createKeyReader();
	const { promise: done, resolve: ended, reject: failed } = settleable();
	let terminal: HeldTerminal | undefined;
	const size = () => ({ columns: output.columns || 80, rows: output.rows || 24 });
	const lent: Editor = async (name, bytes) => {
		terminal?.suspend();
		try {
			return (await editor?.(name, bytes)) ?? { kind: 'same' };
		} finally {
			terminal?.resume();
		}
	};
	const show: ShowPage = async (page) => {
		terminal?.suspend();
		try {
			return await showPage(page, { input, output, env });
		} finally {
			terminal?.resume();
		}
	};
	const suspend = () => {
		terminal?.suspend();
		try {
			stop();
		} finally {
			terminal?.resume();
		}
	};
	const driver = createDriver({
		review,
		size: size(),
		theme: themeOf(env),
		person,
		clock,
		...(editor === undefined ? {} : { editor: lent }),
		aside: createAside(review, person, show, suspend),
		onEnd: ended,
	});
	const later = () => {
		driver.close();
		review.finish('later');
		ended();
	};
	let cancelEscape = () => {};
	const read = (events: readonly KeyEvent[]) => {
		try {
			for (const event of events) driver.key(event);
		} catch (error) {
			failed(error);
		}
	};

	const canvas = createCanvas((frame) => terminal?.write(frames.next(frame, size().rows)));
	let ink: Instance | undefined;
	try {
		terminal = holdTerminal(input, output, {
			onInput(text) {
				cancelEscape();
				read(keys.push(text));
				if (keys.waiting()) cancelEscape = clock.after(escapeMs, () => read(keys.flush()));
			},
			onResize() {
				frames.forget();
				driver.resize(size());
			},
			onGone: later,
		});
		ink = render(
			<RowStoreContext value={frames}>
				<Screen driver={driver} />
			</RowStoreContext>,
			inkOptions(canvas),
		);
		ink.waitUntilExit().then(() => ended(), failed);
		await done;
	} catch (error) {
		later();
		throw error;
	} finally {
		cancelEscape();
		canvas.close();
		driver.close();
		terminal?.release();
		ink?.unmount();
		ink?.cleanup();
	}
}

/**
 * `debug` hands over each frame whole and at once: no cursor movements of Ink's own, which clear the scrollback on a full
 * screen, and no silence where CI is set.
 */
function inkOptions({ stream, silence }: Canvas): RenderOptions {
	return {
		stdout: stream,
		stdin: silence,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
		isScreenReaderEnabled: false,
	};
}

function settleable(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
	let resolve: () => void = () => {};
	let reject: (error: unknown) => void = () => {};
	const promise = new Promise<void>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return { promise, resolve, reject };
}
