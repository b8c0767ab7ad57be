import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/ui/clock.ts';
import { diffRow } from '../../src/ui/diff-row.ts';
import { createTokenize } from '../../src/ui/grammar.ts';
import { createHighlighter, type Highlighter, type Syntax } from '../../src/ui/highlight.ts';
import { type Language, languageOf } from '../../src/ui/language.ts';
import { paintRow } from '../../src/ui/row.ts';
import { beneath, styled } from '../../src/ui/syntax-style.ts';
import { themeOf } from '../../src/ui/theme.ts';
import { createWatch } from '../../src/ui/watch.ts';
import { processorTime } from '../setup/processor-time.ts';
import { anyText } from './any-text.ts';
import { items } from './fake.ts';
import { closeAll, show, wait } from './harness.ts';
import { reviewOf } from './reviews.ts';

const theme = themeOf({ TERM: 'xterm', LANG: 'C.UTF-8' });
const gutter = { digits: 3, both: false };
const samples: Readonly<Record<Language, string>> = {
	bash: 'if [ -n "$HOME" ]; then echo ok; fi # done',
	c: '#include <stdio.h> /* x */ int main(void) { return 0; }',
	cpp: 'auto x = std::string("a"); // y',
	css: 'a.b { color: #fff; }',
	diff: '@@ -1,2 +1,2 @@',
	dockerfile: 'RUN echo "hello"',
	go: 'func main() { return "x" }',
	ini: 'port = 8080 # comment',
	javascript: 'const x = `a`;',
	json: '{ "a": [1, true, null, "x"] }',
	makefile: 'all: $(OBJECTS)',
	markdown: '# Title and `code`',
	python: 'def f(x: int) -> str: return f"{x}"  # why',
	rust: 'fn main() -> u8 { 1 }',
	sql: "SELECT * FROM t WHERE a = 'x'",
	typescript: 'export type A = { readonly b: string };',
	xml: '<a href="x">b</a>',
	yaml: 'on: [push, "x"] # y',
};
const languages = each(samples).map(([language, line]) => ({ language, line, tokenize: createTokenize(language) }));

afterEach(closeAll);

describe('the syntax colours of a line', () => {
	test('are there for an honest line of every language', () => {
		for (const { language, line, tokenize } of languages) {
			expect([language, styled(tokenize(line)).length]).not.toEqual([language, 0]);
		}
	});

	test('change no character of any text, and are in order and apart', () => {
		fc.assert(
			fc.property(anyText, fc.nat(200), fc.constantFrom(...languages), (trouble, at, { line, tokenize }) => {
				const text = line.slice(0, at) + trouble + line.slice(at);
				const spans = styled(tokenize(text));
				let end = 0;
				for (const span of spans) {
					expect(span.start).toBeGreaterThanOrEqual(end);
					expect(span.end).toBeGreaterThan(span.start);
					end = span.end;
				}
				expect(end).toBeLessThanOrEqual(text.length);
				const bare = (syntax: Syntax | undefined) =>
					paintRow(
						diffRow({ kind: 'added', after: 1, text }, { gutter, theme, syntax, numbered: true }, undefined),
						90,
						0,
						theme,
					)
						.map((part) => part.text)
						.join('')
						// biome-ignore lint/suspicious/noControlCharactersInRegex: our own sequences
						.replace(/\x1b\[[0-9;]*m/g, '');
				expect(bare(() => spans)).toBe(bare(undefined));
			}),
			{ numRuns: 400 },
		);
	});

	test('leave alone what is marked above them', () => {
		const spans = fc
			.uniqueArray(fc.nat(60), { maxLength: 12 })
			.map((cuts) => cuts.sort((a, b) => a - b))
			.map((cuts) =>
				cuts.flatMap((start, index) => {
					const end = cuts[index + 1];
					return index % 2 === 1 || end === undefined ? [] : [{ start, end, style: { bold: true } }];
				}),
			);
		const covered = (list: readonly { start: number; end: number }[], at: number) =>
			list.some(({ start, end }) => start <= at && at < end);
		fc.assert(
			fc.property(spans, spans, (lower, upper) => {
				const left = beneath(lower, upper);
				for (let at = 0; at < 62; at += 1) {
					expect(covered(left, at)).toBe(covered(lower, at) && !covered(upper, at));
				}
			}),
		);
	});

	test('a changed word keeps the colour of its line, and the sign its own', () => {
		const [python] = languages.filter(({ language }) => language === 'python');
		const syntax = (line: string) => styled(python?.tokenize(line) ?? []);
		const line = { kind: 'added', after: 7, text: 'x = "old new"', changed: [{ start: 9, end: 12 }] } as const;
		const [part] = paintRow(diffRow(line, { gutter, theme, syntax, numbered: true }, undefined), 40, 0, theme);
		expect(part?.text).toContain('\x1b[1;32m+');
		expect(part?.text).toContain('\x1b[36m"old \x1b[0m\x1b[7;32mnew\x1b[0m\x1b[36m"');
	});
});

test('the language of a file is told by its name', () => {
	const files = 'a.py B.JSON x/Dockerfile Makefile .env ci.yml pyproject.toml a.tsx index.html q.sql a.patch run.sh';
	expect(files.split(' ').map((file) => languageOf(`/home/mia/${file}`))).toEqual(
		'python json dockerfile makefile bash yaml ini typescript xml sql diff bash'.split(' '),
	);
	for (const path of ['/home/a.py/README', '/x/notes.txt', '/x/py', '/x/.py/'])
		expect(languageOf(path)).toBeUndefined();
});

describe('the limits of colouring', () => {
	test('a regular expression that would run for years is stopped', () => {
		const watch = createWatch();
		const years = () => watch(() => /^(a+)+$/.test(`${'a'.repeat(60)}b`), 20);
		expect(processorTime(() => expect(years()).toBe(false))).toBeLessThan(2000);
		let ran = false;
		const run = () => {
			ran = true;
		};
		expect(watch(run, 1000)).toBe(true);
		expect(ran).toBe(true);
		expect(() =>
			watch(() => {
				throw new Error('a bug of ours');
			}, 1000),
		).toThrow('a bug of ours');
	});

	test('the first frame is plain, colours come after it, and a line that is too long has none', async () => {
		const { highlighter, more } = start();
		const syntax = highlighter.syntaxOf('/a/b.py');
		expect(syntax?.('return 1')).toEqual([]);
		await wait(100);
		expect(more()).toBe(0);
		highlighter.drawn();
		await until(() => more() > 0);
		expect(syntax?.('return 1')).not.toEqual([]);
		expect(syntax?.(`return 1${' '.repeat(2000)}`)).toEqual([]);
		expect(highlighter.syntaxOf('/a/b.unknown')).toBeUndefined();
		highlighter.stop();
	});

	test('lines made to be slow cost a frame little, and their file stays plain', async () => {
		const { highlighter, more } = start();
		const lines = Array.from({ length: 60 }, (_, n) => `${n}${'[a]('.repeat(499)}`.slice(0, 2000));
		const syntax = highlighter.syntaxOf('/a/b.md');
		syntax?.('x');
		highlighter.drawn();
		await until(() => more() > 0);
		syntax?.('the grammar is compiled');
		let slowest = 0;
		for (let frame = 0; frame < 100; frame += 1) {
			const seen = more();
			const started = process.cpuUsage().user;
			for (const line of lines) syntax?.(line);
			slowest = Math.max(slowest, (process.cpuUsage().user - started) / 1000);
			highlighter.drawn();
			await wait(5);
			if (more() === seen) break;
		}
		// One line that is stopped after 50 ms, and what was begun in the 10 ms before it; all of them would take seconds each.
		expect(slowest).toBeLessThan(2000);
		expect(lines.filter((line) => (syntax?.(line).length ?? 0) > 0).length).toBeLessThan(lines.length / 2);
		highlighter.stop();
	});
});

describe('on the screen', () => {
	test('a known language has colours, without a key being pressed', async () => {
		const { output } = show(reviewOf(items.filter(({ id }) => id === 2)));
		await until(() => output.written.includes('\x1b[36m"'));
		expect(output.written.indexOf('[server]')).toBeLessThan(output.written.indexOf('\x1b[36m"'));
	});

	test.each([
		{ TERM: 'xterm', LANG: 'C.UTF-8', NO_COLOR: '1' },
		{ TERM: 'dumb', LANG: 'C.UTF-8' },
	])('there are none with %o', async (env) => {
		const { output } = show(reviewOf(items.filter(({ id }) => id === 2)), 80, 24, env);
		await wait(400);
		expect(output.written).toContain('[server]');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(output.written).not.toMatch(/\x1b\[(?:\d+;)*3\dm/);
	});
});

function start(): { highlighter: Highlighter; more: () => number } {
	let count = 0;
	const highlighter = createHighlighter(systemClock, () => {
		count += 1;
	});
	return { highlighter, more: () => count };
}

async function until(isSo: () => boolean): Promise<void> {
	const end = performance.now() + 8000;
	while (!isSo()) {
		if (performance.now() > end) throw new Error('never came');
		await wait(10);
	}
}

function each(record: Readonly<Record<Language, string>>): [Language, string][] {
	return Object.entries(record) as [Language, string][];
}
