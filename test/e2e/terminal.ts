/** The real program in a real terminal (tmux), in a world of its own. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test as plain } from 'vitest';
import { eventually, makeWorld, program, type World } from './program.ts';

export type Terminal = {
	/** What is on the screen, as text. */
	screen(): string;
	/** The same with its colours, as escape sequences. */
	styled(): string;
	keys(...names: string[]): void;
	/** Types text, key by key. */
	type(text: string): void;
	/** Waits until the words are there; what is on the screen then. */
	shows(words: string | RegExp, ms?: number): Promise<string>;
	/** Waits until the words are gone. */
	hides(words: string, ms?: number): Promise<string>;
	/** Waits as long as a question has to be on the screen before a key answers it. */
	settle(): Promise<void>;
	/** Runs another command line in the same terminal, once the one before has ended. */
	command(words: string): void;
	tmux(...words: string[]): string;
	close(): void;
};

export type TerminalWorld = World & {
	/** `openTerminal` in this world; the terminal is closed after the test. `more` is added to the environment. */
	open(words: string, columns?: number, rows?: number, more?: Readonly<Record<string, string>>): Terminal;
};

/** A test in a world of its own, with terminals in it. When it has ended, no process of it may be left. */
export const test = plain.extend<{ world: TerminalWorld }>({
	async world({ task }, use) {
		const world = makeWorld();
		const opened: Terminal[] = [];
		await use({
			...world,
			open(words, columns, rows, more = {}) {
				const terminal = openTerminal({ ...world, env: { ...world.env, ...more } }, words, columns, rows);
				opened.push(terminal);
				return terminal;
			},
		});
		for (const terminal of opened) terminal.close();
		await eventually(`the end of every process of "${task.name}"`, () => world.processes().length === 0);
		world.remove();
	},
});

/** Starts a shell that runs `approve-run WORDS` in the world's working directory, tells its status, and goes on. */
export function openTerminal(world: World, words: string, columns = 80, rows = 24): Terminal {
	// A server of its own: that of a terminal that was just closed may still be about to end.
	const server = randomBytes(4).toString('hex');
	const tmux = (...args: string[]): string =>
		execFileSync('tmux', ['-u', '-L', server, '-f', '/dev/null', ...args], {
			cwd: world.work,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			env: { ...world.env, TMUX_TMPDIR: world.folder, PS1: '$ ' },
		});
	const line = (given: string): string => `${program} ${given}; echo "ended with $?"`;
	tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, `${line(words)}; exec sh -i`);
	const screen = (): string => tmux('capture-pane', '-p');
	const until = async (isSo: (text: string) => boolean, what: string, ms: number): Promise<string> => {
		const end = performance.now() + ms;
		for (;;) {
			const text = screen();
			if (isSo(text)) return text;
			if (performance.now() > end) throw new Error(`${what} never came; on the screen was:\n${text}`);
			await pause(15);
		}
	};
	return {
		screen,
		styled: () => tmux('capture-pane', '-p', '-e'),
		keys: (...names) => void tmux('send-keys', ...names),
		type: (text) => void tmux('send-keys', '-l', text),
		shows: (wanted, ms = 20_000) =>
			until((text) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)), `"${wanted}"`, ms),
		hides: (unwanted, ms = 20_000) => until((text) => !text.includes(unwanted), `the end of "${unwanted}"`, ms),
		settle: () => pause(450),
		command(given) {
			tmux('send-keys', '-l', `clear; ${line(given)}`);
			tmux('send-keys', 'Enter');
		},
		tmux,
		close() {
			try {
				tmux('kill-server');
			} catch {
				// The test has closed it.
			}
		},
	};
}

export function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
