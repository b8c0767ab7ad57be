import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, type World } from './program.ts';

const secret = 'key_Zk39aBq8Lm2XcV7pQ4';

/** Answers with all it was told, and keeps it. */
type Echo = { readonly port: number; readonly server: Server; readonly heard: string[] };

let world: World;
let named: Echo;
let other: Echo;

beforeAll(async () => {
	world = makeWorld();
	[named, other] = [await echo(), await echo()];
	world.write(
		'policy.yaml',
		`default: { read: allow, connect: deny }
rules: [{ allow: connect, host: "@loopback:*" }]
env: { pass: [PATH], secrets: { API_KEY: "127.0.0.1:${named.port}" } }
`,
	);
	world.write('ports.py', `named, other = ${named.port}, ${other.port}\n`);
});

afterAll(() => {
	for (const { server } of [named, other]) server.close();
	world.remove();
});

async function echo(): Promise<Echo> {
	const heard: string[] = [];
	const server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			const told = `${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${Buffer.concat(parts).toString()}`;
			heard.push(told);
			response.setHeader('X-Key', String(request.headers['x-key']));
			response.end(told);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return { port: address.port, server, heard };
}

/** The script's output and report; nothing of it, nor of the session, has the secret. */
async function run(name: string, script: string) {
	world.write(name, `from ports import named, other\n${script}`);
	const file = join(world.folder, 'report.json');
	const started = world.start(['--unattended', '--policy', 'policy.yaml', '--report', file, name], { API_KEY: secret });
	started.child.stdin?.end();
	const ran = await started.done;
	const report = readFileSync(file, 'utf8');
	const kept = filesBelow(world.folder).filter((path) => readFileSync(path).includes(secret));
	expect(kept).toEqual([]);
	expect(ran.stdout + ran.stderr).not.toContain(secret);
	return { ...ran, report: JSON.parse(report) };
}

function filesBelow(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
		entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
	);
}

test('the host that the policy names gets the secret, in headers, addresses, bodies and Basic authorization, and the script never sees it', async () => {
	const ran = await run(
		'put.py',
		`import base64, http.client, os, urllib.request
key = os.environ['API_KEY']
basic = base64.b64encode(('me:' + key).encode()).decode()
request = urllib.request.Request('http://127.0.0.1:%d/%s?k=%s' % (named, 'x', key), data=b'a' * 100000 + key.encode() + b'b', headers={'X-Key': key, 'Authorization': 'Basic ' + basic})
with urllib.request.urlopen(request) as answer:
    got = answer.read().decode()
    print(key, answer.headers['X-Key'] == key, got.count(key), basic in got)
c = http.client.HTTPConnection('127.0.0.1', named)
c.request('GET', '/', headers={'X-Key': key}); print(c.getresponse().read().count(key.encode()))
c.request('GET', '/'); print(c.getresponse().read().count(b'key_'))
`,
	);
	const [line = '', ...more] = ran.stdout.trim().split('\n');
	const [shown, ...facts] = line.split(' ');
	expect(shown).toMatch(/^key_[A-Z][a-z]\d\d/);
	expect([...facts, ...more]).toEqual(['True', '3', 'True', '1', '0']);
	expect(ran.status).toBe(0);
	const [first = '', second = '', third = ''] = named.heard;
	expect(first.split(secret)).toHaveLength(4);
	expect(first).toContain(Buffer.from(`me:${secret}`).toString('base64'));
	expect(second).toContain(`"x-key":"${secret}"`);
	expect(first + second + third).not.toContain(shown);
	const effect = ran.report.effects.find(({ kind }: { kind: string }) => kind === 'connect');
	expect(effect).toMatchObject({ kind: 'connect', secrets: ['API_KEY'] });
	expect(effect.requests[0]).toContain(`X-Key: ${shown}`);
});

test('a stand-in that is sent in pieces is put together', async () => {
	named.heard.length = 0;
	const ran = await run(
		'pieces.py',
		`import os, socket, time
key = os.environ['API_KEY'].encode()
s = socket.create_connection(('127.0.0.1', named))
for piece in [b'GET / HTTP/1.1\\r\\nHost: x\\r\\nX-Key: ', key[:3], key[3:9], key[9:], b'\\r\\nConnection: close\\r\\n\\r\\n']:
    s.sendall(piece); time.sleep(0.05)
got = b''
while byte := s.recv(1): got += byte
print(got.count(key), s.recv(1))
`,
	);
	expect(ran.stdout).toBe("2 b''\n");
	expect(named.heard[0]).toContain(`"x-key":"${secret}"`);
});

test('no other host gets it: not by a redirect of the socket, nor on a connection that was meant for another one', async () => {
	const ran = await run(
		'others.py',
		`import os, socket, urllib.request
key = os.environ['API_KEY'].encode()
def ask(s):
    s.setblocking(True); s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\nX-Key: ' + key + b'\\r\\nConnection: close\\r\\n\\r\\n')
    got = b''
    while piece := s.recv(65536): got += piece
    print(got.count(key))
ask(socket.create_connection(('127.0.0.1', other)))
s = socket.create_connection(('127.0.0.1', other)); print(s.connect_ex(('127.0.0.1', named))); ask(s)
s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', other)); s.connect_ex(('127.0.0.1', named)); s.connect_ex(('127.0.0.1', named)); ask(s)
s = socket.socket(); s.connect(('127.0.0.1', named)); libc = __import__('ctypes').CDLL(None); print(libc.connect(s.fileno(), bytes(16), 16)); s.connect(('127.0.0.1', other)); ask(s)
`,
	);
	expect(ran.stdout).toBe('2\n106\n2\n2\n0\n2\n');
	expect(other.heard.join('')).not.toContain(secret);
	expect(other.heard).toHaveLength(4);
});

test('a secret that is too short for a stand-in is said before anything runs', async () => {
	world.write('short.py', 'print("ran")\n');
	const { status, stdout, stderr } = await world.start(['--unattended', '--policy', 'policy.yaml', 'short.py'], {
		API_KEY: 'hunter2',
	}).done;
	expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
	expect(stderr).toContain('$API_KEY is too short for env.secrets');
});
