import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProcesses } from '../../src/host/process-identity.ts';
import { openSessionFiles } from '../../src/host/session-files.ts';
import { limitNames } from '../../src/policy/limits.ts';
import { openStore } from '../../src/session/store.ts';
import { eventually, makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy());
});

afterEach(() => world.remove());

const open = ['--unattended', '--policy', 'open.yaml'];

const edits = [
	'import os',
	'with open("notes.txt", "a") as f: f.write("and more\\n")',
	'os.makedirs("out/deep"); open("out/deep/new.txt", "w").write("new\\n")',
	'os.rename("old name", "new name")',
	'os.remove("gone.txt")',
	'os.symlink("notes.txt", "link")',
	'os.chmod("run.sh", 0o755)',
].join('\n');

function prepare(): void {
	world.write('notes.txt', 'first\nsecond\n');
	world.write('old name', 'moved\n'.repeat(20));
	world.write('gone.txt', 'to be deleted\n');
	world.write('run.sh', '#!/bin/sh\n');
	chmodSync(join(world.work, 'run.sh'), 0o644);
	rmPycache();
}

function rmPycache(): void {
	execFileSync('rm', ['-rf', join(world.work, '__pycache__')]);
}

/** Names, modes and contents of the working directory. */
function picture(folder = world.work): string {
	return execFileSync('find . ! -name "*.yaml" -printf "%p %y %#m %l\\n" -type f -exec sha256sum {} \\; | sort', {
		cwd: folder,
		shell: '/bin/sh',
		encoding: 'utf8',
	});
}

test('a plan changes nothing, is listed and shown, and its diff is what git apply makes of it', async () => {
	prepare();
	const before = picture();
	const planned = await world.report(['--plan', '-c', edits]);
	expect(planned.status).toBe(0);
	expect(picture()).toBe(before);
	expect(planned.report.applied).toEqual([]);
	expect(await world.sessions()).toEqual([{ id: planned.report.session, state: 'waiting' }]);

	const shown = await world.run(['show', planned.report.session]);
	for (const name of ['notes.txt', 'out/deep/new.txt', 'new name', 'gone.txt', 'link', 'run.sh']) {
		expect(shown.stdout).toContain(join(world.work, name));
	}
	const json = await world.run(['show', '--json', planned.report.session]);
	expect(JSON.parse(json.stdout)).toEqual(planned.report);

	const patch = await world.run(['diff', planned.report.session]);
	const copy = join(world.folder, 'copy');
	execFileSync('cp', ['-a', world.work, copy]);
	execFileSync('git', ['apply', '-'], { cwd: copy, input: patch.bytes });
	expect(readFileSync(join(copy, 'notes.txt'), 'utf8')).toBe('first\nsecond\nand more\n');

	// Nobody has approved anything yet.
	const applied = await world.run(['apply', planned.report.session]);
	expect(applied.status).toBe(125);
	expect(applied.stderr).toContain(`approve-run review ${planned.report.session}`);
	expect((await world.run(['discard', planned.report.session])).status).toBe(0);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['discarded']);
	expect(picture()).toBe(before);

	// The same without a person does what the patch does.
	const ran = await world.report([...open, '-c', edits]);
	expect(ran.status).toBe(0);
	expect(picture()).toBe(picture(copy));
	expect(statSync(join(world.work, 'run.sh')).mode & 0o777).toBe(0o755);
	const back = await world.run(['rollback', ran.report.session]);
	expect([back.status, picture()]).toEqual([0, before]);
	expect((await world.run(['rollback', ran.report.session])).status).toBe(125);
	// What was rolled back can be run again.
	expect((await world.run([...open, '-c', edits])).status).toBe(0);
	expect(picture()).toBe(picture(copy));
});

test('the report tells each effect with its decision, its rule, its lines and its place in the program', async () => {
	prepare();
	const policy = `${openPolicy()}  - { deny: write, path: "./secret/**", because: secret }\n`;
	world.write('rules.yaml', policy);
	const code = `${edits}\nos.mkdir("secret")\ntry: open("secret/x", "w")\nexcept PermissionError: pass`;
	const { status, report } = await world.report(['--unattended', '--policy', 'rules.yaml', '-c', code, 'argument']);
	expect(status).toBe(126);
	expect(Object.keys(report).sort()).toEqual(
		[
			'applied',
			'calls',
			'effects',
			'ended',
			'exit',
			'limits',
			'policy',
			'runtime',
			'script',
			'session',
			'started',
		].sort(),
	);
	expect(report.session).toMatch(/^[0-9A-Z]{26}$/);
	expect(report).toMatchObject({ script: '-c', policy: 'rules.yaml', exit: { status: 126, reason: 'denied' } });
	expect(new Date(report.started).toISOString()).toBe(report.started);
	expect(report.ended > report.started).toBe(true);
	expect(Object.keys(report.limits)).toEqual(limitNames);
	for (const { allowed, used } of Object.values(report.limits)) expect(used).toBeLessThanOrEqual(allowed);
	expect(report.limits.files.used).toBeGreaterThanOrEqual(7);
	const ids = report.effects.map(({ id }) => id);
	expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
	const of = (name: string) =>
		report.effects.filter(({ kind, path }) => kind !== 'read' && path === join(world.work, name));
	expect(of('notes.txt')).toEqual([
		expect.objectContaining({ kind: 'write', decision: 'allow', by: { rule: 'rules.yaml:4' }, added: 1, removed: 0 }),
	]);
	expect(of('new name')).toEqual([expect.objectContaining({ kind: 'write', from: join(world.work, 'old name') })]);
	expect(of('gone.txt')).toEqual([expect.objectContaining({ kind: 'delete', decision: 'allow' })]);
	expect(of('secret/x')).toEqual([expect.objectContaining({ decision: 'deny', because: 'secret' })]);
	expect(report.applied).toContain(join(world.work, 'notes.txt'));
	expect(existsSync(join(world.work, 'secret', 'x'))).toBe(false);
});

test('a file that somebody else changed meanwhile is a conflict: nothing at all is applied', async () => {
	prepare();
	const { child, done } = world.start([...open, '-c', `${edits}\nprint("done", flush=True); input()`]);
	let before = '';
	child.stdout?.once('data', () => {
		world.write('notes.txt', 'first\nsomebody else\n');
		before = picture();
		child.stdin?.end('\n');
	});
	const ran = await done;
	expect(ran.status).toBe(125);
	expect(ran.stderr).toMatch(/Nothing was applied.*\n.*notes\.txt/);
	expect(picture()).toBe(before);
	const [session] = await world.sessions();
	expect(session?.state).toBe('waiting');
	const forced = await world.run(['apply', '--force', session?.id ?? '']);
	expect(forced.status).toBe(0);
	expect(world.read('notes.txt')).toBe('first\nsecond\nand more\n');
	// And rolling back refuses to go over what came after.
	world.write('notes.txt', 'later\n');
	const refused = await world.run(['rollback', session?.id ?? '']);
	expect(refused.status).toBe(125);
	expect(refused.stderr).toContain('notes.txt');
	expect(existsSync(join(world.work, 'out/deep/new.txt'))).toBe(true);
});

test('the shipped policies: read-only refuses, unattended keeps to the working directory, credentials stay unread', async () => {
	mkdirSync(join(world.home, '.ssh'));
	writeFileSync(join(world.home, '.ssh', 'id_rsa'), 'PRIVATE');
	writeFileSync(join(world.home, '.bashrc'), 'export A=1\n');
	world.write('.env', 'TOKEN=x');
	const code = [
		'import os',
		'def attempt(action):',
		'  try: return action() and "done"',
		'  except OSError as e: return type(e).__name__',
		'home = os.path.expanduser("~")',
		'print(attempt(lambda: open("made", "w")))',
		'print(attempt(lambda: open(home + "/.bashrc", "a")))',
		'print(attempt(lambda: open(home + "/.ssh/id_rsa").read()), attempt(lambda: os.listdir(home + "/.ssh")))',
		'os.path.exists("/etc/shadow") and print(attempt(lambda: open("/etc/shadow").read()))',
		'print(attempt(lambda: open(".env").read()))',
		'print(attempt(lambda: open(home + "/.bashrc").read()))',
	].join('\n');
	const no = 'PermissionError';
	const expected = (made: string) => `${made}\n${no}\n${no} ${no}\n${no}\n${no}\ndone\n`;
	const made: Record<string, string> = { 'read-only': no, unattended: 'done', project: 'done', review: no };
	for (const [policy, result] of Object.entries(made)) {
		const ran = await world.report(['--unattended', '--policy', policy, '-c', code]);
		expect([policy, ran.status, ran.stdout]).toEqual([policy, 126, expected(result)]);
		expect([policy, world.names().includes('made')]).toEqual([policy, result === 'done']);
		const keys = ran.report.effects.find(({ path }) => path?.endsWith('id_rsa'));
		expect(keys).toMatchObject({ kind: 'read', decision: 'deny', because: 'credentials' });
		execFileSync('rm', ['-f', join(world.work, 'made')]);
	}
});

test('a link that leads to a credential does not make it readable', async () => {
	mkdirSync(join(world.home, '.aws'));
	writeFileSync(join(world.home, '.aws', 'credentials'), 'SECRET');
	const code = [
		'import os',
		'home = os.path.expanduser("~")',
		'os.symlink(home + "/.aws/credentials", "innocent"); os.symlink(home + "/.aws", "folder")',
		'for way in ("innocent", "folder/credentials", home + "/../home/.aws/credentials", "/proc/self/cwd/innocent"):',
		'  try: print(open(way).read())',
		'  except OSError as e: print(e.errno)',
		'for move in (os.rename, os.link):',
		'  try: move(home + "/.aws/credentials", "mine"); print(open("mine").read())',
		'  except OSError as e: print(e.errno)',
	].join('\n');
	const ran = await world.run([...open, '--policy', 'project', '-c', code]);
	expect(ran.stdout).toBe('13\n'.repeat(6));
	expect(ran.status).toBe(126);
});

test('the record of a session proves itself, and an edit of it is found', async () => {
	const { report } = await world.report([...open, '-c', 'open("a", "w").close()']);
	const good = await world.run(['audit', 'verify', report.session]);
	expect(good.stdout).toMatch(/^\d+ events, the chain is whole\n/);
	const file = join(world.folder, 'state/approve-run/sessions', report.session, 'events.jsonl');
	const lines = readFileSync(file, 'utf8').split('\n');
	lines[1] = (lines[1] ?? '').replace('"approved":true', '"approved":false').replace('"kind":"', '"kind": "');
	writeFileSync(file, lines.join('\n'));
	const bad = await world.run(['audit', 'verify', report.session]);
	expect(bad.status).toBe(125);
	expect(bad.stderr).toMatch(/events\.jsonl:[23]/);
});

test('bytes that were put into a session after they were decided on are not applied, and are asked about again', async () => {
	const script = 'open("a", "w").write("good")\nopen("b", "w").write("fine")';
	const { report } = await world.report(['--plan', '--policy', 'open.yaml', '-c', script]);
	const contents = join(world.folder, 'state/approve-run/sessions', report.session, 'upper/content');
	const [evil = ''] = readdirSync(contents).filter((name) => readFileSync(join(contents, name), 'utf8') === 'good');
	writeFileSync(join(contents, evil), 'evil');
	const refused = await world.run(['apply', report.session]);
	expect(refused.status).toBe(125);
	expect(refused.stderr).toMatch(/Nothing was applied: .*\/a: its content is not what was approved/);
	expect([existsSync(join(world.work, 'a')), existsSync(join(world.work, 'b'))]).toEqual([false, false]);
	const again = await world.run(['apply', report.session]);
	expect(again.stderr).toMatch(/1 path was changed/);
	expect(again.status).toBe(0);
	expect([existsSync(join(world.work, 'a')), readFileSync(join(world.work, 'b'), 'utf8')]).toEqual([false, 'fine']);
});

test('names that are no UTF-8, 255 bytes long, or hold newlines and escapes are kept byte for byte and shown safely', async () => {
	const code = [
		'import os',
		String.raw`names = [b"caf\xe9", b"a\nb", b"\x1b]0;owned\x07\x1b[2Jx", b"l" * 255, "文件 🐍".encode(), "x\u202egpj.exe".encode(), b"-rf"]`,
		'for name in names:',
		'  with open(name, "wb") as f: f.write(name)',
		'os.mkdir(b"d\\xff"); os.rename(b"caf\\xe9", b"d\\xff/caf\\xe9")',
		'print(sorted(os.listdir(b".")) == sorted(set(names) - {b"caf\\xe9"} | {b"d\\xff", b"open.yaml"}))',
	].join('\n');
	const planned = await world.report(['--plan', '-c', code]);
	expect(planned.stdout).toBe('True\n');
	const ran = await world.report([...open, '-c', code]);
	expect([ran.status, ran.stdout]).toEqual([0, 'True\n']);
	const listed = execFileSync('ls -1Ab --quoting-style=c . d*', {
		cwd: world.work,
		shell: '/bin/sh',
		encoding: 'utf8',
	});
	for (const name of ['"a\\nb"', '"\\033]0;owned\\a\\033[2Jx"', '"caf\\351"', `"${'l'.repeat(255)}"`, '"-rf"']) {
		expect(listed).toContain(name);
	}
	const id = planned.report.session;
	for (const args of [['show', id], ['sessions'], ['show', ran.report.session]]) {
		const shown = await world.run(args);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(shown.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
	}
	const shown = await world.run(['show', id]);
	expect(shown.stdout).toContain(String.raw`\x1b]0;owned\x07\x1b[2Jx`);
	expect(shown.stdout).toContain(String.raw`caf\xe9`);
	expect(shown.stdout).toContain('文件 🐍');
	await world.run(['rollback', ran.report.session]);
	expect(world.names()).toEqual(['open.yaml']);
	// The diff of the plan takes the same names along.
	const patch = await world.run(['diff', id]);
	execFileSync('git', ['apply', '-'], { cwd: world.work, input: patch.bytes });
	expect(execFileSync('ls -1b --quoting-style=c d*', { cwd: world.work, shell: '/bin/sh', encoding: 'utf8' })).toBe(
		'"caf\\351"\n',
	);
});

test('a session whose controller was killed just after applying knows it: no conflicts, and it can be taken back', async () => {
	world.write('notes.txt', 'first\n');
	const { report } = await world.report([
		...open,
		'-c',
		'open("notes.txt", "a").write("second\\n"); open("new", "w").close()',
	]);
	expect(report.applied).toHaveLength(2);
	const folder = join(world.env['XDG_STATE_HOME'] ?? '', 'approve-run/sessions');
	expect(existsSync(join(folder, report.session, 'channel'))).toBe(false);
	const host = { files: openSessionFiles(), processes: openProcesses(), now: Date.now, random: Math.random };
	const dead = { ...host.processes.self(), pid: 4_194_300 };
	openStore(folder, host)
		.open(report.session)
		.update({ state: { kind: 'running', controller: dead } });

	expect(await world.sessions()).toEqual([{ id: report.session, state: 'interrupted' }]);
	expect((await world.run(['diff', report.session])).stdout).toBe('');
	const applied = await world.run(['apply', report.session]);
	expect(applied.stderr).toContain('is applied');
	expect(await world.sessions()).toEqual([{ id: report.session, state: 'applied' }]);
	expect((await world.run(['rollback', report.session])).status).toBe(0);
	expect([world.read('notes.txt'), world.names()]).toEqual(['first\n', ['notes.txt', 'open.yaml']]);
});

test('a session of a running script is busy, and is told so', async () => {
	const { child, done } = world.start(['--plan', '-c', 'open("x", "w").close(); print("on", flush=True); input()']);
	await new Promise((resolve) => child.stdout?.once('data', resolve));
	const [session] = await world.sessions();
	expect(session?.state).toBe('running');
	for (const command of ['discard', 'rollback', 'apply']) {
		const refused = await world.run([command, session?.id ?? '']);
		expect([command, refused.status, refused.stderr]).toEqual([command, 125, expect.stringContaining('running')]);
	}
	child.stdin?.end('\n');
	expect((await done).status).toBe(0);
	await eventually('the end of its processes', () => world.processes().length === 0);
});
