import { expect, test } from 'vitest';
import { withSeals } from '../../src/policy/attended.ts';
import { passEnv } from '../../src/policy/environment.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { makeStandIns, secretsFor } from '../../src/policy/stand-ins.ts';
import { policyOf } from './machine.ts';

const random = (below: number): number => Math.floor(Math.random() * below);

function shownFor(secret: string): string | undefined {
	const made = makeStandIns(policyOf('env: { secrets: { KEY: "a.example:80" } }'), { KEY: secret }, random);
	return made instanceof Error ? undefined : made[0]?.shown;
}

test('a stand-in looks like its secret and is another one each time', () => {
	for (const secret of [
		'ghp_Zk39aBq8Lm2XcV7pQ4',
		'sk-ant-0123456789abcdefXYZ',
		'0123456789abcdef0123',
		'AKIAABCDEFGHIJKLMNOP',
		'pass wörd/with+signs=123456',
	]) {
		const shown = shownFor(secret) ?? '';
		const form = secret
			.replace(/[A-Z]/g, '[A-Z]')
			.replace(/[a-z]/g, 'a')
			.replace(/a/g, '[a-z]')
			.replace(/[+/]/g, '\\$&')
			.replace(/\d/g, '\\d');
		expect(Buffer.from(shown).length).toBe(Buffer.from(secret).length);
		expect(shown).not.toBe(secret);
		expect(shownFor(secret)).not.toBe(shown);
		expect(shown, form).toMatch(/^[\x20-\xff]+$/);
	}
	expect(shownFor('ghp_Zk39aBq8Lm2XcV7pQ4')).toMatch(
		/^ghp_[A-Z][a-z]\d\d[a-z][A-Z][a-z]\d[A-Z][a-z]\d[A-Z][a-z][A-Z]\d[a-z][A-Z]\d$/,
	);
	expect(shownFor('0123456789abcdef0123')).toMatch(/^[0-9a-f]{20}$/);
});

test('a secret that is too short for a stand-in is said, and one that is not set is none', () => {
	const policy = policyOf('env: { secrets: { KEY: "a.example:80" } }');
	expect(makeStandIns(policy, { KEY: 'hunter2' }, random)).toMatchObject({
		message: expect.stringContaining('$KEY is too short'),
	});
	expect(makeStandIns(policy, {}, random)).toEqual([]);
	expect(makeStandIns(policy, { KEY: '' }, random)).toEqual([]);
	expect(makeStandIns(policyOf('env: { secrets: { constructor: "a.example:80" } }'), {}, random)).toEqual([]);
});

test('a variable with a stand-in is never passed as it is, and one that is masked has none', () => {
	const secret = 'abcdefghijklmnop';
	const policy = policyOf(
		'env: { pass: [KEY, OTHER], mask: [OTHER], secrets: { KEY: "a.example:80", OTHER: "a.example:80" } }',
	);
	const made = makeStandIns(policy, { KEY: secret, OTHER: secret }, random);
	expect(made instanceof Error ? [] : made.map(({ name }) => name)).toEqual(['KEY']);
	expect(passEnv(policy, { KEY: secret, OTHER: secret })).toEqual({ KEY: 'masked', OTHER: 'masked' });
});

test('a secret is for the hosts that are named, and for what is near only where that is named', () => {
	const policy = policyOf('env: { secrets: { KEY: ["api.example:80", "*.b.example:*", "@loopback:9"] } }');
	const secrets = [{ name: 'KEY', shown: 'x', real: 'y' }];
	const isFor = (host: string, port: number, address?: string): boolean =>
		secretsFor(policy, secrets, [{ kind: 'connect', host, port, ...(address === undefined ? {} : { address }) }])
			.length > 0;
	expect(isFor('api.example', 80, '203.0.113.7')).toBe(true);
	expect(isFor('API.example.', 80, '203.0.113.7')).toBe(true);
	expect(isFor('x.b.example', 1, '203.0.113.7')).toBe(true);
	expect(isFor('127.0.0.1', 9)).toBe(true);
	expect(isFor('api.example', 443, '203.0.113.7')).toBe(false);
	expect(isFor('api.example.evil.example', 80, '203.0.113.7')).toBe(false);
	expect(isFor('203.0.113.7', 80)).toBe(false);
	expect(isFor('api.example', 80, '127.0.0.1')).toBe(false);
	expect(isFor('api.example', 80, '10.0.0.1')).toBe(false);
});

test('a policy that extends a sealed one sends no secret where that one does not', () => {
	const sealed = 'sealed: true\nenv: { pass: [PATH, KEY], secrets: { KEY: ["a.example:80", "b.example:80"] } }';
	const text =
		'extends: base\nenv: { secrets: { KEY: ["b.example:80", "evil.example:80"], PATH: "c.example:80", HOME: "c.example:80" } }';
	const document = parseLayers({ name: 'p.yaml', text }, () => ({ name: 'base.yaml', text: sealed }));
	if (document instanceof PolicyError) throw document;
	expect(withSeals(document).env.secrets).toEqual({ KEY: ['b.example:80'], PATH: ['c.example:80'] });
});

test('mistakes in it are told with their place', () => {
	const problem = (text: string): string => {
		const document = parseLayers({ name: 'p.yaml', text }, () => undefined);
		return document instanceof PolicyError ? document.message : '';
	};
	expect(problem('env: { secrets: { KEY: "https://a.example" } }')).toContain('p.yaml:1:24');
	expect(problem('env: { secrets: { "A B": "a.example:80" } }')).toContain(
		'"A B" is no name of an environment variable',
	);
	expect(problem('env: { secret: { KEY: "a.example:80" } }')).toContain('the nearest right key is "secrets"');
});
