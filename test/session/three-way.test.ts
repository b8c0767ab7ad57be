import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasMarks, markedText, mergedText, threeWay } from '../../src/session/three-way.ts';

const merge = (base: string, machine: string, script: string) => {
	const regions = threeWay(Buffer.from(base), Buffer.from(machine), Buffer.from(script)) ?? [];
	return { clean: mergedText(regions)?.toString(), marked: markedText(regions).toString() };
};

it('changes of both sides at different places are both in the merged text, byte for byte', () => {
	expect(merge('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD').clean).toBe('A\nb\nc\nD');
	expect(merge('a\r\n\nb\n', 'a\r\n\nb\nend\n', 'start\na\r\n\nb\n').clean).toBe('start\na\r\n\nb\nend\n');
	expect(merge('a\nb\n', 'a\nB\n', 'a\nB\n').clean).toBe('a\nB\n');
});

it('changes at one place, or that touch, are a conflict with both sides shown', () => {
	const { clean, marked } = merge('a\nb\nc', 'a\nM\nc', 'a\nS\nc');
	expect(clean).toBe(undefined);
	expect(marked).toBe('a\n<<<<<<< machine\nM\n||||||| base\nb\n=======\nS\n>>>>>>> script\nc');
	expect(hasMarks(Buffer.from(marked))).toBe(true);
	expect(hasMarks(Buffer.from('<<<<<<< not ours\n=======\n'))).toBe(false);
	expect(merge('a\n', 'a\nm\n', 'a\ns\n').clean).toBe(undefined);
	expect(merge('a\nb\n', 'M\nb\n', 'a\nS\n').clean).toBe(undefined);
});

it('what is not text, or too large, is not merged', () => {
	expect(threeWay(Buffer.from('a\0'), Buffer.from('a'), Buffer.from('b'))).toBe(undefined);
	expect(threeWay(Buffer.from('a'), Buffer.alloc(2 << 20, 'x'), Buffer.from('b'))).toBe(undefined);
});

const text = fc
	.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 })
	.map((lines) => lines.map((line) => `${line}\n`).join(''));

it('a side that changed nothing gives the other one, and the order of the sides does not matter', () => {
	fc.assert(
		fc.property(text, text, text, (base, one, other) => {
			expect(merge(base, base, one).clean).toBe(one);
			expect(merge(base, one, base).clean).toBe(one);
			expect(merge(base, one, one).clean).toBe(one);
			expect(merge(base, one, other).clean).toBe(merge(base, other, one).clean);
		}),
	);
});

const base = Array.from({ length: 14 }, (_, at) => `line ${at}\n`);
const edits = fc
	.array(fc.tuple(fc.nat(base.length - 1), fc.constantFrom('new\n', 'x\ny\n', '')), { maxLength: 3 })
	.map((list) => base.map((line, at) => list.find(([place]) => place === at)?.[1] ?? line).join(''));

it('what merges cleanly here is what git merge-file makes of it', () => {
	const folder = mkdtempSync(join(tmpdir(), 'approve-run-merge-'));
	let clean = 0;
	fc.assert(
		fc.property(edits, edits, (one, other) => {
			const ours = merge(base.join(''), one, other).clean;
			if (ours === undefined || ours === one || ours === other) return;
			clean += 1;
			for (const [name, content] of Object.entries({ base: base.join(''), one, other })) {
				writeFileSync(join(folder, name), content);
			}
			const git = spawnSync('git', ['merge-file', '-p', 'one', 'base', 'other'], { cwd: folder, encoding: 'utf8' });
			expect([git.status, git.stdout]).toEqual([0, ours]);
		}),
		{ numRuns: 60 },
	);
	expect(clean).toBeGreaterThan(5);
	rmSync(folder, { recursive: true });
});
