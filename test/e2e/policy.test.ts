/** What a policy says beside its rules holds in the real program: hidden paths, sizes, counts, layers, shell strings. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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

test.each([
	['a circle of layers', 'name: x\nextends: p.yaml\n', /p\.yaml:2:10: "p\.yaml" is extended in a circle/],
	['a key twice', 'name: a\nname: b\n', /p\.yaml:2:1: the key "name" stands twice/],
	['an alias bomb', 'a: &a [x, x]\nb: &b [*a, *a]\n', /p\.yaml:2:8: \*a is an alias/],
	[
		'a pattern with too many meanings',
		`rules:\n  - deny: read\n    path: "/${'{a,b}'.repeat(30)}"\n`,
		/p\.yaml:3:11: .*more than 256 patterns/,
	],
	['no YAML', 'rules: [\n', /p\.yaml:2:1: /],
])('with %s for a policy the script does not start', async (_, policy, expected) => {
	world.write('p.yaml', policy);
	const { status, stdout, stderr } = await world.run(['--unattended', '--policy', 'p.yaml', '-c', 'print("started")']);
	expect(stdout).toBe('');
	expect(stderr).toMatch(expected);
	expect(stderr).toMatch(/^approve-run: /);
	expect(stderr).not.toContain('    at ');
	expect(status).toBe(125);
});

test('a pattern that other matchers would try for ever is matched at once', async () => {
	const policy = `${open}rules: [{ deny: write, path: "./${'*a'.repeat(40)}b" }]\n`;
	const { status, report } = await run(policy, `open("${'a'.repeat(200)}", "w")`);
	expect(status).toBe(0);
	expect((report.limits.time?.used ?? 0) < 30_000).toBe(true);
});

test('with --unattended its own defaults and rules hold, and the hours of a rule', async () => {
	const hours = (from: number) => `"${String(from).padStart(2, '0')}:00-${String(from + 1).padStart(2, '0')}:00"`;
	// TZ is UTC here. An hour that is long past or still to come, and the whole day.
	const other = (new Date().getUTCHours() + 6) % 24;
	const { report } = await run(
		[
			'default: { read: allow, write: ask, run: deny }',
			'rules:',
			'  - { allow: write, path: "./now", hours: "00:00-24:00" }',
			`  - { allow: write, path: "./later", hours: ${hours(other)} }`,
			'unattended:',
			'  rules: [{ allow: write, path: "./quiet" }]',
			'',
		].join('\n'),
		'for name in ("now", "later", "quiet"):\n  try: open(name, "w").close()\n  except OSError: pass',
	);
	const decided = report.effects.filter(({ kind }) => kind === 'write').map(({ path, decision }) => [path, decision]);
	expect(decided).toEqual(
		expect.arrayContaining([
			[join(world.work, 'now'), 'allow'],
			[join(world.work, 'later'), 'deny'],
			[join(world.work, 'quiet'), 'allow'],
		]),
	);
});

test.each([
	'for PATH in ./9; do ls; done',
	"printf '123456789%n' PATH; ls",
	"ls & wait -n -p 'a[$(./9/ls)]'",
	"command printf -v 'a[$(./9/ls)]' x",
	'for i in 1 2; do echo x >> .approve-run-test; cd ..; done',
])('a shell string that would run a program of the script, or write elsewhere, is denied: %s', async (text) => {
	mkdirSync(join(world.work, '9'), { recursive: true });
	writeFileSync(join(world.work, '9/ls'), '#!/bin/sh\n: > evil\n', { mode: 0o755 });
	for (const policy of ['project', 'ci']) {
		const code = `import subprocess\nsubprocess.run(["bash", "-c", ${JSON.stringify(text)}])`;
		const { status, stderr } = await world.run(['--unattended', '--policy', policy, '-c', code]);
		expect(stderr).toContain('denied: run bash -c');
		expect(status).toBe(126);
	}
	expect(world.names()).not.toContain('evil');
	expect(existsSync(join(world.folder, '.approve-run-test'))).toBe(false);
});
