import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { policyOf } from './machine.ts';

function decisionOf(policy: string, host: string, port: number): string {
	return decide(policyOf(policy), { kind: 'listen', host, port }).decision;
}

function allowed(pattern: string): string {
	return `rules: [{ allow: listen, host: ${JSON.stringify(pattern)} }]`;
}

test.each([
	['127.0.0.1:8000', '127.0.0.1', 8000, 'allow'],
	['127.0.0.1:8000', '127.0.0.1', 8001, 'deny'],
	['127.0.0.1:8000', '0.0.0.0', 8000, 'deny'],
	['localhost:8000', '127.0.0.1', 8000, 'allow'],
	['localhost:8000', '::1', 8000, 'allow'],
	['localhost:8000', '0.0.0.0', 8000, 'deny'],
	['@loopback:*', '127.0.0.5', 1, 'allow'],
	['@loopback:*', '0.0.0.0', 1, 'deny'],
	['@loopback:*', '::', 1, 'deny'],
	['@loopback:*', '10.0.0.1', 1, 'deny'],
	['0.0.0.0:8000', '0.0.0.0', 8000, 'allow'],
	['0.0.0.0:8000', '127.0.0.1', 8000, 'deny'],
	['[::]:8000', '::', 8000, 'allow'],
	['[::]:8000', '::1', 8000, 'deny'],
	['10.0.0.0/8:80', '10.1.2.3', 80, 'allow'],
	['10.0.0.0/8:80', '0.0.0.0', 80, 'deny'],
	['0.0.0.0/0:80', '0.0.0.0', 80, 'allow'],
	['@private:80', '192.168.1.5', 80, 'allow'],
	['*:8000', '127.0.0.1', 8000, 'allow'],
	['*:8000', '0.0.0.0', 8000, 'allow'],
	['*:8000', '192.168.1.5', 8000, 'allow'],
	['*:*', '::', 0, 'allow'],
	['127.0.0.1:0', '127.0.0.1', 0, 'allow'],
	['127.0.0.1:0', '127.0.0.1', 40_000, 'deny'],
	['127.0.0.1:8000', '127.0.0.1', 0, 'deny'],
])('an allow rule for %s: %s, port %i is %s', (pattern, host, port, decision) => {
	expect(decisionOf(allowed(pattern), host, port)).toBe(decision);
});

test('no rule and no default that is about something else lets anybody in', () => {
	const open = 'default: { read: allow, write: allow, delete: allow, run: allow, connect: allow }';
	for (const policy of ['', open, `${open}\nrules: [{ allow: connect, host: "*:*" }]`])
		for (const host of ['127.0.0.1', '0.0.0.0', '::', '10.0.0.1'])
			expect([policy, host, decisionOf(policy, host, 8000)]).toEqual([policy, host, 'deny']);
});

test('a rule that denies or asks counts for whoever listens on all addresses', () => {
	for (const pattern of ['@loopback:*', '192.168.1.5:8000', '10.0.0.0/8:*', '[::1]:8000']) {
		const policy = (decision: string) =>
			`rules: [{ allow: listen, host: "*:*" }, { ${decision}: listen, host: "${pattern}" }]`;
		for (const host of ['0.0.0.0', '::'])
			expect([decisionOf(policy('deny'), host, 8000), decisionOf(policy('ask'), host, 8000)]).toEqual(['deny', 'ask']);
	}
});

describe('where the default is to ask,', () => {
	test('it is asked what other machines could reach at a port that the script chose', () => {
		for (const host of ['0.0.0.0', '::', '192.168.1.5', '203.0.113.7'])
			expect([host, decisionOf('default: { listen: ask }', host, 8000)]).toEqual([host, 'ask']);
	});

	test('nobody is asked about a server of a test', () => {
		for (const [host, port] of [
			['127.0.0.1', 8000],
			['::1', 8000],
			['127.0.0.1', 0],
			['0.0.0.0', 0],
			['::', 0],
		] as const)
			expect([host, port, decisionOf('default: { listen: ask }', host, port)]).toEqual([host, port, 'deny']);
	});

	test('a rule has a server of a test asked about, or allows it', () => {
		const policy = (decision: string) =>
			`default: { listen: ask }\nrules: [{ ${decision}: listen, host: ["@loopback:*", "*:0"] }]`;
		for (const decision of ['ask', 'allow']) {
			expect(decisionOf(policy(decision), '127.0.0.1', 8000)).toBe(decision);
			expect(decisionOf(policy(decision), '0.0.0.0', 0)).toBe(decision);
		}
	});
});

test.each([
	['{ allow: connect, host: "example.com:0" }', 'port 0 is for listen'],
	['{ allow: [connect, listen], host: "127.0.0.1:0" }', 'port 0 is for listen'],
	['{ allow: connect, host: "*:*", except: "10.0.0.1:0" }', 'port 0 is for listen'],
	['{ allow: listen, host: "example.com:80" }', '"example.com:80" is no address of this machine'],
	['{ allow: listen, host: "unix:/run/x.sock" }', 'a socket with a path is heard by the script alone'],
	['{ allow: listen, host: "127.0.0.1" }', 'has no port'],
	['{ allow: listen, path: "/x" }', 'a rule about listen needs "host"'],
	['{ allow: listen, host: "*:*", examples: { match: "127.0.0.1" } }', 'is no host:port'],
])('%s is a mistake: %s', (rule, message) => {
	const parsed = parsePolicy({ name: 'p.yaml', text: `rules:\n  - ${rule}\n` });
	if (!(parsed instanceof PolicyError)) throw new Error('no mistake was found');
	expect(parsed.message).toContain(message);
	expect(parsed.message).toContain('p.yaml:2:');
});

test('examples of a rule are held against it', () => {
	const text =
		'rules: [{ allow: listen, host: "*:8000", examples: { match: ["0.0.0.0:8000", "[::1]:8000"], not: "127.0.0.1:0" } }]';
	expect(parsePolicy({ name: 'p.yaml', text })).not.toBeInstanceOf(PolicyError);
});

test('what may listen says nothing of commands: a policy that allows all five other effects stays unrestricted', () => {
	const all = 'default: { read: allow, write: allow, delete: allow, run: allow, connect: allow }';
	expect(policyOf(all).unrestricted).toBe(true);
	expect(policyOf(`${all}\nrules: [{ deny: listen, host: "*:*" }]`).unrestricted).toBe(true);
	expect(policyOf(`${all}\nrules: [{ deny: connect, host: "*:*" }]`).unrestricted).toBe(false);
});
