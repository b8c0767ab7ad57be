/** The corpus of command lines: what a careful engineer would decide, and whether those that hide a command really run it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Policy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import { policyOf } from './machine.ts';

const innocent = `
default: { read: allow, write: ask, delete: ask, run: ask, connect: deny }
rules:
  - allow: run
    command:
      ["ls **", "cat **", "grep **", "find **", "git **", "sort **", "uniq **", "head **", "tail **", "wc **", "sed **", "awk **"]
  - allow: run
    command: ["date **", "diff **", "python3 **", "make **", "tar **", "tee **", "perl **"]
  - deny: run
    command: ["rm **", "curl **"]
  - allow: write
    path: "./out/**"
  - deny: [read, write]
    path: ["./secret", "./secret/**", "~/.ssh", "~/.ssh/**"]
`;

type Line = {
	readonly decision: string;
	readonly hides: boolean;
	readonly below: boolean;
	readonly text: string;
	readonly at: number;
};

const lines: Line[] = readFileSync(new URL('corpus.txt', import.meta.url), 'utf8')
	.split('\n')
	.flatMap((line, index) => {
		const match = /^(allow|ask|deny)([!~]?)\t(.*)$/.exec(line);
		if (match === null) return [];
		const [, decision = '', mark = '', rest = ''] = match;
		return [{ decision, hides: mark === '!', below: mark === '~', text: asText(rest), at: index + 1 }];
	});

/** A JSON string, or the text as it stands (which may begin with a quote too). */
function asText(rest: string): string {
	try {
		return rest.startsWith('"') && rest.includes('\\') ? String(JSON.parse(rest)) : rest;
	} catch {
		return rest;
	}
}

const programs = (
	'ls cat grep find git sort uniq head tail wc sed awk date diff python3 make tar tee perl rm curl env nice timeout stdbuf ' +
	'time nohup setsid xargs sudo sh bash echo printf test true false evil'
).split(' ');

function decision(policy: Policy, text: string): string {
	const env = { PATH: '/usr/bin:/bin', HOME: '/home/me' };
	return decide(policy, {
		kind: 'run',
		argv: ['sh', '-c', text],
		program: '/usr/bin/sh',
		cwd: '/home/me/work',
		env,
	}).decision;
}

const files = new Set(programs.map((name) => `/usr/bin/${name}`));
const realpath = (path: string) => (files.has(path) || path.startsWith('/home/me') ? path : undefined);

describe('under rules that allow programs which only look', () => {
	const policy = policyOf(innocent, { realpath });
	test('there are more than 300 of them', () => expect(lines.length).toBeGreaterThan(300));
	test.each(lines)('$at $decision: $text', ({ decision: expected, text }) => {
		expect(decision(policy, text)).toBe(expected);
	});
});

test.each(['review', 'project', 'ci', 'unattended', 'read-only'])(
	'%s allows nothing that hides a command, writes or deletes',
	(name) => {
		const text = readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), 'utf8');
		const policy = policyOf(text, { realpath });
		const wrong = lines.filter(({ decision: right, text }) => right !== 'allow' && decision(policy, text) === 'allow');
		const only = wrong.filter(({ below }) => name === 'review' || !below);
		expect(only.map(({ text }) => text)).toEqual([]);
	},
);

describe('against real shells', () => {
	let folder = '';
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'approve-run-corpus-'));
		mkdirSync(join(folder, 'bin'));
		const evil = join(folder, 'bin/evil');
		writeFileSync(evil, `#!/bin/sh\n: > '${folder}/mark'\n`);
		chmodSync(evil, 0o755);
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	test('what is said to hide a command really runs it in bash or in dash, where its programs are installed', () => {
		const missing = ['bash', 'dash', 'git', 'perl', 'python3', 'make', 'gawk'].filter(
			(name) => !existsSync(`/usr/bin/${name}`),
		);
		const innocentTexts = lines.filter(({ hides, text }) => {
			if (!hides || missing.some((name) => text.includes(name === 'gawk' ? 'awk' : name))) return false;
			const work = join(folder, 'work');
			rmSync(work, { recursive: true, force: true });
			mkdirSync(work);
			spawnSync('/usr/bin/git', ['init', '-q', work]);
			writeFileSync(join(work, 'README.md'), 'x\n');
			return !['bash', 'dash'].some((shell) => {
				rmSync(join(folder, 'mark'), { force: true });
				const env = { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: work, EVIL: `${folder}/bin/evil` };
				spawnSync(`/bin/${shell}`, ['-c', text], {
					cwd: work,
					env,
					timeout: 5000,
					stdio: ['pipe', 'ignore', 'ignore'],
				});
				// bash does not wait for what a `>(…)` runs.
				if (text.includes('>(')) spawnSync('/bin/sleep', ['0.5']);
				return existsSync(join(folder, 'mark'));
			});
		});
		expect(innocentTexts.map(({ text }) => text)).toEqual([]);
	}, 120_000);
});
