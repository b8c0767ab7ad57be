import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer as createWeb } from 'node:http';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, type World } from './program.ts';

/** Debian's pip has a copy of requests. */
const packages = '/usr/lib/python3/dist-packages';
const hasRequests = existsSync(`${packages}/pip/_vendor/requests`);

let world: World;
const servers: Server[] = [];

beforeAll(() => {
	world = makeWorld();
	world.write('p.yaml', 'default: { read: allow, connect: deny }\nrules: [{ allow: connect, host: "@loopback:*" }]\n');
	world.write('none.yaml', 'default: { read: allow, connect: deny }\nlimits: { tasks: 64 }\n');
});

afterAll(() => {
	for (const server of servers) server.close();
	world.remove();
});

async function listen(server: Server): Promise<number> {
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}

/** Prints inside what it prints natively, and needs no more than the policy. */
async function alike(policy: readonly string[], script: string): Promise<string> {
	const path = world.write('script.py', script);
	const { stdout: native } = await promisify(execFile)('/usr/bin/pypy3', [path], { cwd: world.work });
	const { status, stdout } = await world.run(['--unattended', ...policy, 'script.py']);
	expect(stdout).toBe(native);
	expect(status).toBe(0);
	return stdout;
}

test('smtplib sends a mail to a server of the machine', async () => {
	const mails: string[] = [];
	const port = await listen(
		createServer((socket) => {
			let [data, text] = [false, ''];
			socket.on('error', () => {});
			socket.write('220 here\r\n');
			socket.on('data', (bytes) => {
				text += bytes.toString();
				for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
					const line = text.slice(0, end);
					text = text.slice(end + 2);
					if (data && line !== '.') mails.push(line);
					else if (line === 'data' || line === 'DATA') socket.write('354 go on\r\n');
					else if (/^quit$/i.test(line)) socket.end('221 bye\r\n');
					else socket.write('250 fine\r\n');
					data = line === '.' ? false : data || /^data$/i.test(line);
				}
			});
		}),
	);
	const said = await alike(
		['--policy', 'p.yaml'],
		`import smtplib
from email.message import EmailMessage
mail = EmailMessage(); mail['From'] = 'a@example.org'; mail['To'] = 'b@example.org'; mail['Subject'] = 'grüße'; mail.set_content('line\\n.dot\\n' * 1000)
with smtplib.SMTP('127.0.0.1', ${port}, local_hostname='me') as server: print(server.send_message(mail), server.noop())
`,
	);
	expect(said).toBe("{} (250, b'fine')\n");
	expect(mails.filter((line) => line === '..dot')).toHaveLength(2000);
});

test('servers of socketserver and http.server answer the script that runs them, threads and processes, and ask nobody', async () => {
	const said = await alike(
		['--policy', 'none.yaml'],
		`import http.server, json, os, socket, socketserver, threading, urllib.error, urllib.request
class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile: self.wfile.write(line.upper())
class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path == '/gone': return self.send_error(404)
        if self.path == '/there': self.send_response(302); self.send_header('Location', '/here'); self.send_header('Content-Length', '0'); return self.end_headers()
        body = json.dumps(self.path).encode(); self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])); self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body[::-1])
    def log_message(self, *words): pass
def serve(server):
    threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()
    return server.server_address
def upper(address, text):
    with socket.create_connection(address) as s:
        s.sendall(text); s.shutdown(socket.SHUT_WR); return b''.join(iter(lambda: s.recv(4096), b''))
for kind in (socketserver.ThreadingTCPServer, socketserver.ForkingTCPServer, socketserver.TCPServer):
    with kind(('127.0.0.1', 0), Upper) as server:
        address = serve(server); got = []
        threads = [threading.Thread(target=lambda i=i: got.append(upper(address, b'line %d\\n' % i * 50) == b'LINE %d\\n' % i * 50)) for i in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        print(kind.__name__, got.count(True)); server.shutdown()
with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web) as server:
    base = 'http://127.0.0.1:%d' % serve(server)[1]
    print(urllib.request.urlopen(base + '/a?b').read(), urllib.request.urlopen(base + '/there').read())
    body = os.urandom(300000); print(urllib.request.urlopen(base, body).read() == body[::-1])
    try: urllib.request.urlopen(base + '/gone')
    except urllib.error.HTTPError as error: print(error)
    server.shutdown()
`,
	);
	expect(said).toContain('ThreadingTCPServer 8\nForkingTCPServer 8\nTCPServer 8\n');
	expect(said).toContain('True\nHTTP Error 404: Not Found\n');
});

test.skipIf(!hasRequests)('a vendored requests fetches, follows, streams and keeps cookies', async () => {
	const web = createWeb((request, response) => {
		const { url = '', headers } = request;
		if (url === '/there') return void response.writeHead(302, { Location: '/here', 'Set-Cookie': 'a=b' }).end();
		if (url === '/big') return void response.end(Buffer.alloc(3_000_000, 'x'));
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () =>
			response.end(JSON.stringify({ url, cookie: headers.cookie ?? '', body: Buffer.concat(parts).toString() })),
		);
	});
	const port = await listen(web);
	const said = await alike(
		['--policy', 'p.yaml'],
		`import sys; sys.path.insert(0, ${JSON.stringify(packages)})
from pip._vendor import requests
base = 'http://127.0.0.1:${port}'; session = requests.Session()
print(session.get(base + '/there', timeout=10).json(), session.post(base + '/x', json={'ü': [1]}, timeout=10).json())
print(sum(len(piece) for piece in session.get(base + '/big', stream=True).iter_content(65536)), requests.get(base + '/?q=%C3%BC', auth=('u', 'p')).status_code)
try: requests.get('http://127.0.0.1:1/', timeout=5)
except requests.exceptions.ConnectionError as error: print(type(error).__name__, 'refused' in str(error))
`,
	);
	expect(said).toContain("'cookie': 'a=b'");
	expect(said).toContain('3000000 200\nConnectionError True\n');
});
