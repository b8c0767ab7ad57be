import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, makeWorld, type World } from './program.ts';

/** What a server does with each connection; it counts them. */
type Serving = { readonly port: number; readonly server: Server; connections: number; received: Buffer };

let world: World;
const servers: Serving[] = [];

beforeAll(() => {
	world = makeWorld();
	world.write(
		'loopback.yaml',
		'default: { read: allow, connect: deny }\nrules: [{ allow: connect, host: "@loopback:*" }]\n',
	);
	world.write('all.yaml', 'default: { read: allow, connect: allow }\nrules: [{ allow: connect, host: "*:*" }]\n');
});

afterAll(() => {
	for (const { server } of servers) server.close();
	world.remove();
});

async function serve(handle: (socket: Socket) => void): Promise<Serving> {
	const server = createServer({ allowHalfOpen: true });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	const serving: Serving = { port: address.port, server, connections: 0, received: Buffer.alloc(0) };
	server.on('connection', (socket) => {
		serving.connections += 1;
		socket.on('error', () => {});
		socket.on('data', (bytes: Buffer) => {
			serving.received = Buffer.concat([serving.received, bytes]);
		});
		handle(socket);
	});
	servers.push(serving);
	return serving;
}

function connects(
	effects: readonly { readonly kind: string; readonly host?: string; readonly decision: string }[],
): string[] {
	return effects.filter(({ kind }) => kind === 'connect').map(({ host, decision }) => `${decision} ${host}`);
}

test('a page is fetched from a host that a rule allows, and the report names it', async () => {
	const web = await serve((socket) =>
		socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello')),
	);
	world.write(
		'get.py',
		`import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:${web.port}/x?y').read())\n`,
	);
	const { status, stdout, report } = await world.report(['--unattended', '--policy', 'loopback.yaml', 'get.py']);
	expect({ status, stdout }).toEqual({ status: 0, stdout: "b'hello'\n" });
	expect(connects(report.effects)).toEqual([`allow 127.0.0.1:${web.port}`]);
	const fetched = report.effects.find(({ kind }) => kind === 'connect');
	expect(fetched).toMatchObject({ connections: 1, received: 57 + 5, tls: [] });
	expect(fetched?.requests?.[0]).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n(?:.*\r\n)*User-Agent: Python-urllib/);
	expect(report.limits.sent.used).toBe(fetched?.sent);
	expect(web.received.toString()).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n/);
});

test('a host that nobody allowed hears nothing, under any spelling of its address', async () => {
	const web = await serve((socket) => socket.end());
	world.write(
		'spell.py',
		`import socket
for family, host in [(2, '127.0.0.1'), (2, '0x7f.1'), (2, '2130706433'), (2, '0'), (2, 'localhost'), (10, '::ffff:127.0.0.1'), (10, '::')]:
    s = socket.socket(family); s.settimeout(5)
    print(s.connect_ex((host, ${web.port})))
s = socket.socket(); s.setblocking(False); print(s.connect_ex(('127.0.0.1', ${web.port})))
u = socket.socket(type=socket.SOCK_DGRAM)
try: u.sendto(b'x', ('127.0.0.1', ${web.port}))
except OSError as error: print(error.errno)
try: socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', ${web.port}))
except OSError as error: print(error.errno)
`,
	);
	const { status, stdout, report } = await world.report(['--unattended', '--policy', 'all.yaml', 'spell.py']);
	expect({ status, stdout }).toEqual({ status: 126, stdout: `${'111\n'.repeat(9)}95\n` });
	expect(connects(report.effects)).toEqual([`deny 127.0.0.1:${web.port}`, `deny [::1]:${web.port}`]);
	expect(web.connections).toBe(0);
});

test('what Linux says of a connection is what the script sees', async () => {
	const reset = await serve((socket) => socket.resetAndDestroy());
	const silent = await serve(() => {});
	const half = await serve((socket) => socket.on('end', () => socket.end('after the end')));
	const closed = await serve(() => {});
	closed.server.close();
	const script = world.write(
		'truth.py',
		`import socket, select, struct
def to(port): return socket.create_connection(('127.0.0.1', port), 5)
try: to(${closed.port})
except OSError as e: print(e)
try: to(${reset.port}).recv(1)
except OSError as e: print(e)
s = to(${silent.port}); s.settimeout(0.2)
try: s.recv(1)
except OSError as e: print(type(e).__name__, e)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 0, 100000)); s.setblocking(True)
try: s.recv(1)
except OSError as e: print(e)
print(s.getpeername(), s.getsockname()[0], s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
s = to(${half.port}); s.sendall(b'abc'); s.shutdown(socket.SHUT_WR)
print(s.recv(5, socket.MSG_PEEK), s.recv(100), s.recv(1))
try: s.send(b'x')
except OSError as e: print(type(e).__name__)
s = socket.socket(); s.setblocking(False); print(s.connect_ex(('127.0.0.1', ${closed.port})))
p = select.poll(); p.register(s, select.POLLOUT); print(p.poll(5000)[0][1] & select.POLLERR, s.getsockopt(1, 4), s.getsockopt(1, 4))
s = socket.socket(); s.setsockopt(6, 1, 1); s.connect(('127.0.0.1', ${silent.port})); print(s.getsockopt(6, 1), s.getsockopt(1, 3))
try: s.connect(('127.0.0.1', ${silent.port}))
except OSError as e: print(e)
`,
	);
	const { stdout: native } = await promisify(execFile)('/usr/bin/pypy3', [script]);
	const { status, stdout } = await world.run(['--unattended', '--policy', 'loopback.yaml', 'truth.py']);
	expect(stdout).toBe(native);
	expect(status).toBe(0);
});

test('servers of the script itself need no decision, and nobody else reaches them', async () => {
	world.write(
		'own.py',
		`import socket, sys, threading, time
server = socket.create_server(('127.0.0.1', 0)); port = server.getsockname()[1]
client = socket.create_connection(('localhost', port)); end, peer = server.accept()
client.sendall(b'inside'); print(end.recv(10), peer == client.getsockname())
print(port, flush=True)
sys.stdin.readline()
`,
	);
	const { child, done } = world.start(['--unattended', 'own.py']);
	let said = '';
	child.stdout?.on('data', (bytes: Buffer) => {
		said += bytes;
	});
	await eventually('the port', () => /\n\d+\n/.test(said));
	const port = Number(said.split('\n')[1]);
	const reached = await new Promise((resolve) =>
		connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false)),
	);
	child.stdin?.end('\n');
	expect((await done).status).toBe(0);
	expect(said).toContain("b'inside' True");
	expect(reached).toBe(false);
});

test('a server that never ends is stopped at the limit of bytes, and so is a script that sends for ever', async () => {
	const flood = await serve((socket) => {
		const more = (): void => {
			while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
		};
		socket.on('drain', more);
		more();
	});
	const sink = await serve((socket) => socket.resume());
	world.write(
		'flood.py',
		`import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
while True: s.recv(65536) if sys.argv[2] == 'recv' else s.sendall(bytes(65536))
`,
	);
	const limits = ['--unattended', '--policy', 'loopback.yaml', '--received', '1MiB', '--sent', '2MiB', 'flood.py'];
	const got = await world.run([...limits, String(flood.port), 'recv']);
	expect(got.status).toBe(124);
	expect(got.stderr).toContain('its received limit of 1MiB');
	const gave = await world.run([...limits, String(sink.port), 'send']);
	expect(gave.status).toBe(124);
	expect(gave.stderr).toContain('its sent limit of 2MiB');
	expect(sink.received.length).toBeLessThanOrEqual(2 * 1024 * 1024);
});

test('lengths that a server lies about, and answers that are none, end as they do on Linux', async () => {
	const short = await serve((socket) =>
		socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort')),
	);
	const huge = await serve((socket) =>
		socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\nx')),
	);
	const noise = await serve((socket) =>
		socket.once('data', () => socket.end(Buffer.from([0, 255, 22, 3, 1, 255, 255, 13, 10]))),
	);
	const script = world.write(
		'lies.py',
		`import http.client, ssl, socket
for port in (${short.port}, ${huge.port}, ${noise.port}):
    c = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
    try:
        c.request('GET', '/'); print(c.getresponse().read())
    except Exception as error: print(type(error).__name__, error)
try: ssl.create_default_context().wrap_socket(socket.create_connection(('127.0.0.1', ${noise.port})), server_hostname='named.example')
except Exception as error: print(type(error).__name__)
`,
	);
	const { stdout: native } = await promisify(execFile)('/usr/bin/pypy3', [script]);
	const { stdout, report } = await world.report(['--unattended', '--policy', 'loopback.yaml', 'lies.py']);
	expect(stdout).toBe(native);
	expect(report.effects.find(({ host }) => host === `127.0.0.1:${noise.port}`)?.tls).toEqual(['named.example']);
});

test('what comes in bulk is whole, in whatever pieces and wherever the script has it put', {
	timeout: 60_000,
}, async () => {
	const data = randomBytes(8 * 1024 * 1024 + 12_345);
	const source = await serve((socket) => socket.once('data', () => socket.end(data)));
	const echo = await serve((socket) => socket.pipe(socket));
	const script = world.write(
		'bulk.py',
		`import ctypes, hashlib, mmap, socket, sys, threading
def got(read):
    s = socket.create_connection(('127.0.0.1', ${source.port})); s.sendall(b'go'); whole = hashlib.sha256()
    while piece := read(s): whole.update(piece)
    return whole.hexdigest()
def into(s, memory=memoryview(bytearray(3000000)), at=[1]):
    at[0] = at[0] * 7 % 100003
    return bytes(memory[at[0]:at[0] + s.recv_into(memory[at[0]:])])
def message(s):
    parts = [bytearray(100), bytearray(500000)]
    n = s.recvmsg_into(parts)[0]
    return b''.join(parts)[:n]
def peeked(s):
    some = s.recv(50000, socket.MSG_PEEK)
    return some if s.recv(len(some)) == some else b''
for read in (lambda s: s.recv(1 << 20), lambda s: s.recv(65536), lambda s: s.recv(40000) + s.recv(10), into, message, peeked, lambda s: s.recv(1000000, socket.MSG_WAITALL)):
    print(got(read))
libc = ctypes.CDLL(None, use_errno=True)
s = socket.create_connection(('127.0.0.1', ${source.port})); s.sendall(b'go')
libc.mmap.restype = ctypes.c_void_p
nowhere = libc.mmap(None, 1 << 20, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
print(libc.recv(s.fileno(), ctypes.c_void_p(nowhere), 100000, socket.MSG_WAITALL), ctypes.get_errno(), ctypes.string_at(nowhere, 4096) == bytes(4096))
s = socket.create_connection(('127.0.0.1', ${echo.port})); size = 6 << 20; block = bytes(range(256)) * 4096
sender = threading.Thread(target=lambda: [s.sendall(block) for _ in range(6)]); sender.start(); back = bytearray()
while len(back) < size: back += s.recv(1 << 18)
sender.join(); print(back == block * 6)
`,
	);
	const { stdout: native } = await promisify(execFile)('/usr/bin/pypy3', [script]);
	expect(native).toContain(createHash('sha256').update(data).digest('hex'));
	const { status, stdout, report } = await world.report(['--unattended', '--policy', 'loopback.yaml', 'bulk.py']);
	expect(stdout).toBe(native);
	expect(status).toBe(0);
	const [from] = report.effects.filter(({ kind }) => kind === 'connect');
	expect(from?.received).toBeGreaterThanOrEqual(7 * data.length);
});

test('200 connections of asyncio at one time, to a host and between tasks of the script', {
	timeout: 60_000,
}, async () => {
	const echo = await serve((socket) => socket.once('data', (bytes) => socket.end(bytes)));
	world.write(
		'many.py',
		`import asyncio, sys
async def answer(reader, writer):
    line = await reader.readline(); await asyncio.sleep(0.1); writer.write(line); await writer.drain(); writer.close()
async def ask(port, i):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'%d\\n' % i); await writer.drain(); line = await reader.readline(); writer.close()
    return line == b'%d\\n' % i
async def main():
    server = await asyncio.start_server(answer, '127.0.0.1', 0, backlog=300)
    for port in (int(sys.argv[1]), server.sockets[0].getsockname()[1]):
        print(sum(await asyncio.gather(*[ask(port, i) for i in range(200)])))
asyncio.run(main())
`,
	);
	const ran = await world.report(['--unattended', '--policy', 'loopback.yaml', 'many.py', String(echo.port)]);
	expect(ran.stdout).toBe('200\n200\n');
	expect(ran.report.effects.find(({ kind }) => kind === 'connect')?.connections).toBe(200);
});
