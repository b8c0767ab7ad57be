/** What `policy check` warns of: patterns that can never win. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deadPatterns } from '../../src/policy/dead-rules.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { shipped } from './machine.ts';

function warnings(rules: readonly string[], more = ''): readonly string[] {
	const text = `${more}rules:\n${rules.map((rule) => `  - { ${rule} }\n`).join('')}`;
	const document = parseLayers({ name: 'p.yaml', text }, shipped);
	if (document instanceof PolicyError) throw document;
	return deadPatterns(document).map(({ message }) => message);
}

test.each([
	['allow: write, path: "./a"', 'deny: write, path: "./a"'],
	['allow: write, path: "./a/{b,c}/*.txt"', 'deny: [write, delete], path: ["./a/b/**", "./a/c/**"]'],
	['ask: read, path: "./.env"', 'deny: read, path: "**/.env"'],
	['allow: read, path: "~/x/**"', 'ask: read, path: "/**"'],
	['allow: read, path: "/etc/ssl/private/key"', 'deny: read, path: "**/private/**"'],
	['allow: run, command: "git log --oneline"', 'deny: run, command: "git **"'],
	['allow: run, command: "git log **"', 'ask: run, command: "git log **"'],
	['allow: connect, host: "a.example:443"', 'deny: connect, host: "a.example:443"'],
])('a pattern that a stricter rule wholly matches is told with that rule: %s; %s', (weak, strict) => {
	for (const rules of [
		[weak, strict],
		[strict, weak],
	]) {
		const found = warnings(rules);
		expect(found).toHaveLength(1);
		expect(found[0]).toContain('never wins');
		expect(found[0]).toContain(`p.yaml:${2 + rules.indexOf(strict)} `);
	}
});

test.each([
	['allow: [write, delete], path: "./a"', 'deny: write, path: "./a"'],
	['allow: write, path: "./a/**"', 'deny: write, path: "./a/b/**"'],
	['allow: write, path: "./a"', 'deny: write, path: "./a/**"'],
	['allow: write, path: "./a/b"', 'deny: write, path: "./a/**", except: "./a/c"'],
	['allow: write, path: "./a"', 'deny: write, path: "./**", larger: 1MiB'],
	['allow: write, path: "./a"', 'ask: write, path: "./a", hours: "08:00-09:00"'],
	['allow: write, path: "~/a"', 'deny: write, path: "./**"'],
	['allow: write, path: "./x/y"', 'deny: write, path: "/*/x/y"'],
	['allow: write, path: "./a/{b,c}"', 'deny: write, path: "./a/b"'],
	['allow: run, command: "git log"', 'deny: run, command: "git log --oneline **"'],
	['allow: run, command: "git *"', 'deny: run, command: "git push **"'],
	['allow: connect, host: "127.0.0.1:80"', 'ask: connect, host: "*:*"'],
	['deny: write, path: "./a"', 'allow: write, path: "./**"'],
])('where the weaker rule can win, or that hangs on the machine, nothing is told: %s; %s', (weak, strict) => {
	expect(warnings([weak, strict])).toEqual([]);
});

test('what an earlier rule says already, and what is read only, is told; the rules of a policy that is extended are not', () => {
	expect(warnings(['allow: write, path: "./out/**"', 'allow: write, path: "./out/x/*"'])).toEqual([
		'"./out/x/*" adds nothing: allow at p.yaml:2 matches all of it',
	]);
	expect(warnings(['deny: read, path: "./out/**"', 'deny: read, path: "./out/x", because: mine'])).toEqual([]);
	expect(warnings(['allow: write, path: "./data/x"'], 'readonly: ["./data"]\n')).toHaveLength(1);
	expect(warnings(['allow: read, path: "~/.ssh/config"'], 'extends: project\n')).toEqual([
		expect.stringMatching(/^"~\/\.ssh\/config" never wins: deny at policies\/project\.yaml:\d+ /),
	]);
});

test('no shipped policy has such a pattern', () => {
	for (const file of readdirSync(new URL('../../policies', import.meta.url))) {
		const source = file.endsWith('.yaml') ? shipped(file.slice(0, -'.yaml'.length)) : undefined;
		if (source === undefined) continue;
		const document = parseLayers(source, shipped);
		expect(document instanceof PolicyError ? document.message : deadPatterns(document)).toEqual([]);
	}
});
