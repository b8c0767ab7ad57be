import { expect, test } from 'vitest';
import { findSecrets, mayHoldSecrets } from '../../src/policy/secrets.ts';
import { processorTime } from '../setup/processor-time.ts';

// Put together here, so that no scanner takes this file for a leak.
const body = 'aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3rS5tU7vW9xY1zA3bC5';
const samples: readonly (readonly [string, string])[] = [
	['a private key', `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIEow`],
	['a private key', `-----BEGIN ${'PRIVATE'} KEY-----\\nMIIEow`],
	['an AWS access key', `AKIA${'QWERTYUIOPASDFGH'}`],
	['an AWS secret key', `aws_secret_access_key = ${body.slice(0, 40)}`],
	['a GitHub token', `ghp_${body.slice(0, 36)}`],
	['a GitLab token', `glpat-${body.slice(0, 20)}`],
	['a Slack token', `xoxb-${'123456789012-abcdefghijkl'}`],
	['a Google API key', `AIza${body.slice(0, 35)}`],
	['a Stripe key', `sk_live_${body.slice(0, 24)}`],
	['an Anthropic key', `sk-ant-api03-${body}`],
	['an npm token', `npm_${body.slice(0, 36)}`],
	['a signed web token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${body.slice(0, 40)}`],
	['a password in an address', 'postgres://me:hunter22@db.example.com/x'],
];

test.each(samples)('%s is found in the middle of a file', (what, sample) => {
	expect(findSecrets(`# settings\nvalue: "${sample}"\n`)).toEqual([what]);
});

test.each([
	'# a file\nimport os\nprint("hello")\n',
	'AKIAIOSFODNN7EXAMPLE',
	'-----BEGIN PUBLIC KEY-----\nMIIB',
	'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
	'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
	'https://example.com/path?x=1',
	'https://$USER:$PASSWORD@example.com',
	'grep -n "PRIVATE KEY" x',
])('nothing is found in %j', (text) => {
	expect(findSecrets(text)).toEqual([]);
});

test('the record leaves out what is found, and also what may be one: a placeholder costs nothing there', () => {
	for (const [, sample] of samples) expect(mayHoldSecrets(`--x ${sample}`)).toBe(true);
	for (const text of ['AKIAIOSFODNN7EXAMPLE', '-----BEGIN PRIVATE KEY', `sk-${'a'.repeat(40)}`])
		expect(mayHoldSecrets(text), text).toBe(true);
	for (const text of ['src/sk-module.py', 'https://example.com/path?x=1', '-----BEGIN PUBLIC KEY-----'])
		expect(mayHoldSecrets(text), text).toBe(false);
});

test('a large file of anything is looked at in little time', () => {
	for (const text of ['a'.repeat(4e5), 'sk-'.repeat(1e5), '://'.repeat(1e5), 'eyJ'.repeat(1e5), 'a:b@'.repeat(1e5)])
		expect(
			processorTime(() => findSecrets(text)),
			text.slice(0, 10),
		).toBeLessThan(5000);
});
