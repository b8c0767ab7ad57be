import { expect, it } from 'vitest';
import type { SessionSummary } from '../../src/model/session-list.ts';
import { type Page, showPage } from '../../src/ui/page.ts';
import { firstListView, type SessionListView, sessionPage } from '../../src/ui/session-page.ts';
import { textPage } from '../../src/ui/text-page.ts';
import { FakeInput, FakeOutput, wait } from './harness.ts';

const started = Date.UTC(2026, 10, 22, 17, 28);

function session(number: number, state: SessionSummary['state'], words: string): SessionSummary {
	const id = `01M82BCEAF3X031MEH503AZ${String(number).padStart(3, '0')}`;
	return { id, state, words, cwd: '/home/u', policy: 'review', started, exit: 'exited, status 0' };
}

const three = [
	session(3, 'waiting', 'clean_logs.py --all'),
	session(2, 'rolled-back', 'evil\x1b]52;c;x\x07.py'),
	session(1, 'applied', 'tidy.py'),
];

function open<Result>(page: Page<Result>, columns = 80, rows = 24) {
	const input = new FakeInput();
	const output = new FakeOutput(columns, rows);
	const ended = showPage(page, { input, output, env: { LANG: 'C.UTF-8', TERM: 'xterm' } });
	const text = async () => {
		await wait(20);
		await new Promise<void>((resolve) => output.terminal.write('', resolve));
		const { active } = output.terminal.buffer;
		return Array.from({ length: rows }, (_, row) => active.getLine(row)?.translateToString(true) ?? '').join('\n');
	};
	const press = async (...keys: string[]) => {
		for (const key of keys) {
			input.emit('data', Buffer.from(key));
			await wait(5);
		}
	};
	return { input, output, ended, text, press };
}

it.each([
	[80, 24],
	[160, 50],
	[40, 10],
])('the list fits %i by %i cells, and a name with escape sequences is made visible', async (columns, rows) => {
	const shown = open(
		sessionPage(three, firstListView, () => {}),
		columns,
		rows,
	);
	const text = await shown.text();
	expect(text).toContain('1 waits for you');
	expect(text).toContain('tidy.py');
	expect(shown.output.written).not.toContain('\x1b]52');
	if (rows >= 16) expect(text).toContain(three[0]?.id);
	await shown.press('q');
	expect(await shown.ended).toEqual({ kind: 'quit' });
	expect(shown.input.raw).toEqual([true, false]);
});

it('Enter opens what is selected, once it has been on the screen; the view is kept for the way back', async () => {
	let kept: SessionListView = firstListView;
	const shown = open(
		sessionPage(three, firstListView, (view) => {
			kept = view;
		}),
	);
	await shown.press('\r');
	await shown.press('j', '\r');
	expect(await shown.text()).toContain('2 of 3');
	await wait(300);
	await shown.press('\r');
	expect(await shown.ended).toEqual({ kind: 'open', id: three[1]?.id });
	expect(kept.selected).toBe(three[1]?.id);
});

it('what is searched for and the state narrow the list; Esc shows all again', async () => {
	const shown = open(sessionPage(three, firstListView, () => {}));
	await shown.press('/', 'T', 'i', 'd');
	expect(await shown.text()).toMatch(/Sessions with "tid".*1 of 1/);
	await shown.press('\r', '\x1b');
	await wait(60);
	expect(await shown.text()).toContain('1 of 3');
	await shown.press('\t');
	const waiting = await shown.text();
	expect(waiting).toMatch(/Waiting.*1 of 1/);
	expect(waiting).not.toContain('tidy.py');
	await shown.press('\t', '\t', '\t');
	expect(await shown.text()).toContain('None interrupted here.');
	shown.input.emit('end');
	expect(await shown.ended).toBe(undefined);
});

it('ten thousand sessions are drawn at once, and the last one is reached', async () => {
	const many = Array.from({ length: 10_000 }, (_, at) => session(at, 'ended', `script-${at}.py`));
	const shown = open(sessionPage(many, firstListView, () => {}));
	await shown.press('G');
	expect(await shown.text()).toContain('script-9999.py');
	await shown.press('g');
	expect(await shown.text()).toContain('script-0.py');
	await shown.press('q');
	await shown.ended;
});

it('a page of text scrolls to its end and goes back', async () => {
	const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`);
	const shown = open(textPage('Session', lines));
	await shown.press('G');
	expect(await shown.text()).toContain('line 59');
	await shown.press('\x1b');
	await wait(60);
	expect(await shown.ended).toBe(undefined);
});
