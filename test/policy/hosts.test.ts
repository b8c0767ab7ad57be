import { describe, expect, test } from 'vitest';
import type { ConnectEffect } from '../../src/model/effect.ts';
import { decide } from '../../src/policy/decide.ts';
import { policyOf } from './machine.ts';

function decisionOf(policy: string, effect: Omit<ConnectEffect, 'kind'>, addresses: readonly string[] = []): string {
	return decide(policyOf(policy, { addresses }), { kind: 'connect', ...effect }).decision;
}

const everything = 'default: { connect: allow }\nrules: [{ allow: connect, host: "*:*" }]';

describe('a star is not meant for', () => {
	test.each([
		['this machine', '127.0.0.1'],
		['this machine in hexadecimal', '0x7f.1'],
		['this machine as a number', '2130706433'],
		['this machine inside IPv6', '::ffff:127.0.0.1'],
		['this machine by its old form in IPv6', '::127.0.0.1'],
		['this machine through a translator', '64:ff9b::7f00:1'],
		['a neighbour through 6to4', '2002:c0a8:0101::1'],
		['any address, which is this machine', '0.0.0.0'],
		['any address of IPv6', '::'],
		['this machine by name', 'localhost'],
		['a name below localhost', 'db.localhost'],
		['an address of this machine that others reach too', '93.184.216.34'],
		["the cloud's metadata", '169.254.169.254'],
		["the cloud's metadata inside IPv6", '::ffff:a9fe:a9fe'],
		["the cloud's metadata of IPv6", 'fd00:ec2::254'],
		['a private network', '10.1.2.3'],
		['a private network of IPv6', 'fd12::1'],
		['a shared network', '100.64.0.1'],
		['a neighbour', 'fe80::1'],
		['a group', '224.0.0.1'],
		['everybody on the link', '255.255.255.255'],
		["docker's socket", 'unix:/var/run/docker.sock'],
	])('%s', (_what, host) => {
		const port = host.startsWith('unix:') ? 0 : 80;
		expect(decisionOf(everything, { host, port }, ['93.184.216.34'])).toBe('deny');
	});

	test('an address that a name leads to, so that no name server opens the machine', () => {
		expect(decisionOf(everything, { host: 'example.com', port: 80, address: '127.0.0.1' })).toBe('deny');
		expect(decisionOf(everything, { host: 'example.com', port: 80, address: '203.0.113.7' })).toBe('allow');
	});
});

test.each([
	['127.0.0.1:8000', '127.0.0.1', 8000, 'allow'],
	['127.0.0.1:8000', '127.0.0.1', 8001, 'deny'],
	['localhost:8000', '127.0.0.1', 8000, 'allow'],
	['localhost:8000', '::1', 8000, 'allow'],
	['@loopback:*', '127.9.9.9', 1, 'allow'],
	['@private:443', '10.0.0.1', 443, 'allow'],
	['@private:443', '127.0.0.1', 443, 'deny'],
	['@link-local:*', '169.254.169.254', 80, 'deny'],
	['@metadata:80', '169.254.169.254', 80, 'allow'],
	['10.1.0.0/16:5432', '10.1.255.255', 5432, 'allow'],
	['10.1.0.0/16:5432', '10.2.0.0', 5432, 'deny'],
	['[fd12::/32]:*', 'fd12::5', 80, 'allow'],
	['10.1.*:80', '10.1.2.3', 80, 'allow'],
	['10.1.*:80', '10.1.evil.example', 80, 'deny'],
	['unix:/run/app/*.sock', 'unix:/run/app/a.sock', 0, 'allow'],
	['unix:/run/app/*.sock', 'unix:/var/run/docker.sock', 0, 'deny'],
])('an address is reached where a rule names it: %j for %s:%s is %s-ed', (pattern, host, port, expected) => {
	const policy = `default: { connect: deny }\nrules: [{ allow: connect, host: ${JSON.stringify(pattern)} }]`;
	expect(decisionOf(policy, { host, port })).toBe(expected);
});

test('an ask that has a star asks about no special address', () => {
	const policy =
		'default: { connect: deny }\nrules: [{ ask: connect, host: "*:*" }, { ask: connect, host: "10.0.0.1:80" }]';
	expect(decisionOf(policy, { host: '127.0.0.1', port: 80 })).toBe('deny');
	expect(decisionOf(policy, { host: '10.0.0.1', port: 80 })).toBe('ask');
	expect(decisionOf(policy, { host: 'example.com', port: 80 })).toBe('ask');
});

test('a deny counts for the name and for the address it leads to', () => {
	const policy = `rules:
  - allow: connect
    host: "*:*"
  - deny: connect
    host: ["203.0.113.0/24:*", "evil.example:*"]
`;
	expect(decisionOf(policy, { host: 'good.example', port: 443, address: '203.0.113.7' })).toBe('deny');
	expect(decisionOf(policy, { host: 'evil.example', port: 443, address: '198.51.100.1' })).toBe('deny');
	expect(decisionOf(policy, { host: 'good.example', port: 443, address: '198.51.100.1' })).toBe('allow');
});

test('a name is looked up as freely as it may be connected to at any port, and not else', () => {
	const policy = `default: { connect: deny }
rules:
  - allow: connect
    host: "pypi.org:443"
  - ask: connect
    host: "*.example.com:*"
  - deny: connect
    host: "*:25"
`;
	expect(decisionOf(policy, { host: 'pypi.org', port: 0 })).toBe('allow');
	expect(decisionOf(policy, { host: 'a.example.com', port: 0 })).toBe('ask');
	expect(decisionOf(policy, { host: 'c2VjcmV0.evil.example', port: 0 })).toBe('deny');
	expect(decisionOf('default: { connect: allow }', { host: 'evil.example', port: 0 })).toBe('allow');
});
