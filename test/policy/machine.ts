/** A made-up machine for policy tests: where programs are, and what links where. */
import { existsSync, readFileSync } from 'node:fs';
import { compilePolicy, type Policy, type PolicyContext, systemPath } from '../../src/policy/compile.ts';
import type { PolicySource } from '../../src/policy/document.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';

const files = new Set(
	(
		'/home/me /home/me/work /home/me/.ssh /usr/bin /usr/local/bin /run /etc ' +
		'/usr/bin/git /usr/bin/ls /usr/bin/rm /usr/bin/dash /usr/bin/bash /usr/bin/python3.11 /usr/bin/kmod /usr/bin/find'
	).split(' '),
);

const links = new Map([
	['/bin', '/usr/bin'],
	['/sbin', '/usr/sbin'],
	['/var/run', '/run'],
	['/usr/bin/sh', '/usr/bin/dash'],
	['/usr/bin/python3', '/usr/bin/python3.11'],
	['/usr/bin/lsmod', '/usr/bin/kmod'],
	['/home/me/dotfiles-link', '/home/me/dotfiles'],
]);

function realpath(path: string): string | undefined {
	for (const [from, to] of links) {
		if (path === from) return realpath(to) ?? to;
		if (path.startsWith(`${from}/`)) return realpath(to + path.slice(from.length));
	}
	return files.has(path) ? path : undefined;
}

export const context: PolicyContext = {
	home: '/home/me',
	cwd: '/home/me/work',
	systemPath,
	env: { PATH: '/usr/bin:/bin', HOME: '/home/me', SECRET: 'x' },
	realpath,
};

/** The shipped policies, for those that extend one. */
export function shipped(name: string): PolicySource | undefined {
	const file = new URL(`../../policies/${name}.yaml`, import.meta.url);
	return existsSync(file) ? { name: `policies/${name}.yaml`, text: readFileSync(file, 'utf8') } : undefined;
}

/** The policy of `text`; throws its errors. */
export function policyOf(text: string, changes: Partial<PolicyContext> = {}): Policy {
	const document = parseLayers({ name: 'p.yaml', text }, shipped);
	if (document instanceof PolicyError) throw document;
	return compilePolicy(document, { ...context, ...changes });
}

/** The lines of the error that `text` gets; none where it is right. */
export function errorsOf(text: string): readonly string[] {
	const document = parseLayers({ name: 'p.yaml', text }, () => undefined);
	return document instanceof PolicyError ? document.message.split('\n') : [];
}
