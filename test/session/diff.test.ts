import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, Target } from '../../src/model/change.ts';
import type { Detail, DiffLine } from '../../src/model/review.ts';
import { applyChanges } from '../../src/session/apply.ts';
import { openReaders } from '../../src/session/change-readers.ts';
import { describeChange } from '../../src/session/describe-change.ts';
import { compareTexts } from '../../src/session/line-diff.ts';
import { unifiedPatch } from '../../src/session/patch.ts';
import { lineStart } from '../../src/session/text-lines.ts';
import { everything, removingWorlds, snapshotOf, type World } from './world.ts';

const { world, keep } = removingWorlds();

function readers(at: World) {
	return openReaders(at.host.tree, at.host.files, at.session.folder);
}

function modified(before: string, after: string | Buffer): Detail {
	const at = world({ f: before });
	const change: Change = { kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after: at.file(after) };
	return describeChange(change, readers(at));
}

function shown(detail: Detail): string[] {
	if (detail.kind !== 'diff') throw new Error(`no diff: ${JSON.stringify(detail)}`);
	return Array.from({ length: detail.lines.length }, (_, index) => show(detail.lines.at(index)));
}

function show(line: DiffLine): string {
	switch (line.kind) {
		case 'note':
		case 'fold':
			return line.text;
		case 'same':
			return `${line.before} ${line.after}  ${line.text}`;
		case 'removed':
			return `${line.before} -${mark(line.text, line.changed)}`;
		case 'added':
			return `${line.after} +${mark(line.text, line.changed)}`;
	}
}

function mark(text: string, spans: readonly { start: number; end: number }[] = []): string {
	return spans
		.toReversed()
		.reduce((t, { start, end }) => `${t.slice(0, start)}[${t.slice(start, end)}]${t.slice(end)}`, text);
}

const numbered = (count: number, change: Record<number, string> = {}) =>
	Array.from({ length: count }, (_, i) => change[i + 1] ?? `line ${i + 1}\n`).join('');

/** Processor time, which other programs on the machine do not add to. */
function secondsSince(start: NodeJS.CpuUsage): number {
	const { user, system } = process.cpuUsage(start);
	return (user + system) / 1e6;
}

describe('the diff of a text file', () => {
	it('numbers lines, marks words, keeps three lines of context and folds the rest', () => {
		const before = numbered(60);
		const after = numbered(60, { 10: 'line ten\n', 50: 'line 50\nadded\n' });
		const detail = modified(before, after);
		expect(detail).toMatchObject({ added: 2, removed: 1 });
		expect(shown(detail)).toEqual([
			'⋯ 6 lines unchanged',
			'@@ -7,7 +7,7 @@',
			'7 7  line 7',
			'8 8  line 8',
			'9 9  line 9',
			'10 -line [10]',
			'10 +line [ten]',
			'11 11  line 11',
			'12 12  line 12',
			'13 13  line 13',
			'⋯ 34 lines unchanged',
			'@@ -48,6 +48,7 @@',
			'48 48  line 48',
			'49 49  line 49',
			'50 50  line 50',
			'51 +added',
			'51 52  line 51',
			'52 53  line 52',
			'53 54  line 53',
			'⋯ the rest is unchanged',
		]);
	});

	it('shows a missing line end and a carriage return', () => {
		expect(shown(modified('a\nb', 'a\nb\n'))).toEqual([
			'@@ -1,2 +1,2 @@',
			'1 1  a',
			'2 -b',
			'\\ No newline at end of file',
			'2 +b',
		]);
		expect(shown(modified('a\n', 'a\r\n')).slice(1)).toEqual(['1 -a', '1 +a[\r]']);
	});

	it('shows the text of what is deleted and of what is new', () => {
		const at = world({ f: 'gone\n' });
		const gone: Change = { kind: 'delete', order: 1, path: at.path('f'), base: at.base('f') };
		expect(shown(describeChange(gone, readers(at)))).toEqual(['@@ -1 +0,0 @@', '1 -gone']);
		const made: Change = { kind: 'create', order: 1, path: at.path('g'), after: at.file('new\n', 0o4755) };
		const detail = describeChange(made, readers(at));
		expect(shown(detail)).toEqual(['@@ -0,0 +1 @@', '1 +new']);
		expect(detail).toMatchObject({
			facts: ['new file, mode 4755', 'set-user-id: it will run with the rights of its owner'],
		});
	});

	it('gives the old whole and the new whole when there is no time to pair them', () => {
		const lines = (seed: number) => numbered(8000).replaceAll(/\d+/g, (digits) => `${(Number(digits) * seed) % 9973}`);
		const start = process.cpuUsage();
		const detail = modified(lines(7), lines(11));
		expect(secondsSince(start)).toBeLessThan(1.5);
		expect(detail).toMatchObject({ added: 8000, removed: 8000, facts: [expect.stringContaining('too different')] });
	});

	it('rebuilds both texts from its runs, whatever they are', () => {
		const line = fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd\r\n', 'ab');
		const text = fc.array(line, { maxLength: 14 }).map((lines) => lines.join(''));
		fc.assert(
			fc.property(text, text, (before, after) => {
				const result = compareTexts(Buffer.from(before), Buffer.from(after));
				const b = (line: number) => lineStart(result.before, line);
				const a = (line: number) => lineStart(result.after, line);
				let old = before.slice(0, b(0));
				let now = after.slice(0, a(0));
				for (const run of result.runs) {
					const oldPart = before.slice(b(run.before), b(run.before + run.count));
					const newPart = after.slice(a(run.after), a(run.after + run.count));
					if (run.kind === 'same') expect(oldPart).toBe(newPart);
					if (run.kind !== 'added') old += oldPart;
					if (run.kind !== 'removed') now += newPart;
				}
				old += before.slice(result.before.to);
				now += after.slice(result.after.to);
				expect(result.more).toBe(result.before.to < before.length);
				expect([old, now]).toEqual([before, after]);
			}),
			{ numRuns: 3000 },
		);
	});

	it('of 50 MB with one changed line takes no look at all of it line by line (how fast: bench/)', () => {
		const before = Buffer.from(
			'a line of some eighty characters, as they stand in a log file or a data set...\n'.repeat(635_000),
		);
		const after = Buffer.from(before);
		after.write('X', 25_000_040);
		const at = world({ f: '' });
		writeFileSync(at.path('f'), before);
		const change: Change = { kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after: at.file(after) };
		const start = process.cpuUsage();
		const lines = shown(describeChange(change, readers(at)));
		expect(secondsSince(start)).toBeLessThan(5);
		expect(lines).toHaveLength(2 + 8 + 1);
	}, 60_000);
});

describe('what is no text', () => {
	it('is told by size, type and hash', () => {
		const detail = modified('text\n', Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'));
		expect(detail).toMatchObject({ kind: 'bytes' });
		expect(JSON.stringify(detail)).toMatch(/before: 5 bytes, sha256 .*after: 10 bytes, PNG image, sha256/);
		expect(modified('a', Buffer.of(0xff))).toMatchObject({ kind: 'bytes' });
	});

	it('covers every change of the great scene', () => {
		const { world: at, changes } = everything();
		keep(at);
		const details = changes.map((change) => describeChange(change, readers(at)));
		const facts = (name: string) => {
			const detail = details[changes.findIndex(({ path }) => path === at.path(name))];
			return detail !== undefined && 'facts' in detail ? detail.facts : detail;
		};
		expect(details.filter(({ kind }) => kind === 'failed')).toEqual([]);
		expect(facts('chmod.sh')).toEqual(['mode 0644 → 0755']);
		expect(facts('moved.txt')).toEqual([`renamed from ${at.path('move.txt')}`, 'mode 0644 → 0400']);
		expect(facts('link')).toEqual(['symlink to edit.txt', '→ chmod.sh']);
		expect(facts('hard')).toEqual([`a second name (hard link) of ${at.path('new.txt')}`]);
		expect(facts('was-dir')).toEqual(['replaces the directory', 'new file, mode 0644']);
	});

	it('says of a hard link what becomes of the other names, and of a file that changed meanwhile that it did', () => {
		const at = world({ f: 'a\n', g: { hard: 'f' } });
		const change: Change = { kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after: at.file('b\n') };
		expect(describeChange(change, readers(at))).toMatchObject({ facts: [expect.stringContaining('1 other name')] });
		writeFileSync(at.path('g'), 'c\n');
		expect(describeChange(change, readers(at))).toMatchObject({
			facts: [expect.anything(), expect.stringContaining('conflict')],
		});
		rmSync(at.path('f'));
		expect(describeChange(change, readers(at))).toMatchObject({
			kind: 'failed',
			why: expect.stringContaining('ENOENT'),
		});
	});
});

describe('the patch', () => {
	const repo = mkdtempSync(join(tmpdir(), 'approve-run-patch-'));
	afterAll(() => rmSync(repo, { recursive: true, force: true }));

	/** Applies the patch with git in a copy of the world; the copy. */
	function gitApply(at: World, patch: Buffer): string {
		const copy = join(repo, `r${Math.random()}`);
		mkdirSync(copy);
		cpSync(at.home, copy, { recursive: true, verbatimSymlinks: true });
		execFileSync('git', ['init', '-q'], { cwd: copy });
		const options = { cwd: copy, input: patch, stdio: 'pipe' } as const;
		execFileSync('git', ['apply', '--check', '-'], options);
		execFileSync('git', ['apply', '-'], options);
		rmSync(join(copy, '.git'), { recursive: true });
		return copy;
	}

	/** Without directories, and modes as git keeps them. */
	function asGit(snapshot: Record<string, string>): Record<string, string> {
		const files = Object.entries(snapshot).filter(([name]) => !name.endsWith('/'));
		return Object.fromEntries(
			files.map(([name, text]) => [
				name,
				text.replace(/^(\d+) /, (_, mode: string) => (/[17]/.test(mode[0] ?? '') ? 'x ' : '- ')),
			]),
		);
	}

	it('makes with git what apply makes', () => {
		const { world: at, changes, expected } = everything();
		keep(at);
		const binary = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i) % 256));
		const late: Change[] = [
			{ kind: 'create', order: 90, path: at.path('image.bin'), after: at.file(binary, 0o755) },
			{ kind: 'create', order: 91, path: at.path('na me\t"é\udcff\n'), after: at.file('odd\n') },
			{ kind: 'create', order: 92, path: at.path('with space'), after: at.file('space, no end') },
			{ kind: 'create', order: 93, path: '/outside', after: at.file('x') },
			{ kind: 'modify', order: 94, path: at.path('tree-2'), base: at.base('edit.txt'), after: at.file('x') },
		];
		const all = [...changes, ...late.slice(0, 4)];
		const patch = unifiedPatch(all, at.home, readers(at));
		expect(patch.toString()).toContain('# /outside: not in this patch');
		const copy = gitApply(at, patch);
		applyChanges(
			at.session,
			all.filter(({ path }) => path !== '/outside'),
			at.host,
		);
		expect(asGit(snapshotOf(copy))).toEqual(asGit(at.snapshot()));
		expect(Object.keys(at.snapshot())).toHaveLength(Object.keys(expected).length + 3);
	});

	it('makes any text out of any other', () => {
		const line = fc.constantFrom('a\n', 'b\n', '-- x\n', '\n', 'd\r\n', '\t\n', '\\ No\n', 'end');
		const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join(''));
		const pairs = fc.sample(fc.tuple(text, text), { numRuns: 150, seed: 1 });
		const at = world(Object.fromEntries(pairs.map(([before], index) => [`f${index}`, before])));
		const changes = pairs.map(([, after], index): Change => {
			const target: Target = at.file(after);
			return { kind: 'modify', order: index, path: at.path(`f${index}`), base: at.base(`f${index}`), after: target };
		});
		const copy = gitApply(at, unifiedPatch(changes, at.home, readers(at)));
		expect(asGit(snapshotOf(copy))).toEqual(
			Object.fromEntries(pairs.map(([, after], index) => [`f${index}`, `- ${after}`])),
		);
	});

	it('turns a binary file into another and back', () => {
		const at = world({ f: 'one\0two' });
		const after = at.file(Buffer.from([0, 1, 2, 255]));
		const change: Change = { kind: 'modify', order: 1, path: at.path('f'), base: at.base('f'), after };
		const patch = unifiedPatch([change], at.home, readers(at));
		const copy = gitApply(at, patch);
		expect(snapshotOf(copy)['f']).toBe('644 \0\x01\x02\xff');
		execFileSync('git', ['init', '-q'], { cwd: copy });
		execFileSync('git', ['apply', '-R', '-'], { cwd: copy, input: patch });
		expect(snapshotOf(copy)['f']).toBe('644 one\0two');
	});
});
