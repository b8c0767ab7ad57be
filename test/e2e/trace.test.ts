import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeAll(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy([], '  - { deny: [read], path: "./secret", because: "it is mine" }'));
	world.write('secret', 'x');
});

afterAll(() => world.remove());

const code = `
import os, signal, time
f = open('na\\x1b[31m"me\\n', 'w'); f.write('hello "you"\\n' * 30); f.close()
try: open('secret')
except OSError: pass
try: os.stat('/nowhere')
except OSError: pass
r, w = os.pipe()
if os.fork() == 0:
    time.sleep(0.2)
    os.write(w, b'late')
    os.kill(os.getpid(), signal.SIGKILL)
os.read(r, 10)
os.wait()
os.mkdir(f'made{time.time_ns()}', 0o750)
print('done')
`;

test('--trace writes each call with its arguments by name, its result and time, and what was denied', async () => {
	const file = join(world.folder, 'trace.txt');
	const ran = await world.run(['--unattended', '--policy', 'open.yaml', '--trace', file, '-c', code]);
	expect(ran.stdout).toBe('done\n');
	const text = readFileSync(file, 'utf8');
	const lines = text.trimEnd().split('\n').slice(1);
	const shape =
		/^\d+\.\d{6} \d+\/\d+ [a-z_0-9]+\(.*\) = (-?\d+|0x[0-9a-f]+|\?)( E[A-Z0-9]+)? <\d+\.\d{6}>( \[denied: .*\])*$/;
	expect(lines.filter((line) => !shape.test(line))).toEqual([]);
	const has = (part: RegExp) => expect(text).toMatch(part);
	has(/openat\(AT_FDCWD, "na\\x1b\[31m\\"me\\n", O_WRONLY\|O_CREAT\|O_TRUNC\|O_CLOEXEC, 0666\) = \d+ </);
	has(/write\(\d+, "hello \\"you\\"\\nhello .*"…, 360\) = 360 </);
	has(/openat\(AT_FDCWD, "secret", .*\) = -1 EACCES <.*> \[denied: read .*\/secret by .*open\.yaml:\d+: it is mine\]/);
	has(/newfstatat\(AT_FDCWD, "\/nowhere", 0x[0-9a-f]+, 0\) = -1 ENOENT/);
	has(/pipe2?\(\[\d+, \d+\], O_CLOEXEC\) = 0/);
	has(/kill\(\d+, SIGKILL\) = /);
	has(/wait4\(-1, \{killed by SIGKILL\}, /);
	has(/mkdir\("made\d+", 0750\) = 0/);
	// A call that waited stands with the time that it waited.
	const waited = /read\(\d+, "late", 10\) = 4 <(\d+\.\d+)>/.exec(text)?.[1];
	expect(Number(waited)).toBeGreaterThan(0.1);
	expect(text).not.toContain('\x1b');
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a trace that cannot be written is one sentence, and nothing runs', async () => {
	const ran = await world.run(['--unattended', '--trace', 'no/such/folder', '-c', 'open("ran", "w")']);
	expect(ran.status).toBe(125);
	expect(ran.stderr).toMatch(/^approve-run: cannot write the trace to .*\/no\/such\/folder: .*ENOENT.*\n$/);
	expect(world.names()).not.toContain('ran');
});
