import { expect, it } from 'vitest';
import { maskEvent, maskWords } from '../../src/run/mask-secrets.ts';

const token = `ghp_${'aB3'.repeat(12)}`;

it.each([
	[
		['curl', '-H', 'Authorization: Bearer abc.def', 'https://x'],
		['curl', '-H', 'Authorization: Bearer (masked)', 'https://x'],
	],
	[
		['mysql', '--password', 'hunter2', 'db'],
		['mysql', '--password', '(masked)', 'db'],
	],
	[
		['tool', '--api-key=abc', '-v'],
		['tool', '--api-key=(masked)', '-v'],
	],
	[
		['sh', '-c', 'TOKEN="a b" run; echo done'],
		['sh', '-c', 'TOKEN=(masked) run; echo done'],
	],
	[
		['git', 'clone', 'https://me:hunter2@example.com/x'],
		['git', 'clone', '(masked)'],
	],
	[
		['echo', `hf_${'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'}`, `xSG.${'a'.repeat(22)}.b`],
		['echo', '(masked)', `xSG.${'a'.repeat(22)}.b`],
	],
	[
		['echo', token],
		['echo', '(masked)'],
	],
	[
		['ls', '--author', 'me', 'tokens.txt', '-la'],
		['ls', '--author', 'me', 'tokens.txt', '-la'],
	],
	[
		['gpg', '--passphrase', '--batch'],
		['gpg', '--passphrase', '--batch'],
	],
])('of the words %j the record keeps %j', (words, kept) => {
	expect(maskWords(words)).toEqual(kept);
});

it('of the environment of a command the names are kept, and the values that are no secrets', () => {
	const env = {
		PATH: '/bin',
		GITHUB_TOKEN: 'x',
		DB_PASSWORD: 'y',
		EMPTY_SECRET: '',
		NOTE: `see ${token}`,
		AUTHOR: 'me',
	};
	const effect = { kind: 'run', argv: ['env'], program: '/bin/env', cwd: '/w', env } as const;
	const approval = {
		approved: true,
		by: { person: 'ada' },
		edit: { kind: 'command', argv: ['run', '--token', 'abc'], program: '/bin/run' },
	} as const;
	const event = maskEvent({ kind: 'effect', at: 1, id: 2, effect, approval });
	expect(event).toMatchObject({
		effect: {
			env: {
				PATH: '/bin',
				GITHUB_TOKEN: '(masked)',
				DB_PASSWORD: '(masked)',
				EMPTY_SECRET: '',
				NOTE: '(masked)',
				AUTHOR: 'me',
			},
		},
		approval: { edit: { argv: ['run', '--token', '(masked)'] } },
	});
	expect(effect.env.GITHUB_TOKEN).toBe('x');
});

it('words made to be slow to look at are not', () => {
	const words = [
		'a'.repeat(128 << 10),
		'eyJ'.repeat(40 << 10),
		'token'.repeat(20 << 10),
		'://a:'.repeat(20 << 10),
		'-----BEGIN '.repeat(10 << 10),
	];
	const start = process.cpuUsage();
	maskWords(words);
	expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
});
