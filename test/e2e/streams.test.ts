import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeAll(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy());
});

afterAll(() => world.remove());

const open = ['--unattended', '--policy', 'open.yaml'];

test('standard output holds what the script printed and nothing else; errors go apart', async () => {
	const code = [
		'import os, sys',
		'print("out", 1, flush=True)',
		'print("err", file=sys.stderr)',
		'sys.stdout.buffer.write(bytes(range(256)))',
		'open("made", "w").close()',
	];
	const ran = await world.run([...open, '-c', code.join('\n')]);
	const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
	expect(ran.bytes).toEqual(Buffer.concat([Buffer.from('out 1\n'), all]));
	expect(ran.stderr).toMatch(
		/^err\napprove-run: 1 path was changed; take it back with: approve-run rollback \w{26}\n$/,
	);
});

test('the script comes from a file, from -c, or from standard input, each with its arguments', async () => {
	const code = 'import sys; print(sys.argv, __name__)';
	world.write('script.py', code);
	const args = ['a b', '--policy', '-x', '', '文件'];
	const list = args.map((arg) => `'${arg}'`).join(', ');
	const from = async (words: string[], input = '') => (await world.run([...open, ...words, ...args], input)).stdout;
	expect(await from(['script.py'])).toBe(`['script.py', ${list}] __main__\n`);
	expect(await from(['-c', code])).toBe(`['-c', ${list}] __main__\n`);
	expect(await from(['-'], code)).toBe(`['-', ${list}] __main__\n`);
});

test('a script from standard input imports from the working directory, one from a file from its own folder', async () => {
	world.write('neighbour.py', 'name = "next to it"');
	world.write('uses.py', 'import neighbour; print(neighbour.name)');
	expect((await world.run([...open, '-'], 'import neighbour; print(neighbour.name)')).stdout).toBe('next to it\n');
	expect((await world.run([...open, 'uses.py'])).stdout).toBe('next to it\n');
});

test('standard input is piped to the script, byte for byte, to its end', async () => {
	const bytes = Buffer.alloc(3_000_001, 'a\0\xff\n', 'latin1');
	const code =
		'import sys, hashlib; d = sys.stdin.buffer.read(); print(len(d), hashlib.sha256(d).hexdigest()); print(repr(sys.stdin.read()))';
	const { createHash } = await import('node:crypto');
	const ran = await world.run([...open, '-c', code], bytes);
	expect(ran.stdout).toBe(`${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}\n''\n`);
	const lines = await world.run([...open, '-c', 'print(input("? ")); print(input())\ninput()'], 'one\ntwo\n');
	expect(lines.stdout).toBe('? one\ntwo\n');
	expect(lines.stderr).toContain('EOFError');
	expect(lines.status).toBe(1);
});

test('a conversation over pipes goes line by line', async () => {
	const { child, done } = world.start([...open, '-c', 'while True: print(input()[::-1], flush=True)']);
	let out = '';
	child.stdout?.on('data', (bytes: Buffer) => {
		out += bytes.toString();
	});
	for (const line of ['first', 'second']) {
		child.stdin?.write(`${line}\n`);
		await eventually(line, () => out.endsWith(`${[...line].reverse().join('')}\n`));
	}
	child.stdin?.end();
	expect((await done).status).toBe(1);
});

test('a reader that goes away gives the script a broken pipe', async () => {
	const code =
		'import sys\ntry:\n  while True: print("y" * 1000)\nexcept BrokenPipeError: print("broken", file=sys.stderr, flush=True)';
	const { child, done } = world.start([...open, '-c', `${code}\nimport os; os._exit(5)`]);
	child.stdout?.once('data', () => child.stdout?.destroy());
	const ran = await done;
	expect([ran.status, ran.stderr]).toEqual([5, 'broken\n']);
});

test('no stream is a terminal, and the environment is what the policy passes', async () => {
	const code = 'import os, sys; print([os.isatty(n) for n in range(3)], sorted(os.environ), os.getcwd())';
	const { child, done } = world.start([...open, '-c', code], { SECRET_TOKEN: 'x', LC_TIME: 'C' });
	child.stdin?.end();
	const { stdout } = await done;
	expect(stdout).toContain('[False, False, False]');
	expect(stdout).toContain(world.work);
	expect(stdout).toContain("'HOME'");
	expect(stdout).not.toContain('SECRET_TOKEN');
});
