/** What `policy check` warns of: allow rules that allow more than their examples. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { widePatterns } from '../../src/policy/wide-rules.ts';
import { shipped } from './machine.ts';

function narrowerThan(rule: string): readonly string[] {
	const document = parseLayers({ name: 'p.yaml', text: `rules:\n  - { ${rule} }\n` }, shipped);
	if (document instanceof PolicyError) throw document;
	return widePatterns(document).map(({ message }) => /: "(.*)" has all of them/.exec(message)?.[1] ?? message);
}

test.each([
	['allow: write, path: "./build/**", examples: { match: ["./build/a", "./build/b"] }', './build/*'],
	['allow: write, path: "./**", examples: { match: ["./out/a/x", "./out/b"] }', './out/**'],
	['allow: write, path: "./*/x", examples: { match: ["./a/x", "./a/x"] }', undefined],
	['allow: read, path: ["./*/*.txt"], examples: { match: ["./a/x.txt", "./a/y.txt"] }', './a/*.txt'],
	['allow: write, path: "./**", examples: { match: ["./a[b]/x", "./a[b]/y"] }', './a\\[b\\]/**'],
	['allow: run, command: "git **", examples: { match: ["git log -5", "git log"] }', 'git log **'],
	['allow: run, command: "git log **", examples: { match: ["git log -5", "git log -6"] }', 'git log *'],
	['allow: run, command: "date *", examples: { match: ["date +%F", "date +%T"] }', undefined],
	[
		'allow: run, command: "cp * out/*", examples: { match: ["cp \'a b\' out/1", "cp \'a b\' out/2"] }',
		"cp 'a b' out/*",
	],
	[
		'allow: connect, host: "*.a.example:*", examples: { match: ["x.a.example:443", "y.a.example:443"] }',
		'*.a.example:443',
	],
	['allow: connect, host: "*:443", examples: { match: ["x.example:443", "y.example:443"] }', undefined],
	['allow: write, path: "./**", examples: { match: ["./a", "./b/c"] }', undefined],
	['allow: write, path: "./build/**", examples: { match: ["./build/a"] }', undefined],
	['allow: write, path: "./build/**"', undefined],
	['deny: write, path: "./build/**", examples: { match: ["./build/a", "./build/b"] }', undefined],
	['allow: write, path: "./{a,b}/**", examples: { match: ["./a/x", "./b/x"] }', undefined],
	['allow: write, path: "**/x", examples: { match: ["/a/x", "/a/b/x"] }', undefined],
])('of { %s } the narrower one is %s', (rule, narrow) => {
	expect(narrowerThan(rule)).toEqual(narrow === undefined ? [] : [narrow]);
});

test('the place is that of the pattern, and other files are not told of', () => {
	const text =
		'extends: base.yaml\nrules:\n  - allow: write\n    path: ["./x", "./b/**"]\n    examples: { match: ["./x", "./b/1", "./b/2"] }\n';
	const base = 'rules:\n  - { allow: write, path: "./c/**", examples: { match: ["./c/1", "./c/2"] } }\n';
	const document = parseLayers({ name: 'p.yaml', text }, () => ({ name: 'base.yaml', text: base }));
	if (document instanceof PolicyError) throw document;
	expect(widePatterns(document)).toEqual([
		{
			line: 4,
			column: 19,
			message:
				'"./b/**" allows more than its examples: "./b/*" has all of them; write that, or add an example that needs more',
		},
	]);
});

test('no shipped policy has such a rule', () => {
	for (const file of readdirSync(new URL('../../policies', import.meta.url))) {
		const source = file.endsWith('.yaml') ? shipped(file.slice(0, -'.yaml'.length)) : undefined;
		if (source === undefined) continue;
		const document = parseLayers(source, shipped);
		expect(document instanceof PolicyError ? document.message : widePatterns(document)).toEqual([]);
	}
});
