/** A script that listens in every way there is, under a policy that lets nobody in: counted by who could connect, and in /proc/net. */
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, makeWorld, program, type World } from '../e2e/program.ts';

let world: World;

beforeAll(() => {
	world = makeWorld();
	copyFileSync(fileURLToPath(new URL('listen_alone.py', import.meta.url)), join(world.work, 'listen_alone.py'));
});

afterAll(() => world.remove());

function reached(port: number, host: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host }, () => resolve(true));
		socket.on('error', () => resolve(false));
		socket.on('connect', () => socket.destroy());
	});
}

/** Sockets of this machine's own network that listen (TCP) or are bound (UDP) at one of these ports. */
function listening(ports: readonly number[]): string[] {
	return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
		readFileSync(`/proc/net/${table}`, 'utf8')
			.split('\n')
			.slice(1)
			.flatMap((line) => {
				const [, local = '', , state] = line.trim().split(/\s+/);
				const port = Number.parseInt(local.split(':')[1] ?? '0', 16);
				return ports.includes(port) && state === (table.startsWith('tcp') ? '0A' : '07') ? [`${table} ${port}`] : [];
			}),
	);
}

/** Starts it, and tells its ports once it has them. */
async function started(words: readonly string[]): Promise<{
	readonly ports: readonly number[];
	readonly end: () => Promise<number | null>;
}> {
	const [first = '', ...rest] = words;
	const child = spawn(first, rest, { cwd: world.work, env: { ...world.env }, stdio: ['pipe', 'pipe', 'ignore'] });
	const status = new Promise<number | null>((resolve) => child.once('close', resolve));
	let said = '';
	child.stdout.on('data', (bytes: Buffer) => {
		said += bytes;
	});
	await eventually('the ports', () => said.includes('\n'), 20_000);
	return {
		ports: said.trim().split(' ').map(Number),
		end: () => {
			child.stdin.end('\n');
			return status;
		},
	};
}

test('nothing of this machine listens without a decision, whatever a script does to its sockets', {
	timeout: 60_000,
}, async () => {
	const there = createServer((socket) => socket.on('error', () => {}).resume());
	await new Promise<void>((resolve) => there.listen(0, '127.0.0.1', resolve));
	const address = there.address();
	const out = String(typeof address === 'object' ? address?.port : 0);
	// The script is worth something only where its ports are reached.
	const open = await started(['/usr/bin/pypy3', 'listen_alone.py', out]);
	expect(listening(open.ports).length).toBeGreaterThan(20);
	await open.end();

	const host = `default: { read: allow, connect: allow, listen: deny }\nrules:\n  - { allow: connect, host: "127.0.0.1:${out}" }\n`;
	for (const [name, policy] of Object.entries({
		deny: host,
		ask: host.replace('listen: deny', 'listen: ask'),
		asked: `${host}  - { ask: listen, host: "*:*" }\n`,
		elsewhere: `${host}  - { allow: listen, host: ["127.0.0.9:*", "*:1024"] }\n`,
		denied: `${host}  - { allow: listen, host: "*:*" }\n  - { deny: listen, host: "0.0.0.0/0:*" }\n  - { deny: listen, host: "[::/0]:*" }\n`,
	})) {
		world.write('p.yaml', policy);
		const shut = await started([program, '--unattended', '--policy', 'p.yaml', 'listen_alone.py', out]);
		expect([name, shut.ports.length > 20]).toEqual([name, true]);
		expect([name, listening(shut.ports)]).toEqual([name, []]);
		const met = await Promise.all(
			shut.ports.flatMap((port) => [reached(port, '127.0.0.1'), reached(port, '127.0.0.2'), reached(port, '::1')]),
		);
		expect([name, met.filter(Boolean).length]).toEqual([name, 0]);
		await shut.end();
	}
	there.close();
});
