/** A real terminal around the real program. Each test has a tmux server of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import stringWidth from 'string-width';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { wait } from './harness.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), 'approve-run-ui-'));
let socket = '';
let servers = 0;

beforeAll(async () => {
	await build({
		entryPoints: [fileURLToPath(new URL('demo.tsx', import.meta.url))],
		outdir: folder,
		outExtension: { '.js': '.mjs' },
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node20',
		jsx: 'automatic',
		define: { 'process.env.NODE_ENV': '"production"' },
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		plugins: [noDevtools],
	});
});

afterEach(() => {
	try {
		tmux('kill-server');
	} catch {
		// The test has closed it.
	}
});

afterAll(() => rmSync(folder, { recursive: true }));

const noDevtools: Plugin = {
	name: 'no-devtools',
	setup({ onResolve, onLoad }) {
		onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'none' }));
		onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }));
	},
};

function tmux(...words: string[]): string {
	return execFileSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...words], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		// Sockets stay behind when a server ends: in the folder they go with it.
		env: { PATH: process.env['PATH'], HOME: folder, TMUX_TMPDIR: folder, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
	});
}

/** Starts the demo; a shell goes on behind it. `{}` in `command` is the program. */
async function start(scene: string, columns = 80, rows = 24, command = '{}', env = ''): Promise<void> {
	servers += 1;
	socket = `approve-run-ui-${process.pid}-${servers}`;
	const program = `env ${env} CI=true LANG=C.UTF-8 ${process.execPath} ${join(folder, 'demo.mjs')} ${scene}`;
	const shell = `echo before; ${command.replace('{}', program)}; echo "after $?"; exec sh -i`;
	tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, shell);
	await until((text) => !text.includes('before') && text.trim() !== '');
	await wait(350);
}

const screen = () => tmux('capture-pane', '-p');
const keys = (...names: string[]) => tmux('send-keys', ...names);

/** The demo's process id, while it runs. */
function demo(): number | undefined {
	try {
		return Number(execFileSync('pgrep', ['-f', `^${process.execPath} ${folder}/demo.mjs`], { encoding: 'utf8' }));
	} catch {
		return undefined;
	}
}

/** Waits for the screen to be as asked; says what it was when it never is. */
async function until(isSo: (text: string) => boolean, ms = 8000): Promise<string> {
	const end = performance.now() + ms;
	for (;;) {
		const text = screen();
		if (isSo(text)) return text;
		if (performance.now() > end) throw new Error(`never came; on the screen was:\n${text}`);
		await wait(30);
	}
}

const shows = (words: string) => until((text) => text.includes(words));

test.each([
	[80, 24],
	[160, 50],
	[40, 10],
])('hostile names and contents are shown and not obeyed at %i by %i', async (columns, rows) => {
	await start('hostile', columns, rows);
	tmux('set-option', '-g', 'set-clipboard', 'on');
	for (const key of ['Tab', 'j', 'j', 'j', 'j', 'o', 'Escape', 'Tab', 'k', '?', 'Escape']) {
		keys(key);
		await wait(60);
		const text = screen();
		expect(text.split('\n').length - 1).toBe(rows);
		for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
		// SGR alone, and of it nothing that hides (8).
		const styled = tmux('capture-pane', '-p', '-e');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(styled.replace(/\x1b\[[0-9;]*m/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]/);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(styled).not.toMatch(/\x1b\[(?:\d+;)*8(?:;\d+)*m/);
	}
	await shows('‹U+202E›gpj.exe');
	expect(screen()).toContain('a␛[2J␛[Hb');
	keys('End');
	await shows('文件.txt 🐍 naïve');
	expect(tmux('display-message', '-p', '#{pane_title}')).not.toContain('pwned');
	expect(() => tmux('show-buffer')).toThrow();
});

/** Presses a key that decides, again where a busy machine had the question on the screen too late for it. */
async function decides(key: string): Promise<void> {
	const tally = (text: string) => /● \d+ ✓ \d+ ✗ \d+/.exec(text)?.[0];
	const before = tally(screen());
	for (let text = screen(); tally(text) === before; ) {
		await wait(350);
		keys(key);
		text = await until((now) => tally(now) !== before || now.includes('Too soon'));
	}
}

test('a review from the first key to the last, with the terminal given back', async () => {
	await start('end');
	await shows('❯● ~ config/app.toml');
	for (const key of ['a', 'a', 'd', 'a']) await decides(key);
	keys('Enter');
	await shows('Apply 4 approved changes?');
	await wait(800);
	keys('y');
	const text = await shows('after 0');
	expect(text).toContain('before');
	expect(text).toContain('end apply; 2 true, 3 true, 5 false, 6 true');
	expect(text).not.toContain('Effects');
	keys('stty -a | tr " ;" "\\n" | grep -xE -e "-?(icanon|echo)" | tr "\\n" " "', 'Enter');
	await shows('icanon echo');
	expect(screen()).not.toContain('-icanon');
});

test('Ctrl-Z leads to the shell with the terminal as it was, and fg back into the review', async () => {
	await start('end');
	keys('q');
	await shows('after 0');
	const program = `CI=true LANG=C.UTF-8 ${process.execPath} ${join(folder, 'demo.mjs')} end`;
	keys(program, 'Enter');
	await shows('Effects');
	await wait(350);
	keys('C-z');
	await shows('topped');
	expect(screen()).not.toContain('Effects');
	keys('clear; stty -a | tr " ;" "\\n" | grep -xE -e "-?icanon"', 'Enter');
	await until((text) => /^icanon/m.test(text));
	keys('fg', 'Enter');
	expect(await shows('Back in the review.')).toContain('Effects');
	expect(screen()).toContain('● 4');
});

test('Ctrl-Z without a shell that could lead back stops nothing', async () => {
	await start('end');
	keys('C-z');
	expect(await shows('Back in the review.')).toContain('Effects');
});

test('in a pipe, with CI set, it draws on the terminal and not into the pipe', async () => {
	await start('end', 80, 24, `{} </dev/null | tee ${join(folder, 'out.txt')} | wc -l`);
	await shows('Effects');
	keys('q');
	const text = await shows('after 0');
	expect(text).toMatch(/before\n1\n/);
});

test('a paste answers nothing', async () => {
	await start('end');
	tmux('set-buffer', 'aAd');
	tmux('paste-buffer', '-p');
	await shows('A paste is not an answer');
	tmux('paste-buffer');
	await wait(200);
	keys('q');
	expect(await shows('after 0')).toMatch(/end later;\s*\nafter/);
});

test('what is typed ahead of a question does not answer it', async () => {
	await start('ahead');
	await until((text) => {
		if (!text.includes('git add')) keys('a', 'd', 'y', 'Enter');
		return text.includes('git add');
	});
	keys('a');
	await wait(400);
	expect(screen()).toContain('the script stands still until you answer');
	keys('a');
	await shows('exit 0');
	keys('q');
	expect(await shows('after 0')).toContain('end later; 20 true');
});

test('a key that waited while the program stood still is no answer to what was drawn before that', async () => {
	await start('ahead');
	await shows('git add');
	const pid = demo() ?? 0;
	process.kill(pid, 'SIGSTOP');
	keys('a');
	await wait(600);
	process.kill(pid, 'SIGCONT');
	// Both on one screen: it is drawn anew when the program goes on.
	await until((text) => text.includes('Too soon') && text.includes('the script stands still until you answer'));
});

test('follows the size of the window', async () => {
	await start('end', 160, 50);
	tmux('resize-window', '-x', '40', '-y', '10');
	const small = await until((text) => text.split('\n')[9]?.includes('? help') ?? false);
	expect(small).toContain('● + notes/todo.txt');
	tmux('resize-window', '-x', '80', '-y', '24');
	const large = await until((text) => text.split('\n')[23]?.includes('? help') ?? false);
	expect(large).toContain('┬─ modify');
});

test.each(['TERM', 'HUP', 'INT'])('SIG%s gives the terminal back and leaves the review', async (signal) => {
	await start('end');
	process.kill(demo() ?? 0, `SIG${signal}`);
	const text = await shows('after');
	expect(text).toContain('before');
	expect(tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')).toBe('0 1\n');
});

test('a terminal that is closed ends the program', async () => {
	await start('storm');
	expect(demo()).toBeGreaterThan(0);
	tmux('kill-server');
	for (let n = 0; n < 100 && demo() !== undefined; n += 1) await wait(50);
	expect(demo()).toBeUndefined();
});

test('an exception that nobody caught gives the terminal back', async () => {
	await start('crash');
	const text = await shows('after 1');
	expect(text).toContain('a bug of ours');
	expect(tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')).toBe('0 1\n');
});

test('keys are answered while the script storms, and Ctrl-C stops it', async () => {
	await start('storm', 160, 50);
	keys('?');
	await until((text) => text.includes('What counts'), 2000);
	keys('Escape');
	await until((text) => text.includes('Effects'), 2000);
	keys('C-c');
	await until((text) => text.includes('Stopping the script'), 2000);
});

test('a line for the script goes to it', async () => {
	await start('input');
	await shows('input ❯');
	keys('-l', 'Mia 文件');
	await shows('input ❯ Mia 文件');
	keys('Enter');
	await shows('hello Mia 文件');
});
