/** What README.md, docs/policy.md and docs/ci.md show is typed in here, and has to come out as it is shown. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocksOf, type Desk, openDesk, patternOf, readPage, root } from './blocks.ts';

beforeAll(() => {
	spawnSync(join(root, 'bin/setup'), { stdio: 'inherit' });
}, 300_000);

describe.each(['README.md', 'docs/policy.md', 'docs/ci.md'])('%s', (name) => {
	let desk: Desk;
	beforeAll(() => {
		desk = openDesk();
	});
	afterAll(() => desk.remove());

	const blocks = blocksOf(readPage(name));
	test.each(blocks.map((block) => [`${name}:${block.line} (${block.kind}) is true`, block] as const))(
		'%s',
		(_, block) => check(block, desk),
	);
});

/** Blocks build on each other: they are checked in the order of the page. */
function check(block: Block, desk: Desk): void {
	switch (block.kind) {
		case 'console':
			expect(desk.type(block.text)).toMatch(patternOf(block.text));
			return;
		case 'yaml': {
			const file = desk.keep(block.text);
			// No policy; the block after it holds a policy against it.
			if (file === 'cases.yaml') return;
			expect(desk.type(`$ bin/approve-run policy check ${file}\n`)).toContain('no mistake found');
			return;
		}
		case 'json': {
			const report: unknown = JSON.parse(readFileSync(join(desk.folder, 'report.json'), 'utf8'));
			expect(keysOf(report)).toEqual(expect.arrayContaining(keysOf(JSON.parse(block.text))));
			return;
		}
		case 'js': {
			writeFileSync(join(desk.folder, 'block.mjs'), block.text);
			const typed = desk.type('$ node block.mjs\n');
			expect(typed).toContain('deny credentials');
			expect(typed).toMatch(/^\w{26} applied \[/m);
			return;
		}
		case 'sh':
			// These open a review or stand for many; that they name commands and files which exist is checked.
			for (const [, word = ''] of block.text.matchAll(/^bin\/approve-run (?!-)(\S+)/gm)) {
				const isCommand = desk.type('$ bin/approve-run --help\n').includes(`\n  ${word} `);
				expect(isCommand || existsSync(join(root, word)), word).toBe(true);
			}
			return;
		default:
			throw new Error(`nobody checks ${block.kind} blocks`);
	}
}

/** Every path of keys in a value, `effects.kind`; lists are looked through. */
function keysOf(value: unknown, at = ''): string[] {
	if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keysOf(item, at)))];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => [`${at}${key}`, ...keysOf(inner, `${at}${key}.`)]);
}
