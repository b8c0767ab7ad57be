/** Servers of a script that others connect to: real clients on this machine's loopback. */
import { execFile } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, makeWorld, type Ran, type World } from './program.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let world: World;
let terminal: Terminal | undefined;
let busy: Server;
const allowing = ['--unattended', '--policy', 'allow.yaml'];

beforeAll(async () => {
	world = makeWorld();
	world.write(
		'allow.yaml',
		'default: { read: allow, connect: deny }\nrules: [{ allow: listen, host: "@loopback:*" }]\nlimits: { tasks: 200 }\n',
	);
	busy = createServer();
	await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
	terminal?.close();
	terminal = undefined;
});

afterAll(() => {
	busy.close();
	world.remove();
});

function portOf(server: Server): number {
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}

/** Starts a script that prints a port as its first line. */
async function serving(args: readonly string[]): Promise<{
	readonly port: number;
	readonly pid: number;
	readonly said: () => string;
	readonly go: () => void;
	readonly done: Promise<Ran>;
}> {
	const { child, pid, done } = world.start(args);
	let said = '';
	child.stdout?.on('data', (bytes: Buffer) => {
		said += bytes;
	});
	await eventually('the port', () => /^\d+\n/.test(said), 15_000);
	return { pid, port: Number(said.split('\n')[0]), said: () => said, go: () => void child.stdin?.end('\n'), done };
}

/** A client that sends `text`, and all that it gets until the other end closes; undefined: nobody is there. */
function ask(port: number, text: string, from = '127.0.0.1', host = '127.0.0.1'): Promise<string | undefined> {
	return new Promise((resolve) => {
		let got = '';
		const socket = connect({ port, host, localAddress: from }, () => socket.end(text));
		socket.on('data', (bytes: Buffer) => {
			got += bytes;
		});
		socket.on('error', () => resolve(undefined));
		socket.on('close', () => resolve(got));
	});
}

test('others connect to a server that a rule allows, and the report tells who, and how much went each way', async () => {
	world.write(
		'serve.py',
		`import socket
server = socket.create_server(('127.0.0.1', 0)); print(server.getsockname()[1], flush=True)
client = socket.create_connection(server.getsockname()); end, peer = server.accept()
client.sendall(b'inside'); print(end.recv(10), peer == client.getsockname(), flush=True)
for _ in range(3):
    end, peer = server.accept(); whole = b''
    while piece := end.recv(100): whole += piece
    print(peer[0], peer == end.getpeername(), end.getsockname() == server.getsockname(), flush=True)
    end.sendall(whole.upper()); end.close()
`,
	);
	const report = `${world.folder}/served.json`;
	const { port, done } = await serving(['--report', report, ...allowing, 'serve.py']);
	expect(await ask(port, 'one')).toBe('ONE');
	expect(await ask(port, 'three', '127.0.0.3')).toBe('THREE');
	expect(await ask(port, 'four')).toBe('FOUR');
	const { status, stdout } = await done;
	expect(status).toBe(0);
	expect(stdout).toBe(`${port}\nb'inside' True\n127.0.0.1 True True\n127.0.0.3 True True\n127.0.0.1 True True\n`);
	const { effects, limits } = JSON.parse(world.read('../served.json'));
	expect(effects.filter(({ kind }: { kind: string }) => kind === 'listen' || kind === 'connect')).toMatchObject([
		{
			kind: 'listen',
			host: '127.0.0.1:0',
			decision: 'allow',
			by: { rule: 'allow.yaml:2' },
			connections: 3,
			sent: 12,
			received: 12,
			heard: [`127.0.0.1:${port}`],
			clients: [
				{ address: '127.0.0.1', connections: 2, sent: 7, received: 7 },
				{ address: '127.0.0.3', connections: 1, sent: 5, received: 5 },
			],
		},
	]);
	expect([limits.sent.used, limits.received.used]).toEqual([12, 12]);
	expect(await ask(port, 'five')).toBeUndefined();
});

test('what Linux says of a server is what the script sees, allowed or not', async () => {
	const script = world.write(
		'truth.py',
		`import asyncio, errno, os, select, socket, struct, sys
def t(act):
    try: return act()
    except OSError as error: return errno.errorcode[error.errno]
def bound(address, family=socket.AF_INET, *options):
    s = socket.socket(family)
    for option in options: s.setsockopt(socket.SOL_SOCKET, option, 1)
    return s, t(lambda: s.bind(address))
s, result = bound(('127.0.0.1', 0)); print(result, t(s.listen), s.getsockname()[1] > 1023, s.getsockopt(1, 30))
print(t(lambda: s.bind(('127.0.0.1', 0))), t(lambda: s.connect(('127.0.0.1', 9))))
for options in ((), (socket.SO_REUSEADDR,), (socket.SO_REUSEPORT,)): print(bound(s.getsockname(), socket.AF_INET, *options)[1])
a, one = bound(('127.0.0.1', 0), socket.AF_INET, socket.SO_REUSEPORT); b, two = bound(a.getsockname(), socket.AF_INET, socket.SO_REUSEPORT)
print(one, two, t(a.listen), t(b.listen))
print(bound(('203.0.113.9', 0))[1], bound(('::1', 0), socket.AF_INET6)[1])
u = socket.socket(); print(t(u.listen), u.getsockname()[0], u.getsockname()[1] > 0, t(lambda: u.listen(1)))
print(t(socket.socket(type=socket.SOCK_DGRAM).listen), t(lambda: socket.socket().accept()))
n, _ = bound(('127.0.0.1', 0), socket.AF_INET, socket.SO_REUSEADDR); n.setblocking(False); n.listen(1); print(t(n.accept))
p = select.poll(); p.register(n, select.POLLIN); e = select.epoll(); e.register(n, select.EPOLLIN | select.EPOLLET)
print(p.poll(0), e.poll(0)); c = socket.create_connection(n.getsockname()); print(len(p.poll(5000)), len(e.poll(5)), e.poll(0))
end, peer = n.accept(); print(peer == c.getsockname(), end.getblocking(), t(n.accept))
n.shutdown(socket.SHUT_RD); print(t(n.accept), t(n.listen), t(n.accept))
port = n.getsockname()[1]; n.close(); n, result = bound(('127.0.0.1', port), socket.AF_INET, socket.SO_REUSEADDR); print(result, t(n.listen))
n.settimeout(0.1); print(type(t(lambda: None)), t(lambda: struct.unpack('i', n.getsockopt(1, 3, 4))))
try: n.accept()
except OSError as error: print(type(error).__name__)
sys.stdout.flush()
if os.fork() == 0:
    n.settimeout(5); print(n.accept()[0].recv(5)); sys.stdout.flush(); os._exit(0)
socket.create_connection(('127.0.0.1', port)).sendall(b'child'); os.wait()
async def main():
    async def echo(r, w): w.write(await r.readline()); w.close()
    server = await asyncio.start_server(echo, 'localhost', 0)
    for one in server.sockets:
        r, w = await asyncio.open_connection(*one.getsockname()[:2]); w.write(b'async\\n'); print(await r.read())
asyncio.run(main())
`,
	);
	const { stdout: native } = await promisify(execFile)('/usr/bin/pypy3', [script]);
	for (const policy of ['allow.yaml', 'review']) {
		const { status, stdout, stderr } = await world.run(['--unattended', '--policy', policy, 'truth.py']);
		expect([policy, stdout, stderr]).toEqual([policy, native, '']);
		expect(status).toBe(0);
	}
});

test("a port that another program has is in use for the script too, where others may connect; else it is the script's own", async () => {
	world.write(
		'busy.py',
		`import socket, sys
s = socket.socket()
try: s.bind(('127.0.0.1', int(sys.argv[1])))
except OSError as error: print(error.errno); s.bind(('127.0.0.1', 0))
s.listen(); print(s.getsockname()[1] == int(sys.argv[1]))
`,
	);
	const port = String(portOf(busy));
	expect((await world.run([...allowing, 'busy.py', port])).stdout).toBe('98\nFalse\n');
	expect((await world.run(['--unattended', 'busy.py', port])).stdout).toBe('True\n');
});

test('100 clients at one time are served by asyncio, by threads and by processes', { timeout: 60_000 }, async () => {
	const servers = {
		asyncio: `import asyncio, sys
async def answer(r, w):
    line = await r.readline(); await asyncio.sleep(0.05); w.write(line); await w.drain(); w.close()
async def main():
    server = await asyncio.start_server(answer, '127.0.0.1', 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
asyncio.run(main())
`,
		threads: `import socketserver, sys, threading
class Handler(socketserver.StreamRequestHandler):
    def handle(self): self.wfile.write(self.rfile.readline())
class Server(socketserver.ThreadingTCPServer): request_queue_size, daemon_threads = 200, True
server = Server(('127.0.0.1', 0), Handler); print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start(); sys.stdin.readline()
`,
		processes: `import os, socket, sys, signal
s = socket.create_server(('127.0.0.1', 0), backlog=200); print(s.getsockname()[1], flush=True); children = []
for _ in range(3):
    children.append(os.fork())
    if children[-1] == 0:
        while True:
            c, _ = s.accept(); c.sendall(c.recv(100)); c.close()
sys.stdin.readline()
for child in children: os.kill(child, signal.SIGTERM); os.wait()
`,
	};
	for (const [name, text] of Object.entries(servers)) {
		world.write('many.py', text);
		const { port, go, done } = await serving([...allowing, 'many.py']).catch((error: unknown) => {
			throw new Error(`${name}: ${String(error)}`);
		});
		const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(port, `${i}\n`)));
		expect([name, answers]).toEqual([name, Array.from({ length: 100 }, (_, i) => `${i}\n`)]);
		go();
		expect([name, (await done).status]).toEqual([name, 0]);
	}
});

test('clients that reset, that say nothing, that never stop: the script sees what Linux gives, and limits hold', async () => {
	world.write(
		'bad.py',
		`import socket, time
server = socket.create_server(('127.0.0.1', 0)); print(server.getsockname()[1], flush=True)
end, _ = server.accept()
try: print(end.recv(10))
except OSError as error: print(type(error).__name__, flush=True)
end, _ = server.accept(); end.settimeout(0.2)
try: end.recv(10)
except OSError as error: print(type(error).__name__, flush=True)
flood, _ = server.accept(); print('flood', flush=True)
while True: flood.recv(65536)
`,
	);
	const { port, said, done } = await serving([...allowing, '--received', '1MiB', 'bad.py']);
	const open: Socket[] = [];
	const client = (then: (socket: Socket) => void): void => {
		const socket = connect(port, '127.0.0.1', () => then(socket));
		socket.on('error', () => {});
		open.push(socket);
	};
	client((socket) => socket.resetAndDestroy());
	await eventually('the reset', () => said().includes('ConnectionResetError'));
	client(() => {});
	await eventually('the time', () => /[Tt]imeout|timed/.test(said()));
	client((socket) => {
		const more = (): void => {
			while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
		};
		socket.on('drain', more);
		more();
	});
	const { status, stderr } = await done;
	for (const socket of open) socket.destroy();
	expect(status).toBe(124);
	expect(stderr).toContain('its received limit of 1MiB');
});

test('a server that was closed is gone for all, and its port is free again', async () => {
	world.write(
		'close.py',
		`import socket, sys
a = socket.create_server(('127.0.0.1', 0)); port = a.getsockname()[1]; copy = a.dup(); a.close(); print(port, flush=True)
sys.stdin.read(1); copy.close(); print('closed', flush=True)
sys.stdin.read(1); b = socket.create_server(('127.0.0.1', port)); print('open', flush=True); sys.stdin.read(1)
`,
	);
	const { child, done } = world.start([...allowing, 'close.py']);
	let said = '';
	child.stdout?.on('data', (bytes: Buffer) => {
		said += bytes;
	});
	const reached = (port: number): Promise<boolean> =>
		new Promise((resolve) => {
			const socket = connect(port, '127.0.0.1', () => resolve(true));
			socket.on('error', () => resolve(false));
			socket.on('connect', () => socket.destroy());
		});
	await eventually('the port', () => /^\d+\n/.test(said));
	const port = Number(said.split('\n')[0]);
	expect(await reached(port)).toBe(true);
	child.stdin?.write('x');
	await eventually('the close', () => said.includes('closed'));
	expect(await reached(port)).toBe(false);
	child.stdin?.write('x');
	await eventually('the other one', () => said.includes('open'));
	expect(await reached(port)).toBe(true);
	child.stdin?.end('x');
	expect((await done).status).toBe(0);
	expect(await reached(port)).toBe(false);
});

test('the review says who could connect; a yes opens the port, and r writes the rule', async () => {
	const free = createServer();
	await new Promise<void>((resolve) => free.listen(0, resolve));
	const port = portOf(free);
	await new Promise((resolve) => free.close(resolve));
	world.write(
		'web.py',
		`import socket
s = socket.create_server(('0.0.0.0', ${port})); print('heard', flush=True)
end, peer = s.accept(); end.sendall(b'hello'); end.close(); print('served', flush=True)
`,
	);
	terminal = openTerminal(world, 'web.py', 110, 40);
	const asked = await terminal.shows('listen on all addresses of this machine (0.0.0.0)');
	expect(asked).toMatch(/every machine that reaches it over a[\s\S]*network, could connect/);
	expect(asked).toContain('careful: other machines can connect to it');
	expect(await ask(port, '')).toBeUndefined();
	await terminal.settle();
	terminal.keys('r');
	expect(await terminal.shows('It decides this of the session')).toContain(`allow: listen, host: "0.0.0.0:${port}"`);
	terminal.keys('Escape');
	await terminal.hides('It decides this of the session');
	await terminal.shows('the script stands still');
	await terminal.settle();
	terminal.keys('a');
	await terminal.shows(`others can connect to 0.0.0.0:${port}`);
	await eventually('the server', () => terminal?.screen().includes('heard') === true);
	expect(await ask(port, '')).toBe('hello');
	await terminal.shows('1 connection, 5 bytes sent');
	expect(terminal.screen()).toContain('from 127.0.0.1: 1, 5 bytes sent');
});

test('a script that is stopped while it waits for clients that could not come says which rule would let them in', async () => {
	world.write(
		'wait.py',
		`import socket, sys
s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); print(s.getsockname()[1], flush=True)
if len(sys.argv) == 2: s.accept()
`,
	);
	const stopped = async (port: string): Promise<Ran> => {
		const { pid, done } = await serving(['--unattended', 'wait.py', port]);
		process.kill(pid, 'SIGINT');
		return done;
	};
	const { status, stderr } = await stopped('8000');
	expect(status).toBe(130);
	expect(stderr).toContain('{ allow: listen, host: "127.0.0.1:8000" }');
	expect((await stopped('0')).stderr).not.toContain('listen');
	expect((await world.run(['--unattended', 'wait.py', '8000', 'done'])).stderr).toBe('');
});

test('what was allowed once is learned as a rule, and the run comes to the same again from its tape', async () => {
	world.write(
		'once.py',
		"import socket\ns = socket.create_server(('127.0.0.1', 0)); t = socket.socket(); t.listen()\n",
	);
	world.write('any.yaml', 'default: { read: allow }\nrules: [{ allow: listen, host: "*:*" }]\n');
	expect((await world.run(['--unattended', '--policy', 'any.yaml', 'once.py'])).status).toBe(0);
	const [session] = await world.sessions();
	const id = session?.id ?? '';
	const learned = await world.run(['policy', 'learn', id, '--policy', 'review', '--name', 'mine']);
	expect(learned.stdout).toContain('  - allow: listen\n    host:\n      - "127.0.0.1:0"\n      - "0.0.0.0:0"\n');
	world.write('mine.yaml', learned.stdout);
	expect((await world.run(['policy', 'test', id, '--unattended', '--policy', 'mine.yaml'])).status).toBe(0);
	expect((await world.run(['policy', 'test', id, '--unattended', '--policy', 'review'])).status).toBe(1);
	expect((await world.run(['replay', id])).stdout).toContain('It does the same');
});
