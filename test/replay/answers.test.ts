import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SysError } from '../../src/abi/errno.ts';
import { createHostFiles } from '../../src/host/host-files.ts';
import { listText, parseList, parseStat, statText, told, unlessRefused } from '../../src/replay/answers.ts';
import { ContentSums } from '../../src/replay/content-sums.ts';
import { SeededBytes } from '../../src/replay/recorded-machine.ts';

const stat = {
	...{ dev: 2n ** 63n, ino: 7n, mode: 0o100644, nlink: 1, uid: 1000, gid: 1000, rdev: 0n, size: 2 ** 40 },
	...{ blksize: 4096, blocks: 8, atimeNs: 1n, mtimeNs: -5n, ctimeNs: 1795386083900871800n },
};

test('a stat and a list of names come back as they were, whatever the names are', () => {
	expect(parseStat(statText(stat))).toEqual(stat);
	expect(parseStat(statText(undefined))).toBeUndefined();
	const entries = ['a b', 'new\nline', '\udcff', '文件', '1 2 3'].map((name, i) => ({ name, ino: BigInt(i), type: 8 }));
	expect(parseList(listText(entries))).toEqual(entries);
	expect(parseList(listText([]))).toEqual([]);
	expect(() => parseStat('1 2 3')).toThrow(TypeError);
	expect(() => parseList('x')).toThrow(TypeError);
});

test('a refusal is told, thrown, and thrown again from what was told', () => {
	const answers: string[] = [];
	const refuse = () => {
		throw new SysError('ENOENT');
	};
	expect(() => told(refuse, String, (answer) => answers.push(answer))).toThrow('ENOENT');
	expect(
		told(
			() => 'given',
			String,
			(answer) => answers.push(answer),
		),
	).toBe('given');
	expect(() => unlessRefused(answers[0] ?? '')).toThrow('ENOENT');
	expect(unlessRefused(answers[1] ?? '')).toBe('given');
});

test('a checksum of a content is the same however its bytes were cut, and another one for other bytes or places', () => {
	const folder = mkdtempSync(join(tmpdir(), 'approve-run-sums-'));
	mkdirSync(join(folder, 'upper/content'), { recursive: true });
	const sumOf = (pieces: readonly (readonly [text: string, position: number])[]): string | undefined => {
		const sums = new ContentSums(folder);
		const files = sums.summing(createHostFiles(folder));
		const fd = files.openSession(join(folder, 'upper/content/1'), 'create');
		for (const [text, position] of pieces) files.write(fd, Buffer.from(text), position);
		files.close(fd);
		return sums.all()['1'];
	};
	const whole = sumOf([['hello', 0]]);
	expect(
		sumOf([
			['he', 0],
			['llo', 2],
		]),
	).toBe(whole);
	expect(sumOf([['hellO', 0]])).not.toBe(whole);
	expect(
		sumOf([
			['he', 0],
			['llo', 3],
		]),
	).not.toBe(whole);
	rmSync(folder, { recursive: true });
});

test('random bytes come again from their key, and from no other', () => {
	const bytes = (key: number, ...lengths: number[]): Buffer => {
		const seeded = new SeededBytes(Buffer.alloc(32, key));
		return Buffer.concat(lengths.map((length) => seeded.next(length)));
	};
	expect(bytes(1, 16, 4, 5)).toEqual(bytes(1, 25));
	expect(bytes(2, 25)).not.toEqual(bytes(1, 25));
});
