/** What a policy says beside its rules holds in the real program: hidden paths, sizes, counts, layers, shell strings. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, type World } from './program.ts';

let world: World;
beforeAll(() => {
	world = makeWorld();
});
afterAll(() => world.remove());

function run(policy: string, code: string) {
	world.write('p.yaml', policy);
	return world.report(['--policy', 'p.yaml', '--unattended', '-c', code]);
}

const open = 'default: { read: allow, write: allow, delete: allow, run: deny }\n';

test('what a policy hides is not there: not listed, not opened, not through a symlink, and not taken along', async () => {
	mkdirSync(join(world.work, 'top/secret'), { recursive: true });
	writeFileSync(join(world.work, 'top/secret/key'), 'k');
	writeFileSync(join(world.work, 'top/plain'), 'p');
	symlinkSync('top/secret/key', join(world.work, 'way'));
	const { stdout } = await run(
		`${open}hide: ["./top/secret"]\n`,
		`
import os
def tell(what):
    try: print(what())
    except OSError as error: print(error.strerror)
tell(lambda: os.listdir('top'))
tell(lambda: open('top/secret/key').read())
tell(lambda: os.stat('top/secret'))
tell(lambda: open('way').read())
tell(lambda: os.path.exists('top/secret/key'))
tell(lambda: os.mkdir('top/secret'))
tell(lambda: open('top/secret', 'w'))
tell(lambda: os.rename('top', 'other'))
tell(lambda: os.chdir('top/secret'))
`,
	);
	expect(stdout.split('\n')).toEqual([
		"['plain']",
		'No such file or directory',
		'No such file or directory',
		'No such file or directory',
		'False',
		'Permission denied',
		'Permission denied',
		'No such file or directory',
		'No such file or directory',
		'',
	]);
});

test('read-only paths are not written whatever a rule allows', async () => {
	writeFileSync(join(world.work, 'fixed'), 'f');
	const { status, report } = await run(`${open}readonly: ["./fixed"]\n`, "open('fixed', 'a').write('x')");
	expect(status).toBe(126);
	expect(report.effects).toContainEqual(expect.objectContaining({ decision: 'deny', because: 'read only' }));
});

test('a size that a rule asks for is looked at when the file is finished', async () => {
	const policy = 'default: { read: allow, write: deny }\nrules: [{ allow: write, path: "./*", smaller: 1KiB }]\n';
	const { status, report } = await run(policy, "open('small', 'w').write('x'); open('large', 'w').write('x' * 1024)");
	expect(status).toBe(126);
	expect(report.applied.map((path) => path.slice(world.work.length + 1))).toEqual(['small']);
});

test('more deletions than a policy lets pass are all left alone', async () => {
	for (const name of ['d1', 'd2', 'd3']) writeFileSync(join(world.work, name), name);
	const policy = `${open}rules: [{ ask: delete, path: "./*", above: 2 }]\n`;
	const two = await run(policy, "import os; os.unlink('d1'); os.unlink('d2')");
	expect(two.report.applied).toHaveLength(2);
	for (const name of ['d1', 'd2', 'd3']) writeFileSync(join(world.work, name), name);
	const three = await run(
		policy,
		"import os\nfor name in ('d1', 'd2', 'd3'):\n  try: os.unlink(name)\n  except OSError: print(name)",
	);
	expect(three.stdout).toBe('d3\n');
	expect(three.status).toBe(126);
});

test('a policy extends a file beside it and may only tighten one that is sealed; variables are set and masked', async () => {
	world.write(
		'base.yaml',
		'sealed: true\ndefault: { read: allow, write: deny, run: deny }\nrules: [{ allow: write, path: "./out-*" }]\nenv: { pass: [HOME, LANG], mask: [LANG], set: { MODE: strict } }\n',
	);
	const policy = 'extends: base.yaml\ndefault: { write: allow }\nrules: [{ deny: write, path: "./out-2" }]\n';
	const { stdout, report } = await run(
		policy,
		"import os; print(os.environ.get('LANG'), os.environ['MODE'])\nfor name in ('out-1', 'out-2', 'in-1'):\n  try: open(name, 'w').close()\n  except OSError: print('no', name)",
	);
	expect(stdout).toBe('masked strict\nno out-2\nno in-1\n');
	expect(report.applied).toEqual([join(world.work, 'out-1')]);
});

test('a shell string runs where each part of it is allowed, redirections too', async () => {
	const policy =
		'default: { read: allow, write: deny, run: deny }\nrules:\n  - { allow: run, command: ["seq **", "sort -rn"] }\n  - { allow: write, path: "./out/**" }\n';
	mkdirSync(join(world.work, 'out'), { recursive: true });
	symlinkSync('../elsewhere', join(world.work, 'out/link'));
	const { stdout } = await run(
		policy,
		"import os\nfor text in ('seq 3 | sort -rn > out/list 2>/dev/null', 'seq 3 > list', 'seq 3; id', 'seq 3 > out/link', 'seq $HOME'):\n  print(os.system(text) == 0, flush=True)",
	);
	expect(stdout).toBe('True\nFalse\nFalse\nFalse\nFalse\n');
	expect(world.read('out/list')).toBe('3\n2\n1\n');
	expect(world.names()).not.toContain('elsewhere');
});

test('a file with a key in it is found by what it holds, and the others are applied', async () => {
	const policy = `${open}rules: [{ deny: write, path: "/**", holds: secrets, because: holds a key }]\n`;
	const { report, status } = await run(
		policy,
		"open('k1', 'w').write('-----BEGIN RSA ' + 'PRIVATE KEY-----\\nMIIE'); open('k2', 'w').write('nothing')",
	);
	expect(status).toBe(126);
	expect(report.applied).toEqual([join(world.work, 'k2')]);
	expect(report.effects).toContainEqual(expect.objectContaining({ decision: 'deny', because: 'holds a key' }));
});
